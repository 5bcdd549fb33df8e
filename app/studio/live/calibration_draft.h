// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

#include "engine/sensing/calibration/fit.h"

namespace bnof::studio {

class Services;

/// A calibration while it is being made: what it began as, what it is now, one way back a step, and how still the
/// sensor's channels were over the last half minute. Frames are followed and judged away from the GUI thread.
class CalibrationDraft : public QObject {
    Q_OBJECT

public:
    /// Seconds that stillness is judged over; what was before them is forgotten.
    static constexpr double windowSeconds = 30;

    explicit CalibrationDraft(Services& services, QObject* parent = nullptr);
    ~CalibrationDraft() override;

    /// Calibrate this source of the running session, which has told its channels.
    void setSource(std::uint32_t source);
    [[nodiscard]] std::uint32_t source() const { return m_source; }
    [[nodiscard]] const std::vector<ChannelInfo>& channels() const { return m_channels; }
    /// Identity of the device, see sensing::deviceIdentity().
    [[nodiscard]] const std::string& device() const { return m_device; }
    /// The session that it was begun in still runs.
    [[nodiscard]] bool isConnected() const;

    /// Begin from this calibration; forgets the steps until now.
    void begin(sensing::Calibration base);
    [[nodiscard]] const sensing::Calibration& before() const { return m_before; }
    [[nodiscard]] const sensing::Calibration& now() const { return m_now; }
    /// One step; `what` names it for the button that takes it back. A step that changes nothing is none.
    void apply(sensing::Calibration next, const QString& what);
    [[nodiscard]] bool canUndo() const { return !m_steps.empty(); }
    [[nodiscard]] QString undoText() const { return m_steps.empty() ? QString() : m_steps.back().what; }
    void undo();
    [[nodiscard]] bool isUnsaved() const { return !m_steps.empty() && m_now != m_saved; }
    /// It was saved as this version, which is what it is compared with from now on.
    void setSaved(const sensing::Calibration& saved);

    /// Of the last half minute, a calibrated channel each.
    [[nodiscard]] const std::vector<sensing::Stillness>& stillness() const { return m_stillness; }
    [[nodiscard]] double seconds() const { return m_seconds; }
    [[nodiscard]] const sensing::CaptureOptions& options() const { return m_options; }
    /// Forget the air until now: something was changed at the sensor.
    void restart();

signals:
    /// The calibration is another one.
    void changed();
    /// Another sensor is being calibrated, or the session ended.
    void sourceChanged();
    /// stillness() is new; a few times a second.
    void stillnessChanged();

private:
    struct Step {
        sensing::Calibration before;
        QString what;
    };
    class Tap;

    void look();
    void reconnect();

    Services& m_services;
    std::uint32_t m_source = 0;
    std::vector<ChannelInfo> m_channels;
    std::string m_device;
    sensing::Calibration m_before;
    sensing::Calibration m_now;
    sensing::Calibration m_saved;
    std::vector<Step> m_steps;
    sensing::CaptureOptions m_options;
    std::shared_ptr<Tap> m_tap; ///< null: no session
    bool m_looking = false;
    std::vector<sensing::Stillness> m_stillness;
    double m_seconds = 0;
    QTimer m_timer;
};

} // namespace bnof::studio
