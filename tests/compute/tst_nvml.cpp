// SPDX-License-Identifier: GPL-3.0-or-later
// Against stand-ins for the driver's library (fake_nvml.cpp), because few machines that run tests have a GPU.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>

#include "engine/compute/devices.h"
#include "engine/compute/energy.h"
#include "engine/compute/nvml.h"
#include "engine/compute/shared_library.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::compute;

namespace {

std::string fake(const char* kind)
{
    return std::string(BNOF_FAKE_NVML_DIR) + "/fake_nvml_" + kind + ".so";
}

bool contains(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

class TestNvml : public test::Suite {
    Q_OBJECT

private slots:
    void everyFigureIsRead();
    void figuresThatAGpuRefusesAreAbsentWithAReason();
    void theDescriptionIsOneLine();
    void theDriverIsReleased();
    void aMissingLibraryIsExplained();
    void theRealLibraryIsUsedOrExplained();
    void failingCallsAreNamed_data();
    void failingCallsAreNamed();
    void listedDevicesShowTheirActivity();
    void energyIsCountedAcrossAWrap();
    void missingEnergyCountersAreExplained();
};

void TestNvml::energyIsCountedAcrossAWrap()
{
    QTemporaryDir folder;
    const auto write = [&](const char* zone, const char* file, const char* value) {
        QDir(folder.path()).mkpath(QString::fromLatin1(zone));
        QFile out(folder.filePath(QLatin1String(zone) + u'/' + QLatin1String(file)));
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(value);
    };
    write("intel-rapl:0", "energy_uj", "9500000");
    write("intel-rapl:0", "max_energy_range_uj", "10000000");
    write("intel-rapl:0:0", "energy_uj", "7000000"); // a part of the package
    write("intel-rapl:0:0", "max_energy_range_uj", "10000000");
    write("intel-rapl:1", "energy_uj", "1000000");
    write("intel-rapl:1", "max_energy_range_uj", "10000000");
    EnergyMeter meter = EnergyMeter::open(folder.path().toStdString(), fake("energy"));
    const EnergyReading start = meter.read();
    QCOMPARE(start.cpuJoules.value(), 0.0);
    QCOMPARE(start.gpuJoules.value(), 3.0); // two GPUs, 1.5 J each since the meter was opened
    QVERIFY(start.missing.empty());
    write("intel-rapl:0", "energy_uj", "250000");
    write("intel-rapl:0:0", "energy_uj", "9000000");
    write("intel-rapl:1", "energy_uj", "3000000");
    QCOMPARE(meter.read().cpuJoules.value(), 0.75 + 2);
}

void TestNvml::missingEnergyCountersAreExplained()
{
    QTemporaryDir folder;
    EnergyMeter meter = EnergyMeter::open(folder.filePath(QStringLiteral("absent")).toStdString(), "libabsent.so");
    const EnergyReading reading = meter.read();
    QVERIFY(!reading.cpuJoules && !reading.gpuJoules);
    QCOMPARE(reading.missing.size(), std::size_t{2});
    QVERIFY2(contains(reading.missing[0], "no power counters"), reading.missing[0].c_str());
    QVERIFY2(contains(reading.missing[1], "libabsent.so"), reading.missing[1].c_str());
}

void TestNvml::everyFigureIsRead()
{
    const auto nvml = Nvml::open(fake("working"));
    BNOF_VERIFY_OK(nvml);
    QCOMPARE(nvml->driverVersion(), std::string("550.54"));
    const auto readings = nvml->read();
    BNOF_VERIFY_OK(readings);
    QCOMPARE(readings->size(), std::size_t{2});
    const GpuReading& gpu = readings->front();
    QCOMPARE(gpu.index, 0U);
    QCOMPARE(gpu.name, std::string("Fake GPU 0"));
    QCOMPARE(gpu.uuid, std::string("GPU-0000-0"));
    QCOMPARE(gpu.utilisation.value(), 0.97);
    QCOMPARE(gpu.memoryTraffic.value(), 0.41);
    QCOMPARE(gpu.memoryUsedBytes.value(), std::uint64_t{12} << 30);
    QCOMPARE(gpu.memoryTotalBytes.value(), std::uint64_t{80} << 30);
    QCOMPARE(gpu.powerWatts.value(), 412.345);
    QCOMPARE(gpu.powerLimitWatts.value(), 700.0);
    QCOMPARE(gpu.temperatureCelsius.value(), 61.0);
    QCOMPARE(gpu.coreClockHertz.value(), 1755e6);
    QCOMPARE(gpu.memoryClockHertz.value(), 2619e6);
    const std::vector<std::string> reasons{"software power cap", "hardware thermal slowdown",
                                           "a reason that this program does not know"};
    QCOMPARE(gpu.throttleReasons, reasons);
    QVERIFY((*readings)[1].throttleReasons.empty());
}

void TestNvml::figuresThatAGpuRefusesAreAbsentWithAReason()
{
    const auto nvml = Nvml::open(fake("working"));
    BNOF_VERIFY_OK(nvml);
    const auto readings = nvml->read();
    BNOF_VERIFY_OK(readings);
    const GpuReading& gpu = (*readings)[1];
    QVERIFY(!gpu.powerWatts);
    QVERIFY(gpu.powerLimitWatts.has_value());
    QVERIFY(!gpu.energyJoules); // the stand-in does not have the function, like an old driver
    const std::vector<std::string> missing{"power draw: nvmlDeviceGetPowerUsage: Not Supported",
                                           "energy: nvmlDeviceGetTotalEnergyConsumption: not in this driver"};
    QCOMPARE(gpu.missing, missing);
}

void TestNvml::theDescriptionIsOneLine()
{
    GpuReading reading;
    reading.index = 3;
    QCOMPARE(describe(reading), std::string("GPU 3"));
    reading.name = "A GPU";
    reading.utilisation = 0.5;
    reading.memoryUsedBytes = std::uint64_t{1} << 30;
    reading.memoryTotalBytes = std::uint64_t{3} << 29;
    reading.powerWatts = 99.6;
    reading.temperatureCelsius = 40;
    reading.coreClockHertz = 1.5e9;
    reading.throttleReasons = {"idle", "hardware slowdown"};
    QCOMPARE(describe(reading), std::string("A GPU: 50 % busy, 1.0 of 1.5 GiB, 100 W, 40 \u00B0C, 1500 MHz (idle, "
                                            "hardware slowdown)"));
}

void TestNvml::theDriverIsReleased()
{
    const auto library = SharedLibrary::open(fake("working"));
    BNOF_VERIFY_OK(library);
    const auto starts = reinterpret_cast<int (*)()>(library->symbol("fakeNvmlStarts"));
    QVERIFY(starts != nullptr);
    QCOMPARE(starts(), 0);
    {
        auto nvml = Nvml::open(fake("working"));
        BNOF_VERIFY_OK(nvml);
        Nvml moved = std::move(nvml).value();
        QCOMPARE(starts(), 1);
        BNOF_VERIFY_OK(moved.read());
    }
    QCOMPARE(starts(), 0);
}

void TestNvml::aMissingLibraryIsExplained()
{
    const auto nvml = Nvml::open("/nonexistent/libnvidia-ml.so.1");
    QVERIFY(!nvml.ok());
    QVERIFY(nvml.error().kind == ErrorKind::Device);
    const std::string message = nvml.error().message();
    QVERIFY(contains(message, "/nonexistent/libnvidia-ml.so.1"));
    QVERIFY(contains(message, "management library is not on this machine"));
    QVERIFY(contains(message, "CPU back ends"));
    QVERIFY(!nvml.error().context.empty());
}

void TestNvml::theRealLibraryIsUsedOrExplained()
{
    const auto nvml = Nvml::open();
    if (!nvml.ok()) {
        QVERIFY(contains(nvml.error().message(), "CPU back ends"));
        QSKIP(("no NVIDIA driver here: " + nvml.error().message()).c_str());
    }
    const auto readings = nvml->read();
    BNOF_VERIFY_OK(readings);
    for (const GpuReading& reading : *readings) {
        QVERIFY(!reading.name.empty());
        qInfo("%s", describe(reading).c_str());
    }
}

void TestNvml::failingCallsAreNamed_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<bool>("opens");
    QTest::addColumn<QString>("named");
    QTest::addColumn<QString>("said");
    QTest::newRow("no driver") << "no_driver" << false << "nvmlInit_v2"
                               << "Driver Not Loaded";
    QTest::newRow("lost GPU") << "lost_gpu" << true << "nvmlDeviceGetHandleByIndex_v2"
                              << "GPU is lost";
    QTest::newRow("old library") << "old" << false << "nvmlDeviceGetHandleByIndex_v2"
                                 << "too old";
    QTest::newRow("no count") << "no_count" << true << "nvmlDeviceGetCount_v2"
                              << "Unknown Error";
}

void TestNvml::failingCallsAreNamed()
{
    QFETCH(QString, kind);
    QFETCH(bool, opens);
    QFETCH(QString, named);
    QFETCH(QString, said);
    const auto nvml = Nvml::open(fake(kind.toLatin1().constData()));
    QCOMPARE(nvml.ok(), opens);
    std::string message;
    if (opens) {
        const auto readings = nvml->read();
        QVERIFY(!readings.ok());
        message = readings.error().message();
    } else {
        message = nvml.error().message();
    }
    QVERIFY2(QString::fromStdString(message).contains(named), message.c_str());
    QVERIFY2(QString::fromStdString(message).contains(said), message.c_str());
    QVERIFY2(contains(message, "CPU back ends"), message.c_str());
}

void TestNvml::listedDevicesShowTheirActivity()
{
    DeviceList list;
    list.devices.resize(3);
    list.devices[0].id = "cpu";
    list.devices[1].kind = Device::Kind::Cuda;
    list.devices[1].uuid = "GPU-0000-1"; // CUDA and NVML may count in different orders
    list.devices[2].kind = Device::Kind::Cuda;
    list.devices[2].uuid = "GPU-0000-0";
    readActivity(list, fake("working"));
    QVERIFY(list.devices[0].activity.empty());
    QVERIFY(contains(list.devices[1].activity, "Fake GPU 1: 3 % busy"));
    QVERIFY(contains(list.devices[2].activity, "Fake GPU 0: 97 % busy, 12.0 of 80.0 GiB, 412 W of 700 W"));
    QVERIFY(list.activityAbsence.empty());
    QVERIFY(list.cudaAbsence.empty());

    readActivity(list, fake("lost_gpu"));
    QVERIFY(list.devices[1].activity.empty()); // no reading of an earlier call stays
    QVERIFY(contains(list.activityAbsence, "GPU is lost"));

    list.devices[2].uuid = "GPU-0000-9";
    list.devices[2].name = "A hidden GPU";
    readActivity(list, fake("working"));
    QVERIFY(contains(list.activityAbsence, "A hidden GPU"));

    DeviceList cpuOnly;
    cpuOnly.devices.resize(1);
    cpuOnly.cudaAbsence = "This program was built without CUDA.";
    readActivity(cpuOnly, fake("no_driver"));
    QCOMPARE(cpuOnly.cudaAbsence, std::string("This program was built without CUDA."));
    QVERIFY(cpuOnly.activityAbsence.empty());
    readActivity(cpuOnly, fake("working"));
    QVERIFY(contains(cpuOnly.cudaAbsence, "without CUDA. The NVIDIA driver shows Fake GPU 0, Fake GPU 1."));
}

QTEST_GUILESS_MAIN(TestNvml)
#include "tst_nvml.moc"
