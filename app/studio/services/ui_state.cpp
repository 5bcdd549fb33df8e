// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/ui_state.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>

#include "app/studio/services/background.h"

namespace bnof::studio {
namespace {

/// QSettings merges by key under a lock and replaces the file atomically.
void saveMerged(const QString& path, const QVariantMap& changes)
{
    QDir().mkpath(QFileInfo(path).absolutePath());
    QSettings file(path, QSettings::IniFormat);
    for (auto change = changes.cbegin(); change != changes.cend(); ++change) {
        if (change.value().isValid())
            file.setValue(change.key(), change.value());
        else
            file.remove(change.key());
    }
    file.sync();
}

} // namespace

UiState::UiState(QString path, Executor& executor, QObject* parent)
    : QObject(parent), m_path(std::move(path)), m_executor(executor)
{
    const QSettings file(m_path, QSettings::IniFormat);
    for (const QString& key : file.allKeys())
        m_values.insert(key, file.value(key));
    m_saveTimer.setSingleShot(true);
    m_saveTimer.setInterval(500);
    connect(&m_saveTimer, &QTimer::timeout, this, &UiState::saveInBackground);
}

UiState::~UiState()
{
    flush();
}

QVariant UiState::value(const QString& key, const QVariant& fallback) const
{
    return m_values.value(key, fallback);
}

void UiState::setValue(const QString& key, const QVariant& value)
{
    if (m_values.value(key) == value)
        return;
    if (value.isValid())
        m_values.insert(key, value);
    else
        m_values.remove(key);
    m_unsaved.insert(key);
    if (!m_readOnly && !m_saveTimer.isActive())
        m_saveTimer.start();
}

QVariantMap UiState::takeUnsaved()
{
    QVariantMap changes;
    for (const QString& key : std::as_const(m_unsaved))
        changes.insert(key, m_values.value(key));
    m_unsaved.clear();
    return changes;
}

void UiState::saveInBackground()
{
    if (m_unsaved.isEmpty() || m_readOnly)
        return;
    inBackground(
        m_executor, this, "studio.save-state", [path = m_path, changes = takeUnsaved()] { saveMerged(path, changes); },
        [] {}, Priority::Low);
}

void UiState::flush()
{
    m_saveTimer.stop();
    if (!m_unsaved.isEmpty() && !m_readOnly)
        saveMerged(m_path, takeUnsaved());
}

} // namespace bnof::studio
