// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/storage/bit_packing.h"
#include "engine/storage/entropy_coding.h"
#include "engine/storage/sensor_codec.h"
#include "engine/storage/sensor_layout.h"

namespace bnof::storage {
namespace {

using Numbers = std::vector<std::int64_t>;

/// Errors of one way to predict, ready to be packed.
struct Residuals {
    Prediction kind = Prediction::Base;
    unsigned shift = 0;
    std::uint64_t base = 0;
    std::uint64_t step = 0;
    std::vector<std::uint64_t> values;
    bool narrow = true; ///< all below 2^32
};

Residuals residualsOf(const Numbers& numbers, Prediction kind, unsigned shift)
{
    Residuals residuals{kind, shift, static_cast<std::uint64_t>(numbers[0]), 0, {}, true};
    if (kind == Prediction::Base)
        residuals.base = static_cast<std::uint64_t>(*std::min_element(numbers.begin(), numbers.end()));
    if (kind == Prediction::Line && numbers.size() > 1) {
        residuals.step = static_cast<std::uint64_t>(numbers[1]) - residuals.base;
        residuals.base -= residuals.step;
    }
    Predictor predictor(kind, residuals.base, residuals.step, shift);
    residuals.values.reserve(numbers.size());
    std::uint64_t all = 0;
    for (const std::int64_t number : numbers) {
        const std::uint64_t error = static_cast<std::uint64_t>(number) - predictor.predict();
        residuals.values.push_back(kind == Prediction::Base ? error : zigzag(error));
        all |= residuals.values.back();
        predictor.learn(static_cast<std::uint64_t>(number));
    }
    residuals.narrow = all <= UINT32_MAX;
    return residuals;
}

std::vector<std::uint32_t> halves(const std::vector<std::uint64_t>& values, unsigned shift)
{
    std::vector<std::uint32_t> part;
    part.reserve(values.size());
    for (const std::uint64_t value : values)
        part.push_back(static_cast<std::uint32_t>(value >> shift));
    return part;
}

void packResiduals(const Residuals& residuals, SensorForm form, Bytes& out)
{
    out.push_back(static_cast<std::uint8_t>(residuals.kind));
    if (residuals.kind == Prediction::Smooth)
        out.push_back(static_cast<std::uint8_t>(residuals.shift));
    putVarint(out, zigzag(residuals.base));
    if (residuals.kind == Prediction::Line)
        putVarint(out, zigzag(residuals.step));
    const std::size_t at = out.size();
    const std::vector<std::uint32_t> low = halves(residuals.values, 0);
    out.push_back(static_cast<std::uint8_t>(residuals.narrow ? Packing::Narrow : Packing::Wide));
    packColumn(low, out);
    if (!residuals.narrow) {
        packColumn(halves(residuals.values, 32), out);
        return;
    }
    if (form == SensorForm::Hot)
        return;
    MagnitudeHistogram histogram{};
    for (const std::uint32_t value : low)
        ++histogram[magnitudeSymbol(value)];
    const MagnitudeCode code = MagnitudeCode::forHistogram(histogram);
    Bytes coded{static_cast<std::uint8_t>(Packing::Entropy)};
    code.write(coded);
    BitWriter writer(coded);
    for (const std::uint32_t value : low)
        writer.put(code, value);
    writer.finish();
    if (coded.size() < out.size() - at) {
        out.resize(at);
        putBytes(out, coded);
    }
}

std::uint64_t distance(std::int64_t a, std::int64_t b)
{
    return a < b ? static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a)
                 : static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b);
}

/// The greatest number that divides all distances to the first number; 1 when there is no greater one.
std::uint64_t commonUnit(const Numbers& numbers)
{
    std::uint64_t unit = 0;
    for (std::size_t i = 0; i < numbers.size() && unit != 1; ++i)
        unit = std::gcd(unit, distance(numbers[i], numbers[0]));
    return std::max<std::uint64_t>(unit, 1);
}

