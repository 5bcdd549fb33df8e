// SPDX-License-Identifier: GPL-3.0-or-later
// What the spiking recogniser and the classical baseline share: device time, gaps, features, onset,
// concentration, and the saved state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/olfaction/model.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::olfaction {

/// Device time in ticks. Tick 0 is the first frame. Between two frames the receptors keep what the earlier one
/// drove them with; a decision falls due at every whole decision interval. When two frames are further apart
/// than Model::longestHoldSeconds, the drive is held for that long (decisions go on), then the network, the
/// decision window and the onset start afresh while the front end keeps its baselines (they decay by the time
/// that passed); ticks go on counting device time, and no decision is made inside the rest of the gap.
class StreamRecogniser : public Recogniser {
public:
    [[nodiscard]] const RecogniserInfo& info() const override { return m_info; }
    Result<void> process(const SensorFrame& frame, RecogniserOutput& output) override;
    void reset() override;
    [[nodiscard]] std::vector<std::uint8_t> saveState() const override;
    Result<void> loadState(std::span<const std::uint8_t> state) override;
    [[nodiscard]] std::vector<ComponentEstimate> estimates(int gas) const override;

protected:
    StreamRecogniser(Model model, std::string digest);

    /// Run `ticks` ticks, appending spikes whose ticks count from tick 0.
    virtual void advance(std::uint32_t ticks, RecogniserOutput& output) = 0;
    /// An interval is over: false while the window is not full yet.
    virtual bool decide(CountDecision& decision, RecogniserOutput& output) = 0;
    /// A frame is about to change the drive.
    virtual void beforeChange(RecogniserOutput& output);
    /// The front end has new features.
    virtual Result<void> featuresChanged() = 0;
    /// Back to rest; tick counts restart at `tick`.
    virtual void restart(std::uint64_t tick) = 0;
    virtual void saveMore(StateWriter& writer) const = 0;
    [[nodiscard]] virtual Result<void> loadMore(StateReader& reader) = 0;

    [[nodiscard]] const Model& model() const { return m_model; }
    [[nodiscard]] const FrontEnd& frontEnd() const { return m_frontEnd; }
    [[nodiscard]] std::uint64_t tick() const { return m_tick; }
    RecogniserInfo m_info;

private:
    void runTo(std::uint64_t tick, RecogniserOutput& output);
    void emit(const CountDecision& counted, RecogniserOutput& output);
    void followOnset(int gas, Timestamp t);

    Model m_model;
    FrontEnd m_frontEnd;
    std::uint64_t m_intervalTicks = 0;
    Timestamp m_tickLength = 0;
    bool m_started = false;
    Timestamp m_start = 0;
    Timestamp m_last = 0;
    std::uint64_t m_tick = 0;
    Timestamp m_onset = -1;
    std::uint32_t m_masked = 0;        ///< channels that were faulty in the last frame
    std::uint32_t m_backgroundRun = 0; ///< decisions in a row that said "no stimulus" since the onset
};

} // namespace bnof::olfaction
