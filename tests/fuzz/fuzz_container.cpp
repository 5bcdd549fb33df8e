// SPDX-License-Identifier: GPL-3.0-or-later
// The .bnr container and the streams in it against hostile bytes. Most mutants get right checksums, or
// nothing behind the first check would ever be reached.
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/log.h"
#include "engine/recording/range_reader.h"
#include "engine/recording/reader.h"
#include "tests/fuzz/reseal.h"
#include "tests/recording/sample_recording.h"

using namespace bnof;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t maxSize);
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t maxSize,
                                               unsigned seed);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    log::setConsoleLevel(log::Level::Error);
    const char* folder = std::getenv("BNOF_FUZZ_SEEDS");
    if (folder == nullptr)
        return 0;
    for (const char* codec : {"none", "lz4"}) {
        recording::RecorderOptions options;
        options.codec = codec;
        recording::RecordingMetadata metadata = test::sampleMetadata(2);
        for (auto& source : metadata.sources)
            source.channels.resize(2);
        // A corpus from an earlier run stays as it is.
        static_cast<void>(test::recordAll(std::string(folder) + "/seed_" + codec + ".bnr",
                                          test::sampleItems(1, 12, 2, 3), metadata, options, {1, 2, 3}, {4, 5}));
    }
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t maxSize, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, maxSize);
    if (seed % 8 != 0) {
        storage::Bytes bytes(data, data + size);
        test::reseal(bytes);
        std::copy(bytes.begin(), bytes.end(), data);
    }
    return size;
}

namespace {

/// RangeReader maps a file, so it gets one, in memory.
void askForParts(const std::vector<std::uint8_t>& bytes)
{
    static const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0 || ::ftruncate(file, static_cast<off_t>(bytes.size())) != 0 ||
        ::pwrite(file, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        std::abort();
    auto ranges = recording::RangeReader::open("/proc/self/fd/" + std::to_string(file));
    if (!ranges.ok())
        return;
    const auto [from, to] = (*ranges)->timeRange();
    recording::TimedSpikes spikes;
    static_cast<void>((*ranges)->spikes({0, from, to, 0, 5}, spikes));
    static_cast<void>((*ranges)->spikes({1, from / 2 + to / 2, to}, spikes));
    if (spikes.times.size() != spikes.neurons.size())
        std::abort();
    recording::ChannelSamples samples;
    static_cast<void>((*ranges)->channel({0, 1, from, to}, samples));
    static_cast<void>((*ranges)->channel({1, 2, from / 2 + to / 2, to}, samples));
    if (samples.times.size() != samples.values.size())
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::vector<std::uint8_t> bytes(data, data + size);
    auto reader = recording::Reader::openBytes(bytes, "fuzz");
    if (!reader.ok()) {
        if (reader.error().message().empty())
            std::abort();
        return 0;
    }
    recording::Item item;
    std::uint64_t items = 0;
    while ((*reader)->next(item))
        ++items;
    const std::uint64_t lost = (*reader)->health().lostBytes;
    (*reader)->rewind();
    while ((*reader)->next(item))
        --items;
    // Reading twice gives the same, and the same damage is reported once.
    if (items != 0 || (*reader)->health().lostBytes != lost)
        std::abort();
    (*reader)->seek(5'050'000'000);
    static_cast<void>((*reader)->next(item));
    static_cast<void>((*reader)->modelBytes());
    static_cast<void>((*reader)->recogniserState());
    static_cast<void>(recording::verifyBytes(bytes, "fuzz"));
    askForParts(bytes);
    return 0;
}
