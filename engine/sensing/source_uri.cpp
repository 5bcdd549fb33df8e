// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/source_uri.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "engine/sensing/decoders/decoder.h"

namespace bnof::sensing {
namespace {

/// Whether the decoder that the URI names has it is checked when the decoder is made.
bool isDecoderParameter(const std::string& key)
{
    const std::vector<std::string> names = decoderParameterNames();
    return std::ranges::find(names, key) != names.end();
}

/// What one scheme looks like; the single place that says so.
struct SchemeRules {
    TransportInfo info;
    bool network = false;                     ///< host and port instead of a path
    std::vector<std::string_view> parameters; ///< beyond the common ones
};

const std::vector<std::string_view>& commonParameters()
{
    static const std::vector<std::string_view> names{"decoder", "time", "name", "rate", "backup"};
    return names;
}

const std::vector<SchemeRules>& schemes()
{
    static const std::vector<SchemeRules> rules{
        {{"serial", "A serial port: USB boards and adapters, RS-232, pseudo-terminals",
          "serial:/dev/ttyUSB0?baud=115200&decoder=csv"},
         false,
         {"baud"}},
        {{"tcp", "A network sensor that accepts connections and sends lines", "tcp://192.168.1.20:9000?decoder=ndjson"},
         true,
         {"policy", "warmup"}},
        {{"tcp-listen", "Accepts network sensors: each connection is a sensor of its own",
          "tcp-listen://0.0.0.0:9000?decoder=csv"},
         true,
         {"policy", "warmup", "sensors"}},
        {{"replay", "A recording, played again", "replay:run.bnr?speed=1"}, false, {"speed", "at"}},
    };
    return rules;
}

const SchemeRules* rulesOf(std::string_view scheme)
{
    const auto& all = schemes();
    const auto it = std::ranges::find_if(all, [&](const SchemeRules& rule) { return rule.info.scheme == scheme; });
    return it == all.end() ? nullptr : &*it;
}

std::string schemeList()
{
    std::string list;
    for (const SchemeRules& rule : schemes())
        list += (list.empty() ? "" : ", ") + rule.info.scheme;
    return list;
}

Error uriError(std::string what, std::string_view text, const std::string& example)
{
    return makeError(ErrorKind::Usage, std::move(what), "source \"" + std::string(text) + "\"",
                     "A correct source looks like " + example);
}

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/// Empty when a % is not followed by two hexadecimal digits, or stands for NUL.
std::optional<std::string> percentDecode(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size())
            return std::nullopt;
        const int high = hexDigit(text[i + 1]);
        const int low = hexDigit(text[i + 2]);
        if (high < 0 || low < 0 || high + low == 0)
            return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::string percentEncode(std::string_view text, std::string_view special)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7F || c == '%' || special.find(c) != std::string_view::npos) {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    return out;
}

std::optional<double> numberOf(std::string_view text)
{
    double value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<int> integerOf(std::string_view text)
{
    int value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// What is wrong with the value of a known parameter; empty when it is right.
std::string problemOf(std::string_view key, const std::string& value)
{
    if (key == "baud") {
        const auto baud = integerOf(value);
        if (!baud || *baud < 50 || *baud > 4'000'000)
            return "\"" + value + "\" is not a baud rate; baud is a whole number from 50 to 4000000";
    } else if (key == "rate") {
        const auto rate = numberOf(value);
        if (!rate || *rate <= 0 || *rate > 1e6)
            return "\"" + value + "\" is not a rate; rate is in hertz, above 0 and at most 1000000";
    } else if (key == "time") {
        if (value != "arrival" && value != "device")
            return "time is either \"arrival\" (when the bytes came) or \"device\" (the device's own time column), "
                   "not \"" +
                   value + "\"";
    } else if (key == "policy") {
        if (value != "reject" && value != "drop-oldest" && value != "block")
            return "policy is \"reject\" (the newest frame is lost when too many wait), \"drop-oldest\" or \"block\" "
                   "(the "
                   "sensor has to wait), not \"" +
                   value + "\"";
    } else if (key == "warmup") {
        const auto seconds = numberOf(value);
        if (!seconds || *seconds < 0 || *seconds > 1e6)
            return "\"" + value + "\" is not a time; warmup is in seconds";
    } else if (key == "sensors") {
        const auto count = integerOf(value);
        if (!count || *count < 1 || *count > 65000)
            return "\"" + value + "\" is not a number of sensors; at most 1 to 65000 can be accepted";
    } else if (key == "backup") {
        if (const auto backup = SourceUri::parse(value); !backup.ok())
            return "the backup is no source: " + backup.error().what;
        else if (backup->scheme == "replay" || backup->scheme == "tcp-listen" || !backup->parameter("backup").empty())
            return "a backup is one live device, not \"" + value + "\"";
    } else if (key == "at") {
        const auto seconds = numberOf(value);
        if (!seconds || *seconds < 0 || *seconds > 1e9)
            return "\"" + value + "\" is not a time; at is in seconds from the beginning of the recording";
    } else if (key == "speed") {
        const auto speed = numberOf(value);
        if (value != "max" && (!speed || *speed <= 0 || *speed > 1e6))
            return "\"" + value + "\" is not a speed; speed is a factor above 0, or \"max\"";
    } else if (key == "decoder" && value.empty()) {
        return "decoder has no value";
    }
    return {};
}

Result<void> parseParameters(std::string_view query, const SchemeRules& rules, std::string_view text, SourceUri& uri)
{
    while (!query.empty()) {
        const std::string_view item = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), item.size() + 1));
        if (item.empty())
            continue;
        const auto equals = item.find('=');
        if (equals == std::string_view::npos)
            return uriError("the parameter \"" + std::string(item) + "\" has no value", text, rules.info.example);
        const auto key = percentDecode(item.substr(0, equals));
        const auto value = percentDecode(item.substr(equals + 1));
        if (!key || !value)
            return uriError("in \"" + std::string(item) + "\" a % is not followed by two hexadecimal digits", text,
                            rules.info.example);
        const auto& common = commonParameters();
        if (std::ranges::find(common, *key) == common.end() &&
            std::ranges::find(rules.parameters, *key) == rules.parameters.end() && !isDecoderParameter(*key)) {
            std::string known;
            for (const auto& list : {rules.parameters, common})
                for (const std::string_view name : list)
                    known += (known.empty() ? "" : ", ") + std::string(name);
            return uriError("\"" + *key + "\" is no parameter of " + rules.info.scheme + " sources (known: " + known +
                                ")",
                            text, rules.info.example);
        }
        if (*key != "backup" && std::ranges::any_of(uri.parameters, [&](const auto& p) { return p.first == *key; }))
            return uriError("the parameter \"" + *key + "\" is given twice", text, rules.info.example);
        if (std::string problem = problemOf(*key, *value); !problem.empty())
            return uriError(std::move(problem), text, rules.info.example);
        uri.parameters.emplace_back(*key, *value);
    }
    return {};
}

