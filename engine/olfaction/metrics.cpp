// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/metrics.h"

#include <algorithm>
#include <map>

#include "engine/base/philox.h"

namespace bnof::olfaction {
namespace {

constexpr std::uint32_t bootstrapStream = 0xB007;

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
    if (positive.empty() || negative.empty())
        return 0.5;
    std::vector<double> sorted(negative.begin(), negative.end());
    std::sort(sorted.begin(), sorted.end());
    double sum = 0;
    for (const double score : positive) {
        const auto low = std::lower_bound(sorted.begin(), sorted.end(), score);
        const auto high = std::upper_bound(low, sorted.end(), score);
        sum += static_cast<double>(low - sorted.begin()) + 0.5 * static_cast<double>(high - low);
    }
    return sum / static_cast<double>(positive.size()) / static_cast<double>(negative.size());
}

Interval blockBootstrap(std::span<const double> values, std::span<const int> blocks, int rounds, std::uint64_t seed)
{
    struct Block {
        double sum = 0;
        double count = 0;
    };
    std::map<int, Block> byBlock;
    for (std::size_t i = 0; i < values.size(); ++i) {
        byBlock[blocks[i]].sum += values[i];
        byBlock[blocks[i]].count += 1;
    }
    if (byBlock.empty() || rounds < 1)
        return {};
    std::vector<Block> all;
    for (const auto& [index, block] : byBlock)
        all.push_back(block);
    PhiloxSequence random(seed, bootstrapStream);
    std::vector<double> means(static_cast<std::size_t>(rounds));
    for (double& mean : means) {
        Block drawn;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Block& block = all[random.below(static_cast<std::uint32_t>(all.size()))];
            drawn.sum += block.sum;
            drawn.count += block.count;
        }
        mean = drawn.sum / drawn.count;
    }
    std::sort(means.begin(), means.end());
    const auto at = [&means](double q) {
        return means[static_cast<std::size_t>(q * static_cast<double>(means.size() - 1))];
    };
    return {at(0.025), at(0.975)};
}

} // namespace bnof::olfaction
