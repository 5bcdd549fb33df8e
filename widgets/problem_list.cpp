// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/problem_list.h"

#include <QKeyEvent>
#include <QListView>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QRegularExpression>
#include <QStackedLayout>
#include <QStyledItemDelegate>

#include <algorithm>
#include <utility>

#include "widgets/empty_state.h"
#include "widgets/table_copy.h"

namespace bnof::widgets {

namespace {

constexpr std::ptrdiff_t keptOver = 100; ///< problems that are over

/// "14:02:11" today, with the date otherwise; always with the zone.
QString sinceText(const QDateTime& since)
{
    const bool today = since.toLocalTime().date() == QDate::currentDate();
    return since.toLocalTime().toString(today ? QStringLiteral("HH:mm:ss t") : QStringLiteral("yyyy-MM-dd HH:mm:ss t"));
}

QString severityText(Theme::Severity severity)
{
    switch (severity) {
    case Theme::Severity::Error: return ProblemList::tr("Error");
    case Theme::Severity::Warning: return ProblemList::tr("Warning");
    case Theme::Severity::Info: return ProblemList::tr("Note");
    case Theme::Severity::Good: return ProblemList::tr("All well");
    }
    return {};
}

QString whenText(const QModelIndex& index)
{
    const QString since = sinceText(index.data(ProblemModel::SinceRole).toDateTime());
    const int count = index.data(ProblemModel::CountRole).toInt();
    QString text = index.data(ProblemModel::ActiveRole).toBool() ? ProblemList::tr("since %1").arg(since)
                                                                 : ProblemList::tr("over, began %1").arg(since);
    if (count > 1)
        text += ProblemList::tr(", %n times", nullptr, count);
    return text;
}

/// Paints an entry; its buttons are plain rectangles that the list's event filter hit-tests.
class ProblemDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    static QRect dismissRect(const QRect& row)
    {
        return {row.right() - Theme::space(10), row.top() + Theme::space(2), Theme::space(8), Theme::space(8)};
    }
    static QRect actionRect(const QRect& row, const QString& label)
    {
        if (label.isEmpty())
            return {};
        const int width =
            QFontMetrics(Theme::font(Theme::TextSize::Body, true)).horizontalAdvance(label) + Theme::space(6);
        const QRect dismiss = dismissRect(row);
        return {dismiss.left() - Theme::space(2) - width, row.top() + Theme::space(2), width, Theme::space(8)};
    }
    static int textWidth(const QRect& row, const QString& action)
    {
        const QRect button = actionRect(row, action);
        const int right = button.isEmpty() ? dismissRect(row).left() : button.left();
        return right - row.left() - Theme::space(9);
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

void ProblemDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const QRect row = option.rect;
    const auto severity = index.data(ProblemModel::SeverityRole).value<Theme::Severity>();
    const bool active = index.data(ProblemModel::ActiveRole).toBool();
    const QString action = active ? index.data(ProblemModel::ActionTextRole).toString() : QString();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (option.state.testFlag(QStyle::State_Selected))
        painter->fillRect(row, theme.raised);
    painter->setPen(Qt::NoPen);
    painter->setBrush(active ? theme.severity(severity) : theme.neutral);
    painter->drawRoundedRect(QRectF(row.left() + Theme::space(2), row.top() + Theme::space(2), Theme::space(1),
                                    row.height() - Theme::space(4)),
                             2, 2);
    QRect text(row.left() + Theme::space(5), row.top() + Theme::space(2), textWidth(row, action), row.height());
    const auto line = [&](const QFont& font, const QColor& colour, const QString& words) {
        painter->setFont(font);
        painter->setPen(colour);
        QRect used;
        painter->drawText(text, Qt::AlignLeft | Qt::TextWordWrap, words, &used);
        text.setTop(used.bottom() + 3);
    };
    line(Theme::font(Theme::TextSize::Body, true), active ? theme.text : theme.textMuted,
         index.data(Qt::DisplayRole).toString());
    if (const QString remedy = index.data(ProblemModel::RemedyRole).toString(); !remedy.isEmpty())
        line(Theme::font(), active ? theme.text : theme.textMuted, remedy);
    line(Theme::font(Theme::TextSize::Small), theme.textMuted,
         severityText(severity) + QStringLiteral(" · ") + whenText(index));

    if (const QRect button = actionRect(row, action); !button.isEmpty()) {
        painter->setPen(QPen(theme.accent, 1));
        painter->setBrush(theme.surface);
        painter->drawRoundedRect(QRectF(button).adjusted(0.5, 0.5, -0.5, -0.5), Theme::radius, Theme::radius);
        painter->setFont(Theme::font(Theme::TextSize::Body, true));
        painter->setPen(theme.accent);
        painter->drawText(button, Qt::AlignCenter, action);
    }
    const QRectF cross = QRectF(dismissRect(row)).adjusted(10, 10, -10, -10);
    painter->setPen(QPen(theme.textMuted, 1.6));
    painter->drawLine(cross.topLeft(), cross.bottomRight());
    painter->drawLine(cross.topRight(), cross.bottomLeft());
    painter->setPen(QPen(theme.grid, 1));
    painter->drawLine(row.bottomLeft(), row.bottomRight());
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(QPen(theme.accent, 2));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(QRectF(row).adjusted(1, 1, -1, -1), Theme::radius, Theme::radius);
    }
    painter->restore();
}

QSize ProblemDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const auto* view = qobject_cast<const QListView*>(option.widget);
    const int width = view ? view->viewport()->width() : option.rect.width();
    const bool active = index.data(ProblemModel::ActiveRole).toBool();
    const QString action = active ? index.data(ProblemModel::ActionTextRole).toString() : QString();
    const QRect room(0, 0, std::max(textWidth(QRect(0, 0, width, 10), action), 60), 10'000);
    const auto height = [&](const QFont& font, const QString& text) {
        return text.isEmpty()
                   ? 0
                   : QFontMetrics(font).boundingRect(room, Qt::AlignLeft | Qt::TextWordWrap, text).height() + 3;
    };
    const int total = height(Theme::font(Theme::TextSize::Body, true), index.data(Qt::DisplayRole).toString()) +
                      height(Theme::font(), index.data(ProblemModel::RemedyRole).toString()) +
                      height(Theme::font(Theme::TextSize::Small), QStringLiteral("x"));
    return {width, std::max(total + Theme::space(4), Theme::space(12))};
}

bool worseOrNewer(const Problem& a, const Problem& b)
{
    if (a.active != b.active)
        return a.active;
    if (a.severity != b.severity)
        return a.severity > b.severity;
    return a.since > b.since;
}

} // namespace

