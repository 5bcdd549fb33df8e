// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/trace_history.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bnof {

namespace {

std::size_t roundUpCapacity(std::size_t capacity)
{
    return std::bit_ceil(std::max<std::size_t>(capacity, 1024));
}

// Power-of-two strides would put all channels into the same cache set; five lines of padding spread them.
constexpr std::size_t stridePadding = 80;

} // namespace

void TraceHistory::Extent::take(float value)
{
    // Comparisons with NaN are false, so a missing value leaves the extent alone.
    if (value < low)
        low = value;
    if (value > high)
        high = value;
}

void TraceHistory::Extent::merge(const Extent& other)
{
    low = std::min(low, other.low);
    high = std::max(high, other.high);
}

TraceHistory::TraceHistory(std::size_t channelCount, std::size_t capacity)
    : m_channelCount(channelCount), m_capacity(roundUpCapacity(capacity)), m_mask(m_capacity - 1),
      m_stride(m_capacity + stridePadding), m_values(channelCount * m_stride), m_times(m_capacity),
      m_gapBefore(m_capacity)
{
    for (int i = 1; i <= maxLevels && (m_capacity >> (i * fanoutBits)) >= 16; ++i) {
        Level level;
        level.shift = i * fanoutBits;
        const std::size_t blocks = m_capacity >> level.shift;
        level.mask = blocks - 1;
        level.stride = blocks + stridePadding / 2;
        level.extents = AtomicCells<std::uint64_t>(channelCount * level.stride);
        level.gaps = AtomicCells<std::uint8_t>(blocks);
        level.open.resize(channelCount);
        m_levels.push_back(std::move(level));
    }
}

void TraceHistory::append(Timestamp t, std::span<const float> values)
{
    const std::uint64_t index = m_published.load(std::memory_order_relaxed);
    const std::size_t slot = index & m_mask;
    const bool gap = m_gapPending;
    m_gapPending = false;
    m_lastTime = std::max(m_lastTime, t);
    m_times.store(slot, m_lastTime);
    m_gapBefore.store(slot, gap ? 1 : 0);
    const std::size_t given = std::min(values.size(), m_channelCount);
    Level& first = m_levels.front();
    for (std::size_t channel = 0; channel < m_channelCount; ++channel) {
        float value = channel < given ? values[channel] : std::numeric_limits<float>::quiet_NaN();
        // An infinite reading is no measurement and would ruin every scale.
        if (!std::isfinite(value))
            value = std::numeric_limits<float>::quiet_NaN();
        m_values.store(channel * m_stride + slot, value);
        first.open[channel].take(value);
    }
    closeBlocks(index, gap);
    m_published.store(index + 1, std::memory_order_release);
}

/// Store the blocks that end with frame `index` and hand their extents up.
void TraceHistory::closeBlocks(std::uint64_t index, bool gap)
{
    m_levels.front().openGap |= gap;
    for (std::size_t l = 0; l < m_levels.size(); ++l) {
        Level& level = m_levels[l];
        const std::uint64_t blockMask = (std::uint64_t{1} << level.shift) - 1;
        if ((index & blockMask) != blockMask)
            return;
        const std::size_t slot = (index >> level.shift) & level.mask;
        Level* above = l + 1 < m_levels.size() ? &m_levels[l + 1] : nullptr;
        for (std::size_t channel = 0; channel < m_channelCount; ++channel) {
            Extent& open = level.open[channel];
            level.extents.store(channel * level.stride + slot, std::bit_cast<std::uint64_t>(open));
            if (above)
                above->open[channel].merge(open);
            open = Extent();
        }
        level.gaps.store(slot, level.openGap ? 1 : 0);
        if (above)
            above->openGap |= level.openGap;
        level.openGap = false;
    }
}

/// Frames that a reader may begin to read: the newest 15/16 of the ring.
TraceHistory::Range TraceHistory::readable() const
{
    const std::uint64_t end = published();
    const std::uint64_t keep = m_capacity - m_capacity / 16;
    return {end > keep ? end - keep : 0, end};
}

/// The oldest frame that is certainly not overwritten: the writer may be filling the slot of
/// published() already.
std::uint64_t TraceHistory::firstIntact() const
{
    const std::uint64_t end = published();
    return end >= m_capacity ? end - m_capacity + 1 : 0;
}

std::optional<Timestamp> TraceHistory::earliest() const
{
    for (int attempt = 0; attempt < 4; ++attempt) {
        const Range range = readable();
        if (range.begin == range.end)
            return std::nullopt;
        const Timestamp t = m_times.load(range.begin & m_mask);
        if (range.begin >= firstIntact())
            return t;
    }
    return latest();
}

