// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include "engine/storage/bit_packing.h"
#include "engine/storage/entropy_coding.h"
#include "engine/storage/sensor_codec.h"
#include "engine/storage/sensor_layout.h"

namespace bnof::storage {
namespace {

Error damaged()
{
    return makeError(ErrorKind::BadInput, "a block of sensor values does not make sense");
}

/// A packed column out of a cursor; the cursor fails when there is none.
bool takeColumn(ByteCursor& in, std::size_t count, std::vector<std::uint32_t>& column)
{
    const ByteView rest = ByteCursor(in).take(in.remaining());
    const std::uint8_t* const stop = rest.data() + rest.size();
    column.resize(count);
    const std::uint8_t* end = unpackColumn(packingKernels(), rest.data(), stop, count, column.data());
    if (end == nullptr || !in.ok()) {
        in.fail();
        return false;
    }
    in.take(static_cast<std::uint64_t>(end - rest.data()));
    return true;
}

bool takeCoded(ByteCursor& in, std::size_t count, std::vector<std::uint32_t>& column)
{
    const ByteView rest = in.take(in.remaining());
    const std::uint8_t* const stop = rest.data() + rest.size();
    MagnitudeDecoder decoder;
    const std::uint8_t* begin = decoder.read(rest.data(), stop);
    if (begin == nullptr)
        return false;
    BitReader reader(begin, stop);
    column.resize(count);
    for (std::uint32_t& value : column) {
        if (!reader.get(decoder, value))
            return false;
    }
    return reader.atEnd();
}

struct Head {
    Prediction kind = Prediction::Base;
    unsigned shift = 0;
    std::uint64_t base = 0;
    std::uint64_t step = 0;
    Packing packing = Packing::Narrow;
};

bool takeHead(ByteCursor& in, Head& head)
{
    const auto kind = in.get<std::uint8_t>();
    head.kind = static_cast<Prediction>(kind);
    if (head.kind == Prediction::Smooth)
        head.shift = in.get<std::uint8_t>();
    head.base = unzigzag(in.getVarint());
    if (head.kind == Prediction::Line)
        head.step = unzigzag(in.getVarint());
    const auto packing = in.get<std::uint8_t>();
    head.packing = static_cast<Packing>(packing);
    return in.ok() && kind <= static_cast<std::uint8_t>(Prediction::Smooth) && head.shift <= maxSmoothShift &&
           packing <= static_cast<std::uint8_t>(Packing::Entropy);
}

/// One loop a kind of prediction, so that each is as short as it can be.
template <Prediction kind, typename Residual, typename Emit>
void undo(const Head& head, std::size_t count, Residual residual, Emit emit)
{
    Predictor predictor(kind, head.base, head.step, head.shift);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t number =
            predictor.predict() + (kind == Prediction::Base ? residual(i) : unzigzag(residual(i)));
        predictor.learn(number);
        emit(i, static_cast<std::int64_t>(number));
    }
}

template <typename Residual, typename Emit>
void undoPrediction(const Head& head, std::size_t count, Residual residual, Emit emit)
{
    switch (head.kind) {
    case Prediction::Base: undo<Prediction::Base>(head, count, residual, emit); break;
    case Prediction::Last: undo<Prediction::Last>(head, count, residual, emit); break;
    case Prediction::Line: undo<Prediction::Line>(head, count, residual, emit); break;
    case Prediction::Smooth: undo<Prediction::Smooth>(head, count, residual, emit); break;
    }
}

/// Reads the numbers at the end of a block and hands them on, one after the other.
template <typename Emit> bool takeNumbers(ByteCursor& in, std::size_t count, Emit emit)
{
    Head head;
    std::vector<std::uint32_t> low, high;
    const std::uint64_t unit = in.getVarint();
    const std::uint64_t origin = unit > 1 ? unzigzag(in.getVarint()) : 0;
    if (!takeHead(in, head) || unit == 0)
        return false;
    if (head.packing == Packing::Entropy ? !takeCoded(in, count, low) : !takeColumn(in, count, low))
        return false;
    if (head.packing == Packing::Wide && !takeColumn(in, count, high))
        return false;
    if (in.remaining() != 0)
        return false;
    const auto scaled = [&](std::size_t i, std::int64_t number) {
        emit(i, static_cast<std::int64_t>(origin + unit * static_cast<std::uint64_t>(number)));
    };
    const auto narrow = [&](std::size_t i) { return std::uint64_t{low[i]}; };
    const auto wide = [&](std::size_t i) { return std::uint64_t{high[i]} << 32 | low[i]; };
    if (head.packing == Packing::Wide)
        undoPrediction(head, count, wide, scaled);
    else if (unit > 1)
        undoPrediction(head, count, narrow, scaled);
    else
        undoPrediction(head, count, narrow, emit);
    return true;
}

bool takeMapping(ByteCursor& in, SensorMapping& mapping)
{
    const auto kind = in.get<std::uint8_t>();
    mapping.kind = static_cast<Mapping>(kind);
    if (mapping.kind == Mapping::Decimal)
        mapping.decimals = in.get<std::uint8_t>();
    if (mapping.kind == Mapping::Binary)
        mapping.exponent = in.get<std::int16_t>();
    if (mapping.kind == Mapping::Affine) {
        mapping.affine.scale = in.getDouble();
        mapping.affine.offset = in.getDouble();
    }
    return in.ok() && kind <= static_cast<std::uint8_t>(Mapping::Ordered) && mapping.decimals <= maxDecimals;
}

struct Exceptions {
    std::vector<std::uint32_t> gaps, low, high;
};

bool takeExceptions(ByteCursor& in, std::size_t count, bool wide, Exceptions& exceptions)
{
    const std::uint64_t number = in.getVarint();
    if (!in.ok() || number > count)
        return false;
    const auto size = static_cast<std::size_t>(number);
    return takeColumn(in, size, exceptions.gaps) && takeColumn(in, size, exceptions.low) &&
           (!wide || takeColumn(in, size, exceptions.high));
}

template <typename T> bool putBack(const Exceptions& exceptions, std::vector<T>& values)
{
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < exceptions.gaps.size(); ++i, ++at) {
        at += exceptions.gaps[i];
        if (at >= values.size())
            return false;
        const std::uint64_t high = exceptions.high.empty() ? 0 : exceptions.high[i];
        values[static_cast<std::size_t>(at)] = std::bit_cast<T>(static_cast<BitsOf<T>>(high << 32 | exceptions.low[i]));
    }
    return true;
}

