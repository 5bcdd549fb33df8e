// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/atomic_cells.h"
#include "engine/base/time.h"

namespace bnof {

/// What one pixel column of a trace shows.
struct TraceColumn {
    float low = 0;           ///< smallest value in the column; meaningless without hasData
    float high = 0;          ///< largest value in the column
    bool hasData = false;    ///< at least one sample that is not NaN
    bool hasSamples = false; ///< at least one sample, NaN or not
    bool gap = false;        ///< a gap ends in this column (the line must not be joined to the left)

    bool operator==(const TraceColumn&) const = default;
};

/// One sample as it was written.
struct TracePoint {
    Timestamp t = 0;
    float value = 0; ///< NaN: missing
    bool gapBefore = false;

    bool operator==(const TracePoint&) const = default;
};

/// A stretch without data, from the last sample before it to the first one after.
struct TraceGap {
    Timestamp from = 0;
    Timestamp to = 0;

    bool operator==(const TraceGap&) const = default;
};

/// The picture of one channel in one window: either `columns` (one per pixel) or, with less than about
/// one sample a pixel, the samples themselves including one neighbour on each side of the window.
struct TraceSeries {
    bool raw = false;
    std::vector<TraceColumn> columns;
    std::vector<TracePoint> points;
};

/// The newest samples of every channel of one device, for displays: a ring with a minimum/maximum
/// pyramid (16 to 1 a level), so that drawing a window costs by its pixels and not by its samples and a
/// one-sample spike is never lost.
///
/// Threads: one writer (append, markGap), any number of readers (everything const). The writer never
/// waits. Readers use the newest 15/16 of the ring and check afterwards that the writer has not caught
/// up with them; what was overwritten meanwhile is left out.
class TraceHistory {
public:
    /// `capacity` in frames is rounded up to a power of two, at least 1024. Memory when full: about
    /// capacity * (channels * 4.6 + 9) bytes.
    TraceHistory(std::size_t channelCount, std::size_t capacity);

    /// Add one frame. `t` must not be earlier than the frame before (it is clamped); missing trailing
    /// values count as NaN, surplus ones are ignored. Writer thread only.
    void append(Timestamp t, std::span<const float> values);
    /// The next frame comes after a gap. Writer thread only.
    void markGap() { m_gapPending = true; }

    [[nodiscard]] std::size_t channelCount() const { return m_channelCount; }
    [[nodiscard]] std::size_t capacity() const { return m_capacity; }
    /// Frames appended since the start; grows by one a frame, so it also tells "something is new".
    [[nodiscard]] std::uint64_t published() const { return m_published.load(std::memory_order_acquire); }
    /// Time of the oldest frame that readers may use, of the newest; nothing when empty.
    [[nodiscard]] std::optional<Timestamp> earliest() const;
    [[nodiscard]] std::optional<Timestamp> latest() const;

    /// A window cut into pixel columns. Preparing it once and using it for every channel saves the
    /// repeated search for the columns' edges.
    struct Window {
        Timestamp t0 = 0;
        Timestamp t1 = 0;
        bool raw = false;
        std::vector<std::uint64_t> edges; ///< first frame of each column, and the end; columns + 1 entries
        std::vector<std::uint8_t> gaps;   ///< per column
    };
    /// Columns k = 0 ... columnCount-1 cover [t0 + k*(t1-t0)/columnCount, t0 + (k+1)*(t1-t0)/columnCount).
    /// Empty (no edges) when t1 <= t0 or columnCount < 1 or nothing was appended.
    [[nodiscard]] Window window(Timestamp t0, Timestamp t1, int columnCount) const;
    /// The picture of one channel in a prepared window.
    [[nodiscard]] TraceSeries series(const Window& window, std::size_t channel) const;
    /// The same for one channel alone.
    [[nodiscard]] TraceSeries series(std::size_t channel, Timestamp t0, Timestamp t1, int columnCount) const;

    /// The sample in force at `t` (the last one at or before it). Nothing before the first sample, after
    /// the last or inside a gap; a missing value comes back as NaN.
    [[nodiscard]] std::optional<TracePoint> valueAt(std::size_t channel, Timestamp t) const;
    /// The newest sample of a channel.
    [[nodiscard]] std::optional<TracePoint> newest(std::size_t channel) const;
    /// Gaps that touch [t0, t1], oldest first; at most `limit`, the newest ones.
    [[nodiscard]] std::vector<TraceGap> gaps(Timestamp t0, Timestamp t1, std::size_t limit = 1000) const;

private:
    static constexpr int fanoutBits = 4;
    static constexpr int maxLevels = 6;

    struct Extent {
        float low = std::numeric_limits<float>::infinity();
        float high = -std::numeric_limits<float>::infinity();
        void take(float value);
        void merge(const Extent& other);
    };
    /// One pyramid level: block j covers frames [j << shift, (j + 1) << shift).
    struct Level {
        int shift = 0;
        std::size_t mask = 0;
        std::size_t stride = 0;             ///< cells from one channel to the next
        AtomicCells<std::uint64_t> extents; ///< packed Extent
        AtomicCells<std::uint8_t> gaps;     ///< a gap ends inside the block
        std::vector<Extent> open;           ///< writer only: the block being filled
        bool openGap = false;
    };
    struct Range {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };

    [[nodiscard]] Range readable() const;
    [[nodiscard]] std::uint64_t firstIntact() const;
    [[nodiscard]] std::uint64_t lowerBound(Range range, Timestamp t) const;
    [[nodiscard]] std::uint64_t gallop(Range range, std::uint64_t from, std::uint64_t step, Timestamp t) const;
    [[nodiscard]] bool gapIn(std::uint64_t begin, std::uint64_t end) const;
    [[nodiscard]] Extent extentIn(std::size_t channel, std::uint64_t begin, std::uint64_t end) const;
    [[nodiscard]] std::optional<std::uint64_t> lastGapIn(std::uint64_t begin, std::uint64_t end) const;
    [[nodiscard]] std::vector<TracePoint> points(const Window& window, std::size_t channel) const;
    void closeBlocks(std::uint64_t index, bool gap);

    std::size_t m_channelCount;
    std::size_t m_capacity;
    std::size_t m_mask;
    std::size_t m_stride;
    AtomicCells<float> m_values;
    AtomicCells<Timestamp> m_times;
    AtomicCells<std::uint8_t> m_gapBefore;
    std::vector<Level> m_levels;
    std::atomic<std::uint64_t> m_published{0};
    Timestamp m_lastTime = std::numeric_limits<Timestamp>::min();
    bool m_gapPending = false;
};

} // namespace bnof
