// SPDX-License-Identifier: GPL-3.0-or-later
// Calibrations: power laws with their limits, clean air, spans, temperature and humidity, versions on disk, anchors.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <cmath>
#include <limits>

#include "engine/base/philox.h"
#include "engine/sensing/calibration/anchors.h"
#include "engine/sensing/calibration/fit.h"
#include "engine/sensing/calibration/mq_sensors.h"
#include "engine/sensing/calibration/store.h"
#include "engine/sensing/simulator/simulated_nose.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

const std::vector<ChannelInfo>& board()
{
    static const std::vector<ChannelInfo> channels{{"A0", "conductance", "counts", "", 0, 1023},
                                                   {"T", "temperature", "°C", "", -40, 85},
                                                   {"RH", "relative humidity", "%", "", 0, 100}};
    return channels;
}

bool near(double value, double wanted, double relative)
{
    return std::fabs(value - wanted) <= relative * std::fabs(wanted);
}

} // namespace

class TestCalibration : public test::Suite {
    Q_OBJECT

private slots:
    void powerLawsFollowTheTableAndRefuseInsensitiveCurves();
    void countsBecomeEquivalentPpmWithinTheRange();
    void cleanAirIsTakenOnlyWhenStill();
    void spansGiveTheCurve();
    void linearSensorsHaveZeroAndSpan();
    void temperatureAndHumidityAreFittedAndCompensated();
    void logsThatCannotTellTheInfluencesApartAreRefused();
    void versionsAreNeverOverwritten();
    void damagedFilesAreNamed();
    void otherDevicesAndExpiredCalibrationsWarn();
    void puffsBecomeLabelledFrames();
};

void TestCalibration::powerLawsFollowTheTableAndRefuseInsensitiveCurves()
{
    const auto ammonia = mqCurve("mq135", "Ammonia");
    BNOF_VERIFY_OK(ammonia);
    QCOMPARE(ammonia->a, 102.2);
    QCOMPARE(ammonia->b, -2.473);
    QCOMPARE(findMqSensor("MQ-135")->airRatio, 3.6);
    const auto steep = mqCurve("MQ-4", "carbon monoxide");
    QVERIFY(!steep.ok());
    QVERIFY(steep.error().what.find("insensitive") != std::string::npos);
    QVERIFY(!mqCurve("MQ-7", "methane").ok());
    const auto unknown = mqCurve("MQ-135", "helium");
    QVERIFY(!unknown.ok() && unknown.error().remedy.find("toluene") != std::string::npos);
    QVERIFY(!mqCurve("TGS2602", "ethanol").ok());
    for (const MqSensor& sensor : mqSensors()) {
        for (const PowerLaw& law : sensor.gases)
            QVERIFY(law.b < 0 && law.low < law.high);
    }
}

