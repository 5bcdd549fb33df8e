// SPDX-License-Identifier: GPL-3.0-or-later
// What a report is about, boiled down from one pass over the recording to a size that does not depend on
// the recording's length.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/recording/export_csv.h"
#include "engine/recording/reader.h"

namespace bnof::report {

/// Time columns of the figures: about seven a millimetre on paper.
constexpr std::size_t timeColumns = 1100;
/// Rows into which the neurons of a layer are gathered for the raster.
constexpr std::size_t rasterRows = 40;
/// Marks, gaps and notes that are listed one by one; more are counted.
constexpr std::size_t listedItems = 400;

struct ChannelContents {
    ChannelInfo info;
    std::uint64_t samples = 0; ///< values that are numbers
    std::uint64_t missing = 0;
    double sum = 0;
    float lowest = 0, highest = 0;
    std::vector<float> low, high; ///< per column; NaN where there is no value
};

struct SourceContents {
    recording::SourceDescription description;
    std::uint64_t frames = 0;
    std::vector<ChannelContents> channels;
};

struct LayerContents {
    LayerInfo info;
    std::uint64_t spikes = 0;
    std::uint64_t activeNeurons = 0; ///< fired at least once
    std::size_t rows = 0;
    std::vector<std::uint32_t> density; ///< rows x timeColumns, row 0 holds the first neurons
    std::vector<bool> fired;
};

/// One gas, or "unknown" as the last one.
struct GasContents {
    std::string name;
    bool background = false;
    std::uint64_t decisions = 0;
    std::uint64_t episodes = 0; ///< runs of consecutive decisions for this gas
    Timestamp first = -1;
    double confidence = 0; ///< sum; for "unknown" of the novelty
    std::uint64_t ppmCount = 0;
    double ppmSum = 0;
    float ppmLowest = 0, ppmHighest = 0;
    std::vector<std::uint32_t> columnCount;
    std::vector<float> columnConfidence; ///< sum in the column
};

/// Upper edges of the latency classes in milliseconds; the last class is everything above.
constexpr std::array<double, 25> latencyEdgesMs{0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1,   1.5, 2,   3,   4,   5,   7,
                                                10,  15,   20,  30,  50,  70,  100, 150, 200, 300, 500, 1000};

/// A list of which only the beginning is kept.
template <typename T> struct Listed {
    std::vector<T> items;
    std::uint64_t total = 0;

    void add(const T& item)
    {
        ++total;
        if (items.size() < listedItems)
            items.push_back(item);
    }
};

struct ReportContents {
    std::uint64_t fileBytes = 0;
    recording::RecordingMetadata metadata;
    recording::Verification verification;
    Timestamp begin = 0; ///< session time at the left edge of every figure
    Timestamp end = 0;   ///< at the right edge; > begin
    std::vector<SourceContents> sources;
    std::vector<LayerContents> layers;
    std::vector<GasContents> gases; ///< metadata.gases, then "unknown"; empty when nothing was decided
    std::uint64_t decisions = 0;
    std::array<std::uint64_t, latencyEdgesMs.size() + 1> latencies{};
    std::uint64_t latencyP50 = 0, latencyP99 = 0; ///< nanoseconds
    Listed<Mark> marks;
    Listed<StreamEvent> gaps;
    Listed<StreamEvent> notes; ///< resets, back-end changes, remarks
    Timestamp gapTime = 0;
    std::uint64_t skippedBytes = 0;
    std::uint64_t skippedLines = 0;
    std::uint64_t resets = 0;

    [[nodiscard]] bool simulated() const;
    /// Column of a time, clamped to the figure.
    [[nodiscard]] std::size_t column(Timestamp t) const;
};

/// Verify every byte and read the recording once. Errors: the file is no recording or cannot be read;
/// cancelled by `progress`, which is called with 0..1.
[[nodiscard]] Result<ReportContents> assembleContents(const std::string& recordingPath,
                                                      const recording::Progress& progress);

} // namespace bnof::report
