// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "engine/base/configuration.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QCheckBox;
class QToolButton;

namespace bnof::studio {

class ConfigurationStore;

/// One setting: its name, an editor of its type, its unit, what it does, a way back to the default, and
/// what is wrong with a value that was refused.
class SettingRow : public QWidget {
    Q_OBJECT

public:
    SettingRow(ConfigurationStore& store, const Setting& setting, QWidget* parent = nullptr);

    [[nodiscard]] const Setting& setting() const { return m_setting; }
    [[nodiscard]] bool matches(const QString& word) const;
    /// The editor, for tests and for keyboard focus.
    [[nodiscard]] QWidget* editor() const { return m_editor; }
    [[nodiscard]] QString problem() const;

private:
    QWidget* makeEditor();
    QWidget* makeChooser(); ///< null when the value is not a file or folder
    void disableMissingBackEnds(const std::vector<std::string>& present);
    void apply(const QString& value);
    void showValue();
    void showProblem(const QString& text);

    ConfigurationStore& m_store;
    const Setting& m_setting;
    QString m_title;
    QLineEdit* m_line = nullptr; ///< one of these three is the editor
    QComboBox* m_combo = nullptr;
    QCheckBox* m_check = nullptr;
    QWidget* m_editor;
    QToolButton* m_reset;
    QLabel* m_problem;
};

} // namespace bnof::studio