/// The shortest of all ways to predict.
Bytes encodeNumbers(Numbers& numbers, SensorForm form)
{
    Bytes unitBytes, best, trial;
    const std::uint64_t unit = commonUnit(numbers);
    putVarint(unitBytes, unit);
    if (unit > 1) {
        const std::int64_t origin = numbers[0];
        putVarint(unitBytes, zigzag(static_cast<std::uint64_t>(origin)));
        for (std::int64_t& number : numbers) {
            const auto steps = static_cast<std::int64_t>(distance(number, origin) / unit);
            number = number < origin ? -steps : steps;
        }
    }
    const auto consider = [&](Prediction kind, unsigned shift) {
        trial.clear();
        packResiduals(residualsOf(numbers, kind, shift), form, trial);
        if (best.empty() || trial.size() < best.size())
            std::swap(best, trial);
    };
    consider(Prediction::Base, 0);
    consider(Prediction::Last, 0);
    consider(Prediction::Line, 0);
    for (unsigned shift = 1; shift <= 4; ++shift)
        consider(Prediction::Smooth, shift);
    putBytes(unitBytes, best);
    return unitBytes;
}

/// The counts of values under a mapping, and where there is none.
struct Counts {
    Numbers numbers;
    std::vector<std::uint32_t> exceptions;
};

template <typename T> std::int64_t countOf(const SensorMapping& mapping, T value)
{
    const auto number = static_cast<double>(value);
    double count = 0;
    switch (mapping.kind) {
    case Mapping::Decimal: count = number * SensorMapping::powerOfTen(mapping.decimals); break;
    case Mapping::Binary: count = std::ldexp(number, -mapping.exponent); break;
    default: count = (number - mapping.affine.offset) / mapping.affine.scale; break;
    }
    // NaN fails the comparison too; such values become exceptions because 0 does not map to them.
    return std::fabs(count) < maxCount ? std::llrint(count) : 0;
}

template <typename T> bool isExact(const SensorMapping& mapping, T value, std::int64_t count)
{
    using Bits = BitsOf<T>;
    return std::bit_cast<Bits>(mapping.value<T>(count)) == std::bit_cast<Bits>(value);
}

/// Nothing when more than a thirty-second of the values would be exceptions.
template <typename T> std::optional<Counts> countsOf(std::span<const T> values, const SensorMapping& mapping)
{
    Counts counts;
    counts.numbers.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::int64_t count = countOf(mapping, values[i]);
        if (!isExact(mapping, values[i], count)) {
            counts.exceptions.push_back(static_cast<std::uint32_t>(i));
            if (counts.exceptions.size() > values.size() / 32)
                return std::nullopt;
            count = i > 0 ? counts.numbers.back() : 0; // costs nothing to predict
        }
        if (!counts.exceptions.empty() && counts.exceptions.size() == i) // only exceptions so far
            std::fill(counts.numbers.begin(), counts.numbers.end(), count);
        counts.numbers.push_back(count);
    }
    return counts;
}

void putMapping(const SensorMapping& mapping, Bytes& out)
{
    out.push_back(static_cast<std::uint8_t>(mapping.kind));
    if (mapping.kind == Mapping::Decimal)
        out.push_back(static_cast<std::uint8_t>(mapping.decimals));
    if (mapping.kind == Mapping::Binary)
        put(out, static_cast<std::int16_t>(mapping.exponent));
    if (mapping.kind == Mapping::Affine) {
        putDouble(out, mapping.affine.scale);
        putDouble(out, mapping.affine.offset);
    }
}

template <typename T> void putExceptions(std::span<const T> values, const Counts& counts, Bytes& out)
{
    putVarint(out, counts.exceptions.size());
    std::vector<std::uint32_t> gaps, low, high;
    std::uint32_t next = 0;
    for (const std::uint32_t at : counts.exceptions) {
        const std::uint64_t bits = std::bit_cast<BitsOf<T>>(values[at]);
        gaps.push_back(at - next);
        low.push_back(static_cast<std::uint32_t>(bits));
        high.push_back(static_cast<std::uint32_t>(bits >> 32));
        next = at + 1;
    }
    packColumn(gaps, out);
    packColumn(low, out);
    if (sizeof(T) == 8)
        packColumn(high, out);
}

