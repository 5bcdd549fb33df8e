// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/settings/setting_row.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QStandardItemModel>
#include <QThreadPool>
#include <QToolButton>

#include <algorithm>

#include "app/studio/services/configuration_store.h"
#include "app/studio/services/format.h"
#include "app/studio/settings/setting_texts.h"
#include "app/studio/shell/icons.h"
#include "engine/snn/simulation.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

SettingRow::SettingRow(ConfigurationStore& store, const Setting& setting, QWidget* parent)
    : QWidget(parent), m_store(store), m_setting(setting), m_title(SettingTexts::title(setting.key)),
      m_editor(makeEditor()), m_reset(new QToolButton(this)), m_problem(new QLabel(this))
{
    auto* title = new QLabel(m_title, this);
    title->setFixedWidth(Theme::space(48));
    title->setWordWrap(true);
    title->setBuddy(m_editor);
    auto* summary = new QLabel(SettingTexts::summary(setting), this);
    summary->setWordWrap(true);
    summary->setFont(Theme::font(Theme::TextSize::Small));
    summary->setForegroundRole(QPalette::PlaceholderText);
    m_editor->setAccessibleName(m_title);
    m_editor->setAccessibleDescription(summary->text());
    m_editor->setMaximumWidth(Theme::space(100));
    m_reset->setIcon(themedIcon(QStringLiteral("undo")));
    m_reset->setToolTip(tr("Back to the default"));
    m_reset->setAccessibleName(tr("Reset %1 to the default").arg(m_title));
    m_reset->setFocusPolicy(Qt::StrongFocus);
    QSizePolicy keep = m_reset->sizePolicy();
    keep.setRetainSizeWhenHidden(true);
    m_reset->setSizePolicy(keep);
    m_problem->setWordWrap(true);
    m_problem->hide();

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, Theme::space(1), 0, Theme::space(1));
    grid->setHorizontalSpacing(Theme::space(3));
    grid->setVerticalSpacing(Theme::space(1));
    grid->addWidget(title, 0, 0);
    grid->addWidget(m_editor, 0, 1);
    if (QWidget* chooser = makeChooser()) {
        grid->addWidget(chooser, 0, 2, Qt::AlignLeft); // the column must be able to grow as under a unit
    } else {
        auto* unit = new QLabel(toQString(setting.unit), this);
        unit->setMinimumWidth(Theme::space(8));
        grid->addWidget(unit, 0, 2);
    }
    grid->addWidget(m_reset, 0, 3);
    grid->addWidget(summary, 1, 1, 1, 3);
    grid->addWidget(m_problem, 2, 1, 1, 3);
    grid->setColumnStretch(1, 1);

    connect(m_reset, &QToolButton::clicked, this, [this] {
        showProblem({});
        apply(toQString(m_setting.defaultValue));
    });
    connect(&store, &ConfigurationStore::changed, this, [this](const QString& key) {
        if (key == toQString(m_setting.key))
            showValue();
    });
    showValue();
}

QWidget* SettingRow::makeEditor()
{
    switch (m_setting.type) {
    case SettingType::Boolean:
        m_check = new QCheckBox(this);
        connect(m_check, &QCheckBox::clicked, this,
                [this](bool on) { apply(on ? QStringLiteral("true") : QStringLiteral("false")); });
        return m_check;
    case SettingType::Choice:
        m_combo = new QComboBox(this);
        for (const QString& value : toQString(m_setting.choices).split(QLatin1Char('|')))
            m_combo->addItem(SettingTexts::choice(m_setting.key, value), value);
        if (m_setting.key == "recognition.back_end")
            // Asking for a graphics card loads its driver, which takes a while.
            QThreadPool::globalInstance()->start([row = QPointer<SettingRow>(this)] {
                QMetaObject::invokeMethod(qApp, [row, present = snn::availableBackEnds()] {
                    if (row)
                        row->disableMissingBackEnds(present);
                });
            });
        connect(m_combo, &QComboBox::activated, this, [this] { apply(m_combo->currentData().toString()); });
        m_combo->setFocusPolicy(Qt::StrongFocus);
        m_combo->setMinimumHeight(Theme::space(8));
        return m_combo;
    case SettingType::Number:
    case SettingType::Text: break;
    }
    m_line = new QLineEdit(this);
    if (m_setting.type == SettingType::Number)
        m_line->setPlaceholderText(tr("%1 to %2").arg(m_setting.low).arg(m_setting.high));
    connect(m_line, &QLineEdit::editingFinished, this, [this] { apply(m_line->text().trimmed()); });
    return m_line;
}

/// What this machine cannot run cannot be chosen; the list says so instead of hiding it.
void SettingRow::disableMissingBackEnds(const std::vector<std::string>& present)
{
    auto* items = qobject_cast<QStandardItemModel*>(m_combo->model());
    for (int i = 0; items && i < m_combo->count(); ++i) {
        const std::string name = m_combo->itemData(i).toString().toStdString();
        const bool runs = name == "auto" || std::any_of(present.begin(), present.end(), [&](const std::string& one) {
                              return one == name || one.starts_with(name + '-');
                          });
        if (runs)
            continue;
        items->item(i)->setEnabled(false);
        items->item(i)->setText(tr("%1: not on this machine").arg(items->item(i)->text()));
    }
}

QWidget* SettingRow::makeChooser()
{
    const bool folder = m_setting.key == "recording.folder" || m_setting.key == "recognition.models_folder";
    if (!folder && m_setting.key != "recognition.model")
        return nullptr;
    auto* button = new QToolButton(this);
    button->setIcon(themedIcon(QStringLiteral("folder")));
    button->setToolTip(folder ? tr("Choose a folder") : tr("Choose a model file"));
    button->setAccessibleName(button->toolTip());
    button->setFocusPolicy(Qt::StrongFocus);
    connect(button, &QToolButton::clicked, this, [this, folder, button] {
        auto* dialog =
            new QFileDialog(this, button->toolTip(), m_line->text(), folder ? QString() : tr("Models (*.bnofmodel)"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, this, &SettingRow::apply);
        dialog->open();
    });
    return button;
}

void SettingRow::apply(const QString& value)
{
    const auto result = m_store.change(m_setting.key, value, m_title);
    if (result.ok()) {
        showProblem({});
        return;
    }
    QString text = toQString(result.error().what);
    if (!result.error().remedy.empty())
        text += QStringLiteral(". ") + toQString(result.error().remedy);
    showProblem(text);
}

void SettingRow::showValue()
{
    const QString value = m_store.text(m_setting.key);
    if (m_line && m_line->text() != value)
        m_line->setText(value);
    if (m_combo)
        m_combo->setCurrentIndex(m_combo->findData(value));
    if (m_check)
        m_check->setChecked(value == QLatin1String("true"));
    m_reset->setVisible(!m_store.values().isDefault(m_setting.key));
    showProblem({});
}

void SettingRow::showProblem(const QString& text)
{
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, Theme::current().severity(Theme::Severity::Error));
    m_problem->setPalette(colours);
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
}

QString SettingRow::problem() const
{
    return m_problem->text();
}

bool SettingRow::matches(const QString& word) const
{
    return m_title.contains(word, Qt::CaseInsensitive) ||
           SettingTexts::summary(m_setting).contains(word, Qt::CaseInsensitive) ||
           toQString(m_setting.key).contains(word, Qt::CaseInsensitive);
}

} // namespace bnof::studio
