// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/command_palette.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {

namespace {

constexpr int rowHeight = 36;
constexpr int paletteWidth = 620;
constexpr int visibleRows = 10;

/// "&Open…" reads "Open…".
QString plainText(const QAction& action)
{
    QString text = action.text();
    text.replace(QStringLiteral("&&"), QStringLiteral("\1"));
    text.remove(QLatin1Char('&'));
    text.replace(QLatin1Char('\1'), QLatin1Char('&'));
    return text;
}

class CommandDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& theme = Theme::current();
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        const bool enabled = index.flags().testFlag(Qt::ItemIsEnabled);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (selected) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(theme.accent);
            painter->drawRoundedRect(option.rect.adjusted(2, 1, -2, -1), Theme::radius, Theme::radius);
        }
        QRect area = option.rect.adjusted(Theme::space(3), 0, -Theme::space(3), 0);
        const QColor quiet = selected ? theme.onAccent : theme.textMuted;
        painter->setFont(Theme::font(Theme::TextSize::Small));
        const QString shortcut = index.data(CommandModel::ShortcutRole).toString();
        painter->setPen(quiet);
        painter->drawText(area, Qt::AlignRight | Qt::AlignVCenter, shortcut);
        // As wide as the widest in the person's own language, so that the column beside it is straight.
        static const QKeySequence widest(Qt::CTRL | Qt::SHIFT | Qt::Key_W);
        const int keys =
            painter->fontMetrics().horizontalAdvance(widest.toString(QKeySequence::NativeText)) + Theme::space(3);
        area.setRight(area.right() - keys);
        // What cannot be used says why, where the others say their name on the command line.
        const QString why = index.data(CommandModel::ReasonRole).toString();
        const QString command = why.isEmpty()
                                    ? index.data(CommandModel::CommandLineRole).toString()
                                    : painter->fontMetrics().elidedText(why, Qt::ElideRight, area.width() * 3 / 5);
        painter->drawText(area, Qt::AlignRight | Qt::AlignVCenter, command);
        area.setRight(area.right() -
                      (command.isEmpty() ? 0 : painter->fontMetrics().horizontalAdvance(command) + Theme::space(3)));
        painter->setFont(Theme::font());
        painter->setPen(selected ? theme.onAccent : enabled ? theme.text : theme.textMuted);
        painter->drawText(
            area, Qt::AlignLeft | Qt::AlignVCenter,
            painter->fontMetrics().elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, area.width()));
        painter->restore();
    }

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {200, rowHeight}; }
};

} // namespace

int fuzzyScore(const QString& pattern, const QString& text)
{
    int score = 1;
    qsizetype at = 0;
    bool previousMatched = false;
    for (const QChar wanted : pattern) {
        if (wanted.isSpace()) {
            previousMatched = false;
            continue;
        }
        bool found = false;
        for (; at < text.size() && !found; ++at) {
            if (text[at].toCaseFolded() != wanted.toCaseFolded()) {
                previousMatched = false;
                continue;
            }
            const bool wordStart = at == 0 || !text[at - 1].isLetterOrNumber();
            score += 1 + (previousMatched ? 5 : 0) + (wordStart ? 8 : 0) + (at == 0 ? 4 : 0);
            previousMatched = true;
            found = true;
        }
        if (!found)
            return 0;
    }
    return score;
}

CommandModel::CommandModel(QObject* parent) : QAbstractListModel(parent) {}

void CommandModel::add(QAction* action, const QString& commandLine)
{
    m_entries.push_back({action, commandLine});
    connect(action, &QAction::changed, this, &CommandModel::rebuild);
    connect(action, &QObject::destroyed, this, &CommandModel::rebuild);
    rebuild();
}

void CommandModel::clear()
{
    for (const Entry& entry : m_entries)
        if (entry.action)
            entry.action->disconnect(this);
    m_entries.clear();
    rebuild();
}

void CommandModel::setFilter(const QString& pattern)
{
    m_pattern = pattern.trimmed();
    rebuild();
}

void CommandModel::rebuild()
{
    std::vector<std::pair<int, int>> scored; // score, entry
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const Entry& entry = m_entries[i];
        if (!entry.action || !entry.action->isVisible() || entry.action->isSeparator())
            continue;
        const QString text = plainText(*entry.action);
        // The name counts most; what it is called on the command line finds it too.
        const int score = std::max({2 * fuzzyScore(m_pattern, text), fuzzyScore(m_pattern, entry.commandLine),
                                    fuzzyScore(m_pattern, entry.action->toolTip())});
        if (score > 0)
            scored.emplace_back(m_pattern.isEmpty() ? 1 : score, static_cast<int>(i));
    }
    const auto usable = [this](int entry) { return m_entries[static_cast<std::size_t>(entry)].action->isEnabled(); };
    std::stable_sort(scored.begin(), scored.end(), [&](const auto& a, const auto& b) {
        const bool first = usable(a.second);
        return first != usable(b.second) ? first : a.first > b.first;
    });
    beginResetModel();
    m_rows.clear();
    for (const auto& [score, entry] : scored)
        m_rows.push_back(entry);
    endResetModel();
}

