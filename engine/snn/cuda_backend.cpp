// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/build_config.h"

#if BNOF_WITH_CUDA
#include <algorithm>
#include <cstring>

#include "engine/base/instruments.h"
#include "engine/base/log.h"
#include "engine/base/time.h"
#include "engine/compute/cuda_memory.h"
#include "engine/snn/cuda_backend.h"
#include "engine/snn/cuda_spikes.h"

namespace bnof::snn {
namespace {

using compute::CudaBuffer;

constexpr std::uint64_t recordBytes = std::uint64_t{64} << 20; ///< of spikes that stay on the device
constexpr std::uint32_t graphTicks = 64;                       ///< at least; whole blocks

class CudaBackEnd final : public BackEnd {
public:
    CudaBackEnd(std::shared_ptr<const Plan> plan, const cuda::DeviceShape& shape, std::uint32_t chunkTicks,
                compute::CudaDevice device, bool graphs)
        : BackEnd(plan), m_image(std::move(plan), {shape.blockTicks, chunkTicks}), m_shape(shape),
          m_device(std::move(device)), m_graphs(graphs && !shape.oneBlock)
    {
        m_activity.spikes.assign(this->plan().populations.size(), 0);
        m_activity.events.assign(this->plan().projections.size(), 0);
    }
    ~CudaBackEnd() override { dropGraph(); }
    CudaBackEnd(const CudaBackEnd&) = delete;
    CudaBackEnd& operator=(const CudaBackEnd&) = delete;

    [[nodiscard]] std::uint64_t bytesNeeded() const
    {
        const cuda::DeviceNetwork& net = m_image.network();
        return m_image.constantBytes() + net.hotBytes + net.coldBytes + m_image.recordBytes() +
               cuda::SpikeFetcher::bytesFor(m_image, 1);
    }
    Result<void> open(std::uint64_t memoryLimit);

    void setDrive(std::uint32_t population, std::span<const float> driveMv) override;
    void setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds) override;
    void run(std::uint32_t ticks, SpikesByPopulation& spikes) override;
    void modulate(std::uint32_t projection, std::span<const float> modulation) override;
    [[nodiscard]] std::uint64_t tick() const override { return m_tick; }
    void reset(std::uint64_t drawSeed) override;
    [[nodiscard]] NetworkState state() override;
    void setState(const NetworkState& state) override;
    [[nodiscard]] Activity activity() const override { return m_activity; }
    [[nodiscard]] std::string name() const override
    {
        return "cuda (" + m_device.name + (m_shape.oneBlock ? ", one thread block)" : ", whole grid)");
    }
    void setDrawSeed(std::uint64_t drawSeed) override;
    [[nodiscard]] std::optional<Error> failure() const override { return m_failure; }

private:
    /// Notes the first failure; false once there is one.
    bool good(cudaError_t status, const char* action)
    {
        if (status != cudaSuccess && !m_failure)
            m_failure = compute::cudaFailure(status, action);
        return !m_failure;
    }
    bool good(const Result<void>& result)
    {
        if (!result.ok() && !m_failure)
            m_failure = result.error();
        return !m_failure;
    }
    template <class T> const T* upload(std::span<const T> values, const char* action)
    {
        good(cudaMemcpyAsync(m_values.as<void>(), values.data(), values.size_bytes(), cudaMemcpyHostToDevice,
                             m_stream->get()),
             action);
        return m_values.as<const T>();
    }
    Result<void> uploadConstants();
    bool advance(std::uint32_t ticks);
    cudaError_t enqueueTicks(std::uint32_t ticks);
    bool makeGraph();
    void dropGraph();
    bool collect(std::uint64_t begin, std::uint32_t ticks, SpikesByPopulation& spikes);

