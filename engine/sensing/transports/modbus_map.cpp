// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/modbus_map.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <tuple>

#include "engine/base/files.h"
#include "engine/sensing/decoders/decoder_text.h"

namespace bnof::sensing {
namespace {

constexpr std::size_t maximumRegisters = 1024;

template <typename Value> struct Choice {
    const char* word;
    Value value;
};
constexpr Choice<ModbusType> types[] = {{"u16", ModbusType::U16},
                                        {"s16", ModbusType::S16},
                                        {"u32", ModbusType::U32},
                                        {"s32", ModbusType::S32},
                                        {"f32", ModbusType::F32}};
constexpr Choice<ModbusOrder> orders[] = {
    {"ABCD", ModbusOrder::ABCD}, {"CDAB", ModbusOrder::CDAB}, {"BADC", ModbusOrder::BADC}, {"DCBA", ModbusOrder::DCBA}};

template <typename Value, std::size_t N>
Value choice(JsonFields& fields, const char* key, const Choice<Value> (&choices)[N])
{
    const std::string word = fields.stringOr(key, choices[0].word);
    std::string known;
    for (const auto& each : choices) {
        if (word == each.word)
            return each.value;
        known += (known.empty() ? "" : ", ") + std::string(each.word);
    }
    fields.fail(key, "\"" + word + "\" is not possible here", "Use one of " + known + ".");
    return choices[0].value;
}

/// Refuses members that nobody reads: a misspelt "scael" must not be passed over.
Result<void> onlyKnown(const Json& object, const std::string& path, std::initializer_list<std::string_view> known)
{
    for (const auto& [key, value] : object.members()) {
        if (std::ranges::find(known, key) != known.end() || key.starts_with("//"))
            continue;
        std::string list;
        for (const std::string_view word : known)
            list += (list.empty() ? "" : ", ") + std::string(word);
        return makeError(ErrorKind::BadInput, "\"" + key + "\" is not known here", path, "Possible: " + list + ".");
    }
    return {};
}

/// The shortest text that reads back as the same float: frames hold floats.
std::string toText(double value)
{
    const float rounded = toFloat(value);
    char text[48];
    const auto [end, code] = std::to_chars(text, text + sizeof text, rounded);
    return std::isfinite(rounded) && code == std::errc() ? std::string(text, end) : "null";
}

std::uint16_t swapped(std::uint16_t word)
{
    return static_cast<std::uint16_t>((word << 8) | (word >> 8));
}

Result<std::vector<ModbusRegister::Bit>> readBits(const Json& json, const std::string& path)
{
    std::vector<ModbusRegister::Bit> bits;
    for (const auto& [key, meaning] : json.members()) {
        int bit = -1;
        const auto [end, code] = std::from_chars(key.data(), key.data() + key.size(), bit);
        if (code != std::errc() || end != key.data() + key.size() || bit < 0 || bit > 31 || !meaning.isString())
            return makeError(ErrorKind::BadInput, "\"" + key + "\" is not a bit with its meaning", path,
                             R"(Write for example "bits": {"0": "fatal error", "5": "out of range"}.)");
        bits.push_back({bit, meaning.toString()});
    }
    return bits;
}

Result<ModbusRegister> readRegister(const Json& json, const std::string& path)
{
    if (!json.isObject())
        return makeError(ErrorKind::BadInput, "a register must be an object", path,
                         R"(Write for example {"name": "CO2", "function": 4, "address": 3}.)");
    BNOF_TRY(onlyKnown(json, path,
                       {"name", "quantity", "unit", "gas", "range", "device", "function", "address", "type", "order",
                        "scale", "offset", "missing", "raw", "bits"}));
    JsonFields fields(json, path);
    ModbusRegister each;
    each.channel.name = fields.string("name");
    each.channel.quantity = fields.stringOr("quantity", "");
    each.channel.unit = fields.stringOr("unit", "");
    each.channel.gas = fields.stringOr("gas", "");
    each.unit = static_cast<int>(fields.integerOr("device", 0, 0, 255));
    each.function = static_cast<int>(fields.integer("function", 3, 4));
    each.address = static_cast<int>(fields.integer("address", 0, 65535));
    each.type = choice(fields, "type", types);
    each.order = choice(fields, "order", orders);
    each.scale = fields.numberOr("scale", 1, -1e12, 1e12);
    each.offset = fields.numberOr("offset", 0, -1e12, 1e12);
    each.raw = fields.booleanOr("raw", false);
    if (fields.has("missing"))
        each.missing = fields.number("missing", -4e9, 5e9);
    if (const Json& range = json["range"]; range.items().size() == 2) {
        each.channel.rangeLow = range.items()[0].toDouble();
        each.channel.rangeHigh = range.items()[1].toDouble();
    } else if (fields.has("range")) {
        fields.fail("range", "a range is two numbers", "Write for example \"range\": [0, 10000].");
    }
    if (each.channel.name.empty() || each.channel.name.size() > maximumNameLength - 4)
        fields.fail("name", "a name has 1 to 60 bytes");
    if (each.scale == 0)
        fields.fail("scale", "a scale of 0 loses every value", "Leave it out for 1.");
    if (each.address + each.width() > 65536)
        fields.fail("address", "a 32-bit value does not fit behind the last register", "Use at most 65534.");
    BNOF_TRY(fields.status());
    BNOF_TRY_ASSIGN(each.bits, readBits(json["bits"], path + ".bits"));
    return each;
}

Result<ModbusWrite> readWrite(const Json& json, const std::string& path)
{
    BNOF_TRY(onlyKnown(json, path, {"device", "address", "value", "values"}));
    JsonFields fields(json, path);
    ModbusWrite write;
    write.unit = static_cast<int>(fields.integerOr("device", 0, 0, 255));
    write.address = static_cast<int>(fields.integer("address", 0, 65535));
    if (fields.has("value"))
        write.values.push_back(static_cast<std::uint16_t>(fields.integer("value", 0, 65535)));
    for (const Json& value : json["values"].items()) {
        if (!value.isInteger() || value.toInteger() < 0 || value.toInteger() > 65535)
            fields.fail("values", "registers hold whole numbers from 0 to 65535");
        write.values.push_back(static_cast<std::uint16_t>(value.toInteger()));
    }
    if (write.values.empty() || write.values.size() > 123)
        fields.fail("value", "there must be one value, or up to 123 values",
                    R"(Write for example {"address": 54, "value": 0}.)");
    BNOF_TRY(fields.status());
    return write;
}

Result<void> checkNames(const ModbusMap& map, const std::string& source)
{
    std::vector<std::string> names;
    for (const ModbusRegister& each : map.registers) {
        names.push_back(each.channel.name);
        if (each.raw)
            names.push_back(each.channel.name + " raw");
    }
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice != names.end())
        return makeError(ErrorKind::BadInput, "two registers are named \"" + *twice + "\"", source,
                         "Give each a name of its own.");
    return {};
}

} // namespace

