// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <memory>
#include <optional>
#include <vector>

#include "engine/base/trace_history.h"
#include "engine/base/types.h"

namespace bnof::widgets {

/// A channel as a trace plot shows it.
struct TraceChannel {
    QString name;
    QString unit; ///< empty: dimensionless
    std::optional<double> threshold;
};

/// Where a TraceView gets its pictures from. Called on the GUI thread.
class TraceSource {
public:
    virtual ~TraceSource() = default;

    [[nodiscard]] virtual std::vector<TraceChannel> channels() const = 0;
    /// Changes whenever there is something new to draw.
    [[nodiscard]] virtual std::uint64_t revision() const = 0;
    [[nodiscard]] virtual std::optional<Timestamp> earliest() const = 0;
    [[nodiscard]] virtual std::optional<Timestamp> latest() const = 0;
    /// One series per entry of `channels`, in that order.
    [[nodiscard]] virtual std::vector<TraceSeries> series(const std::vector<int>& channels, Timestamp t0, Timestamp t1,
                                                          int columnCount) const = 0;
    [[nodiscard]] virtual std::optional<TracePoint> valueAt(int channel, Timestamp t) const = 0;
    [[nodiscard]] virtual std::optional<TracePoint> newest(int channel) const = 0;
    [[nodiscard]] virtual std::vector<TraceGap> gaps(Timestamp t0, Timestamp t1) const = 0;
};

/// A TraceSource over a TraceHistory (of a running session, or filled from a recording).
class HistoryTraceSource : public TraceSource {
public:
    HistoryTraceSource(std::shared_ptr<const TraceHistory> history, std::vector<TraceChannel> channels);
    /// Names and units from the device's channel table.
    HistoryTraceSource(std::shared_ptr<const TraceHistory> history, const std::vector<ChannelInfo>& channels);

    [[nodiscard]] std::vector<TraceChannel> channels() const override { return m_channels; }
    [[nodiscard]] std::uint64_t revision() const override { return m_history->published(); }
    [[nodiscard]] std::optional<Timestamp> earliest() const override { return m_history->earliest(); }
    [[nodiscard]] std::optional<Timestamp> latest() const override { return m_history->latest(); }
    [[nodiscard]] std::vector<TraceSeries> series(const std::vector<int>& channels, Timestamp t0, Timestamp t1,
                                                  int columnCount) const override;
    [[nodiscard]] std::optional<TracePoint> valueAt(int channel, Timestamp t) const override;
    [[nodiscard]] std::optional<TracePoint> newest(int channel) const override;
    [[nodiscard]] std::vector<TraceGap> gaps(Timestamp t0, Timestamp t1) const override;

private:
    std::shared_ptr<const TraceHistory> m_history;
    std::vector<TraceChannel> m_channels;
};

} // namespace bnof::widgets
