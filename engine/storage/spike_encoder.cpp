// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/storage/spike_codec.h"
#include "engine/storage/spike_layout.h"

namespace bnof::storage {
namespace {

/// Spikes that a group needs on average before its part of the directory pays.
constexpr std::size_t spikesPerGroup = 64;
/// Group numbers are counted in a table when they span no more than this.
constexpr std::uint64_t directNumbers = 4096;
/// Spikes that a code table of a cold block needs before its 100 or so bytes pay.
constexpr std::uint32_t spikesPerTable = 4096;

struct Extent {
    std::uint32_t lowest = UINT32_MAX;
    std::uint32_t highest = 0;
    bool canonical = true;
};

Extent survey(std::span<const std::uint32_t> ticks, std::span<const std::uint32_t> neurons)
{
    Extent extent;
    std::uint64_t before = 0;
    unsigned wrong = 0;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        const std::uint64_t key = std::uint64_t{ticks[i]} << 32 | neurons[i];
        wrong |= key < before ? 1U : 0U;
        before = key;
        extent.lowest = std::min(extent.lowest, neurons[i]);
        extent.highest = std::max(extent.highest, neurons[i]);
    }
    extent.canonical = wrong == 0;
    return extent;
}

std::uint8_t* putVarintAt(std::uint8_t* out, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *out++ = static_cast<std::uint8_t>(value | 0x80);
    *out++ = static_cast<std::uint8_t>(value);
    return out;
}

} // namespace

Result<void> SpikeEncoder::encode(std::span<const std::uint32_t> ticks, std::span<const std::uint32_t> neurons,
                                  SpikeForm form, Bytes& out)
{
    if (ticks.size() != neurons.size() || ticks.size() > maxSpikesPerBlock)
        return makeError(ErrorKind::Internal, "a block of spikes needs equally many ticks and neurons, at most " +
                                                  std::to_string(maxSpikesPerBlock));
    const Extent extent = survey(ticks, neurons);
    if (!extent.canonical)
        return makeError(ErrorKind::Internal, "the spikes of a block are not in the order of their ticks and neurons");
    if (ticks.empty()) {
        out.insert(out.end(), {static_cast<std::uint8_t>(form), spikeGroupBits, 0});
        return {};
    }
    split(ticks, neurons, extent.lowest, extent.highest);
    out.push_back(static_cast<std::uint8_t>(form));
    out.push_back(static_cast<std::uint8_t>(m_shift));
    putVarint(out, ticks.size());
    putVarint(out, ticks.front());
    putVarint(out, ticks.back() - ticks.front());
    putVarint(out, m_groups.size());
    if (form == SpikeForm::Hot)
        encodeHot(ticks.front(), out);
    else
        encodeCold(ticks.front(), out);
    return {};
}

/// Sort the spikes into groups, each in canonical order.
void SpikeEncoder::split(std::span<const std::uint32_t> ticks, std::span<const std::uint32_t> neurons,
                         std::uint32_t lowest, std::uint32_t highest)
{
    m_ticks.resize(ticks.size());
    m_locals.resize(ticks.size());
    const std::size_t most = std::max<std::size_t>(1, ticks.size() / spikesPerGroup);
    m_shift = spikeGroupBits;
    if ((highest >> m_shift) - (lowest >> m_shift) < directNumbers)
        placeByNumber(ticks, neurons, lowest, highest);
    else
        placeSparse(ticks, neurons);
    if (m_groups.size() <= most)
        return;
    while (m_shift < 32 && (highest >> m_shift) - (lowest >> m_shift) >= most)
        ++m_shift;
    placeByNumber(ticks, neurons, lowest, highest);
}

void SpikeEncoder::placeByNumber(std::span<const std::uint32_t> ticks, std::span<const std::uint32_t> neurons,
                                 std::uint32_t lowest, std::uint32_t highest)
{
    // A shift by 32 would be undefined on 32 bits.
    const auto numberOf = [this](std::uint32_t id) { return static_cast<std::uint32_t>(std::uint64_t{id} >> m_shift); };
    const std::uint32_t base = numberOf(lowest);
    // Four quarters of the block advance side by side, each with its own counters: most spikes belong to few groups,
    // and one increment would wait for the one before.
    const std::size_t quarter = (ticks.size() + 3) / 4;
    m_places.assign((numberOf(highest) - base + std::size_t{1}) * 4, 0);
    const auto forEach = [&](auto&& visit) {
        for (std::size_t i = 0; i < quarter; ++i) {
            for (std::size_t q = 0, at = i; q < 4 && at < ticks.size(); ++q, at += quarter)
                visit(at, m_places[(numberOf(neurons[at]) - base) * std::size_t{4} + q]);
        }
    };
    forEach([](std::size_t, std::uint32_t& count) { ++count; });
    m_groups.clear();
    std::uint32_t total = 0;
    for (std::size_t i = 0; i < m_places.size(); i += 4) {
        const std::uint32_t first = total;
        for (std::size_t q = 0; q < 4; ++q)
            total += std::exchange(m_places[i + q], total);
        if (total > first)
            m_groups.push_back({base + static_cast<std::uint32_t>(i / 4), first, total - first});
    }
    const auto mask = static_cast<std::uint32_t>((std::uint64_t{1} << m_shift) - 1);
    forEach([&](std::size_t at, std::uint32_t& next) {
        const std::uint32_t place = next++;
        m_ticks[place] = ticks[at];
        m_locals[place] = neurons[at] & mask;
    });
}

