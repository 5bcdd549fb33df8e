// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/build_config.h"

#if BNOF_WITH_CUDA
#include <algorithm>
#include <atomic>
#include <bit>
#include <future>
#include <new>

#include "engine/base/sha256.h"
#include "engine/compute/cpu.h"
#include "engine/compute/cuda_memory.h"
#include "engine/compute/team.h"
#include "engine/snn/cuda_backend.h"
#include "engine/snn/cuda_batch.h"
#include "engine/snn/cuda_spikes.h"

namespace bnof::snn {
namespace {

using compute::CudaBuffer;

constexpr double largestShareOfMemory = 0.8; ///< of what is free; the rest is for spike lists and other programs
constexpr std::uint64_t recordBytes = std::uint64_t{256} << 20;

/// The inputs of some trials in the form of the device.
struct HostTables {
    std::vector<cuda::DeviceTrial> trials;
    std::vector<cuda::DeviceInput> inputs;
    std::vector<std::uint32_t> values;
};

HostTables tablesFor(const Plan& plan, std::span<const Trial> trials, std::span<const std::size_t> numbers)
{
    HostTables tables;
    for (const std::size_t number : numbers) {
        const Trial& trial = trials[number];
        tables.trials.push_back(
            {trial.drawSeed, trial.ticks, static_cast<std::uint32_t>(trial.inputs.size()), tables.inputs.size()});
        for (const InputChange& change : trial.inputs) {
            const bool rates = plan.populations[change.population].kind == NeuronKind::Poisson;
            const bool driven =
                std::any_of(change.values.begin(), change.values.end(), [](float value) { return value != 0; });
            tables.inputs.push_back(
                {std::min(change.tick, trial.ticks), change.population, tables.values.size(), rates, driven});
            for (const float value : change.values)
                tables.values.push_back(rates ? poissonThreshold(static_cast<double>(value), plan.network.tickMs)
                                              : std::bit_cast<std::uint32_t>(value));
        }
    }
    return tables;
}

class DeviceBatch final : public CudaBatch {
public:
    DeviceBatch(std::shared_ptr<const Plan> plan, compute::CudaDevice device, const cuda::DeviceShape& shape)
        : m_plan(std::move(plan)), m_device(std::move(device)), m_shape(shape)
    {}
    ~DeviceBatch() override { (void)finish(); }
    DeviceBatch(const DeviceBatch&) = delete;
    DeviceBatch& operator=(const DeviceBatch&) = delete;

    Result<void> open(double share);
    [[nodiscard]] std::size_t capacity() const override { return m_capacity; }
    [[nodiscard]] std::string name() const override
    {
        return "cuda (" + m_device.name + ", " + std::to_string(m_capacity) + " trials at once)";
    }
    Result<void> run(std::span<const Trial> trials, std::span<const std::size_t> numbers, BatchResult& result) override;
    Result<void> finish() override;

private:
    struct Arenas {
        std::vector<char> hot, cold;
    };
    template <class T> Result<void> upload(CudaBuffer& buffer, const std::vector<T>& values);
    Result<void> runWave(std::span<const Trial> trials, std::span<const std::size_t> numbers, BatchResult& result);
    Result<void> runChunks(std::span<const Trial> trials, std::span<const std::size_t> numbers,
                           const cuda::BatchTables& tables, BatchResult& result);
    void hash(Arenas arenas, std::vector<std::size_t> numbers, BatchResult& result);

