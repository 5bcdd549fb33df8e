// SPDX-License-Identifier: GPL-3.0-or-later
// The reference vectors outside the project, and that a wrong number among them does not pass.
#include "tests/support/suite.h"

#include "app/cli/vectors/check.h"
#include "engine/base/files.h"

using namespace bnof;
using bnof::vectors::CaseResult;

namespace {

Result<Json> vectorFile(const char* name)
{
    BNOF_TRY_ASSIGN(const std::string text, readFile(std::string(BNOF_TEST_SHARED_VECTORS "/") + name));
    return Json::parse(text, name);
}

/// "section id: difference" of every failed case.
std::string failures(const std::vector<CaseResult>& results)
{
    std::string out;
    for (const CaseResult& result : results) {
        if (!result.difference.empty())
            out += result.section + ' ' + result.id + ": " + result.difference + '\n';
    }
    return out;
}

Json oneCase(const char* section, const Json& test)
{
    return Json::object().set("sections", Json::object().set(section, Json::array().push(test)));
}

Json mcNemarCase()
{
    return Json::object()
        .set("id", "mcnemar_01")
        .set("input", Json::object().set("b_only_A_correct", 0).set("c_only_B_correct", 5))
        .set("output", Json::object().set("p_exact", 0.0625))
        .set("rel_tol", 1e-9);
}

/// The one failure of a document, or what there was instead.
std::string failureOf(const Json& document)
{
    const auto results = vectors::checkVectors(document);
    if (!results.ok())
        return results.error().message();
    return results->size() == 1 ? results->front().difference : "another number of cases";
}

} // namespace

class TestVectors : public test::Suite {
    Q_OBJECT

private slots:
    void agreement_data();
    void agreement();
    void everyOutputIsLookedAt_data() { agreement_data(); }
    void everyOutputIsLookedAt();
    void whatIsUnknownFails();
    void documentsWithoutSectionsAreErrors();
};

void TestVectors::agreement_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("cases");
    QTest::newRow("A/B") << "ab_reference.json" << 283;
    QTest::newRow("stream") << "stream_reference.json" << 224;
}

void TestVectors::agreement()
{
    QFETCH(const QString, file);
    QFETCH(const int, cases);
    const auto document = vectorFile(qPrintable(file));
    if (!document.ok())
        QSKIP(("the reference vectors are not beside the checkout: " + document.error().message()).c_str());
    const auto results = vectors::checkVectors(*document);
    BNOF_VERIFY_OK(results);
    const std::string failed = failures(*results);
    QVERIFY2(failed.empty(), failed.c_str());
    QCOMPARE(static_cast<int>(results->size()), cases);
}

namespace {

/// Moves the first number that is found by more than any tolerance of the references; false when there is none.
bool spoil(Json& value)
{
    if (value.isNumber()) {
        value = Json(value.toDouble() * 1.5 + 10);
        return true;
    }
    if (value.isBool()) {
        value = Json(!value.toBool());
        return true;
    }
    if (value.isString()) {
        value = Json(value.toString() + "x");
        return true;
    }
    if (value.isArray() && !value.items().empty()) {
        Json::Array items = value.items();
        const bool spoilt = spoil(items.back());
        value = Json(std::move(items));
        return spoilt;
    }
    if (value.isObject() && !value.members().empty()) {
        Json last = value.members().back().second;
        const bool spoilt = spoil(last);
        value.set(value.members().back().first, std::move(last));
        return spoilt;
    }
    return false;
}

} // namespace

void TestVectors::everyOutputIsLookedAt()
{
    QFETCH(const QString, file);
    const auto document = vectorFile(qPrintable(file));
    if (!document.ok())
        QSKIP("the reference vectors are not beside the checkout");
    for (const auto& [section, cases] : (*document)["sections"].members()) {
        for (const auto& [key, value] : cases.items().front()["output"].members()) {
            Json wrong = value;
            if (key.ends_with("_tol") || !spoil(wrong))
                continue;
            Json test = cases.items().front();
            Json output = test["output"];
            output.set(key, std::move(wrong));
            test.set("output", std::move(output));
            const auto results = vectors::checkVectors(oneCase(section.c_str(), test));
            BNOF_VERIFY_OK(results);
            QVERIFY2(!results->front().difference.empty(), (section + ' ' + key).c_str());
        }
    }
}

void TestVectors::whatIsUnknownFails()
{
    QCOMPARE(failureOf(oneCase("mcnemar", mcNemarCase())), std::string());
    QVERIFY(failureOf(oneCase("mcnemars", mcNemarCase())).find("section is not known") != std::string::npos);
    Json test = mcNemarCase();
    QVERIFY(failureOf(oneCase("mcnemar", test.set("id", "welch_t_01"))).find("id is not known") != std::string::npos);
    test = mcNemarCase();
    test.set("output", Json::object().set("p_exact", 0.0625).set("p_magic", 1));
    QVERIFY(failureOf(oneCase("mcnemar", test)).find("p_magic") != std::string::npos);
    test = mcNemarCase();
    test.set("input", Json::object().set("b_only_A_correct", 0));
    QVERIFY(failureOf(oneCase("mcnemar", test)).find("c_only_B_correct") != std::string::npos);
    test.set("input", Json::object().set("b_only_A_correct", 0).set("c_only_B_correct", 1000000000000));
    QVERIFY(failureOf(oneCase("mcnemar", test)).find("up to 10 million") != std::string::npos);
    test = mcNemarCase();
    test.set("output", Json::object().set("p_exact", "undefined"));
    QVERIFY(!failureOf(oneCase("mcnemar", test)).empty());
    QVERIFY(!failureOf(oneCase("mcnemar", mcNemarCase().set("rel_tol", Json()))).empty());
    const Json twice = Json::object().set(
        "sections", Json::object().set("mcnemar", Json::array().push(mcNemarCase()).push(mcNemarCase())));
    const auto results = vectors::checkVectors(twice);
    BNOF_VERIFY_OK(results);
    QVERIFY(results->at(0).difference.empty());
    QVERIFY(!results->at(1).difference.empty());
}

void TestVectors::documentsWithoutSectionsAreErrors()
{
    QVERIFY(!vectors::checkVectors(Json::object()).ok());
    QVERIFY(!vectors::checkVectors(Json::array()).ok());
    QVERIFY(!failureOf(Json::object().set("sections", Json::object().set("mcnemar", 1))).empty());
}

QTEST_APPLESS_MAIN(TestVectors)
#include "tst_vectors.moc"
