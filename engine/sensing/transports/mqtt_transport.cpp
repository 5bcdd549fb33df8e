// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/mqtt_transport.h"

#include "engine/base/files.h"
#include "engine/base/instruments.h"
#include "engine/base/time.h"
#include "engine/sensing/transports/credentials.h"
#include "engine/sensing/transports/message_lines.h"

namespace bnof::sensing {
namespace {

constexpr int tickMilliseconds = 250;

bool assembles(const SourceUri& uri)
{
    const std::string decoder = uri.parameter("decoder", "auto");
    return decoder == "auto" || decoder == "ndjson";
}

MqttRows::Policy policyOf(const SourceUri& uri)
{
    return uri.parameter("rows", "complete") == "each" ? MqttRows::Policy::Each : MqttRows::Policy::Complete;
}

} // namespace

Result<std::unique_ptr<Transport>> MqttTransport::make(const SourceUri& uri, TransportListener& listener)
{
    for (const char* key : {"ca", "cert", "key"}) {
        const std::string file = uri.parameter(key);
        if (!file.empty() && !readFile(file, 1U << 20).ok())
            return makeError(ErrorKind::Usage, "the file behind " + std::string(key) + "= cannot be read", file,
                             "Check the path; it must be a PEM file that is readable for you.");
    }
    if (uri.parameter("cert").empty() != uri.parameter("key").empty())
        return makeError(ErrorKind::Usage, "cert= and key= belong together", "source \"" + uri.toString() + "\"",
                         "Give both, or neither.");
    return std::unique_ptr<Transport>(std::make_unique<MqttTransport>(uri, listener));
}

MqttTransport::MqttTransport(SourceUri uri, TransportListener& listener)
    : m_uri(std::move(uri)), m_listener(listener), m_assemble(assembles(m_uri)),
      m_useRetained(m_uri.parameter("retained", "skip") == "use"), m_rows(m_uri.path, policyOf(m_uri), m_useRetained)
{
    m_ticker.setInterval(tickMilliseconds);
    connect(&m_ticker, &QTimer::timeout, this, [this] {
        const std::int64_t now = monotonicNow();
        m_out.clear();
        m_rows.tick(now, m_out);
        giveRows(now);
    });
}

MqttTransport::~MqttTransport() = default;

std::string MqttTransport::deviceName() const
{
    return m_uri.scheme + "://" + m_uri.host + ":" + std::to_string(m_uri.port) + "/" + m_uri.path;
}

std::string MqttTransport::silenceRemedy() const
{
    return "Check that the device publishes and that the topic is right: mosquitto_sub -h " + m_uri.host + " -t '" +
           MqttRows::subscription(m_uri.path) + "' -v shows what the broker has.";
}

void MqttTransport::open()
{
    close();
    const std::uint64_t attempt = m_attempt;
    QTimer::singleShot(0, this, [this, attempt] {
        if (attempt == m_attempt)
            openNow();
    });
}

void MqttTransport::openNow()
{
    const auto credentials = credentialsOf(m_uri);
    if (!credentials.ok()) {
        fail(credentials.error(), false);
        return;
    }
    MqttSettings settings;
    settings.host = m_uri.host;
    settings.port = m_uri.port;
    settings.subscription = MqttRows::subscription(m_uri.path);
    settings.qos = std::atoi(m_uri.parameter("qos", "0").c_str());
    settings.clientId = m_uri.parameter("client");
    settings.user = credentials->user;
    settings.password = credentials->password;
    settings.ca = m_uri.parameter("ca");
    settings.cert = m_uri.parameter("cert");
    settings.key = m_uri.parameter("key");
    settings.tls = m_uri.scheme == "mqtts" || !settings.ca.empty();
    const std::uint64_t attempt = m_attempt;
    m_client = std::make_unique<MqttClient>(settings, [this, attempt] {
        // The client's destructor waits for this call and lets no later one through.
        QMetaObject::invokeMethod(
            this,
            [this, attempt] {
                if (attempt == m_attempt)
                    takeNews();
            },
            Qt::QueuedConnection);
    });
}

void MqttTransport::takeNews()
{
    const std::uint64_t attempt = m_attempt;
    MqttClient::News news = m_client->take();
    if (news.opened) {
        m_rows.restart();
        m_ticker.start();
        m_listener.transportOpened();
    }
    for (const MqttMessage& message : news.messages) {
        if (attempt != m_attempt)
            return;
        take(message);
    }
    if (attempt == m_attempt && news.lost > 0) {
        static Counter& lost = Instruments::counter("sensing.mqtt_lost_messages");
        lost.add(news.lost);
        noticeOnce(m_toldLost, "messages were left out, because they came faster than they could be taken or had more "
                               "than 64 KiB");
    }
    if (attempt == m_attempt && news.failure != nullptr)
        fail(std::move(news.failure->error), news.failure->retry);
}

void MqttTransport::take(const MqttMessage& message)
{
    static Counter& retained = Instruments::counter("sensing.mqtt_retained_messages");
    static Counter& unusable = Instruments::counter("sensing.mqtt_unusable_messages");
    static Counter& superseded = Instruments::counter("sensing.mqtt_superseded_values");
    const std::uint64_t attempt = m_attempt;
    if (message.retained) {
        retained.add();
        noticeOnce(m_toldRetained, "the broker had kept an older value of " + message.topic +
                                       (m_useRetained ? "; rows with such values have retained = 1"
                                                      : "; what it had kept is left out (retained=use takes it)"));
        if (attempt != m_attempt || !m_useRetained)
            return;
    }
    if (!m_assemble) {
        toStream(message.payload, m_out);
        giveRows(message.arrival);
        return;
    }
    m_out.clear();
    const std::uint64_t before = m_rows.superseded();
    const bool understood = m_rows.message(message.topic, message.payload, message.retained, message.arrival, m_out);
    superseded.add(m_rows.superseded() - before);
    giveRows(message.arrival);
    if (!understood && attempt == m_attempt) {
        unusable.add();
        noticeOnce(m_toldUnusable,
                   "messages of " + message.topic + " are left out: they are neither a number nor JSON with numbers");
    }
}

void MqttTransport::giveRows(std::int64_t arrival)
{
    if (!m_out.empty())
        m_listener.transportBytes(m_out, arrival);
}

void MqttTransport::noticeOnce(bool& told, const std::string& text)
{
    if (!std::exchange(told, true))
        m_listener.transportNotice(text);
}

void MqttTransport::fail(Error error, bool retry)
{
    close();
    m_listener.transportClosed({std::move(error), retry});
}

void MqttTransport::close()
{
    ++m_attempt;
    m_ticker.stop();
    m_client.reset();
}

} // namespace bnof::sensing
