// SPDX-License-Identifier: GPL-3.0-or-later
// Sick channels: faults planted into a real recording are found, healthy hours raise nothing, gas is no fault.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>

#include "engine/base/philox.h"
#include "engine/sensing/faults/channel_faults.h"
#include "engine/sensing/faults/fault_event.h"
#include "engine/sensing/simulator/simulated_nose.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

struct Row {
    double t = 0;
    std::array<float, 16> values{};
    bool air = false;
};

const std::vector<Row>& realStream()
{
    static const std::vector<Row> rows = [] {
        std::vector<Row> out;
        const std::string path = std::string(BNOF_TEST_SHARED_DATA) + "/uci_dynamic_mixtures/stream_5hz.csv.gz";
        const gzFile file = gzopen(path.c_str(), "rb");
        std::array<char, 1024> line{};
        if (file == nullptr || gzgets(file, line.data(), static_cast<int>(line.size())) == nullptr)
            return out;
        while (gzgets(file, line.data(), static_cast<int>(line.size())) != nullptr) {
            Row row;
            char* at = line.data();
            const auto number = [&at] {
                const double value = std::strtod(at, &at);
                ++at; // the comma
                return value;
            };
            row.t = number();
            const double co = number();
            const double ethylene = number();
            row.air = co == 0 && ethylene == 0;
            for (float& value : row.values)
                value = static_cast<float>(number());
            out.push_back(row);
        }
        gzclose(file);
        return out;
    }();
    return rows;
}

std::vector<ChannelInfo> realChannels(bool converter)
{
    std::vector<ChannelInfo> channels(16);
    for (std::size_t i = 0; i < 16; ++i) {
        channels[i].name = "s" + std::to_string(i + 1);
        if (converter) {
            channels[i].unit = "counts";
            channels[i].rangeLow = -1000;
            channels[i].rangeHigh = 65535;
        }
    }
    return channels;
}

/// Runs detectors over rows; `spoil` may change the values of a frame.
struct Found {
    double t = 0;
    FaultChange change;
};
using Spoil = std::function<void(std::size_t row, double t, std::array<float, 16>& values)>;
std::vector<Found> look(ChannelFaults& faults, std::size_t first, std::size_t last, const Spoil& spoil = {})
{
    std::vector<Found> found;
    const auto& rows = realStream();
    double gasUntil = -1e9;
    for (std::size_t i = first; i < last; ++i) {
        auto values = rows[i].values;
        if (spoil)
            spoil(i, rows[i].t, values);
        if (!rows[i].air)
            gasUntil = rows[i].t;
        faults.setCleanAir(rows[i].t - gasUntil > 60);
        for (const auto& change : faults.update({fromSeconds(rows[i].t), values}))
            found.push_back({rows[i].t, change});
    }
    return found;
}

/// The kinds of damage that are planted, and what may be found of each.
struct Damage {
    const char* name;
    std::vector<FaultKind> kinds;
    double within; ///< seconds
    std::function<float(double since, float value, PhiloxSequence& random)> apply;
};
const std::vector<Damage>& damages()
{
    static float held = 0;
    static const std::vector<Damage> list{
        {"stuck",
         {FaultKind::Stuck},
         6,
         [](double since, float value, PhiloxSequence&) { return since < 0.1 ? held = value : held; }},
        {"open",
         {FaultKind::Rail, FaultKind::Disconnected},
         3,
         [](double, float, PhiloxSequence&) { return -1000.0F; }},
        {"short",
         {FaultKind::Rail, FaultKind::Disconnected},
         3,
         [](double, float, PhiloxSequence&) { return 65535.0F; }},
        {"unplugged",
         {FaultKind::Disconnected},
         5,
         [](double, float, PhiloxSequence& random) { return static_cast<float>(3 * random.normal()); }},
        {"noise",
         {FaultKind::Noise, FaultKind::SpikeNoise},
         60,
         [](double, float value, PhiloxSequence& random) {
             return value * static_cast<float>(1 + 0.05 * random.normal());
         }},
        {"spikes",
         {FaultKind::SpikeNoise, FaultKind::Noise},
         240,
         [](double, float value, PhiloxSequence& random) { return random.uniform() < 0.04 ? value * 1.6F : value; }},
    };
    return list;
}

