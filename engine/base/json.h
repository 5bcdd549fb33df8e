// SPDX-License-Identifier: GPL-3.0-or-later
// JSON (RFC 8259) without a third-party library, because networks must load on hosts that have only
// a compiler. Numbers survive a round trip exactly; objects keep their order; input is bounded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace bnof {

/// A JSON value. Integers that fit int64 stay integers; all other numbers are doubles.
class Json {
public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    Json() = default;
    // Not left to the variant: libstdc++ 12 destroys what is not there when copying one of these runs out of memory.
    Json(const Json& other);
    Json& operator=(const Json& other);
    Json(Json&&) noexcept = default;
    Json& operator=(Json&&) noexcept = default;
    ~Json() = default;
    Json(std::nullptr_t) {}
    Json(bool value) : m_value(value) {}
    Json(int value) : m_value(std::int64_t{value}) {}
    Json(unsigned value) : m_value(std::int64_t{value}) {}
    Json(long value) : m_value(std::int64_t{value}) {}
    Json(long long value) : m_value(std::int64_t{value}) {}
    Json(unsigned long value) : m_value(static_cast<std::int64_t>(value)) {}
    Json(unsigned long long value) : m_value(static_cast<std::int64_t>(value)) {}
    Json(float value) : m_value(double{value}) {}
    Json(double value) : m_value(value) {}
    Json(const char* value) : m_value(std::string(value)) {}
    Json(std::string value) : m_value(std::move(value)) {}
    Json(std::string_view value) : m_value(std::string(value)) {}
    Json(Array value) : m_value(std::move(value)) {}
    Json(Object value) : m_value(std::move(value)) {}
    static Json array() { return Json(Array{}); }
    static Json object() { return Json(Object{}); }
    /// Array of anything convertible to Json.
    template <typename Range> static Json arrayOf(const Range& range)
    {
        Array out;
        for (const auto& item : range)
            out.emplace_back(item);
        return Json(std::move(out));
    }

    [[nodiscard]] bool isNull() const { return m_value.index() == 0; }
    [[nodiscard]] bool isBool() const { return std::holds_alternative<bool>(m_value); }
    [[nodiscard]] bool isInteger() const { return std::holds_alternative<std::int64_t>(m_value); }
    [[nodiscard]] bool isNumber() const { return isInteger() || std::holds_alternative<double>(m_value); }
    [[nodiscard]] bool isString() const { return std::holds_alternative<std::string>(m_value); }
    [[nodiscard]] bool isArray() const { return std::holds_alternative<Array>(m_value); }
    [[nodiscard]] bool isObject() const { return std::holds_alternative<Object>(m_value); }

    /// Lenient readers: the fallback when the value has another type.
    [[nodiscard]] bool toBool(bool fallback = false) const;
    [[nodiscard]] double toDouble(double fallback = 0) const;
    [[nodiscard]] std::int64_t toInteger(std::int64_t fallback = 0) const;
    [[nodiscard]] const std::string& toString() const; ///< empty when not a string
    [[nodiscard]] const Array& items() const;          ///< empty when not an array
    [[nodiscard]] const Object& members() const;       ///< empty when not an object

    /// Member by name; null when absent or when this is not an object.
    [[nodiscard]] const Json& operator[](std::string_view key) const;
    [[nodiscard]] bool contains(std::string_view key) const;
    /// Set (or replace) a member; turns a null into an object.
    Json& set(std::string_view key, Json value);
    /// Append to an array; turns a null into an array.
    Json& push(Json value);

    /// Compact text, or indented when indent > 0. NaN and infinity are written as null.
    [[nodiscard]] std::string dump(int indent = 0) const;

    /// Parse one document. Errors name line and column. Depth is limited to 200.
    [[nodiscard]] static Result<Json> parse(std::string_view text, std::string_view sourceName = "JSON");

    bool operator==(const Json&) const = default;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> m_value;
};

/// A reader over an object that remembers its path and the first error, so that a validator can be
/// written as a list of fields: `JsonFields f(json, "populations[2]"); f.number("tau_ms", x, 1e-3, 1e5);`
class JsonFields {
public:
    JsonFields(const Json& object, std::string path);

    /// Required finite number within [low, high].
    double number(std::string_view key, double low, double high);
    double numberOr(std::string_view key, double fallback, double low, double high);
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high);
    std::int64_t integerOr(std::string_view key, std::int64_t fallback, std::int64_t low, std::int64_t high);
    std::string string(std::string_view key);
    std::string stringOr(std::string_view key, std::string fallback);
    bool booleanOr(std::string_view key, bool fallback);
    const Json& array(std::string_view key);
    const Json& objectField(std::string_view key);
    [[nodiscard]] bool has(std::string_view key) const { return m_object.contains(key); }
    /// Report a problem with a field in the caller's own words.
    void fail(std::string_view key, const std::string& what, const std::string& remedy = {});

    [[nodiscard]] const std::string& path() const { return m_path; }
    [[nodiscard]] bool ok() const { return m_error.ok(); }
    [[nodiscard]] const Result<void>& status() const { return m_error; }

private:
    const Json& m_object;
    std::string m_path;
    Result<void> m_error;
};

} // namespace bnof
