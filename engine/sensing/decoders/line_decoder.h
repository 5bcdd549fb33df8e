// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/decoders/decoder_text.h"
#include "engine/sensing/decoders/line_splitter.h"

namespace bnof::sensing {

/// Base of decoders of devices that speak in lines.
class LineDecoder : public Decoder {
public:
    void feed(std::span<const char> bytes, DecoderSink& sink) final
    {
        m_lines.feed(
            bytes, [&](std::string_view text, bool first) { line(text, first, sink); },
            [&](std::size_t length, std::string_view beginning) {
                sink.skipped(length, "a line is longer than 64 KiB", printable(beginning));
            });
    }
    void reset() override { m_lines.reset(); }
    [[nodiscard]] std::uint64_t answers() const override { return m_answers; }

protected:
    /// `first`: it may be the second half of a line.
    virtual void line(std::string_view text, bool first, DecoderSink& sink) = 0;

    void countAnswer() { ++m_answers; }
    static void skip(std::string_view text, std::string_view why, DecoderSink& sink)
    {
        sink.skipped(text.size() + 1, why, printable(text));
    }
    /// A whole number with nothing around it; a leading + is allowed.
    static bool parseInteger(std::string_view text, std::int64_t& value)
    {
        if (text.starts_with('+'))
            text.remove_prefix(1);
        const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
        return code == std::errc() && end == text.data() + text.size();
    }

private:
    LineSplitter m_lines;
    std::uint64_t m_answers = 0;
};

} // namespace bnof::sensing
