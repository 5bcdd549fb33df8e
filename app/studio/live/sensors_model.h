// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/session/session.h"

namespace bnof::studio {

/// All sensors of a session as a table. It sorts and filters by itself, on plain figures, because thousands of rows
/// change several times a second: an update tells which rows changed and builds nothing anew.
class SensorsModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column {
        Name,
        State,
        Faults,
        Health,
        Rate,
        Latency,
        Jitter,
        Gaps,
        Lost,
        ChecksumErrors,
        Drift,
        Redundancy,
        Failovers,
        Calibration,
        Skipped,
        Reconnects,
        ColumnCount
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// Take over what the status says. Rows change their places at most every two seconds, so that they can be read.
    void update(const session::SessionStatus& status);
    void clear();
    /// Only sensors in whose words (name, state, faults, redundancy, calibration) this occurs.
    void setFilter(const QString& text);

    /// Number of the source in the status; nothing for a row that is not there.
    [[nodiscard]] std::optional<std::uint32_t> sourceAt(int row) const;
    [[nodiscard]] int rowOf(std::uint32_t source) const; ///< -1: filtered out
    [[nodiscard]] int sensorCount() const { return static_cast<int>(m_sensors.size()); }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

private:
    struct Sensor {
        std::uint32_t source = 0;
        QString name;
        sensing::ConnectionState state = sensing::ConnectionState::Idle;
        int health = 0;
        double rate = 0, latency = 0, jitter = 0; ///< hertz, seconds
        std::uint64_t gaps = 0, lost = 0, checksum = 0, skipped = 0, failovers = 0, reconnects = 0;
        std::optional<sensing::ClockDriftEstimate> drift;
        int channels = 0, faulty = 0;
        unsigned kinds = 0; ///< of the faults, a bit each
        QString redundancy;
        bool onBackup = false;
        std::shared_ptr<const sensing::Calibration> calibration;
        bool expired = false;

        [[nodiscard]] bool looksLike(const Sensor& other) const;
    };

    [[nodiscard]] static Sensor sensorOf(const session::SourceView& source, std::uint32_t number);
    [[nodiscard]] QString text(const Sensor& sensor, int column) const;
    [[nodiscard]] QVariant colour(const Sensor& sensor, int column) const;
    [[nodiscard]] QVariant toolTip(const Sensor& sensor, int column) const;
    [[nodiscard]] static QString faultsText(const Sensor& sensor);
    [[nodiscard]] static QString calibrationText(const Sensor& sensor);
    [[nodiscard]] static double figure(const Sensor& sensor, int column);
    [[nodiscard]] bool matches(const Sensor& sensor) const;
    [[nodiscard]] bool isLess(const Sensor& a, const Sensor& b) const;
    void arrange(bool sorted);
    void adoptOrder(std::vector<std::uint32_t> order);

    std::vector<Sensor> m_sensors;
    std::vector<std::uint32_t> m_order; ///< indices of the rows that are shown
    std::vector<std::uint32_t> m_rowOf; ///< row of each sensor
    QString m_filter;
    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    std::int64_t m_sortedAt = 0;
};

} // namespace bnof::studio
