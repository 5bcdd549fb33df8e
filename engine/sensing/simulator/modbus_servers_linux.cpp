// SPDX-License-Identifier: GPL-3.0-or-later
// Contract of this file (a twin per operating system): makeModbusServer(). Here, a serial line is a pair of
// pseudo-terminals whose other ends are joined: Qt's Modbus server wants a port of its own to open.
#include <QHostAddress>
#include <QModbusRtuSerialServer>
#include <QModbusTcpServer>
#include <QSerialPort>
#include <QSocketNotifier>
#include <QTcpServer>
#include <QVariant>

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <utility>
#include <vector>

#include "engine/sensing/decoders/decoder_text.h"
#include "engine/sensing/simulator/network_servers.h"

namespace bnof::sensing {
namespace {

constexpr int unitNumber = 1;
constexpr int registerCount = 256;

/// A pair of pseudo-terminals, joined: what one side writes the other reads.
class JoinedTerminals : public QObject {
public:
    explicit JoinedTerminals(QObject* parent) : QObject(parent) {}
    bool open()
    {
        termios raw{};
        ::cfmakeraw(&raw);
        for (End& end : m_ends) {
            std::array<char, 256> name{};
            if (::openpty(&end.master, &end.slave, name.data(), &raw, nullptr) != 0)
                return false;
            end.path = name.data();
            ::fcntl(end.master, F_SETFL, O_NONBLOCK);
            ::fcntl(end.master, F_SETFD, FD_CLOEXEC);
            ::fcntl(end.slave, F_SETFD, FD_CLOEXEC);
        }
        for (std::size_t side : {std::size_t{0}, std::size_t{1}}) {
            auto* notifier = new QSocketNotifier(m_ends[side].master, QSocketNotifier::Read, this);
            connect(notifier, &QSocketNotifier::activated, this,
                    [this, side] { carry(m_ends[side].master, m_ends[1 - side].master); });
        }
        return true;
    }
    ~JoinedTerminals() override
    {
        qDeleteAll(findChildren<QSocketNotifier*>());
        for (const End& end : m_ends)
            for (const int fd : {end.master, end.slave})
                if (fd >= 0)
                    ::close(fd);
    }
    [[nodiscard]] const std::string& path(std::size_t side) const { return m_ends[side].path; }

private:
    struct End {
        int master = -1;
        int slave = -1; ///< kept open, so that a client that goes leaves no hang-up behind
        std::string path;
    };
    static void carry(int from, int to)
    {
        std::array<char, 4096> bytes;
        const ssize_t count = ::read(from, bytes.data(), bytes.size());
        if (count > 0) // a side that does not read loses bytes, as on a wire
            [[maybe_unused]]
            const auto written = ::write(to, bytes.data(), static_cast<std::size_t>(count));
    }
    std::array<End, 2> m_ends;
};

class ModbusServer final : public NetworkServer {
public:
    ModbusServer(bool serial, std::function<void(std::size_t)> clients)
        : m_serial(serial), m_clients(std::move(clients))
    {}
    ~ModbusServer() override
    {
        if (m_server != nullptr)
            m_server->disconnectDevice();
    }

    Result<void> open(int port) override
    {
        const auto problem = m_serial ? openSerial() : openTcp(port);
        if (!problem.ok())
            return problem;
        m_server->setMap({{QModbusDataUnit::InputRegisters, {QModbusDataUnit::InputRegisters, 0, registerCount}}});
        m_server->setServerAddress(unitNumber);
        // A register keeps its NaN until the device has measured.
        transmit("0" + QByteArray(",nan").repeated(registerCount / 2));
        if (!m_server->connectDevice())
            return makeError(ErrorKind::Device,
                             "the Modbus server cannot be opened (" + m_server->errorString().toStdString() + ")",
                             uri(), "Choose another port, or 0 for any free one.");
        m_clients(1);
        return {};
    }
    int port() const override { return m_port; }
    std::string uri() const override
    {
        const std::string place =
            m_serial ? "modbus-rtu:" + m_terminals.path(1) : "modbus-tcp://127.0.0.1:" + std::to_string(m_port);
        return place + "?map=bnof-nose";
    }
    bool transmit(const QByteArray& lines) override
    {
        for (const QByteArray& line : lines.split('\n')) {
            const auto fields = line.split(',');
            double value = 0;
            if (fields.size() < 2 || line.startsWith('#') || !parseValue(fields[0].toStdString(), false, value))
                continue;
            for (qsizetype i = 1; i < fields.size() && 2 * i <= registerCount; ++i)
                if (parseValue(fields[i].toStdString(), false, value))
                    store(static_cast<quint16>(2 * (i - 1)), toFloat(value));
        }
        return true;
    }

private:
    Result<void> openTcp(int port)
    {
        m_port = port;
        if (m_port == 0) { // Qt's server cannot say which one it took
            QTcpServer probe;
            probe.listen(QHostAddress::LocalHost);
            m_port = probe.serverPort();
        }
        m_server = std::make_unique<QModbusTcpServer>();
        m_server->setConnectionParameter(QModbusDevice::NetworkAddressParameter, QStringLiteral("127.0.0.1"));
        m_server->setConnectionParameter(QModbusDevice::NetworkPortParameter, m_port);
        return {};
    }
    Result<void> openSerial()
    {
        if (!m_terminals.open())
            return makeError(ErrorKind::Device, "cannot make pseudo-terminals", "/dev/ptmx",
                             "Check that /dev/pts is mounted and has room.");
        m_server = std::make_unique<QModbusRtuSerialServer>();
        m_server->setConnectionParameter(QModbusDevice::SerialPortNameParameter,
                                         QString::fromStdString(m_terminals.path(0)));
        m_server->setConnectionParameter(QModbusDevice::SerialBaudRateParameter, 115200);
        m_server->setConnectionParameter(QModbusDevice::SerialParityParameter, static_cast<int>(QSerialPort::NoParity));
        return {};
    }
    void store(quint16 address, float value)
    {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        m_server->setData(QModbusDataUnit::InputRegisters, address, static_cast<quint16>(bits >> 16));
        m_server->setData(QModbusDataUnit::InputRegisters, static_cast<quint16>(address + 1),
                          static_cast<quint16>(bits & 0xFFFF));
    }

    bool m_serial;
    std::function<void(std::size_t)> m_clients;
    JoinedTerminals m_terminals{this};
    std::unique_ptr<QModbusServer> m_server;
    int m_port = 0;
};

} // namespace

std::unique_ptr<NetworkServer> makeModbusServer(bool serial, std::function<void(std::size_t)> clients)
{
    auto server = std::make_unique<ModbusServer>(serial, std::move(clients));
    return server;
}

} // namespace bnof::sensing
