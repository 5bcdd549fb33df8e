// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/network/field_row.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>

#include <cmath>
#include <optional>

#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

QLocale plainLocale()
{
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator);
    return locale;
}

/// A number as the user's language writes it, or with a point.
std::optional<double> numberOf(const QString& text)
{
    bool ok = false;
    double value = QLocale().toDouble(text.trimmed(), &ok);
    if (!ok)
        value = QLocale::c().toDouble(text.trimmed(), &ok);
    return ok && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

} // namespace

FieldRow::FieldRow(NetworkField field, QWidget* parent)
    : QWidget(parent), m_field(std::move(field)), m_title(new QLabel(m_field.label, this)), m_hint(new QLabel(this)),
      m_problem(new QLabel(this))
{
    setObjectName(QString::fromStdString(m_field.path));
    buildEditor();
    m_title->setWordWrap(true);
    m_title->setBuddy(editor());
    m_hint->setFont(Theme::font(Theme::TextSize::Small));
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_hint->setText(rangeText());
    m_hint->setVisible(!m_hint->text().isEmpty());
    m_problem->setWordWrap(true);
    m_problem->hide();
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, Theme::space(1), 0, Theme::space(1));
    grid->setHorizontalSpacing(Theme::space(2));
    grid->setVerticalSpacing(0);
    grid->addWidget(m_title, 0, 0);
    grid->addWidget(editor(), 0, 1);
    grid->addWidget(new QLabel(m_field.unit, this), 0, 2);
    grid->addWidget(m_hint, 1, 1, 1, 2);
    grid->addWidget(m_problem, 2, 0, 1, 3);
    grid->setColumnStretch(0, 5);
    grid->setColumnStretch(1, 5);
    grid->setColumnMinimumWidth(2, Theme::space(8));
}

void FieldRow::buildEditor()
{
    if (m_field.kind == NetworkField::Kind::Choice) {
        m_combo = new QComboBox(this);
        m_combo->addItems(m_field.choices);
        m_combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        m_combo->setMinimumContentsLength(8);
        m_combo->setFocusPolicy(Qt::StrongFocus);
        connect(m_combo, &QComboBox::activated, this, [this](int index) { emit edited(index); });
    } else {
        m_line = new QLineEdit(this);
        m_line->setAlignment(Qt::AlignRight);
        connect(m_line, &QLineEdit::editingFinished, this, &FieldRow::commit);
    }
    editor()->setMinimumHeight(Theme::space(8));
    editor()->setAccessibleName(m_field.unit.isEmpty() ? m_field.label
                                                       : tr("%1 in %2").arg(m_field.label, m_field.unit));
    editor()->setAccessibleDescription(rangeText());
}

QWidget* FieldRow::editor() const
{
    return m_line ? static_cast<QWidget*>(m_line) : m_combo;
}

QString FieldRow::rangeText() const
{
    if (m_field.kind == NetworkField::Kind::Choice)
        return {};
    const QLocale locale;
    const auto text = [&](double value) {
        return value == std::floor(value) ? locale.toString(value, 'f', 0) : locale.toString(value, 'g', 6);
    };
    return tr("%1 to %2").arg(text(m_field.low), text(m_field.high));
}

void FieldRow::commit()
{
    const QString text = m_line->text();
    if (text == m_shown)
        return;
    const auto value = numberOf(text);
    if (!value) {
        showProblem(tr("\"%1\" is not a number.").arg(text.trimmed()));
        return;
    }
    // What does not fit the type cannot be written down at all; everything else is judged by the network's own rules.
    if (m_field.kind == NetworkField::Kind::Whole &&
        (*value != std::floor(*value) || *value < m_field.low || *value > m_field.high)) {
        showProblem(tr("Give a whole number, %1.").arg(rangeText()));
        return;
    }
    emit edited(*value);
}

void FieldRow::showValue(const snn::Network& network, bool changed)
{
    const double value = m_field.get(network);
    if (m_combo) {
        m_combo->setCurrentIndex(static_cast<int>(value));
    } else {
        m_shown = plainLocale().toString(value, 'g', m_field.kind == NetworkField::Kind::Whole ? 17 : 10);
        if (m_line->text() != m_shown)
            m_line->setText(m_shown);
    }
    m_title->setFont(Theme::font(Theme::TextSize::Body, changed));
    m_title->setText(changed ? m_field.label + QStringLiteral(" *") : m_field.label);
    showProblem({});
}

void FieldRow::showProblem(const QString& text)
{
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, Theme::current().severity(Theme::Severity::Error));
    m_problem->setPalette(colours);
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
    editor()->setAccessibleDescription(text.isEmpty() ? rangeText() : text);
}

QString FieldRow::problem() const
{
    return m_problem->text();
}

void FieldRow::setEditable(bool editable, const QString& why)
{
    editor()->setEnabled(editable);
    setToolTip(editable ? QString() : why);
}

} // namespace bnof::studio
