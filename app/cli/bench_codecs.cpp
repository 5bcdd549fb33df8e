// SPDX-License-Identifier: GPL-3.0-or-later
// Size and speed of the spike and sensor codecs, beside what general codecs make of the same values.
#include <array>
#include <cmath>
#include <cstring>

#include "app/cli/bench_measure.h"
#include "app/cli/bench_spikes.h"
#include "engine/storage/codec.h"
#include "engine/storage/sensor_codec.h"
#include "engine/storage/spike_codec.h"

namespace bnof::bench {
namespace {

using storage::Bytes;
using storage::ByteView;
using storage::Codec;
using storage::SpikeColumns;
using storage::SpikeForm;

constexpr double microseconds = 1e6; // ticks a second
constexpr double tenths = 1e4;
constexpr std::size_t rawSpikeBytes = 12; // u64 tick, u32 neuron
constexpr std::size_t peerBlock = 65536;  // spikes in what a general codec packs at once

SpikeColumns referenceSpikes(const BenchOptions& options, double ticksPerSecond)
{
    SpikeColumns spikes;
    ReferenceSpikes(1, ticksPerSecond).next(options.rehearsal ? 3 : 90, spikes);
    return spikes;
}

Bytes rawSpikes(const SpikeColumns& spikes, std::size_t from, std::size_t count)
{
    Bytes raw(count * rawSpikeBytes);
    for (std::size_t i = 0; i < count; ++i) {
        storage::storeLittle<std::uint64_t>(&raw[i * rawSpikeBytes], spikes.ticks[from + i]);
        storage::storeLittle<std::uint32_t>(&raw[i * rawSpikeBytes + 8], spikes.neurons[from + i]);
    }
    return raw;
}

Result<std::vector<Bytes>> encodeAll(const SpikeColumns& spikes, SpikeForm form, std::size_t perBlock)
{
    storage::SpikeEncoder encoder;
    std::vector<Bytes> blocks;
    for (std::size_t at = 0; at < spikes.size(); at += perBlock) {
        const std::size_t count = std::min(perBlock, spikes.size() - at);
        blocks.emplace_back();
        BNOF_TRY(encoder.encode(std::span(spikes.ticks).subspan(at, count),
                                std::span(spikes.neurons).subspan(at, count), form, blocks.back()));
    }
    return blocks;
}

double bytesPerSpike(const std::vector<Bytes>& blocks, const SpikeColumns& spikes)
{
    std::size_t bytes = 0;
    for (const Bytes& block : blocks)
        bytes += block.size();
    return static_cast<double>(bytes) / static_cast<double>(spikes.size());
}

/// Bytes a value of `size` bytes takes when `raw` is packed in one piece; the whole where the codec does not help.
double packedShare(Codec codec, const Bytes& raw)
{
    const auto packed = storage::pack(codec, raw);
    return static_cast<double>(packed ? packed->size() : raw.size()) / static_cast<double>(raw.size());
}

double peerBytesPerSpike(Codec codec, const SpikeColumns& spikes)
{
    // Eight blocks from all over the set: slow codecs take long.
    double sum = 0;
    std::size_t blocks = 0;
    const std::size_t step = std::max(peerBlock, spikes.size() / 8);
    for (std::size_t at = 0; at + peerBlock <= spikes.size(); at += step, ++blocks)
        sum += packedShare(codec, rawSpikes(spikes, at, peerBlock)) * rawSpikeBytes;
    return sum / static_cast<double>(std::max<std::size_t>(blocks, 1));
}

Result<std::vector<Figure>> spikeSize(const BenchOptions& options, const std::string& name, double ticksPerSecond)
{
    const SpikeColumns spikes = referenceSpikes(options, ticksPerSecond);
    const SpikeEntropy entropy = entropyOf(spikes);
    const std::array<std::size_t, 2> sizes{storage::hotSpikesPerBlock, storage::coldSpikesPerBlock};
    BNOF_TRY_ASSIGN(const auto hot, encodeAll(spikes, SpikeForm::Hot, sizes[0]));
    BNOF_TRY_ASSIGN(const auto half, encodeAll(spikes, SpikeForm::Hot, sizes[0] / 2));
    BNOF_TRY_ASSIGN(const auto cold, encodeAll(spikes, SpikeForm::Cold, sizes[1]));
    const double zstd = peerBytesPerSpike(Codec::Zstd, spikes);
    const auto figureOf = [&](const std::string& figureName, double value, std::size_t perBlock) {
        Figure figure;
        figure.name = figureName;
        figure.unit = "B/spike";
        figure.better = Figure::Better::Lower;
        figure.value = value;
        figure.baseline = Figure::Baseline{"zstd-3 on 12-byte spikes", zstd};
        figure.limit = entropy.bytesPerSpike();
        figure.detail.set("spikes", spikes.size()).set("spikes_per_block", perBlock);
        return figure;
    };
    Figure figure = figureOf(name, bytesPerSpike(hot, spikes), sizes[0]);
    figure.detail.set("cold", bytesPerSpike(cold, spikes))
        .set("hot_16k_blocks", bytesPerSpike(half, spikes))
        .set("entropy_step_bits", entropy.stepBits)
        .set("entropy_neuron_bits", entropy.neuronBits)
        .set("free_order_bits", entropy.orderBits)
        .set("lz4", peerBytesPerSpike(Codec::Lz4, spikes))
        .set("gzip_6", peerBytesPerSpike(Codec::Gzip, spikes))
        .set("zstd_3", zstd);
    return std::vector<Figure>{figure, figureOf(name + ".cold", bytesPerSpike(cold, spikes), sizes[1])};
}

/// Bytes a second that this core copies, over arrays of one block.
double copyRate()
{
    const Bytes from(storage::hotSpikesPerBlock * 8, 1);
    Bytes to(from.size());
    std::vector<double> rounds;
    for (int round = 0; round < 50; ++round) {
        const double begin = threadSeconds();
        for (int i = 0; i < 20; ++i) {
            std::memcpy(to.data(), from.data(), from.size());
            asm volatile("" : : "r"(to.data()) : "memory");
        }
        rounds.push_back((threadSeconds() - begin) / 20);
    }
    return static_cast<double>(from.size()) / quantile(rounds, 0.5);
}

/// CPU seconds to encode all spikes in hot blocks.
Result<double> encodeRound(const SpikeColumns& spikes)
{
    storage::SpikeEncoder encoder;
    Bytes block;
    const double begin = threadSeconds();
    for (std::size_t at = 0; at < spikes.size(); at += storage::hotSpikesPerBlock) {
        const std::size_t count = std::min(storage::hotSpikesPerBlock, spikes.size() - at);
        block.clear();
        BNOF_TRY(encoder.encode(std::span(spikes.ticks).subspan(at, count),
                                std::span(spikes.neurons).subspan(at, count), SpikeForm::Hot, block));
    }
    return threadSeconds() - begin;
}

Result<std::vector<Figure>> spikeEncode(const BenchOptions& options)
{
    const SpikeColumns spikes = referenceSpikes(options, microseconds);
    const SpikeColumns coarse = referenceSpikes(options, tenths);
    const Bytes raw = rawSpikes(spikes, 0, std::min(peerBlock, spikes.size()));
    std::vector<double> coarseRounds;
    BNOF_TRY_ASSIGN(const Paired paired, measurePaired(
                                             options,
                                             [&]() -> Result<double> {
                                                 BNOF_TRY_ASSIGN(const double seconds, encodeRound(coarse));
                                                 coarseRounds.push_back(seconds);
                                                 return encodeRound(spikes);
                                             },
                                             [&]() -> Result<double> {
                                                 const double begin = threadSeconds();
                                                 static_cast<void>(storage::pack(Codec::Zstd, raw));
                                                 return threadSeconds() - begin;
                                             }));
    const double bytes = static_cast<double>(spikes.size()) * rawSpikeBytes;
    Figure figure;
    figure.name = "storage.spike_encode";
    figure.unit = "B/s";
    figure.value = bytes / paired.subject;
    figure.baseline = Figure::Baseline{"zstd-3", static_cast<double>(raw.size()) / paired.baseline};
    figure.limit = copyRate();
    figure.detail.set("of", "raw 12-byte spikes, 1 us ticks")
        .set("spikes_per_second", static_cast<double>(spikes.size()) / paired.subject)
        .set("at_100us", static_cast<double>(coarse.size()) * rawSpikeBytes / quantile(coarseRounds, 0.5))
        .set("limit_is", "memcpy in cache")
        .set("rounds", paired.rounds.size());
    return std::vector<Figure>{figure};
}

enum class Order { Groups, Merged };

/// CPU seconds to decode all blocks.
Result<double> decodeRound(const std::vector<Bytes>& blocks, const storage::PackingKernels& kernels, Order order,
                           SpikeColumns& out)
{
    storage::SpikeDecoder decoder(kernels);
    const double begin = threadSeconds();
    for (const Bytes& block : blocks) {
        BNOF_TRY(decoder.open(block));
        BNOF_TRY(order == Order::Groups ? decoder.decodeGroups(out) : decoder.decode(out));
    }
    return threadSeconds() - begin;
}

/// Median of a few rounds, spikes a second.
Result<double> decodeRate(const std::vector<Bytes>& blocks, const storage::PackingKernels& kernels, Order order,
                          std::size_t spikes, SpikeColumns& out)
{
    std::vector<double> rounds;
    for (int round = 0; round < 7; ++round) {
        BNOF_TRY_ASSIGN(const double seconds, decodeRound(blocks, kernels, order, out));
        rounds.push_back(seconds);
    }
    return static_cast<double>(spikes) / quantile(rounds, 0.5);
}

Result<std::vector<Figure>> spikeDecode(const BenchOptions& options)
{
    const SpikeColumns spikes = referenceSpikes(options, microseconds);
    const SpikeColumns coarse = referenceSpikes(options, tenths);
    BNOF_TRY_ASSIGN(const auto blocks, encodeAll(spikes, SpikeForm::Hot, storage::hotSpikesPerBlock));
    BNOF_TRY_ASSIGN(const auto coarseBlocks, encodeAll(coarse, SpikeForm::Hot, storage::hotSpikesPerBlock));
    BNOF_TRY_ASSIGN(const auto cold, encodeAll(spikes, SpikeForm::Cold, storage::coldSpikesPerBlock));
    const Bytes raw = rawSpikes(spikes, 0, std::min(peerBlock, spikes.size()));
    const auto packed = storage::pack(Codec::Lz4, raw);
    if (!packed)
        return makeError(ErrorKind::Internal, "lz4 did not pack the raw spikes");
    SpikeColumns out;
    BNOF_TRY_ASSIGN(const Paired paired,
                    measurePaired(
                        options, [&] { return decodeRound(blocks, storage::packingKernels(), Order::Groups, out); },
                        [&]() -> Result<double> {
                            const double begin = threadSeconds();
                            BNOF_TRY(storage::unpack(1, 1, *packed, static_cast<std::uint32_t>(raw.size())));
                            return threadSeconds() - begin;
                        }));
    const auto& best = storage::packingKernels();
    const auto total = static_cast<double>(spikes.size());
    BNOF_TRY_ASSIGN(const double coarseRate, decodeRate(coarseBlocks, best, Order::Groups, coarse.size(), out));
    BNOF_TRY_ASSIGN(const double merged, decodeRate(blocks, best, Order::Merged, spikes.size(), out));
    BNOF_TRY_ASSIGN(const double coarseMerged, decodeRate(coarseBlocks, best, Order::Merged, coarse.size(), out));
    BNOF_TRY_ASSIGN(const double coldRate, decodeRate(cold, best, Order::Groups, spikes.size(), out));
    Figure figure;
    figure.name = "storage.spike_decode";
    figure.unit = "spikes/s";
    figure.value = total / paired.subject;
    figure.baseline =
        Figure::Baseline{"lz4 on 12-byte spikes", static_cast<double>(raw.size()) / rawSpikeBytes / paired.baseline};
    figure.limit = copyRate() / 8;
    figure.detail.set("ticks", "1 us").set("kernels", best.name).set("at_100us", coarseRate).set("cold", coldRate);
    for (const storage::PackingKernels* kernels : storage::allPackingKernels()) {
        BNOF_TRY_ASSIGN(const double rate, decodeRate(blocks, *kernels, Order::Groups, spikes.size(), out));
        figure.detail.set(kernels->name, rate);
    }
    figure.detail.set("limit_is", "memcpy of the two arrays in cache").set("rounds", paired.rounds.size());
    Figure other = figure;
    other.name = "storage.spike_decode_merged";
    other.value = merged;
    other.detail = Json::object();
    other.detail.set("ticks", "1 us").set("at_100us", coarseMerged);
    return std::vector<Figure>{figure, other};
}

/// A 14-bit converter behind a slow gas response with white noise of about six counts.
std::vector<std::int32_t> adcCounts(std::uint32_t channel, std::size_t count)
{
    PhiloxSequence random(14, channel);
    std::vector<std::int32_t> values(count);
    double level = 4000 + 500.0 * channel;
    double target = level;
    for (std::size_t i = 0; i < count; ++i) {
        if (i % 3000 == 0)
            target = 2000 + 12000 * random.uniform();
        level += (target - level) * 0.002;
        const double value = level + 6 * random.normal();
        values[i] = static_cast<std::int32_t>(std::lround(std::fmin(std::fmax(value, 0), 16383)));
    }
    return values;
}

double deltaEntropy(const std::vector<std::int32_t>& values)
{
    std::vector<double> counts(65536);
    for (std::size_t i = 1; i < values.size(); ++i)
        ++counts[static_cast<std::size_t>(values[i] - values[i - 1] + 32768)];
    double bits = 0;
    const auto total = static_cast<double>(values.size() - 1);
    for (const double count : counts)
        bits -= count > 0 ? count / total * std::log2(count / total) : 0;
    return bits;
}

Result<std::vector<Figure>> sensorSize(const BenchOptions& options)
{
    constexpr std::size_t perBlock = 4096;
    const std::size_t channels = options.rehearsal ? 2 : 16;
    const std::size_t blocks = options.rehearsal ? 2 : 88; // an hour at 100 Hz
    double hot = 0, cold = 0, asFloat = 0, entropy = 0, values = 0, seconds = 0;
    std::array<double, 3> peers{};
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
        const std::vector<std::int32_t> counts = adcCounts(channel, perBlock * blocks);
        entropy += deltaEntropy(counts);
        for (std::size_t at = 0; at < counts.size(); at += perBlock) {
            const std::span block = std::span(counts).subspan(at, perBlock);
            std::vector<float> floats(block.begin(), block.end());
            for (float& value : floats)
                value *= 0.25F;
            Bytes packed, coldBytes, floatBytes, raw(floats.size() * 4);
            storage::encodeSensor(block, storage::SensorForm::Hot, packed);
            storage::encodeSensor(block, storage::SensorForm::Cold, coldBytes);
            storage::encodeSensor(std::span<const float>(floats), storage::SensorForm::Hot, floatBytes);
            std::memcpy(raw.data(), floats.data(), raw.size());
            std::vector<std::int32_t> back;
            const double begin = threadSeconds();
            BNOF_TRY(storage::decodeSensor(packed, back));
            seconds += threadSeconds() - begin;
            if (!std::equal(block.begin(), block.end(), back.begin(), back.end()))
                return makeError(ErrorKind::Internal, "a block of sensor values did not come back");
            hot += static_cast<double>(packed.size()) * 8;
            cold += static_cast<double>(coldBytes.size()) * 8;
            asFloat += static_cast<double>(floatBytes.size()) * 8;
            const std::array codecs{Codec::Zstd, Codec::Lz4, Codec::Gzip};
            for (std::size_t i = 0; at % (perBlock * 8) == 0 && i < codecs.size(); ++i)
                peers[i] += packedShare(codecs[i], raw) * 32;
            values += perBlock;
        }
    }
    const double peerBlocks = static_cast<double>(channels * ((blocks + 7) / 8));
    Figure figure;
    figure.name = "storage.sensor_size";
    figure.unit = "bit/value";
    figure.better = Figure::Better::Lower;
    figure.value = hot / values;
    figure.baseline = Figure::Baseline{"zstd-3 on f32", peers[0] / peerBlocks};
    figure.limit = entropy / static_cast<double>(channels);
    figure.detail.set("values", values)
        .set("cold", cold / values)
        .set("as_f32_quarters", asFloat / values)
        .set("lz4", peers[1] / peerBlocks)
        .set("gzip_6", peers[2] / peerBlocks)
        .set("limit_is", "entropy of the first differences")
        .set("noise_floor", std::log2(6 * std::sqrt(2 * 3.14159265358979 * 2.71828182845905)))
        .set("decode_values_per_second", values / seconds);
    return std::vector<Figure>{figure};
}

std::vector<Figure> orReason(Result<std::vector<Figure>> figures, const std::string& name, const std::string& unit)
{
    if (!figures.ok())
        return {notMeasured(name, unit, Figure::Better::Lower, figures.error().message())};
    return std::move(figures).value();
}

} // namespace

