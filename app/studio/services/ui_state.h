// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSet>
#include <QTimer>
#include <QVariantMap>

#include "engine/pipeline/executor.h"

namespace bnof::studio {

/// Where windows and docks were, recent sources and the like: what may be lost without harm and must not
/// be lost by a crash. Saved within a second of every change, atomically and by key. GUI thread.
class UiState : public QObject {
    Q_OBJECT

public:
    UiState(QString path, Executor& executor, QObject* parent = nullptr);
    ~UiState() override;

    [[nodiscard]] QVariant value(const QString& key, const QVariant& fallback = {}) const;
    void setValue(const QString& key, const QVariant& value);
    void remove(const QString& key) { setValue(key, {}); }
    /// A read-only state keeps changes for this run only (second instance).
    void setReadOnly(bool readOnly) { m_readOnly = readOnly; }
    void flush();

private:
    void saveInBackground();
    [[nodiscard]] QVariantMap takeUnsaved();

    QString m_path;
    Executor& m_executor;
    QVariantMap m_values;
    QSet<QString> m_unsaved;
    QTimer m_saveTimer;
    bool m_readOnly = false;
};

} // namespace bnof::studio