void SpikeEncoder::placeSparse(std::span<const std::uint32_t> ticks, std::span<const std::uint32_t> neurons)
{
    m_places.resize(ticks.size());
    std::iota(m_places.begin(), m_places.end(), 0U);
    std::stable_sort(m_places.begin(), m_places.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return neurons[a] >> m_shift < neurons[b] >> m_shift; });
    m_groups.clear();
    for (std::uint32_t i = 0; i < m_places.size(); ++i) {
        const std::uint32_t from = m_places[i];
        const std::uint32_t number = neurons[from] >> m_shift;
        if (m_groups.empty() || m_groups.back().number != number)
            m_groups.push_back({number, i, 0});
        ++m_groups.back().count;
        m_ticks[i] = ticks[from];
        m_locals[i] = neurons[from] & ((1U << m_shift) - 1);
    }
}

void SpikeEncoder::encodeHot(std::uint32_t firstTick, Bytes& out)
{
    const std::size_t pages = m_ticks.size() / spikePage + m_groups.size();
    m_pages.resize(packedColumnBound(m_ticks.size()) * 2 + pages * 64);
    m_page.resize(packedColumnBound(maxPageTicks) + packedColumnBound(spikePage) + 16);
    m_columnA.resize(std::max(maxPageTicks, spikePage));
    m_columnB.resize(spikePage);
    std::uint8_t* end = m_pages.data();
    std::uint32_t before = 0;
    for (const Group& group : m_groups) {
        putVarint(out, group.number - before);
        putVarint(out, group.count - 1);
        before = group.number;
        std::uint32_t tick = firstTick;
        for (std::uint32_t at = 0; at < group.count; at += spikePage) {
            const std::uint32_t* ticks = m_ticks.data() + group.first + at;
            const std::uint32_t* locals = m_locals.data() + group.first + at;
            std::uint8_t* begin = end;
            end = encodePage(ticks, locals, std::min<std::size_t>(spikePage, group.count - at), begin);
            putVarint(out, ticks[0] - tick);
            putVarint(out, static_cast<std::uint64_t>(end - begin));
            tick = ticks[0];
        }
    }
    putBytes(out, ByteView(m_pages).first(static_cast<std::size_t>(end - m_pages.data())));
}

std::uint8_t* SpikeEncoder::encodePage(const std::uint32_t* ticks, const std::uint32_t* locals, std::size_t count,
                                       std::uint8_t* out)
{
    const std::size_t span = std::size_t{ticks[count - 1] - ticks[0]} + 1;
    // With two spikes and more a tick counts always win: the ids' differences are no larger than the ids.
    if (2 * span <= count)
        return encodeRuns(ticks, locals, count, span, out);
    m_columnA[0] = 0;
    for (std::size_t i = 1; i < count; ++i)
        m_columnA[i] = ticks[i] - ticks[i - 1];
    std::uint8_t* end = out;
    *end++ = static_cast<std::uint8_t>(PageKind::Deltas);
    end = packColumn(std::span(m_columnA).first(count), end);
    end = packColumn({locals, count}, end);
    // With fewer than a spike in two ticks they never do.
    if (span > 2 * count || span > maxPageTicks)
        return end;
    const std::uint8_t* runs = encodeRuns(ticks, locals, count, span, m_page.data());
    const auto length = static_cast<std::size_t>(runs - m_page.data());
    if (length >= static_cast<std::size_t>(end - out))
        return end;
    std::memcpy(out, m_page.data(), length);
    return out + length;
}

std::uint8_t* SpikeEncoder::encodeRuns(const std::uint32_t* ticks, const std::uint32_t* locals, std::size_t count,
                                       std::size_t span, std::uint8_t* out)
{
    std::fill_n(m_columnA.begin(), span, 0U);
    m_columnA[0] = 1;
    m_columnB[0] = locals[0];
    std::uint32_t run = 1;
    for (std::size_t i = 1; i < count; ++i) {
        const std::uint32_t goesOn = ticks[i] == ticks[i - 1] ? 1 : 0;
        run = run * goesOn + 1;
        m_columnA[ticks[i] - ticks[0]] = run; // the last one stays
        m_columnB[i] = locals[i] - locals[i - 1] * goesOn;
    }
    *out++ = static_cast<std::uint8_t>(PageKind::Runs);
    out = putVarintAt(out, span);
    out = packColumn(std::span(m_columnA).first(span), out);
    return packColumn(std::span(m_columnB).first(count), out);
}

