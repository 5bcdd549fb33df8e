// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/template_recall.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "engine/base/philox.h"
#include "engine/base/sha256.h"
#include "engine/olfaction/csv_table.h"
#include "engine/olfaction/metrics.h"
#include "engine/snn/simulation.h"

namespace bnof::olfaction {
namespace {

namespace fs = std::filesystem;
constexpr int largestLevel = 255;
constexpr std::uint32_t windowTicks = 200;
constexpr std::uint32_t excitabilityStream = 0xE8C1;
constexpr float receptorDriveMv = 22;
constexpr float receptorSpreadMv = 8; ///< receptors differ in excitability, so that they do not fire in step
constexpr std::uint32_t outputsPerOdour = 24;
constexpr float outputSpreadMv = 60; ///< the outputs of an odour differ in theirs, so that their count grows smoothly

using Vectors = std::vector<std::vector<int>>;

/// Rows of whole numbers separated by commas; the error names the line.
Result<Vectors> readVectors(std::string_view text, const std::string& path)
{
    Vectors rows;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.empty())
            continue;
        std::vector<int> row;
        while (!line.empty()) {
            const std::size_t comma = std::min(line.find(','), line.size());
            const std::string_view field = trimmed(line.substr(0, comma));
            line.remove_prefix(std::min(comma + 1, line.size()));
            int value = 0;
            const auto read = std::from_chars(field.data(), field.data() + field.size(), value);
            if (read.ec != std::errc() || read.ptr != field.data() + field.size() || value < 0 || value > largestLevel)
                return makeError(ErrorKind::BadInput,
                                 "\"" + std::string(field.substr(0, 40)) + "\" is no whole number from 0 to 255",
                                 path + ":" + std::to_string(number));
            row.push_back(value);
        }
        if (!rows.empty() && row.size() != rows.front().size())
            return makeError(ErrorKind::BadInput,
                             "the row has " + std::to_string(row.size()) + " values instead of " +
                                 std::to_string(rows.front().size()),
                             path + ":" + std::to_string(number));
        rows.push_back(std::move(row));
    }
    return rows;
}

/// The pairs NAME_0.csv and NAME_1.csv of a folder, by name.
std::map<std::string, std::pair<std::string, std::string>> pairsIn(const std::string& path)
{
    std::map<std::string, std::pair<std::string, std::string>> out;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(path, code)) {
        const std::string name = entry.path().filename().string();
        const std::string stem = name.substr(0, name.size() - std::min<std::size_t>(name.size(), 6));
        if (name.ends_with("_0.csv") && fs::exists(fs::path(path) / (stem + "_1.csv"), code))
            out[stem] = {entry.path().string(), (fs::path(path) / (stem + "_1.csv")).string()};
    }
    return out;
}

/// A pair as a set; sets of fewer than two odours, or with another number of rows an odour, have no templates.
Result<TemplateSet> readPair(const std::string& name, const std::string& first, const std::string& second)
{
    TemplateSet set;
    set.name = name;
    BNOF_TRY_ASSIGN(const std::string templates, readTextFile(first));
    BNOF_TRY_ASSIGN(const std::string corrupted, readTextFile(second));
    BNOF_TRY_ASSIGN(set.templates, readVectors(templates, first));
    BNOF_TRY_ASSIGN(set.corrupted, readVectors(corrupted, second));
    const std::size_t odours = set.templates.size();
    if (odours < 2 || set.corrupted.empty() || set.corrupted.size() % odours != 0 ||
        set.corrupted.front().size() != set.templates.front().size()) {
        set.templates.clear();
        return set;
    }
    set.sensors = set.templates.front().size();
    for (const Vectors* rows : {&set.templates, &set.corrupted}) {
        for (const std::vector<int>& row : *rows)
            set.levels = std::max(set.levels, *std::max_element(row.begin(), row.end()) + 1);
    }
    for (std::size_t i = 0; i < set.corrupted.size(); ++i)
        set.truth.push_back(static_cast<int>(i / (set.corrupted.size() / odours)));
    Sha256 hash;
    hash.update(templates);
    hash.update(corrupted);
    set.digest = hash.hexDigest();
    return set;
}

