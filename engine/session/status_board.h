// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>

#include "engine/olfaction/recogniser.h"
#include "engine/session/session.h"

namespace bnof::session {

/// The session's status, written by its threads a few times a second and copied out by displays.
class StatusBoard {
public:
    /// Change the status under the lock: `board.update([&](SessionStatus& s) { ... });`
    template <typename Change> void update(const Change& change)
    {
        const std::lock_guard lock(m_mutex);
        change(m_status);
    }
    [[nodiscard]] SessionStatus copy() const
    {
        const std::lock_guard lock(m_mutex);
        return m_status;
    }
    /// What recognises, for displays.
    void setRecogniser(const olfaction::RecogniserInfo& info);
    /// Set or replace the problem `id`; it keeps its first time while its text stays the same.
    void setProblem(const std::string& id, Severity severity, const Error& error);
    void clearProblem(const std::string& id);

private:
    mutable std::mutex m_mutex;
    SessionStatus m_status;
};

} // namespace bnof::session
