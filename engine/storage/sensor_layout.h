// SPDX-License-Identifier: GPL-3.0-or-later
// What the encoder and the decoder of sensor blocks share: how values map to whole numbers, and how those are
// predicted. Private to this folder. All arithmetic on whole numbers is modulo 2^64, so nothing overflows.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "engine/storage/bytes.h"
#include "engine/storage/sensor_codec.h"

namespace bnof::storage {

/// The numbers are in the blocks: never renumber.
enum class Mapping : std::uint8_t {
    Whole = 0,   ///< the values are whole numbers
    Decimal = 1, ///< value = count / 10^p
    Binary = 2,  ///< value = count * 2^q
    Affine = 3,  ///< value = count * scale + offset
    Ordered = 4, ///< the bit pattern, changed so that it rises with the value
};
enum class Prediction : std::uint8_t {
    Base = 0,   ///< the smallest number of the block
    Last = 1,   ///< the number before
    Line = 2,   ///< the line through the two before
    Smooth = 3, ///< exponential mean of those before
};
enum class Packing : std::uint8_t {
    Narrow = 0, ///< a packed column
    Wide = 1,   ///< two: low halves, high halves
    Entropy = 2 ///< magnitude code and bit string
};

inline constexpr unsigned maxDecimals = 15;
/// Counts beyond this are not exact in double precision.
inline constexpr double maxCount = 4503599627370496.0; // 2^52

template <typename T> using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <typename T> constexpr SensorType sensorTypeOf()
{
    if constexpr (std::is_floating_point_v<T>)
        return sizeof(T) == 4 ? SensorType::Float32 : SensorType::Float64;
    else
        return sizeof(T) == 4 ? SensorType::Int32 : SensorType::Int64;
}

/// A mapping with its parameters.
struct SensorMapping {
    Mapping kind = Mapping::Whole;
    unsigned decimals = 0; ///< p
    int exponent = 0;      ///< q
    SensorScale affine;

    /// The value of a count; not for Whole and Ordered. Rounded once to double after each operation and once to T.
    template <typename T> [[nodiscard]] T value(std::int64_t count) const
    {
        const auto number = static_cast<double>(count);
        switch (kind) {
        case Mapping::Decimal: return static_cast<T>(number / powerOfTen(decimals));
        case Mapping::Binary: return static_cast<T>(std::ldexp(number, exponent));
        default: return static_cast<T>(number * affine.scale + affine.offset);
        }
    }
    [[nodiscard]] static double powerOfTen(unsigned decimals)
    {
        static constexpr double powers[maxDecimals + 1] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                           1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
        return powers[decimals];
    }
};

/// Bit pattern of a float as a signed number that rises with its value.
template <typename T> [[nodiscard]] std::int64_t orderedNumber(T value)
{
    using Signed = std::make_signed_t<BitsOf<T>>;
    const auto bits = std::bit_cast<Signed>(value);
    return bits < 0 ? bits ^ std::numeric_limits<Signed>::max() : bits;
}
template <typename T> [[nodiscard]] T fromOrderedNumber(std::int64_t number)
{
    using Signed = std::make_signed_t<BitsOf<T>>;
    const auto bits = static_cast<Signed>(number);
    return std::bit_cast<T>(static_cast<Signed>(bits < 0 ? bits ^ std::numeric_limits<Signed>::max() : bits));
}

/// Walks along a column: predicts each number from those before.
class Predictor {
public:
    /// `base` and `step` are parameters of the block, `shift` of Smooth.
    Predictor(Prediction kind, std::uint64_t base, std::uint64_t step, unsigned shift)
        : m_kind(kind), m_last(base), m_step(step), m_level(base << fraction), m_shift(shift)
    {}
    [[nodiscard]] std::uint64_t predict() const
    {
        switch (m_kind) {
        case Prediction::Line: return m_last + m_step;
        case Prediction::Smooth:
            return static_cast<std::uint64_t>(static_cast<std::int64_t>(m_level + half) >> fraction);
        default: return m_last;
        }
    }
    void learn(std::uint64_t number)
    {
        if (m_kind == Prediction::Smooth) {
            const auto error = static_cast<std::int64_t>((number << fraction) - m_level);
            m_level += static_cast<std::uint64_t>(error >> m_shift);
        } else if (m_kind != Prediction::Base) {
            m_step = number - m_last;
            m_last = number;
        }
    }

    static constexpr unsigned fraction = 8; ///< bits behind the point of the level
    static constexpr std::uint64_t half = 1U << (fraction - 1);

private:
    Prediction m_kind;
    std::uint64_t m_last;
    std::uint64_t m_step;
    std::uint64_t m_level;
    unsigned m_shift;
};
inline constexpr unsigned maxSmoothShift = 7;

} // namespace bnof::storage
