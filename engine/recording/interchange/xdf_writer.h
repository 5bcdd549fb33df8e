// SPDX-License-Identifier: GPL-3.0-or-later
// Extensible Data Format 1.0 (https://github.com/sccn/xdf/wiki/Specifications): chunks of samples with their own
// time stamps, described in XML. Private to this folder.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/recording/new_file.h"

namespace bnof::recording {

struct XdfChannel {
    std::string label;
    std::string unit;
    std::string type;
};

/// Streams are declared first, then samples come in any order of streams.
class XdfWriter {
public:
    enum class Format { Float32, Int64, Text };

    explicit XdfWriter(NewFile& file) : m_file(file) {}
    /// Magic and file header; `utc` as "2026-03-05T14:02:11.250Z".
    Result<void> begin(const std::string& utc);
    /// Gives the stream's number (from 1 in the file). Time stamps are the samples' own (no nominal rate).
    Result<std::size_t> stream(const std::string& name, const std::string& type, Format format,
                               const std::vector<XdfChannel>& channels, const std::string& sourceId,
                               const std::string& description = {});
    Result<void> sample(std::size_t stream, double seconds, std::span<const float> values);
    Result<void> sample(std::size_t stream, double seconds, std::int64_t value);
    Result<void> sample(std::size_t stream, double seconds, const std::string& text);
    /// What is waiting, and the footers.
    Result<void> finish();

private:
    struct Stream {
        std::string waiting;
        std::uint32_t waitingSamples = 0;
        std::uint64_t samples = 0;
        double first = 0;
        double last = 0;
    };
    Result<void> chunk(std::uint16_t tag, std::string_view content);
    Result<void> flush(std::size_t stream);
    Result<void> added(std::size_t stream, double seconds);
    void stamp(Stream& stream, double seconds);

    NewFile& m_file;
    std::vector<Stream> m_streams;
    std::uint64_t m_sinceBoundary = 0;
};

} // namespace bnof::recording
