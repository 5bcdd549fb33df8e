// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/byte_capture.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

#include "app/studio/services/format.h"
#include "engine/sensing/decoders/declarative_decoder.h"
#include "engine/sensing/decoders/device_dialogue.h"
#include "engine/sensing/transports/transport.h"

namespace bnof::studio {

/// What the I/O thread writes and the GUI thread reads a few times a second.
struct ByteCapture::Shared {
    std::mutex mutex;
    QByteArray bytes;
    QString problem;
};

/// Owns the transport on the I/O thread.
class ByteCapture::Listener : public QObject, private sensing::TransportListener, private sensing::DecoderSink {
public:
    Listener(sensing::SourceUri uri, const std::string& description, std::shared_ptr<Shared> shared)
        : m_uri(std::move(uri)), m_shared(std::move(shared))
    {
        auto parsed = sensing::parseDecoderDescription(description, "description");
        if (!parsed.ok() || !parsed->asks())
            return;
        m_decoder =
            sensing::makeDeclarativeDecoder(std::make_shared<const sensing::DecoderDescription>(std::move(*parsed)));
        m_dialogue = std::make_unique<sensing::DeviceDialogue>(*m_decoder);
    }
    ~Listener() override
    {
        if (m_transport)
            m_transport->close();
    }
    void open()
    {
        m_speak.setSingleShot(true);
        connect(&m_speak, &QTimer::timeout, this, [this] { speak(); });
        auto transport = sensing::makeTransport(m_uri, *this);
        if (!transport.ok()) {
            fail(transport.error());
            return;
        }
        m_transport = std::move(*transport);
        m_transport->open();
    }

private:
    void transportOpened() override
    {
        if (!m_dialogue)
            return;
        m_dialogue->opened(monotonicNow());
        m_speak.start(0);
    }
    void transportBytes(std::span<const char> bytes, std::int64_t) override
    {
        {
            const std::lock_guard lock(m_shared->mutex);
            const auto room = ByteCapture::maximumBytes - m_shared->bytes.size();
            m_shared->bytes.append(bytes.data(), std::min<qsizetype>(room, static_cast<qsizetype>(bytes.size())));
        }
        if (!m_dialogue)
            return;
        m_decoder->feed(bytes, *this);
        m_speak.start(0);
    }
    void transportClosed(const sensing::TransportProblem& problem) override { fail(problem.error); }
    void channels(const std::vector<ChannelInfo>&) override {}
    void frame(std::span<const float>, double) override {}
    void skipped(std::size_t, std::string_view, std::string_view) override {}
    void remark(std::string_view) override {}

    void speak()
    {
        m_dialogue->advance(monotonicNow(), [this](std::string_view bytes) { m_transport->send(bytes); });
        if (m_dialogue->nextTime() == std::numeric_limits<std::int64_t>::max())
            return;
        const auto wait = (m_dialogue->nextTime() - monotonicNow()) / nanosecondsPerMillisecond + 1;
        m_speak.start(static_cast<int>(std::clamp<std::int64_t>(wait, 0, 60'000)));
    }
    void fail(const Error& error)
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->problem = Format::error(error);
    }

    sensing::SourceUri m_uri;
    std::shared_ptr<Shared> m_shared;
    std::unique_ptr<sensing::Decoder> m_decoder;
    std::unique_ptr<sensing::DeviceDialogue> m_dialogue; ///< null: the device speaks by itself
    std::unique_ptr<sensing::Transport> m_transport;
    QTimer m_speak{this};
};

ByteCapture::ByteCapture(QObject* parent) : QObject(parent)
{
    m_thread.setObjectName(QStringLiteral("bnof-capture"));
    m_thread.start();
    m_pollTimer.setInterval(100);
    m_endTimer.setSingleShot(true);
    connect(&m_pollTimer, &QTimer::timeout, this, &ByteCapture::poll);
    connect(&m_endTimer, &QTimer::timeout, this, &ByteCapture::stop);
}

ByteCapture::~ByteCapture()
{
    if (m_listener)
        m_listener->deleteLater();
    m_thread.quit();
    m_thread.wait();
}

void ByteCapture::start(const sensing::SourceUri& uri, const std::string& description, int milliseconds)
{
    stop();
    m_bytes.clear();
    m_problem.clear();
    m_shared = std::make_shared<Shared>();
    m_listener = new Listener(uri, description, m_shared);
    m_listener->moveToThread(&m_thread);
    QMetaObject::invokeMethod(m_listener, [listener = m_listener] { listener->open(); });
    m_pollTimer.start();
    m_endTimer.start(milliseconds);
    emit changed();
}

void ByteCapture::stop()
{
    m_endTimer.stop();
    m_pollTimer.stop();
    if (!m_listener)
        return;
    auto* listener = std::exchange(m_listener, nullptr);
    poll();
    listener->deleteLater();
}

void ByteCapture::poll()
{
    bool full = false;
    {
        const std::lock_guard lock(m_shared->mutex);
        m_bytes = m_shared->bytes;
        m_problem = m_shared->problem;
        full = m_bytes.size() >= maximumBytes;
    }
    if (m_listener && (full || !m_problem.isEmpty())) {
        stop(); // comes back here
        return;
    }
    emit changed();
}

} // namespace bnof::studio
