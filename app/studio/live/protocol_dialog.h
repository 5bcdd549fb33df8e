// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QUndoStack>

#include <string>
#include <vector>

#include "engine/session/protocol.h"

class QCheckBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QTableWidget;
class QTabWidget;

namespace bnof::widgets {
class ProtocolTimeline;
}

namespace bnof::studio {

class Services;

/// Writes a protocol: its course, the gates before it and the valve line, with a preview of what would flow when.
/// Every change can be undone. Saving makes the next version in a file of its own and leaves older ones as they are.
class ProtocolDialog : public QDialog {
    Q_OBJECT

public:
    /// `fresh`: a new protocol instead of the next version of this one.
    ProtocolDialog(Services& services, const session::Protocol& protocol, bool fresh, QWidget* parent = nullptr);

    [[nodiscard]] const session::Protocol& draft() const { return m_draft; }
    [[nodiscard]] QUndoStack& undoStack() { return m_undo; }
    /// Why it cannot be saved as it is; empty when it can.
    [[nodiscard]] QString problem() const;
    /// Put the fields as `protocol` has them, without a step to undo.
    void fill(const session::Protocol& protocol);

    void reject() override;

signals:
    void saved(const QString& path);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// A part of the protocol with its editor, by the place that errors name.
    struct Field {
        std::string place;
        QWidget* editor = nullptr;
        QLabel* label = nullptr;
        int tab = 0;
    };

    QWidget* buildCourse();
    QWidget* buildStimuli();
    QWidget* buildGates();
    QWidget* buildValves();
    void buildFoot();
    void watchUndoKeys();
    QDoubleSpinBox* addNumber(QFormLayout* form, const char* place, const QString& title, double low, double high,
                              const QString& unit);
    QDoubleSpinBox* addLimit(QFormLayout* form, const char* place, const QString& title, double low, double high,
                             const QString& unit);
    QSpinBox* addCount(QFormLayout* form, const char* place, const QString& title, int low, int high);
    QLineEdit* addText(QFormLayout* form, const char* place, const QString& title, const QString& hint = {});
    void addRow(QFormLayout* form, const char* place, const QString& title, QWidget* editor);
    void edited(QObject* field);
    [[nodiscard]] session::Protocol read() const;
    void showStimuli(const std::vector<session::Stimulus>& stimuli);
    void addStimulus();
    void removeStimulus();
    void moveStimulus(int step);
    void changeStimuli(const std::vector<session::Stimulus>& stimuli, int row);
    void check();
    void showProblem(const QString& text, const Field* field);
    void save();

    Services& m_services;
    session::Protocol m_draft;
    int m_knownVersion = 0;
    QString m_knownName;
    QUndoStack m_undo;
    bool m_showing = false; ///< the fields are being filled: nobody edits
    bool m_saving = false;
    std::vector<Field> m_fields;
    int m_tab = 0; ///< that is being built
    QTabWidget* m_tabs;
    QLineEdit* m_name = nullptr;
    QPlainTextEdit* m_notes = nullptr;
    QDoubleSpinBox* m_baseline = nullptr;
    QDoubleSpinBox* m_exposure = nullptr;
    QDoubleSpinBox* m_recovery = nullptr;
    QDoubleSpinBox* m_wait = nullptr;
    QTableWidget* m_stimuli = nullptr;
    QSpinBox* m_replicates = nullptr;
    QSpinBox* m_blanks = nullptr;
    QLineEdit* m_blankCommand = nullptr;
    QCheckBox* m_randomise = nullptr;
    QDoubleSpinBox* m_warmUp = nullptr;
    QDoubleSpinBox* m_gateBaseline = nullptr;
    QDoubleSpinBox* m_slope = nullptr;
    QDoubleSpinBox* m_spread = nullptr;
    QDoubleSpinBox* m_temperatureLow = nullptr;
    QDoubleSpinBox* m_temperatureHigh = nullptr;
    QDoubleSpinBox* m_humidityLow = nullptr;
    QDoubleSpinBox* m_humidityHigh = nullptr;
    QDoubleSpinBox* m_free = nullptr;
    QLineEdit* m_valveSource = nullptr;
    QLineEdit* m_valveBaseline = nullptr;
    QLineEdit* m_valveRecovery = nullptr;
    QLineEdit* m_valveSafe = nullptr;
    QLineEdit* m_terminator = nullptr;
    widgets::ProtocolTimeline* m_preview;
    QLabel* m_problem;
    QPushButton* m_save;
};

} // namespace bnof::studio
