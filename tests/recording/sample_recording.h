// SPDX-License-Identifier: GPL-3.0-or-later
// Items of every kind from a seed, a way to write them, and comparisons that see every bit.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/philox.h"
#include "engine/recording/reader.h"
#include "engine/recording/recorder.h"

namespace bnof::test {

/// Metadata with `sources` sources of 16 channels, three layers and four gases.
[[nodiscard]] recording::RecordingMetadata sampleMetadata(std::size_t sources = 1);
/// `frames` frames a hundredth of a second apart with spikes, decisions, and now and then an event or a mark.
[[nodiscard]] std::vector<recording::Item> sampleItems(std::uint64_t seed, std::size_t frames, std::size_t sources = 1,
                                                       std::size_t channels = 16);
/// Hand one item to a recorder.
bool record(recording::Recorder& recorder, const recording::Item& item);
/// Record everything and finish.
[[nodiscard]] Result<void> recordAll(const std::string& path, const std::vector<recording::Item>& items,
                                     const recording::RecordingMetadata& metadata,
                                     const recording::RecorderOptions& options = {},
                                     const std::vector<std::uint8_t>& model = {},
                                     const std::vector<std::uint8_t>& state = {});
/// Recorded, finished and opened again, in place of what was there; null when that failed.
[[nodiscard]] std::unique_ptr<recording::Reader> recordedReader(const std::string& path,
                                                                const std::vector<recording::Item>& items,
                                                                const recording::RecordingMetadata& metadata);
/// Spikes of two layers over the 200 ticks of frame `frame`, as a simulation gives them: by tick, then by neuron, some
/// neurons much busier than others.
void appendOrderedSpikes(std::vector<recording::Item>& items, std::size_t frame, PhiloxSequence& random);
[[nodiscard]] std::vector<recording::Item> readAll(recording::Reader& reader);
/// Equal bit for bit: a NaN equals the same NaN, and 0 is not -0.
[[nodiscard]] bool identical(const recording::Item& a, const recording::Item& b);
/// Index of the first difference, or -1.
[[nodiscard]] std::ptrdiff_t firstDifference(const std::vector<recording::Item>& a,
                                             const std::vector<recording::Item>& b);
/// Every item of `part` is in `all`, in the same order.
[[nodiscard]] bool isSubsequence(const std::vector<recording::Item>& part, const std::vector<recording::Item>& all);

} // namespace bnof::test
