// SPDX-License-Identifier: GPL-3.0-or-later
// Trained by OpenCV; read and run by our own code, so that a file cannot reach OpenCV's parser and every machine gives
// the same decision values.
#include <algorithm>
#include <cmath>
#include <opencv2/ml.hpp>

#include "engine/base/exact_math.h"
#include "engine/olfaction/baselines/scored_classifier.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

/// Rows that C and gamma are chosen on.
constexpr std::size_t choiceRows = 600;
constexpr double penalties[]{1, 10, 100};
constexpr double relativeGammas[]{0.1, 0.3, 1}; ///< times 1/(features)
constexpr int mostIterations = 20'000;
constexpr double tolerance = 1e-3;

/// One against one: above 0 speaks for `first`.
struct PairMachine {
    int first = 0;
    int second = 0;
    double offset = 0;
    std::vector<double> coefficients;
    std::vector<std::uint32_t> vectors;
};

/// log of the logistic function.
double logSigmoid(double x)
{
    return x >= 0 ? -exactLog(1 + exactExp(-x)) : x - exactLog(1 + exactExp(x));
}

class Svm final : public ScoredClassifier {
public:
    Svm() : ScoredClassifier("svm") {}

    /// The logarithm of the product of a class's pairwise probabilities, the logistic functions of twice its decision
    /// values (Platt's form with one slope for all pairs; the temperature sharpens or softens it further).
    void scores(std::span<const double> features, std::vector<double>& out) const override
    {
        const std::size_t count = dimension == 0 ? 0 : inputs.size() / dimension;
        std::vector<double> kernel(count);
        for (std::size_t i = 0; i < count; ++i) {
            double distance = 0;
            const std::int32_t* row = inputs.data() + i * dimension;
            for (std::size_t f = 0; f < dimension; ++f) {
                const double d = features[f] - row[f] * inputStep;
                distance += d * d;
            }
            kernel[i] = exactExp(-gamma * distance);
        }
        out.assign(classes, absentScore);
        for (const PairMachine& machine : machines) {
            double value = -machine.offset;
            for (std::size_t k = 0; k < machine.vectors.size(); ++k)
                value += machine.coefficients[k] * kernel[machine.vectors[k]];
            add(out[static_cast<std::size_t>(machine.first)], logSigmoid(2 * value));
            add(out[static_cast<std::size_t>(machine.second)], logSigmoid(-2 * value));
        }
    }

    std::size_t classes = 0;
    std::size_t dimension = 0;
    double penalty = 1;
    double gamma = 1;
    std::vector<std::int32_t> inputs; ///< support vectors, in inputStep
    std::vector<PairMachine> machines;

private:
    static void add(double& score, double amount) { score = score <= absentScore ? amount : score + amount; }

    void describe(Json& json) const override
    {
        json.set("c", penalty).set("gamma", gamma);
        json.set("support_vectors", Json::arrayOf(inputs));
        Json list = Json::array();
        for (const PairMachine& machine : machines) {
            Json item = Json::object();
            item.set("first", machine.first).set("second", machine.second).set("offset", machine.offset);
            item.set("coefficients", Json::arrayOf(machine.coefficients));
            item.set("vectors", Json::arrayOf(machine.vectors));
            list.push(std::move(item));
        }
        json.set("machines", std::move(list));
    }
};

/// What OpenCV trained, as our own data. Its machines come in the order (0,1), (0,2) … of the labels that occur.
void copySvm(const cv::ml::SVM& trained, const std::vector<int>& labels, Svm& out)
{
    const cv::Mat vectors = trained.getSupportVectors();
    for (int i = 0; i < vectors.rows; ++i) {
        const auto* row = vectors.ptr<float>(i);
        for (int f = 0; f < vectors.cols; ++f)
            out.inputs.push_back(quantised(double{row[f]}));
    }
    int index = 0;
    for (std::size_t a = 0; a < labels.size(); ++a) {
        for (std::size_t b = a + 1; b < labels.size(); ++b, ++index) {
            cv::Mat alpha;
            cv::Mat which;
            PairMachine machine;
            machine.first = labels[a];
            machine.second = labels[b];
            machine.offset = trained.getDecisionFunction(index, alpha, which);
            alpha.convertTo(alpha, CV_64F);
            which.convertTo(which, CV_32S);
            for (int k = 0; k < static_cast<int>(alpha.total()); ++k) {
                machine.coefficients.push_back(alpha.ptr<double>()[k]);
                machine.vectors.push_back(static_cast<std::uint32_t>(which.ptr<int>()[k]));
            }
            out.machines.push_back(std::move(machine));
        }
    }
}