Result<void> parseAuthority(std::string_view rest, const SchemeRules& rules, std::string_view text, SourceUri& uri)
{
    const std::string& example = rules.info.example;
    if (!rest.starts_with("//"))
        return uriError("\"" + uri.scheme + ":\" is not followed by //host:port", text, example);
    rest.remove_prefix(2);
    if (!rest.empty() && rest.back() == '/')
        rest.remove_suffix(1);
    std::string_view host;
    std::string_view port;
    if (rest.starts_with('[')) {
        const auto close = rest.find(']');
        if (close == std::string_view::npos)
            return uriError("the [ of the IPv6 address is not closed", text, "tcp://[::1]:9000");
        host = rest.substr(1, close - 1);
        rest.remove_prefix(close + 1);
        if (!rest.starts_with(':'))
            return uriError("the port number is missing", text, "tcp://[::1]:9000");
        port = rest.substr(1);
    } else {
        const auto colon = rest.rfind(':');
        if (colon == std::string_view::npos)
            return uriError("the port number is missing", text, example);
        host = rest.substr(0, colon);
        port = rest.substr(colon + 1);
        if (host.find(':') != std::string_view::npos)
            return uriError("an IPv6 address must stand in brackets", text, "tcp://[::1]:9000");
    }
    const auto decoded = percentDecode(host);
    if (!decoded || decoded->empty())
        return uriError("the host name is missing", text, example);
    const auto number = integerOf(port);
    const int lowest = uri.scheme == "tcp-listen" ? 0 : 1; // any free port
    if (!number || *number < lowest || *number > 65535)
        return uriError("\"" + std::string(port) + "\" is not a port number (1 to 65535)", text, example);
    uri.host = *decoded;
    uri.port = *number;
    return {};
}

} // namespace