std::optional<Timestamp> TraceHistory::latest() const
{
    const std::uint64_t end = published();
    if (end == 0)
        return std::nullopt;
    return m_times.load((end - 1) & m_mask);
}

/// First frame in `range` whose time is not before `t`; range.end if there is none.
std::uint64_t TraceHistory::lowerBound(Range range, Timestamp t) const
{
    while (range.begin < range.end) {
        const std::uint64_t middle = range.begin + (range.end - range.begin) / 2;
        if (m_times.load(middle & m_mask) < t)
            range.begin = middle + 1;
        else
            range.end = middle;
    }
    return range.begin;
}

/// lowerBound that looks near `from + step` first: neighbouring columns hold similar numbers of frames.
std::uint64_t TraceHistory::gallop(Range range, std::uint64_t from, std::uint64_t step, Timestamp t) const
{
    if (from >= range.end || m_times.load(from & m_mask) >= t)
        return from;
    std::uint64_t low = from;
    std::uint64_t width = std::max<std::uint64_t>(step, 1);
    while (low + width < range.end && m_times.load((low + width) & m_mask) < t) {
        low += width;
        width *= 2;
    }
    return lowerBound({low + 1, std::min(low + width, range.end)}, t);
}

TraceHistory::Window TraceHistory::window(Timestamp t0, Timestamp t1, int columnCount) const
{
    Window result;
    if (t1 <= t0 || columnCount < 1)
        return result;
    const auto columns = static_cast<std::size_t>(columnCount);
    const std::int64_t quotient = (t1 - t0) / columnCount;
    const std::int64_t remainder = (t1 - t0) % columnCount;
    for (int attempt = 0; attempt < 4; ++attempt) {
        const Range range = readable();
        if (range.begin == range.end)
            return result;
        result.t0 = t0;
        result.t1 = t1;
        result.edges.resize(columns + 1);
        result.edges[0] = lowerBound(range, t0);
        std::uint64_t step = 1;
        for (std::size_t k = 1; k <= columns; ++k) {
            const auto column = static_cast<std::int64_t>(k);
            const Timestamp edge = t0 + column * quotient + column * remainder / columnCount;
            result.edges[k] = gallop(range, result.edges[k - 1], step, edge);
            step = result.edges[k] - result.edges[k - 1];
        }
        result.raw = result.edges[columns] - result.edges[0] <= columns;
        result.gaps.assign(columns, 0);
        if (!result.raw && gapIn(result.edges[0], result.edges[columns]))
            for (std::size_t k = 0; k < columns; ++k)
                result.gaps[k] = gapIn(result.edges[k], result.edges[k + 1]);
        if (range.begin >= firstIntact())
            return result;
    }
    result.edges.clear();
    result.gaps.clear();
    return result;
}

bool TraceHistory::gapIn(std::uint64_t begin, std::uint64_t end) const
{
    return lastGapIn(begin, end).has_value();
}

/// The last frame in [begin, end) that comes after a gap. Walks down from `end`, over whole blocks
/// where it can.
std::optional<std::uint64_t> TraceHistory::lastGapIn(std::uint64_t begin, std::uint64_t end) const
{
    std::uint64_t i = end;
    while (i > begin) {
        std::size_t level = 0; // m_levels[level - 1]; 0 is a single frame
        while (level < m_levels.size()) {
            const std::uint64_t block = std::uint64_t{1} << m_levels[level].shift;
            if ((i & (block - 1)) != 0 || i - begin < block)
                break;
            if (m_levels[level].gaps.load(((i >> m_levels[level].shift) - 1) & m_levels[level].mask))
                break;
            ++level;
        }
        if (level > 0) {
            i -= std::uint64_t{1} << m_levels[level - 1].shift;
            continue;
        }
        if (m_gapBefore.load((i - 1) & m_mask))
            return i - 1;
        --i;
    }
    return std::nullopt;
}

TraceHistory::Extent TraceHistory::extentIn(std::size_t channel, std::uint64_t begin, std::uint64_t end) const
{
    Extent extent;
    std::size_t level = 0; // m_levels[level - 1]; 0 is a single frame
    std::uint64_t i = begin;
    while (i < end) {
        const auto fits = [&](std::size_t l) { return i + (std::uint64_t{1} << m_levels[l - 1].shift) <= end; };
        while (level < m_levels.size() && (i & ((std::uint64_t{1} << m_levels[level].shift) - 1)) == 0 &&
               fits(level + 1))
            ++level;
        while (level > 0 && !fits(level))
            --level;
        if (level == 0) {
            extent.take(m_values.load(channel * m_stride + (i & m_mask)));
            ++i;
            continue;
        }
        const Level& l = m_levels[level - 1];
        extent.merge(std::bit_cast<Extent>(l.extents.load(channel * l.stride + ((i >> l.shift) & l.mask))));
        i += std::uint64_t{1} << l.shift;
    }
    return extent;
}

