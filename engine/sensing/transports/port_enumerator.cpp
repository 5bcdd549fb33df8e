// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/port_enumerator.h"

#include <QSerialPortInfo>
#include <QSocketNotifier>

#include <algorithm>
#include <utility>

namespace bnof::sensing {
namespace {

PortRoots& currentRoots()
{
    static PortRoots roots;
    return roots;
}

class QtEnumerator final : public PortEnumerator {
public:
    [[nodiscard]] std::vector<PortInfo> ports() const override
    {
        std::vector<PortInfo> ports;
        for (const QSerialPortInfo& info : QSerialPortInfo::availablePorts()) {
            PortInfo port;
            port.path = info.systemLocation().toStdString();
            port.vendor = info.manufacturer().toStdString();
            port.product = info.description().toStdString();
            port.serialNumber = info.serialNumber().toStdString();
            port.vendorId = info.hasVendorIdentifier() ? info.vendorIdentifier() : 0;
            port.productId = info.hasProductIdentifier() ? info.productIdentifier() : 0;
            ports.push_back(std::move(port));
        }
        return ports;
    }
};

bool samePorts(const std::vector<PortInfo>& a, const std::vector<PortInfo>& b)
{
    return std::ranges::equal(a, b, [](const PortInfo& x, const PortInfo& y) {
        return x.path == y.path && x.vendorId == y.vendorId && x.productId == y.productId &&
               x.serialNumber == y.serialNumber && x.location == y.location;
    });
}

} // namespace

void setPortRoots(PortRoots roots)
{
    currentRoots() = std::move(roots);
}

const PortRoots& portRoots()
{
    return currentRoots();
}

std::unique_ptr<PortEnumerator> makePortEnumerator(const PortRoots& roots)
{
    if (auto system = makeSystemEnumerator(roots))
        return system;
    return std::make_unique<QtEnumerator>();
}

PortWatcher::PortWatcher(const PortRoots& roots, const std::vector<std::string>& files, QObject* parent)
    : QObject(parent), m_enumerator(makePortEnumerator(roots)), m_monitor(makeHotPlugMonitor(roots, files))
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(settleMilliseconds);
    connect(&m_settle, &QTimer::timeout, this, &PortWatcher::changed);
    for (const int descriptor : m_monitor->descriptors()) {
        auto notifier = std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read);
        connect(notifier.get(), &QSocketNotifier::activated, this, [this, descriptor] {
            if (m_monitor->take(descriptor))
                m_settle.start();
        });
        m_notifiers.push_back(std::move(notifier));
    }
    if (!m_notifiers.empty())
        return;
    m_known = m_enumerator->ports();
    connect(&m_poll, &QTimer::timeout, this, &PortWatcher::look);
    m_poll.start(pollMilliseconds);
}

PortWatcher::~PortWatcher() = default;

void PortWatcher::look()
{
    auto now = m_enumerator->ports();
    if (samePorts(now, m_known))
        return;
    m_known = std::move(now);
    emit changed();
}

} // namespace bnof::sensing