ProblemModel::ProblemModel(QObject* parent) : QAbstractListModel(parent) {}

void ProblemModel::report(const Problem& problem)
{
    std::vector<Problem> problems = m_problems;
    const auto known =
        std::find_if(problems.begin(), problems.end(), [&](const Problem& p) { return p.id == problem.id; });
    if (known == problems.end()) {
        problems.push_back(problem);
        if (!problem.since.isValid())
            problems.back().since = QDateTime::currentDateTime();
    } else {
        // A fault that was over and came back begins anew.
        const QDateTime since = known->active ? known->since : problem.since;
        const int count = known->count + 1;
        *known = problem;
        known->since = since.isValid() ? since : QDateTime::currentDateTime();
        known->count = count;
        known->active = true;
    }
    sortAndReset(std::move(problems));
}

void ProblemModel::reword(const Problem& problem)
{
    std::vector<Problem> problems = m_problems;
    const auto known = std::find_if(problems.begin(), problems.end(),
                                    [&](const Problem& p) { return p.id == problem.id && p.active; });
    if (known == problems.end())
        return;
    known->what = problem.what;
    known->remedy = problem.remedy;
    known->severity = problem.severity;
    sortAndReset(std::move(problems));
}

void ProblemModel::resolve(const QString& id)
{
    std::vector<Problem> problems = m_problems;
    bool changed = false;
    for (Problem& problem : problems)
        if (problem.id == id && problem.active) {
            problem.active = false;
            changed = true;
        }
    if (changed)
        sortAndReset(std::move(problems));
}

void ProblemModel::dismiss(const QString& id)
{
    std::vector<Problem> problems = m_problems;
    std::erase_if(problems, [&](const Problem& problem) { return problem.id == id; });
    if (problems.size() != m_problems.size())
        sortAndReset(std::move(problems));
}

void ProblemModel::dismissResolved()
{
    std::vector<Problem> problems = m_problems;
    std::erase_if(problems, [](const Problem& problem) { return !problem.active; });
    if (problems.size() != m_problems.size())
        sortAndReset(std::move(problems));
}

void ProblemModel::sortAndReset(std::vector<Problem> problems)
{
    const int before = activeCount();
    std::stable_sort(problems.begin(), problems.end(), worseOrNewer);
    auto over = std::find_if(problems.begin(), problems.end(), [](const Problem& problem) { return !problem.active; });
    if (problems.end() - over > keptOver) { // what comes and goes for days must not fill the memory
        std::sort(over, problems.end(), [](const Problem& a, const Problem& b) { return a.since > b.since; });
        problems.erase(over + keptOver, problems.end());
        std::stable_sort(over, problems.end(), worseOrNewer);
    }
    const bool sameRows = problems.size() == m_problems.size() &&
                          std::equal(problems.begin(), problems.end(), m_problems.begin(),
                                     [](const Problem& a, const Problem& b) { return a.id == b.id; });
    if (sameRows) {
        // A repeated report must not disturb the selection.
        m_problems = std::move(problems);
        if (!m_problems.empty())
            emit dataChanged(index(0), index(static_cast<int>(m_problems.size()) - 1));
    } else {
        beginResetModel();
        m_problems = std::move(problems);
        endResetModel();
    }
    if (activeCount() != before)
        emit countChanged(activeCount());
}

int ProblemModel::activeCount() const
{
    return static_cast<int>(std::count_if(m_problems.begin(), m_problems.end(), [](const Problem& problem) {
        return problem.active && problem.severity >= Theme::Severity::Warning;
    }));
}