bool isOneOf(FaultKind kind, const std::vector<FaultKind>& kinds)
{
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

/// Hours of the simulated nose. Returns how many faults began.
std::size_t faultsOfNose(std::uint64_t seed, double hours, double rate, const NoseScript& script)
{
    SimulatedNose nose({.seed = seed, .unit = seed, .rateHz = rate}, script);
    ChannelFaults faults(nose.channels());
    std::vector<float> values;
    std::size_t begun = 0;
    double gasUntil = -1e9;
    while (nose.seconds() < hours * 3600) {
        const double t = nose.seconds();
        if (!nose.presentGas().empty())
            gasUntil = t;
        nose.next(values);
        faults.setCleanAir(t - gasUntil > 60);
        for (const auto& change : faults.update({fromSeconds(t), values})) {
            if (change.active) {
                qInfo("%.0f s: %s, channel %u, %g", t, toString(change.kind), change.channel, change.value);
                ++begun;
            }
        }
    }
    return begun;
}

} // namespace

class TestChannelFaults : public test::Suite {
    Q_OBJECT

private slots:
    void nothingIsFoundInARealStreamButItsDeadSensor();
    void plantedFaultsAreFound();
    void simulatedDaysAreQuiet();
    void strongGasIsNoFault();
    void heaterCurrentNamesAColdSensor();
    void coldSensorsAreSeenWithoutAHeaterReading();
    void aBoardThatLosesItsSupplyIsFoundAtOnce();
    void badTimingIsNoted();
    void missingValuesAreADisconnection();
    void eventsCarryTheMask();
};

void TestChannelFaults::nothingIsFoundInARealStreamButItsDeadSensor()
{
    const auto& rows = realStream();
    if (rows.empty())
        QSKIP("the shared recordings are not on this machine");
    ChannelFaults faults(realChannels(false));
    std::size_t dead = 0;
    for (const Found& found : look(faults, 0, rows.size())) {
        // The second sensor loses contact at 4,245 s: to zero within seconds while its twin stays.
        const bool genuine = found.change.channel == 1 && found.t > 4230;
        if (found.change.active && !genuine)
            QFAIL(qPrintable(QStringLiteral("%1 s: %2 on channel %3")
                                 .arg(found.t)
                                 .arg(QLatin1String(toString(found.change.kind)))
                                 .arg(found.change.channel + 1)));
        dead += found.change.active && found.change.kind == FaultKind::Disconnected ? 1U : 0U;
    }
    QVERIFY(dead >= 1);
    QCOMPARE(faults.lateFrames(), std::uint64_t{0});
}

void TestChannelFaults::plantedFaultsAreFound()
{
    const auto& rows = realStream();
    if (rows.empty())
        QSKIP("the shared recordings are not on this machine");
    const bool full = qEnvironmentVariableIsSet("BNOF_TEST_FULL");
    const std::size_t places = full ? 60 : 6;
    std::size_t planted = 0;
    std::size_t found = 0;
    std::size_t wrong = 0;
    PhiloxSequence random(20, 7);
    for (const Damage& damage : damages()) {
        for (std::size_t place = 0; place < places; ++place) {
            // Five minutes of health, then the damage on one channel, anywhere in the stream: in air and in gas.
            const std::size_t begin = 600 + random.below(static_cast<std::uint32_t>(rows.size() - 8000));
            const std::size_t at = begin + 1600;
            std::size_t channel = random.below(16);
            if (channel == 1)
                channel = 0;
            ChannelFaults faults(realChannels(true));
            const double start = rows[at].t;
            PhiloxSequence noise(place, 1);
            bool seen = false;
            const auto end = at + static_cast<std::size_t>(damage.within * 5) + 25;
            for (const Found& each :
                 look(faults, begin, end, [&](std::size_t row, double t, std::array<float, 16>&values) {
                     if (row >= at)
                         values[channel] = damage.apply(t - start, values[channel], noise);
                 })) {
                if (!each.change.active || each.change.channel == 1)
                    continue;
                if (each.change.channel == channel && each.t >= start)
                    seen = seen || (isOneOf(each.change.kind, damage.kinds) && each.t - start <= damage.within);
                else
                    ++wrong;
            }
            ++planted;
            found += seen ? 1U : 0U;
            if (!seen)
                qInfo("%s on channel %zu at %.0f s was not found", damage.name, channel + 1, start);
        }
    }
    qInfo("%zu of %zu planted faults found, %zu wrong", found, planted, wrong);
    QVERIFY2(found * 100 >= planted * 95, "at least 95 % of the planted faults");
    QCOMPARE(wrong, std::size_t{0});
}

