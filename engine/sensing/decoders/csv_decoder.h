// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/decoders/decoder_text.h"
#include "engine/sensing/decoders/line_splitter.h"

namespace bnof::sensing {

/// Lines of numbers, as sketches print them.
///  - Separators: tab, semicolon, comma or spaces; the decimal comma where the separator is not a comma.
///  - A line of names is a header once a data line of the same length follows it; it may come again at any
///    time (the device was reset). Without one the channels are "ch1", "ch2", ...
///  - "label:value" pairs name their channels themselves.
///  - A column called t, time, millis, timestamp, ... is the device's clock and no channel; columns that
///    hold words below a header are passed over. A clock "Min:Sec" begins anew every hour and is carried on.
///  - Comments begin with # (see DeviceDescription for those that describe the device).
///  - The first line after a (re)connection is dropped silently when it is data: its beginning may be missing.
///  - Lines with the wrong number of fields, with damaged numbers or longer than 64 KiB are skipped and told.
/// The result does not depend on the portions in which the bytes come; nothing is allocated per frame.
class CsvDecoder final : public Decoder {
public:
    [[nodiscard]] std::string name() const override { return "csv"; }
    void feed(std::span<const char> bytes, DecoderSink& sink) override;
    void reset() override;

private:
    enum class Role : std::uint8_t { Channel, Time, Text };
    struct Column {
        Role role = Role::Channel;
        bool wraps = false; ///< a clock of minutes and seconds
        double timeScale = 0;
        std::size_t channel = 0; ///< index among the channels
        std::string label;       ///< of label:value lines
    };
    struct Layout {
        char separator = 0; ///< 0: no layout yet
        bool pairs = false;
        bool named = false;
        std::vector<Column> columns;
        std::vector<ChannelInfo> channels;
        std::string header; ///< the line of names, as it came
    };
    enum class Row { Good, WrongCount, BadValue };

    void line(std::string_view text, bool first, DecoderSink& sink);
    void comment(std::string_view text, DecoderSink& sink);
    Row parseRow(std::string_view text, const Layout& layout);
    Row parsePairs(std::string_view text, const Layout& layout);
    void emitFrame(DecoderSink& sink);
    bool headerLine(std::string_view text, bool first, DecoderSink& sink);
    bool confirmHeader(std::string_view text, DecoderSink& sink);
    void dropPendingHeader(DecoderSink& sink);
    void unknownLine(std::string_view text, bool first, DecoderSink& sink);
    bool pairsLine(std::string_view text, bool first, DecoderSink& sink);
    void otherCount(std::string_view text, char separator, std::size_t fields, bool first, DecoderSink& sink);
    void adopt(Layout layout, DecoderSink& sink);
    void skip(std::string_view text, std::string_view why, DecoderSink& sink);

    LineSplitter m_lines;
    Layout m_layout;
    std::string m_pendingHeader;
    ChannelDescriptions m_descriptions;
    const char* m_readable = nullptr; ///< of the present line, see LineSplitter::readableEnd()
    std::vector<float> m_values;
    double m_deviceSeconds = 0;
    bool m_wrapping = false; ///< the present row's time is that of a clock that wraps
    double m_wrapOffset = 0; ///< whole hours since the connection opened
    double m_lastWrapped = 0;
    std::size_t m_otherCount = 0; ///< fields of the last lines that did not fit the layout
    int m_otherRun = 0;           ///< how many of them came in a row
};

} // namespace bnof::sensing
