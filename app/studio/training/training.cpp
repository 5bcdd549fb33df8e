// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/training/training.h"

#include <algorithm>
#include <map>
#include <thread>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "engine/olfaction/dataset_health.h"
#include "engine/olfaction/evaluation_splits.h"
#include "engine/olfaction/model_registry.h"
#include "engine/olfaction/model_signature.h"
#include "engine/session/recorded_dataset.h"

namespace bnof::studio {

/// What the thread that trains tells the display.
struct Training::Shared {
    std::mutex mutex;
    Progress progress;
    std::map<std::thread::id, std::size_t> curveOf; ///< each thread trains one network at a time
    Json evaluation;
    std::string path;
};

namespace {

using olfaction::Dataset;

std::vector<widgets::SplitRow> rowsOf(const Dataset& data, const olfaction::EvaluationOptions& options, int& splits)
{
    const auto all = olfaction::splitsToShow(data, options);
    splits = static_cast<int>(all.size());
    std::vector<widgets::SplitRow> rows(data.recordings.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].name = toQString(data.recordings[i].name);
        rows[i].seconds = data.recordings[i].duration();
    }
    if (!all.empty()) {
        for (const olfaction::SplitStretch& s : all.front())
            rows[s.recording].uses.push_back({s.from, s.to, s.trains});
    }
    for (const olfaction::LabelledStretch& s : olfaction::stretchesOf(data)) {
        if (s.label == data.background)
            continue;
        const auto& times = data.recordings[s.recording].times;
        const auto at = [&](std::size_t frame) {
            return toSeconds(times[std::min(frame, times.size() - 1)] - times.front());
        };
        rows[s.recording].exposures.push_back(
            {at(s.from), at(s.to), toQString(data.labels[static_cast<std::size_t>(s.label)])});
    }
    return rows;
}

std::vector<widgets::Bar> barsOf(const Dataset& data)
{
    std::map<int, int> counts;
    int most = 1;
    for (const olfaction::LabelledStretch& s : olfaction::stretchesOf(data))
        most = std::max(most, ++counts[s.label]);
    std::vector<widgets::Bar> out;
    for (const auto& [label, count] : counts) {
        widgets::Bar bar;
        bar.name = toQString(data.labels[static_cast<std::size_t>(label)]);
        bar.value = static_cast<double>(count) / most;
        bar.text = Training::tr("%n exposure(s)", nullptr, count);
        if (label == data.background)
            bar.text = Training::tr("%n stretch(es)", nullptr, count);
        out.push_back(std::move(bar));
    }
    return out;
}

void appendWarnings(const Json& checks, QStringList& out)
{
    for (const Json& told : checks["confounders"].items()) {
        if (!told["warning"].toString().empty())
            out << toQString(told["warning"].toString());
    }
    if (const auto& warning = checks["class_balance"]["warning"].toString(); !warning.empty())
        out << toQString(warning);
}

/// Who vouches for models that are trained here; counts when the lab's key is made.
std::string signerName(const Services& services)
{
    const QString name = services.configuration.text("general.operator");
    return name.isEmpty() ? "this lab" : name.toStdString();
}

TrainingData read(const std::vector<std::string>& paths, bool byDay)
{
    TrainingData out;
    const bool recordings = paths.size() > 1 || paths.front().ends_with(".bnr");
    auto data = recordings
                    ? session::datasetOfRecordings(paths, byDay ? session::GroupBy::Day : session::GroupBy::Recording)
                    : session::openDataset(paths.front());
    if (!data.ok()) {
        out.problem = Format::error(data.error());
        return out;
    }
    for (const auto& note : data->notes)
        out.notes << toQString(note);
    olfaction::EvaluationOptions options;
    options.protocol = out.protocol = olfaction::suitableProtocol(*data);
    out.rows = rowsOf(*data, options, out.splits);
    out.exposures = barsOf(*data);
    if (const auto fit = olfaction::refuseUnfit(*data); !fit.ok()) {
        out.problem = Format::error(fit.error());
    } else if (const auto splits = olfaction::splitsOf(*data, options); splits.ok() && !splits->empty()) {
        const auto& first = splits->front();
        if (const auto leak = olfaction::leakTest(first.train, first.test)["warning"]; !leak.toString().empty())
            out.warnings << toQString(leak.toString());
        appendWarnings(olfaction::confoundersOf(first.train, first.test), out.warnings);
    }
    out.dataset = std::make_shared<const Dataset>(std::move(data).value());
    return out;
}

} // namespace