template <typename T> bool takeFloats(ByteCursor& in, const SensorMapping& mapping, std::vector<T>& values)
{
    if (mapping.kind == Mapping::Ordered)
        return takeNumbers(in, values.size(),
                           [&](std::size_t i, std::int64_t number) { values[i] = fromOrderedNumber<T>(number); });
    Exceptions exceptions;
    if (mapping.kind == Mapping::Whole || !takeExceptions(in, values.size(), sizeof(T) == 8, exceptions))
        return false;
    const double power = SensorMapping::powerOfTen(mapping.decimals);
    const bool read = mapping.kind == Mapping::Decimal
                          ? takeNumbers(in, values.size(),
                                        [&](std::size_t i, std::int64_t number) {
                                            values[i] = static_cast<T>(static_cast<double>(number) / power);
                                        })
                          : takeNumbers(in, values.size(), [&](std::size_t i, std::int64_t number) {
                                values[i] = mapping.value<T>(number);
                            });
    return read && putBack(exceptions, values);
}

bool takeInfo(ByteCursor& in, SensorBlockInfo& info)
{
    const auto type = in.get<std::uint8_t>();
    const std::uint64_t count = in.getVarint();
    info.type = static_cast<SensorType>(type);
    info.count = static_cast<std::uint32_t>(count);
    return in.ok() && type >= static_cast<std::uint8_t>(SensorType::Int32) &&
           type <= static_cast<std::uint8_t>(SensorType::Float64) && count <= maxValuesPerBlock;
}

template <typename T> Result<void> decode(ByteView block, std::vector<T>& values)
{
    values.clear();
    ByteCursor in(block);
    SensorBlockInfo info;
    if (!takeInfo(in, info) || info.type != sensorTypeOf<T>())
        return damaged();
    if (info.count == 0)
        return in.remaining() == 0 ? Result<void>{} : damaged();
    // A run of 128 values has at least one byte, or the values a bit each.
    if (info.count / packedRun > in.remaining())
        return damaged();
    values.resize(info.count);
    SensorMapping mapping;
    bool whole = takeMapping(in, mapping);
    if constexpr (std::is_floating_point_v<T>)
        whole = whole && takeFloats(in, mapping, values);
    else
        whole = whole && mapping.kind == Mapping::Whole &&
                takeNumbers(in, values.size(),
                            [&](std::size_t i, std::int64_t number) { values[i] = static_cast<T>(number); });
    if (whole)
        return {};
    values.clear();
    return damaged();
}

} // namespace

Result<SensorBlockInfo> sensorBlockInfo(ByteView block)
{
    ByteCursor in(block);
    SensorBlockInfo info;
    if (!takeInfo(in, info))
        return damaged();
    return info;
}

Result<void> decodeSensor(ByteView block, std::vector<std::int32_t>& values)
{
    return decode(block, values);
}
Result<void> decodeSensor(ByteView block, std::vector<std::int64_t>& values)
{
    return decode(block, values);
}
Result<void> decodeSensor(ByteView block, std::vector<float>& values)
{
    return decode(block, values);
}
Result<void> decodeSensor(ByteView block, std::vector<double>& values)
{
    return decode(block, values);
}

} // namespace bnof::storage