/// The largest power of two that divides all finite values, zero and exceptions aside.
template <typename T> std::optional<int> commonExponent(std::span<const T> values)
{
    std::optional<int> least;
    for (const T value : values) {
        if (!std::isfinite(value) || value == 0)
            continue;
        int exponent = 0;
        const double fraction = std::frexp(static_cast<double>(value), &exponent);
        const auto digits = static_cast<std::uint64_t>(std::fabs(fraction) * 0x1p53);
        const int lowest = exponent - 53 + std::countr_zero(digits);
        least = std::min(least.value_or(lowest), lowest);
    }
    return least;
}

/// The block's bytes behind type and count under one mapping, or nothing when it does not fit.
template <typename T>
std::optional<Bytes> tryMapping(std::span<const T> values, const SensorMapping& mapping, SensorForm form)
{
    auto counts = countsOf(values, mapping);
    if (!counts)
        return std::nullopt;
    Bytes out;
    putMapping(mapping, out);
    putExceptions(values, *counts, out);
    putBytes(out, encodeNumbers(counts->numbers, form));
    return out;
}

/// Some values from all over the block are exact at so many decimals: worth trying with all.
template <typename T> bool sampleFits(std::span<const T> values, const SensorMapping& mapping)
{
    constexpr std::size_t samples = 64;
    const std::size_t step = std::max<std::size_t>(1, values.size() / samples);
    std::size_t seen = 0;
    std::size_t exact = 0;
    for (std::size_t i = 0; i < values.size(); i += step, ++seen)
        exact += isExact(mapping, values[i], countOf(mapping, values[i])) ? 1 : 0;
    return exact * 8 >= seen * 7;
}

template <typename T>
Bytes encodeFloats(std::span<const T> values, SensorForm form, const std::optional<SensorScale>& scale)
{
    if (scale && std::isfinite(scale->scale) && scale->scale != 0 && std::isfinite(scale->offset)) {
        if (auto packed = tryMapping(values, {Mapping::Affine, 0, 0, *scale}, form))
            return std::move(*packed);
    }
    for (unsigned decimals = 0; decimals <= (sizeof(T) == 4 ? 10 : maxDecimals); ++decimals) {
        const SensorMapping mapping{Mapping::Decimal, decimals, 0, {}};
        if (!sampleFits(values, mapping))
            continue;
        // With many decimals anything is "decimal": then the bit patterns may be as short.
        auto packed = tryMapping(values, mapping, form);
        if (packed && packed->size() * 8 < values.size() * sizeof(T) * 6)
            return std::move(*packed);
    }
    Bytes best;
    putMapping({Mapping::Ordered, 0, 0, {}}, best);
    Numbers numbers;
    for (const T value : values)
        numbers.push_back(orderedNumber(value));
    putBytes(best, encodeNumbers(numbers, form));
    if (const auto exponent = commonExponent(values)) {
        const auto packed = tryMapping(values, {Mapping::Binary, 0, *exponent, {}}, form);
        if (packed && packed->size() < best.size())
            best = *packed;
    }
    return best;
}

template <typename T>
void encode(std::span<const T> values, SensorForm form, const std::optional<SensorScale>& scale, Bytes& out)
{
    values = values.first(std::min(values.size(), maxValuesPerBlock));
    out.push_back(static_cast<std::uint8_t>(sensorTypeOf<T>()));
    putVarint(out, values.size());
    if (values.empty())
        return;
    if constexpr (std::is_floating_point_v<T>) {
        putBytes(out, encodeFloats(values, form, scale));
    } else {
        putMapping({}, out);
        Numbers numbers(values.begin(), values.end());
        putBytes(out, encodeNumbers(numbers, form));
    }
}

} // namespace

void encodeSensor(std::span<const std::int32_t> values, SensorForm form, Bytes& out)
{
    encode(values, form, std::nullopt, out);
}
void encodeSensor(std::span<const std::int64_t> values, SensorForm form, Bytes& out)
{
    encode(values, form, std::nullopt, out);
}
void encodeSensor(std::span<const float> values, SensorForm form, Bytes& out, const std::optional<SensorScale>& scale)
{
    encode(values, form, scale, out);
}
void encodeSensor(std::span<const double> values, SensorForm form, Bytes& out, const std::optional<SensorScale>& scale)
{
    encode(values, form, scale, out);
}

} // namespace bnof::storage
