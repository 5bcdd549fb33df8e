// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/sensors_model.h"

#include <QColor>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "app/studio/live/sensor_summary.h"
#include "app/studio/services/format.h"

namespace bnof::studio {

using sensing::FaultKind;
using widgets::Theme;

namespace {

constexpr std::int64_t resortInterval = 2 * nanosecondsPerSecond;
constexpr std::uint32_t hidden = std::numeric_limits<std::uint32_t>::max();

/// Shown as the same figure.
bool closeTo(double a, double b)
{
    return a == b || std::abs(a - b) < 1e-3 * std::max(std::abs(a), std::abs(b));
}

bool sameDrift(const std::optional<sensing::ClockDriftEstimate>& a, const std::optional<sensing::ClockDriftEstimate>& b)
{
    return a.has_value() == b.has_value() && (!a || (closeTo(a->ppm, b->ppm) && closeTo(a->error, b->error)));
}

bool isText(int column)
{
    return column == SensorsModel::Name || column == SensorsModel::State || column == SensorsModel::Faults ||
           column == SensorsModel::Redundancy || column == SensorsModel::Calibration;
}

} // namespace

bool SensorsModel::Sensor::looksLike(const Sensor& other) const
{
    return state == other.state && health == other.health && closeTo(rate, other.rate) &&
           closeTo(latency, other.latency) && closeTo(jitter, other.jitter) && gaps == other.gaps &&
           lost == other.lost && checksum == other.checksum && skipped == other.skipped &&
           failovers == other.failovers && reconnects == other.reconnects && sameDrift(drift, other.drift) &&
           channels == other.channels && faulty == other.faulty && kinds == other.kinds &&
           calibration == other.calibration && expired == other.expired && name == other.name &&
           redundancy == other.redundancy;
}

SensorsModel::Sensor SensorsModel::sensorOf(const session::SourceView& source, std::uint32_t number)
{
    const auto& s = source.statistics;
    Sensor sensor;
    sensor.source = number;
    sensor.name = SensorSummary::name(source);
    sensor.state = source.state;
    sensor.health = s.health;
    sensor.rate = s.rateHz;
    sensor.latency = s.latencyP99;
    sensor.jitter = s.quality.jitterSeconds;
    sensor.gaps = s.gaps;
    sensor.lost = s.dropped;
    sensor.checksum = s.checksumErrors;
    sensor.skipped = s.skippedLines;
    sensor.failovers = s.failovers;
    sensor.reconnects = s.reconnects;
    sensor.drift = source.clockDrift;
    sensor.channels = static_cast<int>(source.channels.size());
    std::uint32_t last = hidden;
    for (const auto& fault : source.faults) { // by channel
        sensor.kinds |= 1U << static_cast<unsigned>(fault.kind);
        if (fault.channel != last && fault.channel != sensing::FaultChange::wholeDevice)
            ++sensor.faulty;
        last = fault.channel;
    }
    for (std::size_t i = 0; i < source.equivalents.size(); ++i)
        sensor.onBackup = sensor.onBackup || (source.equivalents[i].present && i > 0);
    if (const auto count = source.equivalents.size(); count > 1)
        sensor.redundancy =
            sensor.onBackup ? tr("a backup has taken over") : tr("%n in standby", nullptr, static_cast<int>(count - 1));
    sensor.calibration = source.calibration;
    sensor.expired =
        source.calibration && source.calibration->expiresUtc != 0 && wallNow() > source.calibration->expiresUtc;
    return sensor;
}

void SensorsModel::update(const session::SessionStatus& status)
{
    std::size_t count = 0;
    bool added = false;
    bool changed = false;
    std::uint32_t first = hidden;
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < status.sources.size(); ++i) {
        if (SensorSummary::isPort(status.sources[i]))
            continue;
        Sensor sensor = sensorOf(status.sources[i], static_cast<std::uint32_t>(i));
        if (count == m_sensors.size()) {
            m_sensors.push_back(std::move(sensor));
            m_rowOf.push_back(hidden);
            added = true;
        } else if (!m_sensors[count].looksLike(sensor)) {
            m_sensors[count] = std::move(sensor);
            changed = true;
            if (const std::uint32_t row = m_rowOf[count]; row != hidden) {
                first = std::min(first, row);
                last = std::max(last, row);
            }
        }
        ++count;
    }
    if (count < m_sensors.size()) { // of another session
        clear();
        update(status);
        return;
    }
    if (first != hidden)
        emit dataChanged(index(static_cast<int>(first), 0), index(static_cast<int>(last), ColumnCount - 1));
    const bool due = m_sortColumn >= 0 && changed && monotonicNow() - m_sortedAt >= resortInterval;
    if (added || due || (changed && !m_filter.isEmpty()))
        arrange(added || due);
}

