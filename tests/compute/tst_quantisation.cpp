// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "engine/base/philox.h"
#include "engine/compute/quantisation.h"
#include "tests/compute/vectors.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::compute;

namespace {

bool near(double value, double expected, double tolerance)
{
    return std::abs(value - expected) <= tolerance * std::max(1e-12, std::abs(expected));
}

std::vector<float> gaussianMatrix(std::size_t count, std::uint64_t seed)
{
    PhiloxSequence random(seed, 3);
    std::vector<float> weights(count);
    for (float& w : weights)
        w = static_cast<float>(random.normal());
    return weights;
}

} // namespace

class TestQuantisation : public test::Suite {
    Q_OBJECT

private slots:
    void int8Vectors();
    void lossScaleVectors();
    void percentileVectors();
    void tiesGoToEven();
    void aClipSaturatesOutliersAndHelpsTheRest();
    void aRowThatIsMostlyZeroKeepsItsWeights();
    void theBytesAreAQuarter();
    void nonsenseIsRefused_data();
    void nonsenseIsRefused();
    void theLossScaleStaysInItsBounds();
};

void TestQuantisation::int8Vectors()
{
    BNOF_VECTORS_OR_SKIP(cases, "int8_per_channel");
    QCOMPARE(cases.size(), std::size_t{8});
    for (const Json& one : cases) {
        const char* id = one["id"].toString().c_str();
        const Json::Array& rows = one["input"]["W"].items();
        const std::size_t columns = rows.front().items().size();
        std::vector<float> weights;
        for (const Json& row : rows)
            for (const Json& w : row.items())
                weights.push_back(static_cast<float>(w.toDouble()));
        const auto matrix = quantiseRows(weights, rows.size(), columns);
        BNOF_VERIFY_OK(matrix);
        std::vector<std::uint8_t> spikes;
        for (const Json& spike : one["input"]["spikes"].items())
            spikes.push_back(static_cast<std::uint8_t>(spike.toInteger()));
        const std::vector<std::int32_t> sums = accumulate(*matrix, spikes);
        const std::vector<float> outputs = rescale(*matrix, sums);
        const Json& expected = one["output"];
        const double tolerance = one["rel_tol"].toDouble();
        const std::vector<float> back = dequantise(*matrix);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const double scale = expected["scale"].items()[r].toDouble();
            QVERIFY2(near(double{matrix->scales[r]}, scale, tolerance), id);
            QVERIFY2(sums[r] == expected["int32_acc"].items()[r].toInteger(), id);
            QVERIFY2(near(double{outputs[r]}, expected["dequant"].items()[r].toDouble(), tolerance), id);
            for (std::size_t c = 0; c < columns; ++c) {
                const std::size_t k = r * columns + c;
                QVERIFY2(matrix->values[k] == expected["q"].items()[r].items()[c].toInteger(), id);
                QVERIFY2(std::abs(double{back[k]} - double{weights[k]}) <= scale * 0.5001, id);
            }
        }
    }
}

void TestQuantisation::lossScaleVectors()
{
    BNOF_VECTORS_OR_SKIP(cases, "loss_scale");
    QCOMPARE(cases.size(), std::size_t{4});
    for (const Json& one : cases) {
        const Json& input = one["input"];
        LossScaleOptions options;
        options.initial = input["init"].toDouble();
        options.growth = input["growth"].toDouble();
        options.backoff = input["backoff"].toDouble();
        options.growthInterval = static_cast<std::uint32_t>(input["growth_interval"].toInteger());
        options.minimum = input["min_scale"].toDouble();
        LossScaler scaler(options);
        const Json::Array& steps = input["nonfinite_at_step"].items();
        std::uint64_t bad = 0;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const bool finite = steps[i].toInteger() == 0;
            bad += finite ? 0 : 1;
            QCOMPARE(scaler.update(finite), finite);
            QCOMPARE(scaler.scale(), one["output"]["scale_after_step"].items()[i].toDouble());
        }
        QCOMPARE(scaler.skipped(), bad);
    }
}

void TestQuantisation::percentileVectors()
{
    BNOF_VECTORS_OR_SKIP(cases, "quantile_type7");
    QCOMPARE(cases.size(), std::size_t{6});
    for (const Json& one : cases) {
        std::vector<double> values;
        for (const Json& x : one["input"]["x"].items())
            values.push_back(x.toDouble());
        for (const auto& [key, expected] : one["output"].members()) // "p95": the 95th percentile
            QVERIFY2(near(quantileOf(values, std::stod(key.substr(1)) / 100), expected.toDouble(), 1e-9),
                     one["id"].toString().c_str());
    }
}

