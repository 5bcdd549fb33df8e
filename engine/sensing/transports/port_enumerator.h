// SPDX-License-Identifier: GPL-3.0-or-later
// Which serial ports there are, and when that changes.
#pragma once

#include <QObject>
#include <QTimer>

#include <memory>
#include <string>
#include <vector>

#include "engine/sensing/transports/ports.h"

class QSocketNotifier;

namespace bnof::sensing {

/// Where the system shows its devices. Tests put a tree of their own here.
struct PortRoots {
    std::string sys = "/sys";
    std::string dev = "/dev";
};
/// For the whole program; set it before other threads use ports.
void setPortRoots(PortRoots roots);
[[nodiscard]] const PortRoots& portRoots();

/// One way of finding the ports. Any thread.
class PortEnumerator {
public:
    virtual ~PortEnumerator() = default;
    /// Without uri and suggestion, which listPorts() adds.
    [[nodiscard]] virtual std::vector<PortInfo> ports() const = 0;
};
/// The system's own table (Linux: sysfs) where there is one, else what QSerialPortInfo finds.
[[nodiscard]] std::unique_ptr<PortEnumerator> makePortEnumerator(const PortRoots& roots);

/// The system's table, by a twin per operating system; empty where there is none at these roots.
[[nodiscard]] std::unique_ptr<PortEnumerator> makeSystemEnumerator(const PortRoots& roots);
/// Says without polling that ports came, went or changed their permissions, by a twin per operating system.
class HotPlugMonitor {
public:
    virtual ~HotPlugMonitor() = default;
    /// Descriptors that become readable when something happened; none: there is no such service here.
    [[nodiscard]] virtual std::vector<int> descriptors() const = 0;
    /// Takes what happened at this descriptor; true when it may concern a port.
    virtual bool take(int descriptor) = 0;
};
/// `files` are watched too, wherever they are (a link to a pseudo-terminal).
[[nodiscard]] std::unique_ptr<HotPlugMonitor> makeHotPlugMonitor(const PortRoots& roots,
                                                                 const std::vector<std::string>& files);

/// Emits changed() soon after ports came or went; looks once a second only where the system does not tell.
class PortWatcher : public QObject {
    Q_OBJECT

public:
    static constexpr int settleMilliseconds = 50; ///< an appearance is a burst of events
    static constexpr int pollMilliseconds = 1000;

    explicit PortWatcher(const PortRoots& roots = portRoots(), const std::vector<std::string>& files = {},
                         QObject* parent = nullptr);
    ~PortWatcher() override;
    [[nodiscard]] bool polls() const { return m_notifiers.empty(); }

signals:
    void changed();

private:
    void look();

    std::unique_ptr<PortEnumerator> m_enumerator;
    std::unique_ptr<HotPlugMonitor> m_monitor;
    std::vector<std::unique_ptr<QSocketNotifier>> m_notifiers;
    std::vector<PortInfo> m_known;
    QTimer m_settle;
    QTimer m_poll;
};

} // namespace bnof::sensing