Result<ScoredPointer> train(const LabelledRows& rows, std::size_t classes, double penalty, double gamma)
{
    auto out = std::make_unique<Svm>();
    out->classes = classes;
    out->dimension = rows.dimension;
    out->penalty = penalty;
    out->gamma = gamma;
    std::vector<int> labels = rows.labels;
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    BNOF_TRY(guarded("training support vectors", [&] {
        const CvRows data = cvRows(rows);
        const auto svm = cv::ml::SVM::create();
        svm->setType(cv::ml::SVM::C_SVC);
        svm->setKernel(cv::ml::SVM::RBF);
        svm->setC(penalty);
        svm->setGamma(gamma);
        svm->setTermCriteria({cv::TermCriteria::MAX_ITER + cv::TermCriteria::EPS, mostIterations, tolerance});
        svm->train(data.features, cv::ml::ROW_SAMPLE, data.labels);
        copySvm(*svm, labels, *out);
    }));
    return ScoredPointer(std::move(out));
}

struct Choice {
    double penalty = 10;
    double gamma = 1;
};

/// The grid point of the best balanced accuracy on held-out groups; of equals the first, which is the smoothest.
Result<Choice> choose(const LabelledRows& rows, std::size_t classes, const std::vector<int>& groups)
{
    std::vector<std::uint32_t> few;
    std::vector<int> fewGroups;
    const std::size_t count = std::min(rows.rows(), choiceRows);
    for (std::size_t i = 0; i < count; ++i) {
        few.push_back(static_cast<std::uint32_t>(i * rows.rows() / count));
        fewGroups.push_back(groups[few.back()]);
    }
    const LabelledRows sample = selected(rows, few);
    const std::vector<InnerFold> folds = innerFolds(sample, classes, fewGroups);
    Choice best{10, relativeGammas[1] / static_cast<double>(rows.dimension)};
    double bestAccuracy = -1;
    for (const double relative : relativeGammas) {
        for (const double penalty : penalties) {
            const double gamma = relative / static_cast<double>(rows.dimension);
            BNOF_TRY_ASSIGN(const HeldOut heldOut, holdOut(sample, folds, [&](const LabelledRows& some) {
                                return train(some, classes, penalty, gamma);
                            }));
            if (!heldOut.labels.empty() && heldOut.balancedAccuracy > bestAccuracy) {
                bestAccuracy = heldOut.balancedAccuracy;
                best = {penalty, gamma};
            }
        }
    }
    return best;
}

Result<PairMachine> machineFromJson(const Json& json, const std::string& path, std::size_t vectors, std::size_t classes)
{
    JsonFields fields(json, path);
    PairMachine machine;
    const auto last = static_cast<std::int64_t>(classes) - 1;
    machine.first = static_cast<int>(fields.integer("first", 0, last));
    machine.second = static_cast<int>(fields.integer("second", 0, last));
    machine.offset = fields.number("offset", -1e12, 1e12);
    machine.coefficients = readNumbers<double>(fields, "coefficients", vectors);
    machine.vectors = readExactly<std::uint32_t>(fields, "vectors", machine.coefficients.size());
    BNOF_TRY(fields.status());
    if (machine.first == machine.second)
        fields.fail("second", "is the same class as the first");
    for (const double coefficient : machine.coefficients) {
        if (std::abs(coefficient) > 1e12)
            fields.fail("coefficients", "holds one beyond 1e12");
    }
    for (const std::uint32_t vector : machine.vectors) {
        if (vector >= vectors)
            fields.fail("vectors", "names a support vector that does not exist");
    }
    BNOF_TRY(fields.status());
    return machine;
}

} // namespace

Result<ScoredPointer> fitSvm(const LabelledRows& rows, std::size_t classes, const ClassifierOptions& options)
{
    BNOF_TRY_ASSIGN(const Choice chosen, choose(rows, classes, options.groups));
    const auto fit = [&](const LabelledRows& some) { return train(some, classes, chosen.penalty, chosen.gamma); };
    BNOF_TRY_ASSIGN(const HeldOut heldOut, holdOut(rows, innerFolds(rows, classes, options.groups), fit));
    BNOF_TRY_ASSIGN(ScoredPointer out, fit(rows));
    out->setTemperature(fittedTemperature(heldOut));
    return out;
}

Result<ScoredPointer> svmFromJson(const Json& json, const std::string& path, std::size_t dimension, std::size_t classes)
{
    JsonFields fields(json, path);
    auto out = std::make_unique<Svm>();
    out->classes = classes;
    out->dimension = dimension;
    out->penalty = fields.number("c", 1e-9, 1e12);
    out->gamma = fields.number("gamma", 1e-12, 1e12);
    out->inputs = readNumbers<std::int32_t>(fields, "support_vectors", 1U << 26);
    const Json& machines = fields.array("machines");
    if (fields.ok() && (dimension == 0 || out->inputs.size() % dimension != 0))
        fields.fail("support_vectors", "does not hold whole vectors");
    if (fields.ok() && (machines.items().empty() || machines.items().size() > classes * (classes - 1) / 2))
        fields.fail("machines", "does not hold one machine for each pair of classes");
    BNOF_TRY(fields.status());
    for (std::size_t i = 0; i < machines.items().size(); ++i) {
        BNOF_TRY_ASSIGN(PairMachine machine,
                        machineFromJson(machines.items()[i], path + ".machines[" + std::to_string(i) + "]",
                                        out->inputs.size() / dimension, classes));
        out->machines.push_back(std::move(machine));
    }
    return ScoredPointer(std::move(out));
}

} // namespace bnof::olfaction
