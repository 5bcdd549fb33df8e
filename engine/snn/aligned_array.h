// SPDX-License-Identifier: GPL-3.0-or-later
// Arrays for the kernels: cache-line aligned and padded, so that a vector loop needs no remainder.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

namespace bnof::snn {

/// Elements that every kernel may touch past the end of a population's arrays are rounded up to this many;
/// it is a multiple of every vector width.
constexpr std::size_t paddingElements = 64;

[[nodiscard]] constexpr std::size_t paddedSize(std::size_t size)
{
    return (size + paddingElements - 1) / paddingElements * paddingElements;
}

/// A zero-initialised array of plain values on a 64-byte boundary. Throws std::bad_alloc when memory is short.
template <typename T> class AlignedArray {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    AlignedArray() = default;
    explicit AlignedArray(std::size_t size)
        : m_data(static_cast<T*>(::operator new(std::max<std::size_t>(size, 1) * sizeof(T), alignment))), m_size(size)
    {
        clear();
    }

    [[nodiscard]] T* data() { return m_data.get(); }
    [[nodiscard]] const T* data() const { return m_data.get(); }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool empty() const { return m_size == 0; }
    T& operator[](std::size_t i) { return m_data.get()[i]; }
    const T& operator[](std::size_t i) const { return m_data.get()[i]; }
    void clear() { std::fill_n(m_data.get(), m_size, T{}); }

private:
    static constexpr std::align_val_t alignment{64};
    struct Release {
        void operator()(T* data) const { ::operator delete(data, alignment); }
    };
    std::unique_ptr<T, Release> m_data;
    std::size_t m_size = 0;
};

} // namespace bnof::snn
