// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/grey_png.h"

#include <zlib.h>

namespace bnof::olfaction {
namespace {

void put32(std::string& out, std::uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xFFU);
}

void putChunk(std::string& out, const std::string& name, const std::string& content)
{
    put32(out, static_cast<std::uint32_t>(content.size()));
    const std::string checked = name + content;
    out += checked;
    put32(out, static_cast<std::uint32_t>(
                   ::crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()))));
}

} // namespace

std::string greyPng(const RawImage& image, const std::string& comment)
{
    std::string header;
    put32(header, static_cast<std::uint32_t>(image.width));
    put32(header, static_cast<std::uint32_t>(image.height));
    header += std::string("\x10\x00\x00\x00\x00", 5); // 16 bits, grey, deflate, no filter choice, not interlaced
    std::string raw;
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
        if (i % static_cast<std::size_t>(image.width) == 0)
            raw += '\0'; // this row is not filtered
        raw += static_cast<char>(image.pixels[i] >> 8);
        raw += static_cast<char>(image.pixels[i] & 0xFFU);
    }
    uLongf size = ::compressBound(static_cast<uLong>(raw.size()));
    std::string packed(size, '\0');
    ::compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(raw.data()),
                static_cast<uLong>(raw.size()), 6);
    packed.resize(size);
    std::string out = "\x89PNG\r\n\x1A\n";
    putChunk(out, "IHDR", header);
    putChunk(out, "tEXt", std::string("Comment") + '\0' + comment);
    putChunk(out, "IDAT", packed);
    putChunk(out, "IEND", {});
    return out;
}

} // namespace bnof::olfaction
