// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/problem_hub.h"

#include <QDateTime>

#include "app/studio/services/format.h"

namespace bnof::studio {
namespace {

widgets::Theme::Severity toTheme(session::Severity severity)
{
    switch (severity) {
    case session::Severity::Information: return widgets::Theme::Severity::Info;
    case session::Severity::Warning: return widgets::Theme::Severity::Warning;
    case session::Severity::Error: break;
    }
    return widgets::Theme::Severity::Error;
}

} // namespace

ProblemHub::ProblemHub(QObject* parent) : QObject(parent) {}

void ProblemHub::setSessionProblems(const std::vector<session::Problem>& problems)
{
    QHash<QString, std::int64_t> present;
    for (const auto& problem : problems) {
        const QString id = QStringLiteral("session.") + toQString(problem.id);
        present.insert(id, problem.sinceUtc);
        if (const auto known = m_sessionProblems.constFind(id);
            known != m_sessionProblems.constEnd() && *known == problem.sinceUtc)
            continue;
        widgets::Problem entry;
        entry.id = id;
        entry.severity = toTheme(problem.severity);
        entry.what = toQString(problem.error.where.empty() ? problem.error.what
                                                           : problem.error.where + ": " + problem.error.what);
        entry.remedy = toQString(problem.error.remedy);
        entry.since = QDateTime::fromMSecsSinceEpoch(problem.sinceUtc / nanosecondsPerMillisecond);
        m_model.report(entry);
    }
    for (auto known = m_sessionProblems.cbegin(); known != m_sessionProblems.cend(); ++known)
        if (!present.contains(known.key()))
            m_model.resolve(known.key());
    m_sessionProblems = present;
}

void ProblemHub::report(const QString& id, widgets::Theme::Severity severity, const QString& what,
                        const QString& remedy, const QString& action)
{
    widgets::Problem entry;
    entry.id = id;
    entry.severity = severity;
    entry.what = what;
    entry.remedy = remedy;
    entry.action = action;
    entry.since = QDateTime::currentDateTime();
    m_model.report(entry);
}

} // namespace bnof::studio
