// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/filter_bar.h"

#include <QComboBox>
#include <QDateEdit>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>

#include <algorithm>
#include <array>

#include "app/studio/services/format.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

constexpr int typingPause = 150; ///< ms

/// The chosen value; empty for "any".
std::string chosen(const QComboBox* box)
{
    return box->currentData().toString().toStdString();
}

/// Fill a box with "any" and the values, keeping what is chosen even when no recording has it any more.
void fill(QComboBox* box, const QString& any, const std::vector<std::string>& values)
{
    const QString before = box->currentData().toString();
    const QSignalBlocker quiet(box);
    box->clear();
    box->addItem(any, QString());
    for (const std::string& value : values)
        box->addItem(toQString(value), toQString(value));
    int index = box->findData(before);
    if (index < 0) {
        box->addItem(before, before);
        index = box->count() - 1;
    }
    box->setCurrentIndex(index);
}

std::int64_t startOf(const QDate& day)
{
    return day.startOfDay().toMSecsSinceEpoch() * nanosecondsPerMillisecond;
}

} // namespace

FilterBar::FilterBar(QWidget* parent)
    : QWidget(parent), m_search(new QLineEdit(this)), m_clear(new QPushButton(tr("Show all"), this)),
      m_count(new QLabel(this))
{
    m_search->setObjectName(QStringLiteral("recordingsSearch"));
    m_search->setPlaceholderText(tr("Search title, notes, operator, device, mark …"));
    m_search->setAccessibleName(tr("Search recordings"));
    m_search->setToolTip(tr("All words must occur. Words in \"quotation marks\" are looked for as they stand."));
    m_search->setClearButtonEnabled(true);
    m_search->installEventFilter(this);
    m_gas = addChoice(tr("Gas"));
    m_device = addChoice(tr("Device"));
    m_model = addChoice(tr("Model"));
    m_period = addChoice(tr("Time"));
    m_state = addChoice(tr("State"));
    m_from = addDay(tr("From this day"));
    m_to = addDay(tr("To this day"));
    m_clear->setToolTip(tr("Clear the search and every choice"));
    m_clear->setAccessibleName(tr("Show all recordings"));
    m_count->setObjectName(QStringLiteral("recordingsCount"));
    m_count->setMinimumWidth(0);
    setChoices({});
    fillPeriods();

    auto* first = new QHBoxLayout;
    first->setSpacing(Theme::space(3));
    first->addWidget(m_search, 1);
    first->addWidget(m_count);
    first->addWidget(m_clear);
    auto* second = new QHBoxLayout;
    second->setSpacing(Theme::space(2));
    for (QComboBox* box : {m_gas, m_device, m_model, m_period})
        second->addWidget(box, 1);
    second->addWidget(m_from);
    second->addWidget(m_to);
    second->addWidget(m_state, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(3), Theme::space(2), Theme::space(3), Theme::space(2));
    layout->setSpacing(Theme::space(2));
    layout->addLayout(first);
    layout->addLayout(second);

    m_typing.setSingleShot(true);
    m_typing.setInterval(typingPause);
    connect(&m_typing, &QTimer::timeout, this, &FilterBar::choiceMade);
    connect(m_search, &QLineEdit::textChanged, &m_typing, qOverload<>(&QTimer::start));
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        choiceMade();
        emit listWanted();
    });
    connect(m_clear, &QPushButton::clicked, this, [this] {
        clear();
        m_search->setFocus();
    });
    choiceMade();
}

