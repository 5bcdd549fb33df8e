// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/storage/spike_codec.h"
#include "engine/storage/spike_layout.h"

namespace bnof::storage {
namespace {

Error damaged()
{
    return makeError(ErrorKind::BadInput, "a block of spikes does not make sense");
}

void resizeBoth(SpikeColumns& spikes, std::size_t size)
{
    spikes.ticks.resize(size);
    spikes.neurons.resize(size);
}

} // namespace

Result<SpikeBlockInfo> SpikeDecoder::open(ByteView block)
{
    m_block = block;
    m_info = {};
    m_groups.clear();
    m_firstPages.clear();
    m_pages.clear();
    ByteCursor in(block);
    if (block.size() > UINT32_MAX || !readHead(in)) {
        m_info = {};
        m_groups.clear();
        return damaged();
    }
    return m_info;
}

bool SpikeDecoder::readHead(ByteCursor& in)
{
    const auto form = in.get<std::uint8_t>();
    m_info.form = static_cast<SpikeForm>(form);
    m_info.groupBits = in.get<std::uint8_t>();
    const std::uint64_t count = in.getVarint();
    if (!in.ok() || (m_info.form != SpikeForm::Hot && m_info.form != SpikeForm::Cold) || m_info.groupBits > 32 ||
        count > maxSpikesPerBlock)
        return false;
    m_info.count = static_cast<std::uint32_t>(count);
    if (count == 0)
        return in.remaining() == 0;
    const std::uint64_t first = in.getVarint();
    const std::uint64_t span = in.getVarint();
    const std::uint64_t groups = in.getVarint();
    // A group has at least two bytes in the directory and two of data.
    if (!in.ok() || first > UINT32_MAX || span > UINT32_MAX - first || groups == 0 || groups > count ||
        groups > in.remaining() / 4)
        return false;
    m_info.firstTick = static_cast<std::uint32_t>(first);
    m_info.lastTick = static_cast<std::uint32_t>(first + span);
    if (m_info.form == SpikeForm::Cold && !readTables(in))
        return false;
    m_groups.resize(static_cast<std::size_t>(groups));
    return readDirectory(in);
}

bool SpikeDecoder::readTables(ByteCursor& in)
{
    const ByteView tableOf = in.take(activityClasses);
    const std::size_t count = in.get<std::uint8_t>();
    if (!in.ok() || count == 0 || count > activityClasses)
        return false;
    std::copy(tableOf.begin(), tableOf.end(), m_tableOf.begin());
    if (std::any_of(tableOf.begin(), tableOf.end(), [count](std::uint8_t table) { return table >= count; }))
        return false;
    m_tables.resize(count);
    for (MagnitudeDecoder& table : m_tables) {
        const std::uint8_t* begin = m_block.data() + m_block.size() - in.remaining();
        const std::uint8_t* end = table.read(begin, m_block.data() + m_block.size());
        if (end == nullptr)
            return false;
        in.take(static_cast<std::uint64_t>(end - begin));
    }
    return true;
}

bool SpikeDecoder::readDirectory(ByteCursor& in)
{
    std::uint64_t number = 0;
    std::uint64_t spikes = 0;
    std::uint64_t length = 0; // of all pages so far; their offsets count from the end of the directory at first
    for (std::size_t g = 0; g < m_groups.size(); ++g) {
        const std::uint64_t step = in.getVarint();
        const std::uint64_t count = in.getVarint();
        if (!in.ok() || step > UINT32_MAX || (g > 0 && step == 0) || count >= m_info.count - spikes)
            return false;
        number += step;
        if ((number << m_info.groupBits) > UINT32_MAX)
            return false;
        m_groups[g] = {static_cast<std::uint32_t>(number << m_info.groupBits), static_cast<std::uint32_t>(count + 1)};
        spikes += count + 1;
        m_firstPages.push_back(static_cast<std::uint32_t>(m_pages.size()));
        if (!readPages(in, m_groups[g].count, length))
            return false;
    }
    m_firstPages.push_back(static_cast<std::uint32_t>(m_pages.size()));
    if (spikes != m_info.count || length != in.remaining())
        return false;
    for (Page& page : m_pages)
        page.offset += static_cast<std::uint32_t>(m_block.size() - in.remaining());
    return true;
}

bool SpikeDecoder::readPages(ByteCursor& in, std::uint32_t count, std::uint64_t& length)
{
    const bool hot = m_info.form == SpikeForm::Hot;
    std::uint64_t tick = m_info.firstTick;
    for (std::uint32_t at = 0; at < count;) {
        const std::uint32_t part = hot ? std::min<std::uint32_t>(spikePage, count - at) : count;
        const std::uint64_t later = hot ? in.getVarint() : 0;
        const std::uint64_t bytes = in.getVarint();
        if (!in.ok() || later > m_info.lastTick - tick || bytes == 0 || bytes > m_block.size() - length)
            return false;
        tick += later;
        m_pages.push_back({static_cast<std::uint32_t>(tick), static_cast<std::uint32_t>(length), part});
        length += bytes;
        at += part;
    }
    return true;
}

std::size_t SpikeDecoder::pageEnd(std::size_t page) const
{
    return page + 1 < m_pages.size() ? m_pages[page + 1].offset : m_block.size();
}

/// Decode one page of a hot block; both outputs need pageSlack entries more than the page has spikes.
bool SpikeDecoder::decodePage(std::size_t index, std::uint32_t firstNeuron, std::uint32_t* ticks,
                              std::uint32_t* neurons)
{
    const Page& page = m_pages[index];
    // The kernels may read on into the next page, which is faster; that they need not is checked at the end.
    const std::uint8_t* const stop = m_block.data() + m_block.size();
    const std::uint8_t* in = m_block.data() + page.offset;
    const auto kind = static_cast<PageKind>(*in++);
    if (kind == PageKind::Deltas) {
        in = unpackColumn(*m_kernels, in, stop, page.count, ticks);
        in = in == nullptr ? in : unpackColumn(*m_kernels, in, stop, page.count, neurons);
        if (in == nullptr)
            return false;
        m_kernels->prefixSum(ticks, page.count, page.firstTick);
        if (firstNeuron != 0)
            m_kernels->addOffset(neurons, page.count, firstNeuron);
    } else if (kind == PageKind::Runs) {
        in = decodeRuns(in, page, firstNeuron, ticks, neurons);
    } else {
        return false;
    }
    return in == m_block.data() + pageEnd(index) && ticks[0] == page.firstTick &&
           ticks[page.count - 1] <= m_info.lastTick;
}

const std::uint8_t* SpikeDecoder::decodeRuns(const std::uint8_t* in, const Page& page, std::uint32_t firstNeuron,
                                             std::uint32_t* ticks, std::uint32_t* neurons)
{
    const std::uint8_t* const stop = m_block.data() + m_block.size();
    ByteCursor head(ByteView(in, stop));
    const std::uint64_t span = head.getVarint();
    if (!head.ok() || span == 0 || span > maxPageTicks)
        return nullptr;
    in = stop - head.remaining();
    m_work.resize(maxPageTicks + spikePage + pageSlack);
    std::uint32_t* counts = m_work.data();
    std::uint32_t* sums = counts + maxPageTicks;
    in = unpackColumn(*m_kernels, in, stop, static_cast<std::size_t>(span), counts);
    if (in == nullptr)
        return nullptr;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < span; ++i)
        total += counts[i];
    in = total == page.count ? unpackColumn(*m_kernels, in, stop, page.count, sums) : nullptr;
    if (in == nullptr)
        return nullptr;
    m_kernels->prefixSum(sums, page.count, 0);
    m_kernels->expandRuns(sums, counts, static_cast<std::size_t>(span), page.count, page.firstTick, firstNeuron, ticks,
                          neurons);
    return in;
}

