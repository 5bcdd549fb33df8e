// SPDX-License-Identifier: GPL-3.0-or-later
// The recogniser on measured data (UCI 322), when it is there.
#include <filesystem>

#include "engine/olfaction/evaluation.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::olfaction;

class TestRecognitionReal : public test::Suite {
    Q_OBJECT
private slots:
    void spikingKeepsUpWithTheBaseline()
    {
        const std::string folder = std::string(BNOF_TEST_SHARED_DATA) + "/uci_dynamic_mixtures";
        if (!std::filesystem::exists(folder))
            QSKIP("the shared data set uci_dynamic_mixtures is not on this machine");
        const auto whole = loadDataset(folder);
        BNOF_VERIFY_OK(whole);
        QCOMPARE(whole->labels, (std::vector<std::string>{"air", "co", "ethylene", "co+ethylene"}));
        QCOMPARE(whole->channels.size(), std::size_t{16});
        QCOMPARE(whole->frames(), std::size_t{75013});
        EvaluationOptions options;
        options.training.realPoints = 1200;
        options.training.replayPoints = 1000;
        options.training.novelPoints = 400;
        // Up to 10,500 s, of which the last 1,500 s are scored: training needs the variety of the long stretch.
        options.trainFraction = 9000.0 / 10500.0;
        const auto report = evaluate(timeSlice(*whole, 0, 10500), options);
        BNOF_VERIFY_OK(report);
        qInfo("%s", report->dump().c_str());
        const double ours = (*report)["accuracy"].toDouble();
        const double theirs = (*report)["baselines"]["lda"]["accuracy"].toDouble();
        QVERIFY2(ours > theirs - 0.03, (std::to_string(ours) + " against " + std::to_string(theirs)).c_str());
        QVERIFY((*report)["settled_accuracy"].toDouble() > 0.93);
        const double activity = (*report)["kenyon_activity"].toDouble();
        QVERIFY2(activity > 0.05 && activity < 0.10, std::to_string(activity).c_str());
        QVERIFY((*report)["unknown"].toDouble() < 0.03);
    }
};

QTEST_APPLESS_MAIN(TestRecognitionReal)
#include "tst_recognition_real.moc"
