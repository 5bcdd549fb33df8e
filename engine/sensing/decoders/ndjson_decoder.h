// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/decoders/decoder_text.h"
#include "engine/sensing/decoders/line_splitter.h"

namespace bnof::sensing {

/// One JSON object a line. Every numeric member is a channel, named by its path ("gas.MQ3", "s.0" for arrays),
/// in the order of first appearance; a member that an object lacks, null, NaN and 4294967295 are missing.
/// Members named like a time column (see timeScale) are the device's clock; texts and booleans are passed
/// over. New members extend the table at once in the first objects, later only when they come repeatedly, so
/// that damaged bytes do not become channels. {"bnof": {...}} describes the device (see DeviceDescription); with
/// "complete": true in it, ahead of the first row, its channels are there at once, also those without a value yet.
/// Nothing is allocated per frame, and a line that differs from the one before in its numbers only is compared with
/// it instead of being parsed.
class NdjsonDecoder final : public Decoder {
public:
    NdjsonDecoder();
    [[nodiscard]] std::string name() const override { return "ndjson"; }
    void feed(std::span<const char> bytes, DecoderSink& sink) override;
    void reset() override { m_lines.reset(); }

private:
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    /// Where the scanner is in the present line.
    struct Cursor {
        const char* at;
        const char* end;
    };
    struct Candidate {
        std::string name;
        std::uint32_t lines = 0;
        std::uint64_t lastLine = 0;
        double value = 0;
    };

    /// A number of the line that was parsed last: where it stood, and what it is.
    struct Place {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t channel = 0; ///< timeColumn: the device's clock
        double timeScale = 0;
    };
    static constexpr std::size_t timeColumn = static_cast<std::size_t>(-1);
    /// What stands around the numbers of lines of one shape. One buffer, so that a new shape allocates nothing.
    struct Shape {
        std::string text; ///< a whole line and eight characters more; empty: no shape is known
        std::vector<Place> places;
        std::size_t length = 0;  ///< of the line
        std::size_t width = 0;   ///< of the channel table that it was learnt with
        bool leavesGaps = false; ///< there are channels that the line lacks
    };

    void line(std::string_view text, bool first, DecoderSink& sink);
    /// False: the line is not of the known shape, nothing has happened.
    bool lineOfKnownShape(std::string_view text, DecoderSink& sink);
    void learnShape(std::string_view text);
    void foundPlace(std::size_t channel, double timeScale);
    /// An object or, with close == ']', an array.
    bool members(Cursor& cursor, int depth, char close);
    bool value(Cursor& cursor, int depth);
    bool scalar(Cursor& cursor);
    /// Appends an object's key to the path and passes the colon.
    bool key(Cursor& cursor, bool nested);
    /// Appends an array's index to the path.
    bool index(std::size_t i);
    void number(double value);
    void text(std::string_view content);
    Candidate* candidate(std::string_view name);
    bool admitCandidates(DecoderSink& sink);
    void addChannel(const std::string& name, double value);
    void tellChannels(DecoderSink& sink);
    bool description(std::string_view text, DecoderSink& sink);

    LineSplitter m_lines;
    std::vector<ChannelInfo> m_channels;
    std::unordered_map<std::string, std::size_t, NameHash, std::equal_to<>> m_index;
    std::vector<std::string_view> m_order; ///< names by channel, to guess the next one
    ChannelDescriptions m_descriptions;
    std::string m_path;
    std::vector<float> m_values;
    std::vector<Candidate> m_candidates; ///< numeric members that are no channels yet
    std::vector<std::size_t> m_seenCandidates;
    std::size_t m_guess = 0;
    std::size_t m_numbers = 0;
    double m_deviceSeconds = 0;
    bool m_simulated = false;
    bool m_simulatedTold = false;
    Shape m_shape;
    std::vector<Place> m_places; ///< the numbers of the present line
    /// Each of its members is a plain number of a known channel or the clock, or nothing that could ever matter.
    bool m_plainLine = false;
    std::string_view m_digits; ///< the number that is being taken in
    const char* m_lineBegin = nullptr;
    std::uint64_t m_objects = 0;
    std::uint64_t m_line = 0;
};

} // namespace bnof::sensing