QAction* CommandModel::actionAt(int row) const
{
    if (row < 0 || static_cast<std::size_t>(row) >= m_rows.size())
        return nullptr;
    return m_entries[static_cast<std::size_t>(m_rows[static_cast<std::size_t>(row)])].action;
}

int CommandModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant CommandModel::data(const QModelIndex& index, int role) const
{
    QAction* action = actionAt(index.row());
    if (!action)
        return {};
    const QString commandLine =
        m_entries[static_cast<std::size_t>(m_rows[static_cast<std::size_t>(index.row())])].commandLine;
    const QString shortcut = action->shortcut().toString(QKeySequence::NativeText);
    switch (role) {
    case Qt::DisplayRole: return plainText(*action);
    case Qt::ToolTipRole: return action->toolTip();
    case ShortcutRole: return shortcut;
    case CommandLineRole: return commandLine;
    case ActionRole: return QVariant::fromValue(action);
    case ReasonRole: return action->isEnabled() ? QString() : action->property(reasonProperty).toString();
    case Qt::AccessibleTextRole: {
        QStringList parts{plainText(*action)};
        if (!shortcut.isEmpty())
            parts << shortcut;
        if (!commandLine.isEmpty())
            parts << tr("on the command line: %1").arg(commandLine);
        if (const QString why = data(index, ReasonRole).toString(); !why.isEmpty())
            parts << tr("not now: %1").arg(why);
        return parts.join(QStringLiteral(", "));
    }
    default: return {};
    }
}

Qt::ItemFlags CommandModel::flags(const QModelIndex& index) const
{
    const QAction* action = actionAt(index.row());
    if (!index.isValid() || !action)
        return Qt::NoItemFlags;
    // Disabled actions are listed, so that a person finds out that they exist.
    Qt::ItemFlags flags = Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
    return action->isEnabled() ? flags | Qt::ItemIsEnabled : flags;
}

CommandPalette::CommandPalette(QWidget* parent)
    : QFrame(parent, Qt::Popup), m_model(new CommandModel(this)), m_input(new QLineEdit(this)),
      m_list(new QListView(this))
{
    setAccessibleName(tr("Commands"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(3), Theme::space(3), Theme::space(3), Theme::space(2));
    layout->setSpacing(Theme::space(2));
    layout->addWidget(m_input);
    layout->addWidget(m_list);
    m_input->setPlaceholderText(tr("Type a command"));
    m_input->setAccessibleName(tr("Filter commands"));
    m_list->setAccessibleName(tr("Commands"));
    m_input->installEventFilter(this);
    m_list->setModel(m_model);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::StyledPanel);
    connect(m_input, &QLineEdit::textChanged, this, [this](const QString& text) { m_model->setFilter(text); });
    connect(m_model, &QAbstractItemModel::modelReset, this, &CommandPalette::selectFirst);
    connect(m_list, &QListView::clicked, this, &CommandPalette::accept);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &CommandPalette::styleForTheme);
    styleForTheme();
}

void CommandPalette::selectFirst()
{
    for (int row = 0; row < m_model->rowCount(); ++row)
        if (m_model->flags(m_model->index(row)).testFlag(Qt::ItemIsEnabled)) {
            m_list->setCurrentIndex(m_model->index(row));
            return;
        }
}

void CommandPalette::open()
{
    m_input->clear();
    m_model->setFilter({});
    const QWidget* window = parentWidget() ? parentWidget()->window() : nullptr;
    const int rows = std::clamp(m_model->rowCount(), 3, visibleRows);
    const int width = std::min(paletteWidth, window ? window->width() - Theme::space(8) : paletteWidth);
    resize(width, m_input->sizeHint().height() + rows * rowHeight + Theme::space(8));
    if (window)
        move(window->mapToGlobal(QPoint((window->width() - width) / 2, window->height() / 8)));
    show();
    m_input->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::accept()
{
    QAction* action = m_model->actionAt(m_list->currentIndex().row());
    if (!action || !action->isEnabled())
        return;
    // Closed first: the action may open a dialog of its own.
    hide();
    action->trigger();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_input || event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    switch (key->key()) {
    case Qt::Key_Down:
    case Qt::Key_Up: {
        const int count = m_model->rowCount();
        if (count > 0) {
            const int step = key->key() == Qt::Key_Down ? 1 : count - 1;
            m_list->setCurrentIndex(m_model->index((m_list->currentIndex().row() + step + count) % count));
        }
        return true;
    }
    case Qt::Key_Return:
    case Qt::Key_Enter: accept(); return true;
    case Qt::Key_Escape: hide(); return true;
    default: return QFrame::eventFilter(watched, event);
    }
}

void CommandPalette::styleForTheme()
{
    const Theme& theme = Theme::current();
    QPalette colours = palette();
    colours.setColor(QPalette::Window, theme.surface);
    colours.setColor(QPalette::Base, theme.surface);
    setPalette(colours);
    m_input->setFont(Theme::font(Theme::TextSize::Title));
}

} // namespace bnof::widgets
