// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QThread>
#include <QTimer>

#include <memory>

#include "engine/sensing/source_uri.h"

namespace bnof::studio {

/// Listens to a device for a few seconds on its own I/O thread and keeps the bytes as they come. GUI thread.
class ByteCapture : public QObject {
    Q_OBJECT

public:
    /// More than this is not kept.
    static constexpr int maximumBytes = 16384;

    explicit ByteCapture(QObject* parent = nullptr);
    ~ByteCapture() override;

    /// A device that has to be asked is asked as `description` says, when it is one without mistakes.
    void start(const sensing::SourceUri& uri, const std::string& description, int milliseconds = 3000);
    void stop();
    [[nodiscard]] bool isRunning() const { return m_listener != nullptr; }
    [[nodiscard]] const QByteArray& bytes() const { return m_bytes; }
    /// Why it could not be opened, with the remedy; empty: nothing is wrong.
    [[nodiscard]] const QString& problem() const { return m_problem; }

signals:
    /// Bytes or a problem are new, or it ended.
    void changed();

private:
    class Listener;
    struct Shared;

    void poll();

    QThread m_thread;
    Listener* m_listener = nullptr; ///< lives on the thread
    std::shared_ptr<Shared> m_shared;
    QByteArray m_bytes;
    QString m_problem;
    QTimer m_pollTimer;
    QTimer m_endTimer;
};

} // namespace bnof::studio
