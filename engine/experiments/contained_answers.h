// SPDX-License-Identifier: GPL-3.0-or-later
// A variant that is tried out must not be able to harm the one that is relied on.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "engine/experiments/exposure_units.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::experiments {

/// A recogniser on a thread of its own, with a time limit for every frame. What it throws is an error of its answer;
/// what it says that is no number names nothing; when it hangs, its thread is left behind with everything that it uses,
/// and it is not asked again. What a thread cannot contain: a recogniser that writes where it must not, overflows the
/// stack, ends the process or takes all memory; and a thread that was left behind goes on using its processor until the
/// program ends.
class ContainedVariant {
public:
    /// `timeLimit` in seconds of wall-clock time for one frame.
    ContainedVariant(std::unique_ptr<olfaction::Recogniser> recogniser, double timeLimit);
    ~ContainedVariant();
    ContainedVariant(const ContainedVariant&) = delete;
    ContainedVariant& operator=(const ContainedVariant&) = delete;

    /// As answerUnits() for the units of one recording, one answer a unit whatever happens; `goOn` is asked about every
    /// 20 ms and false stops. Errors: cancelled.
    [[nodiscard]] Result<std::vector<UnitAnswer>> answers(const olfaction::Dataset& data,
                                                          const std::vector<ExposureUnit>& units,
                                                          const std::function<bool()>& goOn = {});
    [[nodiscard]] bool hung() const { return m_hung; }

private:
    struct Task;
    std::shared_ptr<olfaction::Recogniser> m_recogniser;
    double m_timeLimit;
    bool m_hung = false;
};

} // namespace bnof::experiments
