// SPDX-License-Identifier: GPL-3.0-or-later
// The first byte says what the others are: a block of spikes, a block of sensor values, a packed column, packed bytes
// of a general codec, or values to be encoded and read back.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "engine/storage/codec.h"
#include "engine/storage/sensor_codec.h"
#include "engine/storage/spike_codec.h"
#include "tests/storage/spike_lists.h"

using namespace bnof;
using namespace bnof::storage;

namespace {

void require(bool condition)
{
    if (!condition)
        std::abort();
}

struct SpikeAnswers {
    bool opened = false, decoded = false, asked = false;
    SpikeColumns all, some;
    bool operator==(const SpikeAnswers&) const = default;
};

SpikeAnswers readSpikes(ByteView block, const PackingKernels& kernels)
{
    SpikeAnswers answers;
    SpikeDecoder decoder(kernels);
    answers.opened = decoder.open(block).ok();
    answers.decoded = decoder.decodeGroups(answers.all).ok() && decoder.decode(answers.all).ok();
    const SpikeBlockInfo& info = decoder.info();
    const std::uint64_t middle = info.firstTick + std::uint64_t{info.lastTick - info.firstTick} / 2;
    answers.asked = decoder.query({info.firstTick, middle + 1, 5, 1500}, answers.some).ok();
    require(answers.all.size() <= maxSpikesPerBlock && answers.all.ticks.size() == answers.all.neurons.size());
    require(answers.some.size() <= maxSpikesPerBlock);
    return answers;
}

void fuzzSpikes(ByteView bytes)
{
    const SpikeAnswers expected = readSpikes(bytes, scalarPackingKernels);
    for (const PackingKernels* kernels : allPackingKernels())
        require(readSpikes(bytes, *kernels) == expected);
}

template <typename T> void fuzzSensor(ByteView bytes)
{
    std::vector<T> values, again;
    if (!decodeSensor(bytes, values).ok())
        return;
    require(values.size() <= maxValuesPerBlock);
    if (values.size() > 5000)
        return;
    Bytes block;
    encodeSensor(std::span<const T>(values), SensorForm::Cold, block);
    require(decodeSensor(block, again).ok() && again.size() == values.size());
    require(values.empty() || std::memcmp(values.data(), again.data(), values.size() * sizeof(T)) == 0);
}

void fuzzColumn(ByteView bytes)
{
    if (bytes.size() < 2)
        return;
    const std::size_t count = loadLittle<std::uint16_t>(bytes.data()) % 5000;
    const ByteView column = bytes.subspan(2);
    const std::uint8_t* end = column.data() + column.size();
    std::vector<std::uint32_t> expected(count), got(count);
    const std::uint8_t* stop = unpackColumn(scalarPackingKernels, column.data(), end, count, expected.data());
    for (const PackingKernels* kernels : allPackingKernels()) {
        require(unpackColumn(*kernels, column.data(), end, count, got.data()) == stop);
        require(stop == nullptr || got == expected);
    }
}

void fuzzGeneral(ByteView bytes)
{
    if (bytes.size() < 4)
        return;
    const std::uint32_t length = loadLittle<std::uint32_t>(bytes.data()) % (1U << 20);
    const auto raw = unpack(static_cast<std::uint8_t>(bytes[3] >> 4), 1, bytes.subspan(4), length);
    require(!raw.ok() || raw.value().size() == length);
}

void fuzzRoundTrip(ByteView bytes)
{
    SpikeColumns spikes;
    std::uint32_t tick = 0;
    for (std::size_t i = 0; i + 6 <= bytes.size(); i += 6) {
        // A wide step now and then, narrow ones else.
        tick += bytes[i] < 250 ? bytes[i] % 8 : loadLittle<std::uint32_t>(&bytes[i + 2]) % (1U << 27);
        test::addSpike(spikes, tick, loadLittle<std::uint32_t>(&bytes[i + 2]) >> (bytes[i + 1] % 32));
    }
    spikes = test::sorted(spikes);
    for (const SpikeForm form : {SpikeForm::Hot, SpikeForm::Cold}) {
        Bytes block;
        SpikeEncoder encoder;
        require(encoder.encode(spikes.ticks, spikes.neurons, form, block).ok());
        SpikeDecoder decoder;
        SpikeColumns back;
        require(decoder.open(block).ok() && decoder.decode(back).ok() && back == spikes);
        back.clear();
        require(decoder.query({}, back).ok() && back == spikes);
    }
    std::vector<double> values(bytes.size() / 8);
    std::vector<double> again;
    if (!values.empty())
        std::memcpy(values.data(), bytes.data(), values.size() * 8);
    Bytes block;
    encodeSensor(std::span<const double>(values), SensorForm::Hot, block);
    require(decodeSensor(block, again).ok() && again.size() == values.size());
    require(values.empty() || std::memcmp(values.data(), again.data(), values.size() * 8) == 0);
}

void writeSeed(const std::string& folder, const std::string& name, std::uint8_t kind, const Bytes& bytes)
{
    std::ofstream file(folder + "/" + name, std::ios::binary);
    file.put(static_cast<char>(kind));
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

} // namespace

/// First inputs: small honest blocks of every layout.
extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    const char* folder = std::getenv("BNOF_FUZZ_SEEDS");
    if (folder == nullptr)
        return 0;
    SpikeEncoder encoder;
    int number = 0;
    for (const double perTick : {0.03, 4.0}) {
        const SpikeColumns spikes = test::randomSpikes(1, 600, 2500, perTick);
        for (const SpikeForm form : {SpikeForm::Hot, SpikeForm::Cold}) {
            Bytes block;
            if (encoder.encode(spikes.ticks, spikes.neurons, form, block).ok())
                writeSeed(folder, "spikes" + std::to_string(number++), 0, block);
        }
    }
    std::vector<float> floats;
    std::vector<std::int64_t> wide;
    for (int i = 0; i < 300; ++i) {
        floats.push_back(i % 90 == 7 ? -0.0F : static_cast<float>(i * 37 % 101) / 100);
        wide.push_back(i % 2 == 0 ? i : INT64_MIN + i);
    }
    for (const SensorForm form : {SensorForm::Hot, SensorForm::Cold}) {
        Bytes block, wideBlock;
        encodeSensor(std::span<const float>(floats), form, block);
        encodeSensor(std::span<const std::int64_t>(wide), form, wideBlock);
        writeSeed(folder, "sensor" + std::to_string(number++), 1, block);
        writeSeed(folder, "sensor" + std::to_string(number++), 1, wideBlock);
    }
    Bytes column{44, 1}; // 300 values
    std::vector<std::uint32_t> values(300, 3);
    values[5] = 100000;
    packColumn(values, column);
    writeSeed(folder, "column", 2, column);
    for (std::uint8_t codec = 1; codec <= 3; ++codec) {
        Bytes general{0, 4, 0, static_cast<std::uint8_t>(codec << 4)};
        if (const auto packed = pack(static_cast<Codec>(codec), Bytes(1024, 5)))
            general.insert(general.end(), packed->begin(), packed->end());
        writeSeed(folder, "general" + std::to_string(codec), 3, general);
    }
    writeSeed(folder, "values", 4, column);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 1)
        return 0;
    const ByteView bytes(data + 1, size - 1);
    switch (data[0] % 5) {
    case 0: fuzzSpikes(bytes); break;
    case 1:
        fuzzSensor<std::int32_t>(bytes);
        fuzzSensor<std::int64_t>(bytes);
        fuzzSensor<float>(bytes);
        fuzzSensor<double>(bytes);
        break;
    case 2: fuzzColumn(bytes); break;
    case 3: fuzzGeneral(bytes); break;
    default: fuzzRoundTrip(bytes); break;
    }
    return 0;
}
