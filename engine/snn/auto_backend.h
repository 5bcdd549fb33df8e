// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses the back end by measuring. A run begins on one thread with the widest instruction set. Where a tick takes
// long enough for other back ends to pay, they are tried for some milliseconds on a copy of the running state, and the
// fastest goes on; the same again when the activity has changed twofold. The choice is remembered by machine and
// network. Results cannot change: every back end gives the same bits.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/snn/backend.h"

namespace bnof::snn {

/// Makes a back end by its name, over the same plan.
using BackEndFactory = std::function<Result<std::unique_ptr<BackEnd>>(const std::string& name)>;

/// What was found out about a network on a machine, in a small JSON file; a file that cannot be read or written only
/// costs a new measurement.
class BackEndMemory {
public:
    explicit BackEndMemory(std::string path) : m_path(std::move(path)) {}
    /// The back end that was fastest for this network and CPU, or nothing.
    [[nodiscard]] std::string recall(const std::string& network, const std::string& cpu) const;
    void remember(const std::string& network, const std::string& cpu, const std::string& backEnd) const;
    /// $XDG_CACHE_HOME/bnof/back-ends.json, else ~/.cache/bnof/back-ends.json; empty without a home.
    [[nodiscard]] static std::string defaultPath();

private:
    std::string m_path; ///< empty: remembers nothing
};

class AutoBackEnd final : public BackEnd {
public:
    /// `first` runs until there is a reason to look further; `candidates` are the names that `make` knows, `first`'s
    /// included.
    AutoBackEnd(std::unique_ptr<BackEnd> first, std::string firstName, std::vector<std::string> candidates,
                BackEndFactory make, BackEndMemory memory);

    void setDrive(std::uint32_t population, std::span<const float> driveMv) override;
    void setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds) override;
    void run(std::uint32_t ticks, SpikesByPopulation& spikes) override;
    void modulate(std::uint32_t projection, std::span<const float> modulation) override;
    [[nodiscard]] std::uint64_t tick() const override { return m_current->tick(); }
    void reset(std::uint64_t drawSeed) override;
    [[nodiscard]] NetworkState state() override { return m_current->state(); }
    void setState(const NetworkState& state) override { m_current->setState(state); }
    [[nodiscard]] Activity activity() const override;
    [[nodiscard]] std::string name() const override { return m_current->name(); }
    [[nodiscard]] std::string reason() const override { return m_reason; }
    void setDrawSeed(std::uint64_t drawSeed) override
    {
        m_drawSeed = drawSeed;
        m_current->setDrawSeed(drawSeed);
    }
    [[nodiscard]] std::optional<Error> failure() const override { return m_current->failure(); }

private:
    struct Trial {
        std::string name;
        std::unique_ptr<BackEnd> backEnd;
        double secondsPerTick = 0;
    };
    [[nodiscard]] bool worthLooking() const;
    void choose();
    [[nodiscard]] Trial tryOut(const std::string& name, const NetworkState& state, std::uint32_t ticks) const;
    void switchTo(Trial trial);
    void takeBack();

    std::unique_ptr<BackEnd> m_current;
    std::string m_currentName;
    std::vector<std::string> m_candidates;
    BackEndFactory m_make;
    BackEndMemory m_memory;
    std::string m_key; ///< of the network
    std::string m_reason;
    Activity m_before; ///< of back ends that ran earlier
    std::uint64_t m_drawSeed = 0;
    double m_seconds = 0;        ///< wall time in run() since the last look
    std::uint64_t m_ticks = 0;   ///< in that time
    std::uint64_t m_events = 0;  ///< in that time
    double m_alonePerTick = 0;   ///< seconds that one thread needed for a tick
    bool m_settled = false;      ///< nothing more is tried in this run
    double m_eventsPerTick = -1; ///< when the last choice was made; -1: never
};

} // namespace bnof::snn
