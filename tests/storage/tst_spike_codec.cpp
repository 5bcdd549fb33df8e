// SPDX-License-Identifier: GPL-3.0-or-later
// Blocks of spikes: every list comes back from both forms on every instruction set, questions get what a search of
// the plain list gives, and no bytes do harm.
#include <memory>

#include "engine/base/philox.h"
#include "engine/storage/spike_codec.h"
#include "tests/storage/spike_lists.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::storage;
using namespace bnof::test;

class TestSpikeCodec : public test::Suite {
    Q_OBJECT

private slots:
    void everyListComesBack();
    void groupsAreTheSameSpikes();
    void questionsGetWhatASearchGives();
    void appendingQueriesKeepWhatIsThere();
    void bothLayoutsAreUsedAndSmall();
    void whatIsNotCanonicalIsRefused();
    void truncatedBlocksAreRefused();
    void flippedBitsDoNoHarm();
    void hostileHeadsAreRefused();
    void aDecoderCanBeUsedAgainAfterAnError();
};

namespace {

constexpr std::array forms{SpikeForm::Hot, SpikeForm::Cold};

Bytes encoded(const SpikeColumns& spikes, SpikeForm form)
{
    Bytes bytes;
    SpikeEncoder encoder;
    const auto result = encoder.encode(spikes.ticks, spikes.neurons, form, bytes);
    return result.ok() ? bytes : Bytes{};
}

SpikeColumns searched(const SpikeColumns& spikes, const SpikeRange& range)
{
    SpikeColumns found;
    for (std::size_t i = 0; i < spikes.size(); ++i) {
        if (spikes.ticks[i] >= range.firstTick && spikes.ticks[i] < range.endTick &&
            spikes.neurons[i] >= range.firstNeuron && spikes.neurons[i] < range.endNeuron)
            addSpike(found, spikes.ticks[i], spikes.neurons[i]);
    }
    return found;
}

/// Everything a reader can ask of bytes that may be damaged. True when all of it succeeded.
bool readAll(ByteView block, const PackingKernels& kernels, const SpikeRange& range)
{
    SpikeDecoder decoder(kernels);
    SpikeColumns out;
    bool ok = decoder.open(block).ok();
    if (decoder.info().count > maxSpikesPerBlock)
        qFatal("an impossible count was believed");
    ok = decoder.decodeGroups(out).ok() && ok;
    ok = decoder.decode(out).ok() && ok;
    out.clear();
    ok = decoder.query(range, out).ok() && ok;
    if (out.size() > maxSpikesPerBlock)
        qFatal("more spikes than a block can hold");
    return ok;
}

std::vector<std::uint8_t> listOf(const Bytes& bytes, std::size_t length)
{
    std::vector<std::uint8_t> copy(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    copy.shrink_to_fit(); // so that ASan sees reads behind the end
    return copy;
}

} // namespace

void TestSpikeCodec::everyListComesBack()
{
    SpikeEncoder encoder;
    for (const auto& [name, spikes] : difficultSpikes()) {
        for (const SpikeForm form : forms) {
            Bytes bytes{1, 2, 3};
            BNOF_VERIFY_OK(encoder.encode(spikes.ticks, spikes.neurons, form, bytes));
            QCOMPARE(bytes[2], 3);
            const ByteView block = ByteView(bytes).subspan(3);
            for (const PackingKernels* kernels : allPackingKernels()) {
                SpikeDecoder decoder(*kernels);
                const auto info = decoder.open(block);
                QVERIFY2(info.ok(), name.c_str());
                QCOMPARE(info.value().form, form);
                QCOMPARE(std::size_t{info.value().count}, spikes.size());
                if (spikes.size() > 0) {
                    QCOMPARE(info.value().firstTick, spikes.ticks.front());
                    QCOMPARE(info.value().lastTick, spikes.ticks.back());
                }
                SpikeColumns back{{1, 2}, {3, 4}};
                BNOF_VERIFY_OK(decoder.decode(back));
                QVERIFY2(back == spikes, name.c_str());
            }
        }
    }
}

void TestSpikeCodec::groupsAreTheSameSpikes()
{
    for (const auto& [name, spikes] : difficultSpikes()) {
        for (const SpikeForm form : forms) {
            const Bytes block = encoded(spikes, form);
            SpikeDecoder decoder;
            BNOF_VERIFY_OK(decoder.open(block));
            SpikeColumns stored;
            BNOF_VERIFY_OK(decoder.decodeGroups(stored));
            QVERIFY2(sorted(stored) == spikes, name.c_str());
            std::size_t at = 0;
            for (const SpikeGroup& group : decoder.groups()) {
                const std::uint64_t end = group.firstNeuron + (std::uint64_t{1} << decoder.info().groupBits);
                for (std::uint32_t i = 0; i < group.count; ++i, ++at) {
                    QVERIFY(stored.neurons[at] >= group.firstNeuron && stored.neurons[at] < end);
                    const bool cold = form == SpikeForm::Cold;
                    const auto key = [&](std::size_t k) {
                        return cold ? std::pair(stored.neurons[k], stored.ticks[k])
                                    : std::pair(stored.ticks[k], stored.neurons[k]);
                    };
                    QVERIFY(i == 0 || key(at - 1) <= key(at));
                }
            }
            QCOMPARE(at, spikes.size());
        }
    }
}

void TestSpikeCodec::questionsGetWhatASearchGives()
{
    PhiloxSequence random(11, 0);
    for (const auto& [name, spikes] : difficultSpikes()) {
        for (const SpikeForm form : forms) {
            const Bytes block = encoded(spikes, form);
            SpikeDecoder decoder;
            BNOF_VERIFY_OK(decoder.open(block));
            for (int round = 0; round < 30; ++round) {
                SpikeRange range;
                const auto some = [&](const std::vector<std::uint32_t>& values) {
                    return values.empty() ? std::uint64_t{random.next()}
                                          : values[random.below(static_cast<std::uint32_t>(values.size()))] +
                                                std::uint64_t{random.below(3)};
                };
                if (round % 3 != 1) {
                    range.firstTick = some(spikes.ticks);
                    range.endTick = some(spikes.ticks);
                }
                if (round % 3 != 2) {
                    range.firstNeuron = some(spikes.neurons);
                    range.endNeuron = range.firstNeuron + random.below(2000);
                }
                SpikeColumns found;
                BNOF_VERIFY_OK(decoder.query(range, found));
                QVERIFY2(found == searched(spikes, range), name.c_str());
            }
            SpikeColumns all;
            BNOF_VERIFY_OK(decoder.query({}, all));
            QVERIFY2(all == spikes, name.c_str());
        }
    }
}

void TestSpikeCodec::appendingQueriesKeepWhatIsThere()
{
    const SpikeColumns spikes = randomSpikes(1, 3000, 3000, 2);
    const Bytes block = encoded(spikes, SpikeForm::Hot);
    SpikeDecoder decoder;
    BNOF_VERIFY_OK(decoder.open(block));
    SpikeColumns out{{9}, {8}};
    BNOF_VERIFY_OK(decoder.query({}, out));
    QCOMPARE(out.size(), spikes.size() + 1);
    QCOMPARE(out.ticks[0], 9U);
    QCOMPARE(out.ticks[1], spikes.ticks[0]);
}

void TestSpikeCodec::bothLayoutsAreUsedAndSmall()
{
    // Uniform neurons, so the entropy is known: log2(1000) for the neuron and that of the steps; in coarse ticks less
    // log2(k!) for the order inside each.
    const SpikeColumns fine = randomSpikes(1, 30000, 9, 0.04);
    const SpikeColumns coarse = randomSpikes(1, 30000, 1000, 8);
    const auto bits = [](const SpikeColumns& spikes, SpikeForm form) {
        return static_cast<double>(encoded(spikes, form).size()) * 8 / static_cast<double>(spikes.size());
    };
    const double fineBits = bits(fine, SpikeForm::Hot);
    const double coarseBits = bits(coarse, SpikeForm::Hot);
    QVERIFY2(fineBits < 10.5, std::to_string(fineBits).c_str());   // 4 + 5.6
    QVERIFY2(coarseBits < 10, std::to_string(coarseBits).c_str()); // 10 bits of neuron alone, without sorted runs
    QVERIFY(bits(fine, SpikeForm::Cold) < fineBits);
    QVERIFY(bits(coarse, SpikeForm::Cold) < coarseBits);
}

void TestSpikeCodec::whatIsNotCanonicalIsRefused()
{
    SpikeEncoder encoder;
    Bytes bytes{7};
    const std::vector<std::uint32_t> up{1, 2}, down{2, 1}, same{1, 1}, one{1};
    QVERIFY(!encoder.encode(down, up, SpikeForm::Hot, bytes).ok());
    QVERIFY(!encoder.encode(same, down, SpikeForm::Hot, bytes).ok());
    QVERIFY(!encoder.encode(up, one, SpikeForm::Cold, bytes).ok());
    const std::vector<std::uint32_t> tooMany(maxSpikesPerBlock + 1, 0);
    QVERIFY(!encoder.encode(tooMany, tooMany, SpikeForm::Hot, bytes).ok());
    QCOMPARE(bytes.size(), std::size_t{1});
    BNOF_VERIFY_OK(encoder.encode(up, down, SpikeForm::Hot, bytes));
}

void TestSpikeCodec::truncatedBlocksAreRefused()
{
    for (const double perTick : {0.05, 4.0}) {
        const SpikeColumns spikes = randomSpikes(2, 500, 2500, perTick);
        for (const SpikeForm form : forms) {
            const Bytes block = encoded(spikes, form);
            for (std::size_t length = 0; length < block.size(); ++length) {
                const auto part = listOf(block, length);
                for (const PackingKernels* kernels : allPackingKernels())
                    QVERIFY(!readAll(part, *kernels, {}));
            }
            Bytes longer = block;
            longer.push_back(0);
            QVERIFY(!readAll(longer, packingKernels(), {}));
        }
    }
}

void TestSpikeCodec::flippedBitsDoNoHarm()
{
    const SpikeRange range{10, 5000, 100, 900};
    for (const double perTick : {0.05, 4.0}) {
        const SpikeColumns spikes = randomSpikes(3, 300, 2500, perTick);
        for (const SpikeForm form : forms) {
            Bytes block = encoded(spikes, form);
            block.shrink_to_fit();
            std::size_t refused = 0;
            for (std::size_t i = 0; i < block.size() * 8; ++i) {
                const auto bit = static_cast<std::uint8_t>(1U << i % 8);
                block[i / 8] = static_cast<std::uint8_t>(block[i / 8] ^ bit);
                bool answer = false;
                for (const PackingKernels* kernels : allPackingKernels()) {
                    const bool ok = readAll(block, *kernels, range);
                    QVERIFY(kernels == allPackingKernels().front() || ok == answer);
                    answer = ok;
                }
                refused += answer ? 0 : 1;
                block[i / 8] = static_cast<std::uint8_t>(block[i / 8] ^ bit);
            }
            QVERIFY(refused > 0);
        }
    }
}

void TestSpikeCodec::hostileHeadsAreRefused()
{
    const auto refused = [](const std::vector<std::uint64_t>& numbers) {
        Bytes bytes{static_cast<std::uint8_t>(numbers[0]), static_cast<std::uint8_t>(numbers[1])};
        for (std::size_t i = 2; i < numbers.size(); ++i)
            putVarint(bytes, numbers[i]);
        SpikeDecoder decoder;
        return !decoder.open(bytes).ok() && decoder.info().count == 0 && decoder.groups().empty();
    };
    QVERIFY(!refused({1, 10, 0}));
    QVERIFY(refused({0, 10, 0}));
    QVERIFY(refused({3, 10, 0}));
    QVERIFY(refused({1, 33, 0}));
    QVERIFY(refused({1, 10, 0, 0}));                                     // more behind an empty block
    QVERIFY(refused({1, 10, UINT64_MAX, 0, 0, 1, 0, 0}));                // spikes
    QVERIFY(refused({1, 10, 1U << 20, 0, 0, 1U << 20, 0, 0, 0, 0}));     // groups
    QVERIFY(refused({1, 10, 1, UINT64_MAX, 0, 1, 0, 0, 0, 1, 0}));       // first tick
    QVERIFY(refused({1, 10, 1, UINT32_MAX, 1, 1, 0, 0, 0, 1, 0}));       // last tick
    QVERIFY(refused({1, 32, 1, 0, 0, 1, 1, 0, 0, 1, 0}));                // neuron beyond 32 bits
    QVERIFY(refused({1, 10, 1, 0, 0, 1, 0, UINT64_MAX, 0, 1, 0}));       // spikes of a group
    QVERIFY(refused({1, 10, 1, 0, 0, 1, 0, 0, 0, UINT64_MAX, 0, 0, 0})); // bytes of a page
    QVERIFY(refused({2, 10, 1, 0, 0, 1, 0, 0, 0}));                      // no tables
}

void TestSpikeCodec::aDecoderCanBeUsedAgainAfterAnError()
{
    const SpikeColumns spikes = randomSpikes(7, 2000, 4000, 1);
    const Bytes good = encoded(spikes, SpikeForm::Cold);
    const Bytes bad(good.begin(), good.end() - 5);
    SpikeDecoder decoder;
    SpikeColumns out;
    QVERIFY(!decoder.open(bad).ok());
    BNOF_VERIFY_OK(decoder.decode(out)); // nothing is open: no spikes
    QCOMPARE(out.size(), std::size_t{0});
    BNOF_VERIFY_OK(decoder.open(good));
    BNOF_VERIFY_OK(decoder.decode(out));
    QVERIFY(out == spikes);
}

QTEST_APPLESS_MAIN(TestSpikeCodec)
#include "tst_spike_codec.moc"
