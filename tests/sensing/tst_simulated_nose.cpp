// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/base/sha256.h"
#include "engine/sensing/simulator/simulated_nose.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

NoseScript singleExposure(const std::string& gas, double ppm)
{
    return {{{10, 60, gas, ppm}}, 0};
}

/// ln(signal at the end of the exposure / signal before it), per gas channel.
std::vector<double> response(const std::string& gas, double ppm, std::uint64_t unit = 1, std::uint64_t seed = 1)
{
    SimulatedNose nose({seed, unit, 10}, singleExposure(gas, ppm));
    std::vector<float> values;
    std::vector<double> before(16);
    std::vector<double> during(16);
    for (int i = 0; i < 700; ++i) {
        nose.next(values);
        for (std::size_t c = 0; c < 16; ++c) {
            before[c] += i >= 50 && i < 100 ? values[c] / 50.0 : 0;
            during[c] += i >= 650 ? values[c] / 50.0 : 0;
        }
    }
    std::vector<double> out;
    for (std::size_t c = 0; c < 16; ++c)
        out.push_back(std::log(during[c] / before[c]));
    return out;
}

double cosine(const std::vector<double>& a, const std::vector<double>& b)
{
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return ab / std::sqrt(aa * bb);
}

} // namespace

class TestSimulatedNose : public test::Suite {
    Q_OBJECT

private slots:
    void equalSeedsGiveEqualBytes();
    void responseGrowsWithConcentration();
    void gasesAreDistinguishable();
    void unitsDifferButAgree();
    void exposureComesAndGoes();
    void hoursStayInRange();
    void rateDoesNotChangeThePhysics();
    void demonstrationScriptIsBalanced();
    void scriptsAreReadAndRefused();
};

void TestSimulatedNose::equalSeedsGiveEqualBytes()
{
    const auto digest = [](std::uint64_t seed, std::uint64_t unit) {
        SimulatedNose nose({seed, unit, 20}, demonstrationScript(seed));
        std::vector<float> values;
        Sha256 hash;
        for (int i = 0; i < 2000; ++i) {
            nose.next(values);
            hash.update(std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)));
        }
        return hash.hexDigest();
    };
    QCOMPARE(digest(7, 1), digest(7, 1));
    // Every compiler and machine prints these bytes; a change of the model changes the digest on purpose.
    QCOMPARE(digest(7, 1), std::string("18f6a97f22252976110e5a1c381dd36442c20e72c7216e69d0c9dd56c7e14881"));
    QVERIFY(digest(7, 1) != digest(8, 1));
    QVERIFY(digest(7, 1) != digest(7, 2));
}

void TestSimulatedNose::responseGrowsWithConcentration()
{
    for (const std::string& gas : SimulatedNose::gases()) {
        double last = 0.1;
        for (const double ppm : {25.0, 100.0, 400.0}) {
            const double now = std::ranges::max(response(gas, ppm));
            QVERIFY2(now > last + 0.1, gas.c_str());
            last = now;
        }
    }
    QVERIFY(std::ranges::max(response("ethanol", 0)) < 0.05);
}

void TestSimulatedNose::gasesAreDistinguishable()
{
    const auto& gases = SimulatedNose::gases();
    for (const std::string& a : gases) {
        // The same gas at another concentration looks more alike than any other gas does.
        const double own = cosine(response(a, 50), response(a, 200));
        for (const std::string& b : gases)
            if (a != b)
                QVERIFY2(cosine(response(a, 50), response(b, 200)) < own - 0.02, (a + " and " + b).c_str());
    }
}

void TestSimulatedNose::unitsDifferButAgree()
{
    const auto one = response("acetone", 100, 1);
    const auto two = response("acetone", 100, 2);
    QVERIFY(one != two);
    QVERIFY(cosine(one, two) > 0.97);
}

void TestSimulatedNose::exposureComesAndGoes()
{
    SimulatedNose nose({1, 1, 20}, singleExposure("ethanol", 200));
    std::vector<float> values;
    std::vector<float> trace;
    QCOMPARE(nose.seconds(), 0.0);
    while (nose.seconds() < 150) {
        const double t = nose.seconds();
        QCOMPARE(nose.presentGas(), t >= 10 && t < 70 ? std::string("ethanol") : std::string());
        QCOMPARE(nose.presentPpm(), t >= 10 && t < 70 ? 200.0 : 0.0);
        nose.next(values);
        trace.push_back(values[1]);
    }
    const auto at = [&](double t) { return trace[static_cast<std::size_t>(t * 20)]; };
    const float rest = at(9);
    QVERIFY(at(10.9) < 1.05F * rest); // transport delay
    QVERIFY(at(15) > 1.3F * rest);
    QVERIFY(at(69) > at(15));
    QVERIFY(at(80) < at(69));
    QVERIFY(at(149) < 1.1F * rest); // recovered
    // Adsorption is faster than desorption: half way up before half way down.
    const float half = (rest + at(69)) / 2;
    double up = 10;
    while (at(up) < half)
        up += 0.05;
    double down = 70;
    while (at(down) > half)
        down += 0.05;
    QVERIFY(up - 10 < down - 70 + 2);
}

