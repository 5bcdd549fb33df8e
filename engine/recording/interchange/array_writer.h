// SPDX-License-Identifier: GPL-3.0-or-later
// A recording as flat, named arrays (layout "bnof arrays 1"), the same for NumPy and MATLAB. Private to this folder.
//
// sensors_<n>_values (frames x channels, float32), sensors_<n>_time_ns (int64), sensors_<n>_device_s (float64, only
// where the device has a clock), sensors_<n>_recognised (uint8); spikes_<n>_neuron, spikes_<n>_tick (uint32),
// spikes_<n>_time_ns; decisions_time_ns, _gas (int32, -1 unknown), _probabilities (x gases), _novelty, _ppm,
// _ppm_low, _ppm_high, _onset_ns, _latency_ns; marks_time_ns, marks_label; events_time_ns, _end_ns, _kind, _count,
// _text. Times are nanoseconds of session time. Metadata, as JSON: "metadata".
#pragma once

#include <span>

#include "engine/recording/interchange/arrays.h"
#include "engine/recording/interchange/exporters.h"

namespace bnof::recording {

inline constexpr const char* arrayLayout = "bnof arrays 1";

class ArrayWriter {
public:
    virtual ~ArrayWriter() = default;
    /// An array of exactly `rows` rows, filled by append(); `columns` 0: a vector. Gives its number.
    virtual Result<std::size_t> add(const std::string& name, ElementType type, std::uint64_t rows,
                                    std::uint64_t columns) = 0;
    virtual Result<void> append(std::size_t array, std::span<const std::uint8_t> bytes) = 0;
    virtual Result<void> texts(const std::string& name, const std::vector<std::string>& texts) = 0;
    virtual Result<void> metadata(const Json& metadata) = 0;
};

/// Walks the recording and fills the writer; `shape` is what measure() found.
[[nodiscard]] Result<void> writeArrays(ExportJob& job, const RecordingShape& shape, ArrayWriter& writer);

} // namespace bnof::recording
