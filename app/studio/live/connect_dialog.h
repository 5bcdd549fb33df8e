// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include <vector>

#include "app/studio/live/source_preview.h"
#include "engine/sensing/transports/port_enumerator.h"
#include "engine/sensing/transports/ports.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QTableWidget;

namespace bnof::studio {

class Services;

/// Choose a port, or a kind of source and write its address; look at three seconds of it; connect. Says in words why a
/// port cannot be opened, with the command to copy. A port that is plugged in appears by itself.
class ConnectDialog : public QDialog {
    Q_OBJECT

public:
    explicit ConnectDialog(Services& services, QWidget* parent = nullptr);
    ~ConnectDialog() override;

    /// The source that was chosen.
    [[nodiscard]] QString sourceUri() const;
    void setSourceUri(const QString& uri);

    /// Whether the sensors that are connected stay.
    [[nodiscard]] bool isBeside() const;

signals:
    /// Emitted once, when the device is free to be opened by the session.
    void connectRequested(const QString& uri);

private:
    QWidget* buildChoice();
    QWidget* buildPreview();
    void updatePorts();
    void showPorts(const std::vector<sensing::PortInfo>& ports);
    [[nodiscard]] QString portsAsTsv() const;
    void portChosen();
    void kindChosen();
    void showHint(const QString& scheme);
    void parametersChanged();
    void uriEdited();
    void diagnose();
    void setProblem(const QString& text, const QString& command);
    void togglePreview();
    void showPreview();
    void requestConnection();
    void remember(const QString& uri);
    void listDecoders();
    /// Opens the editor of device formats, with the one that is chosen or with a new one.
    void openEditor(const QString& decoder);

    Services& m_services;
    QListWidget* m_ports;
    QComboBox* m_kind;
    QComboBox* m_uri;
    QLabel* m_uriHint;
    QComboBox* m_baud;
    QComboBox* m_decoder;
    QPushButton* m_editDecoder;
    QLabel* m_problem;
    QPushButton* m_copyCommand;
    QPushButton* m_listen;
    QLabel* m_previewText;
    QTableWidget* m_values;
    QPushButton* m_connect;
    QCheckBox* m_beside;
    QString m_command;
    sensing::PortWatcher m_portWatcher;
    bool m_lookingUp = false;
    bool m_settling = false; ///< fields follow one another; do not answer
    bool m_connecting = false;
    std::vector<sensing::PortInfo> m_known;
    SourcePreview m_preview;
};

} // namespace bnof::studio
