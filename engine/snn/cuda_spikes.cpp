// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/build_config.h"

#if BNOF_WITH_CUDA
#include <algorithm>

#include "engine/snn/cuda_spikes.h"

namespace bnof::snn::cuda {
namespace {

Result<void> check(cudaError_t status, const char* action)
{
    if (status != cudaSuccess)
        return compute::cudaFailure(status, action);
    return {};
}

constexpr const char* counting = "count the spikes";
constexpr const char* fetching = "fetch the spikes";

} // namespace

std::uint64_t SpikeFetcher::bytesFor(const DeviceImage& image, std::uint32_t instances)
{
    return image.listSegments().back() * instances * 12 + std::uint64_t{instances} * image.populations().size() * 8;
}

Result<SpikeFetcher> SpikeFetcher::create(compute::CudaStream& stream, const DeviceImage& image,
                                          std::uint32_t instances)
{
    SpikeFetcher fetcher;
    const std::vector<std::uint64_t> segments = image.listSegments();
    fetcher.m_stream = &stream;
    fetcher.m_segments = segments.back();
    fetcher.m_recordStride = image.recordBytes() / 4;
    const std::uint64_t all = segments.back() * instances;
    const std::uint64_t lists = std::uint64_t{instances} * image.populations().size();
    const auto make = [&](compute::CudaBuffer& buffer, std::uint64_t bytes) -> Result<void> {
        BNOF_TRY_ASSIGN(buffer, compute::CudaBuffer::create(stream, bytes, "the places of the spikes"));
        return {};
    };
    BNOF_TRY(make(fetcher.m_counts, all * 4));
    BNOF_TRY(make(fetcher.m_begins, all * 8));
    BNOF_TRY(make(fetcher.m_partial, scanThreads * 8));
    BNOF_TRY(make(fetcher.m_starts, (lists + 1) * 8));
    BNOF_TRY(make(fetcher.m_listSegments, segments.size() * 8));
    BNOF_TRY(make(fetcher.m_recorded, instances * sizeof(RecordedTicks)));
    BNOF_TRY_ASSIGN(fetcher.m_hostStarts, compute::PinnedBuffer::create((lists + 1) * 8));
    BNOF_TRY(check(cudaMemcpyAsync(fetcher.m_listSegments.as<void>(), segments.data(), segments.size() * 8,
                                   cudaMemcpyHostToDevice, stream.get()),
                   "copy the places of the spikes"));
    return fetcher;
}

/// Grows by half at least, so that a rising activity does not allocate at every chunk.
Result<void> SpikeFetcher::makeRoom(std::uint64_t spikes)
{
    const std::uint64_t bytes = spikes * sizeof(ListedSpike);
    if (m_list.bytes() < bytes) {
        m_list = {};
        BNOF_TRY_ASSIGN(m_list, compute::CudaBuffer::create(*m_stream, bytes + bytes / 2, "the spikes of some ticks"));
    }
    if (m_hostList.bytes() < bytes) {
        m_hostList = {};
        BNOF_TRY_ASSIGN(m_hostList, compute::PinnedBuffer::create(bytes + bytes / 2));
    }
    return {};
}

Result<void> SpikeFetcher::fetch(const Launcher& launcher, const DeviceNetwork& net, const std::uint32_t* record,
                                 std::span<const RecordedTicks> recorded, std::span<SpikesByPopulation*> out)
{
    const auto instances = static_cast<std::uint32_t>(recorded.size());
    const std::uint64_t lists = std::uint64_t{instances} * net.populationCount;
    Compaction c;
    c.record = record;
    c.recordStride = m_recordStride;
    c.recorded = m_recorded.as<RecordedTicks>();
    c.listSegments = m_listSegments.as<std::uint64_t>();
    c.instances = instances;
    c.counts = m_counts.as<std::uint32_t>();
    c.begins = m_begins.as<std::uint64_t>();
    c.partial = m_partial.as<std::uint64_t>();
    c.starts = m_starts.as<std::uint64_t>();
    BNOF_TRY(check(cudaMemcpyAsync(m_recorded.as<void>(), recorded.data(), recorded.size_bytes(),
                                   cudaMemcpyHostToDevice, launcher.stream),
                   counting));
    BNOF_TRY(check(enqueueCounting(launcher, net, c, m_segments * instances), counting));
    BNOF_TRY(check(
        cudaMemcpyAsync(m_hostStarts.as<void>(), c.starts, (lists + 1) * 8, cudaMemcpyDeviceToHost, launcher.stream),
        counting));
    BNOF_TRY(m_stream->wait("run the network"));
    const auto* starts = m_hostStarts.as<const std::uint64_t>();
    const std::uint64_t spikes = starts[lists];
    if (spikes == 0)
        return {};
    BNOF_TRY(makeRoom(spikes));
    c.out = m_list.as<ListedSpike>();
    BNOF_TRY(check(enqueueWriting(launcher, net, c, m_segments * instances), fetching));
    BNOF_TRY(check(cudaMemcpyAsync(m_hostList.as<void>(), c.out, spikes * sizeof(ListedSpike), cudaMemcpyDeviceToHost,
                                   launcher.stream),
                   fetching));
    BNOF_TRY(m_stream->wait(fetching));
    const auto* list = m_hostList.as<const ListedSpike>();
    for (std::uint64_t i = 0; i < lists; ++i) {
        std::vector<Spike>& to = (*out[i / net.populationCount])[i % net.populationCount];
        to.reserve(to.size() + (starts[i + 1] - starts[i]));
        for (std::uint64_t k = starts[i]; k < starts[i + 1]; ++k)
            to.push_back({list[k].neuron, list[k].tick});
    }
    return {};
}

} // namespace bnof::snn::cuda
#endif
