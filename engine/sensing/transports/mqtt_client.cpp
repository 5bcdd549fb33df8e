// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/mqtt_client.h"

#include <mosquitto.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/base/time.h"
#include "engine/base/types.h"
#include "engine/sensing/transports/mqtt_rows.h"

namespace bnof::sensing {

/// Belongs to the thread and to the client; the thread keeps it alive as long as it needs it.
struct MqttClient::Shared {
    explicit Shared(MqttSettings s) : settings(std::move(s)) {}
    ~Shared()
    {
        if (handle != nullptr)
            mosquitto_destroy(handle);
    }

    void connected(int code);
    void subscribed(const int* granted, int count);
    void message(const mosquitto_message& received);
    Result<void> prepare();
    void run();
    void fail(Error error, bool retry);
    void failLoop(int code, int errnoValue);
    void tell();
    [[nodiscard]] std::string where() const { return settings.host + ":" + std::to_string(settings.port); }

    const MqttSettings settings;
    mosquitto* handle = nullptr;
    std::atomic<bool> stop{false};
    bool isOpen = false; ///< the thread's
    bool over = false;   ///< the thread's: a failure was told

    std::mutex mutex; ///< guards what follows
    std::function<void()> wake;
    News news;
    std::size_t waiting = 0;
};

namespace {

void prepareLibrary()
{
    static const int code = mosquitto_lib_init(); // never cleaned up: threads may outlive statics
    (void)code;
}

} // namespace

void MqttClient::Shared::tell()
{
    if (wake)
        wake();
}

void MqttClient::Shared::fail(Error error, bool retry)
{
    if (std::exchange(over, true))
        return;
    const std::lock_guard lock(mutex);
    news.failure = std::make_unique<Failure>(Failure{std::move(error), retry});
    tell();
}

void MqttClient::Shared::connected(int code)
{
    if (code == 0) {
        const int sent = mosquitto_subscribe(handle, nullptr, settings.subscription.c_str(), settings.qos);
        if (sent != MOSQ_ERR_SUCCESS)
            fail(makeError(ErrorKind::Device, "the topic cannot be subscribed to", settings.subscription,
                           "Check the topic.", mosquitto_strerror(sent)),
                 false);
        return;
    }
    const std::string words = mosquitto_connack_string(code);
    if (code == 4 || code == 5) // bad user name or password; not authorised (MQTT 3.1.1, 3.2.2.3)
        fail(makeError(ErrorKind::Device,
                       settings.user.empty()
                           ? "the MQTT broker asks for a user and a password"
                           : "the MQTT broker does not accept the user \"" + settings.user + "\" with this password",
                       where(), "Check user= and the password that password-env= or password-file= name.", words),
             false);
    else
        fail(makeError(ErrorKind::Device, "the MQTT broker refuses the connection (" + words + ")", where(),
                       "Look into the broker's log; it is tried again by itself.", words),
             true);
}

void MqttClient::Shared::subscribed(const int* granted, int count)
{
    if (count < 1 || granted[0] > 2) {
        fail(makeError(ErrorKind::Device, "the MQTT broker does not let this user read the topic",
                       settings.subscription,
                       "Ask who runs the broker for the right to read it, or log in with user=."),
             false);
        return;
    }
    isOpen = true;
    const std::lock_guard lock(mutex);
    news.opened = true;
    tell();
}

void MqttClient::Shared::message(const mosquitto_message& received)
{
    MqttMessage message;
    message.arrival = monotonicNow();
    const auto size = static_cast<std::size_t>(std::max(0, received.payloadlen));
    const std::lock_guard lock(mutex);
    if (size > MqttRows::maximumPayload || waiting + size > maximumWaiting) {
        ++news.lost;
    } else {
        message.topic = received.topic;
        message.payload.assign(static_cast<const char*>(received.payload), size);
        message.retained = received.retain;
        waiting += size + message.topic.size() + sizeof message;
        news.messages.push_back(std::move(message));
    }
    if (news.messages.size() <= 1)
        tell();
}

Result<void> MqttClient::Shared::prepare()
{
    const auto wrong = [&](int code, const std::string& what, const std::string& remedy) -> Result<void> {
        if (code == MOSQ_ERR_SUCCESS)
            return {};
        return makeError(ErrorKind::Usage, what, where(), remedy, mosquitto_strerror(code));
    };
    handle = mosquitto_new(settings.clientId.empty() ? nullptr : settings.clientId.c_str(), true, this);
    if (handle == nullptr)
        return makeError(ErrorKind::Usage, "the MQTT client cannot be made", where(), "Check client=.",
                         std::strerror(errno));
    mosquitto_threaded_set(handle, true);
    mosquitto_connect_callback_set(
        handle, [](mosquitto*, void* self, int code) { static_cast<Shared*>(self)->connected(code); });
    mosquitto_subscribe_callback_set(handle, [](mosquitto*, void* self, int, int count, const int* granted) {
        static_cast<Shared*>(self)->subscribed(granted, count);
    });
    mosquitto_message_callback_set(handle, [](mosquitto*, void* self, const mosquitto_message* received) {
        static_cast<Shared*>(self)->message(*received);
    });
    if (!settings.user.empty() || !settings.password.empty())
        BNOF_TRY(wrong(mosquitto_username_pw_set(handle, settings.user.c_str(),
                                                 settings.password.empty() ? nullptr : settings.password.c_str()),
                       "the user name cannot be used", "Check user=."));
    if (!settings.tls)
        return {};
    const auto orNull = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
    const char* folder = settings.ca.empty() ? "/etc/ssl/certs" : nullptr;
    return wrong(
        mosquitto_tls_set(handle, orNull(settings.ca), folder, orNull(settings.cert), orNull(settings.key), nullptr),
        "the certificates cannot be used",
        "ca=, cert= and key= must name readable PEM files; cert and key belong together.");
}

void MqttClient::Shared::failLoop(int code, int errnoValue)
{
    std::string words = mosquitto_strerror(code);
    if (code == MOSQ_ERR_ERRNO && errnoValue != 0)
        words = std::strerror(errnoValue);
    if (isOpen)
        fail(makeError(ErrorKind::Device, "the MQTT broker closed the connection", where(),
                       "Check the broker and the network; it is connected again by itself.", words),
             true);
    else if (code == MOSQ_ERR_TLS)
        fail(makeError(ErrorKind::Device, "no secure connection to the MQTT broker could be made", where(),
                       "Give the certificate of the authority that signed the broker's with ca=FILE.pem, and use the "
                       "host name that stands in the certificate; check that the port speaks TLS.",
                       words),
             true);
    else
        fail(makeError(ErrorKind::Device, "the MQTT broker cannot be reached (" + words + ")", where(),
                       "Check address and port, that the broker runs, and that no firewall is between.", words),
             true);
}

void MqttClient::Shared::run()
{
    constexpr int sliceMilliseconds = 200;
    const std::int64_t start = monotonicNow();
    if (auto prepared = prepare(); !prepared.ok()) {
        fail(prepared.error(), false);
        return;
    }
    errno = 0;
    int code = mosquitto_connect_async(handle, settings.host.c_str(), settings.port, keepAliveSeconds);
    while (code == MOSQ_ERR_SUCCESS && !stop && !over) {
        errno = 0;
        code = mosquitto_loop(handle, sliceMilliseconds, 1);
        if (code == MOSQ_ERR_SUCCESS && !isOpen && monotonicNow() - start > connectSeconds * nanosecondsPerSecond)
            fail(makeError(ErrorKind::Device,
                           "the MQTT broker gave no answer within " + std::to_string(connectSeconds) + " s", where(),
                           "Check address and port, that the broker runs, and that no firewall is between."),
                 true);
    }
    if (code == MOSQ_ERR_EAI)
        fail(makeError(ErrorKind::Device, "the name of the MQTT broker is not known", where(),
                       "Check the name, or write the address in numbers."),
             true);
    else if (code != MOSQ_ERR_SUCCESS && !stop)
        failLoop(code, errno);
    else if (mosquitto_disconnect(handle) == MOSQ_ERR_SUCCESS)
        mosquitto_loop_write(handle, 1);
}

MqttClient::MqttClient(const MqttSettings& settings, std::function<void()> wake)
    : m_shared(std::make_shared<Shared>(settings))
{
    prepareLibrary();
    m_shared->wake = std::move(wake);
    std::thread([shared = m_shared] { shared->run(); }).detach();
}

MqttClient::~MqttClient()
{
    m_shared->stop = true;
    const std::lock_guard lock(m_shared->mutex);
    m_shared->wake = nullptr;
}

MqttClient::News MqttClient::take()
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->waiting = 0;
    return std::exchange(m_shared->news, News());
}

} // namespace bnof::sensing
