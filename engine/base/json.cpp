// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace bnof {
namespace {

const Json nullJson;

void appendQuoted(std::string& out, std::string_view text)
{
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            if (byte < 0x20) {
                out += "\\u00";
                out += digits[byte >> 4];
                out += digits[byte & 15];
            } else {
                out += c;
            }
        }
    }
    out += '"';
}

void appendUtf8(std::string& out, std::uint32_t code)
{
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | code >> 18);
        out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
        out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

/// Recursive descent over the text; the first problem ends the parse.
class Parser {
public:
    Parser(std::string_view text, std::string_view name) : m_text(text), m_name(name) {}

    Result<Json> document()
    {
        Json value;
        if (!parseValue(value, 0))
            return *m_error;
        skipSpace();
        if (m_at != m_text.size()) {
            fail("unexpected text after the end of the value");
            return *m_error;
        }
        return value;
    }

private:
    static constexpr int maximumDepth = 200;

    bool fail(const char* what)
    {
        if (m_error)
            return false;
        std::size_t line = 1;
        std::size_t column = 1;
        for (std::size_t i = 0; i < m_at && i < m_text.size(); ++i) {
            if (m_text[i] == '\n') {
                ++line;
                column = 1;
            } else {
                ++column;
            }
        }
        m_error = makeError(ErrorKind::BadInput, what,
                            std::string(m_name) + ':' + std::to_string(line) + ':' + std::to_string(column));
        return false;
    }