Theme::Severity ProblemModel::worst() const
{
    Theme::Severity worst = Theme::Severity::Good;
    for (const Problem& problem : m_problems)
        if (problem.active)
            worst = std::max(worst, problem.severity);
    return worst;
}

int ProblemModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_problems.size());
}

QVariant ProblemModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Problem& problem = m_problems[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole: return problem.what;
    case Qt::ToolTipRole: return problem.remedy;
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2 %3 (%4)")
            .arg(severityText(problem.severity), problem.what, problem.remedy, whenText(index));
    case IdRole: return problem.id;
    case SeverityRole: return QVariant::fromValue(problem.severity);
    case RemedyRole: return problem.remedy;
    case SinceRole: return problem.since;
    case CountRole: return problem.count;
    case ActiveRole: return problem.active;
    case ActionTextRole: return problem.action;
    default: return {};
    }
}

ProblemList::ProblemList(QWidget* parent)
    : QWidget(parent), m_view(new QListView(this)),
      m_empty(new EmptyState(tr("No problems"), tr("Faults appear here with what happened and how to mend it."), this))
{
    setAccessibleName(tr("Problems"));
    m_stack = new QStackedLayout(this);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_view);
    m_view->setAccessibleName(tr("Problems"));
    m_view->setItemDelegate(new ProblemDelegate(m_view));
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->setResizeMode(QListView::Adjust);
    copyRowsOnCopyKey(*m_view, [this] { return asTsv(); });
    m_view->viewport()->installEventFilter(this);
    m_view->installEventFilter(this);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, m_view->viewport(), qOverload<>(&QWidget::update));
    updateState();
}

void ProblemList::setModel(ProblemModel* model)
{
    if (m_model)
        m_model->disconnect(this);
    m_model = model;
    m_view->setModel(model);
    if (model) {
        connect(model, &QAbstractItemModel::modelReset, this, &ProblemList::updateState);
        connect(model, &QAbstractItemModel::dataChanged, this, &ProblemList::updateState);
    }
    updateState();
}

QString ProblemList::asTsv() const
{
    if (!m_model || m_model->problems().empty())
        return {};
    const auto clean = [](QString text) {
        return text.replace(QRegularExpression(QStringLiteral("[\\t\\r\\n]")), QStringLiteral(" "));
    };
    QString text = QStringList{tr("Severity"), tr("Problem"), tr("Remedy"), tr("Since"), tr("Times"), tr("State")}.join(
                       QLatin1Char('\t')) +
                   QLatin1Char('\n');
    for (const Problem& problem : m_model->problems())
        text += QStringList{severityText(problem.severity),
                            clean(problem.what),
                            clean(problem.remedy),
                            problem.since.toOffsetFromUtc(problem.since.offsetFromUtc()).toString(Qt::ISODate),
                            QString::number(problem.count),
                            problem.active ? tr("present") : tr("over")}
                    .join(QLatin1Char('\t')) +
                QLatin1Char('\n');
    return text;
}

void ProblemList::updateState()
{
    const int rows = m_model ? m_model->rowCount() : 0;
    m_stack->setCurrentIndex(rows > 0 ? 1 : 0);
    const int active = m_model ? m_model->activeCount() : 0;
    setAccessibleDescription(active > 0 ? tr("%n problem(s)", nullptr, active) : tr("No problems"));
}

bool ProblemList::eventFilter(QObject* watched, QEvent* event)
{
    if (!m_model)
        return QWidget::eventFilter(watched, event);
    if (watched == m_view->viewport() && event->type() == QEvent::MouseButtonRelease) {
        const QPoint at = static_cast<QMouseEvent*>(event)->position().toPoint();
        const QModelIndex index = m_view->indexAt(at);
        if (index.isValid() && activate(index, at))
            return true;
    }
    if (watched == m_view && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const QModelIndex index = m_view->currentIndex();
        if (index.isValid() && key == Qt::Key_Delete) {
            m_model->dismiss(index.data(ProblemModel::IdRole).toString());
            return true;
        }
        if (index.isValid() && (key == Qt::Key_Return || key == Qt::Key_Enter) &&
            !index.data(ProblemModel::ActionTextRole).toString().isEmpty()) {
            emit remedyRequested(index.data(ProblemModel::IdRole).toString());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

/// A click on one of the entry's buttons.
bool ProblemList::activate(const QModelIndex& index, QPoint at)
{
    const QRect row = m_view->visualRect(index);
    const QString id = index.data(ProblemModel::IdRole).toString();
    if (ProblemDelegate::dismissRect(row).contains(at)) {
        m_model->dismiss(id);
        return true;
    }
    const bool active = index.data(ProblemModel::ActiveRole).toBool();
    const QString action = active ? index.data(ProblemModel::ActionTextRole).toString() : QString();
    if (ProblemDelegate::actionRect(row, action).contains(at)) {
        emit remedyRequested(id);
        return true;
    }
    return false;
}

} // namespace bnof::widgets
