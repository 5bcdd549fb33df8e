// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QDateTime>
#include <QWidget>

#include <vector>

#include "widgets/theme.h"

class QListView;
class QStackedLayout;

namespace bnof::widgets {

/// One thing that is wrong (or was), said so that a person can mend it.
struct Problem {
    QString id; ///< the same fault reported again updates its entry
    Theme::Severity severity = Theme::Severity::Warning;
    QString what;
    QString remedy;
    QString action; ///< label of the button that mends it; empty: no button
    QDateTime since;
    int count = 1;      ///< how often it was reported
    bool active = true; ///< false: it is over, kept until it is dismissed
};

/// The problems of a program, worst and newest first.
class ProblemModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { IdRole = Qt::UserRole + 1, SeverityRole, RemedyRole, SinceRole, CountRole, ActiveRole, ActionTextRole };

    explicit ProblemModel(QObject* parent = nullptr);

    /// Add the problem, or renew the one with the same id (its time of beginning stays, count grows).
    void report(const Problem& problem);
    /// Change the words and the severity of one that goes on; it is not counted as reported again.
    void reword(const Problem& problem);
    /// The cause is gone; the entry stays, shown as over. Of these the newest hundred are kept.
    void resolve(const QString& id);
    void dismiss(const QString& id);
    void dismissResolved();
    /// Active problems of warning or error severity.
    [[nodiscard]] int activeCount() const;
    [[nodiscard]] Theme::Severity worst() const;
    [[nodiscard]] const std::vector<Problem>& problems() const { return m_problems; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

signals:
    void countChanged(int active);

private:
    void sortAndReset(std::vector<Problem> problems);

    std::vector<Problem> m_problems;
};

/// The list of problems with what, since when, how to mend it, and a way to dismiss each.
class ProblemList : public QWidget {
    Q_OBJECT

public:
    explicit ProblemList(QWidget* parent = nullptr);

    /// The model to show (not owned). Delete dismisses the selected problem, Return mends it.
    void setModel(ProblemModel* model);
    [[nodiscard]] ProblemModel* model() const { return m_model; }
    [[nodiscard]] QListView* view() const { return m_view; }
    /// All problems as tab-separated values with headings; what Ctrl+C copies.
    [[nodiscard]] QString asTsv() const;

signals:
    /// The button that mends a problem was pressed.
    void remedyRequested(const QString& id);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void updateState();
    bool activate(const QModelIndex& index, QPoint at);

    ProblemModel* m_model = nullptr;
    QListView* m_view;
    QWidget* m_empty;
    QStackedLayout* m_stack;
};

} // namespace bnof::widgets
