// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/told_apart.h"

#include <algorithm>
#include <cmath>

#include "engine/olfaction/discriminant.h"

namespace bnof::olfaction {
namespace {

constexpr std::size_t fewestExposures = 5;

Json untold(std::size_t exposures, const std::string& reason)
{
    return Json::object()
        .set("accuracy", nullptr)
        .set("chance", nullptr)
        .set("warning", nullptr)
        .set("exposures", exposures)
        .set("reason", reason);
}

} // namespace

void standardise(std::vector<double>& train, std::vector<double>& test, std::size_t dimension)
{
    for (std::size_t f = 0; f < dimension; ++f) {
        double mean = 0;
        double squares = 0;
        const double count = static_cast<double>(train.size() / dimension);
        for (std::size_t i = f; i < train.size(); i += dimension)
            mean += train[i] / count;
        for (std::size_t i = f; i < train.size(); i += dimension)
            squares += (train[i] - mean) * (train[i] - mean) / count;
        const double deviation = std::max(std::sqrt(squares), 1e-9);
        for (std::vector<double>* rows : {&train, &test}) {
            for (std::size_t i = f; i < rows->size(); i += dimension)
                (*rows)[i] = std::clamp(((*rows)[i] - mean) / deviation, -8.0, 8.0);
        }
    }
}

Json toldApart(const std::vector<int>& said, const std::vector<int>& truth, const std::vector<int>& learnt,
               std::size_t classes, const std::string& text)
{
    if (learnt.size() < fewestExposures || truth.size() < fewestExposures)
        return untold(truth.size(), "fewer than 5 exposures to learn from or to ask about");
    std::vector<double> asked(classes, 0);
    std::vector<double> before(classes, 0);
    double right = 0;
    for (const int label : learnt)
        before[static_cast<std::size_t>(label)] += 1;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        asked[static_cast<std::size_t>(truth[i])] += 1;
        right += said[i] == truth[i] ? 1 : 0;
    }
    const auto n = static_cast<double>(truth.size());
    const double accuracy = right / n;
    const auto favourite = static_cast<std::size_t>(std::max_element(before.begin(), before.end()) - before.begin());
    const double chance = std::max(asked[favourite], *std::max_element(asked.begin(), asked.end())) / n;
    const double error = std::sqrt(std::max(chance * (1 - chance), 0.25 / n) / n);
    return Json::object()
        .set("accuracy", accuracy)
        .set("chance", chance)
        .set("warning", accuracy > chance + 1.645 * error ? Json(text) : Json())
        .set("exposures", truth.size());
}

Json toldApart(ExposureRows learn, ExposureRows ask, std::size_t dimension, std::size_t classes,
               const std::string& text)
{
    if (learn.labels.size() < fewestExposures || ask.labels.size() < fewestExposures)
        return untold(ask.labels.size(), "fewer than 5 exposures to learn from or to ask about");
    standardise(learn.features, ask.features, dimension);
    const auto d = fitDiscriminant(learn.features, dimension, learn.labels, classes);
    if (!d.ok())
        return untold(ask.labels.size(), d.error().what);
    std::vector<int> said;
    DiscriminantPoint point;
    std::vector<double> s;
    for (std::size_t i = 0; i < ask.labels.size(); ++i) {
        project(*d, {ask.features.data() + i * dimension, dimension}, point);
        scores(*d, point.u, s);
        said.push_back(static_cast<int>(std::max_element(s.begin(), s.end()) - s.begin()));
    }
    return toldApart(said, ask.labels, learn.labels, classes, text);
}

} // namespace bnof::olfaction