    std::unique_ptr<compute::CudaStream> m_stream; ///< before the buffers: they are given back to it
    cuda::DeviceImage m_image;
    cuda::DeviceShape m_shape;
    compute::CudaDevice m_device;
    cuda::DeviceNetwork m_net;
    cuda::Instance m_instance;
    cuda::Launcher m_launcher;
    CudaBuffer m_constants, m_hot, m_cold, m_record, m_carried, m_events, m_values;
    std::optional<cuda::SpikeFetcher> m_fetcher;
    std::vector<char> m_carriedHost; ///< what is on its way since a state was loaded
    bool m_graphs;
    bool m_warm = false; ///< every kernel has been launched once
    std::uint32_t m_graphTicks = 0;
    cudaGraphExec_t m_graph = nullptr;
    std::uint64_t m_tick = 0;
    Activity m_activity;
    std::optional<Error> m_failure;
};

Result<void> CudaBackEnd::open(std::uint64_t memoryLimit)
{
    BNOF_TRY_ASSIGN(m_stream, compute::CudaStream::create(m_device.ordinal, memoryLimit));
    m_launcher = {m_stream->get(), m_device.multiprocessors};
    m_net = m_image.network();
    std::size_t values = 64;
    for (const PopulationPlan& population : plan().populations)
        values = std::max<std::size_t>(values, population.size);
    BNOF_TRY_ASSIGN(m_constants, CudaBuffer::create(*m_stream, m_image.constantBytes(), "the synapses"));
    BNOF_TRY_ASSIGN(m_hot, CudaBuffer::create(*m_stream, m_net.hotBytes, "the neurons"));
    BNOF_TRY_ASSIGN(m_cold, CudaBuffer::create(*m_stream, m_net.coldBytes, "the plastic weights"));
    BNOF_TRY_ASSIGN(m_record, CudaBuffer::create(*m_stream, m_image.recordBytes(), "the recorded spikes"));
    BNOF_TRY_ASSIGN(m_events, CudaBuffer::create(*m_stream, plan().projections.size() * 8, "counters"));
    BNOF_TRY_ASSIGN(m_values, CudaBuffer::create(*m_stream, values * 4, "inputs"));
    BNOF_TRY_ASSIGN(cuda::SpikeFetcher fetcher, cuda::SpikeFetcher::create(*m_stream, m_image, 1));
    m_fetcher = std::move(fetcher);
    m_net.constants = m_constants.as<const char>();
    m_instance = {m_hot.as<char>(), m_cold.as<char>(), nullptr, m_record.as<std::uint32_t>(),
                  m_events.as<std::uint64_t>()};
    BNOF_TRY(uploadConstants());
    m_graphTicks = (graphTicks + m_net.blockTicks - 1) / m_net.blockTicks * m_net.blockTicks;
    good(cudaMemsetAsync(m_events.as<void>(), 0, m_events.bytes(), m_stream->get()), "clear the counters");
    reset(plan().network.seed);
    if (good(m_stream->wait("prepare the network")))
        return {};
    return *m_failure;
}

Result<void> CudaBackEnd::uploadConstants()
{
    cudaError_t status = cudaSuccess;
    m_image.forEachPiece([&](std::uint64_t offset, const void* data, std::uint64_t bytes) {
        if (status == cudaSuccess)
            status =
                cudaMemcpyAsync(m_constants.as<char>() + offset, data, bytes, cudaMemcpyHostToDevice, m_stream->get());
    });
    if (status != cudaSuccess)
        return compute::cudaFailure(status, "copy the synapses to the device");
    return {};
}

void CudaBackEnd::setDrive(std::uint32_t population, std::span<const float> driveMv)
{
    m_stream->use();
    const bool driven = std::any_of(driveMv.begin(), driveMv.end(), [](float value) { return value != 0; });
    const float* values = upload(driveMv, "copy a drive");
    if (!m_failure)
        good(cuda::enqueueDrive(m_launcher, m_net, m_instance, population, values, driven), "set a drive");
}

void CudaBackEnd::setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds)
{
    m_stream->use();
    const std::uint32_t* values = upload(thresholds, "copy rates");
    if (!m_failure)
        good(cuda::enqueueRates(m_launcher, m_net, m_instance, population, values), "set rates");
}

void CudaBackEnd::modulate(std::uint32_t projection, std::span<const float> modulation)
{
    m_stream->use();
    std::uint32_t learning = 0;
    while (m_image.learning()[learning].projection != projection)
        ++learning;
    const float* values = upload(modulation, "copy a modulation");
    if (!m_failure)
        good(cuda::enqueueModulation(m_launcher, m_net, m_instance, learning, values,
                                     static_cast<std::uint32_t>(modulation.size())),
             "modulate weights");
}

void CudaBackEnd::setDrawSeed(std::uint64_t drawSeed)
{
    m_stream->use();
    good(cudaMemcpyAsync(m_hot.as<char>() + offsetof(cuda::InstanceHeader, drawSeed), &drawSeed, sizeof drawSeed,
                         cudaMemcpyHostToDevice, m_stream->get()),
         "set the seed");
}

