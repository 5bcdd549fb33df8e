// SPDX-License-Identifier: GPL-3.0-or-later
// A back end whose device may fail in the middle of a run, with another one that carries on.
#pragma once

#include <functional>
#include <variant>

#include "engine/snn/backend.h"

namespace bnof::snn {

/// That a run went on elsewhere.
struct BackEndSwitch {
    std::uint64_t tick = 0;       ///< the last one that had been finished when the device failed
    std::uint64_t checkpoint = 0; ///< the one from which the work was done again
    std::string from;
    std::string to;
    Error reason;
};

/// Runs a network on `primary` and keeps its state every few ticks. When primary->failure() appears, the spare
/// back end starts from the last kept state, repeats the inputs and the ticks since then, and goes on inside the same
/// call, so that no spike is lost or doubled. The switch is logged, once. When no spare can be made, failure() says so
/// and nothing advances any more.
class FallbackBackEnd final : public BackEnd {
public:
    using MakeSpare = std::function<Result<std::unique_ptr<BackEnd>>()>;

    /// `checkpointTicks`: ticks between kept states, at least 1; as many may have to be repeated.
    FallbackBackEnd(std::unique_ptr<BackEnd> primary, MakeSpare makeSpare, std::uint32_t checkpointTicks);

    void setDrive(std::uint32_t population, std::span<const float> driveMv) override;
    void setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds) override;
    void run(std::uint32_t ticks, SpikesByPopulation& spikes) override;
    void modulate(std::uint32_t projection, std::span<const float> modulation) override;
    [[nodiscard]] std::uint64_t tick() const override { return m_tick; }
    void reset(std::uint64_t drawSeed) override;
    [[nodiscard]] NetworkState state() override;
    void setState(const NetworkState& state) override;
    [[nodiscard]] Activity activity() const override;
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::string reason() const override;
    void setDrawSeed(std::uint64_t drawSeed) override;
    [[nodiscard]] std::optional<Error> failure() const override { return m_failure; }

    /// The switch that has happened, if any.
    [[nodiscard]] const std::optional<BackEndSwitch>& lastSwitch() const { return m_switch; }

private:
    /// Something that was asked for between two ticks.
    struct Drive {
        std::uint32_t population;
        std::vector<float> values;
    };
    struct Thresholds {
        std::uint32_t population;
        std::vector<std::uint32_t> values;
    };
    struct Modulation {
        std::uint32_t projection;
        std::vector<float> values;
    };
    struct DrawSeed {
        std::uint64_t value;
    };
    struct Order {
        std::uint64_t tick;
        std::variant<Drive, Thresholds, Modulation, DrawSeed> what;
    };

    void give(BackEnd& backEnd, const Order& order) const;
    void take(Order order);
    void keepState();
    bool failed();
    bool switchOver();

    std::unique_ptr<BackEnd> m_active;
    MakeSpare m_makeSpare;
    std::uint32_t m_checkpointTicks;
    std::uint64_t m_tick = 0;
    std::uint64_t m_drawSeed;
    NetworkState m_kept; ///< without populations: the state after a reset with m_keptSeed
    std::uint64_t m_keptSeed;
    Activity m_keptActivity;
    std::vector<Order> m_orders; ///< since the kept state
    Activity m_before;           ///< what the failed back end had done up to the kept state
    std::optional<BackEndSwitch> m_switch;
    std::optional<Error> m_failure;
};

} // namespace bnof::snn
