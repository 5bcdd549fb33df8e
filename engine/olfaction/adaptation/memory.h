// SPDX-License-Identifier: GPL-3.0-or-later
// What a model keeps of the data that it was trained on, so that it can be adapted later and judged before and after.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::olfaction {

/// Standardised feature vectors of training time in 16 bits, some to rehearse the old gases with and some that are only
/// ever judged on. The latter come from the part of the data that training's own figures were measured on; a model is
/// fitted to all of its data in the end, so that "before" is rather too good than too bad, and a comparison is strict.
struct ModelMemory {
    static constexpr double resolution = 1.0 / 256; ///< standard deviations of a feature

    std::size_t dimension = 0;
    std::vector<std::int16_t> features; ///< row after row, in units of `resolution`
    std::vector<int> labels;            ///< index of the gas
    std::vector<double> ages;           ///< seconds since the exposure began
    std::vector<std::uint8_t> heldOut;  ///< 1: never trained on, only judged

    [[nodiscard]] std::size_t rows() const { return labels.size(); }
    [[nodiscard]] bool empty() const { return labels.empty(); }
    void add(std::span<const double> row, int label, double age, bool judge);
    /// Row i as numbers; `out` has `dimension` entries.
    void row(std::size_t i, std::span<double> out) const;

    bool operator==(const ModelMemory&) const = default;
};

[[nodiscard]] Json toJson(const ModelMemory& memory);
[[nodiscard]] Result<ModelMemory> memoryFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                                 std::size_t gases);

/// One step from a model to the one that was made of it.
struct LineageStep {
    std::string parentDigest; ///< SHA-256 of the parent's bytes
    std::string parentName;
    std::string parentFile; ///< where it was; may be gone
    std::string date;       ///< UTC, ISO 8601
    std::string operatorName;
    std::string action;     ///< "recalibrated", "learned NAME", "re-centred"
    std::string dataDigest; ///< SHA-256 of the labelled frames
    Json comparison;        ///< RecalibrationReport::toJson()

    bool operator==(const LineageStep&) const = default;
};

[[nodiscard]] Json toJson(const LineageStep& step);
[[nodiscard]] Result<LineageStep> lineageFromJson(const Json& json, const std::string& path);

} // namespace bnof::olfaction
