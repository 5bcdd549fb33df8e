// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <memory>
#include <optional>

class QLockFile;

namespace bnof::studio {

/// Knows whether the last starts failed and whether another window of the program is open. The first
/// instance keeps a lock; a start counts as failed until succeeded() is called.
class StartGuard {
public:
    /// Counts this start. `folder` is where the program keeps its state.
    explicit StartGuard(const QString& folder);
    ~StartGuard();
    StartGuard(const StartGuard&) = delete;
    StartGuard& operator=(const StartGuard&) = delete;

    /// Starts before this one that did not get as far as succeeded().
    [[nodiscard]] int failedStarts() const { return m_failedStarts; }
    [[nodiscard]] bool wantsSafeMode() const { return m_failedStarts >= 2; }
    /// The window has been up for a while, or was closed by the user.
    void succeeded();

    /// Process id of the instance that was here first; nothing when this is it.
    [[nodiscard]] std::optional<qint64> otherInstance() const { return m_otherInstance; }

private:
    QString m_counterFile;
    std::unique_ptr<QLockFile> m_lock;
    std::optional<qint64> m_otherInstance;
    int m_failedStarts = 0;
};

} // namespace bnof::studio