/// Bring one group into the order neuron, tick.
void SpikeEncoder::sortByNeuron(const Group& group)
{
    const std::uint32_t* ticks = m_ticks.data() + group.first;
    const std::uint32_t* locals = m_locals.data() + group.first;
    m_columnA.resize(group.count);
    m_columnB.resize(group.count);
    if (m_shift == spikeGroupBits) {
        m_places.assign((std::size_t{1} << spikeGroupBits) + 1, 0);
        for (std::uint32_t i = 0; i < group.count; ++i)
            ++m_places[locals[i] + 1];
        std::partial_sum(m_places.begin(), m_places.end(), m_places.begin());
        for (std::uint32_t i = 0; i < group.count; ++i) {
            const std::uint32_t place = m_places[locals[i]]++;
            m_columnA[place] = ticks[i];
            m_columnB[place] = locals[i];
        }
        return;
    }
    m_places.resize(group.count);
    std::iota(m_places.begin(), m_places.end(), 0U);
    std::stable_sort(m_places.begin(), m_places.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return locals[a] < locals[b]; });
    for (std::uint32_t i = 0; i < group.count; ++i) {
        m_columnA[i] = ticks[m_places[i]];
        m_columnB[i] = locals[m_places[i]];
    }
}

namespace {

/// One neuron's spikes in a cold block.
struct Train {
    std::uint32_t local = 0;
    std::uint32_t first = 0; ///< place of its intervals
    std::uint32_t count = 0;
};

/// Code tables for the classes of neurons: neighbours share one until it has spikes enough.
struct Tables {
    std::array<std::uint8_t, activityClasses> of{};
    std::vector<MagnitudeCode> codes;
};

Tables makeTables(const std::array<MagnitudeHistogram, activityClasses>& histograms)
{
    Tables tables;
    std::vector<MagnitudeHistogram> merged(1);
    std::uint32_t spikes = 0;
    for (std::size_t c = 0; c < activityClasses; ++c) {
        const std::uint32_t more = std::accumulate(histograms[c].begin(), histograms[c].end(), 0U);
        if (more > 0 && spikes >= spikesPerTable) {
            merged.emplace_back();
            spikes = 0;
        }
        spikes += more;
        tables.of[c] = static_cast<std::uint8_t>(merged.size() - 1);
        for (std::size_t s = 0; s < magnitudeSymbols; ++s)
            merged.back()[s] += histograms[c][s];
    }
    for (const MagnitudeHistogram& histogram : merged)
        tables.codes.push_back(MagnitudeCode::forHistogram(histogram));
    return tables;
}

void writeTrains(std::span<const Train> trains, const std::uint32_t* intervals, const Tables& tables, Bytes& out)
{
    std::vector<std::uint32_t> gaps, counts;
    std::uint32_t next = 0;
    for (const Train& train : trains) {
        gaps.push_back(train.local - next);
        counts.push_back(train.count - 1);
        next = train.local + 1;
    }
    putVarint(out, trains.size());
    packColumn(gaps, out);
    packColumn(counts, out);
    BitWriter writer(out);
    for (const Train& train : trains) {
        const MagnitudeCode& code = tables.codes[tables.of[activityClass(train.count)]];
        for (std::uint32_t i = 0; i < train.count; ++i)
            writer.put(code, intervals[train.first + i]);
    }
    writer.finish();
}

} // namespace

void SpikeEncoder::encodeCold(std::uint32_t firstTick, Bytes& out)
{
    std::array<MagnitudeHistogram, activityClasses> histograms{};
    std::vector<Train> trains;
    std::vector<std::size_t> ends;
    for (const Group& group : m_groups) {
        sortByNeuron(group);
        std::uint32_t* intervals = m_ticks.data() + group.first;
        for (std::uint32_t i = 0; i < group.count;) {
            Train train{m_columnB[i], group.first + i, 0};
            std::uint32_t before = firstTick;
            for (; i < group.count && m_columnB[i] == train.local; ++i, ++train.count) {
                intervals[i] = m_columnA[i] - before;
                before = m_columnA[i];
            }
            MagnitudeHistogram& histogram = histograms[activityClass(train.count)];
            for (std::uint32_t k = 0; k < train.count; ++k)
                ++histogram[magnitudeSymbol(m_ticks[train.first + k])];
            trains.push_back(train);
        }
        ends.push_back(trains.size());
    }
    const Tables tables = makeTables(histograms);
    putBytes(out, tables.of);
    out.push_back(static_cast<std::uint8_t>(tables.codes.size()));
    for (const MagnitudeCode& code : tables.codes)
        code.write(out);
    m_pages.clear();
    std::uint32_t before = 0;
    for (std::size_t g = 0; g < m_groups.size(); ++g) {
        const std::size_t begin = g == 0 ? 0 : ends[g - 1];
        const std::size_t length = m_pages.size();
        writeTrains(std::span(trains).subspan(begin, ends[g] - begin), m_ticks.data(), tables, m_pages);
        putVarint(out, m_groups[g].number - before);
        putVarint(out, m_groups[g].count - 1);
        putVarint(out, m_pages.size() - length);
        before = m_groups[g].number;
    }
    putBytes(out, m_pages);
}

} // namespace bnof::storage
