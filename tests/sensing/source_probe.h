// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of live sources share: a sink that keeps everything, and a simulator in a thread.
#pragma once

#include <QtTest/QTest>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/sensing/simulator/simulator_server.h"
#include "engine/sensing/source.h"

namespace bnof::test {

/// Keeps what a source delivers. Used on one thread only.
class SourceProbe : public sensing::SourceSink {
public:
    struct Frame {
        Timestamp t;
        std::vector<float> values;
        double deviceSeconds;
        std::int64_t arrival;
        std::int64_t seen;
    };

    void sourceChannels(std::uint32_t, const std::vector<ChannelInfo>& table) override { channels.push_back(table); }
    void sourceFrame(std::uint32_t, const SensorFrame& frame, std::int64_t arrival) override
    {
        frames.push_back(
            {frame.t, {frame.values.begin(), frame.values.end()}, frame.deviceSeconds, arrival, monotonicNow()});
    }
    void sourceEvent(std::uint32_t, const StreamEvent& event) override
    {
        events.push_back(event);
        framesBeforeEvent.push_back(frames.size());
    }
    void sourceState(std::uint32_t, sensing::ConnectionState state, const std::optional<Error>& problem) override
    {
        states.push_back(state);
        problems.push_back(problem);
    }

    [[nodiscard]] bool is(sensing::ConnectionState state) const { return !states.empty() && states.back() == state; }
    [[nodiscard]] std::size_t count(StreamEvent::Kind kind) const
    {
        return static_cast<std::size_t>(
            std::count_if(events.begin(), events.end(), [kind](const StreamEvent& e) { return e.kind == kind; }));
    }

    std::vector<std::vector<ChannelInfo>> channels;
    std::vector<Frame> frames;
    std::vector<StreamEvent> events;
    std::vector<std::size_t> framesBeforeEvent;
    std::vector<sensing::ConnectionState> states;
    std::vector<std::optional<Error>> problems;
};

/// Runs the event loop until `condition` holds; false when it does not within the time.
inline bool waitFor(const std::function<bool()>& condition, int milliseconds = 10000)
{
    return QTest::qWaitFor(condition, milliseconds);
}

/// A simulator serving on its own thread until the end of its life.
class RunningSimulator {
public:
    explicit RunningSimulator(std::unique_ptr<sensing::SimulatorServer> server)
        : m_server(std::move(server)), m_thread([this] { m_result = m_server->run(); })
    {}
    ~RunningSimulator() { finish(); }
    void finish()
    {
        m_server->stop();
        if (m_thread.joinable())
            m_thread.join();
    }
    void waitForEnd()
    {
        if (m_thread.joinable())
            m_thread.join();
    }
    sensing::SimulatorServer& server() { return *m_server; }
    [[nodiscard]] const Result<void>& result() const { return m_result; }

private:
    std::unique_ptr<sensing::SimulatorServer> m_server;
    Result<void> m_result;
    std::thread m_thread;
};

} // namespace bnof::test
