// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/recording/sample_recording.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>

#include "engine/base/philox.h"

namespace bnof::test {

using namespace recording;

RecordingMetadata sampleMetadata(std::size_t sources)
{
    RecordingMetadata metadata;
    metadata.wallAtZero = 1'772'719'331'250'000'000;
    metadata.start = 5 * nanosecondsPerSecond;
    metadata.title = "Banane \"reif\" – Versuch 3";
    metadata.operatorName = "E. Beispiel";
    metadata.notes = "Zeile 1\nZeile 2";
    metadata.softwareVersion = "0.1.0";
    for (std::size_t s = 0; s < sources; ++s) {
        SourceDescription source;
        source.uri = "serial:/dev/ttyUSB" + std::to_string(s) + "?baud=115200&decoder=csv";
        source.device = "Simulated nose " + std::to_string(s);
        source.simulated = true;
        for (int c = 0; c < 16; ++c)
            source.channels.push_back(
                {"TGS-" + std::to_string(c), "resistance", "ohm", c % 2 == 0 ? "ethanol" : "", 100, 1e6 / 3});
        metadata.sources.push_back(source);
    }
    metadata.modelName = "default";
    metadata.modelDigest = std::string(64, 'a');
    metadata.recogniserKind = "mushroom-body";
    metadata.backEnd = "vector (AVX2)";
    metadata.tickMs = 0.5;
    metadata.layers = {{"receptor", 32}, {"Kenyon", 2000}, {"output", 4}};
    metadata.gases = {"air", "ethanol", "acetone", "ammonia"};
    metadata.background = 0;
    metadata.configuration = *Json::parse(R"({"recording":{"codec":"lz4"}})");
    return metadata;
}

namespace {

Decision sampleDecision(PhiloxSequence& random, Timestamp t)
{
    Decision decision;
    decision.t = t;
    decision.gas = static_cast<int>(random.below(5)) - 1;
    for (int g = 0; g < 4; ++g)
        decision.probabilities.push_back(static_cast<float>(random.uniform()) / 4);
    decision.novelty = static_cast<float>(random.uniform());
    if (random.below(3) != 0) {
        decision.ppm = static_cast<float>(random.uniform() * 100);
        decision.ppmLow = *decision.ppm * 0.9F;
        decision.ppmHigh = *decision.ppm * 1.1F;
    }
    decision.onset = random.below(2) == 0 ? -1 : t - 1000;
    return decision;
}

FrameItem sampleFrame(PhiloxSequence& random, std::uint32_t source, Timestamp t, std::size_t channels)
{
    FrameItem frame;
    frame.source = source;
    frame.t = t;
    frame.deviceSeconds = source == 1 ? toSeconds(t) + 0.25 : std::numeric_limits<double>::quiet_NaN();
    frame.recognised = random.below(20) != 0;
    for (std::size_t c = 0; c < channels; ++c) {
        const auto kind = random.below(60);
        frame.values.push_back(kind == 0   ? std::numeric_limits<float>::quiet_NaN()
                               : kind == 1 ? std::bit_cast<float>(0x7FC12345U)
                               : kind == 2 ? -0.0F
                               : kind == 3 ? std::numeric_limits<float>::denorm_min()
                               : kind == 4 ? -std::numeric_limits<float>::infinity()
                                           : static_cast<float>(8000 + random.below(64)));
    }
    return frame;
}

} // namespace

std::vector<Item> sampleItems(std::uint64_t seed, std::size_t frames, std::size_t sources, std::size_t channels)
{
    PhiloxSequence random(seed, 0);
    std::vector<Item> items;
    for (std::size_t i = 0; i < frames; ++i) {
        const Timestamp t = 5 * nanosecondsPerSecond + static_cast<Timestamp>(i) * 10 * nanosecondsPerMillisecond +
                            static_cast<Timestamp>(random.below(50'000));
        const auto source = static_cast<std::uint32_t>(i % sources);
        items.emplace_back(sampleFrame(random, source, t, channels));
        for (std::uint32_t layer = 0; layer < 3; ++layer) {
            SpikesItem batch;
            batch.layer = layer;
            const auto count = random.below(layer == 1 ? 40 : 4);
            for (std::uint32_t s = 0; s < count; ++s)
                batch.spikes.push_back(
                    {static_cast<std::uint32_t>(random.below(2000)), static_cast<std::uint32_t>(i * 20 + s / 4)});
            if (count > 0 || random.below(4) == 0)
                items.emplace_back(batch);
        }
        if (i % 7 == 3)
            items.emplace_back(SpikesItem{2, {{UINT32_MAX, UINT32_MAX}, {0, 0}, {7, 3}}});
        if (i % 3 != 1)
            items.emplace_back(
                DecisionItem{sampleDecision(random, t), static_cast<std::int64_t>(random.below(1u << 22))});
        if (i % 11 == 5)
            items.emplace_back(Mark{t + 1, "mark, \"" + std::to_string(i) + "\" – ä"});
        if (i % 13 == 6)
            items.emplace_back(StreamEvent{StreamEvent::Kind::Gap, t - 5'000'000, t, 0, "unplugged"});
        if (i % 17 == 8)
            items.emplace_back(StreamEvent{StreamEvent::Kind::Resynchronised, t, t, 12, ""});
    }
    return items;
}

bool record(Recorder& recorder, const Item& item)
{
    if (const auto* frame = std::get_if<FrameItem>(&item))
        return recorder.frame(frame->source, {frame->t, frame->values, frame->deviceSeconds}, frame->recognised);
    if (const auto* spikes = std::get_if<SpikesItem>(&item))
        return recorder.spikes(spikes->layer, spikes->spikes);
    if (const auto* decision = std::get_if<DecisionItem>(&item))
        return recorder.decision(decision->decision, decision->latencyNanoseconds);
    if (const auto* event = std::get_if<StreamEvent>(&item))
        return recorder.event(*event);
    return recorder.mark(std::get<Mark>(item));
}

Result<void> recordAll(const std::string& path, const std::vector<Item>& items, const RecordingMetadata& metadata,
                       const RecorderOptions& options, const std::vector<std::uint8_t>& model,
                       const std::vector<std::uint8_t>& state)
{
    BNOF_TRY_ASSIGN(auto recorder, Recorder::create(path, metadata, model, state, options));
    for (const Item& item : items) {
        if (!record(*recorder, item))
            return makeError(ErrorKind::Storage, "an item was not accepted", path);
    }
    return recorder->finish();
}

std::unique_ptr<recording::Reader> recordedReader(const std::string& path, const std::vector<recording::Item>& items,
                                                  const recording::RecordingMetadata& metadata)
{
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    if (!recordAll(path, items, metadata).ok())
        return nullptr;
    auto reader = recording::Reader::open(path);
    return reader.ok() ? std::move(*reader) : nullptr;
}

void appendOrderedSpikes(std::vector<recording::Item>& items, std::size_t frame, PhiloxSequence& random)
{
    for (std::uint32_t layer = 0; layer < 2; ++layer) {
        recording::SpikesItem batch;
        batch.layer = layer;
        for (std::uint32_t tick = 0; tick < 200; ++tick)
            for (std::uint32_t neuron = random.below(90); neuron < 2000; neuron += 1 + random.below(900))
                batch.spikes.push_back({neuron, static_cast<std::uint32_t>(frame * 200 + tick)});
        items.emplace_back(std::move(batch));
    }
}

std::vector<Item> readAll(Reader& reader)
{
    std::vector<Item> items;
    Item item;
    while (reader.next(item))
        items.push_back(item);
    return items;
}

bool identical(const Item& a, const Item& b)
{
    if (a.index() != b.index())
        return false;
    if (const auto* frame = std::get_if<FrameItem>(&a)) {
        const auto& other = std::get<FrameItem>(b);
        const auto sameBits = [](float x, float y) {
            return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
        };
        return frame->source == other.source && frame->t == other.t && frame->recognised == other.recognised &&
               std::bit_cast<std::uint64_t>(frame->deviceSeconds) ==
                   std::bit_cast<std::uint64_t>(other.deviceSeconds) &&
               std::equal(frame->values.begin(), frame->values.end(), other.values.begin(), other.values.end(),
                          sameBits);
    }
    if (const auto* spikes = std::get_if<SpikesItem>(&a)) {
        const auto& other = std::get<SpikesItem>(b);
        return spikes->layer == other.layer && spikes->spikes == other.spikes;
    }
    if (const auto* decision = std::get_if<DecisionItem>(&a)) {
        const auto& other = std::get<DecisionItem>(b);
        std::vector<std::uint8_t> bytes;
        std::vector<std::uint8_t> otherBytes;
        appendCanonical(decision->decision, bytes);
        appendCanonical(other.decision, otherBytes);
        return bytes == otherBytes && decision->latencyNanoseconds == other.latencyNanoseconds;
    }
    if (const auto* event = std::get_if<StreamEvent>(&a))
        return *event == std::get<StreamEvent>(b);
    return std::get<Mark>(a) == std::get<Mark>(b);
}

std::ptrdiff_t firstDifference(const std::vector<Item>& a, const std::vector<Item>& b)
{
    const std::size_t both = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < both; ++i) {
        if (!identical(a[i], b[i]))
            return static_cast<std::ptrdiff_t>(i);
    }
    return a.size() == b.size() ? -1 : static_cast<std::ptrdiff_t>(both);
}

bool isSubsequence(const std::vector<Item>& part, const std::vector<Item>& all)
{
    std::size_t at = 0;
    for (const Item& item : part) {
        while (at < all.size() && !identical(item, all[at]))
            ++at;
        if (at++ == all.size())
            return false;
    }
    return true;
}

} // namespace bnof::test
