// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/compare/comparison.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>

#include "app/report/comparison_report.h"
#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "engine/base/build_config.h"
#include "engine/base/files.h"
#include "engine/base/sha256.h"
#include "engine/compute/energy.h"
#include "engine/experiments/shadow_replay.h"
#include "engine/session/recorded_dataset.h"

namespace bnof::studio {

/// What a check has read, so that a start need not read it again.
struct ReadyComparison {
    experiments::ReplayVariant a, b;
    std::vector<olfaction::Dataset> data;
    std::size_t exposures = 0;
};

namespace {

constexpr int followInterval = 1000; ///< ms

Result<experiments::ReplayVariant> loadVariant(const QString& text, const std::string& backEnd)
{
    experiments::ReplayVariant out;
    BNOF_TRY_ASSIGN(out.variant, experiments::variantFromText(text.toStdString()));
    if (out.variant.text.find("backend=") == std::string::npos)
        out.variant.options.backEnd = backEnd;
    std::string path = out.variant.model;
    if (path == "default") {
        BNOF_TRY_ASSIGN(path, findResource("models/default.bnofmodel"));
    }
    BNOF_TRY_ASSIGN(const std::string content, readFile(path));
    out.model.assign(content.begin(), content.end());
    return out;
}

Result<std::shared_ptr<ReadyComparison>> prepare(const ComparisonSetup& setup, const std::string& backEnd)
{
    auto out = std::make_shared<ReadyComparison>();
    BNOF_TRY_ASSIGN(out->a, loadVariant(setup.a, backEnd));
    BNOF_TRY_ASSIGN(out->b, loadVariant(setup.b, backEnd));
    std::vector<std::string> recordings;
    for (const QString& path : setup.data) {
        if (path.endsWith(QLatin1String(".bnr"))) {
            recordings.push_back(path.toStdString());
            continue;
        }
        BNOF_TRY_ASSIGN(olfaction::Dataset data, session::openDataset(path.toStdString()));
        out->data.push_back(std::move(data));
    }
    if (!recordings.empty()) {
        BNOF_TRY_ASSIGN(olfaction::Dataset data, session::datasetOfRecordings(recordings, session::GroupBy::Day));
        out->data.push_back(std::move(data));
    }
    BNOF_TRY_ASSIGN(out->exposures, experiments::checkReplay(out->a, out->b, out->data));
    return out;
}

experiments::LockedPlan lockedPlan(const ComparisonSetup& setup, const ReadyComparison& ready)
{
    experiments::LockedPlan out;
    out.plan = setup.plan;
    out.variantA = setup.a.toStdString();
    out.variantB = setup.b.toStdString();
    out.digestA = sha256Hex(ready.a.model);
    out.digestB = sha256Hex(ready.b.model);
    for (const olfaction::Dataset& data : ready.data) {
        out.dataDigests.push_back(data.digest);
        out.where += (out.where.empty() ? "" : ", ") + data.name;
    }
    out.program = BNOF_VERSION;
    out.labels = experiments::commonLabels(ready.data);
    return out;
}

/// The variant without the folder of its model.
std::string shortName(const std::string& variant)
{
    const std::size_t end = variant.find('?');
    const std::size_t slash = variant.rfind('/', end);
    return slash == std::string::npos ? variant : variant.substr(slash + 1);
}

std::shared_ptr<const ComparisonState> stateOf(const std::string& path)
{
    auto out = std::make_shared<ComparisonState>();
    out->path = toQString(path);
    auto experiment = experiments::readExperiment(path);
    if (!experiment.ok()) {
        out->problem = Format::error(experiment.error());
        return out;
    }
    experiments::StoredAnalysis& stored = experiment->analyses.back();
    const auto analysis = experiments::analysisOf(
        stored, experiment->trail, [&](const experiments::ComparedUnit&, const experiments::ShadowAnalysis& soFar) {
            const auto interval = soFar.interval();
            out->points.push_back({interval.low, interval.high, soFar.verdict().difference});
        });
    out->decidedAt = analysis.decidedAt();
    out->evidence = analysis.logE();
    const auto verdict = experiments::verdictOf(stored.locked.plan, analysis, stored.units);
    out->verdict = verdict.ok() ? *verdict : analysis.verdict();
    out->words = experiments::inWords(out->verdict, shortName(stored.locked.variantA),
                                      shortName(stored.locked.variantB), stored.locked.plan.margin);
    out->guardrails = analysis.guardrails();
    out->rules = experiments::promotionRules(stored.locked.plan, analysis, stored.units, stored.locked.labels);
    out->ramp = experiments::rampOf(experiment->trail, stored.number);
    out->analysis = stored.number;
    out->digest = toQString(stored.digest);
    out->locked = std::move(stored.locked);
    out->units = std::move(stored.units);
    out->trail = std::move(experiment->trail);
    return out;
}

Result<experiments::RampState> promoteIn(const std::string& path, const std::string& who, const std::string&)
{
    BNOF_TRY_ASSIGN(const auto store, experiments::ExperimentStore::openLast(path, who));
    BNOF_TRY_ASSIGN(const auto experiment, store->read());
    const auto& stored = experiment.analyses.back();
    const auto analysis = experiments::analysisOf(stored, experiment.trail);
    return experiments::promote(
        *store, experiments::promotionRules(stored.locked.plan, analysis, stored.units, stored.locked.labels));
}

/// At once; where another process writes the experiment, that one is asked to.
Result<experiments::RampState> rollBackIn(const std::string& path, const std::string& who, const std::string& reason)
{
    const auto store = experiments::ExperimentStore::openLast(path, who);
    if (store.ok())
        return experiments::rollBack(**store, reason, "person");
    BNOF_TRY(experiments::requestRollBack(path, reason));
    return experiments::RampState{0, true, reason};
}

} // namespace

Comparison::Comparison(Services& services, QObject* parent)
    : QObject(parent), m_services(services), m_obstacle(tr("Choose two models and labelled data first.")),
      m_state(std::make_shared<ComparisonState>())
{
    m_follow.setInterval(followInterval);
    connect(&m_follow, &QTimer::timeout, this, &Comparison::read);
}

Comparison::~Comparison()
{
    cancel();
}

QString Comparison::folder() const
{
    return QFileInfo(m_services.paths.catalogue).absolutePath() + QStringLiteral("/experiments");
}

void Comparison::check(const ComparisonSetup& setup)
{
    const int request = ++m_request;
    m_setup = setup;
    m_ready.reset();
    m_prospect.clear();
    m_checking = !setup.a.isEmpty() && !setup.b.isEmpty() && !setup.data.isEmpty();
    m_obstacle = tr("Choose two models and labelled data first.");
    emit checked();
    if (!m_checking)
        return;
    struct Found {
        std::shared_ptr<ReadyComparison> ready;
        QString problem;
        QString prospect;
    };
    inBackground(
        *m_services.executor, this, "studio.compare-check",
        [setup, backEnd = m_services.configuration.values().text("recognition.back_end")] {
            Found found;
            const auto ready = prepare(setup, backEnd);
            if (!ready.ok()) {
                found.problem = Format::error(ready.error());
                return found;
            }
            found.ready = *ready;
            found.prospect =
                toQString(experiments::whatCanBeShown(setup.plan, (*ready)->exposures)["words"].toString());
            return found;
        },
        [this, request](const Found& found) {
            if (request != m_request)
                return; // something else was chosen meanwhile
            m_checking = false;
            m_ready = found.ready;
            m_obstacle = found.problem;
            m_prospect = found.prospect;
            emit checked();
        },
        Priority::Low);
}

QString Comparison::obstacle() const
{
    if (isRunning())
        return tr("A comparison runs already.");
    if (m_checking)
        return tr("The data is being read.");
    return m_obstacle;
}

void Comparison::start()
{
    if (!obstacle().isEmpty() || !m_ready)
        return;
    m_failure.clear();
    QDir().mkpath(folder());
    const QString name = Format::fileNamePart(toQString(m_setup.plan.name));
    const QString path = folder() + QLatin1Char('/') + (name.isEmpty() ? QStringLiteral("comparison") : name) +
                         QDateTime::currentDateTimeUtc().toString(QStringLiteral("-yyyyMMdd-HHmmss-zzz")) +
                         QStringLiteral(".sqlite");
    const auto work = [path = path.toStdString(), setup = m_setup, ready = m_ready,
                       who = m_services.configuration.values().text("general.operator")](
                          const Job::Progress& progress) -> JobOutcome {
        const auto compare = [&]() -> Result<std::string> {
            BNOF_TRY_ASSIGN(const auto store, experiments::ExperimentStore::open(path, lockedPlan(setup, *ready), who));
            auto meter = std::make_shared<compute::EnergyMeter>(compute::EnergyMeter::open());
            experiments::ReplayParts parts;
            if (meter->read().cpuJoules)
                parts.energy = [meter] { return meter->read().cpuJoules; };
            const auto told = [&](std::size_t done, std::size_t of, const experiments::ShadowAnalysis&) {
                return progress(static_cast<double>(done) / static_cast<double>(std::max<std::size_t>(of, 1)));
            };
            BNOF_TRY_ASSIGN(const auto replay, experiments::shadowReplay(setup.plan, ready->a, ready->b, ready->data,
                                                                         *store, told, parts));
            BNOF_TRY_ASSIGN(const auto verdict, experiments::verdictOf(setup.plan, replay.analysis, replay.units));
            const Json json = replay.analysis.toJson();
            Json measured = Json::object();
            for (const char* key : {"bytes_a", "bytes_b", "joules_a", "joules_b"})
                measured.set(key, json[key]);
            const std::string words = experiments::inWords(verdict, shortName(setup.a.toStdString()),
                                                           shortName(setup.b.toStdString()), setup.plan.margin);
            BNOF_TRY(store->note("verdict", Json::object()
                                                .set("units", replay.analysis.units())
                                                .set("measured", std::move(measured))
                                                .set("verdict", experiments::toJson(verdict))
                                                .set("words", words)));
            return words;
        };
        const auto words = compare();
        if (words.ok())
            return {true, false, toQString(*words), toQString(path)};
        const bool cancelled = words.error().kind == ErrorKind::Cancelled;
        return {false, cancelled, cancelled ? tr("stopped; what was compared is kept") : Format::error(words.error()),
                toQString(path)};
    };
    m_job = m_services.jobs.run(tr("Comparison %1").arg(toQString(m_setup.plan.name)), work, true,
                                [this](const JobOutcome& outcome) {
                                    m_failure = outcome.ok ? QString() : outcome.message;
                                    read();
                                    emit runningChanged();
                                });
    open(path);
    emit runningChanged();
}

void Comparison::cancel()
{
    if (m_job)
        m_job->cancel();
}

void Comparison::open(const QString& path)
{
    m_path = path;
    m_follow.start();
    read();
}

/// Follows the file: whoever writes it.
void Comparison::read()
{
    if (m_path.isEmpty() || m_reading)
        return;
    m_reading = true;
    inBackground(
        *m_services.executor, this, "studio.compare-read", [path = m_path.toStdString()] { return stateOf(path); },
        [this](const std::shared_ptr<const ComparisonState>& state) {
            m_reading = false;
            if (state->path != m_path) {
                read(); // another one was opened meanwhile
                return;
            }
            // A comparison that has just been started has no file yet.
            if (!state->problem.isEmpty() && isRunning())
                return;
            const bool same = state->path == m_state->path && state->problem == m_state->problem &&
                              state->units.size() == m_state->units.size() &&
                              state->trail.size() == m_state->trail.size();
            if (same)
                return;
            m_state = state;
            emit stateChanged();
        },
        Priority::Low);
}

QString Comparison::pathOf(const std::string& recording) const
{
    // Parts of a recording that was cut by gaps are "name part 2".
    QString name = toQString(recording);
    if (const auto part = name.lastIndexOf(QLatin1String(" part ")); part > 0)
        name.truncate(part);
    if (name.endsWith(QLatin1String(".bnr")))
        return name; // a live comparison of a replay names the file itself
    for (const QString& path : m_setup.data) {
        if (path.endsWith(QLatin1String(".bnr")) && QFileInfo(path).completeBaseName() == name)
            return path;
    }
    return {};
}

void Comparison::act(Result<experiments::RampState> (*work)(const std::string&, const std::string&, const std::string&),
                     const QString& reason)
{
    if (m_path.isEmpty())
        return;
    inBackground(
        *m_services.executor, this, "studio.compare-act",
        [work, path = m_path.toStdString(), who = m_services.configuration.values().text("general.operator"),
         reason = reason.toStdString()] {
            const auto done = work(path, who, reason);
            return done.ok() ? QString() : Format::error(done.error());
        },
        [this](const QString& problem) {
            if (!problem.isEmpty())
                emit notice(problem);
            read();
        },
        Priority::High);
}

void Comparison::promote()
{
    act(&promoteIn, {});
}

void Comparison::rollBack(const QString& reason)
{
    act(&rollBackIn, reason);
}

void Comparison::writeReport(const QString& target)
{
    m_services.jobs.run(
        tr("Report of a comparison"),
        [path = m_path.toStdString(), target,
         language = QLocale().name().startsWith(QLatin1String("de")) ? std::string("de") : std::string("en")](
            const Job::Progress&) -> JobOutcome {
            const auto experiment = experiments::readExperiment(path);
            const auto written = experiment.ok()
                                     ? report::writeComparisonReport(*experiment, target.toStdString(), language)
                                     : Result<void>(experiment.error());
            if (!written.ok())
                return {false, false, Format::error(written.error()), {}};
            return {true, false, tr("The report is written."), target};
        });
}

} // namespace bnof::studio
