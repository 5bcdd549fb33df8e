// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/source_uri.h"

#include <algorithm>
#include <optional>

#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/source_schemes.h"

namespace bnof::sensing {
namespace {

/// Whether the decoder that the URI names has it is checked when the decoder is made.
bool isDecoderParameter(const std::string& key)
{
    const std::vector<std::string> names = decoderParameterNames();
    return std::ranges::find(names, key) != names.end();
}

std::string schemeList()
{
    std::string list;
    for (const SchemeRules& rule : schemeRules())
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
        const bool own = std::ranges::find(common, *key) != common.end() ||
                         std::ranges::find(rules.parameters, *key) != rules.parameters.end();
        if (!own && !isDecoderParameter(*key)) {
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
        if (std::string problem = own ? parameterProblem(*key, *value) : std::string(); !problem.empty())
            return uriError(std::move(problem), text, rules.info.example);
        uri.parameters.emplace_back(*key, *value);
    }
    for (const std::string_view name : rules.required)
        if (uri.parameter(name).empty())
            return uriError("the parameter \"" + std::string(name) + "\" is missing", text, rules.info.example);
    return {};
}

/// host, host:port, [IPv6] or [IPv6]:port.
Result<void> parseHost(std::string_view rest, const SchemeRules& rules, std::string_view text, SourceUri& uri)
{
    const std::string& example = rules.info.example;
    static const std::string bracketExample = "tcp://[::1]:9000";
    std::string_view host;
    std::optional<std::string_view> port;
    if (rest.find('@') != std::string_view::npos)
        return uriError("names and passwords do not stand in the address, because it is kept in recordings: use user=, "
                        "and password-env= (an environment variable) or password-file=",
                        uri.scheme + "://…@" + std::string(rest.substr(rest.rfind('@') + 1)), example);
    if (rest.starts_with('[')) {
        const auto close = rest.find(']');
        if (close == std::string_view::npos)
            return uriError("the [ of the IPv6 address is not closed", text, bracketExample);
        host = rest.substr(1, close - 1);
        rest.remove_prefix(close + 1);
        if (!rest.empty() && rest.front() != ':')
            return uriError("behind the ] of the IPv6 address only :port may stand", text, bracketExample);
        if (!rest.empty())
            port = rest.substr(1);
    } else {
        const auto colon = rest.rfind(':');
        host = rest.substr(0, colon);
        if (colon != std::string_view::npos)
            port = rest.substr(colon + 1);
        if (host.find(':') != std::string_view::npos)
            return uriError("an IPv6 address must stand in brackets", text, bracketExample);
    }
    if (!port && rules.defaultPort == 0)
        return uriError("the port number is missing", text, example);
    const auto decoded = percentDecode(host);
    if (!decoded || decoded->empty())
        return uriError("the host name is missing", text, example);
    const auto number = port ? wholeNumber(*port) : std::optional(rules.defaultPort);
    if (!number || *number < (rules.anyPort ? 0 : 1) || *number > 65535)
        return uriError("\"" + std::string(*port) + "\" is not a port number (1 to 65535)", text, example);
    uri.host = *decoded;
    uri.port = *number;
    return {};
}

Result<void> parseAuthority(std::string_view rest, const SchemeRules& rules, std::string_view text, SourceUri& uri)
{
    const std::string& example = rules.info.example;
    if (!rest.starts_with("//"))
        return uriError("\"" + uri.scheme + ":\" is not followed by //host" + (rules.defaultPort == 0 ? ":port" : ""),
                        text, example);
    rest.remove_prefix(2);
    const auto slash = rest.find('/');
    BNOF_TRY(parseHost(rest.substr(0, slash), rules, text, uri));
    const std::string_view path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
    switch (rules.form) {
    case AddressForm::Resource: {
        const auto printable = [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '#'; };
        if (!std::ranges::all_of(path, printable))
            return uriError("the path holds a space or a #; write them as %20 and %23", text, example);
        uri.path = path == "/" ? std::string() : std::string(path);
        return {};
    }
    case AddressForm::Topic: {
        const auto topic = percentDecode(path.substr(std::min<std::size_t>(1, path.size())));
        if (!topic)
            return uriError("a % in the topic is not followed by two hexadecimal digits", text, example);
        if (std::string problem = topicProblem(*topic); !problem.empty())
            return uriError(std::move(problem), text, example);
        uri.path = *topic;
        return {};
    }
    case AddressForm::Host:
    case AddressForm::Path: break;
    }
    if (path.size() > 1)
        return uriError("\"" + std::string(path) + "\" stands behind the port; " + uri.scheme + " sources have no path",
                        text, example);
    return {};
}

} // namespace

Result<SourceUri> SourceUri::parse(std::string_view text)
{
    const std::string& serialExample = schemeRules().front().info.example;
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
    if (rules->form != AddressForm::Path) {
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
    if (rules != nullptr && rules->form != AddressForm::Path) {
        const bool brackets = host.find(':') != std::string::npos;
        out += "//" + (brackets ? "[" + host + "]" : percentEncode(host, "?#/:[]@"));
        if (port != rules->defaultPort)
            out += ":" + std::to_string(port);
        if (rules->form == AddressForm::Topic)
            out += "/" + percentEncode(path, "?");
        else
            out += path;
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
        for (const SchemeRules& rule : schemeRules())
            infos.push_back(rule.info);
        return infos;
    }();
    return table;
}

} // namespace bnof::sensing