void SensorsModel::clear()
{
    beginResetModel();
    m_sensors.clear();
    m_order.clear();
    m_rowOf.clear();
    endResetModel();
}

void SensorsModel::setFilter(const QString& text)
{
    if (text == m_filter)
        return;
    m_filter = text;
    arrange(true);
}

void SensorsModel::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column;
    m_sortOrder = order;
    arrange(true);
}

/// Which sensors are shown, and in which order; without `sorted` those that are shown keep their places.
void SensorsModel::arrange(bool sorted)
{
    std::vector<std::uint32_t> order;
    order.reserve(m_sensors.size());
    if (!sorted)
        for (const std::uint32_t each : m_order)
            if (matches(m_sensors[each]))
                order.push_back(each);
    for (std::uint32_t i = 0; i < m_sensors.size(); ++i)
        if ((sorted || m_rowOf[i] == hidden) && matches(m_sensors[i]))
            order.push_back(i);
    if (sorted && m_sortColumn >= 0) {
        m_sortedAt = monotonicNow();
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            const Sensor& first = m_sensors[m_sortOrder == Qt::AscendingOrder ? a : b];
            const Sensor& second = m_sensors[m_sortOrder == Qt::AscendingOrder ? b : a];
            return isLess(first, second) || (!isLess(second, first) && a < b); // equals stay as they came
        });
    }
    if (order != m_order)
        adoptOrder(std::move(order));
}

void SensorsModel::adoptOrder(std::vector<std::uint32_t> order)
{
    const auto places = [this] {
        std::fill(m_rowOf.begin(), m_rowOf.end(), hidden);
        for (std::uint32_t row = 0; row < m_order.size(); ++row)
            m_rowOf[m_order[row]] = row;
    };
    const bool grows = order.size() > m_order.size() && std::equal(m_order.begin(), m_order.end(), order.begin());
    if (grows) {
        beginInsertRows({}, static_cast<int>(m_order.size()), static_cast<int>(order.size()) - 1);
        m_order = std::move(order);
        places();
        endInsertRows();
        return;
    }
    if (order.size() != m_order.size()) {
        beginResetModel();
        m_order = std::move(order);
        places();
        endResetModel();
        return;
    }
    emit layoutAboutToBeChanged({}, VerticalSortHint);
    const std::vector<std::uint32_t> before = std::exchange(m_order, std::move(order));
    places();
    const QModelIndexList from = persistentIndexList();
    QModelIndexList to;
    for (const QModelIndex& each : from) {
        const std::uint32_t row = m_rowOf[before[static_cast<std::size_t>(each.row())]];
        to << (row == hidden ? QModelIndex() : index(static_cast<int>(row), each.column()));
    }
    changePersistentIndexList(from, to);
    emit layoutChanged({}, VerticalSortHint);
}

bool SensorsModel::matches(const Sensor& sensor) const
{
    if (m_filter.isEmpty())
        return true;
    for (const int column : {Name, State, Faults, Redundancy, Calibration})
        if (text(sensor, column).contains(m_filter, Qt::CaseInsensitive))
            return true;
    return false;
}

