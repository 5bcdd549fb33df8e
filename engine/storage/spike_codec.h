// SPDX-License-Identifier: GPL-3.0-or-later
// Spikes as blocks of bytes and back (byte layout: CODECS.md). A block keeps the spikes of each group of 1,024
// neighbouring neurons apart, in pages with a directory, so that a question about some neurons and some time decodes
// little more than its answer. The hot form is for recording and fast reading (16 to 32 Ki spikes a block), the cold
// form for keeping (up to 512 Ki): one list of intervals a neuron, entropy coded.
//
// Canonical order: by tick, inside a tick by neuron; the same spike may occur more than once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/storage/bit_packing.h"
#include "engine/storage/bytes.h"
#include "engine/storage/entropy_coding.h"
#include "engine/storage/spike_merge.h"

namespace bnof::storage {

/// The numbers are in the blocks: never renumber.
enum class SpikeForm : std::uint8_t {
    Hot = 1,
    Cold = 2,
};

/// A block never holds more; decoders believe no larger count.
inline constexpr std::size_t maxSpikesPerBlock = std::size_t{1} << 20;
/// Good block sizes: hot ones stay inside a core's cache, cold ones share their code tables among many spikes.
inline constexpr std::size_t hotSpikesPerBlock = std::size_t{1} << 15;
inline constexpr std::size_t coldSpikesPerBlock = std::size_t{1} << 19;
/// Neurons whose spikes are kept together are those that agree in all but so many low bits of their id. Blocks with
/// too few spikes for that many groups use larger ones.
inline constexpr unsigned spikeGroupBits = 10;

/// Spikes as two arrays of equal length.
struct SpikeColumns {
    std::vector<std::uint32_t> ticks;
    std::vector<std::uint32_t> neurons;

    [[nodiscard]] std::size_t size() const { return ticks.size(); }
    void clear()
    {
        ticks.clear();
        neurons.clear();
    }
    bool operator==(const SpikeColumns&) const = default;
};

/// Makes blocks; keeps its working memory from one to the next. One thread at a time.
class SpikeEncoder {
public:
    /// Append one block to `out`. Errors (nothing is appended): arrays of unequal length, more than
    /// maxSpikesPerBlock spikes, spikes that are not in canonical order.
    Result<void> encode(std::span<const std::uint32_t> ticks, std::span<const std::uint32_t> neurons, SpikeForm form,
                        Bytes& out);

private:
    struct Group {
        std::uint32_t number = 0;
        std::uint32_t first = 0; ///< place of its spikes in m_ticks, m_locals
        std::uint32_t count = 0;
    };
    void split(std::span<const std::uint32_t> ticks, std::span<const std::uint32_t> neurons, std::uint32_t lowest,
               std::uint32_t highest);
    void placeByNumber(std::span<const std::uint32_t> ticks, std::span<const std::uint32_t> neurons,
                       std::uint32_t lowest, std::uint32_t highest);
    void placeSparse(std::span<const std::uint32_t> ticks, std::span<const std::uint32_t> neurons);
    void encodeHot(std::uint32_t firstTick, Bytes& out);
    void encodeCold(std::uint32_t firstTick, Bytes& out);
    void sortByNeuron(const Group& group);
    std::uint8_t* encodePage(const std::uint32_t* ticks, const std::uint32_t* locals, std::size_t count,
                             std::uint8_t* out);
    std::uint8_t* encodeRuns(const std::uint32_t* ticks, const std::uint32_t* locals, std::size_t count,
                             std::size_t span, std::uint8_t* out);