std::optional<double> ModbusRegister::raw64(std::span<const std::uint16_t> words) const
{
    const bool bytes = order == ModbusOrder::BADC || order == ModbusOrder::DCBA;
    const bool low = order == ModbusOrder::CDAB || order == ModbusOrder::DCBA;
    const auto word = [&](std::size_t i) { return bytes ? swapped(words[i]) : words[i]; };
    double value = 0;
    if (width() == 1) {
        value = type == ModbusType::S16 ? static_cast<double>(static_cast<std::int16_t>(word(0)))
                                        : static_cast<double>(word(0));
    } else {
        const std::uint32_t high = low ? word(1) : word(0);
        const std::uint32_t all = high << 16 | (low ? word(0) : word(1));
        if (type == ModbusType::F32)
            value = static_cast<double>(std::bit_cast<float>(all));
        else
            value = type == ModbusType::S32 ? static_cast<double>(static_cast<std::int32_t>(all))
                                            : static_cast<double>(all);
    }
    if (!std::isfinite(value) || (missing && value == *missing))
        return std::nullopt;
    return value;
}

std::string ModbusRegister::rawText(std::span<const std::uint16_t> words) const
{
    const auto value = raw64(words);
    if (!value)
        return "null";
    if (type != ModbusType::F32)
        return std::to_string(static_cast<std::int64_t>(*value));
    return toText(*value);
}

