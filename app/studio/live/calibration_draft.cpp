// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/calibration_draft.h"

#include <algorithm>
#include <deque>

#include "app/studio/services/background.h"
#include "app/studio/services/services.h"
#include "engine/session/frame_follower.h"

namespace bnof::studio {

/// The frames of the last half minute. Used by one background task at a time.
class CalibrationDraft::Tap {
public:
    Tap(std::shared_ptr<const session::LiveView> live, std::uint32_t source) : m_follower(std::move(live), source) {}

    void pull()
    {
        m_follower.pull([this](const SensorFrame& frame) {
            m_frames.push_back({frame.t, {frame.values.begin(), frame.values.end()}});
        });
        while (!m_frames.empty() &&
               m_frames.back().t - m_frames.front().t > fromSeconds(CalibrationDraft::windowSeconds))
            m_frames.pop_front();
    }
    void give(sensing::StillCapture& capture) const
    {
        for (const Frame& frame : m_frames)
            capture.add({frame.t, frame.values});
    }

private:
    struct Frame {
        Timestamp t = 0;
        std::vector<float> values;
    };
    session::FrameFollower m_follower;
    std::deque<Frame> m_frames;
};

CalibrationDraft::CalibrationDraft(Services& services, QObject* parent) : QObject(parent), m_services(services)
{
    m_timer.setInterval(300);
    connect(&m_timer, &QTimer::timeout, this, &CalibrationDraft::look);
    connect(&services.session, &SessionController::liveChanged, this, [this] {
        m_tap.reset(); // another session's frames are another sensor's
        m_timer.stop();
        m_stillness.clear();
        m_seconds = 0;
        emit sourceChanged();
        emit stillnessChanged();
    });
    connect(&services.session, &SessionController::statusChanged, this, &CalibrationDraft::reconnect);
}

/// The same device in another session goes on where it was.
void CalibrationDraft::reconnect()
{
    if (m_tap || m_device.empty() || !m_services.session.isRunning() || m_services.session.isReplay())
        return;
    const auto& sources = m_services.session.status().sources;
    for (std::size_t i = 0; i < sources.size(); ++i)
        if (!sources[i].channels.empty() && sensing::deviceIdentity(sources[i].device, sources[i].uri) == m_device) {
            setSource(static_cast<std::uint32_t>(i));
            return;
        }
}

CalibrationDraft::~CalibrationDraft() = default;

bool CalibrationDraft::isConnected() const
{
    return m_tap != nullptr;
}

void CalibrationDraft::setSource(std::uint32_t source)
{
    const auto& sources = m_services.session.status().sources;
    if (source >= sources.size() || !m_services.session.live())
        return;
    m_source = source;
    m_channels = sources[source].channels;
    m_device = sensing::deviceIdentity(sources[source].device, sources[source].uri);
    m_tap = std::make_shared<Tap>(m_services.session.live(), source);
    m_stillness.clear();
    m_seconds = 0;
    m_timer.start();
    emit sourceChanged();
    emit stillnessChanged();
    look();
}

void CalibrationDraft::begin(sensing::Calibration base)
{
    m_before = m_now = m_saved = std::move(base);
    m_steps.clear();
    emit changed();
}

void CalibrationDraft::apply(sensing::Calibration next, const QString& what)
{
    if (next == m_now)
        return;
    m_steps.push_back({std::exchange(m_now, std::move(next)), what});
    emit changed();
}

void CalibrationDraft::undo()
{
    if (m_steps.empty())
        return;
    m_now = std::move(m_steps.back().before);
    m_steps.pop_back();
    emit changed();
}

void CalibrationDraft::setSaved(const sensing::Calibration& saved)
{
    begin(saved);
}

void CalibrationDraft::restart()
{
    if (!m_tap)
        return;
    // The task that reads frames may be under way: begin with a tap of its own.
    setSource(m_source);
}

void CalibrationDraft::look()
{
    if (m_looking || !m_tap)
        return;
    m_looking = true;
    struct Look {
        std::vector<sensing::Stillness> still;
        double seconds = 0;
    };
    inBackground(
        *m_services.executor, this, "studio.calibration-stillness",
        [tap = m_tap, calibration = m_now, channels = m_channels, options = m_options] {
            tap->pull();
            Look look;
            auto calibrator = sensing::Calibrator::create(calibration, channels);
            if (!calibrator.ok())
                return look; // no channel of the calibration is measured; the first page says so
            sensing::StillCapture capture(std::move(*calibrator), options);
            tap->give(capture);
            look.still = capture.result();
            look.seconds = capture.seconds();
            return look;
        },
        [this, tap = m_tap](const Look& look) {
            m_looking = false;
            if (tap != m_tap)
                return;
            m_stillness = look.still;
            m_seconds = look.seconds;
            emit stillnessChanged();
        });
}

} // namespace bnof::studio
