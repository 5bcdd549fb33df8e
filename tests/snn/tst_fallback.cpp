// SPDX-License-Identifier: GPL-3.0-or-later
// A run that goes on after its device has failed: the same spikes and the same state as if nothing had happened.
#include "engine/snn/back_ends.h"
#include "engine/snn/fallback_backend.h"
#include "tests/snn/cuda_twin.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;
using namespace bnof::test;

namespace {

std::unique_ptr<BackEnd> cpu(const std::shared_ptr<const Plan>& plan)
{
    return std::move(makeBackEnd(plan, {})).value();
}

/// A device that fails in the middle of the run that passes its last good tick, and has spoilt everything by then.
class FailingBackEnd final : public BackEnd {
public:
    FailingBackEnd(std::shared_ptr<const Plan> plan, std::uint64_t lastGoodTick, bool failsInState = false)
        : BackEnd(plan), m_inner(cpu(plan)), m_lastGoodTick(lastGoodTick), m_failsInState(failsInState)
    {}
    void setDrive(std::uint32_t population, std::span<const float> drive) override
    {
        m_inner->setDrive(population, drive);
    }
    void setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds) override
    {
        m_inner->setThresholds(population, thresholds);
    }
    void run(std::uint32_t ticks, SpikesByPopulation& spikes) override
    {
        m_inner->run(ticks, spikes);
        if (m_failsInState || m_inner->tick() <= m_lastGoodTick)
            return;
        m_failure = makeError(ErrorKind::Device, "the device was lost", "test device");
        m_inner->reset(99);
        for (auto& population : spikes)
            population.push_back({0, 0});
    }
    void modulate(std::uint32_t projection, std::span<const float> modulation) override
    {
        m_inner->modulate(projection, modulation);
    }
    [[nodiscard]] std::uint64_t tick() const override { return m_inner->tick(); }
    void reset(std::uint64_t seed) override { m_inner->reset(seed); }
    [[nodiscard]] NetworkState state() override
    {
        if (m_failsInState && m_inner->tick() > m_lastGoodTick) {
            m_failure = makeError(ErrorKind::Device, "the device was lost", "test device");
            return {};
        }
        return m_inner->state();
    }
    void setState(const NetworkState& state) override { m_inner->setState(state); }
    [[nodiscard]] Activity activity() const override { return m_inner->activity(); }
    [[nodiscard]] std::string name() const override { return "failing device"; }
    void setDrawSeed(std::uint64_t seed) override { m_inner->setDrawSeed(seed); }
    [[nodiscard]] std::optional<Error> failure() const override { return m_failure; }

private:
    std::unique_ptr<BackEnd> m_inner;
    std::uint64_t m_lastGoodTick;
    bool m_failsInState;
    std::optional<Error> m_failure;
};

} // namespace

class TestFallback : public test::Suite {
    Q_OBJECT

private slots:
    void nothingIsLostOrDoubled_data();
    void nothingIsLostOrDoubled();
    void anotherDrawSeedSurvives();
    void withoutASpareTheRunStops();
    void aSoundDeviceIsLeftAlone();
};

void TestFallback::nothingIsLostOrDoubled_data()
{
    QTest::addColumn<quint64>("lastGoodTick");
    QTest::addColumn<bool>("failsInState");
    QTest::newRow("in the first run") << quint64{0} << false;
    QTest::newRow("early") << quint64{37} << false;
    QTest::newRow("late") << quint64{333} << false;
    QTest::newRow("when its state is fetched") << quint64{150} << true;
}

void TestFallback::nothingIsLostOrDoubled()
{
    QFETCH(quint64, lastGoodTick);
    QFETCH(bool, failsInState);
    int switched = 0;
    for (std::uint64_t seed = 401; seed < 425; ++seed) {
        const auto plan = buildPlan(randomNetwork(seed, true));
        if (!plan.ok())
            continue;
        const auto expectation = cpu(*plan);
        FallbackBackEnd tested(
            std::make_unique<FailingBackEnd>(*plan, lastGoodTick, failsInState), [&] { return makeBackEnd(*plan, {}); },
            50);
        SpikesByPopulation expected;
        SpikesByPopulation spikes;
        for (const Stretch& stretch : randomStimulus((*plan)->network, seed)) {
            applyTo(*expectation, stretch);
            applyTo(tested, stretch);
            expectation->run(stretch.ticks, expected);
            for (std::uint32_t left = stretch.ticks; left > 0;) {
                const std::uint32_t part = std::min(left, 40U);
                tested.run(part, spikes);
                left -= part;
            }
            QVERIFY2(spikes == expected, (*plan)->network.name.c_str());
            QCOMPARE(tested.tick(), expectation->tick());
        }
        QVERIFY(tested.state() == expectation->state());
        QVERIFY(tested.activity().spikes == expectation->activity().spikes);
        QVERIFY(tested.lastSwitch().has_value());
        QVERIFY(tested.lastSwitch()->tick - tested.lastSwitch()->checkpoint <= 50);
        QCOMPARE(tested.lastSwitch()->reason.what, std::string("the device was lost"));
        QVERIFY(!tested.failure());
        ++switched;
    }
    QVERIFY(switched > 15);
}

void TestFallback::anotherDrawSeedSurvives()
{
    const auto plan = buildPlan(randomNetwork(5));
    BNOF_VERIFY_OK(plan);
    const auto expectation = cpu(*plan);
    FallbackBackEnd tested(
        std::make_unique<FailingBackEnd>(*plan, 220), [&] { return makeBackEnd(*plan, {}); }, 60);
    SpikesByPopulation expected;
    SpikesByPopulation spikes;
    expectation->reset(4711);
    tested.reset(4711);
    expectation->run(400, expected);
    tested.run(400, spikes);
    QVERIFY(spikeCount(expected) > 0);
    QVERIFY(spikes == expected);
    QVERIFY(tested.lastSwitch().has_value());
    SpikesByPopulation other;
    const auto usual = cpu(*plan);
    usual->run(400, other);
    QVERIFY(other != expected);
}

void TestFallback::withoutASpareTheRunStops()
{
    const auto plan = buildPlan(randomNetwork(5));
    BNOF_VERIFY_OK(plan);
    FallbackBackEnd tested(
        std::make_unique<FailingBackEnd>(*plan, 100),
        [] { return Result<std::unique_ptr<BackEnd>>(makeError(ErrorKind::BadInput, "no memory", "test")); }, 30);
    SpikesByPopulation spikes;
    tested.run(400, spikes);
    QVERIFY(tested.failure().has_value());
    QCOMPARE(tested.failure()->what, std::string("the device was lost"));
    QVERIFY(tested.tick() <= 100);
    const auto expectation = cpu(*plan);
    SpikesByPopulation expected;
    expectation->run(static_cast<std::uint32_t>(tested.tick()), expected);
    QVERIFY(spikes == expected); // what was given out before is right
}

void TestFallback::aSoundDeviceIsLeftAlone()
{
    const auto plan = buildPlan(randomNetwork(6));
    BNOF_VERIFY_OK(plan);
    FallbackBackEnd tested(
        std::make_unique<FailingBackEnd>(*plan, 100000), [&] { return makeBackEnd(*plan, {}); }, 30);
    const auto expectation = cpu(*plan);
    SpikesByPopulation expected;
    SpikesByPopulation spikes;
    expectation->run(300, expected);
    tested.run(300, spikes);
    QVERIFY(spikes == expected);
    QVERIFY(!tested.lastSwitch());
    QCOMPARE(tested.name(), std::string("failing device"));
}

QTEST_GUILESS_MAIN(TestFallback)
#include "tst_fallback.moc"