std::vector<float> driveOf(const TemplateSet& set, const std::vector<int>& values)
{
    std::vector<float> drive(set.sensors * static_cast<std::size_t>(set.levels), 0.0F);
    PhiloxSequence random(1, excitabilityStream);
    std::vector<float> excitability(drive.size());
    for (float& mv : excitability)
        mv = receptorDriveMv + receptorSpreadMv * static_cast<float>(random.uniform());
    for (std::size_t s = 0; s < set.sensors; ++s) {
        const std::size_t receptor = s * static_cast<std::size_t>(set.levels) + static_cast<std::size_t>(values[s]);
        drive[receptor] = excitability[receptor];
    }
    return drive;
}

snn::Network networkOf(const TemplateSet& set)
{
    snn::Network network;
    network.name = "template recall";
    const auto receptors = static_cast<std::uint32_t>(set.sensors) * static_cast<std::uint32_t>(set.levels);
    network.populations = {
        {"receptor", receptors, snn::LifParameters{}},
        {"output", static_cast<std::uint32_t>(set.templates.size()) * outputsPerOdour, snn::LifParameters{}}};
    snn::ExplicitList list;
    for (std::size_t odour = 0; odour < set.templates.size(); ++odour) {
        for (std::size_t s = 0; s < set.sensors; ++s) {
            for (std::uint32_t k = 0; k < outputsPerOdour; ++k) {
                list.sources.push_back(static_cast<std::uint32_t>(s) * static_cast<std::uint32_t>(set.levels) +
                                       static_cast<std::uint32_t>(set.templates[odour][s]));
                list.targets.push_back(static_cast<std::uint32_t>(odour) * outputsPerOdour + k);
            }
        }
    }
    snn::Projection learnt;
    learnt.name = "one-shot associations";
    learnt.source = 0;
    learnt.target = 1;
    learnt.receptor = snn::Receptor::Excitatory;
    learnt.connectivity = std::move(list);
    // A receptor fires some 75 times a second, so that a template that is met whole drives its outputs with 90 mV.
    learnt.weight = 240.0 / static_cast<double>(set.sensors);
    network.projections = {std::move(learnt)};
    return network;
}

int nearest(const TemplateSet& set, const std::vector<int>& values, int (*cost)(int, int))
{
    int best = -1;
    int least = 0;
    for (std::size_t odour = 0; odour < set.templates.size(); ++odour) {
        int sum = 0;
        for (std::size_t s = 0; s < set.sensors; ++s)
            sum += cost(values[s], set.templates[odour][s]);
        if (best < 0 || sum < least) {
            best = static_cast<int>(odour);
            least = sum;
        }
    }
    return best;
}

Json figures(const TemplateSet& set, const std::vector<int>& said, const EvaluationOptions& options)
{
    std::vector<Answer> answers;
    std::vector<double> right;
    std::vector<int> blocks;
    std::map<int, std::pair<double, double>> groups;
    for (std::size_t i = 0; i < said.size(); ++i) {
        answers.push_back({set.truth[i], said[i], set.truth[i]});
        right.push_back(said[i] == set.truth[i] ? 1 : 0);
        blocks.push_back(set.truth[i]);
        groups[set.truth[i]].first += right.back();
        groups[set.truth[i]].second += 1;
    }
    Json perGroup = Json::object();
    for (const auto& [odour, shares] : groups)
        perGroup.set("odour " + std::to_string(odour + 1), shares.first / shares.second);
    const double accuracy = accuracyOf(answers);
    return Json::object()
        .set("accuracy", accuracy)
        .set("accuracy_mean", accuracy)
        .set("balanced_accuracy", balancedAccuracyOf(answers, set.templates.size()))
        .set("macro_f1", macroF1Of(answers, set.templates.size()))
        .set("interval", intervalJson(groupInterval(right, blocks, options.bootstrapRounds, options.training.seed)))
        .set("per_group", std::move(perGroup));
}

Json pairedWith(const TemplateSet& set, const std::vector<int>& ours, const std::vector<int>& theirs,
                const std::string& name, const EvaluationOptions& options)
{
    AnswerPairs pairs;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        pairs.ours.push_back(ours[i] == set.truth[i] ? 1 : 0);
        pairs.theirs.push_back(theirs[i] == set.truth[i] ? 1 : 0);
        pairs.units.push_back(static_cast<int>(i));
    }
    pairs.groups = set.truth;
    return comparisonJson(pairs, name, options.bootstrapRounds, options.training.seed);
}

