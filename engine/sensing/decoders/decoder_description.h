// SPDX-License-Identifier: GPL-3.0-or-later
// A device's messages described in a JSON file, so that a new device needs no programming. The document is explained
// member by member in resources/decoders/README.md; resources/decoders/decoder.schema.json is its JSON schema.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/sensing/decoders/dialogue.h"

namespace bnof::sensing {

struct DecoderDescription {
    enum class Framing : std::uint8_t {
        Lines,     ///< text; LF, CR and CRLF end a message
        Delimited, ///< bytes up to a delimiter
        Fixed,     ///< start bytes, then a known length
        Counted,   ///< start bytes, then a length field
        Stuffed,   ///< between two flags, with escaped bytes
    };
    enum class Checksum : std::uint8_t {
        None,
        Sum8,
        Sum8Negated,
        Sum8Inverted,
        Xor8,
        Sum16,
        Crc8,
        Crc16Modbus,
        Crc16Ccitt,
        Crc32,
        Nmea
    };
    enum class Type : std::uint8_t { U8, I8, U16, I16, U24, I24, U32, I32, F32, F64, Ascii };
    enum class Source : std::uint8_t { Offset, Column, Label, Group };

    struct Field {
        ChannelInfo channel;
        bool time = false; ///< the device's clock in seconds (after scaling), no channel
        Source source = Source::Offset;
        // Binary: where, and how it is written. A negative place counts from the end of the message.
        int at = 0;
        Type type = Type::U8;
        bool littleEndian = false;
        int length = 0;         ///< of Ascii
        std::uint32_t mask = 0; ///< 0: all bits
        int shift = 0;          ///< to the right, after the mask
        // Text.
        int index = 0;     ///< column from 0, or group of the pattern from 1
        std::string label; ///< "CO2" of "CO2: 415"
        double scale = 1;
        double add = 0;              ///< value = raw * scale + add
        std::vector<double> missing; ///< raw values that mean "no value"
    };
    struct Match {
        int at = 0;
        std::string bytes;
    };

    std::string name;
    std::string summary;
    int baud = 0;
    Framing framing = Framing::Lines;
    std::string start;      ///< Fixed, Counted, Stuffed (one byte)
    std::string end;        ///< Delimited, Stuffed (one byte)
    std::size_t length = 0; ///< Fixed: the whole message; Delimited, Counted, Stuffed: the longest one
    int countAt = 0;        ///< Counted: where the length field is
    Type countType = Type::U8;
    bool countLittleEndian = false;
    int countAdd = 0; ///< whole length = field + countAdd
    std::uint8_t escape = 0;
    std::uint8_t escapeXor = 0;
    std::string separator; ///< of columns and labels; empty: spaces
    std::string pattern;   ///< Lines: regular expression whose groups are the fields
    std::string comment;   ///< Lines: lines that begin with this are passed over
    std::vector<Match> matches;
    Checksum checksum = Checksum::None;
    int checksumFrom = 0; ///< first and last byte that is summed
    int checksumTo = 0;
    int checksumAt = 0;
    bool checksumLittleEndian = false;
    std::vector<Field> fields;
    DialoguePlan dialogue;

    [[nodiscard]] bool text() const { return framing == Framing::Lines; }
    [[nodiscard]] bool asks() const { return !dialogue.opening.empty() || !dialogue.cycle.empty(); }
};

/// Errors name the member of the document, what is wrong with it and how to mend it. `where` is the file's name.
[[nodiscard]] Result<DecoderDescription> parseDecoderDescription(std::string_view json, const std::string& where);

/// Bytes of a number of this type; 0: Ascii.
[[nodiscard]] int sizeOf(DecoderDescription::Type type);
[[nodiscard]] int sizeOf(DecoderDescription::Checksum checksum);

} // namespace bnof::sensing
