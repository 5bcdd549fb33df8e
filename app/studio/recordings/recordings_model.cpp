// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/recordings_model.h"

#include <QLocale>

#include <algorithm>

#include "app/studio/services/format.h"
#include "widgets/theme.h"

namespace bnof::studio {

void RecordingsModel::setEntries(std::vector<recording::CatalogueEntry> entries)
{
    beginResetModel();
    m_entries = std::move(entries);
    endResetModel();
}

const recording::CatalogueEntry* RecordingsModel::entryAt(int row) const
{
    return row >= 0 && row < rowCount() ? &m_entries[static_cast<std::size_t>(row)] : nullptr;
}

int RecordingsModel::rowOf(const QString& path) const
{
    const auto found = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const auto& entry) { return toQString(entry.path) == path; });
    return found == m_entries.end() ? -1 : static_cast<int>(found - m_entries.begin());
}

int RecordingsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

int RecordingsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString RecordingsModel::stateText(const recording::CatalogueEntry& entry)
{
    QStringList parts;
    if (entry.missing)
        parts << tr("file is gone");
    else if (entry.state == recording::RecordingState::BeingWritten)
        parts << tr("being recorded");
    else if (entry.state == recording::RecordingState::Damaged)
        parts << tr("damaged");
    else if (entry.state == recording::RecordingState::CutOff)
        parts << tr("cut off");
    else if (entry.isVerified())
        parts << tr("verified");
    if (entry.copy)
        parts << tr("copy");
    if (entry.simulated)
        parts << tr("simulated");
    if (entry.gaps > 0)
        parts << tr("%n gap(s)", nullptr, static_cast<int>(entry.gaps));
    if (entry.dropped > 0)
        parts << tr("%n frame(s) lost", nullptr, static_cast<int>(entry.dropped));
    return parts.join(QStringLiteral(", "));
}

namespace {

QString displayText(const recording::CatalogueEntry& entry, int column)
{
    switch (column) {
    case RecordingsModel::Started: return Format::dateTime(entry.startedUtc);
    case RecordingsModel::Title: return entry.title.empty() ? RecordingsModel::tr("untitled") : toQString(entry.title);
    case RecordingsModel::Device: return toQString(entry.device);
    case RecordingsModel::Duration: return Format::duration(toSeconds(entry.duration));
    case RecordingsModel::Gases: return toQString(entry.gases);
    case RecordingsModel::Marks: return toQString(entry.marks);
    case RecordingsModel::Frames: return QLocale().toString(static_cast<qulonglong>(entry.frames));
    case RecordingsModel::Size: return Format::bytes(static_cast<double>(entry.bytes));
    case RecordingsModel::State: return RecordingsModel::stateText(entry);
    default: return {};
    }
}

bool needsAttention(const recording::CatalogueEntry& entry)
{
    return entry.missing || entry.state == recording::RecordingState::Damaged ||
           entry.state == recording::RecordingState::CutOff || entry.dropped > 0;
}

QVariant sortKey(const recording::CatalogueEntry& entry, int column)
{
    switch (column) {
    case RecordingsModel::Started: return static_cast<qlonglong>(entry.startedUtc);
    case RecordingsModel::Duration: return static_cast<qlonglong>(entry.duration);
    case RecordingsModel::Frames: return static_cast<qulonglong>(entry.frames);
    case RecordingsModel::Size: return static_cast<qulonglong>(entry.bytes);
    default: return displayText(entry, column);
    }
}

} // namespace

QVariant RecordingsModel::data(const QModelIndex& index, int role) const
{
    const auto* entry = entryAt(index.row());
    if (!entry)
        return {};
    switch (role) {
    case Qt::DisplayRole: return displayText(*entry, index.column());
    case Qt::ToolTipRole: return index.column() == Title ? toQString(entry->path) : displayText(*entry, index.column());
    case Qt::TextAlignmentRole:
        return index.column() == Duration || index.column() == Frames || index.column() == Size
                   ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                   : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        if (index.column() == State && needsAttention(*entry))
            return widgets::Theme::current().severity(widgets::Theme::Severity::Warning);
        return {};
    case SortRole: return sortKey(*entry, index.column());
    default: return {};
    }
}

QVariant RecordingsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Started: return tr("Started");
    case Title: return tr("Title");
    case Device: return tr("Device");
    case Duration: return tr("Duration");
    case Gases: return tr("Gases");
    case Marks: return tr("Marks");
    case Frames: return tr("Frames");
    case Size: return tr("Size");
    case State: return tr("State");
    default: return {};
    }
}

} // namespace bnof::studio