    std::shared_ptr<const Plan> m_plan;
    compute::CudaDevice m_device;
    cuda::DeviceShape m_shape;
    std::unique_ptr<compute::CudaStream> m_stream; ///< before the buffers: they are given back to it
    std::optional<cuda::DeviceImage> m_image;
    cuda::DeviceNetwork m_net;
    cuda::Launcher m_launcher;
    cuda::InstanceArray m_arrays;
    CudaBuffer m_constants, m_hot, m_cold, m_record, m_trials, m_inputs, m_values;
    std::optional<cuda::SpikeFetcher> m_fetcher;
    std::size_t m_capacity = 1;
    std::future<void> m_hashing; ///< of the wave before, beside the device's work on the next
};

Result<void> DeviceBatch::open(double share)
{
    const auto budget =
        static_cast<std::uint64_t>(static_cast<double>(m_device.freeBytes) * share * largestShareOfMemory);
    BNOF_TRY_ASSIGN(m_stream, compute::CudaStream::create(m_device.ordinal));
    m_launcher = {m_stream->get(), m_device.multiprocessors};
    unsigned atOnce = 0;
    const cuda::BlockShape block{m_shape.threads, m_shape.sharedBytes};
    if (const cudaError_t status = cuda::trialsAtOnce(block, m_device.multiprocessors, atOnce); status != cudaSuccess)
        return compute::cudaFailure(status, "lay out the trials");
    m_capacity = std::max<std::size_t>(static_cast<std::size_t>(atOnce * share), 1);
    std::uint32_t chunk = 0;
    for (;; m_capacity = (m_capacity + 1) / 2) { // fewer at once where memory is short
        chunk = cuda::chunkFor(*m_plan, m_shape.blockTicks, std::min(recordBytes, budget / 4) / m_capacity);
        m_image.emplace(m_plan, cuda::ImageOptions{m_shape.blockTicks, chunk});
        const cuda::DeviceNetwork& net = m_image->network();
        const std::uint64_t each = net.hotBytes + net.coldBytes + m_image->recordBytes();
        const auto trials = static_cast<std::uint32_t>(m_capacity);
        if (m_capacity == 1 ||
            m_image->constantBytes() + each * trials + cuda::SpikeFetcher::bytesFor(*m_image, trials) <= budget)
            break;
    }
    m_net = m_image->network();
    BNOF_TRY_ASSIGN(m_constants, CudaBuffer::create(*m_stream, m_image->constantBytes(), "the synapses"));
    BNOF_TRY_ASSIGN(m_hot, CudaBuffer::create(*m_stream, m_net.hotBytes * m_capacity, "the neurons of all trials"));
    BNOF_TRY_ASSIGN(m_cold, CudaBuffer::create(*m_stream, m_net.coldBytes * m_capacity, "the weights of all trials"));
    BNOF_TRY_ASSIGN(m_record,
                    CudaBuffer::create(*m_stream, m_image->recordBytes() * m_capacity, "the spikes of all trials"));
    BNOF_TRY_ASSIGN(cuda::SpikeFetcher fetcher,
                    cuda::SpikeFetcher::create(*m_stream, *m_image, static_cast<std::uint32_t>(m_capacity)));
    m_fetcher = std::move(fetcher);
    m_net.constants = m_constants.as<const char>();
    m_arrays = {m_hot.as<char>(), m_cold.as<char>(),         nullptr, m_record.as<std::uint32_t>(),
                nullptr,          m_image->recordBytes() / 4};
    cudaError_t status = cudaSuccess;
    m_image->forEachPiece([&](std::uint64_t offset, const void* data, std::uint64_t bytes) {
        if (status == cudaSuccess)
            status =
                cudaMemcpyAsync(m_constants.as<char>() + offset, data, bytes, cudaMemcpyHostToDevice, m_stream->get());
    });
    if (status != cudaSuccess)
        return compute::cudaFailure(status, "copy the synapses to the device");
    return m_stream->wait("prepare the trials");
}

template <class T> Result<void> DeviceBatch::upload(CudaBuffer& buffer, const std::vector<T>& values)
{
    const std::uint64_t bytes = values.size() * sizeof(T);
    if (buffer.bytes() < bytes || buffer.bytes() == 0) {
        buffer = {};
        BNOF_TRY_ASSIGN(buffer, CudaBuffer::create(*m_stream, bytes, "the inputs of the trials"));
    }
    if (values.empty())
        return {};
    if (const cudaError_t status =
            cudaMemcpyAsync(buffer.as<void>(), values.data(), bytes, cudaMemcpyHostToDevice, m_stream->get());
        status != cudaSuccess)
        return compute::cudaFailure(status, "copy the inputs of the trials");
    return {};
}

Result<void> DeviceBatch::run(std::span<const Trial> trials, std::span<const std::size_t> numbers, BatchResult& result)
{
    m_stream->use();
    for (std::size_t begin = 0; begin < numbers.size(); begin += m_capacity)
        BNOF_TRY(runWave(trials, numbers.subspan(begin, std::min(m_capacity, numbers.size() - begin)), result));
    return {};
}

Result<void> DeviceBatch::runWave(std::span<const Trial> trials, std::span<const std::size_t> numbers,
                                  BatchResult& result)
{
    const HostTables host = tablesFor(*m_plan, trials, numbers);
    BNOF_TRY(upload(m_trials, host.trials));
    BNOF_TRY(upload(m_inputs, host.inputs));
    BNOF_TRY(upload(m_values, host.values));
    const cuda::BatchTables tables{m_trials.as<cuda::DeviceTrial>(), m_inputs.as<cuda::DeviceInput>(),
                                   m_values.as<std::uint32_t>()};
    BNOF_TRY(runChunks(trials, numbers, tables, result));
    Arenas arenas;
    arenas.hot.resize(m_net.hotBytes * numbers.size());
    arenas.cold.resize(m_net.coldBytes * numbers.size());
    cudaError_t status =
        cudaMemcpyAsync(arenas.hot.data(), m_arrays.hot, arenas.hot.size(), cudaMemcpyDeviceToHost, m_stream->get());
    if (status == cudaSuccess)
        status = cudaMemcpyAsync(arenas.cold.data(), m_arrays.cold, arenas.cold.size(), cudaMemcpyDeviceToHost,
                                 m_stream->get());
    if (status != cudaSuccess)
        return compute::cudaFailure(status, "fetch the states of the trials");
    BNOF_TRY(m_stream->wait("fetch the states of the trials"));
    BNOF_TRY(finish());
    m_hashing =
        std::async(std::launch::async, [this, arenas = std::move(arenas), &result,
                                        mine = std::vector<std::size_t>(numbers.begin(), numbers.end())]() mutable {
            hash(std::move(arenas), std::move(mine), result);
        });
    return {};
}

Result<void> DeviceBatch::runChunks(std::span<const Trial> trials, std::span<const std::size_t> numbers,
                                    const cuda::BatchTables& tables, BatchResult& result)
{
    std::vector<SpikesByPopulation*> out;
    std::uint32_t longest = 0;
    for (const std::size_t number : numbers) {
        result.spikes[number].assign(m_plan->populations.size(), {});
        out.push_back(&result.spikes[number]);
        longest = std::max(longest, trials[number].ticks);
    }
    std::vector<cuda::RecordedTicks> recorded(numbers.size());
    for (std::uint32_t done = 0; done == 0 || done < longest; done += m_net.chunkTicks) {
        if (const cudaError_t status =
                cuda::enqueueTrials(m_launcher, m_net, m_arrays, {m_shape.threads, m_shape.sharedBytes}, tables,
                                    static_cast<std::uint32_t>(numbers.size()), done == 0);
            status != cudaSuccess)
            return compute::cudaFailure(status, "run the trials");
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const std::uint32_t ticks = trials[numbers[i]].ticks;
            recorded[i] = {done, ticks > done ? std::min(ticks - done, m_net.chunkTicks) : 0, 0};
        }
        BNOF_TRY(m_fetcher->fetch(m_launcher, m_net, m_arrays.record, recorded, out));
    }
    return {};
}

void DeviceBatch::hash(Arenas arenas, std::vector<std::size_t> numbers, BatchResult& result)
{
    const unsigned threads =
        std::max(1U, std::min<unsigned>(compute::cpuFeatures().logicalCores, static_cast<unsigned>(numbers.size())));
    std::atomic<std::size_t> next{0};
    std::atomic<bool> outOfMemory{false};
    compute::Team team(threads);
    team.run([&](unsigned) {
        try {
            for (std::size_t i = next.fetch_add(1); i < numbers.size(); i = next.fetch_add(1)) {
                const std::span<const char> hot(arenas.hot.data() + i * m_net.hotBytes, m_net.hotBytes);
                const std::span<const char> cold(arenas.cold.data() + i * m_net.coldBytes, m_net.coldBytes);
                result.stateHashes[numbers[i]] = sha256Hex(encodeState(*m_plan, m_image->readState(hot, cold, {})));
            }
        } catch (const std::bad_alloc&) {
            outOfMemory = true;
        }
    });
    if (outOfMemory)
        throw std::bad_alloc();
}

Result<void> DeviceBatch::finish()
{
    if (!m_hashing.valid())
        return {};
    try {
        m_hashing.get();
    } catch (const std::exception&) {
        return makeError(ErrorKind::BadInput, "there is not enough memory for the states of the trials", "batch",
                         "Run fewer trials at once, or use a machine with more memory.");
    }
    return {};
}

} // namespace

Result<std::unique_ptr<CudaBatch>> CudaBatch::create(std::shared_ptr<const Plan> plan,
                                                     const compute::CudaDevice& device, double share)
{
    const cuda::DeviceShape shape = cuda::chooseShape(plan, device, CudaOptions::Path::OneBlock, true);
    auto batch = std::make_unique<DeviceBatch>(std::move(plan), device, shape);
    BNOF_TRY(batch->open(share));
    return std::unique_ptr<CudaBatch>(std::move(batch));
}

} // namespace bnof::snn
#endif
