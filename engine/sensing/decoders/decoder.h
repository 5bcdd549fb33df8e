// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/sensing/decoders/dialogue.h"

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

    /// What the device has to be sent; null when it speaks by itself. Stays the same for the decoder's life.
    [[nodiscard]] virtual const DialoguePlan* dialogue() const { return nullptr; }
    /// A step of the plan is being sent (again); the next answer is probably the one to it.
    virtual void asked(bool /*opening*/, std::size_t /*step*/) {}
    /// Answers to requests seen so far, refusals included. Grows within feed().
    [[nodiscard]] virtual std::uint64_t answers() const { return 0; }
    /// Messages whose checksum was wrong, so far. Their bytes are told as skipped, too.
    [[nodiscard]] virtual std::uint64_t checksumErrors() const { return 0; }
};

/// Parameters of a decoder as they stand in a source URI: "mode" and "qa".
using DecoderParameters = std::vector<std::pair<std::string, std::string>>;

/// Makes a decoder by its name (see decoders()), or from a description file: "file:/path/to/decoder.json" (see
/// declarative_decoder.h). A parameter that the decoder does not have, or with a value that it does not know, is
/// an error that names the right ones.
[[nodiscard]] Result<std::unique_ptr<Decoder>> makeDecoder(std::string_view name,
                                                           const DecoderParameters& parameters = {});
[[nodiscard]] std::vector<std::string> decoderNames();
/// The parameters that some decoder has; a source URI may carry them.
[[nodiscard]] std::vector<std::string> decoderParameterNames();

/// A parameter that a decoder understands.
struct DecoderParameter {
    std::string name;
    std::string summary; ///< values and default, for people
};

/// A decoder by name; plugins add theirs with registerDecoder() (any thread; an equal name is replaced).
struct DecoderInfo {
    std::string name;
    std::string summary; ///< one line for people
    /// With the default parameters. Null when the device cannot be recognised by what it sends unasked.
    std::function<std::unique_ptr<Decoder>()> make = {};
    /// With parameters; null: there are none.
    std::function<Result<std::unique_ptr<Decoder>>(const DecoderParameters&)> makeWith = {};
    std::vector<DecoderParameter> parameters = {};
    /// The device is silent until it is asked; it must be named, detection cannot find it.
    bool asks = false;
    int baud = 0; ///< that the device usually has; 0: any
    /// Between decoders that understand the same bytes the higher one is taken: 1 for those that read almost any
    /// lines, more for those that know one device.
    double preference = 1;
};
void registerDecoder(DecoderInfo info);
/// Part of the program itself: not from a file, not from a plugin.
[[nodiscard]] bool isBuiltInDecoder(std::string_view name);
[[nodiscard]] std::vector<DecoderInfo> decoders();

/// The decoder that understands these first bytes best, with its certainty 0..1 and the reason in words.
struct Detection {
    std::string decoder; ///< empty: none fits
    double certainty = 0;
    std::string reason;
};
[[nodiscard]] Detection detectDecoder(std::string_view firstBytes);
/// The certainty of a decoder that understood `messages` and skipped `skips` times: few messages prove little, and
/// skips speak against it.
[[nodiscard]] double detectionCertainty(std::uint64_t messages, std::uint64_t skips);

} // namespace bnof::sensing
