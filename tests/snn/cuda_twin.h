// SPDX-License-Identifier: GPL-3.0-or-later
// The device's code on the host: every phase is run thread by thread, in a shuffled order, so that a phase whose
// result depends on the order of its threads is found without a GPU.
#pragma once

#include <algorithm>
#include <cstring>
#include <numeric>

#include "engine/snn/cuda_compact.h"
#include "engine/snn/cuda_image.h"
#include "engine/snn/cuda_schedule.h"
#include "tests/snn/random_network.h"

namespace bnof::test {

/// Threads of one phase after the other, in an order that changes from phase to phase.
class HostThreads {
public:
    HostThreads(const snn::cuda::DeviceNetwork& net, const snn::cuda::Instance& instance, std::uint32_t threads,
                std::uint64_t seed)
        : m_net(net), m_instance(instance), m_order(threads), m_dice(seed)
    {
        std::iota(m_order.begin(), m_order.end(), 0U);
    }
    template <class Work> void each(Work work)
    {
        for (std::uint32_t i = 0; i < m_order.size() / 8 + 1; ++i)
            std::swap(m_order[m_dice.below(threads())], m_order[m_dice.below(threads())]);
        for (const std::uint32_t thread : m_order)
            work(thread, threads());
    }
    template <snn::cuda::Phase Which> void phase(const snn::cuda::PhaseArguments& arguments)
    {
        each([&](std::uint32_t thread, std::uint32_t count) {
            snn::cuda::runPhase<Which>(m_net, m_instance, arguments, thread, count);
        });
    }

private:
    [[nodiscard]] std::uint32_t threads() const { return static_cast<std::uint32_t>(m_order.size()); }

    const snn::cuda::DeviceNetwork& m_net;
    const snn::cuda::Instance& m_instance;
    std::vector<std::uint32_t> m_order;
    Dice m_dice;
};

struct TwinOptions {
    snn::cuda::ImageOptions image;
    std::uint32_t threads = 64; ///< a multiple of 32
    std::uint64_t seed = 1;     ///< of the order of threads
};

/// The arenas of some instances of one network, as they would lie on the device.
class TwinMemory {
public:
    TwinMemory(const snn::cuda::DeviceImage& image, std::uint32_t instances)
        : m_image(image), m_constants(image.constantBytes()), m_events(image.plan().projections.size()),
          net(image.network()),
          record(instances * image.recordBytes() / 4, 0xA5A5A5A5U) // nobody may rely on what was there
    {
        image.forEachPiece([&](std::uint64_t offset, const void* data, std::uint64_t bytes) {
            std::memcpy(m_constants.data() + offset, data, bytes);
        });
        net.constants = m_constants.data();
        for (std::uint32_t i = 0; i < instances; ++i) {
            hot.emplace_back(net.hotBytes, static_cast<char>(0x5A));
            cold.emplace_back(net.coldBytes, static_cast<char>(0x5A));
            carried.emplace_back();
        }
    }
    [[nodiscard]] snn::cuda::Instance instance(std::uint32_t i)
    {
        return {hot[i].data(), cold[i].data(), carried[i].empty() ? nullptr : carried[i].data(),
                record.data() + i * m_image.recordBytes() / 4, m_events.data()};
    }
    [[nodiscard]] const std::vector<std::uint64_t>& events() const { return m_events; }

    /// The spikes of a chunk, appended by instance and population.
    void compact(const std::vector<snn::cuda::RecordedTicks>& recorded, std::uint32_t threads,
                 std::vector<snn::SpikesByPopulation>& out)
    {
        using namespace snn::cuda;
        const std::vector<std::uint64_t> segments = m_image.listSegments();
        const std::size_t lists = recorded.size() * net.populationCount;
        std::vector<std::uint32_t> counts(segments.back() * recorded.size());
        std::vector<std::uint64_t> begins(counts.size());
        std::vector<std::uint64_t> partial(threads);
        std::vector<std::uint64_t> starts(lists + 1);
        Compaction c{record.data(),
                     m_image.recordBytes() / 4,
                     recorded.data(),
                     segments.data(),
                     static_cast<std::uint32_t>(recorded.size()),
                     counts.data(),
                     begins.data(),
                     partial.data(),
                     starts.data(),
                     nullptr};
        const auto each = [threads](auto work) {
            for (std::uint32_t thread = threads; thread > 0; --thread)
                work(thread - 1);
        };
        each([&](std::uint32_t thread) { countPhase(net, c, thread, threads); });
        each([&](std::uint32_t thread) { sumPhase(net, c, thread, threads); });
        each([&](std::uint32_t thread) { placePhase(net, c, thread, threads); });
        each([&](std::uint32_t thread) { startsPhase(net, c, thread, threads); });
        std::vector<ListedSpike> list(starts[lists]);
        c.out = list.data();
        each([&](std::uint32_t thread) { writePhase(net, c, thread, threads); });
        for (std::size_t i = 0; i < lists; ++i) {
            std::vector<Spike>& to = out[i / net.populationCount][i % net.populationCount];
            for (std::uint64_t k = starts[i]; k < starts[i + 1]; ++k)
                to.push_back({list[k].neuron, list[k].tick});
        }
    }

private:
    const snn::cuda::DeviceImage& m_image;
    std::vector<char> m_constants;
    std::vector<std::uint64_t> m_events;

public:
    snn::cuda::DeviceNetwork net;
    std::vector<std::uint32_t> record;
    std::vector<std::vector<char>> hot, cold, carried; ///< by instance
};

/// A back end out of the phases.
class CudaTwin final : public snn::BackEnd {
public:
    CudaTwin(std::shared_ptr<const snn::Plan> plan, const TwinOptions& options)
        : BackEnd(plan), m_image(std::move(plan), options.image), m_options(options), m_memory(m_image, 1)
    {
        reset(this->plan().network.seed);
    }

