// SPDX-License-Identifier: GPL-3.0-or-later
// The competitors: as classifiers of feature vectors, and as recognisers of recordings.
#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/ml.hpp>
#include <thread>

#include "engine/base/philox.h"
#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/baselines/convolution_network.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/recogniser.h"
#include "engine/olfaction/training.h"
#include "tests/olfaction/synthetic_nose.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::olfaction;
using Bytes = std::vector<std::uint8_t>;

namespace {

constexpr std::size_t dimension = 12;
constexpr std::size_t classes = 3;

/// Three classes that no straight line divides: class 2 lies on two sides of the others. Values in steps of 2^-10, as
/// the classifiers keep them.
LabelledRows rings(std::size_t count, std::uint64_t seed)
{
    LabelledRows rows;
    rows.dimension = dimension;
    PhiloxSequence random(seed, 1);
    for (std::size_t i = 0; i < count; ++i) {
        const int label = static_cast<int>(i % classes);
        rows.labels.push_back(label);
        for (std::size_t f = 0; f < dimension; ++f) {
            double centre = 0;
            if (label == 2 && f < 2)
                centre = (i / classes) % 2 == 0 ? 3 : -3;
            if (label == 1 && f == 5)
                centre = 2.5;
            rows.features.push_back(quantised(centre + 0.6 * random.normal()) * inputStep);
        }
    }
    return rows;
}

std::size_t best(const std::vector<double>& p)
{
    return static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
}

double accuracy(const Classifier& classifier, const LabelledRows& rows)
{
    double right = 0;
    std::vector<double> p;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        classifier.posterior(rows.row(i), p);
        right += best(p) == static_cast<std::size_t>(rows.labels[i]) ? 1 : 0;
    }
    return right / static_cast<double>(rows.rows());
}

RecogniserOutput play(Recogniser& recogniser, const LabelledRecording& r, std::size_t channels)
{
    RecogniserOutput output;
    for (std::size_t i = 0; i < r.frames(); ++i) {
        const SensorFrame frame{r.times[i], {r.values.data() + i * channels, channels}};
        if (const auto result = recogniser.process(frame, output); !result.ok())
            qFatal("%s", result.error().message().c_str());
    }
    return output;
}

/// Share of decisions that name the label of their time, and that of the most common label.
std::pair<double, double> scored(const RecogniserOutput& output, const LabelledRecording& r)
{
    double right = 0;
    double count = 0;
    std::map<int, double> labels;
    for (const Decision& d : output.decisions) {
        const auto at =
            static_cast<std::size_t>(std::upper_bound(r.times.begin(), r.times.end(), d.t) - r.times.begin() - 1);
        if (r.labels[at] < 0)
            continue;
        right += d.gas == r.labels[at] ? 1 : 0;
        labels[r.labels[at]] += 1;
        count += 1;
    }
    double most = 0;
    for (const auto& [label, n] : labels)
        most = std::max(most, n);
    return {right / count, most / count};
}

bool same(const RecogniserOutput& a, const RecogniserOutput& b)
{
    return std::equal(a.decisions.begin(), a.decisions.end(), b.decisions.begin(), b.decisions.end(),
                      [](const Decision& x, const Decision& y) {
                          return x.t == y.t && x.gas == y.gas && x.probabilities == y.probabilities &&
                                 x.novelty == y.novelty;
                      });
}

} // namespace

