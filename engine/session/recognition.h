// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/olfaction/explanation.h"
#include "engine/olfaction/recogniser.h"
#include "engine/recording/recorder.h"
#include "engine/sensing/faults/channel_faults.h"
#include "engine/session/live_view.h"

namespace bnof::session {

struct SessionConfiguration;

[[nodiscard]] olfaction::RecogniserOptions recogniserOptions(const SessionConfiguration& configuration);

/// The recogniser's place in a session, live or replayed: picks the model's channels out of the device's,
/// runs the recogniser and hands its spikes to the live view. Used by one thread.
class Recognition {
public:
    [[nodiscard]] static Result<std::unique_ptr<Recognition>> create(std::span<const std::uint8_t> modelBytes,
                                                                     const olfaction::RecogniserOptions& options);

    /// Must succeed before process(). Errors: the device lacks channels of the model.
    Result<void> setChannels(const std::vector<ChannelInfo>& deviceChannels);
    [[nodiscard]] bool ready() const { return !m_map.empty(); }

    /// Shows the frame to the recogniser; output() then holds what came of it. `mask`, one a device channel or empty:
    /// what is faulty is forgotten, what is withheld counts as missing.
    Result<void> process(const SensorFrame& frame, std::span<const sensing::ChannelMask> mask = {});
    [[nodiscard]] const olfaction::RecogniserOutput& output() const { return m_output; }
    /// True when the recogniser restarted its tick count since the last call; output().tickZero is new.
    bool takeRestart() { return std::exchange(m_restarted, false); }
    /// Session time of tick 0; nothing before the first frame.
    [[nodiscard]] std::optional<Timestamp> tickZero() const { return m_tickZero; }

    /// Feed the spikes of the last process() to a display history, in order of time.
    void show(SpikeHistory& history, Timestamp frameTime) const;

    [[nodiscard]] const olfaction::RecogniserInfo& info() const { return m_recogniser->info(); }
    /// The network inside, to look at between two frames; null when the recogniser does not spike.
    [[nodiscard]] const snn::Simulation* simulation() const { return m_recogniser->simulation(); }
    /// What computes the network, for people, when that has changed since the last call.
    [[nodiscard]] std::optional<std::string> takeBackEndChange();
    /// Why that back end and precision; empty when nothing spikes.
    [[nodiscard]] std::string backEndReason() const;
    /// Everything about the model that displays show.
    [[nodiscard]] std::shared_ptr<const RunningModel> describe() const;
    [[nodiscard]] const std::vector<std::uint8_t>& modelBytes() const { return m_modelBytes; }
    [[nodiscard]] std::vector<std::uint8_t> saveState() const { return m_recogniser->saveState(); }
    Result<void> loadState(std::span<const std::uint8_t> state) { return m_recogniser->loadState(state); }
    /// What the recogniser was shown lately, for olfaction::explain().
    [[nodiscard]] olfaction::PresentedSpan presented() const;

private:
    std::unique_ptr<olfaction::Recogniser> m_recogniser;
    std::vector<std::uint8_t> m_modelBytes;
    std::vector<std::size_t> m_map; ///< device channel of each model channel
    std::vector<float> m_values;
    std::vector<std::uint8_t> m_masked;
    olfaction::RecogniserOutput m_output;
    olfaction::RecogniserOptions m_options;
    olfaction::PresentedHistory m_presented;
    std::optional<Timestamp> m_tickZero;
    bool m_restarted = false;
    std::string m_backEnd; ///< as last told
};

} // namespace bnof::session