Result<SourceUri> SourceUri::parse(std::string_view text)
{
    const std::string& serialExample = schemes().front().info.example;
    if (text.empty())
        return makeError(ErrorKind::Usage, "the source is empty", "source",
                         "A correct source looks like " + serialExample);
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) {
        std::string example = serialExample;
        if (text.starts_with("/dev/"))
            example = "serial:" + std::string(text);
        else if (text.ends_with(".bnr"))
            example = "replay:" + std::string(text);
        return uriError("it does not begin with a scheme (" + schemeList() + ") and a colon", text, example);
    }
    SourceUri uri;
    uri.scheme = std::string(text.substr(0, colon));
    const SchemeRules* rules = rulesOf(uri.scheme);
    if (rules == nullptr)
        return uriError("\"" + uri.scheme + "\" is not a known kind of source (known: " + schemeList() + ")", text,
                        serialExample);
    std::string_view rest = text.substr(colon + 1);
    std::string_view query;
    if (const auto question = rest.find('?'); question != std::string_view::npos) {
        query = rest.substr(question + 1);
        rest = rest.substr(0, question);
    }
    if (rules->network) {
        BNOF_TRY(parseAuthority(rest, *rules, text, uri));
    } else {
        if (rest.starts_with("///"))
            rest.remove_prefix(2);
        const auto path = percentDecode(rest);
        if (!path)
            return uriError("a % in the path is not followed by two hexadecimal digits (write %25 for a percent sign)",
                            text, rules->info.example);
        if (path->empty())
            return uriError(uri.scheme == "replay" ? "the name of the recording is missing"
                                                   : "the name of the port is missing",
                            text, rules->info.example);
        uri.path = *path;
    }
    BNOF_TRY(parseParameters(query, *rules, text, uri));
    return uri;
}

std::string SourceUri::toString() const
{
    std::string out = scheme + ":";
    const SchemeRules* rules = rulesOf(scheme);
    if (rules != nullptr && rules->network) {
        const bool brackets = host.find(':') != std::string::npos;
        out += "//" + (brackets ? "[" + host + "]" : percentEncode(host, "?#/:[]")) + ":" + std::to_string(port);
    } else {
        // Three slashes would be read as an empty host: a path that begins with // keeps its second one encoded.
        std::string encoded = percentEncode(path, "?#");
        if (encoded.starts_with("///"))
            encoded.replace(1, 1, "%2F");
        out += encoded;
    }
    char separator = '?';
    for (const auto& [key, value] : parameters) {
        out += separator + percentEncode(key, "&=#?") + "=" + percentEncode(value, key == "backup" ? "&#?=" : "&#");
        separator = '&';
    }
    return out;
}

std::string SourceUri::parameter(std::string_view key, std::string_view fallback) const
{
    for (const auto& [name, value] : parameters)
        if (name == key)
            return value;
    return std::string(fallback);
}

const std::vector<TransportInfo>& transports()
{
    static const std::vector<TransportInfo> table = [] {
        std::vector<TransportInfo> infos;
        for (const SchemeRules& rule : schemes())
            infos.push_back(rule.info);
        return infos;
    }();
    return table;
}

} // namespace bnof::sensing
