// SPDX-License-Identifier: GPL-3.0-or-later
// Feeds a decoder arbitrary bytes in arbitrary portions and checks what must always hold: frames have the
// width of the table told last, no more bytes are skipped than came, and the portions do not matter.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/sensing/decoders/decoder.h"

namespace bnof::test {

class CheckingSink final : public sensing::DecoderSink {
public:
    void channels(const std::vector<ChannelInfo>& table) override
    {
        m_width = table.size();
        require(m_width > 0);
        for (std::size_t i = 0; i < table.size(); ++i) {
            require(!table[i].name.empty());
            mix(table[i].name);
        }
        mix("channels");
    }
    void frame(std::span<const float> values, double deviceSeconds) override
    {
        require(values.size() == m_width && m_width > 0);
        for (const float value : values)
            mix(value == value ? std::to_string(value) : "missing");
        mix(deviceSeconds == deviceSeconds ? std::to_string(deviceSeconds) : "none");
    }
    void skipped(std::size_t bytes, std::string_view why, std::string_view) override
    {
        skippedBytes += bytes;
        mix(why);
        mix(std::to_string(bytes));
    }
    void remark(std::string_view text) override { mix(text); }

    std::uint64_t digest = 14695981039346656037U; // FNV-1a
    std::size_t skippedBytes = 0;

private:
    static void require(bool condition)
    {
        if (!condition)
            std::abort();
    }
    void mix(std::string_view text)
    {
        for (const char c : text)
            digest = (digest ^ static_cast<unsigned char>(c)) * 1099511628211U;
        digest = (digest ^ 0x100) * 1099511628211U;
    }

    std::size_t m_width = 0;
};

inline int fuzzDecoder(const char* name, const std::uint8_t* data, std::size_t size)
{
    if (size < 1)
        return 0;
    const std::size_t step = data[0] + 1U;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    CheckingSink whole;
    std::move(sensing::makeDecoder(name)).value()->feed(bytes, whole);
    CheckingSink pieces;
    const auto decoder = std::move(sensing::makeDecoder(name)).value();
    for (std::size_t at = 0; at < bytes.size(); at += step)
        decoder->feed(bytes.substr(at, step), pieces);
    if (whole.digest != pieces.digest || whole.skippedBytes > bytes.size() + 1)
        std::abort();
    decoder->reset();
    decoder->feed(bytes, pieces);
    (void)sensing::detectDecoder(bytes.substr(0, 8192));
    return 0;
}

} // namespace bnof::test
