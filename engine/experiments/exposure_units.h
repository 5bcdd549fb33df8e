// SPDX-License-Identifier: GPL-3.0-or-later
// The unit of every comparison is the exposure: one stretch of one gas, one answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::experiments {

/// One exposure of a data set.
struct ExposureUnit {
    std::string id; ///< "recording#3": the same for the same data
    std::size_t recording = 0;
    std::size_t from = 0; ///< frames [from, to)
    std::size_t to = 0;
    int group = 0; ///< index into Dataset::groups()
    int label = 0;
};

/// In the order of recordings and time. Stretches of the background are none, as long as there is one.
[[nodiscard]] std::vector<ExposureUnit> exposureUnitsOf(const olfaction::Dataset& data);

/// A recogniser cannot have decided on the exposure before.
constexpr double firstAnswerSeconds = 1;

/// Decisions of one exposure as they come.
class AnswerTally {
public:
    explicit AnswerTally(std::size_t labels) : m_counts(labels, 0), m_last(labels, 0) {}

    void add(int label); ///< -1: none
    /// The label that was named most often, of equals the one named last; -1: none was.
    [[nodiscard]] int winner() const;
    [[nodiscard]] std::uint32_t decisions() const { return m_decisions; }

private:
    std::vector<std::uint32_t> m_counts;
    std::vector<std::uint32_t> m_last;
    std::uint32_t m_decisions = 0;
};

/// No probability is infinite or not a number.
[[nodiscard]] bool allNumbers(const Decision& decision);

/// What a recogniser made of one exposure.
struct UnitAnswer {
    int said = -1;        ///< index of the gas; -1: it named none
    bool missing = false; ///< it gave no decision at all, or failed
    std::uint32_t decisions = 0;
    double latencySeconds = 0; ///< CPU time of its slowest decision
    double cpuSeconds = 0;     ///< CPU time of the whole exposure
    std::uint64_t spikes = 0;
    std::uint32_t falseAlarms = 0; ///< times it began to name a gas in the clean air before, 30 s after the last gas
    std::uint32_t notNumbers = 0;  ///< decisions with a probability that is no number: they name nothing
    std::string failure;           ///< of a missing answer: what went wrong; may be empty

    bool operator==(const UnitAnswer&) const = default;
};

/// Recogniser::process(), with an exception made an error: a recogniser that throws must not end the program.
[[nodiscard]] Result<void> processGuarded(olfaction::Recogniser& recogniser, const SensorFrame& frame,
                                          olfaction::RecogniserOutput& output);

/// Shows each recording from its beginning. An exposure's answer is the gas that most of its decisions name, without
/// those of the first second; of equals the one named last. One answer a unit, also where the recogniser failed; after
/// each one `told` is called, which returns false to stop. `gasOf` maps the recogniser's gases to labels of the data
/// (-1: none); `frames` counts those that are done, for who watches from another thread. Errors: cancelled.
[[nodiscard]] Result<std::vector<UnitAnswer>>
answerUnits(olfaction::Recogniser& recogniser, const olfaction::Dataset& data, const std::vector<ExposureUnit>& units,
            const std::vector<int>& gasOf, const std::function<bool(std::size_t unit, const UnitAnswer&)>& told = {},
            std::atomic<std::uint64_t>* frames = nullptr);

/// For each gas of the recogniser the label of that name in the data, or -1.
[[nodiscard]] std::vector<int> labelsOfGases(const olfaction::RecogniserInfo& info, const olfaction::Dataset& data);

} // namespace bnof::experiments
