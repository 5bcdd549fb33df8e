// SPDX-License-Identifier: GPL-3.0-or-later
// The frame of `bnof bench`: what its lines look like, how benchmarks are chosen, what is not measured. How fast
// anything is decides nothing here.
#include <QSet>

#include <cmath>
#include <sstream>

#include "app/cli/bench.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::bench;

namespace {

struct Output {
    int exitCode = 0;
    std::vector<std::string> lines;
    std::string errors;
};

Output run(const std::vector<std::string>& names, const BenchOptions& options)
{
    std::ostringstream out, errors;
    Output output;
    output.exitCode = runBench(names, options, out, errors);
    output.errors = errors.str();
    std::istringstream stream(out.str());
    for (std::string line; std::getline(stream, line);)
        output.lines.push_back(line);
    return output;
}

BenchOptions quick(bool json = true)
{
    BenchOptions options;
    options.json = json;
    options.secondsEach = 0.02;
    options.rehearsal = true;
    return options;
}

/// What every JSON line promises; fails the test that calls it.
void verifyLine(const std::string& line)
{
    const Result<Json> parsed = Json::parse(line);
    BNOF_VERIFY_OK(parsed);
    const Json& json = parsed.value();
    std::vector<std::string> keys;
    for (const Json::Member& member : json.members())
        keys.push_back(member.first);
    std::vector<std::string> expected{"name",     "value", "unit",           "better",
                                      "baseline", "limit", "ratio_to_limit", "detail"};
    if (json["value"].isNull()) {
        expected.emplace_back("reason");
        QVERIFY(!json["reason"].toString().empty());
    } else {
        QVERIFY(json["value"].isNumber());
        // The difference of two nearly equal medians may be on either side of 0.
        const bool isOverhead = json["name"].toString().ends_with("_overhead");
        QVERIFY2(json["value"].toDouble() > (isOverhead ? -1 : 0), line.c_str());
    }
    QVERIFY2(keys == expected, line.c_str());
    QVERIFY(!json["name"].toString().empty());
    QVERIFY(!json["unit"].toString().empty());
    QVERIFY(json["better"].toString() == "higher" || json["better"].toString() == "lower");
    QVERIFY(json["baseline"].isNull() ||
            (json["baseline"]["name"].isString() && json["baseline"]["value"].toDouble() > 0));
    QCOMPARE(json["limit"].isNull() || json["value"].isNull(), json["ratio_to_limit"].isNull());
    QVERIFY(json["detail"].isObject());
}

Figure figure(double value, Figure::Better better)
{
    Figure result;
    result.name = "group.figure";
    result.unit = "s";
    result.value = value;
    result.better = better;
    return result;
}

} // namespace

class BenchTest : public test::Suite {
    Q_OBJECT

private slots:
    void namesAreUniqueAndGrouped();
    void limitsAsJson();
    void everyBenchmarkKeepsTheLineFormat_data();
    void everyBenchmarkKeepsTheLineFormat();
    void tableForPeople();
    void unknownNameIsRefused();
    void listRunsNothing();
    void ratioFollowsTheDirection();
    void missingValueIsNullWithItsReason();
};

void BenchTest::namesAreUniqueAndGrouped()
{
    QSet<QString> names;
    for (const Benchmark& benchmark : benchmarks()) {
        QVERIFY2(benchmark.name.find('.') != std::string::npos, benchmark.name.c_str());
        QVERIFY(!benchmark.summary.empty());
        names.insert(QString::fromStdString(benchmark.name));
    }
    QCOMPARE(static_cast<std::size_t>(names.size()), benchmarks().size());
}

void BenchTest::limitsAsJson()
{
    // The disk limit may be unmeasurable where /var/tmp is in memory; then exit code and null go together.
    const Output output = run({"limits"}, quick());
    std::vector<std::string> names;
    bool measured = true;
    for (const std::string& line : output.lines) {
        verifyLine(line);
        const Json json = Json::parse(line).value();
        names.push_back(json["name"].toString());
        measured = measured && !json["value"].isNull();
    }
    const std::vector<std::string> expected{"limits.memory_triad",    "limits.l2_triad",      "limits.fma",
                                            "limits.lif_loop",        "limits.lif_loop_dram", "limits.scatter",
                                            "limits.disk_append_sync"};
    QVERIFY(names == expected);
    QCOMPARE(output.exitCode, measured ? 0 : 1);
    QVERIFY(output.errors.empty());
}

void BenchTest::everyBenchmarkKeepsTheLineFormat_data()
{
    QTest::addColumn<QString>("name");
    for (const Benchmark& benchmark : benchmarks()) {
        if (benchmark.group() != "limits")
            QTest::newRow(benchmark.name.c_str()) << QString::fromStdString(benchmark.name);
    }
}

void BenchTest::everyBenchmarkKeepsTheLineFormat()
{
    QFETCH(QString, name);
    const Output output = run({name.toStdString()}, quick());
    QVERIFY(!output.lines.empty());
    bool measured = true;
    for (const std::string& line : output.lines) {
        verifyLine(line);
        const Json json = Json::parse(line).value();
        QVERIFY(QString::fromStdString(json["name"].toString()).startsWith(name));
        measured = measured && !json["value"].isNull();
        if (json["value"].isNull())
            qInfo("%s: %s", qPrintable(name), json["reason"].toString().c_str());
    }
    QCOMPARE(output.exitCode, measured ? 0 : 1);
}

void BenchTest::tableForPeople()
{
    const Output output = run({"limits.fma", "limits.fma"}, quick(false));
    QCOMPARE(output.exitCode, 0);
    QCOMPARE(output.lines.size(), std::size_t{1}); // named twice, run once
    QVERIFY(output.lines.front().rfind("limits.fma", 0) == 0);
    QVERIFY(output.lines.front().find("FLOP/s") != std::string::npos);
}

void BenchTest::unknownNameIsRefused()
{
    const Output output = run({"limits.fma", "limits.speed_of_light"}, quick());
    QCOMPARE(output.exitCode, 2);
    QVERIFY(output.lines.empty());
    QVERIFY(output.errors.find("limits.speed_of_light") != std::string::npos);
    QVERIFY(output.errors.find("--list") != std::string::npos);
}

void BenchTest::listRunsNothing()
{
    BenchOptions options = quick();
    options.list = true;
    const Output output = run({}, options);
    QCOMPARE(output.exitCode, 0);
    QCOMPARE(output.lines.size(), benchmarks().size());
    QVERIFY(!Json::parse(output.lines.front()).value()["summary"].toString().empty());
}

void BenchTest::ratioFollowsTheDirection()
{
    Figure fast = figure(50, Figure::Better::Higher);
    fast.limit = 200;
    QCOMPARE(toJson(fast)["ratio_to_limit"].toDouble(), 0.25);
    Figure slow = figure(8, Figure::Better::Lower);
    slow.limit = 2;
    QCOMPARE(toJson(slow)["ratio_to_limit"].toDouble(), 0.25);
    QVERIFY(toJson(figure(1, Figure::Better::Lower))["ratio_to_limit"].isNull());
}

void BenchTest::missingValueIsNullWithItsReason()
{
    Figure missing = figure(1, Figure::Better::Lower);
    missing.value.reset();
    missing.limit = 3;
    missing.reason = "the device is not there";
    verifyLine(toJson(missing).dump());
    QCOMPARE(toJson(missing)["reason"].toString(), std::string("the device is not there"));
}

QTEST_GUILESS_MAIN(BenchTest)
#include "tst_bench.moc"
