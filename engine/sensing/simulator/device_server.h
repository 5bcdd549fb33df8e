// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/sensing/simulator/fault_injector.h"
#include "engine/sensing/simulator/simulated_device.h"

namespace bnof::sensing {

class SimulatorLink;

struct DeviceServerOptions {
    std::string device;     ///< one of simulatedDevices()
    std::string on = "pty"; ///< "pty" or "tcp"
    SimulatedDeviceOptions setting;
    double durationSeconds = 0;        ///< from the start; 0: until stop()
    std::vector<Fault> faults;         ///< applied to messages
    std::string address = "127.0.0.1"; ///< tcp
    int port = 0;                      ///< tcp; 0: any free one
    std::string symlink;               ///< pty: a path that always points at the port; empty: none
};

/// A simulated device of a published protocol on a real pseudo-terminal or socket: answers commands, speaks by
/// itself where the device does, and misbehaves as its faults say.
class DeviceServer {
public:
    struct Counts {
        std::uint64_t messages = 0;  ///< that the device sent, before faults
        std::uint64_t delivered = 0; ///< taken by a client as a whole
        std::uint64_t bytesReceived = 0;
        std::uint64_t clients = 0;
    };

    /// Opens the port. Errors name the option that is wrong.
    [[nodiscard]] static Result<std::unique_ptr<DeviceServer>> create(DeviceServerOptions options);
    ~DeviceServer();

    /// What to connect to, with the decoder and its parameters.
    [[nodiscard]] const std::string& uri() const { return m_uri; }
    /// Serves on the calling thread until the duration is over or stop(). Once only.
    Result<void> run();
    /// Ends run() within milliseconds; any thread, safe in a signal handler.
    void stop();
    [[nodiscard]] Counts counts() const; ///< any thread

private:
    DeviceServer(DeviceServerOptions options, std::unique_ptr<SimulatedDevice> device,
                 std::unique_ptr<SimulatorLink> link);
    void transmit(const std::vector<std::string>& messages, double seconds);
    void serve(std::int64_t start, std::int64_t until);
    void await(std::int64_t deadline);
    [[nodiscard]] bool stopped() const { return m_stopped.load(std::memory_order_relaxed); }

    DeviceServerOptions m_options;
    std::unique_ptr<SimulatedDevice> m_device;
    std::unique_ptr<SimulatorLink> m_link;
    FaultInjector m_faults;
    std::string m_uri;
    std::string m_temporaryFolder;
    std::string m_received;
    std::vector<std::string> m_messages;
    std::atomic<bool> m_stopped{false};
    std::atomic<std::uint64_t> m_messageCount{0};
    std::atomic<std::uint64_t> m_delivered{0};
    std::atomic<std::uint64_t> m_bytesReceived{0};
    std::atomic<std::uint64_t> m_clients{0};
};

} // namespace bnof::sensing
