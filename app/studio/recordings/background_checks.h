// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSet>
#include <QThread>
#include <QTimer>

#include <atomic>
#include <memory>
#include <vector>

#include "engine/recording/catalogue.h"

namespace bnof::studio {

class Services;

/// Computes the hashes of recordings that were not verified as they are now, newest first, one at a time, while nothing
/// else is going on: not while a recording or a job runs, on a thread that gets only what the processor has left. What
/// it finds is in the list, as if it had been asked for; the audit trail keeps to what people did. GUI thread.
class BackgroundChecks : public QObject {
    Q_OBJECT

public:
    explicit BackgroundChecks(Services& services, QObject* parent = nullptr);
    ~BackgroundChecks() override;

    /// How long it must have been quiet before it begins.
    void setDelay(int milliseconds) { m_delay = milliseconds; }
    [[nodiscard]] bool isRunning() const { return m_thread != nullptr; }

signals:
    /// Some recordings were checked.
    void checked(int count);

private:
    [[nodiscard]] bool isBusy() const;
    /// Begins later, stops, or goes on, by what is going on now.
    void consider();
    void begin();
    void finish(int count);
    [[nodiscard]] std::vector<recording::CatalogueEntry> pending() const;

    Services& m_services;
    QTimer m_timer;
    std::unique_ptr<QThread> m_thread;
    std::shared_ptr<std::atomic<bool>> m_stop;
    QSet<QString> m_tried; ///< path, size and time of files that were looked at in vain
    int m_delay = 15'000;
    bool m_more = false; ///< the last round ended with work left
};

} // namespace bnof::studio