void TestChannelFaults::simulatedDaysAreQuiet()
{
    const bool full = qEnvironmentVariableIsSet("BNOF_TEST_FULL");
    const double hours = full ? 72 : 2;
    // Clean air, and the demonstration's exposures.
    QVERIFY(faultsOfNose(1, hours, full ? 10 : 2, {}) <= static_cast<std::size_t>(hours / 24));
    QVERIFY(faultsOfNose(2, hours, full ? 10 : 2, demonstrationScript(2)) <= static_cast<std::size_t>(hours / 24));
}

void TestChannelFaults::strongGasIsNoFault()
{
    for (const char* gas : {"ethanol", "acetone", "ammonia", "toluene"}) {
        NoseScript script;
        script.exposures = {{200, 120, gas, 20'000}, {500, 60, gas, 1'000'000}};
        for (const double rate : {1.0, 10.0})
            QCOMPARE(faultsOfNose(3, 0.25, rate, script), std::size_t{0});
    }
}

namespace {

/// Sixteen channels of the simulated nose and a heater current; `spoil` changes a frame.
std::vector<Found> noseWith(double seconds, bool heater, const std::function<void(double, std::vector<float>&)>& spoil,
                            ChannelFaults*& out)
{
    static std::optional<ChannelFaults> faults;
    SimulatedNose nose({.rateHz = 10}, {});
    auto channels = nose.channels();
    if (heater)
        channels.push_back({"Heater", "heater current", "mA", "", 0, 200});
    faults.emplace(channels);
    out = &*faults;
    std::vector<Found> found;
    std::vector<float> values;
    while (nose.seconds() < seconds) {
        const double t = nose.seconds();
        nose.next(values);
        if (heater)
            values.push_back(150);
        spoil(t, values);
        for (const auto& change : faults->update({fromSeconds(t), values}))
            found.push_back({t, change});
    }
    return found;
}

} // namespace

void TestChannelFaults::heaterCurrentNamesAColdSensor()
{
    ChannelFaults* faults = nullptr;
    const auto found = noseWith(
        420, true,
        [](double t, std::vector<float>& values) {
            if (t >= 300 && t < 340)
                values.back() = 20;
        },
        faults);
    std::size_t begun = 0;
    for (const Found& each : found) {
        QCOMPARE(each.change.kind, FaultKind::ColdSensor);
        begun += each.change.active ? 1U : 0U;
        if (each.change.active)
            QVERIFY2(each.t >= 301.9 && each.t <= 302.3, qPrintable(QString::number(each.t)));
    }
    QCOMPARE(begun, std::size_t{16});
    QVERIFY(faults->activeFaults().empty()); // it recovered by itself
    QCOMPARE(static_cast<int>(faults->mask()[0]), static_cast<int>(ChannelMask::Good));
}

void TestChannelFaults::coldSensorsAreSeenWithoutAHeaterReading()
{
    ChannelFaults* faults = nullptr;
    const auto found = noseWith(
        330, false,
        [](double t, std::vector<float>& values) {
            for (std::size_t i = 0; i < 16 && t >= 300; ++i)
                values[i] = std::max(2.0F, values[i] * static_cast<float>(std::exp(-(t - 300) / 0.8)));
        },
        faults);
    const auto cold = std::find_if(found.begin(), found.end(), [](const Found& each) {
        return each.change.kind == FaultKind::ColdSensor && each.change.active;
    });
    QVERIFY(cold != found.end());
    QVERIFY2(cold->t < 304, qPrintable(QString::number(cold->t)));
    for (std::size_t i = 0; i < 16; ++i)
        QCOMPARE(static_cast<int>(faults->mask()[i]), static_cast<int>(ChannelMask::Masked));
}

void TestChannelFaults::aBoardThatLosesItsSupplyIsFoundAtOnce()
{
    ChannelFaults* faults = nullptr;
    const auto found = noseWith(
        310, false,
        [](double t, std::vector<float>& values) {
            for (std::size_t i = 0; i < 16 && t >= 300; ++i)
                values[i] = 0;
        },
        faults);
    std::size_t rails = 0;
    for (const Found& each : found) {
        rails += each.change.kind == FaultKind::Rail && each.change.active ? 1U : 0U;
        QVERIFY2(each.t < 303, qPrintable(QString::number(each.t)));
    }
    QCOMPARE(rails, std::size_t{16});
}

void TestChannelFaults::badTimingIsNoted()
{
    ChannelFaults faults({{"a", "conductance", "counts", "", 0, 1023}});
    double t = 0;
    const auto step = [&](double dt, float value) {
        t += dt;
        const std::array<float, 1> values{value};
        (void)faults.update({fromSeconds(t), values, t});
    };
    for (int i = 0; i < 300; ++i)
        step(0.1, static_cast<float>(500 + i % 3));
    QVERIFY(!faults.active(FaultChange::wholeDevice, FaultKind::Timing));
    step(-5, 500);
    t += 5;
    step(0, 501);
    QCOMPARE(faults.backwardFrames(), std::uint64_t{1});
    for (int i = 0; i < 60; ++i)
        step(i % 4 == 0 ? 0.3 : 0.1, static_cast<float>(500 + i % 3));
    QVERIFY(faults.active(FaultChange::wholeDevice, FaultKind::Timing));
    QCOMPARE(static_cast<int>(faults.mask()[0]), static_cast<int>(ChannelMask::Good)); // named, not masked
    for (int i = 0; i < 900; ++i)
        step(0.1, static_cast<float>(500 + i % 3));
    QVERIFY(!faults.active(FaultChange::wholeDevice, FaultKind::Timing));
}

void TestChannelFaults::missingValuesAreADisconnection()
{
    ChannelFaults* faults = nullptr;
    const auto found = noseWith(
        330, false,
        [](double t, std::vector<float>& values) {
            if (t >= 200 && t < 220)
                values[4] = std::nanf("");
            if (t >= 249.95 && t < 250.05) // a hundredfold, for one sample
                values[7] = values[7] * 100;
        },
        faults);
    QCOMPARE(found.size(), std::size_t{2});
    QCOMPARE(found[0].change.channel, 4U);
    QCOMPARE(found[0].change.kind, FaultKind::Disconnected);
    QVERIFY(found[0].t < 203.5 && found[1].t < 226);
    QCOMPARE(faults->withheldSamples(), std::uint64_t{1});
}

void TestChannelFaults::eventsCarryTheMask()
{
    std::vector<ChannelInfo> channels(3);
    channels[1].name = "B";
    RecordedMask mask(2, 3);
    const FaultChange stuck{1, FaultKind::Stuck, true, 3, 3};
    const auto began = faultEvent(2, stuck, channels, 10);
    QVERIFY(began.text.find("B: stuck") == 0);
    const auto note = faultNote(began);
    QVERIFY(note && note->source == 2 && note->channel == 1 && note->kind == FaultKind::Stuck && note->active);
    mask.event(faultEvent(1, stuck, channels, 10)); // another source
    QCOMPARE(static_cast<int>(mask.next()[1]), static_cast<int>(ChannelMask::Good));
    mask.event(began);
    mask.event(withheldEvent(2, 0, 11));
    auto now = mask.next();
    QCOMPARE(static_cast<int>(now[0]), static_cast<int>(ChannelMask::Withheld));
    QCOMPARE(static_cast<int>(now[1]), static_cast<int>(ChannelMask::Masked));
    now = mask.next();
    QCOMPARE(static_cast<int>(now[0]), static_cast<int>(ChannelMask::Good));
    QCOMPARE(static_cast<int>(now[1]), static_cast<int>(ChannelMask::Masked));
    mask.event(faultEvent(2, {1, FaultKind::Drift, true, 3, 3}, channels, 12)); // a warning only
    mask.event(faultEvent(2, {1, FaultKind::Stuck, false, 3, 3}, channels, 13));
    QCOMPARE(static_cast<int>(mask.next()[1]), static_cast<int>(ChannelMask::Good));
    const Error problem = faultProblem(stuck, channels, "board");
    QVERIFY(problem.what.find("B") != std::string::npos && !problem.remedy.empty());
}

QTEST_GUILESS_MAIN(TestChannelFaults)
#include "tst_channel_faults.moc"
