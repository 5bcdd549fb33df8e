// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QWidget>

#include <vector>

class QLabel;
class QLineEdit;

namespace bnof::studio {

class ActionRegistry;
class Banner;
class Services;
class SettingRow;

/// Every setting of the program, made from the table that the file and the command line follow too. For operators
/// most of them can only be read.
class SettingsWorkspace : public QWidget {
    Q_OBJECT

public:
    SettingsWorkspace(Services& services, ActionRegistry& actions, QWidget* parent = nullptr);

    [[nodiscard]] SettingRow* row(const QString& key) const { return m_rows.value(key); }

private:
    QWidget* makeRoleRow(ActionRegistry& actions);
    void filter(const QString& text);
    void followRole();

    struct Section {
        QWidget* box = nullptr;
        std::vector<SettingRow*> rows;
    };
    Services& m_services;
    Banner* m_banner;
    QLineEdit* m_search;
    QLabel* m_nothing;
    std::vector<Section> m_sections;
    QHash<QString, SettingRow*> m_rows;
};

} // namespace bnof::studio