void CudaBackEnd::run(std::uint32_t ticks, SpikesByPopulation& spikes)
{
    static Counter& tickCounter = Instruments::counter("snn.ticks");
    static Counter& spikeCounter = Instruments::counter("snn.spikes");
    static Counter& eventCounter = Instruments::counter("snn.synaptic_events");
    m_stream->use();
    spikes.resize(plan().populations.size());
    const Activity before = m_activity;
    for (std::uint32_t left = ticks; left > 0 && !m_failure;) {
        const std::uint32_t chunk = std::min(left, m_net.chunkTicks);
        if (!advance(chunk) || !collect(m_tick, chunk, spikes))
            return;
        m_tick += chunk;
        left -= chunk;
    }
    tickCounter.add(m_activity.ticks - before.ticks);
    for (std::size_t i = 0; i < before.spikes.size(); ++i)
        spikeCounter.add(m_activity.spikes[i] - before.spikes[i]);
    eventCounter.add(m_activity.synapticEvents() - before.synapticEvents());
}

/// Enqueues the ticks of a chunk.
bool CudaBackEnd::advance(std::uint32_t ticks)
{
    if (m_shape.oneBlock) {
        const cuda::InstanceArray arrays{m_instance.hot,    m_instance.cold,   m_instance.carried,
                                         m_instance.record, m_instance.events, 0};
        return good(cuda::enqueueInOneBlock(m_launcher, m_net, arrays, {m_shape.threads, m_shape.sharedBytes}, ticks),
                    "run the network");
    }
    if (!m_warm) { // kernels are loaded when they are first launched, which a capture does not like
        const std::uint32_t first = std::min(ticks, m_net.blockTicks);
        if (!good(enqueueTicks(first), "run the network"))
            return false;
        ticks -= first;
        m_warm = true;
    }
    while (m_graphs && ticks >= m_graphTicks && (m_graph != nullptr || makeGraph())) {
        if (!good(cudaGraphLaunch(m_graph, m_stream->get()), "run the network"))
            return false;
        ticks -= m_graphTicks;
    }
    return good(enqueueTicks(ticks), "run the network");
}

cudaError_t CudaBackEnd::enqueueTicks(std::uint32_t ticks)
{
    for (std::uint32_t done = 0; done < ticks;) {
        const std::uint32_t block = std::min(ticks - done, m_net.blockTicks);
        if (const cudaError_t status = cuda::enqueueBlock(m_launcher, m_net, m_instance, cuda::Step{done, block, 0});
            status != cudaSuccess)
            return status;
        done += block;
    }
    return ticks == 0 ? cudaSuccess : cuda::enqueueClock(m_launcher, m_instance, ticks);
}

/// The launches of m_graphTicks ticks as one graph. Where that is not possible the launches are made one by one.
bool CudaBackEnd::makeGraph()
{
    cudaGraph_t graph = nullptr;
    if (cudaStreamBeginCapture(m_stream->get(), cudaStreamCaptureModeThreadLocal) != cudaSuccess) {
        cudaGetLastError();
        return m_graphs = false;
    }
    const bool enqueued = enqueueTicks(m_graphTicks) == cudaSuccess;
    const bool captured = cudaStreamEndCapture(m_stream->get(), &graph) == cudaSuccess && enqueued;
    const bool made = captured && cudaGraphInstantiate(&m_graph, graph, 0) == cudaSuccess;
    if (graph != nullptr)
        cudaGraphDestroy(graph);
    if (!made) {
        cudaGetLastError();
        m_graph = nullptr;
        m_graphs = false;
        log::warning("snn", "the launches of a network could not be made a CUDA graph; they are made one by one");
    }
    return made;
}

void CudaBackEnd::dropGraph()
{
    if (m_graph != nullptr)
        cudaGraphExecDestroy(m_graph);
    m_graph = nullptr;
}

bool CudaBackEnd::collect(std::uint64_t begin, std::uint32_t ticks, SpikesByPopulation& spikes)
{
    const cuda::RecordedTicks recorded{begin, ticks, 0};
    SpikesByPopulation* out = &spikes;
    std::vector<std::size_t> before;
    for (const auto& population : spikes)
        before.push_back(population.size());
    if (!good(m_fetcher->fetch(m_launcher, m_net, m_instance.record, {&recorded, 1}, {&out, 1})))
        return false;
    if (!good(cudaMemcpyAsync(m_activity.events.data(), m_instance.events, m_activity.events.size() * 8,
                              cudaMemcpyDeviceToHost, m_stream->get()),
              "count synaptic events") ||
        !good(cudaMemsetAsync(m_hot.as<char>() + offsetof(cuda::InstanceHeader, recorded), 0, 4, m_stream->get()),
              "run the network") ||
        !good(m_stream->wait("run the network")))
        return false;
    for (std::size_t i = 0; i < spikes.size(); ++i)
        m_activity.spikes[i] += spikes[i].size() - before[i];
    m_activity.ticks += ticks;
    return true;
}

