// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/problem_hub.h"

#include <QDateTime>

#include <algorithm>
#include <map>

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

QDateTime dateOf(std::int64_t utc)
{
    return QDateTime::fromMSecsSinceEpoch(utc / nanosecondsPerMillisecond);
}

/// Those that every sensor can have: "fault.12.3.1" is of the kind "fault". Empty for all others.
QString kindOf(const std::string& id)
{
    for (const char* kind : {"fault", "source", "calibration"})
        if (id.starts_with(std::string(kind) + "."))
            return QLatin1String(kind);
    return {};
}

} // namespace

ProblemHub::ProblemHub(QObject* parent) : QObject(parent) {}

void ProblemHub::setSessionProblems(const std::vector<session::Problem>& problems)
{
    Present present;
    std::map<QString, std::vector<const session::Problem*>> kinds;
    for (const auto& problem : problems)
        kinds[kindOf(problem.id)].push_back(&problem);
    for (const auto& [kind, members] : kinds) {
        if (!kind.isEmpty() && members.size() > namedOneByOne) {
            sumUp(kind, members, present);
            continue;
        }
        for (const auto* problem : members)
            take(*problem, present);
    }
    for (auto known = m_sessionProblems.cbegin(); known != m_sessionProblems.cend(); ++known)
        if (!present.contains(known.key()))
            m_model.resolve(known.key());
    m_sessionProblems = present;
}

void ProblemHub::take(const session::Problem& problem, Present& present)
{
    const QString id = QStringLiteral("session.") + toQString(problem.id);
    present.insert(id, problem.sinceUtc);
    if (const auto known = m_sessionProblems.constFind(id);
        known != m_sessionProblems.constEnd() && *known == problem.sinceUtc)
        return;
    widgets::Problem entry;
    entry.id = id;
    entry.severity = toTheme(problem.severity);
    entry.what =
        toQString(problem.error.where.empty() ? problem.error.what : problem.error.where + ": " + problem.error.what);
    entry.remedy = toQString(problem.error.remedy);
    entry.since = dateOf(problem.sinceUtc);
    m_model.report(entry);
}

void ProblemHub::sumUp(const QString& kind, const std::vector<const session::Problem*>& problems, Present& present)
{
    widgets::Problem entry;
    entry.id = QStringLiteral("session.all.") + kind;
    entry.severity = widgets::Theme::Severity::Info;
    std::int64_t first = problems.front()->sinceUtc;
    QStringList names;
    for (const auto* problem : problems) {
        entry.severity = std::max(entry.severity, toTheme(problem->severity));
        first = std::min(first, problem->sinceUtc);
        const QString name = toQString(problem->error.where);
        if (names.size() < 3 && !names.contains(name))
            names << name;
    }
    const QString list = names.join(QStringLiteral(", "));
    const int count = static_cast<int>(problems.size());
    entry.what =
        kind == QLatin1String("fault")    ? tr("%n faults of channels, on %1 and others", nullptr, count).arg(list)
        : kind == QLatin1String("source") ? tr("%n sources are lost: %1 and others", nullptr, count).arg(list)
                                          : tr("%n calibrations need a look: %1 and others", nullptr, count).arg(list);
    entry.remedy =
        tr("The panel \"Sensors\" names each of them; click a row there for what to do. So many at once often "
           "have one cause: supply, network, or the time of this computer.");
    entry.since = dateOf(first);
    // The beginning of the whole stays while members come and go.
    const auto known = m_sessionProblems.constFind(entry.id);
    if (known == m_sessionProblems.constEnd())
        m_model.report(entry);
    else
        m_model.reword(entry);
    present.insert(entry.id, first);
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
