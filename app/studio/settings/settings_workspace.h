// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QWidget>

#include <vector>

class QLabel;
class QLineEdit;

namespace bnof::studio {

class Services;
class SettingRow;

/// Every setting of the program, made from the table that the file and the command line follow too.
class SettingsWorkspace : public QWidget {
    Q_OBJECT

public:
    explicit SettingsWorkspace(Services& services, QWidget* parent = nullptr);

    [[nodiscard]] SettingRow* row(const QString& key) const { return m_rows.value(key); }

private:
    void filter(const QString& text);

    struct Section {
        QWidget* box = nullptr;
        std::vector<SettingRow*> rows;
    };
    QLineEdit* m_search;
    QLabel* m_nothing;
    std::vector<Section> m_sections;
    QHash<QString, SettingRow*> m_rows;
};

} // namespace bnof::studio
