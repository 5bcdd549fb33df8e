// SPDX-License-Identifier: GPL-3.0-or-later
// A simulated nose, a session on it, and waiting for what it does.
#pragma once

#include <QTest>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/files.h"
#include "engine/sensing/simulator/simulator_server.h"
#include "engine/session/session.h"

namespace bnof::test {

/// A simulator that serves on its own thread for as long as it lives.
class RunningSimulator {
public:
    explicit RunningSimulator(sensing::SimulatorOptions options)
    {
        auto created = sensing::SimulatorServer::create(std::move(options));
        if (!created.ok())
            qFatal("%s", created.error().message().c_str());
        m_server = std::move(*created);
        m_thread = std::thread([this] { (void)m_server->run(); });
    }
    ~RunningSimulator()
    {
        m_server->stop();
        m_thread.join();
    }
    /// With these parameters ("time=device") added.
    [[nodiscard]] sensing::SourceUri uri(const std::string& parameters = {}) const
    {
        const std::string& base = m_server->uri();
        const std::string joint = base.find('?') == std::string::npos ? "?" : "&";
        auto parsed = sensing::SourceUri::parse(parameters.empty() ? base : base + joint + parameters);
        if (!parsed.ok())
            qFatal("%s", parsed.error().message().c_str());
        return *parsed;
    }

private:
    std::unique_ptr<sensing::SimulatorServer> m_server;
    std::thread m_thread;
};

/// The model that ships with the program; empty when it cannot be found.
inline std::vector<std::uint8_t> defaultModel()
{
    const auto path = findResource("models/default.bnofmodel");
    const auto text = path.ok() ? readFile(*path) : Result<std::string>(path.error());
    if (!text.ok())
        return {};
    return {text->begin(), text->end()};
}

template <typename Condition> bool waitFor(const Condition& condition, int milliseconds = 30000)
{
    return QTest::qWaitFor(condition, milliseconds);
}

inline std::unique_ptr<session::Session> startSession(session::SessionConfiguration configuration)
{
    auto started = session::Session::start(std::move(configuration));
    if (!started.ok())
        qFatal("%s", started.error().message().c_str());
    return std::move(*started);
}

inline void stopAndWait(session::Session& session)
{
    session.stop();
    QVERIFY(waitFor([&] { return session.status().finished; }));
}

} // namespace bnof::test
