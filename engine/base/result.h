// SPDX-License-Identifier: GPL-3.0-or-later
// Errors as values. Nothing in the engine throws across a library border; a function that can
// fail returns Result<T>, and the Error inside is written for the person who has to mend it.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace bnof {

/// What kind of failure this is. The command line maps it to its exit code.
enum class ErrorKind {
    Usage,    ///< the caller asked for something that does not exist (exit code 2)
    BadInput, ///< a file, a setting or bytes cannot be used (exit code 3)
    Device,   ///< a device or the network failed (exit code 4)
    Storage,  ///< disk full, not permitted, read error (exit code 3)
    Cancelled,
    Internal, ///< our own fault
};

/// A failure that says what happened, where, and how to mend it.
/// `what` and `remedy` are shown to people; `where` names the place (file:line, port, JSON path);
/// `context` is extra detail for the log only.
struct Error {
    ErrorKind kind = ErrorKind::Internal;
    std::string what;
    std::string where;
    std::string remedy;
    std::string context;

    /// One paragraph for people: "where: what. remedy".
    [[nodiscard]] std::string message() const;
};

[[nodiscard]] Error makeError(ErrorKind kind, std::string what, std::string where = {}, std::string remedy = {},
                              std::string context = {});
/// Error from the current errno value; `action` reads like "cannot open the file".
[[nodiscard]] Error errnoError(int errnoValue, const std::string& action, std::string where = {},
                               std::string remedy = {});

/// Either a value or an Error. Use value() only after checking ok().
template <typename T> class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() &
    {
        assert(ok());
        return *std::get_if<0>(&m_state);
    }
    const T& value() const&
    {
        assert(ok());
        return *std::get_if<0>(&m_state);
    }
    T&& value() &&
    {
        assert(ok());
        return std::move(*std::get_if<0>(&m_state));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    [[nodiscard]] const Error& error() const
    {
        assert(!ok());
        return *std::get_if<1>(&m_state);
    }

private:
    std::variant<T, Error> m_state;
};

/// Success without a value, or an Error.
template <> class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {}

    [[nodiscard]] bool ok() const { return !m_error.has_value(); }
    explicit operator bool() const { return ok(); }
    [[nodiscard]] const Error& error() const
    {
        assert(!ok());
        return *m_error;
    }

private:
    std::optional<Error> m_error;
};

} // namespace bnof

#define BNOF_CONCAT_INNER(a, b) a##b
#define BNOF_CONCAT(a, b) BNOF_CONCAT_INNER(a, b)
/// Return the error of `expression` (a Result) from the enclosing function, if it has one.
#define BNOF_TRY(expression)                                                                                           \
    do {                                                                                                               \
        if (auto bnofResult = (expression); !bnofResult.ok())                                                          \
            return bnofResult.error();                                                                                 \
    } while (false)
/// `BNOF_TRY_ASSIGN(auto x, f())`: assign the value or return the error from the enclosing function.
#define BNOF_TRY_ASSIGN(declaration, expression)                                                                       \
    auto BNOF_CONCAT(bnofResult, __LINE__) = (expression);                                                             \
    if (!BNOF_CONCAT(bnofResult, __LINE__).ok())                                                                       \
        return BNOF_CONCAT(bnofResult, __LINE__).error();                                                              \
    declaration = std::move(BNOF_CONCAT(bnofResult, __LINE__)).value()
