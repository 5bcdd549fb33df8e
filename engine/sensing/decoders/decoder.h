// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::sensing {

/// What a decoder tells. Called from within Decoder::feed().
class DecoderSink {
public:
    virtual ~DecoderSink() = default;
    /// The channel table is known (or changed); always before the first frame that has it.
    virtual void channels(const std::vector<ChannelInfo>& channels) = 0;
    /// `values` is borrowed for the call. `deviceSeconds` is NaN when the device prints no time.
    virtual void frame(std::span<const float> values, double deviceSeconds) = 0;
    /// `bytes` could not be understood and were skipped; `why` is a sentence, `sample` their beginning.
    virtual void skipped(std::size_t bytes, std::string_view why, std::string_view sample) = 0;
    /// A comment or header remark of the device, e.g. "simulated".
    virtual void remark(std::string_view text) = 0;
};

/// Bytes in any portions in, frames out. Resynchronises by itself; memory is bounded.
class Decoder {
public:
    virtual ~Decoder() = default;
    [[nodiscard]] virtual std::string name() const = 0;
    virtual void feed(std::span<const char> bytes, DecoderSink& sink) = 0;
    /// The connection broke: forget the half line, keep the channel table.
    virtual void reset() = 0;
};

/// Built-in decoders: "csv" (comma, semicolon, tab or space separated numbers, with or without a header;
/// label:value pairs), "ndjson" (one JSON object a line).
[[nodiscard]] Result<std::unique_ptr<Decoder>> makeDecoder(std::string_view name);
[[nodiscard]] std::vector<std::string> decoderNames();

/// A decoder by name; plugins add theirs with registerDecoder() (any thread; an equal name is replaced).
struct DecoderInfo {
    std::string name;
    std::string summary; ///< one line for people
    std::function<std::unique_ptr<Decoder>()> make;
};
void registerDecoder(DecoderInfo info);
[[nodiscard]] std::vector<DecoderInfo> decoders();

/// The decoder that understands these first bytes best, with its certainty 0..1 and the reason in words.
struct Detection {
    std::string decoder; ///< empty: none fits
    double certainty = 0;
    std::string reason;
};
[[nodiscard]] Detection detectDecoder(std::string_view firstBytes);

} // namespace bnof::sensing