class TestBaselines : public test::Suite {
    Q_OBJECT

private slots:
    void everyKind_data()
    {
        QTest::addColumn<QString>("kind");
        for (const std::string& kind : classifierKinds())
            QTest::newRow(kind.c_str()) << QString::fromStdString(kind);
    }
    void everyKind()
    {
        QFETCH(QString, kind);
        const LabelledRows training = rings(300, 1);
        const LabelledRows test = rings(300, 2);
        ClassifierOptions options;
        for (std::size_t i = 0; i < training.rows(); ++i)
            options.groups.push_back(static_cast<int>(i / 12));
        // A fourth class without rows.
        const auto fitted = fitClassifier(kind.toStdString(), training, classes + 1, options);
        BNOF_VERIFY_OK(fitted);
        QCOMPARE((*fitted)->kind(), kind.toStdString());
        const double share = accuracy(**fitted, test);
        QVERIFY2(share > 0.95, std::to_string(share).c_str());
        const std::string text = (*fitted)->toJson().dump();
        QCOMPARE((*fitClassifier(kind.toStdString(), training, classes + 1, options))->toJson().dump(), text);
        const auto read = classifierFromJson(*Json::parse(text), "classifier", dimension, classes + 1);
        BNOF_VERIFY_OK(read);
        QCOMPARE((*read)->toJson().dump(), text);
        std::vector<std::vector<double>> expected(test.rows());
        for (std::size_t i = 0; i < test.rows(); ++i) {
            (*fitted)->posterior(test.row(i), expected[i]);
            QCOMPARE(expected[i].size(), classes + 1);
            QCOMPARE(expected[i][classes], 0.0);
            double sum = 0;
            for (const double p : expected[i])
                sum += p;
            QVERIFY(std::abs(sum - 1) < 1e-12);
        }
        // Two threads ask the copy that was read at once.
        std::atomic<int> different{0};
        const auto ask = [&] {
            std::vector<double> p;
            for (std::size_t i = 0; i < test.rows(); ++i) {
                (*read)->posterior(test.row(i), p);
                different += p == expected[i] ? 0 : 1;
            }
        };
        std::thread other(ask);
        ask();
        other.join();
        QCOMPARE(different.load(), 0);
    }
    void probabilitiesAreHonest()
    {
        // Classes that overlap: what is said with 70 % should be right about so often.
        const auto overlapping = [](std::uint64_t seed) {
            LabelledRows rows;
            rows.dimension = 2;
            PhiloxSequence random(seed, 1);
            for (int i = 0; i < 900; ++i) {
                rows.labels.push_back(i % 2);
                rows.features.push_back((i % 2 == 0 ? 0.7 : -0.7) + random.normal());
                rows.features.push_back(random.normal());
            }
            return rows;
        };
        const LabelledRows test = overlapping(4);
        for (const std::string& kind : classifierKinds()) {
            const auto fitted = fitClassifier(kind, overlapping(3), 2);
            BNOF_VERIFY_OK(fitted);
            double confidence = 0;
            std::vector<double> p;
            for (std::size_t i = 0; i < test.rows(); ++i) {
                (*fitted)->posterior(test.row(i), p);
                confidence += p[best(p)] / static_cast<double>(test.rows());
            }
            const double share = accuracy(**fitted, test);
            QVERIFY2(std::abs(confidence - share) < 0.06,
                     (kind + ": says " + std::to_string(confidence) + ", is " + std::to_string(share)).c_str());
        }
    }
    void supportVectorsDecideLikeOpenCv()
    {
        const LabelledRows training = rings(240, 5);
        const LabelledRows test = rings(200, 6);
        for (const std::size_t count : {std::size_t{2}, classes}) {
            LabelledRows some = training;
            for (int& label : some.labels)
                label = label < static_cast<int>(count) ? label : -1;
            const auto fitted = fitClassifier("svm", some, count);
            BNOF_VERIFY_OK(fitted);
            const Json json = (*fitted)->toJson();
            std::vector<std::uint32_t> labelled;
            for (std::size_t i = 0; i < some.rows(); ++i) {
                if (some.labels[i] >= 0)
                    labelled.push_back(static_cast<std::uint32_t>(i));
            }
            const CvRows rows = cvRows(selected(some, labelled));
            const auto theirs = cv::ml::SVM::create();
            theirs->setType(cv::ml::SVM::C_SVC);
            theirs->setKernel(cv::ml::SVM::RBF);
            theirs->setC(json["c"].toDouble());
            theirs->setGamma(json["gamma"].toDouble());
            theirs->setTermCriteria({cv::TermCriteria::MAX_ITER + cv::TermCriteria::EPS, 20'000, 1e-3});
            theirs->train(rows.features, cv::ml::ROW_SAMPLE, rows.labels);
            cv::Mat answers;
            const CvRows asked = cvRows(test);
            theirs->predict(asked.features, answers);
            std::size_t equal = 0;
            std::vector<double> p;
            for (std::size_t i = 0; i < test.rows(); ++i) {
                (*fitted)->posterior(test.row(i), p);
                equal += static_cast<int>(best(p)) == static_cast<int>(answers.at<float>(static_cast<int>(i))) ? 1 : 0;
            }
            // Votes and products of pairwise probabilities may differ where three classes meet.
            QVERIFY2(equal + (count > 2 ? 2 : 0) >= test.rows(), std::to_string(equal).c_str());
        }
    }
    void treesVoteLikeOpenCv()
    {
        const LabelledRows training = rings(240, 7);
        const LabelledRows test = rings(200, 8);
        ClassifierOptions options;
        options.seed = 11;
        const auto fitted = fitClassifier("forest", training, classes, options);
        BNOF_VERIFY_OK(fitted);
        const auto theirs = cv::ml::RTrees::create();
        theirs->setMaxDepth(20);
        theirs->setMinSampleCount(4);
        theirs->setActiveVarCount(0);
        theirs->setTermCriteria({cv::TermCriteria::MAX_ITER, 100, 0});
        cv::theRNG().state = 11 * 0x9E37'79B9'7F4A'7C15ULL + 1;
        const CvRows rows = cvRows(training);
        theirs->train(cv::ml::TrainData::create(rows.features, cv::ml::ROW_SAMPLE, rows.labels));
        cv::Mat votes;
        theirs->getVotes(cvRows(test).features, votes, 0);
        std::vector<double> p;
        std::vector<double> expected;
        const double temperature = (*fitted)->toJson()["temperature"].toDouble();
        for (std::size_t i = 0; i < test.rows(); ++i) {
            (*fitted)->posterior(test.row(i), p);
            std::vector<double> scores;
            for (int c = 0; c < static_cast<int>(classes); ++c)
                scores.push_back(std::log(votes.at<int>(static_cast<int>(i) + 1, c) + 0.5));
            temperedSoftmax(scores, temperature, expected);
            for (std::size_t c = 0; c < classes; ++c)
                QVERIFY(std::abs(p[c] - expected[c]) < 1e-9);
        }
    }
    void neighboursAreOpenCvs()
    {
        const LabelledRows training = rings(240, 9);
        const LabelledRows test = rings(200, 10);
        const auto fitted = fitClassifier("knn", training, classes);
        BNOF_VERIFY_OK(fitted);
        const auto theirs = cv::ml::KNearest::create();
        const CvRows rows = cvRows(training);
        theirs->train(rows.features, cv::ml::ROW_SAMPLE, rows.labels);
        cv::Mat answers;
        cv::Mat neighbours;
        theirs->findNearest(cvRows(test).features, 3, answers, neighbours);
        std::vector<double> p;
        for (std::size_t i = 0; i < test.rows(); ++i) {
            (*fitted)->posterior(test.row(i), p);
            const auto* three = neighbours.ptr<float>(static_cast<int>(i));
            if (three[0] == three[1] || three[0] == three[2] || three[1] == three[2])
                QCOMPARE(static_cast<float>(best(p)), answers.at<float>(static_cast<int>(i)));
        }
    }
    void dnnSaysWhatOurOwnSumsSay()
    {
        for (const std::size_t blocks : {std::size_t{0}, std::size_t{4}}) {
            ClassifierOptions options;
            options.blocks = blocks;
            const auto fitted = fitClassifier("cnn", rings(150, 12), classes, options);
            BNOF_VERIFY_OK(fitted);
            const Json json = (*fitted)->toJson();
            const auto network = convolutionNetworkFromJson(json["network"], "network", dimension, classes);
            BNOF_VERIFY_OK(network);
            QCOMPARE(network->shape.channels, blocks == 0 ? 1 : dimension / blocks);
            const LabelledRows test = rings(100, 13);
            std::vector<double> p;
            std::vector<double> logits;
            std::vector<double> expected;
            for (std::size_t i = 0; i < test.rows(); ++i) {
                (*fitted)->posterior(test.row(i), p);
                forward(*network, test.row(i), logits);
                temperedSoftmax(logits, json["temperature"].toDouble(), expected);
                for (std::size_t c = 0; c < classes; ++c)
                    QVERIFY2(std::abs(p[c] - expected[c]) < 1e-5, std::to_string(p[c] - expected[c]).c_str());
            }
        }
    }
    void weightsCount()
    {
        // One spot with two labels: the heavier one wins.
        LabelledRows rows = rings(60, 14);
        for (std::size_t i = 0; i < 2; ++i) {
            for (int k = 0; k < 6; ++k) {
                rows.labels.push_back(static_cast<int>(i));
                rows.features.insert(rows.features.end(), dimension, 6.0);
            }
        }
        rows.weights.assign(rows.rows(), 1);
        std::fill(rows.weights.end() - 6, rows.weights.end(), 20.0);
        const std::vector<double> spot(dimension, 6.0);
        std::vector<double> p;
        for (const std::string& kind : classifierKinds()) {
            const auto fitted = fitClassifier(kind, rows, classes);
            BNOF_VERIFY_OK(fitted);
            (*fitted)->posterior(spot, p);
            QVERIFY2(best(p) == 1, kind.c_str());
        }
    }
    void badRowsAreRefused()
    {
        const LabelledRows good = rings(30, 15);
        const auto refused = [](const LabelledRows& rows, std::size_t count, const char* words) {
            const auto fitted = fitClassifier("knn", rows, count);
            return !fitted.ok() && fitted.error().what.find(words) != std::string::npos;
        };
        QCOMPARE(fitClassifier("oracle", good, classes).error().kind, ErrorKind::Usage);
        LabelledRows rows = good;
        rows.features.pop_back();
        QVERIFY(refused(rows, classes, "features"));
        rows = good;
        rows.features[7] = std::nan("");
        QVERIFY(refused(rows, classes, "finite"));
        rows = good;
        rows.labels[0] = 3;
        QVERIFY(refused(rows, classes, "label"));
        rows = good;
        rows.weights.assign(rows.rows(), 0);
        QVERIFY(refused(rows, classes, "weight"));
        rows = good;
        std::fill(rows.labels.begin(), rows.labels.end(), 1);
        QVERIFY(refused(rows, classes, "two classes"));
        QVERIFY(refused(good, 1, "classes"));
    }
    void tinyDataIsFitted()
    {
        for (const std::string& kind : classifierKinds()) {
            LabelledRows rows;
            rows.dimension = 1;
            rows.features = {-1, 1};
            rows.labels = {0, 1};
            const auto fitted = fitClassifier(kind, rows, 2);
            BNOF_VERIFY_OK(fitted);
        }
    }
    void damagedFilesAreRefused()
    {
        for (const std::string& kind : classifierKinds()) {
            const auto fitted = fitClassifier(kind, rings(60, 16), classes);
            BNOF_VERIFY_OK(fitted);
            const Json good = (*fitted)->toJson();
            QVERIFY(!classifierFromJson(good, "classifier", dimension + 1, classes).ok());
            QVERIFY(!classifierFromJson(good, "classifier", dimension, 1).ok());
            QVERIFY(!classifierFromJson(Json(3), "classifier", dimension, classes).ok());
            // Each number and list in turn is taken away, made absurd or shortened.
            for (const auto& [key, value] : good.members()) {
                for (const Json& other : {Json(), Json(-7), Json("text"), Json::array()}) {
                    Json bad = good;
                    bad.set(key, other);
                    if (key == "weights" && other == Json::array())
                        continue; // knn: no weights are what it had
                    const auto read = classifierFromJson(bad, "classifier", dimension, classes);
                    QVERIFY2(!read.ok(), (kind + " " + key + " " + other.dump()).c_str());
                    QVERIFY(read.error().where.starts_with("classifier"));
                }
            }
        }
        Json forest = (*fitClassifier("forest", rings(60, 16), classes))->toJson();
        Json loops = Json::array();
        for (std::size_t i = 0; i < forest["right"].items().size(); ++i)
            loops.push(0);
        forest.set("right", loops);
        QVERIFY(!classifierFromJson(forest, "classifier", dimension, classes).ok());
    }

    void recordingsAreRecognised_data() { everyKind_data(); }
    void recordingsAreRecognised()
    {
        QFETCH(QString, kind);
        const auto bytes = trainClassifier(kind.toStdString(), test::noseData(4));
        BNOF_VERIFY_OK(bytes);
        auto recogniser = makeRecogniser(*bytes);
        BNOF_VERIFY_OK(recogniser);
        QCOMPARE((*recogniser)->info().kind, kind.toStdString());
        const LabelledRecording r =
            test::record({{0, 0, 12}, {1, 50, 20}, {0, 0, 25}, {2, 70, 20}, {0, 0, 15}}, 10, 999);
        const RecogniserOutput output = play(**recogniser, r, test::noseChannels);
        const auto [right, majority] = scored(output, r);
        QVERIFY2(right > majority + 0.1 && right > 0.8, std::to_string(right).c_str());
        // The file written again is the same and decides the same.
        const auto model = modelFromBytes(*bytes);
        BNOF_VERIFY_OK(model);
        QCOMPARE(modelToBytes(*model), *bytes);
        QVERIFY(model->metrics["held_out_accuracy"].toDouble() > 0.7);
        auto again = makeRecogniser(modelToBytes(*model));
        BNOF_VERIFY_OK(again);
        QVERIFY(same(play(**again, r, test::noseChannels), output));
        // A saved state goes on where it was.
        auto first = makeRecogniser(*bytes);
        RecogniserOutput halves;
        for (std::size_t i = 0; i < r.frames(); ++i) {
            if (i == r.frames() / 2) {
                const auto state = (*first)->saveState();
                first = makeRecogniser(*bytes);
                BNOF_VERIFY_OK((*first)->loadState(state));
            }
            BNOF_VERIFY_OK((*first)->process(
                {r.times[i], {r.values.data() + i * test::noseChannels, test::noseChannels}}, halves));
        }
        QVERIFY(same(halves, output));
        // What nothing in training was like has no name.
        const LabelledRecording strange = test::record({{0, 0, 10}, {3, 90, 25}}, 10, 555);
        (*recogniser)->reset();
        const RecogniserOutput answer = play(**recogniser, strange, test::noseChannels);
        QCOMPARE(answer.decisions.back().gas, -1);
        // Damage is refused.
        const std::string text(bytes->begin(), bytes->end());
        Json json = *Json::parse(text);
        json.set("content_sha256", Json()).set("classifier", Json::object());
        const std::string damaged = json.dump();
        QVERIFY(!makeRecogniser({reinterpret_cast<const std::uint8_t*>(damaged.data()), damaged.size()}).ok());
        json.set("kind", "lda");
        const std::string changed = json.dump();
        BNOF_VERIFY_OK(makeRecogniser({reinterpret_cast<const std::uint8_t*>(changed.data()), changed.size()}));
    }
    void measuredMixturesBeatTheMajority()
    {
        const std::string folder = std::string(BNOF_TEST_SHARED_DATA) + "/uci_dynamic_mixtures";
        if (!std::filesystem::exists(folder))
            QSKIP("the shared data set uci_dynamic_mixtures is not on this machine");
        const auto whole = loadDataset(folder, {.sampleRateHz = 5});
        BNOF_VERIFY_OK(whole);
        const Dataset training = timeSlice(*whole, 9500, 12500);
        const Dataset test = timeSlice(*whole, 12520, 14000);
        for (const std::string& kind : classifierKinds()) {
            const auto bytes = trainClassifier(kind, training);
            BNOF_VERIFY_OK(bytes);
            auto recogniser = makeRecogniser(*bytes);
            BNOF_VERIFY_OK(recogniser);
            const auto [right, majority] =
                scored(play(**recogniser, test.recordings.front(), test.channels.size()), test.recordings.front());
            qInfo("%s: %.3f, majority %.3f, %zu bytes", kind.c_str(), right, majority, bytes->size());
            QVERIFY(right > majority + 0.05);
        }
    }
};

QTEST_APPLESS_MAIN(TestBaselines)
#include "tst_baselines.moc"
