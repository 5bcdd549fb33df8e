// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/sensing/calibration/calibration.h"
#include "engine/sensing/safety/safety.h"
#include "engine/session/session.h"
#include "engine/session/status_board.h"

namespace bnof::session {

/// Applies calibrations on top of the raw frames of a session and keeps the safety figures. What is recorded and
/// recognised stays raw. Used by the compute thread.
class CalibratedSources {
public:
    CalibratedSources(StatusBoard& board, const SessionConfiguration& configuration);

    /// A live source told its channels: finds its calibration, by the source's parameter or by the device's identity,
    /// and warns when it has expired or belongs to another device.
    /// What a simulated device measures endangers nobody: it has figures but raises no alarm.
    void setChannels(std::uint32_t source, const sensing::SourceUri& uri, const std::string& device,
                     const std::vector<ChannelInfo>& channels, bool simulated);
    /// A replay uses what the recording carries.
    void adopt(std::uint32_t source, const Json& recorded, const std::vector<ChannelInfo>& channels);
    /// Use another calibration from now on. What a recording keeps of it, for replayChange(); nothing when it fits no
    /// channel of the source.
    std::optional<StreamEvent> change(std::uint32_t source, const sensing::Calibration& calibration, Timestamp now);
    /// A replay comes by what change() gave; any other event does nothing.
    void replayChange(const StreamEvent& event);
    /// What a recording carries: an array with one calibration (or null) a source; null when there is none.
    [[nodiscard]] Json recorded() const;

    void frame(std::uint32_t source, const SensorFrame& frame);
    /// The recogniser's concentrations count where no calibrated channel measures the gas.
    void decided(const Decision& decision, const std::vector<std::string>& gases, int background);
    /// Other safety limits from now on.
    void setLimits(std::vector<sensing::GasLimits> limits);
    /// Copy the figures to the status board; a few times a second.
    void refresh(Timestamp now);

private:
    struct Source {
        std::optional<sensing::Calibrator> calibrator;
        std::shared_ptr<const sensing::Calibration> calibration;
        std::vector<ChannelInfo> channels;
        std::string device;
        std::vector<sensing::CalibratedValue> latest;
    };
    Source& entry(std::uint32_t source);
    bool use(std::uint32_t source, const sensing::Calibration& calibration, const std::vector<ChannelInfo>& channels,
             bool live);
    void show(std::uint32_t source);
    void showAlarms(const std::vector<sensing::SafetyReading>& readings);

    StatusBoard& m_board;
    const SessionConfiguration& m_configuration;
    sensing::SafetyMonitor m_safety;
    std::vector<Source> m_sources;
    bool m_alarms = false; ///< a real device is connected; a replay alarms nobody
    struct Measured {
        std::string gas;
        Timestamp t = 0;
    };
    std::vector<Measured> m_measured; ///< by calibrated channels, and when last
};

} // namespace bnof::session
