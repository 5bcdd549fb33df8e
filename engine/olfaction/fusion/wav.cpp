// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/wav.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>

#include "engine/base/files.h"

namespace bnof::olfaction {
namespace {

constexpr std::uint64_t largestFile = 1U << 30;
constexpr std::uint32_t formatPcm = 1;
constexpr std::uint32_t formatFloat = 3;
constexpr std::uint32_t formatExtensible = 0xFFFE;

/// Little-endian number of `count` bytes.
std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t count)
{
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < count; ++i)
        out |= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
    return out;
}

void put(std::string& out, std::uint32_t value, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

struct Format {
    std::uint32_t code = 0;
    std::uint32_t channels = 0;
    std::uint32_t rate = 0;
    std::uint32_t bytes = 0; ///< a sample
};

float sampleAt(std::string_view data, std::size_t at, const Format& format)
{
    const std::uint32_t raw = number(data, at, format.bytes);
    if (format.code == formatFloat) {
        const auto value = std::bit_cast<float>(raw);
        return std::isfinite(value) ? std::clamp(value, -16.0F, 16.0F) : 0.0F;
    }
    const std::uint32_t shifted = raw << (32 - 8 * format.bytes); // the sign where a 32-bit number has it
    return static_cast<float>(static_cast<double>(static_cast<std::int32_t>(shifted)) * 0x1p-31);
}

Error bad(const std::string& what, const std::string& sourceName)
{
    return makeError(ErrorKind::BadInput, what, sourceName,
                     "Save the sound as a WAV file of 16, 24 or 32 bits or 32-bit floats.");
}

Result<Format> formatFrom(std::string_view chunk, const std::string& sourceName)
{
    if (chunk.size() < 16)
        return bad("the format chunk is too short", sourceName);
    Format format{number(chunk, 0, 2), number(chunk, 2, 2), number(chunk, 4, 4), number(chunk, 14, 2) / 8};
    if (format.code == formatExtensible && chunk.size() >= 26)
        format.code = number(chunk, 24, 2); // the first bytes of the sub-format's identifier
    const bool pcm = format.code == formatPcm && format.bytes >= 2 && format.bytes <= 4;
    if (!pcm && !(format.code == formatFloat && format.bytes == 4))
        return bad("the samples are neither PCM of 16, 24 or 32 bits nor 32-bit floats", sourceName);
    if (number(chunk, 14, 2) % 8 != 0 || number(chunk, 12, 2) != format.bytes * format.channels)
        return bad("the size of a sample does not fit its bits", sourceName);
    if (format.channels < 1 || format.channels > 64)
        return bad("there must be 1 to 64 channels", sourceName);
    if (format.rate < 1000 || format.rate > 768'000)
        return bad("the sample rate must be within 1 kHz and 768 kHz", sourceName);
    return format;
}

} // namespace

Result<Sound> soundFromWav(std::string_view bytes, const std::string& sourceName)
{
    if (bytes.size() < 12 || bytes.substr(0, 4) != "RIFF" || bytes.substr(8, 4) != "WAVE")
        return bad("this is not a WAV file", sourceName);
    Format format;
    for (std::size_t at = 12; at + 8 <= bytes.size();) {
        const std::string_view name = bytes.substr(at, 4);
        const std::size_t length = std::min<std::size_t>(number(bytes, at + 4, 4), bytes.size() - at - 8);
        const std::string_view chunk = bytes.substr(at + 8, length);
        if (name == "fmt ") {
            BNOF_TRY_ASSIGN(format, formatFrom(chunk, sourceName));
        } else if (name == "data") {
            if (format.bytes == 0)
                return bad("the samples come before their format", sourceName);
            Sound out;
            out.sampleRateHz = format.rate;
            out.channels = format.channels;
            const std::size_t frameBytes = std::size_t{format.bytes} * format.channels;
            out.samples.resize(chunk.size() / frameBytes);
            for (std::size_t i = 0; i < out.samples.size(); ++i) {
                float sum = 0;
                for (std::uint32_t c = 0; c < format.channels; ++c)
                    sum += sampleAt(chunk, i * frameBytes + c * format.bytes, format);
                out.samples[i] = sum / static_cast<float>(format.channels);
            }
            if (out.samples.empty())
                return bad("there are no samples", sourceName);
            return out;
        }
        at += 8 + length + length % 2;
    }
    return bad("there are no samples", sourceName);
}

Result<Sound> readWav(const std::string& path)
{
    BNOF_TRY_ASSIGN(const std::string bytes, readFile(path, largestFile));
    return soundFromWav(bytes, path);
}

std::string wavBytes(const Sound& sound, const std::string& comment)
{
    std::string info = "INFOICMT";
    const std::string text = comment + std::string(1 + (comment.size() + 1) % 2, '\0');
    put(info, static_cast<std::uint32_t>(text.size()), 4);
    info += text;
    const auto rate = static_cast<std::uint32_t>(sound.sampleRateHz);
    const auto dataBytes = static_cast<std::uint32_t>(2 * sound.samples.size());
    std::string out = "RIFF";
    put(out, static_cast<std::uint32_t>(4 + 24 + 8 + info.size() + 8) + dataBytes, 4);
    out += "WAVEfmt ";
    put(out, 16, 4);
    put(out, formatPcm, 2);
    put(out, 1, 2);
    put(out, rate, 4);
    put(out, 2 * rate, 4);
    put(out, 2, 2);
    put(out, 16, 2);
    out += "LIST";
    put(out, static_cast<std::uint32_t>(info.size()), 4);
    out += info + "data";
    put(out, dataBytes, 4);
    for (const float sample : sound.samples)
        put(out, static_cast<std::uint32_t>(std::lround(std::clamp(sample, -1.0F, 1.0F) * 32767)), 2);
    return out;
}

} // namespace bnof::olfaction
