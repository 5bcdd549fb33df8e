// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tuning/recogniser_problem.h"

#include <algorithm>
#include <cmath>

#include "engine/base/time.h"
#include "engine/experiments/exposure_units.h"
#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/dataset_health.h"
#include "engine/olfaction/exposure_network.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::tuning {
namespace {

constexpr int timeParts = 6;

bool among(const std::vector<int>& groups, int group)
{
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

/// Equal parts of every recording's time, each a recording and a group of its own.
olfaction::Dataset inTimeParts(const olfaction::Dataset& data)
{
    double longest = 0;
    for (const auto& recording : data.recordings)
        longest = std::max(longest, recording.duration());
    olfaction::Dataset out = data;
    out.recordings.clear();
    for (int part = 0; part < timeParts; ++part) {
        // The last part has no end, so that the last frame belongs to it.
        const double to = part + 1 < timeParts ? longest * (part + 1) / timeParts : longest + 1;
        olfaction::Dataset slice = olfaction::timeSlice(data, longest * part / timeParts, to);
        for (auto& recording : slice.recordings) {
            if (recording.frames() == 0)
                continue;
            const std::string suffix = "part " + std::to_string(part + 1) + " of " + std::to_string(timeParts);
            recording.group = suffix;
            recording.name += ", " + suffix;
            out.recordings.push_back(std::move(recording));
        }
    }
    out.notes.push_back("there are fewer than three groups, so every recording was cut into six parts of equal time");
    return out;
}

class RecordingsProblem final : public RecogniserProblem {
public:
    explicit RecordingsProblem(olfaction::Dataset data)
        : m_data(std::move(data)), m_groups(m_data.groups()), m_units(experiments::exposureUnitsOf(m_data))
    {}

    [[nodiscard]] const std::vector<std::string>& groups() const override { return m_groups; }
    [[nodiscard]] bool isExposures() const override { return false; }
    [[nodiscard]] const std::vector<std::string>& notes() const override { return m_data.notes; }
    [[nodiscard]] Json describe() const override
    {
        return Json::object().set("name", m_data.name).set("digest", m_data.digest).set("exposures", m_units.size());
    }

    Result<TrainedAndTested> run(const RecogniserSettings& settings, const std::vector<int>& train,
                                 const std::vector<int>& test, const GoOn& goOn) const override
    {
        const auto progress = [&](double, std::string_view) { return goOn(); };
        TrainedAndTested out;
        BNOF_TRY_ASSIGN(out.model, trained(settings, olfaction::selectGroups(m_data, namesOf(train)), progress));
        out.modelBytes = static_cast<double>(out.model.size());
        BNOF_TRY_ASSIGN(const auto recogniser, olfaction::makeRecogniser(out.model, {.backEnd = "vector"}));
        std::vector<experiments::ExposureUnit> units;
        std::vector<std::uint32_t> numbers;
        for (std::size_t i = 0; i < m_units.size(); ++i) {
            if (among(test, m_units[i].group)) {
                units.push_back(m_units[i]);
                numbers.push_back(static_cast<std::uint32_t>(i));
            }
        }
        BNOF_TRY_ASSIGN(const auto answers,
                        experiments::answerUnits(*recogniser, m_data, units,
                                                 experiments::labelsOfGases(recogniser->info(), m_data),
                                                 [&](std::size_t, const experiments::UnitAnswer&) { return goOn(); }));
        double decisions = 0;
        double spikes = 0;
        double seconds = 0;
        for (std::size_t i = 0; i < units.size(); ++i) {
            out.answers.push_back({numbers[i], units[i].group, units[i].label, answers[i].said});
            decisions += answers[i].decisions;
            spikes += static_cast<double>(answers[i].spikes);
            seconds += answers[i].cpuSeconds;
        }
        out.secondsPerDecision = decisions > 0 ? seconds / decisions : 0;
        out.spikesPerDecision = decisions > 0 ? spikes / decisions : 0;
        return out;
    }

private:
    [[nodiscard]] std::vector<std::string> namesOf(const std::vector<int>& groups) const
    {
        std::vector<std::string> out;
        for (const int group : groups)
            out.push_back(m_groups[static_cast<std::size_t>(group)]);
        return out;
    }

    static Result<std::vector<std::uint8_t>> trained(const RecogniserSettings& settings, const olfaction::Dataset& data,
                                                     const olfaction::TrainingProgress& progress)
    {
        if (settings.kind == "spiking")
            return olfaction::trainSpiking(data, settings.training, progress);
        if (settings.kind == "lda")
            return olfaction::trainLda(data, settings.training, progress);
        if (settings.kind == "template")
            return olfaction::trainTemplates(data, settings.training, progress);
        return olfaction::trainClassifier(settings.kind, data, settings.training, progress);
    }

    olfaction::Dataset m_data;
    std::vector<std::string> m_groups;
    std::vector<experiments::ExposureUnit> m_units;
};

/// Numbers of a discriminant, in bytes.
double bytesOf(const olfaction::Discriminant& d)
{
    return 8.0 * static_cast<double>(d.centre.size() + d.whitening.size() + d.projection.size() + d.means.size());
}

double bytesOf(const olfaction::ExposureNetwork& network)
{
    const auto& s = network.spiking;
    double bytes = bytesOf(network.teacher.discriminant) + 8.0 * static_cast<double>(s.code.mixtures.size());
    bytes += 4.0 * static_cast<double>(s.kenyonBiasMv.size() + s.outputBiasMv.size() + s.readout.size());
    const auto& kenyon = s.network.populations[olfaction::KenyonCells];
    return bytes + 4.0 * static_cast<double>(kenyon.size) * network.options.fanIn;
}

class ExposuresProblem final : public RecogniserProblem {
public:
    explicit ExposuresProblem(olfaction::ExposureTable table) : m_table(std::move(table)) {}

    [[nodiscard]] const std::vector<std::string>& groups() const override { return m_table.groups; }
    [[nodiscard]] bool isExposures() const override { return true; }
    [[nodiscard]] const std::vector<std::string>& notes() const override { return m_table.notes; }
    [[nodiscard]] Json describe() const override
    {
        return Json::object().set("name", m_table.name).set("digest", m_table.digest).set("exposures", m_table.rows());
    }

    Result<TrainedAndTested> run(const RecogniserSettings& settings, const std::vector<int>& train,
                                 const std::vector<int>& test, const GoOn& goOn) const override
    {
        if (!goOn())
            return makeError(ErrorKind::Cancelled, "training was cancelled");
        std::vector<std::uint32_t> past;
        std::vector<std::uint32_t> asked;
        for (std::uint32_t i = 0; i < m_table.rows(); ++i) {
            if (among(train, m_table.group[i]))
                past.push_back(i);
            if (among(test, m_table.group[i]))
                asked.push_back(i);
        }
        const olfaction::FeatureScaling scaling = olfaction::fitScaling(m_table, past, settings.clip);
        olfaction::LabelledRows rows{m_table.dimension, olfaction::scaledRows(m_table, past, scaling), {}, {}};
        for (const std::uint32_t i : past)
            rows.labels.push_back(m_table.label[i]);
        const std::vector<double> questions = olfaction::scaledRows(m_table, asked, scaling);
        TrainedAndTested out;
        std::vector<int> said;
        std::int64_t begin = 0;
        if (settings.kind == "spiking") {
            BNOF_TRY_ASSIGN(const olfaction::ExposureNetwork network,
                            olfaction::trainOnExposures(rows, {m_table.dimension, {}, {}, {}}, m_table.labels.size(),
                                                        settings.recalibration, settings.training));
            begin = threadCpuNow();
            BNOF_TRY_ASSIGN(const olfaction::ExposureAnswers answers, olfaction::answersOf(network, questions));
            for (const auto& decision : answers.decisions)
                said.push_back(decision.gas);
            out.spikesPerDecision = answers.spikesPerDecision;
            out.modelBytes = bytesOf(network);
        } else {
            BNOF_TRY_ASSIGN(out.modelBytes, askClassical(settings, rows, questions, said, begin));
        }
        out.secondsPerDecision =
            asked.empty() ? 0 : toSeconds(threadCpuNow() - begin) / static_cast<double>(asked.size());
        for (std::size_t k = 0; k < asked.size(); ++k)
            out.answers.push_back({asked[k], m_table.group[asked[k]], m_table.label[asked[k]], said[k]});
        return out;
    }

private:
    /// Its size in bytes.
    [[nodiscard]] Result<double> askClassical(const RecogniserSettings& settings, const olfaction::LabelledRows& rows,
                                              const std::vector<double>& questions, std::vector<int>& said,
                                              std::int64_t& begin) const
    {
        const std::size_t classes = m_table.labels.size();
        const auto largest = [&](const std::vector<double>& scores) {
            said.push_back(static_cast<int>(std::max_element(scores.begin(), scores.end()) - scores.begin()));
        };
        std::vector<double> scores;
        if (settings.kind == "lda" || settings.kind == "template") {
            const olfaction::DiscriminantOptions options{settings.kind == "lda" ? -1.0 : 1.0, settings.kind == "lda"};
            BNOF_TRY_ASSIGN(const olfaction::Discriminant d,
                            olfaction::fitDiscriminant(rows.features, rows.dimension, rows.labels, classes, options));
            begin = threadCpuNow();
            olfaction::DiscriminantPoint point;
            for (std::size_t at = 0; at < questions.size(); at += rows.dimension) {
                olfaction::project(d, {questions.data() + at, rows.dimension}, point);
                olfaction::scores(d, point.u, scores);
                largest(scores);
            }
            return bytesOf(d);
        }
        BNOF_TRY_ASSIGN(const auto classifier,
                        olfaction::fitClassifier(settings.kind, rows, classes,
                                                 {.seed = settings.training.seed, .groups = {}, .blocks = 0}));
        begin = threadCpuNow();
        for (std::size_t at = 0; at < questions.size(); at += rows.dimension) {
            classifier->posterior({questions.data() + at, rows.dimension}, scores);
            largest(scores);
        }
        return static_cast<double>(classifier->toJson().dump().size());
    }

    olfaction::ExposureTable m_table;
};

} // namespace

Result<std::unique_ptr<RecogniserProblem>> problemOf(olfaction::Dataset data)
{
    BNOF_TRY(olfaction::refuseUnfit(data));
    if (data.groups().size() < fewestGroups)
        data = inTimeParts(data);
    auto problem = std::make_unique<RecordingsProblem>(std::move(data));
    if (problem->groups().size() < fewestGroups)
        return makeError(ErrorKind::BadInput, "there is too little to search with and to compare on", "data set",
                         "Record at least three sessions.");
    return std::unique_ptr<RecogniserProblem>(std::move(problem));
}

Result<std::unique_ptr<RecogniserProblem>> problemOf(olfaction::ExposureTable table)
{
    if (table.groups.size() < fewestGroups)
        return makeError(ErrorKind::BadInput,
                         "a search needs at least three groups (batches, days), and there are " +
                             std::to_string(table.groups.size()),
                         table.name, "Two are needed to search with and one to compare on.");
    return std::unique_ptr<RecogniserProblem>(std::make_unique<ExposuresProblem>(std::move(table)));
}

} // namespace bnof::tuning
