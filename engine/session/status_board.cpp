// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/status_board.h"

#include <algorithm>

#include "engine/base/log.h"

namespace bnof::session {

void StatusBoard::setRecogniser(const olfaction::RecogniserInfo& info)
{
    const std::lock_guard lock(m_mutex);
    m_status.recogniserKind = info.kind;
    m_status.modelName = info.modelName;
    m_status.modelDigest = info.modelDigest;
    m_status.modelModified = info.modified;
    m_status.backEnd = info.backEnd;
    m_status.gases = info.gases;
    m_status.background = info.background;
    m_status.layers = info.layers;
    m_status.tickMs = info.tickMs;
}

void StatusBoard::setProblem(const std::string& id, Severity severity, const Error& error)
{
    {
        const std::lock_guard lock(m_mutex);
        auto& problems = m_status.problems;
        const auto known = std::find_if(problems.begin(), problems.end(), [&](const Problem& p) { return p.id == id; });
        if (known != problems.end() && known->error.what == error.what && known->error.where == error.where)
            return;
        const Problem problem{id, severity, error, wallNow()};
        if (known != problems.end())
            *known = problem;
        else
            problems.push_back(problem);
    }
    log::write(severity == Severity::Error ? log::Level::Error : log::Level::Info, "session", error.message(),
               {{"problem", id}, {"context", error.context}});
}

void StatusBoard::clearProblem(const std::string& id)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_status.problems, [&](const Problem& p) { return p.id == id; });
}

} // namespace bnof::session
