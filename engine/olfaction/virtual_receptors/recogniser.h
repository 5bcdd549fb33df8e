// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/olfaction/stream_recogniser.h"
#include "engine/snn/simulation.h"

namespace bnof::olfaction {

/// The virtual receptors of a model, run in device time. The winner is told by the spikes of the association neurons in
/// the decision window; how unfamiliar a response is, by the discriminant, as for the classical baselines.
class VirtualReceptorRecogniser final : public StreamRecogniser {
public:
    /// `model` must be valid and of kind "virtual-receptors".
    [[nodiscard]] static Result<std::unique_ptr<Recogniser>> create(Model model, std::string digest,
                                                                    const RecogniserOptions& options);
    [[nodiscard]] const snn::Simulation* simulation() const override { return &m_network; }

private:
    VirtualReceptorRecogniser(Model model, std::string digest, snn::Simulation network);

    void advance(std::uint32_t ticks, RecogniserOutput& output) override;
    bool decide(CountDecision& decision, RecogniserOutput& output) override;
    Result<void> featuresChanged() override;
    void restart(std::uint64_t tick) override;
    void saveMore(StateWriter& writer) const override;
    [[nodiscard]] Result<void> loadMore(StateReader& reader) override;

    snn::Simulation m_network;
    std::uint64_t m_tickBase = 0;        ///< tick at which the simulation's tick 0 lies
    std::uint32_t m_intervals = 0;       ///< finished intervals in the window
    std::vector<std::uint32_t> m_counts; ///< a row of gases an interval, oldest first; the last is running
    std::vector<float> m_drive;          ///< reused
    DiscriminantPoint m_point;           ///< reused
};

} // namespace bnof::olfaction
