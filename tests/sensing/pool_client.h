// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of the pool share: plain sockets that play sensors, and a visitor that keeps everything.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/sensing/pool/hand_off.h"
#include "engine/sensing/pool/sensor_group.h"

namespace bnof::test {

/// A sensor's end of a connection; closes with it.
class SensorSocket {
public:
    explicit SensorSocket(int descriptor = -1) : m_descriptor(descriptor) {}
    SensorSocket(SensorSocket&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    SensorSocket& operator=(SensorSocket&& other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    ~SensorSocket() { close(); }

    [[nodiscard]] static SensorSocket connectTo(int port)
    {
        SensorSocket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (socket.m_descriptor < 0 ||
            ::connect(socket.m_descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            socket.close();
        return socket;
    }
    /// False when the other side is gone.
    bool send(std::string_view text) const
    {
        while (!text.empty()) {
            const ssize_t sent = ::send(m_descriptor, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    /// As much as the connection takes now; the number of bytes.
    std::size_t sendSome(std::string_view text) const
    {
        const ssize_t sent = ::send(m_descriptor, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        return sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }
    /// The other side has closed.
    [[nodiscard]] bool isClosed() const
    {
        char byte = 0;
        return ::recv(m_descriptor, &byte, 1, MSG_DONTWAIT) == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    }
    [[nodiscard]] bool isOpen() const { return m_descriptor >= 0; }
    void close()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
        m_descriptor = -1;
    }
    /// Closes with a reset instead of an orderly end.
    void abort()
    {
        const linger none{1, 0};
        ::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
        close();
    }

private:
    int m_descriptor;
};

/// Keeps what sensors deliver. One thread.
class SensorProbe : public sensing::SensorVisitor {
public:
    struct Seen {
        std::string name;
        std::vector<ChannelInfo> channels;
        bool simulated = false;
        std::vector<std::vector<float>> frames;
        std::vector<Timestamp> times;
        std::vector<double> deviceSeconds;
        std::vector<StreamEvent> events;
        std::vector<std::size_t> framesBeforeEvent;
        std::vector<sensing::ConnectionState> states;
        std::vector<std::optional<Error>> problems;
    };

    void sensorAdded(const sensing::SensorAdded& sensor) override
    {
        sensors.resize(sensor.sensor + 1);
        sensors.back().name = sensor.name;
    }
    void sensorChannels(const sensing::SensorChannels& channels) override
    {
        sensors[channels.sensor].channels = *channels.channels;
        sensors[channels.sensor].simulated = channels.simulated;
    }
    void sensorFrame(std::uint32_t sensor, const SensorFrame& frame, std::int64_t) override
    {
        ++frames;
        Seen& seen = sensors[sensor];
        seen.frames.emplace_back(frame.values.begin(), frame.values.end());
        seen.times.push_back(frame.t);
        seen.deviceSeconds.push_back(frame.deviceSeconds);
    }
    void sensorEvent(const sensing::SensorEvent& event) override
    {
        Seen& seen = sensors[event.sensor];
        seen.framesBeforeEvent.push_back(seen.frames.size());
        seen.events.push_back(event.event);
    }
    void sensorState(const sensing::SensorStateChange& change) override
    {
        Seen& seen = change.sensor == sensing::wholeSource ? source : sensors[change.sensor];
        seen.states.push_back(change.state);
        seen.problems.push_back(change.problem);
    }
    [[nodiscard]] const Seen* named(std::string_view name) const
    {
        for (const Seen& seen : sensors)
            if (seen.name == name)
                return &seen;
        return nullptr;
    }

    std::vector<Seen> sensors;
    Seen source;
    std::size_t frames = 0;
};

[[nodiscard]] inline std::size_t countOf(const SensorProbe::Seen& seen, StreamEvent::Kind kind)
{
    std::size_t count = 0;
    for (const StreamEvent& event : seen.events)
        count += event.kind == kind ? 1 : 0;
    return count;
}

/// Takes what comes until `condition` holds; false when it does not within the time.
inline bool takeUntil(sensing::HandOff& handOff, SensorProbe& probe, const std::function<bool()>& condition,
                      int milliseconds = 10000)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    while (true) {
        handOff.take(probe);
        if (condition())
            return true;
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

} // namespace bnof::test
