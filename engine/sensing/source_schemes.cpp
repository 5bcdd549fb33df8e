// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/source_schemes.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <initializer_list>

namespace bnof::sensing {
namespace {

std::optional<double> numberOf(std::string_view text)
{
    double value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::string quoted(std::string_view text)
{
    return "\"" + std::string(text) + "\"";
}

std::string notOneOf(std::string_view key, const std::string& value, std::initializer_list<std::string_view> choices)
{
    std::string list;
    for (const std::string_view choice : choices) {
        if (choice == value)
            return {};
        list += (list.empty() ? "" : ", ") + std::string(choice);
    }
    return quoted(value) + " is no value of " + std::string(key) + " (possible: " + list + ")";
}

std::string notWhole(const std::string& value, int low, int high, std::string_view what)
{
    const auto number = wholeNumber(value);
    if (number && *number >= low && *number <= high)
        return {};
    return quoted(value) + " is not " + std::string(what) + " from " + std::to_string(low) + " to " +
           std::to_string(high);
}

std::string notNumber(const std::string& value, double high, std::string_view what)
{
    const auto number = numberOf(value);
    if (number && *number > 0 && *number <= high)
        return {};
    return quoted(value) + " is not " + std::string(what);
}

std::string speedProblem(const std::string& value)
{
    return value == "max" ? std::string() : notNumber(value, 1e6, "a speed; speed is a factor above 0, or \"max\"");
}

std::string secondsProblem(const std::string& value)
{
    const auto seconds = numberOf(value);
    if (seconds && *seconds >= 0 && *seconds <= 1e9)
        return {};
    return quoted(value) + " is not a time; at is in seconds from the beginning of the recording";
}

/// "1a86:7523" or "1a86:7523:SERIAL".
std::string deviceProblem(const std::string& value)
{
    unsigned ids[2] = {0, 0};
    std::string_view rest = value;
    for (unsigned& id : ids) {
        const std::string_view word = rest.substr(0, rest.find(':'));
        const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), id, 16);
        if (word.empty() || word.size() > 4 || code != std::errc() || end != word.data() + word.size())
            return quoted(value) + " is not a USB device; device is VENDOR:PRODUCT in hexadecimal digits, and "
                                   "where the device has one :SERIALNUMBER, as `bnof devices` prints it";
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
    return {};
}

/// "7" or "1,2,7".
std::string unitsProblem(const std::string& value)
{
    const auto units = wholeNumbers(value);
    bool good = units.has_value() && units->size() <= 64;
    for (std::size_t i = 0; good && i < units->size(); ++i)
        good = (*units)[i] >= 1 && (*units)[i] <= 255 && std::ranges::count(*units, (*units)[i]) == 1;
    return good ? std::string()
                : quoted(value) +
                      " is not a Modbus unit; unit is a whole number from 1 to 255, or up to 64 of them with "
                      "commas between, each once";
}

std::string queryProblem(const std::string& value)
{
    return std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != '#'; })
               ? std::string()
               : std::string("query holds a space or a #; write them as %2520 and %2523");
}

std::string warmupProblem(const std::string& value)
{
    const auto seconds = numberOf(value);
    if (seconds && *seconds >= 0 && *seconds <= 1e6)
        return {};
    return quoted(value) + " is not a time; warmup is in seconds";
}

std::string backupProblem(const std::string& value)
{
    const auto backup = SourceUri::parse(value);
    if (!backup.ok())
        return "the backup is no source: " + backup.error().what;
    if (backup->scheme == "replay" || backup->scheme == "tcp-listen" || !backup->parameter("backup").empty())
        return "a backup is one live device, not " + quoted(value);
    return {};
}

using Check = std::string (*)(const std::string& value);
struct ParameterCheck {
    std::string_view key;
    Check problem;
};

