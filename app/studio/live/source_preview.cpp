// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/source_preview.h"

#include <mutex>

#include "app/studio/services/format.h"

namespace bnof::studio {

/// Collects on the I/O thread what the GUI thread reads a few times a second.
class PreviewSink : public sensing::SourceSink {
public:
    void sourceChannels(std::uint32_t, const std::vector<ChannelInfo>& channels) override
    {
        const std::lock_guard lock(m_mutex);
        m_state.channels = channels;
    }
    void sourceFrame(std::uint32_t, const SensorFrame& frame, std::int64_t) override
    {
        const std::lock_guard lock(m_mutex);
        m_state.values.assign(frame.values.begin(), frame.values.end());
    }
    void sourceEvent(std::uint32_t, const StreamEvent&) override {}
    void sourceDecoder(std::uint32_t, const std::string& decoder, const std::string& reason) override
    {
        const std::lock_guard lock(m_mutex);
        m_state.decoder = toQString(decoder);
        m_state.decoderReason = toQString(reason);
    }
    void sourceState(std::uint32_t, sensing::ConnectionState state, const std::optional<Error>& problem) override
    {
        const std::lock_guard lock(m_mutex);
        m_state.connection = state;
        m_state.problem = problem ? Format::error(*problem) : QString();
    }
    void fill(const sensing::Source& source)
    {
        const auto statistics = source.statistics();
        const std::lock_guard lock(m_mutex);
        m_state.rateHz = statistics.rateHz;
        m_state.frames = statistics.frames;
        m_state.bytes = statistics.bytes;
        m_state.skippedLines = statistics.skippedLines;
        m_state.device = toQString(source.deviceName());
        m_state.simulated = source.simulated();
    }
    [[nodiscard]] PreviewState state() const
    {
        const std::lock_guard lock(m_mutex);
        return m_state;
    }
    void fail(const QString& problem)
    {
        const std::lock_guard lock(m_mutex);
        m_state.connection = sensing::ConnectionState::Failed;
        m_state.problem = problem;
    }

private:
    mutable std::mutex m_mutex;
    PreviewState m_state;
};

/// Owns the source on the I/O thread and copies its counters.
class SourcePreview::Listener : public QObject {
public:
    Listener(sensing::SourceUri uri, std::shared_ptr<PreviewSink> sink) : m_uri(std::move(uri)), m_sink(std::move(sink))
    {}
    ~Listener() override
    {
        if (m_source)
            m_source->stop();
    }
    void open()
    {
        sensing::SourceOptions options;
        options.sessionStart = monotonicNow();
        auto source = sensing::makeSource(m_uri, options, *m_sink);
        if (!source.ok()) {
            m_sink->fail(Format::error(source.error()));
            return;
        }
        m_source = std::move(source).value();
        m_source->start();
        connect(&m_timer, &QTimer::timeout, this, [this] { m_sink->fill(*m_source); });
        m_timer.start(100);
    }

private:
    sensing::SourceUri m_uri;
    std::shared_ptr<PreviewSink> m_sink;
    std::unique_ptr<sensing::Source> m_source;
    QTimer m_timer{this};
};

SourcePreview::SourcePreview(QObject* parent) : QObject(parent)
{
    m_thread.setObjectName(QStringLiteral("bnof-preview"));
    m_thread.start();
    m_pollTimer.setInterval(100);
    m_endTimer.setSingleShot(true);
    connect(&m_pollTimer, &QTimer::timeout, this, &SourcePreview::poll);
    connect(&m_endTimer, &QTimer::timeout, this, &SourcePreview::stop);
}

SourcePreview::~SourcePreview()
{
    if (m_listener)
        m_listener->deleteLater();
    m_thread.quit();
    m_thread.wait();
}

void SourcePreview::start(const sensing::SourceUri& uri, int milliseconds)
{
    stop();
    m_state = {};
    m_sink = std::make_shared<PreviewSink>();
    m_listener = new Listener(uri, m_sink);
    m_listener->moveToThread(&m_thread);
    connect(m_listener, &QObject::destroyed, this, [this] {
        if (!m_listener)
            emit released();
    });
    QMetaObject::invokeMethod(m_listener, [listener = m_listener] { listener->open(); });
    m_pollTimer.start();
    m_endTimer.start(milliseconds);
    emit changed();
}

void SourcePreview::stop()
{
    m_endTimer.stop();
    m_pollTimer.stop();
    if (!m_listener)
        return;
    poll();
    std::exchange(m_listener, nullptr)->deleteLater();
    emit changed();
}

void SourcePreview::poll()
{
    if (!m_sink)
        return;
    m_state = m_sink->state();
    emit changed();
}

} // namespace bnof::studio
