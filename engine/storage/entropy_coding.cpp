// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/entropy_coding.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace bnof::storage {
namespace {

struct Node {
    std::uint64_t weight = 0;
    std::size_t parent = 0;
};

/// Depths of the leaves of Huffman's tree; `sorted` holds the weights in rising order.
std::vector<unsigned> huffmanDepths(const std::vector<std::uint32_t>& sorted)
{
    const std::size_t leaves = sorted.size();
    if (leaves == 1)
        return {1};
    std::vector<Node> nodes(2 * leaves - 1);
    for (std::size_t i = 0; i < leaves; ++i)
        nodes[i].weight = sorted[i];
    // Inner nodes are made in rising order too, so the two lightest are always at the head of one of two queues.
    std::size_t leaf = 0;
    std::size_t inner = leaves;
    for (std::size_t made = leaves; made < nodes.size(); ++made) {
        for (int child = 0; child < 2; ++child) {
            const bool takeLeaf = leaf < leaves && (inner >= made || nodes[leaf].weight <= nodes[inner].weight);
            const std::size_t taken = takeLeaf ? leaf++ : inner++;
            nodes[taken].parent = made;
            nodes[made].weight += nodes[taken].weight;
        }
    }
    std::vector<unsigned> depths(nodes.size(), 0);
    for (std::size_t i = nodes.size() - 1; i-- > 0;)
        depths[i] = depths[nodes[i].parent] + 1;
    depths.resize(leaves);
    return depths;
}

/// Shorten what is too long and lengthen the lightest others until the code fits, then give back what is left over.
void limitDepths(std::vector<unsigned>& depths)
{
    constexpr std::uint32_t whole = 1U << longestCode;
    std::uint32_t used = 0;
    for (unsigned& depth : depths) {
        depth = std::min(depth, longestCode);
        used += whole >> depth;
    }
    for (std::size_t i = 0; used > whole; i = (i + 1) % depths.size()) {
        if (depths[i] < longestCode)
            used -= whole >> ++depths[i];
    }
    for (std::size_t i = depths.size(); i-- > 0;) {
        while (depths[i] > 1 && used + (whole >> depths[i]) <= whole)
            used += whole >> depths[i]--;
    }
}

/// Canonical codes: by length, then by symbol, counting up; stored with the first bit lowest.
template <typename Assign> void assignCodes(std::span<const std::uint8_t> lengths, Assign assign)
{
    std::uint32_t next = 0;
    for (unsigned length = 1; length <= longestCode; ++length, next <<= 1) {
        for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
            if (lengths[symbol] != length)
                continue;
            std::uint32_t reversed = 0;
            for (unsigned bit = 0; bit < length; ++bit)
                reversed |= ((next >> bit) & 1U) << (length - 1 - bit);
            assign(symbol, reversed);
            ++next;
        }
    }
}

} // namespace

MagnitudeCode MagnitudeCode::forHistogram(const MagnitudeHistogram& histogram)
{
    std::vector<std::size_t> symbols;
    for (std::size_t symbol = 0; symbol < magnitudeSymbols; ++symbol) {
        if (histogram[symbol] > 0)
            symbols.push_back(symbol);
    }
    MagnitudeCode code;
    if (symbols.empty())
        return code;
    std::stable_sort(symbols.begin(), symbols.end(),
                     [&](std::size_t a, std::size_t b) { return histogram[a] < histogram[b]; });
    std::vector<std::uint32_t> weights;
    for (const std::size_t symbol : symbols)
        weights.push_back(histogram[symbol]);
    std::vector<unsigned> depths = huffmanDepths(weights);
    limitDepths(depths);
    for (std::size_t i = 0; i < symbols.size(); ++i)
        code.lengths[symbols[i]] = static_cast<std::uint8_t>(depths[i]);
    assignCodes(code.lengths,
                [&](std::size_t symbol, std::uint32_t bits) { code.codes[symbol] = static_cast<std::uint16_t>(bits); });
    return code;
}

std::uint64_t MagnitudeCode::cost(const MagnitudeHistogram& histogram) const
{
    std::uint64_t bits = 0;
    for (unsigned symbol = 0; symbol < magnitudeSymbols; ++symbol)
        bits += std::uint64_t{histogram[symbol]} * (lengths[symbol] + magnitudeExtra(symbol));
    return bits;
}

void MagnitudeCode::write(Bytes& out) const
{
    std::size_t first = 0;
    std::size_t last = magnitudeSymbols;
    while (first < last && lengths[first] == 0)
        ++first;
    while (last > first && lengths[last - 1] == 0)
        --last;
    out.push_back(static_cast<std::uint8_t>(first));
    out.push_back(static_cast<std::uint8_t>(last - first));
    const std::vector<std::uint32_t> column(lengths.begin() + static_cast<std::ptrdiff_t>(first),
                                            lengths.begin() + static_cast<std::ptrdiff_t>(last));
    packColumn(column, out);
}

const std::uint8_t* MagnitudeDecoder::read(const std::uint8_t* in, const std::uint8_t* end)
{
    if (end - in < 2)
        return nullptr;
    const std::size_t first = in[0];
    const std::size_t count = in[1];
    if (first + count > magnitudeSymbols)
        return nullptr;
    std::array<std::uint32_t, magnitudeSymbols> column{};
    in = unpackColumn(packingKernels(), in + 2, end, count, column.data());
    if (in == nullptr)
        return nullptr;
    std::array<std::uint8_t, magnitudeSymbols> lengths{};
    std::size_t used = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (column[i] > longestCode)
            return nullptr;
        lengths[first + i] = static_cast<std::uint8_t>(column[i]);
        used += column[i] > 0 ? m_table.size() >> column[i] : 0;
    }
    if (used > m_table.size())
        return nullptr;
    m_table.fill({});
    assignCodes(lengths, [&](std::size_t symbol, std::uint32_t bits) {
        const auto s = static_cast<unsigned>(symbol);
        const Entry entry{magnitudeBase(s), lengths[symbol], static_cast<std::uint8_t>(magnitudeExtra(s))};
        for (std::size_t at = bits; at < m_table.size(); at += std::size_t{1} << lengths[symbol])
            m_table[at] = entry;
    });
    return in;
}

} // namespace bnof::storage
