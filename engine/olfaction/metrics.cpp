// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/metrics.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>

#include "engine/statistics/bootstrap.h"
#include "engine/statistics/contingency.h"
#include "engine/statistics/rank_tests.h"
#include "engine/statistics/summary.h"

namespace bnof::olfaction {
namespace {

struct ClassCounts {
    double truth = 0;
    double said = 0;
    double both = 0;
};

std::vector<ClassCounts> countClasses(std::span<const Answer> answers, std::size_t classes)
{
    std::vector<ClassCounts> counts(classes);
    for (const Answer& answer : answers) {
        const auto truth = static_cast<std::size_t>(answer.truth);
        counts[truth].truth += 1;
        if (answer.said >= 0)
            counts[static_cast<std::size_t>(answer.said)].said += 1;
        counts[truth].both += answer.truth == answer.said ? 1 : 0;
    }
    return counts;
}

template <typename Figure> double meanOverOccurring(const std::vector<ClassCounts>& counts, Figure figure)
{
    double sum = 0;
    double classes = 0;
    for (const ClassCounts& c : counts) {
        if (c.truth > 0) {
            sum += figure(c);
            classes += 1;
        }
    }
    return classes > 0 ? sum / classes : 0;
}

} // namespace

double accuracyOf(std::span<const Answer> answers)
{
    const auto right = std::count_if(answers.begin(), answers.end(), [](const Answer& a) { return a.truth == a.said; });
    return answers.empty() ? 0 : static_cast<double>(right) / static_cast<double>(answers.size());
}

double balancedAccuracyOf(std::span<const Answer> answers, std::size_t classes)
{
    return meanOverOccurring(countClasses(answers, classes), [](const ClassCounts& c) { return c.both / c.truth; });
}

double macroF1Of(std::span<const Answer> answers, std::size_t classes)
{
    return meanOverOccurring(countClasses(answers, classes),
                             [](const ClassCounts& c) { return 2 * c.both / (c.truth + c.said); });
}

double auroc(std::span<const double> positive, std::span<const double> negative)
{
    const auto test = statistics::mannWhitney(positive, negative);
    return test.ok() ? test->superiority : 0.5;
}

std::optional<Interval> groupInterval(std::span<const double> values, std::span<const int> groups, int rounds,
                                      std::uint64_t seed)
{
    const auto drawn = statistics::clusterBootstrapOfMean(values, groups, {.rounds = rounds, .seed = seed});
    return drawn.ok() ? std::optional(drawn->percentile) : std::nullopt;
}

Json intervalJson(const std::optional<Interval>& interval)
{
    return interval ? Json::arrayOf(std::vector<double>{interval->low, interval->high}) : Json();
}

std::string verdictText(double difference, const std::optional<Interval>& interval, const std::string& theirName)
{
    const auto points = [](double share) {
        char text[32];
        std::snprintf(text, sizeof text, "%.1f", 100 * share + 0.0);
        return std::string(text);
    };
    if (!interval)
        return "the spiking model differs from " + theirName + " by " + points(difference) +
               " points; there are too few independent groups to tell whether that is chance";
    if (interval->low > 0)
        return "the spiking model is better than " + theirName + " by " + points(difference) + " points (" +
               points(interval->low) + " to " + points(interval->high) + ")";
    if (interval->high < 0)
        return "the spiking model is worse than " + theirName + " by " + points(-difference) + " points (" +
               points(-interval->high) + " to " + points(-interval->low) + ")";
    return "no difference between the spiking model and " + theirName + " can be told: " + points(difference) +
           " points (" + points(interval->low) + " to " + points(interval->high) + ")";
}

Json comparisonJson(const AnswerPairs& pairs, const std::string& theirName, int rounds, std::uint64_t seed)
{
    std::vector<double> difference(pairs.ours.size());
    std::map<int, std::array<double, 3>> units; // right of ours, right of theirs, answers
    for (std::size_t i = 0; i < difference.size(); ++i) {
        difference[i] = pairs.ours[i] - pairs.theirs[i];
        auto& unit = units[pairs.units[i]];
        unit[0] += pairs.ours[i];
        unit[1] += pairs.theirs[i];
        unit[2] += 1;
    }
    statistics::Discordant counts;
    for (const auto& [unit, sums] : units) {
        const bool ours = 2 * sums[0] > sums[2];
        const bool theirs = 2 * sums[1] > sums[2];
        counts.onlyA += ours && !theirs ? 1 : 0;
        counts.onlyB += theirs && !ours ? 1 : 0;
    }
    const statistics::McNemar test = statistics::mcNemar(counts);
    const double mean = statistics::mean(difference);
    const auto interval = groupInterval(difference, pairs.groups, rounds, seed);
    return Json::object()
        .set("difference", mean)
        .set("interval", intervalJson(interval))
        .set("groups", std::set<int>(pairs.groups.begin(), pairs.groups.end()).size())
        .set("exposures", units.size())
        .set("only_ours", counts.onlyA)
        .set("only_theirs", counts.onlyB)
        .set("p", test.exact)
        .set("mid_p", test.midP)
        .set("text", verdictText(mean, interval, theirName));
}

} // namespace bnof::olfaction
