// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/decoder_description.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/json.h"
#include "engine/sensing/decoders/binary_decoder.h"
#include "engine/sensing/decoders/decoder_text.h"

namespace bnof::sensing {
namespace {

using Description = DecoderDescription;

constexpr std::int64_t longestMessage = 4096;

template <typename Value, std::size_t count>
std::string namesOf(const std::array<std::pair<const char*, Value>, count>& table)
{
    std::string list;
    for (const auto& [name, value] : table)
        list += (list.empty() ? "" : ", ") + std::string(name);
    return list;
}

constexpr std::array<std::pair<const char*, Description::Framing>, 5> framings{
    {{"lines", Description::Framing::Lines},
     {"delimited", Description::Framing::Delimited},
     {"fixed", Description::Framing::Fixed},
     {"counted", Description::Framing::Counted},
     {"stuffed", Description::Framing::Stuffed}}};
constexpr std::array<std::pair<const char*, Description::Checksum>, 11> checksums{
    {{"none", Description::Checksum::None},
     {"sum8", Description::Checksum::Sum8},
     {"sum8-negated", Description::Checksum::Sum8Negated},
     {"sum8-inverted", Description::Checksum::Sum8Inverted},
     {"xor8", Description::Checksum::Xor8},
     {"sum16", Description::Checksum::Sum16},
     {"crc8", Description::Checksum::Crc8},
     {"crc16-modbus", Description::Checksum::Crc16Modbus},
     {"crc16-ccitt", Description::Checksum::Crc16Ccitt},
     {"crc32", Description::Checksum::Crc32},
     {"nmea", Description::Checksum::Nmea}}};

struct TypeName {
    const char* name;
    Description::Type type;
    bool littleEndian;
};
constexpr std::array<TypeName, 19> types{{{"u8", Description::Type::U8, false},
                                          {"i8", Description::Type::I8, false},
                                          {"u16be", Description::Type::U16, false},
                                          {"u16le", Description::Type::U16, true},
                                          {"i16be", Description::Type::I16, false},
                                          {"i16le", Description::Type::I16, true},
                                          {"u24be", Description::Type::U24, false},
                                          {"u24le", Description::Type::U24, true},
                                          {"i24be", Description::Type::I24, false},
                                          {"i24le", Description::Type::I24, true},
                                          {"u32be", Description::Type::U32, false},
                                          {"u32le", Description::Type::U32, true},
                                          {"i32be", Description::Type::I32, false},
                                          {"i32le", Description::Type::I32, true},
                                          {"f32be", Description::Type::F32, false},
                                          {"f32le", Description::Type::F32, true},
                                          {"f64be", Description::Type::F64, false},
                                          {"f64le", Description::Type::F64, true},
                                          {"ascii", Description::Type::Ascii, false}}};

template <typename Value, std::size_t count>
void choose(JsonFields& fields, std::string_view key, const std::array<std::pair<const char*, Value>, count>& table,
            Value& value)
{
    const std::string name = fields.string(key);
    for (const auto& [known, meaning] : table)
        if (name == known) {
            value = meaning;
            return;
        }
    fields.fail(key, "\"" + name + "\" is not known", "Use one of " + namesOf(table) + ".");
}

void chooseType(JsonFields& fields, std::string_view key, Description::Type& type, bool& littleEndian)
{
    const std::string name = fields.string(key);
    std::string known;
    for (const TypeName& candidate : types) {
        known += (known.empty() ? "" : ", ") + std::string(candidate.name);
        if (name == candidate.name) {
            type = candidate.type;
            littleEndian = candidate.littleEndian;
            return;
        }
    }
    fields.fail(key, "\"" + name + "\" is not a known type", "Use one of " + known + ".");
}

/// Members that nobody reads are spelling mistakes.
void onlyKnown(JsonFields& fields, const Json& object, std::initializer_list<std::string_view> known)
{
    for (const auto& [key, value] : object.members()) {
        if (std::ranges::find(known, key) != known.end())
            continue;
        std::string list;
        for (const std::string_view name : known)
            list += (list.empty() ? "" : ", ") + std::string(name);
        fields.fail(key, "there is no such member here", "Known: " + list + ".");
    }
}

std::string hexField(JsonFields& fields, std::string_view key, std::size_t least, std::size_t most)
{
    const std::string hex = fields.string(key);
    const std::string bytes = bytesOfHex(hex);
    if (fields.ok() && (bytes.size() < least || bytes.size() > most))
        fields.fail(key,
                    "\"" + hex + "\" is not " +
                        (least == most ? std::to_string(least) : "1 to " + std::to_string(most)) +
                        " bytes in hexadecimal",
                    "Example: \"FF 01\"");
    return bytes;
}

Result<void> readFraming(const Json& json, Description& out)
{
    JsonFields fields(json, "framing");
    if (!fields.ok())
        return fields.status();
    choose(fields, "kind", framings, out.framing);
    BNOF_TRY(fields.status());
    using Framing = Description::Framing;
    switch (out.framing) {
    case Framing::Lines:
        onlyKnown(fields, json, {"kind", "separator", "pattern", "comment"});
        out.separator = fields.stringOr("separator", ",");
        if (out.separator.size() > 1)
            fields.fail("separator", "it is more than one character", "Use one character, or \"\" for spaces.");
        out.pattern = fields.stringOr("pattern", "");
        out.comment = fields.stringOr("comment", "");
        break;
    case Framing::Delimited:
        onlyKnown(fields, json, {"kind", "end", "longest"});
        out.end = hexField(fields, "end", 1, 8);
        out.length = static_cast<std::size_t>(fields.integerOr("longest", 256, 1, longestMessage));
        break;
    case Framing::Fixed:
        onlyKnown(fields, json, {"kind", "start", "length"});
        out.start = hexField(fields, "start", 1, 8);
        out.length = static_cast<std::size_t>(fields.integer("length", 2, longestMessage));
        break;
    case Framing::Counted: {
        onlyKnown(fields, json, {"kind", "start", "count", "longest"});
        out.start = hexField(fields, "start", 1, 8);
        out.length = static_cast<std::size_t>(fields.integerOr("longest", 256, 2, longestMessage));
        JsonFields count(fields.objectField("count"), "framing.count");
        BNOF_TRY(fields.status());
        onlyKnown(count, json["count"], {"at", "type", "add"});
        out.countAt = static_cast<int>(count.integer("at", 0, longestMessage));
        chooseType(count, "type", out.countType, out.countLittleEndian);
        if (count.ok() && sizeOf(out.countType) > 2)
            count.fail("type", "a length has one or two bytes", "Use u8, u16be or u16le.");
        out.countAdd = static_cast<int>(count.integerOr("add", 0, -longestMessage, longestMessage));
        BNOF_TRY(count.status());
        break;
    }
    case Framing::Stuffed:
        onlyKnown(fields, json, {"kind", "start", "end", "escape", "xor", "longest"});
        out.start = hexField(fields, "start", 1, 1);
        out.end = hexField(fields, "end", 1, 1);
        out.length = static_cast<std::size_t>(fields.integerOr("longest", 256, 1, longestMessage));
        if (const std::string escape = hexField(fields, "escape", 1, 1), mask = hexField(fields, "xor", 1, 1);
            fields.ok()) {
            out.escape = static_cast<std::uint8_t>(escape[0]);
            out.escapeXor = static_cast<std::uint8_t>(mask[0]);
            if (out.escapeXor == 0 || escape == out.start || escape == out.end)
                fields.fail("escape", "escape, start and end must differ, and xor must change the byte",
                            "SHDLC and PPP have \"escape\": \"7D\", \"xor\": \"20\".");
        }
        break;
    }
    return fields.status();
}

Result<void> readChecksum(const Json& json, Description& out)
{
    JsonFields fields(json, "checksum");
    if (!fields.ok())
        return fields.status();
    choose(fields, "kind", checksums, out.checksum);
    BNOF_TRY(fields.status());
    const bool nmea = out.checksum == Description::Checksum::Nmea;
    if (out.checksum == Description::Checksum::None || nmea) {
        onlyKnown(fields, json, {"kind"});
        if (nmea && !out.text())
            fields.fail("kind", "nmea is a checksum of lines", "Use framing kind \"lines\", or another checksum.");
        return fields.status();
    }
    onlyKnown(fields, json, {"kind", "from", "to", "at", "order"});
    if (out.text())
        fields.fail("kind", "lines have no binary checksum", "Use \"nmea\" or leave the checksum out.");
    out.checksumFrom = static_cast<int>(fields.integerOr("from", 0, -longestMessage, longestMessage));
    const int width = sizeOf(out.checksum);
    out.checksumTo = static_cast<int>(fields.integerOr("to", -1 - width, -longestMessage, longestMessage));
    out.checksumAt = static_cast<int>(fields.integerOr("at", -width, -longestMessage, longestMessage));
    // As the protocols that use them do: Modbus sends the low byte first, the others the high one.
    const std::string order =
        fields.stringOr("order", out.checksum == Description::Checksum::Crc16Modbus ? "le" : "be");
    if (order != "be" && order != "le")
        fields.fail("order", "\"" + order + "\" is not an order of bytes", "Use \"be\" or \"le\".");
    out.checksumLittleEndian = order == "le";
    return fields.status();
}

/// Where a value stands in the message.
void readPlace(JsonFields& fields, const Json& json, const Description& out, Description::Field& field)
{
    using Source = Description::Source;
    const std::array<std::pair<const char*, Source>, 4> places{
        {{"at", Source::Offset}, {"column", Source::Column}, {"label", Source::Label}, {"group", Source::Group}}};
    int given = 0;
    for (const auto& [key, source] : places)
        if (json.contains(key)) {
            field.source = source;
            ++given;
        }
    const char* needed = !out.text() ? "at" : !out.pattern.empty() ? "group" : "column or label";
    const bool fits = !out.text()            ? field.source == Source::Offset
                      : !out.pattern.empty() ? field.source == Source::Group
                                             : field.source == Source::Column || field.source == Source::Label;
    if (given != 1 || !fits) {
        fields.fail("name", "the field does not say where its value is",
                    std::string("With this framing it needs ") + needed + ".");
        return;
    }
    switch (field.source) {
    case Source::Offset:
        field.at = static_cast<int>(fields.integer("at", -longestMessage, longestMessage - 1));
        chooseType(fields, "type", field.type, field.littleEndian);
        if (field.type == Description::Type::Ascii)
            field.length = static_cast<int>(fields.integer("length", 1, 32));
        if (json.contains("mask")) {
            const std::string mask = hexField(fields, "mask", 1, 4);
            for (const char c : mask)
                field.mask = field.mask << 8 | static_cast<std::uint8_t>(c);
            field.shift = static_cast<int>(fields.integerOr("shift", 0, 0, 31));
        }
        break;
    case Source::Column: field.index = static_cast<int>(fields.integer("column", 0, 4095)); break;
    case Source::Group: field.index = static_cast<int>(fields.integer("group", 1, 99)); break;
    case Source::Label: field.label = fields.string("label"); break;
    }
}

Result<void> readField(const Json& json, const std::string& path, Description& out)
{
    JsonFields fields(json, path);
    if (!fields.ok())
        return fields.status();
    onlyKnown(fields, json,
              {"name", "at", "type", "length", "mask", "shift", "column", "label", "group", "scale", "add", "unit",
               "quantity", "gas", "range", "missing", "time"});
    Description::Field field;
    field.channel.name = fields.string("name");
    if (fields.ok() && (field.channel.name.empty() || field.channel.name.size() > maximumNameLength))
        fields.fail("name", "the name is empty or longer than 64 bytes", "Example: \"CO2\"");
    readPlace(fields, json, out, field);
    field.scale = fields.numberOr("scale", 1, -1e12, 1e12);
    field.add = fields.numberOr("add", 0, -1e12, 1e12);
    field.channel.unit = fields.stringOr("unit", "");
    field.channel.quantity = fields.stringOr("quantity", "");
    field.channel.gas = fields.stringOr("gas", "");
    field.time = fields.booleanOr("time", false);
    if (json.contains("range")) {
        const auto& range = fields.array("range").items();
        if (range.size() != 2 || !range[0].isNumber() || !range[1].isNumber())
            fields.fail("range", "it is not two numbers", "Example: [0, 5000]");
        else {
            field.channel.rangeLow = range[0].toDouble();
            field.channel.rangeHigh = range[1].toDouble();
        }
    }
    if (json.contains("missing"))
        for (const Json& value : fields.array("missing").items()) {
            if (!value.isNumber() || field.missing.size() == 16)
                fields.fail("missing", "it is not a list of at most 16 numbers", "Example: [65535]");
            field.missing.push_back(value.toDouble());
        }
    BNOF_TRY(fields.status());
    out.fields.push_back(std::move(field));
    return {};
}

Result<void> readSteps(const Json& list, const std::string& path, std::vector<DialogueStep>& steps)
{
    for (std::size_t i = 0; i < list.items().size(); ++i) {
        const Json& json = list.items()[i];
        JsonFields fields(json, path + "[" + std::to_string(i) + "]");
        if (!fields.ok())
            return fields.status();
        onlyKnown(fields, json, {"bytes", "text", "answer", "timeout_ms", "retries", "pause_ms"});
        DialogueStep step;
        if (json.contains("bytes") == json.contains("text"))
            fields.fail("bytes", "a step has either bytes (in hexadecimal) or a text",
                        "Example: \"text\": \"READ?\\n\"");
        else
            step.bytes = json.contains("bytes") ? hexField(fields, "bytes", 1, 512) : fields.string("text");
        step.awaitsAnswer = fields.booleanOr("answer", true);
        step.timeoutMilliseconds = static_cast<int>(fields.integerOr("timeout_ms", 500, 10, 60000));
        step.retries = static_cast<int>(fields.integerOr("retries", 2, 0, 10));
        step.pauseMilliseconds = static_cast<int>(fields.integerOr("pause_ms", 0, 0, 60000));
        BNOF_TRY(fields.status());
        steps.push_back(std::move(step));
    }
    return {};
}

Result<void> readDialogue(const Json& json, Description& out)
{
    JsonFields fields(json, "ask");
    if (!fields.ok())
        return fields.status();
    onlyKnown(fields, json, {"opening", "cycle", "period_ms"});
    if (json.contains("opening")) {
        const Json& opening = fields.array("opening");
        BNOF_TRY(readSteps(opening, "ask.opening", out.dialogue.opening));
    }
    if (json.contains("cycle")) {
        const Json& cycle = fields.array("cycle");
        BNOF_TRY(readSteps(cycle, "ask.cycle", out.dialogue.cycle));
    }
    out.dialogue.periodMilliseconds = static_cast<int>(fields.integerOr("period_ms", 1000, 10, 86'400'000));
    return fields.status();
}

/// What no member alone can tell.
Result<void> checkWhole(const Description& out)
{
    const auto wrong = [](std::string where, std::string what, std::string remedy) {
        return makeError(ErrorKind::BadInput, std::move(what), std::move(where), std::move(remedy));
    };
    if (std::ranges::all_of(out.fields, &Description::Field::time))
        return wrong("fields", "no field is a channel", "Describe at least one value that is no time.");
    if (std::ranges::count_if(out.fields, &Description::Field::time) > 1)
        return wrong("fields", "more than one field is the device's time", "Keep one \"time\": true.");
    if (!out.pattern.empty()) {
        const QRegularExpression expression(QString::fromStdString(out.pattern));
        if (!expression.isValid())
            return wrong("framing.pattern",
                         "the regular expression is wrong at character " +
                             std::to_string(expression.patternErrorOffset()) + ": " +
                             expression.errorString().toStdString(),
                         "See https://www.pcre.org/current/doc/html/pcre2pattern.html");
        for (const auto& field : out.fields)
            if (field.index > expression.captureCount())
                return wrong("fields." + field.channel.name,
                             "the pattern has only " + std::to_string(expression.captureCount()) + " groups",
                             "Put the value in parentheses in the pattern.");
    }
    if (out.framing != Description::Framing::Fixed)
        return {};
    const auto length = static_cast<int>(out.length);
    for (const auto& field : out.fields) {
        const int size = field.type == Description::Type::Ascii ? field.length : sizeOf(field.type);
        const int at = field.at < 0 ? length + field.at : field.at;
        if (at < 0 || at + size > length)
            return wrong("fields." + field.channel.name,
                         "the value reaches beyond the message of " + std::to_string(length) + " bytes",
                         "Check \"at\" and \"type\", or the length of the framing.");
    }
    return {};
}

Result<DecoderDescription> read(const Json& json)
{
    JsonFields fields(json, "decoder");
    BNOF_TRY(fields.status());
    onlyKnown(fields, json,
              {"bnof_decoder", "name", "summary", "baud", "framing", "match", "checksum", "fields", "ask", "$schema"});
    Description out;
    if (fields.integer("bnof_decoder", 1, 1000) > 1)
        fields.fail("bnof_decoder", "this program knows version 1 only", "Update the program.");
    out.name = fields.string("name");
    if (fields.ok() && (out.name.empty() || out.name.size() > 40 ||
                        out.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos))
        fields.fail("name", "\"" + out.name + "\" cannot be a name in a source URI",
                    "Use lower-case letters, digits, - and _, e.g. \"am7\".");
    out.summary = fields.stringOr("summary", out.name);
    out.baud = static_cast<int>(fields.integerOr("baud", 0, 0, 4'000'000));
    const Json& framing = fields.objectField("framing");
    const Json& list = fields.array("fields");
    BNOF_TRY(fields.status());
    BNOF_TRY(readFraming(framing, out));
    if (json.contains("match"))
        for (const Json& item : fields.array("match").items()) {
            JsonFields match(item, "match");
            onlyKnown(match, item, {"at", "bytes"});
            const auto at = static_cast<int>(match.integer("at", -longestMessage, longestMessage));
            out.matches.push_back({at, hexField(match, "bytes", 1, 16)});
            BNOF_TRY(match.status());
        }
    if (json.contains("checksum"))
        BNOF_TRY(readChecksum(json["checksum"], out));
    if (list.items().empty() || list.items().size() > maximumChannels)
        fields.fail("fields", "there are none, or more than 4096", "Describe each value as one field.");
    for (std::size_t i = 0; i < list.items().size(); ++i)
        BNOF_TRY(readField(list.items()[i], "fields[" + std::to_string(i) + "]", out));
    if (json.contains("ask"))
        BNOF_TRY(readDialogue(json["ask"], out));
    BNOF_TRY(fields.status());
    BNOF_TRY(checkWhole(out));
    return out;
}

} // namespace

int sizeOf(DecoderDescription::Type type)
{
    using Type = DecoderDescription::Type;
    switch (type) {
    case Type::U8:
    case Type::I8: return 1;
    case Type::U16:
    case Type::I16: return 2;
    case Type::U24:
    case Type::I24: return 3;
    case Type::U32:
    case Type::I32:
    case Type::F32: return 4;
    case Type::F64: return 8;
    case Type::Ascii: return 0;
    }
    return 0;
}

int sizeOf(DecoderDescription::Checksum checksum)
{
    using Checksum = DecoderDescription::Checksum;
    switch (checksum) {
    case Checksum::None:
    case Checksum::Nmea: return 0;
    case Checksum::Sum16:
    case Checksum::Crc16Modbus:
    case Checksum::Crc16Ccitt: return 2;
    case Checksum::Crc32: return 4;
    default: return 1;
    }
}

Result<DecoderDescription> parseDecoderDescription(std::string_view json, const std::string& where)
{
    BNOF_TRY_ASSIGN(const Json document, Json::parse(json, where));
    auto description = read(document);
    if (description.ok())
        return description;
    Error error = description.error();
    error.where = where + ", " + error.where;
    return error;
}

} // namespace bnof::sensing