    unsigned m_shift = spikeGroupBits;
    std::vector<Group> m_groups;
    std::vector<std::uint32_t> m_ticks;  ///< group after group
    std::vector<std::uint32_t> m_locals; ///< ids less the group's first
    std::vector<std::uint32_t> m_places;
    std::vector<std::uint32_t> m_columnA;
    std::vector<std::uint32_t> m_columnB;
    Bytes m_pages;
    Bytes m_page;
};

/// What a block says about itself.
struct SpikeBlockInfo {
    SpikeForm form = SpikeForm::Hot;
    std::uint32_t count = 0;
    std::uint32_t firstTick = 0; ///< of an empty block: 0
    std::uint32_t lastTick = 0;
    unsigned groupBits = spikeGroupBits;
};

/// One group of a block, in rising order of neurons.
struct SpikeGroup {
    std::uint32_t firstNeuron = 0; ///< of the group's range, not necessarily one that spiked
    std::uint32_t count = 0;       ///< spikes
};

/// Half-open ranges, wide enough to name everything.
struct SpikeRange {
    std::uint64_t firstTick = 0;
    std::uint64_t endTick = std::uint64_t{1} << 32;
    std::uint64_t firstNeuron = 0;
    std::uint64_t endNeuron = std::uint64_t{1} << 32;
};

/// Reads blocks that nobody trusts; keeps its working memory from one to the next. One thread at a time. Bytes that
/// pass for a block but are none give an error or some spikes: block and memory bounds hold in any case, order and
/// range only for honest blocks (guard them with a checksum). After an error the output holds nothing of use.
class SpikeDecoder {
public:
    explicit SpikeDecoder(const PackingKernels& kernels = packingKernels()) : m_kernels(&kernels) {}

    /// Read the head and the directory. `block` is borrowed until the next open().
    Result<SpikeBlockInfo> open(ByteView block);
    [[nodiscard]] const SpikeBlockInfo& info() const { return m_info; }
    [[nodiscard]] std::span<const SpikeGroup> groups() const { return m_groups; }

    /// All spikes as they are stored, group after group. Inside a group hot blocks have canonical order, cold ones
    /// neuron after neuron with rising ticks. Replaces what is in `out`.
    Result<void> decodeGroups(SpikeColumns& out);
    /// All spikes in canonical order. Replaces what is in `out`.
    Result<void> decode(SpikeColumns& out);
    /// The spikes inside `range`, in canonical order, appended to `out`. Decodes only the pages of a hot block (the
    /// groups of a cold one) that can hold some.
    Result<void> query(const SpikeRange& range, SpikeColumns& out);

private:
    struct Page {
        std::uint32_t firstTick = 0;
        std::uint32_t offset = 0; ///< into the block
        std::uint32_t count = 0;
    };
    [[nodiscard]] bool readHead(ByteCursor& in);
    [[nodiscard]] bool readTables(ByteCursor& in);
    [[nodiscard]] bool readDirectory(ByteCursor& in);
    [[nodiscard]] bool readPages(ByteCursor& in, std::uint32_t count, std::uint64_t& length);
    [[nodiscard]] bool decodePage(std::size_t page, std::uint32_t firstNeuron, std::uint32_t* ticks,
                                  std::uint32_t* neurons);
    [[nodiscard]] const std::uint8_t* decodeRuns(const std::uint8_t* in, const Page& page, std::uint32_t firstNeuron,
                                                 std::uint32_t* ticks, std::uint32_t* neurons);
    [[nodiscard]] bool decodeColdGroup(std::size_t group, std::uint32_t* ticks, std::uint32_t* neurons);
    [[nodiscard]] bool decodeInto(SpikeColumns& out);
    [[nodiscard]] bool queryGroup(std::size_t group, const SpikeRange& range);
    void collect(const SpikeRange& range, std::size_t first, std::size_t end);
    [[nodiscard]] std::size_t pageEnd(std::size_t page) const;

    const PackingKernels* m_kernels;
    ByteView m_block;
    SpikeBlockInfo m_info;
    std::vector<SpikeGroup> m_groups;
    std::vector<std::uint32_t> m_firstPages; ///< of each group; then the number of pages
    std::vector<Page> m_pages;               ///< of cold blocks: one a group
    std::array<std::uint8_t, 22> m_tableOf{};
    std::vector<MagnitudeDecoder> m_tables;
    std::vector<std::uint32_t> m_work; ///< columns that are not part of the answer
    std::vector<std::size_t> m_ends;   ///< of the groups' parts in what is merged
    SpikeColumns m_page;               ///< one page or cold group
    SpikeColumns m_found;
    SpikeMerger m_merger;
};

} // namespace bnof::storage