Training::Training(Services& services, QObject* parent)
    : QObject(parent), m_services(services), m_shared(std::make_shared<Shared>())
{}

Training::~Training()
{
    cancel();
}

QString Training::modelsFolder() const
{
    return toQString(olfaction::modelsFolder(m_services.configuration.values().text("recognition.models_folder")));
}

void Training::choose(const QStringList& paths, bool groupByDay)
{
    const int request = ++m_request;
    m_data = {};
    m_reading = !paths.isEmpty();
    emit dataChanged();
    if (paths.isEmpty())
        return;
    std::vector<std::string> names;
    for (const QString& path : paths)
        names.push_back(path.toStdString());
    inBackground(
        *m_services.executor, this, "studio.training-data",
        [names, groupByDay] { return std::make_shared<TrainingData>(read(names, groupByDay)); },
        [this, request](const std::shared_ptr<TrainingData>& data) {
            if (request != m_request)
                return; // something else was chosen meanwhile
            m_reading = false;
            m_data = std::move(*data);
            emit dataChanged();
        },
        Priority::Low);
}

QString Training::obstacle() const
{
    if (isRunning())
        return tr("A training runs already.");
    if (m_reading)
        return tr("The data is being read.");
    if (!m_data.problem.isEmpty())
        return m_data.problem;
    if (!m_data.dataset)
        return tr("Choose recordings with marked exposures first.");
    return {};
}

void Training::start(const TrainingPlan& plan)
{
    if (!obstacle().isEmpty())
        return;
    m_failure.clear();
    m_modelPath.clear();
    m_evaluation = {};
    m_shared = std::make_shared<Shared>();
    olfaction::EvaluationOptions options;
    options.protocol = m_data.protocol;
    options.training.seed = plan.seed;
    options.training.name = plan.name;
    if (olfaction::isEncoderName(plan.encoder))
        options.training.code.encoder = olfaction::defaultEncoder(plan.encoder);
    else
        options.training.code.encoder.name = plan.encoder;
    options.training.learning.name = plan.learning;
    options.training.frontEnd = plan.frontEnd;
    options.training.backEnd = m_services.configuration.values().text("recognition.back_end");
    options.training.watchEpoch = [shared = m_shared](std::uint32_t epoch, double error) {
        const std::lock_guard lock(shared->mutex);
        auto& curves = shared->progress.curves;
        if (epoch == 0) {
            shared->curveOf[std::this_thread::get_id()] = curves.size();
            curves.emplace_back();
        }
        curves[shared->curveOf[std::this_thread::get_id()]].emplace_back(epoch + 1, error);
    };
    m_job = m_services.jobs.run(
        tr("Training of %1").arg(toQString(plan.name)),
        [shared = m_shared, data = m_data.dataset, options, plan, folder = modelsFolder().toStdString(),
         signer = signerName(m_services)](const Job::Progress& progress) -> JobOutcome {
            auto model = olfaction::trainAndJudge(plan.kind, *data, options, [&](double done, std::string_view what) {
                {
                    const std::lock_guard lock(shared->mutex);
                    shared->progress.done = done;
                    shared->progress.what = toQString(what);
                }
                return progress(done);
            });
            if (!model.ok()) {
                const bool cancelled = model.error().kind == ErrorKind::Cancelled;
                return {false,
                        cancelled,
                        cancelled ? tr("cancelled, no model was made") : Format::error(model.error()),
                        {}};
            }
            const auto key = olfaction::labKey(olfaction::keysFolder(), signer);
            auto made =
                key.ok() ? olfaction::signModel(model->bytes, *key) : Result<std::vector<std::uint8_t>>(key.error());
            if (!made.ok())
                return {false, false, Format::error(made.error()), {}};
            auto kept = olfaction::keepModel(folder, plan.name, *made);
            if (!kept.ok())
                return {false, false, Format::error(kept.error()), {}};
            shared->evaluation = std::move(model->evaluation);
            shared->path = *kept;
            return {true, false, tr("The model is in the list of models."), toQString(*kept)};
        },
        true,
        [this, shared = m_shared](const JobOutcome& outcome) {
            if (shared != m_shared)
                return;
            m_failure = outcome.ok ? QString() : outcome.message;
            m_evaluation = shared->evaluation;
            m_modelPath = toQString(shared->path);
            emit runningChanged();
            if (outcome.ok)
                emit trained(m_modelPath);
        });
    emit runningChanged();
}

void Training::cancel()
{
    if (m_job)
        m_job->cancel();
}

Training::Progress Training::progress() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->progress;
}

} // namespace bnof::studio
