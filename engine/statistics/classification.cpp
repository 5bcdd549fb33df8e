// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/classification.h"

#include <cmath>
#include <string>

#include "engine/statistics/checks.h"

namespace bnof::statistics {
namespace {

Result<void> countAnswers(std::span<const int> truth, std::span<const int> said, ClassificationFigures& out)
{
    const auto classes = static_cast<int>(out.classes.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
        if (truth[i] < 0 || truth[i] >= classes || said[i] < -1 || said[i] >= classes) {
            return cannotTest("answer " + std::to_string(i + 1) + " names a class that does not exist",
                              "Both variants must know the same classes.");
        }
        const auto row = static_cast<std::size_t>(truth[i]);
        ++out.classes[row].occurs;
        if (said[i] < 0) {
            ++out.unknown[row];
            continue;
        }
        ++out.classes[static_cast<std::size_t>(said[i])].said;
        ++out.confusion[row][static_cast<std::size_t>(said[i])];
    }
    return {};
}

void addClassFigures(ClassificationFigures& out)
{
    double occurring = 0;
    for (std::size_t i = 0; i < out.classes.size(); ++i) {
        ClassFigures& figures = out.classes[i];
        const auto both = static_cast<double>(out.confusion[i][i]);
        const auto occurs = static_cast<double>(figures.occurs);
        const auto said = static_cast<double>(figures.said);
        figures.precision = said > 0 ? both / said : 0;
        figures.recall = occurs > 0 ? both / occurs : 0;
        figures.f1 = occurs + said > 0 ? 2 * both / (occurs + said) : 0;
        out.macroF1 += figures.f1;
        if (figures.occurs == 0) {
            out.emptyClasses.push_back(static_cast<int>(i));
            continue;
        }
        out.balancedAccuracy += figures.recall;
        occurring += 1;
    }
    out.balancedAccuracy /= occurring;
    out.macroF1 /= static_cast<double>(out.classes.size());
}

} // namespace

Result<ClassificationFigures> classificationFigures(std::span<const int> truth, std::span<const int> said,
                                                    std::size_t classes)
{
    if (truth.empty() || truth.size() != said.size())
        return cannotTest("there must be as many answers as truths, and at least one");
    ClassificationFigures out;
    out.confusion.assign(classes, std::vector<std::uint64_t>(classes));
    out.unknown.assign(classes, 0);
    out.classes.resize(classes);
    BNOF_TRY(countAnswers(truth, said, out));
    addClassFigures(out);
    const auto n = static_cast<double>(truth.size());
    double right = 0;
    double chance = 0; // n^2 times the agreement expected of independent answers
    double occurSquares = 0;
    double saidSquares = 0;
    double answered = 0;
    for (std::size_t i = 0; i < classes; ++i) {
        const auto occurs = static_cast<double>(out.classes[i].occurs);
        const auto answers = static_cast<double>(out.classes[i].said);
        right += static_cast<double>(out.confusion[i][i]);
        chance += occurs * answers;
        occurSquares += occurs * occurs;
        saidSquares += answers * answers;
        answered += answers;
    }
    saidSquares += (n - answered) * (n - answered); // "unknown" is one more thing that can be said
    out.accuracy = right / n;
    if (n * n - chance > 0)
        out.kappa = (n * right - chance) / (n * n - chance);
    const double spread = (n * n - saidSquares) * (n * n - occurSquares);
    if (spread > 0)
        out.mcc = (n * right - chance) / std::sqrt(spread);
    return out;
}

} // namespace bnof::statistics