std::string ModbusRegister::valueText(std::span<const std::uint16_t> words) const
{
    if (scale == 1 && offset == 0)
        return rawText(words);
    const auto value = raw64(words);
    return value ? toText(*value * scale + offset) : "null";
}

Result<ModbusMap> ModbusMap::parse(std::string_view text, const std::string& sourceName)
{
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, sourceName));
    if (!json.isObject())
        return makeError(ErrorKind::BadInput, "a register map is a JSON object", sourceName,
                         "resources/modbus/README.md shows one.");
    BNOF_TRY(onlyKnown(json, sourceName,
                       {"name", "description", "simulated", "unit", "baud", "parity", "stopbits", "poll_ms",
                        "timeout_ms", "gap", "start", "registers"}));
    JsonFields fields(json, sourceName);
    ModbusMap map;
    map.name = fields.string("name");
    map.description = fields.stringOr("description", "");
    map.simulated = fields.booleanOr("simulated", false);
    map.unit = static_cast<int>(fields.integerOr("unit", map.unit, 1, 255));
    map.baud = static_cast<int>(fields.integerOr("baud", map.baud, 50, 4'000'000));
    map.parity = choice<std::string_view>(fields, "parity", {{"none", "none"}, {"even", "even"}, {"odd", "odd"}});
    map.stopBits = std::to_string(fields.integerOr("stopbits", 1, 1, 2));
    map.pollMilliseconds = static_cast<int>(fields.integerOr("poll_ms", map.pollMilliseconds, 10, 86'400'000));
    map.timeoutMilliseconds = static_cast<int>(fields.integerOr("timeout_ms", map.timeoutMilliseconds, 10, 60'000));
    map.gap = static_cast<int>(fields.integerOr("gap", map.gap, 0, 100));
    const Json& registers = fields.array("registers");
    BNOF_TRY(fields.status());
    const auto path = [&](const char* list, std::size_t i) {
        return sourceName + ": " + list + "[" + std::to_string(i) + "]";
    };
    for (std::size_t i = 0; i < registers.items().size(); ++i) {
        BNOF_TRY_ASSIGN(ModbusRegister each, readRegister(registers.items()[i], path("registers", i)));
        map.registers.push_back(std::move(each));
    }
    if (map.registers.empty() || map.registers.size() > maximumRegisters)
        return makeError(ErrorKind::BadInput, "a register map needs 1 to 1024 registers", sourceName,
                         R"(Write for example "registers": [{"name": "CO2", "function": 4, "address": 3}].)");
    const Json& start = json["start"];
    for (std::size_t i = 0; i < start.items().size(); ++i) {
        BNOF_TRY_ASSIGN(ModbusWrite write, readWrite(start.items()[i], path("start", i)));
        map.start.push_back(std::move(write));
    }
    BNOF_TRY(checkNames(map, sourceName));
    return map;
}

Result<ModbusMap> ModbusMap::forUnits(const std::vector<int>& units) const
{
    ModbusMap all = *this;
    all.complete = true;
    all.registers.clear();
    all.start.clear();
    for (const int each : units) {
        for (ModbusRegister copy : registers) {
            if (copy.unit != 0)
                continue;
            copy.unit = each;
            copy.channel.name = "u" + std::to_string(each) + " " + copy.channel.name;
            if (copy.channel.name.size() > maximumNameLength - 4)
                return makeError(ErrorKind::Usage,
                                 "\"" + copy.channel.name + "\" is too long a name (at most 60 bytes with its unit)",
                                 name, "Shorten the names in the register map.");
            all.registers.push_back(std::move(copy));
        }
        for (ModbusWrite copy : start) {
            if (copy.unit != 0)
                continue;
            copy.unit = each;
            all.start.push_back(std::move(copy));
        }
    }
    std::ranges::copy_if(registers, std::back_inserter(all.registers), [](const auto& each) { return each.unit != 0; });
    std::ranges::copy_if(start, std::back_inserter(all.start), [](const auto& each) { return each.unit != 0; });
    if (all.registers.size() > maximumRegisters)
        return makeError(ErrorKind::Usage,
                         std::to_string(all.registers.size()) +
                             " registers of all units together are too many (at most " +
                             std::to_string(maximumRegisters) + ")",
                         name, "Connect the units in several sources, or read fewer registers.");
    BNOF_TRY(checkNames(all, name));
    return all;
}

std::vector<std::string> ModbusMap::names()
{
    std::vector<std::string> names;
    const auto folder = findResource("modbus");
    if (!folder.ok())
        return names;
    std::error_code code;
    for (std::filesystem::directory_iterator file(*folder, code), end; !code && file != end; file.increment(code))
        if (file->path().extension() == ".json")
            names.push_back(file->path().stem().string());
    std::ranges::sort(names);
    return names;
}

Result<ModbusMap> ModbusMap::load(const std::string& nameOrFile)
{
    std::string path = nameOrFile;
    if (nameOrFile.find('/') == std::string::npos && !nameOrFile.ends_with(".json")) {
        const auto found = findResource("modbus/" + nameOrFile + ".json");
        if (!found.ok()) {
            std::string known;
            for (const std::string& name : names())
                known += (known.empty() ? "" : ", ") + name;
            return makeError(ErrorKind::Usage, "there is no register map \"" + nameOrFile + "\"", "map",
                             "Known maps: " + known + "; for one of your own give its path: map=./mine.json");
        }
        path = *found;
    }
    const auto text = readFile(path, 4U << 20);
    if (!text.ok())
        return makeError(ErrorKind::Usage, "the register map cannot be read", path, "Check the path behind map=.",
                         text.error().what);
    return parse(*text, path);
}

std::vector<ModbusBlock> ModbusMap::blocks(int sourceUnit) const
{
    const auto unitOf = [&](std::size_t i) { return registers[i].unit != 0 ? registers[i].unit : sourceUnit; };
    std::vector<std::size_t> order(registers.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return std::tuple(unitOf(a), registers[a].function, registers[a].address) <
               std::tuple(unitOf(b), registers[b].function, registers[b].address);
    });
    std::vector<ModbusBlock> blocks;
    for (const std::size_t i : order) {
        const ModbusRegister& each = registers[i];
        const int end = each.address + each.width();
        if (!blocks.empty()) {
            ModbusBlock& last = blocks.back();
            if (last.unit == unitOf(i) && last.function == each.function &&
                each.address <= last.address + last.count + gap && end - last.address <= maximumBlock) {
                last.count = std::max(last.count, end - last.address);
                last.registers.push_back(i);
                continue;
            }
        }
        blocks.push_back({unitOf(i), each.function, each.address, each.width(), {i}});
    }
    return blocks;
}

std::string ModbusMap::descriptionLine() const
{
    DeviceDescription told;
    told.device = description.empty() ? name : description;
    told.simulated = simulated;
    for (const ModbusRegister& each : registers) {
        told.channels.push_back(each.channel);
        if (!each.raw)
            continue;
        ChannelInfo counts = each.channel;
        counts.name += " raw";
        counts.unit = "counts";
        told.channels.push_back(std::move(counts));
    }
    Json json = toJson(told);
    if (complete)
        json.set("complete", true);
    return "{\"bnof\":" + json.dump() + "}\n";
}

} // namespace bnof::sensing
