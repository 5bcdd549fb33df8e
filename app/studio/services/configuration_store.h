// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>
#include <QTimer>
#include <QUndoStack>

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "engine/base/configuration.h"
#include "engine/pipeline/executor.h"

namespace bnof::studio {

/// The program's settings with undo and autosave. Saving is atomic and by key: only what was changed here
/// is written over what the file holds by then, so that two programs beside each other keep each other's
/// changes. GUI thread.
class ConfigurationStore : public QObject {
    Q_OBJECT

public:
    ConfigurationStore(std::string path, Executor& executor, QObject* parent = nullptr);
    /// Saves what is not saved yet.
    ~ConfigurationStore() override;

    [[nodiscard]] const Configuration& values() const { return m_values; }
    [[nodiscard]] QString text(std::string_view key) const;
    [[nodiscard]] double number(std::string_view key) const { return m_values.number(key); }
    [[nodiscard]] const std::string& path() const { return m_path; }
    [[nodiscard]] QUndoStack* undoStack() { return &m_undo; }
    /// Why the file could not be used at the start; the defaults are in force then.
    [[nodiscard]] const std::optional<Error>& loadProblem() const { return m_loadProblem; }

    /// Change a setting as the user does: validated, can be undone, saved soon. `title` names the setting
    /// in the Edit menu.
    Result<void> change(std::string_view key, const QString& value, const QString& title);
    /// Change a setting without an entry in the undo list.
    Result<void> set(std::string_view key, const QString& value);
    /// Asked before the user's changes: why this setting cannot be changed now, empty when it can.
    void setGuard(std::function<QString(std::string_view key)> guard) { m_guard = std::move(guard); }
    /// Write what is not saved yet before returning.
    void flush();

signals:
    void changed(const QString& key);
    void saveFailed(const QString& message);
    void saved();

private:
    void saveInBackground();

    std::string m_path;
    Executor& m_executor;
    Configuration m_values;
    std::optional<Error> m_loadProblem;
    std::map<std::string, std::string> m_unsaved;
    std::function<QString(std::string_view)> m_guard;
    QUndoStack m_undo;
    QTimer m_saveTimer;
};

} // namespace bnof::studio