bool SpikeDecoder::decodeColdGroup(std::size_t group, std::uint32_t* ticks, std::uint32_t* neurons)
{
    const Page& page = m_pages[group];
    const std::uint8_t* const stop = m_block.data() + pageEnd(group);
    ByteCursor head(m_block.subspan(page.offset, pageEnd(group) - page.offset));
    const std::uint64_t trains = head.getVarint();
    if (!head.ok() || trains == 0 || trains > page.count)
        return false;
    m_work.resize(static_cast<std::size_t>(trains) * 2);
    std::uint32_t* gaps = m_work.data();
    std::uint32_t* counts = gaps + trains;
    const std::uint8_t* in = stop - head.remaining();
    in = unpackColumn(*m_kernels, in, stop, static_cast<std::size_t>(trains), gaps);
    in = in == nullptr ? in : unpackColumn(*m_kernels, in, stop, static_cast<std::size_t>(trains), counts);
    if (in == nullptr)
        return false;
    BitReader reader(in, stop);
    std::uint64_t local = 0;
    std::uint32_t left = page.count;
    for (std::size_t k = 0; k < trains; ++k) {
        local += gaps[k];
        if (counts[k] >= left || (local >> m_info.groupBits) != 0)
            return false;
        const std::uint32_t count = counts[k] + 1;
        const std::uint32_t neuron = m_groups[group].firstNeuron + static_cast<std::uint32_t>(local++);
        const MagnitudeDecoder& table = m_tables[m_tableOf[activityClass(count)]];
        std::uint32_t tick = m_info.firstTick;
        for (std::uint32_t i = 0; i < count; ++i) {
            std::uint32_t interval = 0;
            if (!reader.get(table, interval))
                return false;
            tick += interval;
            *ticks++ = tick;
            *neurons++ = neuron;
        }
        left -= count;
    }
    return left == 0 && reader.atEnd();
}