/// The share of values that differ from the template, which is what the task corrupts.
double corruptedShare(const TemplateSet& set)
{
    double differing = 0;
    for (std::size_t i = 0; i < set.corrupted.size(); ++i) {
        const std::vector<int>& whole = set.templates[static_cast<std::size_t>(set.truth[i])];
        for (std::size_t s = 0; s < set.sensors; ++s)
            differing += set.corrupted[i][s] != whole[s] ? 1 : 0;
    }
    return differing / static_cast<double>(set.corrupted.size() * set.sensors);
}

} // namespace

Result<TemplateSet> loadTemplates(const std::string& path)
{
    TemplateSet best;
    for (const auto& [name, files] : pairsIn(path)) {
        BNOF_TRY_ASSIGN(TemplateSet set, readPair(name, files.first, files.second));
        if (set.templates.size() > best.templates.size())
            best = std::move(set);
    }
    if (best.templates.empty())
        return makeError(ErrorKind::BadInput, "there is no pair of template files here", path,
                         "Expected NAME_0.csv with one row an odour and NAME_1.csv with as many corrupted rows for "
                         "each odour, odour after odour.");
    return best;
}

Result<Json> evaluateTemplateRecall(const TemplateSet& set, const EvaluationOptions& options)
{
    BNOF_TRY_ASSIGN(snn::Simulation simulation,
                    snn::Simulation::create(networkOf(set), {.backEnd = options.training.backEnd}));
    std::vector<float> outputBias(set.templates.size() * outputsPerOdour);
    for (std::size_t i = 0; i < outputBias.size(); ++i)
        outputBias[i] = -outputSpreadMv * static_cast<float>(i % outputsPerOdour) / outputsPerOdour;
    std::vector<int> spiking;
    std::vector<int> hamming;
    std::vector<int> l1;
    snn::SpikesByPopulation spikes;
    double total = 0;
    for (const std::vector<int>& values : set.corrupted) {
        simulation.reset();
        BNOF_TRY(simulation.setDrive(0, driveOf(set, values)));
        BNOF_TRY(simulation.setDrive(1, outputBias));
        for (auto& layer : spikes)
            layer.clear();
        simulation.run(windowTicks, spikes);
        std::vector<std::uint32_t> counts(set.templates.size(), 0);
        for (const Spike spike : spikes[1])
            ++counts[spike.neuron / outputsPerOdour];
        total += static_cast<double>(spikes[0].size() + spikes[1].size());
        const auto most = std::max_element(counts.begin(), counts.end());
        spiking.push_back(*most == 0 ? -1 : static_cast<int>(most - counts.begin()));
        hamming.push_back(nearest(set, values, [](int a, int b) { return a == b ? 0 : 1; }));
        l1.push_back(nearest(set, values, [](int a, int b) { return std::abs(a - b); }));
    }
    Json out = Json::object();
    out.set("protocol", nameOf(Protocol::TemplateRecall));
    out.set("dataset", set.name);
    out.set("dataset_digest", set.digest);
    out.set("simulated", false);
    const Json own = figures(set, spiking, options);
    for (const auto& [key, value] : own.members())
        out.set(key, value);
    out.set("corrupted_share", corruptedShare(set));
    out.set("settled_accuracy", nullptr);
    out.set("rmse", Json::object());
    out.set("novelty_auroc", nullptr);
    out.set("spikes_per_decision", total / static_cast<double>(set.corrupted.size()));
    Json baselines = Json::object();
    baselines.set("nearest_template", figures(set, hamming, options));
    baselines.set("nearest_template_l1", figures(set, l1, options));
    baselines.set("majority", Json::object().set("accuracy", 1.0 / static_cast<double>(set.templates.size())));
    baselines.set("lda",
                  Json::object().set("accuracy", nullptr).set("reason", "one vector an odour has no covariance"));
    out.set("baselines", std::move(baselines));
    out.set("paired",
            Json::object()
                .set("nearest_template", pairedWith(set, spiking, hamming, "the nearest template", options))
                .set("nearest_template_l1", pairedWith(set, spiking, l1, "the nearest template by L1", options)));
    out.set("remark",
            "the nearest template by Hamming distance solves this task too: it shows nothing about a network");
    out.set("leak_test", Json::object()
                             .set("accuracy", nullptr)
                             .set("chance", nullptr)
                             .set("warning", "")
                             .set("reason", "the vectors hold nothing from before the exposure"));
    out.set("answers", set.corrupted.size());
    return out;
}

} // namespace bnof::olfaction
