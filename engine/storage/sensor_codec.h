// SPDX-License-Identifier: GPL-3.0-or-later
// The values of one sensor channel as blocks of bytes and back, bit for bit (byte layout: CODECS.md). Counts of a
// converter are predicted from their past and the errors packed. Floating-point values are turned into counts
// wherever all but a few of them are exactly a count times a scale; otherwise their bit patterns, which rise with the
// values, are treated as counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/storage/bytes.h"

namespace bnof::storage {

/// A block never holds more values; decoders believe no larger count. 4,096 are enough to pay for the head.
inline constexpr std::size_t maxValuesPerBlock = std::size_t{1} << 20;

/// The numbers are in the blocks: never renumber.
enum class SensorType : std::uint8_t { Int32 = 1, Int64 = 2, Float32 = 3, Float64 = 4 };

enum class SensorForm {
    Hot, ///< prediction errors bit-packed
    Cold ///< entropy coded where that is shorter; read at half the speed or less
};

/// How a device's counts become its values: value = count * scale + offset, rounded to the type. Worth telling when
/// it is known; decimal and binary scales are found without.
struct SensorScale {
    double scale = 1;
    double offset = 0;
};

/// Append one block to `out`; at most maxValuesPerBlock values. NaN payloads, signed zeros and infinities come back
/// as they were.
void encodeSensor(std::span<const std::int32_t> values, SensorForm form, Bytes& out);
void encodeSensor(std::span<const std::int64_t> values, SensorForm form, Bytes& out);
void encodeSensor(std::span<const float> values, SensorForm form, Bytes& out,
                  const std::optional<SensorScale>& scale = std::nullopt);
void encodeSensor(std::span<const double> values, SensorForm form, Bytes& out,
                  const std::optional<SensorScale>& scale = std::nullopt);

struct SensorBlockInfo {
    SensorType type = SensorType::Int32;
    std::uint32_t count = 0;
};
/// What a block says about itself. Errors: not the head of a block.
Result<SensorBlockInfo> sensorBlockInfo(ByteView block);

/// Read a block that nobody trusts; replaces what is in `values`. Errors: other bytes than a block of this type.
/// Damaged bytes that still read as a block give other values, never more than maxValuesPerBlock.
Result<void> decodeSensor(ByteView block, std::vector<std::int32_t>& values);
Result<void> decodeSensor(ByteView block, std::vector<std::int64_t>& values);
Result<void> decodeSensor(ByteView block, std::vector<float>& values);
Result<void> decodeSensor(ByteView block, std::vector<double>& values);

} // namespace bnof::storage