void TestQuantisation::tiesGoToEven()
{
    // A row whose scale is exactly 2: 127 * 2 is its maximum, so odd weights lie half-way.
    const std::vector<float> row{254, 1, 3, 5, 7, -1, -3, -5, 2.0001F};
    const auto matrix = quantiseRows(row, 1, row.size());
    BNOF_VERIFY_OK(matrix);
    const std::vector<std::int8_t> expected{127, 0, 2, 2, 4, 0, -2, -2, 1};
    QCOMPARE(matrix->values, expected);
}

void TestQuantisation::aClipSaturatesOutliersAndHelpsTheRest()
{
    std::vector<float> weights = gaussianMatrix(1000, 5);
    weights[17] = 60; // one outlier coarsens the whole row when the maximum sets the scale
    const auto error = [&](double percentile) {
        const auto matrix = quantiseRows(weights, 1, weights.size(), {percentile});
        double sum = 0;
        const std::vector<float> back = dequantise(*matrix);
        for (std::size_t i = 0; i < weights.size(); ++i)
            if (i != 17)
                sum += std::pow(double{back[i]} - double{weights[i]}, 2);
        return std::sqrt(sum / 999);
    };
    const auto clipped = quantiseRows(weights, 1, weights.size(), {99.8});
    BNOF_VERIFY_OK(clipped);
    QCOMPARE(int{clipped->values[17]}, 127);
    QVERIFY(clipped->scales[0] < 4.5F / 127);
    QVERIFY(error(99.8) < 0.2 * error(100));
}

void TestQuantisation::aRowThatIsMostlyZeroKeepsItsWeights()
{
    std::vector<float> row(1000, 0.0F);
    row[3] = -2.5F;
    const auto matrix = quantiseRows(row, 1, row.size(), {99});
    BNOF_VERIFY_OK(matrix);
    QCOMPARE(int{matrix->values[3]}, -127);
    QVERIFY(near(double{dequantise(*matrix)[3]}, -2.5, 1e-6));
}

void TestQuantisation::theBytesAreAQuarter()
{
    const auto matrix = quantiseRows(gaussianMatrix(64 * 512, 9), 64, 512);
    BNOF_VERIFY_OK(matrix);
    QVERIFY(static_cast<double>(matrix->bytes()) <= 0.30 * 64 * 512 * 4);
}

void TestQuantisation::nonsenseIsRefused_data()
{
    QTest::addColumn<int>("weights");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::addColumn<double>("bad");
    QTest::addColumn<double>("percentile");
    QTest::addColumn<QString>("where");
    QTest::newRow("too few weights") << 5 << 2 << 3 << 0.0 << 100.0 << "weights";
    QTest::newRow("too many weights") << 7 << 2 << 3 << 0.0 << 100.0 << "weights";
    QTest::newRow("not a number") << 6 << 2 << 3 << std::nan("") << 100.0 << "weights[4]";
    QTest::newRow("infinite") << 6 << 2 << 3 << HUGE_VAL << 100.0 << "weights[4]";
    QTest::newRow("percentile of zero") << 6 << 2 << 3 << 0.0 << 0.0 << "clipPercentile";
    QTest::newRow("percentile too high") << 6 << 2 << 3 << 0.0 << 101.0 << "clipPercentile";
    QTest::newRow("percentile of nothing") << 6 << 2 << 3 << 0.0 << std::nan("") << "clipPercentile";
}

void TestQuantisation::nonsenseIsRefused()
{
    QFETCH(int, weights);
    QFETCH(int, rows);
    QFETCH(int, columns);
    QFETCH(double, bad);
    QFETCH(double, percentile);
    QFETCH(QString, where);
    std::vector<float> values(static_cast<std::size_t>(weights), 1.0F);
    values[4] = static_cast<float>(bad);
    const auto matrix =
        quantiseRows(values, static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), {percentile});
    QVERIFY(!matrix.ok());
    QCOMPARE(QString::fromStdString(matrix.error().where), where);
    QVERIFY(!matrix.error().remedy.empty());
}

void TestQuantisation::theLossScaleStaysInItsBounds()
{
    LossScaleOptions options;
    options.growthInterval = 1;
    LossScaler scaler(options);
    QCOMPARE(scaler.scale(), 65536.0);
    for (int i = 0; i < 100; ++i)
        scaler.update(true);
    QCOMPARE(scaler.scale(), 0x1p40);
    for (int i = 0; i < 100; ++i)
        scaler.update(false);
    QCOMPARE(scaler.scale(), 1.0);
}

QTEST_GUILESS_MAIN(TestQuantisation)
#include "tst_quantisation.moc"
