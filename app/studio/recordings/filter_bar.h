// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "engine/recording/catalogue.h"

class QComboBox;
class QDateEdit;
class QLabel;
class QLineEdit;
class QPushButton;

namespace bnof::studio {

/// What of the recordings is shown: a search field, choices of gas, device, model, time and state, and how many
/// recordings that leaves. Knows nothing of the catalogue but the choices that it is given.
class FilterBar : public QWidget {
    Q_OBJECT

public:
    explicit FilterBar(QWidget* parent = nullptr);

    [[nodiscard]] recording::CatalogueQuery query() const;
    /// What there is to choose from; what is chosen stays chosen.
    void setChoices(const recording::CatalogueChoices& choices);
    void setCount(int shown, int all);
    /// What is asked for in words, for people: "“ethanol”, gas acetone, last 7 days".
    [[nodiscard]] QString description() const;
    void clear();
    void focusSearch();

signals:
    /// Typing is waited for until it pauses; choices count at once.
    void changed();
    /// The list is wanted: Return or the down arrow in the search field.
    void listWanted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Period { Any, Today, Week, Month, Year, Days };
    enum class State { Any, Damaged, Unverified, Missing };

    QComboBox* addChoice(const QString& name);
    QDateEdit* addDay(const QString& name);
    void fillPeriods();
    void choiceMade();
    /// Days from and to (both included) that the period stands for.
    [[nodiscard]] std::pair<QDate, QDate> days() const;

    QLineEdit* m_search;
    QComboBox* m_gas;
    QComboBox* m_device;
    QComboBox* m_model;
    QComboBox* m_period;
    QComboBox* m_state;
    QDateEdit* m_from;
    QDateEdit* m_to;
    QPushButton* m_clear;
    QLabel* m_count;
    QTimer m_typing;
};

} // namespace bnof::studio