TraceSeries TraceHistory::series(const Window& window, std::size_t channel) const
{
    TraceSeries result;
    if (window.edges.empty() || channel >= m_channelCount)
        return result;
    if (window.raw) {
        result.raw = true;
        result.points = points(window, channel);
        return result;
    }
    const std::size_t columns = window.edges.size() - 1;
    result.columns.resize(columns);
    for (std::size_t k = 0; k < columns; ++k) {
        const std::uint64_t begin = window.edges[k];
        const std::uint64_t end = window.edges[k + 1];
        if (begin == end)
            continue;
        const Extent extent = extentIn(channel, begin, end);
        TraceColumn& column = result.columns[k];
        column.hasSamples = true;
        column.gap = window.gaps[k] != 0;
        column.hasData = extent.low <= extent.high;
        if (column.hasData) {
            column.low = extent.low;
            column.high = extent.high;
        }
    }
    const std::uint64_t intact = firstIntact();
    for (std::size_t k = 0; k < columns && window.edges[k] < intact; ++k)
        result.columns[k] = TraceColumn();
    return result;
}

std::vector<TracePoint> TraceHistory::points(const Window& window, std::size_t channel) const
{
    const Range range = readable();
    std::uint64_t begin = window.edges.front();
    const std::uint64_t end = std::min(window.edges.back() + 1, range.end);
    if (begin > range.begin)
        --begin;
    begin = std::max(begin, range.begin);
    std::vector<TracePoint> result;
    result.reserve(end > begin ? end - begin : 0);
    for (std::uint64_t i = begin; i < end; ++i) {
        const std::size_t slot = i & m_mask;
        result.push_back({m_times.load(slot), m_values.load(channel * m_stride + slot), m_gapBefore.load(slot) != 0});
    }
    const std::uint64_t intact = firstIntact();
    if (begin < intact)
        result.erase(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(
                                                          std::min<std::uint64_t>(intact - begin, result.size())));
    return result;
}

TraceSeries TraceHistory::series(std::size_t channel, Timestamp t0, Timestamp t1, int columnCount) const
{
    return series(window(t0, t1, columnCount), channel);
}

std::optional<TracePoint> TraceHistory::valueAt(std::size_t channel, Timestamp t) const
{
    const Range range = readable();
    if (channel >= m_channelCount || range.begin == range.end)
        return std::nullopt;
    const std::uint64_t next = t == std::numeric_limits<Timestamp>::max() ? range.end : lowerBound(range, t + 1);
    if (next == range.begin)
        return std::nullopt;
    const std::size_t slot = (next - 1) & m_mask;
    const TracePoint point{m_times.load(slot), m_values.load(channel * m_stride + slot), m_gapBefore.load(slot) != 0};
    const bool past = point.t < t && (next == range.end || m_gapBefore.load(next & m_mask) != 0);
    if (past || range.begin < firstIntact())
        return std::nullopt;
    return point;
}

std::optional<TracePoint> TraceHistory::newest(std::size_t channel) const
{
    const std::uint64_t end = published();
    if (channel >= m_channelCount || end == 0)
        return std::nullopt;
    const std::size_t slot = (end - 1) & m_mask;
    return TracePoint{m_times.load(slot), m_values.load(channel * m_stride + slot), m_gapBefore.load(slot) != 0};
}

std::vector<TraceGap> TraceHistory::gaps(Timestamp t0, Timestamp t1, std::size_t limit) const
{
    std::vector<TraceGap> result;
    const Range range = readable();
    if (range.begin == range.end || t1 < t0)
        return result;
    const std::uint64_t begin = std::max(lowerBound(range, t0), range.begin + 1);
    std::uint64_t end = lowerBound(range, t1);
    // The frame after the window ends a gap that begins inside it.
    while (end < range.end && m_times.load(end & m_mask) <= t1)
        ++end;
    end = std::min(end + 1, range.end);
    while (result.size() < limit) {
        const auto index = lastGapIn(begin, end);
        if (!index)
            break;
        result.push_back({m_times.load((*index - 1) & m_mask), m_times.load(*index & m_mask)});
        end = *index;
    }
    if (range.begin < firstIntact())
        return {};
    std::reverse(result.begin(), result.end());
    return result;
}

} // namespace bnof