void CudaBackEnd::reset(std::uint64_t drawSeed)
{
    m_stream->use();
    m_tick = 0;
    m_carriedHost.clear();
    if (m_instance.carried != nullptr) {
        m_instance.carried = nullptr;
        m_carried = {};
        dropGraph();
    }
    good(cuda::enqueueReset(m_launcher, m_net, m_instance, drawSeed), "reset the network");
}

NetworkState CudaBackEnd::state()
{
    m_stream->use();
    std::vector<char> hot(m_net.hotBytes);
    std::vector<char> cold(m_net.coldBytes);
    if (!good(cudaMemcpyAsync(hot.data(), m_hot.as<void>(), hot.size(), cudaMemcpyDeviceToHost, m_stream->get()),
              "fetch the state") ||
        !good(cudaMemcpyAsync(cold.data(), m_cold.as<void>(), cold.size(), cudaMemcpyDeviceToHost, m_stream->get()),
              "fetch the state") ||
        !good(m_stream->wait("fetch the state")))
        return {};
    return m_image.readState(hot, cold, m_carriedHost);
}

void CudaBackEnd::setState(const NetworkState& state)
{
    m_stream->use();
    std::vector<char> hot;
    std::vector<char> cold;
    m_image.writeState(state, hot, cold, m_carriedHost);
    m_instance.carried = nullptr;
    m_carried = {};
    dropGraph(); // it holds the place of what is on its way
    const auto copy = [this](const CudaBuffer& to, const std::vector<char>& from) {
        good(cudaMemcpyAsync(to.as<void>(), from.data(), from.size(), cudaMemcpyHostToDevice, m_stream->get()),
             "load a state");
    };
    if (!m_carriedHost.empty()) {
        auto carried = CudaBuffer::create(*m_stream, m_carriedHost.size(), "what is on its way");
        if (!carried.ok()) {
            good(Result<void>(carried.error()));
            return;
        }
        m_carried = std::move(*carried);
        m_instance.carried = m_carried.as<const char>();
        copy(m_carried, m_carriedHost);
    }
    copy(m_hot, hot);
    copy(m_cold, cold);
    good(m_stream->wait("load a state"));
    m_tick = state.tick;
}

} // namespace

Result<std::unique_ptr<BackEnd>> makeCudaBackEnd(std::shared_ptr<const Plan> plan, const CudaOptions& options)
{
    BNOF_TRY_ASSIGN(std::vector<compute::CudaDevice> devices, compute::cudaDevices());
    if (options.device >= 0)
        std::erase_if(devices, [&](const compute::CudaDevice& d) { return d.ordinal != options.device; });
    if (options.memoryLimitBytes > 0)
        for (compute::CudaDevice& device : devices)
            device.freeBytes = std::min(device.freeBytes, options.memoryLimitBytes);
    // What a network needs depends a little on the device's shared memory: shape it for the best one first.
    BNOF_TRY_ASSIGN(compute::CudaChoice choice, compute::chooseCudaDevice(devices, {}));
    const auto shapeFor = [&](const compute::CudaDevice& device) {
        cuda::DeviceShape shape = cuda::chooseShape(plan, device, options.path, false);
        if (options.blockTicks > 0)
            shape.blockTicks = std::min(shape.blockTicks, options.blockTicks);
        return shape;
    };
    const cuda::DeviceShape shape = shapeFor(choice.device);
    const std::uint32_t chunk =
        options.chunkTicks > 0 ? options.chunkTicks : cuda::chunkFor(*plan, shape.blockTicks, recordBytes);
    auto backEnd = std::make_unique<CudaBackEnd>(plan, shape, chunk, choice.device, options.graphs);
    BNOF_TRY_ASSIGN(const compute::CudaChoice fitting, compute::chooseCudaDevice(devices, {backEnd->bytesNeeded()}));
    if (fitting.device.ordinal != choice.device.ordinal) {
        backEnd = std::make_unique<CudaBackEnd>(plan, shapeFor(fitting.device), chunk, fitting.device, options.graphs);
    }
    BNOF_TRY(backEnd->open(options.memoryLimitBytes));
    log::info("snn", "CUDA device chosen: " + fitting.reason);
    return std::unique_ptr<BackEnd>(std::move(backEnd));
}

} // namespace bnof::snn
#endif
