// SPDX-License-Identifier: GPL-3.0-or-later
// Saved states as bytes: little-endian, fixed order, every read checked.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace bnof::olfaction {

static_assert(std::endian::native == std::endian::little, "saved states are written in native order");

/// Appends plain values.
class StateWriter {
public:
    template <typename T> void put(T value)
    {
        static_assert(std::is_arithmetic_v<T>);
        append(&value, sizeof(T));
    }
    template <typename T> void putAll(const std::vector<T>& values)
    {
        put(static_cast<std::uint64_t>(values.size()));
        for (const T value : values)
            put(value);
    }
    void text(std::string_view value)
    {
        put(static_cast<std::uint64_t>(value.size()));
        append(value.data(), value.size());
    }
    [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(m_bytes); }

private:
    void append(const void* data, std::size_t size)
    {
        const std::size_t at = m_bytes.size();
        m_bytes.resize(at + size);
        if (size > 0)
            std::memcpy(m_bytes.data() + at, data, size);
    }

    std::vector<std::uint8_t> m_bytes;
};

/// Reads what StateWriter wrote. After the first failure everything reads as zero and ok() is false.
class StateReader {
public:
    explicit StateReader(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}

    template <typename T> T get()
    {
        T value{};
        if (m_bytes.size() < sizeof(T)) {
            m_ok = false;
            m_bytes = {};
            return value;
        }
        std::memcpy(&value, m_bytes.data(), sizeof(T));
        m_bytes = m_bytes.subspan(sizeof(T));
        return value;
    }
    /// A list that must have exactly `size` entries.
    template <typename T> void getAll(std::vector<T>& values, std::size_t size)
    {
        if (get<std::uint64_t>() != size || m_bytes.size() / sizeof(T) < size) {
            m_ok = false;
            m_bytes = {};
            return;
        }
        values.resize(size);
        for (T& value : values)
            value = get<T>();
    }
    /// Bytes written by text(); borrowed.
    std::span<const std::uint8_t> blob()
    {
        const auto size = get<std::uint64_t>();
        if (size > m_bytes.size()) {
            m_ok = false;
            m_bytes = {};
            return {};
        }
        const auto out = m_bytes.first(size);
        m_bytes = m_bytes.subspan(size);
        return out;
    }
    /// Whether everything could be read and nothing is left over.
    [[nodiscard]] bool complete() const { return m_ok && m_bytes.empty(); }
    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] std::size_t remaining() const { return m_bytes.size(); }

private:
    std::span<const std::uint8_t> m_bytes;
    bool m_ok = true;
};

} // namespace bnof::olfaction
