// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "engine/compute/cpu.h"
#include "engine/compute/devices.h"
#include "engine/compute/limits.h"
#include "tests/support/suite.h"

using namespace bnof;

class TestCompute : public test::Suite {
    Q_OBJECT

private slots:
    void theCpuIsListedFirst();
    void aMissingGpuIsExplained();
    void descriptionsNameWhatMatters();
    void floatingPointModeIsSetRight();
    void limitsArePlausible();
};

void TestCompute::theCpuIsListedFirst()
{
    const compute::DeviceList list = compute::listDevices();
    QVERIFY(!list.devices.empty());
    const compute::Device& cpu = list.devices.front();
    QVERIFY(cpu.kind == compute::Device::Kind::Cpu);
    QCOMPARE(cpu.id, std::string("cpu"));
    QVERIFY(!cpu.name.empty());
    QVERIFY(!cpu.capability.empty());
    QCOMPARE(cpu.units, std::max(1U, std::thread::hardware_concurrency()));
    QVERIFY(cpu.memoryBytes > (1U << 20));
    QCOMPARE(cpu.capability.find("AVX2") != std::string::npos, compute::cpuFeatures().avx2);
    QCOMPARE(cpu.capability.find("AVX-512") != std::string::npos, compute::cpuFeatures().avx512);
}

void TestCompute::aMissingGpuIsExplained()
{
    const compute::DeviceList list = compute::listDevices();
    QCOMPARE(list.cudaAbsence.empty(), list.devices.size() > 1);
    if (!list.cudaAbsence.empty())
        QCOMPARE(list.cudaAbsence.back(), '.');
}

void TestCompute::descriptionsNameWhatMatters()
{
    compute::Device device;
    device.kind = compute::Device::Kind::Cuda;
    device.name = "A GPU";
    device.memoryBytes = std::uint64_t{3} << 29;
    device.units = 7;
    device.capability = "9.0";
    QCOMPARE(compute::describe(device), std::string("A GPU, 1.5 GiB, 7 multiprocessors, compute capability 9.0"));
    device.kind = compute::Device::Kind::Cpu;
    device.units = 1;
    device.memoryBytes = 0;
    device.capability = "AVX2";
    QCOMPARE(compute::describe(device), std::string("A GPU, 1 logical core, AVX2"));
}

void TestCompute::floatingPointModeIsSetRight()
{
#if defined(__x86_64__)
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040U); // flush to zero, denormals are zero: what fast-math libraries switch on
    QVERIFY(!compute::ensureExactFloatingPoint());
    volatile float smallest = std::numeric_limits<float>::min();
    const float half = smallest * 0.5F;
    const bool right = compute::ensureExactFloatingPoint();
    _mm_setcsr(before);
    QVERIFY(half != 0);
    QVERIFY(right);
#else
    QVERIFY(compute::ensureExactFloatingPoint());
#endif
}

void TestCompute::limitsArePlausible()
{
    // Wide bounds: from a slow single-board computer to twice the fastest core known.
    const auto limits = compute::measureLimits();
    BNOF_VERIFY_OK(limits);
    QVERIFY(limits->dramTriadBytesPerSecond > 1e8 && limits->dramTriadBytesPerSecond < 1e12);
    QVERIFY(limits->l2TriadBytesPerSecond > 1e8 && limits->l2TriadBytesPerSecond < 4e12);
    QVERIFY(limits->fmaFlopsPerSecond > 1e8 && limits->fmaFlopsPerSecond < 2e12);
}

QTEST_GUILESS_MAIN(TestCompute)
#include "tst_compute.moc"
