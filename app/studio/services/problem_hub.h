// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>

#include <vector>

#include "engine/session/session.h"
#include "widgets/problem_list.h"

namespace bnof::studio {

/// Everything that is wrong, from the session and from the program itself, in one list. GUI thread.
class ProblemHub : public QObject {
    Q_OBJECT

public:
    /// More problems of one kind (faulty channels, lost sources, calibrations) than this are summed up in one.
    static constexpr std::size_t namedOneByOne = 20;

    explicit ProblemHub(QObject* parent = nullptr);

    [[nodiscard]] widgets::ProblemModel& model() { return m_model; }
    /// Take over the session's list: new ones are reported, those that are gone are over.
    void setSessionProblems(const std::vector<session::Problem>& problems);
    void report(const QString& id, widgets::Theme::Severity severity, const QString& what, const QString& remedy,
                const QString& action = {});
    void resolve(const QString& id) { m_model.resolve(id); }

private:
    using Present = QHash<QString, std::int64_t>;
    void take(const session::Problem& problem, Present& present);
    void sumUp(const QString& kind, const std::vector<const session::Problem*>& problems, Present& present);

    widgets::ProblemModel m_model;
    Present m_sessionProblems; ///< id and since when
};

} // namespace bnof::studio
