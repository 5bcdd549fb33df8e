// SPDX-License-Identifier: GPL-3.0-or-later
// The open end of a recording against hostile bytes. A whole one is 68 KiB; the input is its first page and the
// beginning of the ring, and the rest is zeros.
#include <cstdlib>

#include "engine/recording/item_record.h"
#include "engine/storage/crc32c.h"
#include "engine/storage/open_end.h"

using namespace bnof;
using namespace bnof::storage;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t maxSize);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t maxSize,
                                               unsigned seed);
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t ring = 64U << 10;
constexpr Uuid uuid{1, 2, 3};

/// Right checksums, as FORMAT.md describes them.
void seal(Bytes& bytes)
{
    if (bytes.size() < page)
        return;
    std::copy(uuid.begin(), uuid.end(), bytes.begin() + 16);
    storeLittle(bytes.data() + 12, crc32c(ByteView(bytes).subspan(16, 40)));
    for (const std::size_t slot : {256, 384})
        storeLittle(bytes.data() + slot + 60, crc32c(ByteView(bytes).subspan(slot, 60)));
    for (std::size_t at = page; at + 8 <= bytes.size();) {
        const auto length = loadLittle<std::uint32_t>(bytes.data() + at);
        if (length > bytes.size() - at - 8)
            break;
        storeLittle(bytes.data() + at + 4, crc32c(ByteView(bytes).subspan(at + 8, length)));
        at += 8 + static_cast<std::size_t>(padded(length));
    }
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    const char* folder = std::getenv("BNOF_FUZZ_SEEDS");
    if (folder == nullptr)
        return 0;
    const std::string recording = std::string(folder) + "/seed";
    auto end = OpenEnd::create(recording, uuid, ring);
    if (!end.ok() || !(*end)->isShared())
        std::abort();
    (*end)->prepare({.offset = 64});
    Bytes record;
    const std::vector<float> values{1.5F, 2.5F};
    recording::appendRecord(record, 0, SensorFrame{5, values, 0.5}, true);
    (*end)->add(record);
    record.clear();
    recording::appendRecord(record, Mark{7, "ethanol"});
    (*end)->add(record);
    if (::truncate((recording + ".open").c_str(), page + 512) != 0)
        std::abort();
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t maxSize, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, maxSize);
    if (seed % 8 != 0) {
        Bytes bytes(data, data + size);
        seal(bytes);
        std::copy(bytes.begin(), bytes.end(), data);
    }
    return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Bytes bytes(data, data + size);
    bytes.resize(page + ring);
    const auto file = makeMemorySource(std::move(bytes));
    for (const std::uint64_t dataEnd : {64, 4096}) {
        const auto found = readOpenEnd(*file, uuid, 0, {dataEnd, dataEnd});
        if (!found)
            continue;
        recording::Accepted accepted;
        for (const Bytes& record : found->records)
            static_cast<void>(recording::parseRecord(record, accepted));
    }
    return 0;
}