std::vector<Benchmark> codecBenchmarks()
{
    return {
        {"storage.spike_size_us", "Bytes of a spike at 1 us ticks, beside their entropy and general codecs.",
         [](const BenchOptions& options) {
             const std::string name = "storage.spike_size_us";
             return orReason(spikeSize(options, name, microseconds), name, "B/spike");
         }},
        {"storage.spike_size_100us", "Bytes of a spike at 0.1 ms ticks, beside their entropy and general codecs.",
         [](const BenchOptions& options) {
             const std::string name = "storage.spike_size_100us";
             return orReason(spikeSize(options, name, tenths), name, "B/spike");
         }},
        {"storage.spike_encode", "Encoding spikes on one core, beside zstd.",
         [](const BenchOptions& options) { return orReason(spikeEncode(options), "storage.spike_encode", "B/s"); }},
        {"storage.spike_decode", "Decoding spikes on one core, group by group and merged, beside lz4.",
         [](const BenchOptions& options) {
             return orReason(spikeDecode(options), "storage.spike_decode", "spikes/s");
         }},
        {"storage.sensor_size", "Bits of a value of a 14-bit converter, beside their entropy and general codecs.",
         [](const BenchOptions& options) { return orReason(sensorSize(options), "storage.sensor_size", "bit/value"); }},
    };
}

} // namespace bnof::bench
