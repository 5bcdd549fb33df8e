// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/bit_packing.h"

#include <algorithm>
#include <array>

namespace bnof::storage {
namespace {

/// In the width byte of a section's first run: there are patches.
constexpr unsigned patchedFlag = 0x80;
constexpr std::size_t sectionRuns = packedSection / packedRun;
/// At most every second value is patched, so the columns inside a column get shorter and end.
constexpr std::size_t maxPatches = packedSection / 2;
/// Bits that naming the place of a patch takes, about.
constexpr std::size_t bitsPerPlace = 6;

constexpr std::size_t bytesFor(std::size_t bits)
{
    return (bits + 7) / 8;
}

struct RunPlan {
    unsigned width = 0;
    std::size_t wide = 0; ///< values that need more bits: at most half of them
};

/// The cheapest width for a run. Plain loops over the values, which compilers turn into vector code: narrow widths
/// are seldom reached, so this is faster than counting all values' lengths one by one.
RunPlan planRun(const std::uint32_t* values, std::size_t count)
{
    std::uint32_t all = 0;
    for (std::size_t i = 0; i < count; ++i)
        all |= values[i];
    RunPlan best{static_cast<unsigned>(std::bit_width(all)), 0};
    std::size_t bestBits = best.width * count;
    std::size_t excess = 0; // bits by which values are too wide
    for (unsigned width = best.width; width-- > 0;) {
        std::uint32_t wide = 0;
        for (std::size_t i = 0; i < count; ++i)
            wide += values[i] >> width != 0 ? 1 : 0;
        excess += wide;
        if (wide > count / 2)
            break;
        const std::size_t bits = width * count + wide * bitsPerPlace + excess;
        if (bits < bestBits) {
            bestBits = bits;
            best = {width, wide};
        }
    }
    return best;
}

/// The places of a run's values that are wider than `width`; writes one entry more than there are.
void findWide(const std::uint32_t* values, std::size_t count, unsigned width, std::uint32_t* places)
{
    for (std::size_t i = 0; i < count; ++i) {
        *places = static_cast<std::uint32_t>(i);
        places += values[i] >> width != 0 ? 1 : 0; // a branch would be guessed wrong too often
    }
}

/// Appends values of a fixed width as a little-endian bit string. Stores whole words: up to 15 bytes behind the
/// end are overwritten.
std::uint8_t* packBits(const std::uint32_t* values, std::size_t count, unsigned width, std::uint8_t* out)
{
    if (width == 0)
        return out;
    const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
    std::size_t i = 0;
    if (width < 16) {
        // Eight values end at a whole byte, so that no step waits for the one before.
        const auto four = [&](const std::uint32_t* v) {
            const std::uint64_t low = (v[0] & mask) | (v[1] & mask) << width;
            const std::uint64_t high = (v[2] & mask) | (v[3] & mask) << width;
            return low | high << (2 * width);
        };
        for (; i + 8 <= count; i += 8, out += width) {
            const std::uint64_t first = four(values + i);
            const std::uint64_t second = four(values + i + 4);
            storeLittle(out, first | second << (4 * width));
            storeLittle(out + 8, second >> (64 - 4 * width));
        }
    }
    std::uint64_t pending = 0;
    unsigned fill = 0; // below 8 between values
    for (; i < count; ++i) {
        pending |= (values[i] & mask) << fill;
        storeLittle(out, pending);
        fill += width;
        out += fill / 8;
        pending >>= fill / 8 * 8;
        fill %= 8;
    }
    if (fill > 0)
        *out++ = static_cast<std::uint8_t>(pending);
    return out;
}

std::uint8_t* packSection(const std::uint32_t* values, std::size_t count, std::uint8_t* out)
{
    std::uint32_t gaps[maxPatches + 1]; // filled as far as they are used
    std::uint32_t highs[maxPatches];
    std::array<unsigned, sectionRuns> widths{};
    std::size_t patches = 0;
    std::size_t next = 0;
    std::uint8_t* head = out;
    for (std::size_t begin = 0; begin < count; begin += packedRun) {
        const std::size_t size = std::min(packedRun, count - begin);
        const RunPlan plan = planRun(values + begin, size);
        widths[begin / packedRun] = plan.width;
        *out++ = static_cast<std::uint8_t>(plan.width);
        if (plan.wide == 0)
            continue;
        findWide(values + begin, size, plan.width, gaps + patches);
        for (const std::size_t stop = patches + plan.wide; patches < stop; ++patches) {
            const std::size_t place = begin + gaps[patches];
            highs[patches] = values[place] >> plan.width;
            gaps[patches] = static_cast<std::uint32_t>(place - next);
            next = place + 1;
        }
    }
    if (patches > 0) {
        *head |= patchedFlag;
        *out++ = static_cast<std::uint8_t>(patches);
        *out++ = static_cast<std::uint8_t>(patches >> 8);
    }
    for (std::size_t begin = 0; begin < count; begin += packedRun)
        out = packBits(values + begin, std::min(packedRun, count - begin), widths[begin / packedRun], out);
    if (patches > 0) {
        out = packSection(gaps, patches, out);
        out = packSection(highs, patches, out);
    }
    return out;
}

/// `scratch` has room for 2 * count values: a level takes at most count of them, the levels below at most half each.
const std::uint8_t* unpackSection(const PackingKernels& kernels, const std::uint8_t* in, const std::uint8_t* end,
                                  std::size_t count, std::uint32_t* out, std::uint32_t* scratch);

const std::uint8_t* patch(const PackingKernels& kernels, const std::uint8_t* in, const std::uint8_t* end,
                          std::size_t patches, const std::uint8_t* widths, std::size_t count, std::uint32_t* out,
                          std::uint32_t* scratch)
{
    std::uint32_t* gaps = scratch;
    std::uint32_t* highs = gaps + patches;
    in = unpackSection(kernels, in, end, patches, gaps, highs + patches);
    in = in == nullptr ? in : unpackSection(kernels, in, end, patches, highs, highs + patches);
    if (in == nullptr)
        return nullptr;
    std::uint64_t place = 0;
    for (std::size_t i = 0; i < patches; ++i) {
        place += gaps[i];
        if (place >= count)
            return nullptr;
        // The flag in the first width is no part of it; 32 bits need no patches, and a shift by 32 is not defined.
        out[place] |= highs[i] << (widths[place / packedRun] & 31U);
        ++place;
    }
    return in;
}

const std::uint8_t* unpackSection(const PackingKernels& kernels, const std::uint8_t* in, const std::uint8_t* end,
                                  std::size_t count, std::uint32_t* out, std::uint32_t* scratch)
{
    const std::size_t runs = (count + packedRun - 1) / packedRun;
    if (static_cast<std::size_t>(end - in) < std::max<std::size_t>(runs, 1))
        return nullptr;
    const std::uint8_t* widths = in;
    const bool patched = (*in & patchedFlag) != 0;
    in += runs;
    std::size_t patches = 0;
    if (patched) {
        if (end - in < 2)
            return nullptr;
        patches = loadLittle<std::uint16_t>(in);
        in += 2;
        if (patches == 0 || patches > count / 2)
            return nullptr;
    }
    for (std::size_t run = 0; run < runs; ++run) {
        const unsigned width = run == 0 ? widths[0] & ~patchedFlag : widths[run];
        const std::size_t size = std::min(packedRun, count - run * packedRun);
        const std::size_t bytes = bytesFor(width * size);
        if (width > 32 || static_cast<std::size_t>(end - in) < bytes)
            return nullptr;
        kernels.unpack(in, end, width, size, out + run * packedRun);
        in += bytes;
    }
    return patched ? patch(kernels, in, end, patches, widths, count, out, scratch) : in;
}

} // namespace

const PackingKernels& packingKernels()
{
    static const PackingKernels& best = *allPackingKernels().back();
    return best;
}

std::vector<const PackingKernels*> allPackingKernels()
{
    std::vector<const PackingKernels*> all{&scalarPackingKernels};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2"))
        all.push_back(&avx2PackingKernels);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        all.push_back(&avx512PackingKernels);
#endif
    return all;
}

std::uint32_t bitsAt(const std::uint8_t* in, const std::uint8_t* end, std::size_t bit, unsigned width)
{
    std::uint64_t word = 0;
    const std::size_t first = bit / 8;
    const auto available = static_cast<std::size_t>(end - in);
    for (std::size_t i = 0; i < 8 && first + i < available; ++i)
        word |= std::uint64_t{in[first + i]} << (8 * i);
    return static_cast<std::uint32_t>((word >> (bit % 8)) & ((std::uint64_t{1} << width) - 1));
}

std::uint8_t* packColumn(std::span<const std::uint32_t> values, std::uint8_t* out)
{
    for (std::size_t i = 0; i < values.size(); i += packedSection)
        out = packSection(values.data() + i, std::min(packedSection, values.size() - i), out);
    return out;
}

void packColumn(std::span<const std::uint32_t> values, Bytes& out)
{
    const std::size_t at = out.size();
    out.resize(at + packedColumnBound(values.size()));
    const std::uint8_t* end = packColumn(values, out.data() + at);
    out.resize(static_cast<std::size_t>(end - out.data()));
}

const std::uint8_t* unpackColumn(const PackingKernels& kernels, const std::uint8_t* in, const std::uint8_t* end,
                                 std::size_t count, std::uint32_t* out)
{
    std::uint32_t scratch[4 * maxPatches]; // filled before it is read
    for (std::size_t i = 0; i < count && in != nullptr; i += packedSection)
        in = unpackSection(kernels, in, end, std::min(packedSection, count - i), out + i, scratch);
    return in;
}

} // namespace bnof::storage