void TestCalibration::countsBecomeEquivalentPpmWithinTheRange()
{
    Calibration calibration;
    ChannelCalibration& channel = calibration.channel("A0");
    channel.raw = RawKind::Divider;
    channel.supply = 1023;
    channel.load = 10'000;
    channel.r0 = 20'000;
    channel.power = *mqCurve("MQ-135", "ammonia");
    auto calibrator = Calibrator::create(calibration, board());
    BNOF_VERIFY_OK(calibrator);
    const auto at = [&](float counts) {
        const std::array<float, 3> values{counts, 20, 50};
        return calibrator->apply({0, values}).front();
    };
    // Rs = RL (Vc - V) / V: half the supply is the load resistor.
    auto value = at(511.5F);
    QVERIFY(near(value.resistance, 10'000, 1e-6));
    QVERIFY(near(value.ratio, 0.5, 1e-6));
    QVERIFY(near(value.ppm, 102.2 * std::pow(0.5, -2.473), 1e-5));
    QCOMPARE(static_cast<int>(value.flags), 0);
    value = at(100); // little gas: below the chart
    QCOMPARE(value.ppm, 10.0F);
    QVERIFY((value.flags & CalibratedValue::BelowRange) != 0);
    value = at(1000); // a lot
    QCOMPARE(value.ppm, 1000.0F);
    QVERIFY((value.flags & CalibratedValue::AboveRange) != 0);
    for (const float none : {0.0F, 1023.0F, -5.0F, std::numeric_limits<float>::quiet_NaN()}) {
        value = at(none);
        QVERIFY((value.flags & CalibratedValue::Missing) != 0 && std::isnan(value.ppm));
    }
    QVERIFY(!Calibrator::create(calibration, std::vector<ChannelInfo>(1)).ok());
}

void TestCalibration::cleanAirIsTakenOnlyWhenStill()
{
    Calibration calibration = beginCalibration(board());
    QCOMPARE(calibration.channels.size(), std::size_t{1});
    QCOMPARE(calibration.temperatureChannel, std::string("T"));
    QCOMPARE(calibration.humidityChannel, std::string("RH"));
    calibration.channels[0].airRatio = 3.6;
    const auto capture = [&](double slope) {
        StillCapture still(*Calibrator::create(calibration, board()));
        for (int i = 0; i <= 200; ++i) {
            const std::array<float, 3> values{static_cast<float>(300 + slope * i + (i % 2)), 20, 50};
            still.add({fromSeconds(i * 0.1), values});
        }
        return still.result();
    };
    const auto good = capture(0);
    QVERIFY(good[0].stable && near(good[0].rawMean, 300.5, 1e-3));
    QCOMPARE(*setCleanAir(calibration, good), std::size_t{1});
    QVERIFY(near(*calibration.channels[0].r0, (1023 - 300.5) / 300.5 / 3.6, 1e-3));
    const Calibration before = calibration;
    const auto moving = capture(0.5);
    QVERIFY(!moving[0].stable && moving[0].slopePerMinute < -0.1);
    const auto refused = setCleanAir(calibration, moving);
    QVERIFY(!refused.ok() && refused.error().what.find("A0") != std::string::npos);
    QVERIFY(calibration == before);
    calibration.channels[0].r0 = *before.channels[0].r0 * 1.25;
    const auto shifts = compareCalibrations(before, calibration);
    QVERIFY(near(shifts[0].r0Shift, 0.25, 1e-9));
}

void TestCalibration::spansGiveTheCurve()
{
    const auto ratio = [](double ppm) { return std::pow(ppm / 80, 1 / -2.2); };
    const std::array three{SpanPoint{ratio(50), 50}, SpanPoint{ratio(200), 200}, SpanPoint{ratio(800), 800}};
    const auto law = fitPower("ethanol", three, std::nullopt);
    BNOF_VERIFY_OK(law);
    QVERIFY(near(law->a, 80, 1e-9) && near(law->b, -2.2, 1e-9));
    QCOMPARE(law->low, 25.0);
    QCOMPARE(law->high, 1600.0);
    QVERIFY(!fitPower("ethanol", std::span(three).first(1), std::nullopt).ok());
    const auto one = fitPower("ethanol", std::span(three).first(1), *mqCurve("MQ-303A", "ethanol"));
    BNOF_VERIFY_OK(one);
    QCOMPARE(one->b, -2.432);
    QVERIFY(near(one->a * std::pow(ratio(50), one->b), 50, 1e-9));
    const std::array flat{SpanPoint{0.5, 50}, SpanPoint{0.4999, 800}};
    const auto insensitive = fitPower("ethanol", flat, std::nullopt);
    QVERIFY(!insensitive.ok());
    // The second span of the same gas is fitted together with the first.
    Calibration calibration = beginCalibration(board());
    calibration.channels[0].r0 = 1;
    calibration.channels[0].power = *mqCurve("MQ-303A", "ethanol");
    QCOMPARE(*addSpan(calibration, {{"A0", 100, ratio(50), 0, 0, 0, true}}, "ethanol", 50), std::size_t{1});
    QCOMPARE(calibration.channels[0].power->b, -2.432);
    QCOMPARE(*addSpan(calibration, {{"A0", 100, ratio(800), 0, 0, 0, true}}, "ethanol", 800), std::size_t{1});
    QVERIFY(near(calibration.channels[0].power->b, -2.2, 1e-9));
    QCOMPARE(calibration.channels[0].spans.size(), std::size_t{2});
    QVERIFY(!addSpan(calibration, {{"A0", 100, 1, 0, 0, 0, false}}, "ethanol", 10).ok()); // not still
    // A sensor of no known type: the first span waits for the second one of the same gas.
    Calibration unknown = beginCalibration(board());
    unknown.channels[0].r0 = 1;
    QCOMPARE(*addSpan(unknown, {{"A0", 100, 0.7, 0, 0, 0, true}}, "acetone", 20), std::size_t{1});
    QVERIFY(!unknown.channels[0].power && unknown.channels[0].spansGas == "acetone");
    const auto kept = calibrationFromJson(toJson(unknown), "copy");
    BNOF_VERIFY_OK(kept);
    QVERIFY(*kept == unknown);
    QCOMPARE(*addSpan(unknown, {{"A0", 100, ratio(50), 0, 0, 0, true}}, "ethanol", 50), std::size_t{1});
    QVERIFY(!unknown.channels[0].power); // of another gas
    QCOMPARE(*addSpan(unknown, {{"A0", 100, ratio(800), 0, 0, 0, true}}, "ethanol", 800), std::size_t{1});
    QVERIFY(unknown.channels[0].power && near(unknown.channels[0].power->b, -2.2, 1e-9));
    QVERIFY(unknown.channels[0].spansGas.empty());
}

void TestCalibration::linearSensorsHaveZeroAndSpan()
{
    const std::vector<ChannelInfo> channels{{"CO", "concentration", "ppm", "CO", 0, 1000}};
    Calibration calibration = beginCalibration(channels);
    QCOMPARE(static_cast<int>(calibration.channels[0].raw), static_cast<int>(RawKind::Concentration));
    QCOMPARE(*setCleanAir(calibration, {{"CO", 100, 4, 4, 0.01, 0, true}}), std::size_t{1});
    QCOMPARE(*addSpan(calibration, {{"CO", 100, 104, 104, 0.01, 0, true}}, "CO", 50), std::size_t{1});
    auto calibrator = Calibrator::create(calibration, channels);
    BNOF_VERIFY_OK(calibrator);
    const std::array<float, 1> values{54};
    QCOMPARE(calibrator->apply({0, values}).front().ppm, 25.0F);
    QCOMPARE(calibrator->gasOf(0), std::string("CO"));
}

void TestCalibration::temperatureAndHumidityAreFittedAndCompensated()
{
    // A day of air: temperature and humidity that go their own ways, and the sensor's answer to both.
    PhiloxSequence random(3, 3);
    std::vector<EnvironmentSample> log;
    for (int i = 0; i < 1440; ++i) {
        const double t = 22 + 4 * std::sin(i * 2 * M_PI / 1440) + 0.2 * random.normal();
        const double h = absoluteHumidity(t, 45 + 15 * std::sin(i * 2 * M_PI / 700));
        log.push_back({t, h, std::exp(10 - 0.02 * t - 0.3 * std::log(h) + 0.005 * random.normal())});
    }
    const auto model = fitEnvironment(log);
    BNOF_VERIFY_OK(model);
    QVERIFY2(near(model->b1, -0.02, 0.03) && near(model->b2, -0.3, 0.03),
             qPrintable(QStringLiteral("%1 %2").arg(model->b1).arg(model->b2)));
    QVERIFY(model->r2 > 0.99 && model->residual < 0.006 && model->before > 10 * model->residual);

    Calibration calibration = beginCalibration(board());
    auto& channel = calibration.channels[0];
    channel.raw = RawKind::Resistance;
    channel.environment = *model;
    auto calibrator = Calibrator::create(calibration, board());
    BNOF_VERIFY_OK(calibrator);
    const auto at = [&](double t, double rh) {
        const double resistance = std::exp(10 - 0.02 * t - 0.3 * std::log(absoluteHumidity(t, rh)));
        const std::array<float, 3> values{static_cast<float>(resistance), static_cast<float>(t),
                                          static_cast<float>(rh)};
        return calibrator->apply({0, values}).front();
    };
    const auto cool = at(19, 40);
    const auto warm = at(25, 55);
    QVERIFY(near(cool.resistance, warm.resistance, 0.01));
    QCOMPARE(static_cast<int>(warm.flags), 0);
    QVERIFY((at(40, 55).flags & CalibratedValue::OutsideEnvironment) != 0);
    const std::array<float, 3> blind{20'000, std::numeric_limits<float>::quiet_NaN(), 50};
    QVERIFY((calibrator->apply({0, blind}).front().flags & CalibratedValue::Uncompensated) != 0);
    // 20 degC and 50 % hold 8.65 g of water in a cubic metre.
    QVERIFY(near(absoluteHumidity(20, 50), 8.65, 0.005));
}

void TestCalibration::logsThatCannotTellTheInfluencesApartAreRefused()
{
    std::vector<EnvironmentSample> log;
    QVERIFY(!fitEnvironment(log).ok());
    for (int i = 0; i < 100; ++i)
        log.push_back({20 + 0.001 * i, 8, 1000});
    QVERIFY(fitEnvironment(log).error().what.find("hardly moved") != std::string::npos);
    log.clear();
    for (int i = 0; i < 100; ++i)
        log.push_back({20 + 0.1 * i, std::exp(2 + 0.01 * i), 1000.0 + i});
    QVERIFY(fitEnvironment(log).error().what.find("together") != std::string::npos);
}

void TestCalibration::versionsAreNeverOverwritten()
{
    QTemporaryDir folder;
    const CalibrationStore store(folder.filePath("calibrations").toStdString());
    Calibration calibration = beginCalibration(board());
    calibration.name = "bench nose";
    calibration.device = "board (1a86:7523, A5)";
    calibration.operatorName = "Ada";
    calibration.utc = 1'000;
    calibration.channels[0].r0 = 3.25;
    calibration.channels[0].power = *mqCurve("MQ-135", "ammonia");
    calibration.channels[0].environment = EnvironmentModel{1, -0.02, -0.3, 0.9, 0.01, 0.1, 99, 15, 25, 5, 12, 20, 2};
    calibration.channels[0].spans = {{0.5, 100}};
    const auto first = store.save(calibration);
    BNOF_VERIFY_OK(first);
    QCOMPARE(first->version, 1);
    QFile file(QString::fromStdString(store.pathOf(*first)));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    const auto again = store.load("bench nose");
    BNOF_VERIFY_OK(again);
    QVERIFY(*again == *first);
    calibration.channels[0].r0 = 4;
    calibration.utc = 2'000;
    QCOMPARE(store.save(calibration)->version, 2);
    QCOMPARE(*store.load("bench nose")->channels[0].r0, 4.0);
    QCOMPARE(*store.load("bench nose.v1")->channels[0].r0, 3.25);
    QCOMPARE(store.forDevice("board (1a86:7523, A5)")->version, 2);
    QVERIFY(!store.forDevice("another"));
    file.seek(0);
    QCOMPARE(file.readAll(), bytes);
    QCOMPARE(QDir(QString::fromStdString(store.folder())).entryList(QDir::Files).size(), 2); // nothing else is left
    QVERIFY(!store.load("nothing").ok());
    for (const char* bad : {"", "../escape", ".hidden", "a.json"}) {
        calibration.name = bad;
        QVERIFY(!store.save(calibration).ok());
    }
}

void TestCalibration::damagedFilesAreNamed()
{
    QTemporaryDir folder;
    const CalibrationStore store(folder.path().toStdString());
    const auto write = [&](const char* name, const QByteArray& text) {
        QFile file(folder.filePath(QString::fromLatin1(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    };
    write("a.v1.json", "{");
    write("b.v1.json", R"({"format":"bnof-calibration","schema":2,"name":"b","channels":[]})");
    write("c.v1.json", R"({"format":"bnof-calibration","schema":1,"name":"c","channels":[
        {"channel":"A0","raw":"conductance","power_law":{"gas":"CO","a":1,"b":-19,"low":1,"high":10}}]})");
    write("d.v1.json", R"({"format":"bnof-calibration","schema":1,"name":"d","channels":[{"channel":"A0"}]})");
    std::vector<Error> damaged;
    QVERIFY(store.list(&damaged).empty());
    QCOMPARE(damaged.size(), std::size_t{4});
    QVERIFY(store.load("c").error().what.find("insensitive") != std::string::npos);
    QVERIFY(store.load("d").error().where.find("supply") != std::string::npos);
}

void TestCalibration::otherDevicesAndExpiredCalibrationsWarn()
{
    Calibration calibration;
    calibration.name = "bench";
    calibration.device = deviceIdentity("board A", "serial:/dev/ttyUSB0?baud=9600");
    calibration.expiresUtc = 5'000;
    QVERIFY(calibrationWarnings(calibration, "board A", 4'000).empty());
    QCOMPARE(calibrationWarnings(calibration, "board A", 6'000).size(), std::size_t{1});
    QCOMPARE(calibrationWarnings(calibration, "board B", 6'000).size(), std::size_t{2});
    QCOMPARE(deviceIdentity("", "tcp://host:9000?decoder=csv"), std::string("tcp://host:9000"));
}

namespace {

struct Receiver final : AnchorReceiver {
    std::vector<LabelledFrames> got;
    bool done = false;
    Result<void> anchor(const LabelledFrames& frames) override
    {
        got.push_back(frames);
        return {};
    }
    Result<void> finished() override
    {
        done = true;
        return {};
    }
};

} // namespace

void TestCalibration::puffsBecomeLabelledFrames()
{
    NoseScript script;
    script.exposures = {{20, 10, "ethanol", 100}};
    SimulatedNose nose({.rateHz = 10}, script);
    Receiver receiver;
    AnchorCapture capture(nose.channels(), receiver, 500);
    std::vector<float> values;
    const auto run = [&](double seconds) {
        const double end = nose.seconds() + seconds;
        while (nose.seconds() < end) {
            const double t = nose.seconds();
            nose.next(values);
            capture.add({fromSeconds(t), values});
        }
    };
    BNOF_VERIFY_OK(capture.begin("air", 0));
    QVERIFY(!capture.begin("ethanol", 100).ok());
    run(15);
    BNOF_VERIFY_OK(capture.end());
    QVERIFY(!capture.finish().ok()); // air alone anchors nothing
    run(8);
    BNOF_VERIFY_OK(capture.begin("ethanol", 100));
    run(6);
    BNOF_VERIFY_OK(capture.end());
    QVERIFY(!capture.begin("air", 0).ok());
    BNOF_VERIFY_OK(capture.begin("acetone", 100));
    run(0.5);
    QVERIFY(!capture.end().ok()); // too short
    BNOF_VERIFY_OK(capture.begin("acetone", 100));
    run(60);
    QVERIFY(!capture.end().ok()); // too long for the memory it may take
    BNOF_VERIFY_OK(capture.finish());
    QVERIFY(receiver.done);
    QCOMPARE(receiver.got.size(), std::size_t{2});
    QCOMPARE(receiver.got[0].label, std::string("air"));
    QCOMPARE(receiver.got[0].times.size(), std::size_t{150});
    QCOMPARE(receiver.got[1].values.size(), receiver.got[1].times.size() * nose.channels().size());
    // The puff can be told from the air.
    QVERIFY(receiver.got[1].values[receiver.got[1].values.size() - nose.channels().size()] >
            1.1F * receiver.got[0].values[0]);
}

QTEST_GUILESS_MAIN(TestCalibration)
#include "tst_calibration.moc"