QComboBox* FilterBar::addChoice(const QString& name)
{
    auto* box = new QComboBox(this);
    box->setAccessibleName(name);
    box->setToolTip(name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(7);
    connect(box, qOverload<int>(&QComboBox::currentIndexChanged), this, &FilterBar::choiceMade);
    return box;
}

QDateEdit* FilterBar::addDay(const QString& name)
{
    auto* day = new QDateEdit(QDate::currentDate(), this);
    day->setAccessibleName(name);
    day->setToolTip(name);
    day->setCalendarPopup(true);
    day->setDisplayFormat(QStringLiteral("yyyy-MM-dd"));
    day->hide();
    connect(day, &QDateEdit::dateChanged, this, &FilterBar::choiceMade);
    return day;
}

void FilterBar::fillPeriods()
{
    const QSignalBlocker quietPeriod(m_period);
    const QSignalBlocker quietState(m_state);
    for (const auto& [text, period] :
         {std::pair{tr("Any time"), Period::Any}, std::pair{tr("Today"), Period::Today},
          std::pair{tr("Last 7 days"), Period::Week}, std::pair{tr("Last 30 days"), Period::Month},
          std::pair{tr("This year"), Period::Year}, std::pair{tr("Choose days …"), Period::Days}})
        m_period->addItem(text, static_cast<int>(period));
    for (const auto& [text, state] :
         {std::pair{tr("Any state"), State::Any}, std::pair{tr("Damaged or cut off"), State::Damaged},
          std::pair{tr("Not verified"), State::Unverified}, std::pair{tr("File is gone"), State::Missing}})
        m_state->addItem(text, static_cast<int>(state));
}

void FilterBar::setChoices(const recording::CatalogueChoices& choices)
{
    fill(m_gas, tr("Any gas"), choices.gases);
    fill(m_device, tr("Any device"), choices.devices);
    fill(m_model, tr("Any model"), choices.models);
}

std::pair<QDate, QDate> FilterBar::days() const
{
    const QDate today = QDate::currentDate();
    switch (static_cast<Period>(m_period->currentData().toInt())) {
    case Period::Any: break;
    case Period::Today: return {today, today};
    case Period::Week: return {today.addDays(-6), today};
    case Period::Month: return {today.addDays(-29), today};
    case Period::Year: return {QDate(today.year(), 1, 1), today};
    case Period::Days: return std::minmax(m_from->date(), m_to->date());
    }
    return {};
}

recording::CatalogueQuery FilterBar::query() const
{
    recording::CatalogueQuery query;
    query.text = m_search->text().trimmed().toStdString();
    query.gas = chosen(m_gas);
    query.device = chosen(m_device);
    query.modelName = chosen(m_model);
    if (const auto [from, to] = days(); from.isValid()) {
        query.since = startOf(from);
        query.until = startOf(to.addDays(1));
    }
    const auto state = static_cast<State>(m_state->currentData().toInt());
    query.onlyDamaged = state == State::Damaged;
    query.onlyUnverified = state == State::Unverified;
    query.onlyMissing = state == State::Missing;
    return query;
}

QString FilterBar::description() const
{
    QStringList parts;
    if (const QString text = m_search->text().trimmed(); !text.isEmpty())
        parts << tr("“%1”").arg(text);
    for (const QComboBox* box : {m_gas, m_device, m_model}) {
        if (box->currentIndex() > 0)
            parts << QStringLiteral("%1: %2").arg(box->accessibleName(), box->currentText());
    }
    if (const auto [from, to] = days(); from.isValid())
        parts << (m_from->isVisibleTo(this) ? tr("%1 to %2").arg(from.toString(Qt::ISODate), to.toString(Qt::ISODate))
                                            : m_period->currentText());
    if (m_state->currentIndex() > 0)
        parts << m_state->currentText();
    return parts.join(QStringLiteral(", "));
}

void FilterBar::setCount(int shown, int all)
{
    m_count->setText(query().narrows() ? tr("%1 of %n recording(s)", nullptr, all).arg(shown)
                                       : tr("%n recording(s)", nullptr, all));
}

void FilterBar::clear()
{
    {
        const std::array<QSignalBlocker, 6> quiet{QSignalBlocker(m_search), QSignalBlocker(m_gas),
                                                  QSignalBlocker(m_device), QSignalBlocker(m_model),
                                                  QSignalBlocker(m_period), QSignalBlocker(m_state)};
        m_search->clear();
        for (QComboBox* box : {m_gas, m_device, m_model, m_period, m_state})
            box->setCurrentIndex(0);
    }
    choiceMade();
}

void FilterBar::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void FilterBar::choiceMade()
{
    m_typing.stop();
    const bool byDays = static_cast<Period>(m_period->currentData().toInt()) == Period::Days;
    m_from->setVisible(byDays);
    m_to->setVisible(byDays);
    m_clear->setEnabled(query().narrows());
    emit changed();
}

bool FilterBar::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_search && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Down) {
            emit listWanted();
            return true;
        }
        if (key == Qt::Key_Escape && !m_search->text().isEmpty()) {
            m_search->clear();
            return true;
        }
    }
    // Escape clears first; the window's own use of it comes when there is nothing to clear.
    if (watched == m_search && event->type() == QEvent::ShortcutOverride &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape && !m_search->text().isEmpty()) {
        event->accept();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace bnof::studio