double SensorsModel::figure(const Sensor& sensor, int column)
{
    switch (column) {
    case State: return -static_cast<double>(SensorSummary::severity(sensor.state)); // the worst ones first
    case Health: return sensor.health;
    case Rate: return sensor.rate;
    case Latency: return sensor.latency;
    case Jitter: return sensor.jitter;
    case Gaps: return static_cast<double>(sensor.gaps);
    case Lost: return static_cast<double>(sensor.lost);
    case ChecksumErrors: return static_cast<double>(sensor.checksum);
    case Skipped: return static_cast<double>(sensor.skipped);
    case Drift: return sensor.drift ? sensor.drift->ppm : -std::numeric_limits<double>::infinity();
    case Faults: return -sensor.faulty - (sensor.kinds != 0 ? 0.5 : 0);
    case Failovers: return static_cast<double>(sensor.failovers);
    case Reconnects: return static_cast<double>(sensor.reconnects);
    default: return 0;
    }
}

bool SensorsModel::isLess(const Sensor& a, const Sensor& b) const
{
    if (m_sortColumn == Name || m_sortColumn == Redundancy || m_sortColumn == Calibration)
        return QString::localeAwareCompare(text(a, m_sortColumn), text(b, m_sortColumn)) < 0;
    return figure(a, m_sortColumn) < figure(b, m_sortColumn);
}

std::optional<std::uint32_t> SensorsModel::sourceAt(int row) const
{
    if (row < 0 || row >= rowCount())
        return std::nullopt;
    return m_sensors[m_order[static_cast<std::size_t>(row)]].source;
}

int SensorsModel::rowOf(std::uint32_t source) const
{
    const auto found =
        std::lower_bound(m_sensors.begin(), m_sensors.end(), source,
                         [](const Sensor& sensor, std::uint32_t number) { return sensor.source < number; });
    if (found == m_sensors.end() || found->source != source)
        return -1;
    const std::uint32_t row = m_rowOf[static_cast<std::size_t>(found - m_sensors.begin())];
    return row == hidden ? -1 : static_cast<int>(row);
}

int SensorsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_order.size());
}

int SensorsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString SensorsModel::faultsText(const Sensor& sensor)
{
    if (sensor.kinds == 0)
        return sensor.channels > 0 ? tr("none") : QString();
    QStringList kinds;
    for (unsigned kind = 1; kind <= sensing::faultKinds; ++kind)
        if ((sensor.kinds & (1U << kind)) != 0)
            kinds << SensorSummary::fault(static_cast<FaultKind>(kind));
    const QString what = kinds.join(QStringLiteral(", "));
    return sensor.faulty == 0 ? what : tr("%1 of %2 faulty: %3").arg(sensor.faulty).arg(sensor.channels).arg(what);
}

QString SensorsModel::calibrationText(const Sensor& sensor)
{
    if (!sensor.calibration)
        return tr("none");
    const QString name = tr("%1, version %2").arg(toQString(sensor.calibration->name)).arg(sensor.calibration->version);
    return sensor.expired ? tr("%1 (expired)").arg(name) : name;
}

QString SensorsModel::text(const Sensor& sensor, int column) const
{
    const auto count = [](std::uint64_t value) { return QLocale().toString(static_cast<qulonglong>(value)); };
    const bool known = sensor.rate > 0 || sensor.latency > 0;
    switch (column) {
    case Name: return sensor.name;
    case State: return SensorSummary::state(sensor.state);
    case Health: return QLocale().toString(sensor.health);
    case Rate: return Format::rate(sensor.rate);
    case Latency: return known ? Format::milliseconds(sensor.latency * 1e3) : QString();
    case Jitter: return known ? Format::milliseconds(sensor.jitter * 1e3) : QString();
    case Gaps: return count(sensor.gaps);
    case Lost: return count(sensor.lost);
    case ChecksumErrors: return count(sensor.checksum);
    case Skipped: return count(sensor.skipped);
    case Drift:
        return sensor.drift ? tr("%1 ± %2 ppm")
                                  .arg(QLocale().toString(sensor.drift->ppm, 'f', 0),
                                       QLocale().toString(std::ceil(sensor.drift->error), 'f', 0))
                            : QString();
    case Faults: return faultsText(sensor);
    case Redundancy: return sensor.redundancy;
    case Failovers: return count(sensor.failovers);
    case Reconnects: return count(sensor.reconnects);
    case Calibration: return calibrationText(sensor);
    default: return {};
    }
}

