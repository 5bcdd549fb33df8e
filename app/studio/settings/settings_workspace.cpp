// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/settings/settings_workspace.h"

#include <QAction>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "app/studio/settings/setting_row.h"
#include "app/studio/settings/setting_texts.h"
#include "app/studio/shell/action_registry.h"
#include "app/studio/shell/banner.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

/// These have a row of their own: nobody types a role or the hash of a PIN.
bool isAboutRoles(std::string_view key)
{
    return key == "general.role" || key == "general.engineer_pin";
}

} // namespace

SettingsWorkspace::SettingsWorkspace(Services& services, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_services(services), m_banner(new Banner(tr("Who may change settings"), this)),
      m_search(new QLineEdit(this)), m_nothing(new QLabel(tr("No setting matches."), this))
{
    setObjectName(QStringLiteral("settingsWorkspace"));
    setAccessibleName(tr("Settings"));
    m_search->setPlaceholderText(tr("Search settings …"));
    m_search->setAccessibleName(tr("Search settings"));
    m_search->setClearButtonEnabled(true);
    m_search->setMaximumWidth(Theme::space(100));
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(Theme::space(6), Theme::space(2), Theme::space(6), Theme::space(6));
    column->setSpacing(Theme::space(2));

    std::string_view present;
    QVBoxLayout* box = nullptr;
    for (const Setting& setting : settings()) {
        const std::string_view section = setting.key.substr(0, setting.key.find('.'));
        if (section != present) {
            present = section;
            auto* group = new QWidget(page);
            box = new QVBoxLayout(group);
            box->setContentsMargins(0, Theme::space(3), 0, Theme::space(2));
            box->setSpacing(0);
            auto* title = new QLabel(SettingTexts::section(section), group);
            title->setFont(Theme::font(Theme::TextSize::Title, true));
            box->addWidget(title);
            column->addWidget(group);
            m_sections.push_back({group, {}});
            if (section == "general")
                box->addWidget(makeRoleRow(actions));
        }
        if (isAboutRoles(setting.key))
            continue;
        auto* row = new SettingRow(services.configuration, setting, page);
        box->addWidget(row);
        m_sections.back().rows.push_back(row);
        m_rows.insert(toQString(setting.key), row);
    }
    column->addWidget(m_nothing);
    auto* place = new QLabel(tr("Settings are kept in %1; every change is saved at once and can be undone with Ctrl+Z.")
                                 .arg(toQString(services.configuration.path())),
                             page);
    place->setWordWrap(true);
    place->setFont(Theme::font(Theme::TextSize::Small));
    place->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(place);
    column->addStretch(1);
    m_nothing->hide();

    auto* area = new QScrollArea(this);
    page->setMaximumWidth(Theme::space(220));
    area->setWidget(page);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setAccessibleName(tr("Settings"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(Theme::space(6), Theme::space(3), Theme::space(6), 0);
    head->addWidget(m_search, 1);
    head->addStretch(1);
    layout->addWidget(m_banner);
    layout->addLayout(head);
    layout->addWidget(area, 1);
    connect(m_banner, &Banner::pressed, actions.action(QStringLiteral("role")), &QAction::trigger);
    connect(&services.roles, &Roles::changed, this, &SettingsWorkspace::followRole);
    connect(m_search, &QLineEdit::textChanged, this, &SettingsWorkspace::filter);
    followRole();
}

QWidget* SettingsWorkspace::makeRoleRow(ActionRegistry& actions)
{
    auto* box = new QWidget(this);
    auto* title = new QLabel(SettingTexts::title("general.role"), box);
    title->setFixedWidth(Theme::space(48));
    auto* summary = new QLabel(SettingTexts::summary(*findSetting("general.role")), box);
    summary->setWordWrap(true);
    summary->setFont(Theme::font(Theme::TextSize::Small));
    summary->setForegroundRole(QPalette::PlaceholderText);
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, Theme::space(1), 0, Theme::space(1));
    grid->setHorizontalSpacing(Theme::space(3));
    grid->setVerticalSpacing(Theme::space(1));
    grid->addWidget(title, 0, 0);
    int column = 1;
    for (const char* id : {"role", "engineer-pin"}) {
        QAction* action = actions.action(QLatin1String(id));
        auto* button = new QToolButton(box);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setFocusPolicy(Qt::StrongFocus);
        const auto name = [button, action] { button->setAccessibleName(action->iconText()); };
        connect(action, &QAction::changed, button, name);
        name();
        grid->addWidget(button, 0, column++);
    }
    grid->addWidget(summary, 1, 1, 1, 3);
    grid->setColumnStretch(3, 1);
    return box;
}

void SettingsWorkspace::followRole()
{
    const Roles& roles = m_services.roles;
    if (roles.isEngineer())
        m_banner->clear();
    else
        m_banner->showMessage(Theme::Severity::Info, Roles::refusal(), tr("Switch role…"));
    for (auto row = m_rows.keyValueBegin(); row != m_rows.keyValueEnd(); ++row)
        row->second->setEnabled(roles.mayChange(row->first.toStdString()));
}

void SettingsWorkspace::filter(const QString& text)
{
    const QStringList words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    bool any = false;
    for (const Section& section : m_sections) {
        bool some = false;
        for (SettingRow* row : section.rows) {
            const bool shown =
                std::all_of(words.begin(), words.end(), [row](const QString& word) { return row->matches(word); });
            row->setVisible(shown);
            some = some || shown;
        }
        section.box->setVisible(some);
        any = any || some;
    }
    m_nothing->setVisible(!any);
}

} // namespace bnof::studio
