// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/configuration_store.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QLockFile>
#include <QUndoCommand>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"

namespace bnof::studio {
namespace {

using Changes = std::map<std::string, std::string>;

/// Write `changes` over what the file holds now. A file that cannot be read is kept under another name.
Result<void> saveMerged(const std::string& path, const Changes& changes)
{
    const QFileInfo file(toQString(path));
    if (!QDir().mkpath(file.absolutePath()))
        return makeError(ErrorKind::Storage, "the folder for the settings cannot be made",
                         file.absolutePath().toStdString(), "Check that it may be written to.");
    QLockFile lock(file.filePath() + QStringLiteral(".lock"));
    if (!lock.tryLock(5000))
        return makeError(ErrorKind::Storage, "the settings file is in use by another program", path,
                         "Close the other program; the change is saved with the next one.");
    auto loaded = Configuration::load(path);
    if (!loaded.ok() && file.exists()) {
        const QString kept = file.filePath() + QStringLiteral(".unreadable-") +
                             QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss"));
        if (!QFile::rename(file.filePath(), kept))
            return loaded.error();
    }
    Configuration merged = loaded.ok() ? std::move(loaded).value() : Configuration();
    for (const auto& [key, value] : changes)
        BNOF_TRY(merged.set(key, value));
    return merged.save(path);
}

class ChangeCommand : public QUndoCommand {
public:
    ChangeCommand(ConfigurationStore& store, std::string_view key, QString value, const QString& title)
        : QUndoCommand(ConfigurationStore::tr("change of %1").arg(title)), m_store(store), m_key(key),
          m_before(store.text(key)), m_after(std::move(value))
    {}
    void undo() override { apply(m_before); }
    void redo() override { apply(m_after); }

private:
    void apply(const QString& value)
    {
        if (auto result = m_store.set(m_key, value); !result.ok())
            emit m_store.saveFailed(Format::error(result.error()));
    }

    ConfigurationStore& m_store;
    std::string m_key;
    QString m_before;
    QString m_after;
};

} // namespace

ConfigurationStore::ConfigurationStore(std::string path, Executor& executor, QObject* parent)
    : QObject(parent), m_path(std::move(path)), m_executor(executor)
{
    if (auto loaded = Configuration::load(m_path); loaded.ok())
        m_values = std::move(loaded).value();
    else
        m_loadProblem = loaded.error();
    m_undo.setUndoLimit(200);
    m_saveTimer.setSingleShot(true);
    m_saveTimer.setInterval(300);
    connect(&m_saveTimer, &QTimer::timeout, this, &ConfigurationStore::saveInBackground);
}

ConfigurationStore::~ConfigurationStore()
{
    flush();
}

QString ConfigurationStore::text(std::string_view key) const
{
    return toQString(m_values.text(key));
}

Result<void> ConfigurationStore::change(std::string_view key, const QString& value, const QString& title)
{
    if (text(key) == value)
        return {};
    if (const QString why = m_guard ? m_guard(key) : QString(); !why.isEmpty())
        return makeError(ErrorKind::Usage, why.toStdString(), std::string(key));
    Configuration trial = m_values;
    BNOF_TRY(trial.set(key, value.toStdString()));
    m_undo.push(new ChangeCommand(*this, key, value, title));
    return {};
}

Result<void> ConfigurationStore::set(std::string_view key, const QString& value)
{
    if (text(key) == value)
        return {};
    BNOF_TRY(m_values.set(key, value.toStdString()));
    m_unsaved.insert_or_assign(std::string(key), value.toStdString());
    m_saveTimer.start();
    emit changed(toQString(key));
    return {};
}

void ConfigurationStore::saveInBackground()
{
    if (m_unsaved.empty())
        return;
    const Changes changes = std::exchange(m_unsaved, {});
    inBackground(
        m_executor, this, "studio.save-settings",
        [path = m_path, changes]() -> std::optional<Error> {
            auto result = saveMerged(path, changes);
            return result.ok() ? std::nullopt : std::optional(result.error());
        },
        [this, changes](const std::optional<Error>& problem) {
            if (!problem) {
                emit saved();
                return;
            }
            for (const auto& [key, value] : changes)
                m_unsaved.try_emplace(key, value); // tried again with the next change
            emit saveFailed(Format::error(*problem));
        });
}

void ConfigurationStore::flush()
{
    m_saveTimer.stop();
    if (m_unsaved.empty())
        return;
    if (auto result = saveMerged(m_path, m_unsaved); result.ok())
        m_unsaved.clear();
}

} // namespace bnof::studio