    void setDrive(std::uint32_t population, std::span<const float> driveMv) override
    {
        const bool driven = std::any_of(driveMv.begin(), driveMv.end(), [](float value) { return value != 0; });
        each([&](std::uint32_t thread, std::uint32_t threads) {
            snn::cuda::changeDrivePhase(m_memory.net, m_memory.instance(0), population, driveMv.data(), driven, thread,
                                        threads);
        });
    }
    void setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds) override
    {
        each([&](std::uint32_t thread, std::uint32_t threads) {
            snn::cuda::changeRatesPhase(m_memory.net, m_memory.instance(0), population, thresholds.data(), tick(),
                                        thread, threads);
        });
    }
    void run(std::uint32_t ticks, snn::SpikesByPopulation& spikes) override
    {
        std::vector<snn::SpikesByPopulation> lists(1);
        spikes.resize(plan().populations.size());
        lists[0] = std::move(spikes);
        for (std::uint32_t left = ticks; left > 0;) {
            const std::uint32_t chunk = std::min(left, m_memory.net.chunkTicks);
            const std::uint64_t begin = tick();
            const snn::cuda::Instance instance = m_memory.instance(0);
            HostThreads threads(m_memory.net, instance, m_options.threads, m_options.seed++);
            for (std::uint32_t done = 0; done < chunk;) {
                const std::uint32_t block = std::min(chunk - done, m_memory.net.blockTicks);
                snn::cuda::scheduleBlock(m_memory.net, snn::cuda::Step{done, block, 0}, threads);
                done += block;
            }
            m_memory.compact({{begin, chunk, 0}}, m_options.threads, lists);
            snn::cuda::headerOf(instance).tick += chunk;
            left -= chunk;
        }
        spikes = std::move(lists[0]);
    }
    void modulate(std::uint32_t projection, std::span<const float> modulation) override
    {
        std::uint32_t learning = 0;
        while (m_image.learning()[learning].projection != projection)
            ++learning;
        each([&](std::uint32_t thread, std::uint32_t threads) {
            snn::cuda::modulatePhase(m_memory.net, m_memory.instance(0), learning, modulation.data(),
                                     static_cast<std::uint32_t>(modulation.size()), thread, threads);
        });
    }
    [[nodiscard]] std::uint64_t tick() const override
    {
        return reinterpret_cast<const snn::cuda::InstanceHeader*>(m_memory.hot[0].data())->tick;
    }
    void reset(std::uint64_t drawSeed) override
    {
        m_memory.carried[0].clear();
        const snn::cuda::Instance instance = m_memory.instance(0);
        HostThreads threads(m_memory.net, instance, m_options.threads, m_options.seed++);
        snn::cuda::scheduleReset(drawSeed, threads);
    }
    [[nodiscard]] snn::NetworkState state() override
    {
        return m_image.readState(m_memory.hot[0], m_memory.cold[0], m_memory.carried[0]);
    }
    void setState(const snn::NetworkState& state) override
    {
        m_image.writeState(state, m_memory.hot[0], m_memory.cold[0], m_memory.carried[0]);
    }
    [[nodiscard]] snn::Activity activity() const override
    {
        snn::Activity activity;
        activity.events = m_memory.events();
        return activity;
    }
    [[nodiscard]] std::string name() const override { return "device code on the host"; }
    void setDrawSeed(std::uint64_t drawSeed) override { snn::cuda::headerOf(m_memory.instance(0)).drawSeed = drawSeed; }

private:
    template <class Work> void each(Work work)
    {
        for (std::uint32_t thread = m_options.threads; thread > 0; --thread)
            work(thread - 1, m_options.threads);
    }

    snn::cuda::DeviceImage m_image;
    TwinOptions m_options;
    TwinMemory m_memory;
};

/// What apply() does to a Simulation.
inline void applyTo(snn::BackEnd& backEnd, const Stretch& stretch)
{
    const snn::Plan& plan = backEnd.plan();
    for (std::uint32_t i = 0; i < stretch.values.size(); ++i) {
        const snn::PopulationPlan& population = plan.populations[i];
        if (population.kind == snn::NeuronKind::Poisson) {
            std::vector<std::uint32_t> thresholds;
            for (const float rate : stretch.values[i])
                thresholds.push_back(snn::poissonThreshold(static_cast<double>(rate), plan.network.tickMs));
            backEnd.setThresholds(i, thresholds);
        } else if (!population.isSource() && population.kind != snn::NeuronKind::Counter) {
            backEnd.setDrive(i, stretch.values[i]);
        }
    }
    for (std::uint32_t i = 0; i < plan.projections.size() && !stretch.modulation.empty(); ++i)
        if (plan.projections[i].plasticity && plan.projections[i].plasticity->rule == snn::LearningRule::ThreeFactor)
            backEnd.modulate(i, stretch.modulation);
}

} // namespace bnof::test
