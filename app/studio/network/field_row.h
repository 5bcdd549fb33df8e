// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "app/studio/network/network_fields.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace bnof::studio {

/// One value of a network: name, editor, unit, range, and what is wrong with it.
class FieldRow : public QWidget {
    Q_OBJECT

public:
    FieldRow(NetworkField field, QWidget* parent = nullptr);

    [[nodiscard]] const NetworkField& field() const { return m_field; }
    void showValue(const snn::Network& network, bool changed);
    /// Shown until the next value or problem; empty: nothing is wrong.
    void showProblem(const QString& text);
    [[nodiscard]] QString problem() const;
    void setEditable(bool editable, const QString& why);
    [[nodiscard]] QWidget* editor() const;

signals:
    void edited(double value);

private:
    void buildEditor();
    void commit();
    [[nodiscard]] QString rangeText() const;

    NetworkField m_field;
    QLineEdit* m_line = nullptr; ///< one of these two
    QComboBox* m_combo = nullptr;
    QLabel* m_title;
    QLabel* m_hint;
    QLabel* m_problem;
    QString m_shown;
};

} // namespace bnof::studio
