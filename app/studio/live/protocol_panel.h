// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QPointer>
#include <QWidget>

#include <vector>

#include "app/studio/services/protocol_controller.h"
#include "app/studio/services/protocol_files.h"
#include "widgets/protocol_timeline.h"

class QComboBox;
class QDialog;
class QGridLayout;
class QLabel;
class QLineEdit;
class QToolButton;

namespace bnof::studio {

class ActionRegistry;
class Services;

/// The plan as the timeline shows it, in the user's language.
[[nodiscard]] std::vector<widgets::PlannedPhase> shownPlan(const session::Protocol& protocol,
                                                           const std::vector<session::Phase>& plan);

/// The exposure protocol beside the traces: which one, in which order, whether it may start, where it is, and what
/// to do with it afterwards.
class ProtocolPanel : public QWidget {
    Q_OBJECT

public:
    ProtocolPanel(Services& services, ActionRegistry& actions, QWidget* parent = nullptr);

    /// Say for every action of the protocol whether it can be used now.
    void updateActions();
    /// In the operator view a protocol can be run but not changed.
    void setLocked(bool locked);
    [[nodiscard]] widgets::ProtocolTimeline& timeline() { return *m_timeline; }
    [[nodiscard]] QComboBox& chooser() { return *m_chooser; }

signals:
    /// A protocol was chosen: show this.
    void wanted();

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void buildLayout();
    void styleForTheme();
    void connectActions();
    void listFiles();
    void showFiles(std::vector<ProtocolFile> files);
    void chooserActivated(int row);
    void showChosen();
    void showStatus();
    void showGates();
    void showMessage();
    [[nodiscard]] QString message() const;
    void openFile();
    void edit(bool fresh);
    void askAbort();
    void askForTrainingSet();

    Services& m_services;
    ActionRegistry& m_actions;
    ProtocolController& m_protocol;
    QComboBox* m_chooser;
    QLineEdit* m_seed;
    widgets::ProtocolTimeline* m_timeline;
    QLabel* m_message;
    QWidget* m_gateBox;
    QGridLayout* m_gateGrid;
    std::vector<QLabel*> m_gateLabels;
    QHash<QString, QToolButton*> m_buttons;
    QString m_shownPath; ///< the choice for which this was brought into view
    QPointer<QDialog> m_question;
    QPointer<QDialog> m_editor;
    bool m_locked = false;
};

} // namespace bnof::studio