bool SpikeDecoder::decodeInto(SpikeColumns& out)
{
    resizeBoth(out, m_info.count + pageSlack);
    std::uint32_t* ticks = out.ticks.data();
    std::uint32_t* neurons = out.neurons.data();
    for (std::size_t g = 0; g < m_groups.size(); ++g) {
        if (m_info.form == SpikeForm::Cold) {
            if (!decodeColdGroup(g, ticks, neurons))
                return false;
            ticks += m_groups[g].count;
            neurons += m_groups[g].count;
            continue;
        }
        for (std::size_t p = m_firstPages[g]; p < m_firstPages[g + 1]; ++p) {
            if (!decodePage(p, m_groups[g].firstNeuron, ticks, neurons))
                return false;
            ticks += m_pages[p].count;
            neurons += m_pages[p].count;
        }
    }
    resizeBoth(out, m_info.count);
    return true;
}

Result<void> SpikeDecoder::decodeGroups(SpikeColumns& out)
{
    if (decodeInto(out))
        return {};
    out.clear();
    return damaged();
}

Result<void> SpikeDecoder::decode(SpikeColumns& out)
{
    BNOF_TRY(decodeGroups(out));
    if (m_info.form == SpikeForm::Cold) {
        m_merger.sortByTick(out, m_info.firstTick, m_info.lastTick);
        return {};
    }
    m_ends.clear();
    for (const SpikeGroup& group : m_groups)
        m_ends.push_back((m_ends.empty() ? 0 : m_ends.back()) + group.count);
    m_merger.merge(out, m_ends, m_info.firstTick, m_info.lastTick);
    return {};
}

Result<void> SpikeDecoder::query(const SpikeRange& range, SpikeColumns& out)
{
    m_found.clear();
    if (m_info.count == 0 || range.firstTick > m_info.lastTick || range.endTick <= m_info.firstTick)
        return {};
    m_ends.clear();
    for (std::size_t g = 0; g < m_groups.size(); ++g) {
        const std::uint64_t first = m_groups[g].firstNeuron;
        if (first >= range.endNeuron || first + (std::uint64_t{1} << m_info.groupBits) <= range.firstNeuron)
            continue;
        const std::size_t before = m_found.size();
        if (!queryGroup(g, range))
            return damaged();
        if (m_found.size() > before)
            m_ends.push_back(m_found.size());
    }
    if (m_info.form == SpikeForm::Cold)
        m_merger.sortByTick(m_found, m_info.firstTick, m_info.lastTick);
    else
        m_merger.merge(m_found, m_ends, m_info.firstTick, m_info.lastTick);
    out.ticks.insert(out.ticks.end(), m_found.ticks.begin(), m_found.ticks.end());
    out.neurons.insert(out.neurons.end(), m_found.neurons.begin(), m_found.neurons.end());
    return {};
}

bool SpikeDecoder::queryGroup(std::size_t group, const SpikeRange& range)
{
    if (m_info.form == SpikeForm::Cold) {
        resizeBoth(m_page, m_groups[group].count);
        if (!decodeColdGroup(group, m_page.ticks.data(), m_page.neurons.data()))
            return false;
        collect(range, 0, m_page.size());
        return true;
    }
    resizeBoth(m_page, spikePage + pageSlack);
    const std::size_t end = m_firstPages[group + 1];
    for (std::size_t p = m_firstPages[group]; p < end && m_pages[p].firstTick < range.endTick; ++p) {
        // Its last spikes are no later than the next page's first.
        if (p + 1 < end && m_pages[p + 1].firstTick < range.firstTick)
            continue;
        if (!decodePage(p, m_groups[group].firstNeuron, m_page.ticks.data(), m_page.neurons.data()))
            return false;
        const auto begin = m_page.ticks.begin();
        const auto stop = begin + m_pages[p].count;
        const auto from = std::lower_bound(begin, stop, range.firstTick);
        const auto to = std::lower_bound(from, stop, range.endTick);
        collect(range, static_cast<std::size_t>(from - begin), static_cast<std::size_t>(to - begin));
    }
    return true;
}

/// Move those of m_page's entries [first, end) that lie in the range to m_found.
void SpikeDecoder::collect(const SpikeRange& range, std::size_t first, std::size_t end)
{
    if (range.firstTick >= range.endTick || range.firstNeuron >= range.endNeuron || first >= end)
        return;
    const std::size_t before = m_found.size();
    resizeBoth(m_found, before + end - first);
    std::uint32_t* ticks = m_found.ticks.data() + before;
    std::uint32_t* neurons = m_found.neurons.data() + before;
    const std::uint64_t ticksWide = range.endTick - range.firstTick;
    const std::uint64_t neuronsWide = range.endNeuron - range.firstNeuron;
    std::size_t found = 0;
    for (std::size_t i = first; i < end; ++i) {
        const std::uint64_t tick = m_page.ticks[i];
        const std::uint64_t neuron = m_page.neurons[i];
        ticks[found] = static_cast<std::uint32_t>(tick);
        neurons[found] = static_cast<std::uint32_t>(neuron);
        // What lies below the range wraps round to far above it. No branch: it would be guessed wrong too often.
        found += static_cast<std::size_t>(tick - range.firstTick < ticksWide) &
                 static_cast<std::size_t>(neuron - range.firstNeuron < neuronsWide);
    }
    resizeBoth(m_found, before + found);
}

} // namespace bnof::storage