constexpr ParameterCheck checks[] = {
    {"rate",
     [](const std::string& v) { return notNumber(v, 1e6, "a rate; rate is in hertz, above 0 and at most 1000000"); }},
    {"time",
     [](const std::string& v) {
         return v == "arrival" || v == "device"
                    ? std::string()
                    : "time is either \"arrival\" (when the bytes came) or \"device\" (the device's own time "
                      "column), not " +
                          quoted(v);
     }},
    {"at", secondsProblem},
    {"speed", speedProblem},
    {"baud", [](const std::string& v) { return notWhole(v, 50, 4'000'000, "a baud rate; baud is a whole number"); }},
    {"parity",
     [](const std::string& v) {
         return notOneOf("parity", v, {"none", "even", "odd", "mark", "space"});
     }},
    {"databits",
     [](const std::string& v) {
         return notOneOf("databits", v, {"5", "6", "7", "8"});
     }},
    {"stopbits",
     [](const std::string& v) {
         return notOneOf("stopbits", v, {"1", "1.5", "2"});
     }},
    {"flow",
     [](const std::string& v) {
         return notOneOf("flow", v, {"none", "hardware", "software"});
     }},
    {"dtr",
     [](const std::string& v) {
         return notOneOf("dtr", v, {"on", "off", "keep"});
     }},
    {"rts",
     [](const std::string& v) {
         return notOneOf("rts", v, {"on", "off"});
     }},
    {"device", deviceProblem},
    {"qos",
     [](const std::string& v) {
         return notOneOf("qos", v, {"0", "1", "2"});
     }},
    {"rows",
     [](const std::string& v) {
         return notOneOf("rows", v, {"complete", "each"});
     }},
    {"retained",
     [](const std::string& v) {
         return notOneOf("retained", v, {"skip", "use"});
     }},
    {"unit", unitsProblem},
    {"poll",
     [](const std::string& v) {
         return notWhole(v, 10, 86'400'000, "a polling interval; poll is a whole number of milliseconds");
     }},
    {"timeout",
     [](const std::string& v) {
         return notWhole(v, 10, 60'000, "a time to wait; timeout is a whole number of milliseconds");
     }},
    {"query", queryProblem},
    {"policy",
     [](const std::string& v) {
         return notOneOf("policy", v, {"reject", "drop-oldest", "block"});
     }},
    {"warmup", warmupProblem},
    {"sensors", [](const std::string& v) { return notWhole(v, 1, 65'000, "a number of sensors"); }},
    {"backup", backupProblem},
};

/// Parameters of which an empty value is a slip of the pen.
constexpr std::string_view neverEmpty[] = {"decoder", "peer", "user", "password-env", "password-file", "ca",
                                           "cert",    "key",  "map",  "client",       "query",         "protocol"};

std::vector<SchemeRules> makeRules()
{
    using Names = std::vector<std::string_view>;
    std::vector<SchemeRules> rules;
    const auto add = [&](const char* scheme, const char* summary, const char* example, AddressForm form, int port,
                         Names parameters, Names required = {}) {
        rules.push_back({{scheme, summary, example}, form, port, std::move(parameters), std::move(required), false});
    };
    add("serial", "A serial port: USB boards and adapters, RS-232, pseudo-terminals",
        "serial:/dev/ttyUSB0?baud=115200&decoder=csv", AddressForm::Path, 0,
        {"baud", "parity", "databits", "stopbits", "flow", "dtr", "rts", "device"});
    add("tcp", "A network sensor that accepts connections and sends lines", "tcp://192.168.1.20:9000?decoder=ndjson",
        AddressForm::Host, 0, {"policy", "warmup"});
    add("tcp-listen", "Accepts network sensors: each connection is a sensor of its own",
        "tcp-listen://0.0.0.0:9000?decoder=csv", AddressForm::Host, 0, {"policy", "warmup", "sensors"});
    rules.back().anyPort = true;
    add("udp", "Datagrams that network sensors send to this computer", "udp://0.0.0.0:9000?decoder=ndjson",
        AddressForm::Host, 0, {"peer"});
    for (const char* secure : {"", "s"}) {
        const bool tls = *secure != 0;
        const auto plus = [&](Names names) {
            if (tls)
                names.emplace_back("ca");
            return names;
        };
        add(tls ? "wss" : "ws", tls ? "A WebSocket over TLS" : "A WebSocket: text or binary messages",
            tls ? "wss://nose.lab/stream?ca=lab-ca.pem&decoder=ndjson" : "ws://192.168.1.20:81/stream?decoder=ndjson",
            AddressForm::Resource, tls ? 443 : 80,
            plus({"query", "protocol", "user", "password-env", "password-file"}));
        add(tls ? "https" : "http",
            tls ? "A stream over HTTP with TLS" : "A stream over HTTP: JSON lines or server-sent events",
            tls ? "https://nose.lab/events?user=lab&password-env=NOSE_PASSWORD" : "http://192.168.1.20/events",
            AddressForm::Resource, tls ? 443 : 80, plus({"query", "user", "password-env", "password-file"}));
    }
    const Names mqtt{"qos", "user", "password-env", "password-file", "rows", "retained", "client", "ca", "cert", "key"};
    add("mqtt", "Topics of an MQTT broker: numbers or JSON", "mqtt://192.168.1.2/enose/<device>/<channel>",
        AddressForm::Topic, 1883, mqtt);
    add("mqtts", "Topics of an MQTT broker over TLS",
        "mqtts://broker.lab/enose/+/+?user=lab&password-env=MQTT_PASSWORD", AddressForm::Topic, 8883, mqtt);
    add("modbus-rtu", "A Modbus device on a serial line or RS-485 adapter", "modbus-rtu:/dev/ttyUSB0?map=senseair-s8",
        AddressForm::Path, 0, {"map", "unit", "baud", "parity", "databits", "stopbits", "poll", "timeout", "device"},
        {"map"});
    add("modbus-tcp", "A Modbus device or gateway on the network",
        "modbus-tcp://192.168.1.30?unit=1&map=./transmitter.json", AddressForm::Host, 502,
        {"map", "unit", "poll", "timeout"}, {"map"});
    add("replay", "A recording, played again", "replay:run.bnr?speed=1", AddressForm::Path, 0, {"speed", "at"});
    return rules;
}

} // namespace

std::optional<std::vector<int>> wholeNumbers(std::string_view text)
{
    std::vector<int> numbers;
    while (true) {
        const std::string_view word = text.substr(0, text.find(','));
        const auto number = wholeNumber(word);
        if (!number)
            return std::nullopt;
        numbers.push_back(*number);
        if (word.size() == text.size())
            return numbers;
        text.remove_prefix(word.size() + 1);
    }
}

std::optional<int> wholeNumber(std::string_view text)
{
    int value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

const std::vector<std::string_view>& commonParameters()
{
    static const std::vector<std::string_view> names{"decoder", "time", "name", "rate", "calibration", "backup"};
    return names;
}

const std::vector<SchemeRules>& schemeRules()
{
    static const std::vector<SchemeRules> rules = makeRules();
    return rules;
}

const SchemeRules* rulesOf(std::string_view scheme)
{
    const auto& all = schemeRules();
    const auto it = std::ranges::find_if(all, [&](const SchemeRules& rule) { return rule.info.scheme == scheme; });
    return it == all.end() ? nullptr : &*it;
}

std::string parameterProblem(std::string_view key, const std::string& value)
{
    if (value.empty() && std::ranges::find(neverEmpty, key) != std::end(neverEmpty))
        return std::string(key) + " has no value";
    const auto check = std::ranges::find(checks, key, &ParameterCheck::key);
    return check == std::end(checks) ? std::string() : check->problem(value);
}

std::string topicProblem(std::string_view topic)
{
    if (topic.empty())
        return "the topic is missing";
    if (topic.size() > 65535)
        return "the topic is longer than 65535 bytes";
    while (true) {
        const auto slash = topic.find('/');
        const std::string_view level = topic.substr(0, slash);
        if (level == "#" && slash != std::string_view::npos)
            return "# stands for all levels below and must be the last level of the topic";
        const bool named = level.size() > 2 && level.front() == '<' && level.back() == '>';
        if (!named && level.size() > 1 && level.find_first_of("+#") != std::string_view::npos)
            return "+ and # must stand alone in a level of the topic, not in " + quoted(level);
        if (slash == std::string_view::npos)
            return {};
        topic.remove_prefix(slash + 1);
    }
}

} // namespace bnof::sensing