void TestSimulatedNose::hoursStayInRange()
{
    SimulatedNose nose({3, 5, 1}, demonstrationScript(3));
    QCOMPARE(nose.channels().size(), 18U);
    std::vector<float> values;
    float low = 1e9F;
    float high = 0;
    for (int i = 0; i < 4 * 3600; ++i) {
        nose.next(values);
        QCOMPARE(values.size(), 18U);
        for (std::size_t c = 0; c < 18; ++c)
            QVERIFY(std::isfinite(values[c]));
        for (std::size_t c = 0; c < 16; ++c) {
            low = std::min(low, values[c]);
            high = std::max(high, values[c]);
            QCOMPARE(values[c], std::floor(values[c])); // ADC counts
        }
        QVERIFY(values[16] > 15 && values[16] < 35 && values[17] > 20 && values[17] < 75);
    }
    QVERIFY(low > 500);
    QVERIFY(high < 65000);
}

void TestSimulatedNose::rateDoesNotChangeThePhysics()
{
    const auto settled = [](double rate) {
        SimulatedNose nose({1, 1, rate}, singleExposure("toluene", 100));
        std::vector<float> values;
        while (nose.seconds() < 60)
            nose.next(values);
        return values[15];
    };
    const float slow = settled(2);
    const float fast = settled(100);
    QVERIFY2(std::fabs(slow - fast) < 0.05F * fast, "the response must not depend on the sampling rate");
}

void TestSimulatedNose::demonstrationScriptIsBalanced()
{
    const NoseScript script = demonstrationScript(5);
    QCOMPARE(script.exposures.front().startSeconds, 6.0);
    std::vector<int> counts(4);
    double end = 0;
    for (const Exposure& e : script.exposures) {
        QVERIFY(e.startSeconds >= end + (end > 0 ? 15 : 0));
        QVERIFY(e.durationSeconds >= 20 && e.durationSeconds <= 30);
        QVERIFY(e.ppm >= 25 && e.ppm <= 400);
        end = e.startSeconds + e.durationSeconds;
        const auto& gases = SimulatedNose::gases();
        ++counts[static_cast<std::size_t>(std::ranges::find(gases, e.gas) - gases.begin())];
    }
    QCOMPARE(counts, std::vector<int>(4, counts[0]));
    QVERIFY(script.periodSeconds >= end + 15);
    QVERIFY(demonstrationScript(6).exposures[0].ppm != script.exposures[0].ppm ||
            demonstrationScript(6).exposures[0].gas != script.exposures[0].gas);
}

void TestSimulatedNose::scriptsAreReadAndRefused()
{
    const auto read = [](const char* text) { return noseScriptFromJson(Json::parse(text).value()); };
    const auto good = read(R"({"period_s": 240, "exposures": [
        {"start_s": 10, "duration_s": 30, "gas": "ethanol", "ppm": 100}, {"start_s": 60, "duration_s": 1, "gas": "ammonia", "ppm": 5}]})");
    BNOF_VERIFY_OK(good);
    QCOMPARE(good->exposures.size(), 2U);
    QCOMPARE(good->periodSeconds, 240.0);
    SimulatedNose nose({1, 1, 1}, *good);
    std::vector<float> values;
    while (nose.seconds() < 255)
        nose.next(values);
    QCOMPARE(nose.presentGas(), std::string("ethanol")); // it repeats
    for (const auto& [text, what] :
         {std::pair{R"({})", "exposures"},
          std::pair{R"({"exposures":[{"start_s":1,"duration_s":2,"gas":"helium","ppm":5}]})", "helium"},
          std::pair{R"({"exposures":[{"start_s":1,"duration_s":0,"gas":"ethanol","ppm":5}]})", "duration_s"},
          std::pair{R"({"exposures":[{"start_s":1,"duration_s":9,"gas":"ethanol","ppm":5},
                                     {"start_s":5,"duration_s":9,"gas":"ethanol","ppm":5}]})",
                    "exposures[1]"},
          std::pair{R"({"period_s":5,"exposures":[{"start_s":1,"duration_s":9,"gas":"ethanol","ppm":5}]})",
                    "period"}}) {
        const auto bad = read(text);
        QVERIFY(!bad.ok());
        QVERIFY2(bad.error().message().find(what) != std::string::npos, bad.error().message().c_str());
    }
}

QTEST_GUILESS_MAIN(TestSimulatedNose)
#include "tst_simulated_nose.moc"