QVariant SensorsModel::colour(const Sensor& sensor, int column) const
{
    const Theme& theme = Theme::current();
    switch (column) {
    case State: return theme.severity(SensorSummary::severity(sensor.state));
    case Health:
        if (sensing::isDelivering(sensor.state) && sensor.health < 80)
            return theme.severity(sensor.health < 50 ? Theme::Severity::Error : Theme::Severity::Warning);
        return {};
    case Faults: return sensor.kinds != 0 ? QVariant(theme.severity(Theme::Severity::Warning)) : QVariant();
    case Redundancy: return sensor.onBackup ? QVariant(theme.severity(Theme::Severity::Warning)) : QVariant();
    case Calibration: return sensor.expired ? QVariant(theme.severity(Theme::Severity::Warning)) : QVariant();
    default: return {};
    }
}

QVariant SensorsModel::toolTip(const Sensor& sensor, int column) const
{
    if (column == Calibration && sensor.calibration)
        return sensor.calibration->expiresUtc == 0
                   ? tr("Made %1; it does not expire.").arg(Format::dateTime(sensor.calibration->utc))
                   : tr("Made %1, good until %2.")
                         .arg(Format::dateTime(sensor.calibration->utc),
                              Format::dateTime(sensor.calibration->expiresUtc));
    return isText(column) ? QVariant(text(sensor, column)) : QVariant();
}

QVariant SensorsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Sensor& sensor = m_sensors[m_order[static_cast<std::size_t>(index.row())]];
    switch (role) {
    case Qt::DisplayRole: return text(sensor, index.column());
    case Qt::ToolTipRole: return toolTip(sensor, index.column());
    case Qt::ForegroundRole: return colour(sensor, index.column());
    case Qt::TextAlignmentRole:
        return isText(index.column()) ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                      : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    default: return {};
    }
}

QVariant SensorsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    struct Heading {
        QString name;
        QString meaning;
    };
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const Heading heading = [section]() -> Heading {
        switch (section) {
        case Name: return {tr("Sensor"), tr("What the device calls itself, or its address.")};
        case State: return {tr("State"), tr("Where its connection stands.")};
        case Health:
            return {tr("Health"),
                    tr("0 to 100: throughput, errors, jitter, latency, gaps and losses of the last minute.")};
        case Rate: return {tr("Rate"), tr("Frames a second.")};
        case Latency:
            return {tr("Latency"), tr("From the arrival of the bytes to the frame being taken: 99 % are faster.")};
        case Jitter: return {tr("Jitter"), tr("How far the distances between frames differ from their mean.")};
        case Gaps: return {tr("Gaps"), tr("Interruptions; they are marked in the recording and never filled.")};
        case Lost: return {tr("Lost"), tr("Frames lost on this computer because they were not taken in time.")};
        case ChecksumErrors: return {tr("Checksum errors"), tr("Messages whose checksum was wrong.")};
        case Skipped: return {tr("Skipped lines"), tr("Lines or messages that could not be read.")};
        case Drift: return {tr("Clock drift"), tr("How much faster the device's clock runs than this computer's.")};
        case Faults:
            return {tr("Channel faults"), tr("Channels that cannot be believed; the recogniser does without them.")};
        case Redundancy: return {tr("Redundancy"), tr("Equivalent sources that stand by.")};
        case Failovers: return {tr("Failovers"), tr("How often an equivalent source took over.")};
        case Reconnects: return {tr("Reconnects"), tr("How often the connection was made again.")};
        case Calibration:
            return {tr("Calibration"), tr("Applied on top of the raw readings, which stay in the recording.")};
        default: return {};
        }
    }();
    return role == Qt::DisplayRole ? heading.name : heading.meaning;
}

} // namespace bnof::studio
