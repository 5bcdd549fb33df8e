// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <optional>
#include <vector>

#include "engine/olfaction/model_registry.h"

class QTableWidget;

namespace bnof::studio {

class ActionRegistry;
class Services;
class Training;
class VerdictPanel;

/// The lab's models: what each is worth, which one recognises, and what can be done with them.
class ModelsPanel : public QWidget {
    Q_OBJECT

public:
    ModelsPanel(Services& services, Training& training, ActionRegistry& actions, QWidget* parent = nullptr);

    /// Read the folder again; `path` is chosen as soon as it is listed.
    void refresh(const QString& path = {});
    [[nodiscard]] QTableWidget& table() { return *m_table; }
    [[nodiscard]] VerdictPanel& verdict() { return *m_verdict; }
    [[nodiscard]] const std::vector<olfaction::RegisteredModel>& models() const { return m_models; }
    void updateActions();

signals:
    void notice(const QString& text);

private:
    void showModels();
    void showChosen();
    [[nodiscard]] const olfaction::RegisteredModel* current() const;
    [[nodiscard]] QString setting(const olfaction::RegisteredModel& model) const;
    void use();
    void askForCard();
    void confirmDelete();

    Services& m_services;
    Training& m_training;
    ActionRegistry& m_actions;
    std::vector<olfaction::RegisteredModel> m_models;
    QString m_default; ///< path of the model that ships with the program
    QTableWidget* m_table;
    VerdictPanel* m_verdict;
    QString m_wanted;
    int m_request = 0;
};

} // namespace bnof::studio
