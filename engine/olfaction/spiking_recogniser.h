// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/olfaction/precision_ladder.h"
#include "engine/olfaction/receptor_input.h"
#include "engine/olfaction/stream_recogniser.h"

namespace bnof::olfaction {

/// The antennal lobe and mushroom body of a model, run in device time. A decision is a function of the spikes
/// of the output population in its window and of nothing else (decideFromCounts).
class SpikingRecogniser final : public StreamRecogniser {
public:
    /// `model` must be valid and of kind "spiking".
    [[nodiscard]] static Result<std::unique_ptr<Recogniser>> create(Model model, std::string digest,
                                                                    const RecogniserOptions& options);
    [[nodiscard]] const snn::Simulation* simulation() const override { return &m_network.active(); }
    [[nodiscard]] PrecisionReading precision() const override;

private:
    SpikingRecogniser(Model model, std::string digest, PrecisionLadder network, std::uint32_t saveEveryTicks);

    void advance(std::uint32_t ticks, RecogniserOutput& output) override;
    bool decide(CountDecision& decision, RecogniserOutput& output) override;
    void beforeChange(RecogniserOutput& output) override;
    Result<void> featuresChanged() override;
    void restart(std::uint64_t tick) override;
    void saveMore(StateWriter& writer) const override;
    [[nodiscard]] Result<void> loadMore(StateReader& reader) override;
    [[nodiscard]] Result<void> applyBiases();
    void runNetwork(std::uint32_t ticks, snn::SpikesByPopulation& spikes);
    void runAndCount(std::uint32_t ticks, RecogniserOutput& output);

    PrecisionLadder m_network;
    std::uint32_t m_saveEveryTicks = 0;
    /// Tick at which the simulation's tick 0 would lie, had it never rested since.
    std::uint64_t m_tickBase = 0;
    std::uint32_t m_intervals = 0;             ///< finished intervals in the window
    std::vector<std::uint32_t> m_counts;       ///< interval-major ring of output spike counts; the last is running
    std::vector<std::uint32_t> m_windowCounts; ///< of the last decision
    // Of models that rest (SpikingPart::restAfterTicks); a frame ends the rest, so that saved states know none.
    bool m_resting = false;
    std::uint64_t m_heldTicks = 0;    ///< device time since the last frame, up to the rest
    std::uint32_t m_skippedTicks = 0; ///< of the running interval, in which the network rested
    ReceptorInput m_receptors;
    DiscriminantPoint m_point; ///< reused
};

} // namespace bnof::olfaction
