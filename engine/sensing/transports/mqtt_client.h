// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace bnof::sensing {

struct MqttSettings {
    std::string host;
    int port = 1883;
    std::string subscription;
    int qos = 0;
    std::string clientId; ///< empty: a random one
    std::string user;
    std::string password;
    bool tls = false;
    std::string ca;   ///< PEM file; empty with tls: the system's authorities
    std::string cert; ///< PEM files of a client's certificate and its key; both or none
    std::string key;
};

struct MqttMessage {
    std::string topic;
    std::string payload;
    bool retained = false;
    std::int64_t arrival = 0; ///< monotonicNow()
};

/// One connection to a broker by libmosquitto, on a thread of its own, because looking up a name blocks. Nothing
/// here blocks the caller: a thread that is still busy with a look-up ends by itself afterwards.
class MqttClient {
public:
    static constexpr int connectSeconds = 5; ///< then the attempt counts as failed
    static constexpr int keepAliveSeconds = 10;
    static constexpr std::size_t maximumWaiting = 8U << 20; ///< bytes of messages that nobody took yet

    struct Failure {
        Error error;
        bool retry = true;
    };
    /// What happened since the last call.
    struct News {
        bool opened = false; ///< connected and subscribed
        std::vector<MqttMessage> messages;
        std::uint64_t lost = 0; ///< messages that had no more room, or were larger than a row may be
        std::unique_ptr<Failure> failure;
    };

    /// Begins to connect. `wake` is called on the client's thread when there is something to take; it must be quick.
    MqttClient(const MqttSettings& settings, std::function<void()> wake);
    ~MqttClient(); ///< afterwards wake() is not called any more
    MqttClient(const MqttClient&) = delete;
    MqttClient& operator=(const MqttClient&) = delete;

    [[nodiscard]] News take();

private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
};

} // namespace bnof::sensing