    void skipSpace()
    {
        while (m_at < m_text.size() &&
               (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\r' || m_text[m_at] == '\t'))
            ++m_at;
    }

    bool literal(std::string_view word)
    {
        if (m_text.substr(m_at, word.size()) != word)
            return fail("unknown word; expected true, false, null, a number, a string, [ or {");
        m_at += word.size();
        return true;
    }

    bool parseValue(Json& out, int depth)
    {
        if (depth > maximumDepth)
            return fail("nested too deeply");
        skipSpace();
        if (m_at >= m_text.size())
            return fail("the text ends where a value should be");
        switch (m_text[m_at]) {
        case '{': return parseObject(out, depth);
        case '[': return parseArray(out, depth);
        case '"': {
            std::string text;
            if (!parseString(text))
                return false;
            out = Json(std::move(text));
            return true;
        }
        case 't': out = Json(true); return literal("true");
        case 'f': out = Json(false); return literal("false");
        case 'n': out = Json(); return literal("null");
        default: return parseNumber(out);
        }
    }

    bool parseNumber(Json& out)
    {
        const std::size_t start = m_at;
        std::size_t end = m_at;
        bool integral = true;
        if (end < m_text.size() && m_text[end] == '-')
            ++end;
        const std::size_t digits = end;
        while (end < m_text.size()) {
            const char c = m_text[end];
            if (c >= '0' && c <= '9') {
                ++end;
            } else if (c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-') {
                integral = false;
                ++end;
            } else {
                break;
            }
        }
        const bool leadingZero =
            end > digits + 1 && m_text[digits] == '0' && m_text[digits + 1] >= '0' && m_text[digits + 1] <= '9';
        if (end == digits || m_text[digits] < '0' || m_text[digits] > '9' || leadingZero)
            return fail("not a number");
        const char* first = m_text.data() + start;
        const char* last = m_text.data() + end;
        if (integral) {
            std::int64_t value = 0;
            if (auto [p, error] = std::from_chars(first, last, value); error == std::errc() && p == last) {
                out = Json(value);
                m_at = end;
                return true;
            }
        }
        double value = 0;
        const auto [p, error] = std::from_chars(first, last, value);
        if (error != std::errc() || p != last)
            return fail("not a number, or out of range");
        out = Json(value);
        m_at = end;
        return true;
    }

    bool parseHex4(std::uint32_t& code)
    {
        if (m_at + 4 > m_text.size())
            return fail("unfinished \\u escape");
        const auto [p, error] = std::from_chars(m_text.data() + m_at, m_text.data() + m_at + 4, code, 16);
        if (error != std::errc() || p != m_text.data() + m_at + 4)
            return fail("bad \\u escape");
        m_at += 4;
        return true;
    }

    bool parseString(std::string& out)
    {
        ++m_at; // opening quote
        while (true) {
            if (m_at >= m_text.size())
                return fail("string without closing quote");
            const char c = m_text[m_at++];
            if (c == '"')
                return true;
            if (static_cast<unsigned char>(c) < 0x20) {
                --m_at;
                return fail("control character inside a string");
            }
            if (c != '\\') {
                out += c;
                continue;
            }
            if (!parseEscape(out))
                return false;
        }
    }

    bool parseEscape(std::string& out)
    {
        if (m_at >= m_text.size())
            return fail("string without closing quote");
        switch (m_text[m_at++]) {
        case '"': out += '"'; return true;
        case '\\': out += '\\'; return true;
        case '/': out += '/'; return true;
        case 'b': out += '\b'; return true;
        case 'f': out += '\f'; return true;
        case 'n': out += '\n'; return true;
        case 'r': out += '\r'; return true;
        case 't': out += '\t'; return true;
        case 'u': break;
        default: --m_at; return fail("unknown escape");
        }
        std::uint32_t code = 0;
        if (!parseHex4(code))
            return false;
        if (code >= 0xD800 && code < 0xDC00) {
            std::uint32_t low = 0;
            if (m_text.substr(m_at, 2) != "\\u")
                return fail("half of a surrogate pair");
            m_at += 2;
            if (!parseHex4(low))
                return false;
            if (low < 0xDC00 || low > 0xDFFF)
                return fail("half of a surrogate pair");
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        } else if (code >= 0xDC00 && code < 0xE000) {
            return fail("half of a surrogate pair");
        }
        appendUtf8(out, code);
        return true;
    }

    bool parseArray(Json& out, int depth)
    {
        ++m_at;
        Json::Array items;
        skipSpace();
        if (m_at < m_text.size() && m_text[m_at] == ']') {
            ++m_at;
            out = Json(std::move(items));
            return true;
        }
        while (true) {
            if (!parseValue(items.emplace_back(), depth + 1))
                return false;
            skipSpace();
            if (m_at < m_text.size() && m_text[m_at] == ',') {
                ++m_at;
                continue;
            }
            if (m_at < m_text.size() && m_text[m_at] == ']') {
                ++m_at;
                out = Json(std::move(items));
                return true;
            }
            return fail("expected , or ]");
        }
    }

    bool parseObject(Json& out, int depth)
    {
        ++m_at;
        Json::Object members;
        skipSpace();
        if (m_at < m_text.size() && m_text[m_at] == '}') {
            ++m_at;
            out = Json(std::move(members));
            return true;
        }
        while (true) {
            skipSpace();
            if (m_at >= m_text.size() || m_text[m_at] != '"')
                return fail("expected a quoted name");
            auto& [key, value] = members.emplace_back();
            if (!parseString(key))
                return false;
            skipSpace();
            if (m_at >= m_text.size() || m_text[m_at] != ':')
                return fail("expected : after the name");
            ++m_at;
            if (!parseValue(value, depth + 1))
                return false;
            skipSpace();
            if (m_at < m_text.size() && m_text[m_at] == ',') {
                ++m_at;
                continue;
            }
            if (m_at < m_text.size() && m_text[m_at] == '}') {
                ++m_at;
                out = Json(std::move(members));
                return true;
            }
            return fail("expected , or }");
        }
    }

    std::string_view m_text;
    std::string_view m_name;
    std::size_t m_at = 0;
    std::optional<Error> m_error;
};

void dumpTo(std::string& out, const Json& value, int indent, int level);

void newLine(std::string& out, int indent, int level)
{
    if (indent > 0) {
        out += '\n';
        out.append(static_cast<std::size_t>(indent) * static_cast<std::size_t>(level), ' ');
    }
}

void dumpNumber(std::string& out, const Json& value)
{
    char text[40];
    if (value.isInteger()) {
        const auto [p, error] = std::to_chars(text, text + sizeof text, value.toInteger());
        out.append(text, p);
        return;
    }
    const double number = value.toDouble();
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    const auto [p, error] = std::to_chars(text, text + sizeof text, number);
    std::string_view written(text, static_cast<std::size_t>(p - text));
    out += written;
    if (written.find_first_of(".e") == std::string_view::npos)
        out += ".0"; // keeps the type across a round trip
}

void dumpTo(std::string& out, const Json& value, int indent, int level)
{
    if (value.isNull()) {
        out += "null";
    } else if (value.isBool()) {
        out += value.toBool() ? "true" : "false";
    } else if (value.isNumber()) {
        dumpNumber(out, value);
    } else if (value.isString()) {
        appendQuoted(out, value.toString());
    } else if (value.isArray()) {
        out += '[';
        // Arrays of plain numbers stay on one line: weights by the thousand are unreadable otherwise.
        const bool nested = std::any_of(value.items().begin(), value.items().end(),
                                        [](const Json& item) { return item.isObject() || item.isArray(); });
        bool first = true;
        for (const Json& item : value.items()) {
            if (!first)
                out += ',';
            first = false;
            if (nested)
                newLine(out, indent, level + 1);
            dumpTo(out, item, indent, level + 1);
        }
        if (nested && !first)
            newLine(out, indent, level);
        out += ']';
    } else {
        out += '{';
        bool first = true;
        for (const auto& [key, item] : value.members()) {
            if (!first)
                out += ',';
            first = false;
            newLine(out, indent, level + 1);
            appendQuoted(out, key);
            out += indent > 0 ? ": " : ":";
            dumpTo(out, item, indent, level + 1);
        }
        if (!first)
            newLine(out, indent, level);
        out += '}';
    }
}

} // namespace

Json::Json(const Json& other)
{
    std::visit([this](const auto& value) { m_value = std::decay_t<decltype(value)>(value); }, other.m_value);
}

Json& Json::operator=(const Json& other)
{
    return *this = Json(other);
}

bool Json::toBool(bool fallback) const
{
    const bool* value = std::get_if<bool>(&m_value);
    return value ? *value : fallback;
}

double Json::toDouble(double fallback) const
{
    if (const double* value = std::get_if<double>(&m_value))
        return *value;
    if (const std::int64_t* value = std::get_if<std::int64_t>(&m_value))
        return static_cast<double>(*value);
    return fallback;
}

std::int64_t Json::toInteger(std::int64_t fallback) const
{
    if (const std::int64_t* value = std::get_if<std::int64_t>(&m_value))
        return *value;
    if (const double* value = std::get_if<double>(&m_value))
        if (std::abs(*value) < 0x1p62)
            return static_cast<std::int64_t>(*value);
    return fallback;
}

const std::string& Json::toString() const
{
    static const std::string empty;
    const std::string* value = std::get_if<std::string>(&m_value);
    return value ? *value : empty;
}

const Json::Array& Json::items() const
{
    static const Array empty;
    const Array* value = std::get_if<Array>(&m_value);
    return value ? *value : empty;
}

const Json::Object& Json::members() const
{
    static const Object empty;
    const Object* value = std::get_if<Object>(&m_value);
    return value ? *value : empty;
}

const Json& Json::operator[](std::string_view key) const
{
    for (const auto& [name, value] : members())
        if (name == key)
            return value;
    return nullJson;
}

bool Json::contains(std::string_view key) const
{
    return std::any_of(members().begin(), members().end(), [&](const Member& m) { return m.first == key; });
}

Json& Json::set(std::string_view key, Json value)
{
    if (!isObject())
        m_value = Object{};
    auto& object = *std::get_if<Object>(&m_value);
    for (auto& [name, old] : object) {
        if (name == key) {
            old = std::move(value);
            return *this;
        }
    }
    object.emplace_back(std::string(key), std::move(value));
    return *this;
}

Json& Json::push(Json value)
{
    if (!isArray())
        m_value = Array{};
    std::get_if<Array>(&m_value)->push_back(std::move(value));
    return *this;
}

std::string Json::dump(int indent) const
{
    std::string out;
    dumpTo(out, *this, indent, 0);
    return out;
}

Result<Json> Json::parse(std::string_view text, std::string_view sourceName)
{
    return Parser(text, sourceName).document();
}

JsonFields::JsonFields(const Json& object, std::string path) : m_object(object), m_path(std::move(path))
{
    if (!m_object.isObject())
        m_error = makeError(ErrorKind::BadInput, "expected an object", m_path);
}

void JsonFields::fail(std::string_view key, const std::string& what, const std::string& remedy)
{
    if (m_error.ok())
        m_error = makeError(ErrorKind::BadInput, what, m_path + '.' + std::string(key), remedy);
}

double JsonFields::number(std::string_view key, double low, double high)
{
    const Json& value = m_object[key];
    if (!value.isNumber()) {
        fail(key, value.isNull() ? "missing; expected a number" : "expected a number");
        return low;
    }
    const double number = value.toDouble();
    if (!(number >= low && number <= high)) {
        fail(key, "the value " + Json(number).dump() + " is outside " + Json(low).dump() + " to " + Json(high).dump());
        return low;
    }
    return number;
}

double JsonFields::numberOr(std::string_view key, double fallback, double low, double high)
{
    return has(key) ? number(key, low, high) : fallback;
}

std::int64_t JsonFields::integer(std::string_view key, std::int64_t low, std::int64_t high)
{
    const Json& value = m_object[key];
    if (!value.isInteger()) {
        fail(key, value.isNull() ? "missing; expected a whole number" : "expected a whole number");
        return low;
    }
    const std::int64_t number = value.toInteger();
    if (number < low || number > high) {
        fail(key, "the value " + std::to_string(number) + " is outside " + std::to_string(low) + " to " +
                      std::to_string(high));
        return low;
    }
    return number;
}

std::int64_t JsonFields::integerOr(std::string_view key, std::int64_t fallback, std::int64_t low, std::int64_t high)
{
    return has(key) ? integer(key, low, high) : fallback;
}

std::string JsonFields::string(std::string_view key)
{
    if (!m_object[key].isString())
        fail(key, m_object[key].isNull() ? "missing; expected a text" : "expected a text");
    return m_object[key].toString();
}

std::string JsonFields::stringOr(std::string_view key, std::string fallback)
{
    return has(key) ? string(key) : std::move(fallback);
}

bool JsonFields::booleanOr(std::string_view key, bool fallback)
{
    if (!has(key))
        return fallback;
    if (!m_object[key].isBool())
        fail(key, "expected true or false");
    return m_object[key].toBool(fallback);
}

const Json& JsonFields::array(std::string_view key)
{
    if (!m_object[key].isArray())
        fail(key, m_object[key].isNull() ? "missing; expected a list" : "expected a list");
    return m_object[key];
}

const Json& JsonFields::objectField(std::string_view key)
{
    if (!m_object[key].isObject())
        fail(key, m_object[key].isNull() ? "missing; expected an object" : "expected an object");
    return m_object[key];
}

} // namespace bnof
