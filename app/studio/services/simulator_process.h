// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QProcess>
#include <QString>

namespace bnof::studio {

/// The simulated nose: `bnof simulate` as a child process that speaks real bytes over a pseudo-terminal.
/// It ends with this object, and with the program however that ends.
class SimulatorProcess : public QObject {
    Q_OBJECT

public:
    explicit SimulatorProcess(QObject* parent = nullptr);
    ~SimulatorProcess() override;

    /// Start it; `arguments` are added to `simulate --on pty`.
    void start(const QStringList& arguments = {});
    [[nodiscard]] qint64 processId() const { return m_process.processId(); }
    /// The `bnof` program: beside this one, $BNOF_PROGRAM, or on the path. Empty when there is none.
    [[nodiscard]] static QString program();

signals:
    /// The source URI that it printed.
    void ready(const QString& uri);
    /// It could not be started or ended before it was asked to.
    void failed(const QString& why);

private:
    void readOutput();
    void report(const QString& why);

    QProcess m_process;
    QByteArray m_firstLine;
    bool m_announced = false;
    bool m_stopping = false;
};

} // namespace bnof::studio
