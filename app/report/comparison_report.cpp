// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/comparison_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/report/evidence_figure.h"
#include "app/report/pdf_bytes.h"
#include "app/report/pdf_document.h"
#include "app/report/source_digest.h"
#include "app/report/text.h"
#include "engine/base/build_config.h"
#include "engine/experiments/paired_comparison.h"
#include "engine/experiments/promotion.h"
#include "engine/statistics/proportions.h"

namespace bnof::report {
namespace {

using experiments::ComparedUnit;
using experiments::Outcome;

constexpr std::size_t mostListed = 40;

QString signedPoints(double share)
{
    return (share >= 0 ? QStringLiteral("+") : QString()) + ReportText::locale().toString(share * 100, 'f', 1);
}

QString shareOf(std::uint64_t part, std::uint64_t of)
{
    return of == 0 ? QStringLiteral("–") : shareText(static_cast<double>(part) / static_cast<double>(of));
}

/// The smallest value that at least the share `q` is not above; 0 of none.
double quantile(std::vector<double> values, double q)
{
    if (values.empty())
        return 0;
    const auto at = static_cast<std::ptrdiff_t>(std::ceil(q * static_cast<double>(values.size()))) - 1;
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

QString lightText(experiments::Light light)
{
    switch (light) {
    case experiments::Light::Green: return ReportText::tr("kept");
    case experiments::Light::Yellow: return ReportText::tr("not known yet");
    case experiments::Light::Red: return ReportText::tr("BROKEN");
    }
    return {};
}

QString modeText(const std::string& mode)
{
    if (mode == "split")
        return ReportText::tr("split: a hash of seed and exposure decides who answers it");
    if (mode == "blocks")
        return ReportText::tr("blocks: the variants take turns in blocks of four, in an order drawn from the seed");
    return ReportText::tr("shadow: both variants answer every exposure, only A acts");
}

class ComparisonPages {
public:
    ComparisonPages(const experiments::StoredExperiment& experiment)
        : m_experiment(experiment), m_stored(experiment.analyses.back()), m_plan(m_stored.locked.plan),
          m_analysis(experiments::analysisOf(
              m_stored, experiment.trail,
              [this](const ComparedUnit&, const experiments::ShadowAnalysis& soFar) {
                  m_looks.push_back({soFar.logE(), soFar.interval(), soFar.verdict().difference});
              })),
          m_verdict(m_analysis.verdict())
    {
        if (const auto once = experiments::lookedAtOnce(m_plan, m_stored.units); once.ok() && once->units > 0)
            m_once = *once;
        if (const auto verdict = experiments::verdictOf(m_plan, m_analysis, m_stored.units); verdict.ok())
            m_verdict = *verdict;
        m_json = m_analysis.toJson();
    }

    void compose(Sheet& sheet)
    {
        m_sheet = &sheet;
        sheet.title(ReportText::tr("Comparison of two recognisers"), printed(m_plan.name));
        verdict();
        variants();
        plan();
        units();
        evidence();
        outcomes();
        classes();
        costs();
        guardrails();
        disagreements();
        history();
        methods();
        origin();
    }

private:
    void verdict()
    {
        const bool invalid = m_verdict.finding == experiments::Finding::Invalid;
        m_sheet->banner(
            printed(experiments::inWords(m_verdict, m_stored.locked.variantA, m_stored.locked.variantB, m_plan.margin)),
            invalid);
        for (const auto& rail : m_analysis.guardrails()) {
            if (rail.light == experiments::Light::Red)
                m_sheet->banner(
                    ReportText::tr("A guardrail is broken: %1 (%2)").arg(printed(rail.name), printed(rail.words)),
                    true);
        }
        if (m_stored.number > 1)
            m_sheet->banner(ReportText::tr("This is analysis %1 of the experiment: its plan was changed after an "
                                           "earlier one had begun. All are listed below.")
                                .arg(m_stored.number),
                            true);
    }

    void variants()
    {
        m_sheet->heading(ReportText::tr("The variants"));
        m_sheet->entries({
            {ReportText::tr("A, the champion"), printed(m_stored.locked.variantA), false},
            {ReportText::tr("SHA-256 of model A"), QString::fromStdString(m_stored.locked.digestA), true},
            {ReportText::tr("B, the challenger"), printed(m_stored.locked.variantB), false},
            {ReportText::tr("SHA-256 of model B"), QString::fromStdString(m_stored.locked.digestB), true},
        });
    }

    void plan()
    {
        m_sheet->heading(ReportText::tr("The plan, locked before the first exposure"));
        const Json before = experiments::whatCanBeShown(m_plan, m_stored.units.size());
        m_sheet->entries({
            {ReportText::tr("SHA-256 of the locked plan"), QString::fromStdString(m_stored.digest), true},
            {ReportText::tr("Primary metric"), ReportText::tr("accuracy over exposures, B less A"), false},
            {ReportText::tr("Mode"), modeText(m_plan.mode), false},
            {ReportText::tr("Looks"),
             m_plan.looks == "once" ? ReportText::tr("once, when the data had ended")
                                    : ReportText::tr("after every exposure (always valid)"),
             false},
            {ReportText::tr("Unit"),
             m_plan.unit == "group" ? ReportText::tr("group of exposures (day, batch, recording)")
                                    : ReportText::tr("exposure"),
             false},
            {ReportText::tr("False verdicts allowed"), shareText(m_plan.alpha), false},
            {ReportText::tr("Difference that does not matter"),
             ReportText::tr("%1 percentage points").arg(valueText(m_plan.margin * 100)), false},
            {ReportText::tr("Difference that should be found"),
             ReportText::tr("%1 percentage points, with %2 power")
                 .arg(valueText(m_plan.smallestDifference * 100), shareText(m_plan.power)),
             false},
            {ReportText::tr("Exposures that this takes"),
             before["needed"].isNull() ? QStringLiteral("–")
                                       : countText(static_cast<std::uint64_t>(before["needed"].toInteger())),
             false},
            {ReportText::tr("Time limit for a frame"), ReportText::tr("%1 s").arg(valueText(m_plan.timeLimit)), false},
            {ReportText::tr("Seed"), QString::number(m_plan.seed), false},
        });
        m_sheet->paragraph(ReportText::tr("What so many exposures could show was known before: %1")
                               .arg(printed(before["words"].toString())));
    }

    void units()
    {
        m_sheet->heading(ReportText::tr("The data"));
        std::vector<Sheet::Entry> entries;
        if (!m_stored.locked.where.empty())
            entries.push_back({ReportText::tr("From"), printed(m_stored.locked.where), false});
        for (std::size_t i = 0; i < m_stored.locked.dataDigests.size(); ++i)
            entries.push_back({ReportText::tr("SHA-256 of data set %1").arg(i + 1),
                               QString::fromStdString(m_stored.locked.dataDigests[i]), true});
        entries.push_back({ReportText::tr("Exposures"), countText(m_stored.units.size()), false});
        entries.push_back({ReportText::tr("Units of the primary test"),
                           countText(static_cast<std::uint64_t>(m_json["independent_units"].toInteger())), false});
        if (m_once) {
            entries.push_back({ReportText::tr("Groups (days, batches, recordings)"), countText(m_once->groups), false});
            entries.push_back({ReportText::tr("Worth so many independent exposures"),
                               valueText(std::floor(m_once->effectiveUnits * 10) / 10), false});
        }
        entries.push_back({ReportText::tr("Exposures without an answer"),
                           ReportText::tr("A %1, B %2; they count as wrong")
                               .arg(m_json["missing_a"].toInteger())
                               .arg(m_json["missing_b"].toInteger()),
                           false});
        m_sheet->entries(entries);
    }

    void evidence()
    {
        if (m_looks.size() < 2)
            return;
        m_sheet->heading(ReportText::tr("Evidence after every exposure"), millimetres(70));
        m_sheet->figure(
            millimetres(58),
            ReportText::tr("Accuracy of B less that of A in percentage points, with the sequence of "
                           "intervals that is valid at every look. The dashed lines are the margin."),
            [this](QPainter& painter, const QRectF& area) { drawDifference(painter, area, m_looks, m_plan.margin); });
        if (m_plan.mode == "shadow")
            m_sheet->figure(
                millimetres(45),
                ReportText::tr("Evidence against equal variants: the e-value on a logarithmic scale. "
                               "Above the dashed line (%1) the plan rejects that both are equally good.")
                    .arg(valueText(1 / m_plan.alpha)),
                [this](QPainter& painter, const QRectF& area) { drawEvidence(painter, area, m_looks, m_plan.alpha); });
        std::vector<Sheet::Entry> entries{
            {ReportText::tr("Looks"), countText(m_looks.size()), false},
            {ReportText::tr("First rejected after"),
             m_analysis.decidedAt() > 0 ? ReportText::tr("%1 exposures").arg(m_analysis.decidedAt())
                                        : ReportText::tr("never"),
             false},
            {ReportText::tr("Difference at the end"),
             ReportText::tr("%1 percentage points, %2 to %3")
                 .arg(signedPoints(m_verdict.difference), signedPoints(m_verdict.interval.low),
                      signedPoints(m_verdict.interval.high)),
             false},
        };
        if (m_plan.mode == "shadow")
            entries.push_back({ReportText::tr("Always-valid p value"), valueText(m_analysis.p()), false});
        m_sheet->entries(entries);
    }

    void outcomes()
    {
        if (m_plan.mode != "shadow") {
            m_sheet->heading(ReportText::tr("Who was right"));
            m_sheet->table({{ReportText::tr("Variant"), 2, false, false},
                            {ReportText::tr("Exposures"), 1, true, false},
                            {ReportText::tr("Right"), 1, true, false}},
                           {{QStringLiteral("A"), QString::number(m_json["units_a"].toInteger()),
                             shareText(m_json["accuracy_a"].toDouble())},
                            {QStringLiteral("B"), QString::number(m_json["units_b"].toInteger()),
                             shareText(m_json["accuracy_b"].toDouble())}});
            return;
        }
        std::uint64_t both = 0, onlyA = 0, onlyB = 0, none = 0;
        for (const ComparedUnit& unit : m_stored.units) {
            const bool a = unit.aRight(), b = unit.bRight();
            ++(a && b ? both : a ? onlyA : b ? onlyB : none);
        }
        m_sheet->heading(ReportText::tr("Who was right"));
        m_sheet->table({{ReportText::tr("Exposures"), 2, false, false},
                        {ReportText::tr("B right"), 1, true, false},
                        {ReportText::tr("B wrong"), 1, true, false}},
                       {{ReportText::tr("A right"), countText(both), countText(onlyA)},
                        {ReportText::tr("A wrong"), countText(onlyB), countText(none)}});
        if (!m_once)
            return;
        m_sheet->entries({
            {ReportText::tr("Accuracy of A"), shareText(m_once->accuracyA), false},
            {ReportText::tr("Accuracy of B"), shareText(m_once->accuracyB), false},
            {ReportText::tr("Exact McNemar test, looked at once"),
             ReportText::tr("p = %1").arg(valueText(m_once->mcNemar.exact)), false},
            {ReportText::tr("Permutation test, looked at once"),
             ReportText::tr("p = %1").arg(valueText(m_once->permutationP)), false},
            {ReportText::tr("Bootstrap interval, looked at once"),
             ReportText::tr("%1 to %2 percentage points, drawn by %3")
                 .arg(signedPoints(m_once->interval.low), signedPoints(m_once->interval.high),
                      m_once->byGroup ? ReportText::tr("group") : ReportText::tr("exposure")),
             false},
        });
        m_sheet->paragraph(
            m_plan.looks == "once"
                ? ReportText::tr("The plan looks once: these figures decide.")
                : ReportText::tr("The plan looks after every exposure: the sequence above decides, and these figures "
                                 "stand beside it for comparison."));
    }

    void classes()
    {
        std::vector<QStringList> rows;
        for (std::size_t c = 0; c < m_stored.locked.labels.size(); ++c) {
            std::uint64_t all = 0, ofA = 0, ofB = 0, rightA = 0, rightB = 0, onlyA = 0, onlyB = 0;
            for (const ComparedUnit& unit : m_stored.units) {
                if (unit.label != static_cast<int>(c))
                    continue;
                ++all;
                ofA += unit.a.asked ? 1 : 0;
                ofB += unit.b.asked ? 1 : 0;
                rightA += unit.aRight() ? 1 : 0;
                rightB += unit.bRight() ? 1 : 0;
                onlyA += unit.aRight() && !unit.bRight() ? 1 : 0;
                onlyB += unit.bRight() && !unit.aRight() ? 1 : 0;
            }
            if (all > 0)
                rows.push_back({printed(m_stored.locked.labels[c]), countText(all), shareOf(rightA, ofA),
                                shareOf(rightB, ofB), countText(onlyA), countText(onlyB)});
        }
        if (rows.empty())
            return;
        m_sheet->heading(ReportText::tr("Every gas by itself"));
        m_sheet->table({{ReportText::tr("Gas"), 1.6, false, false},
                        {ReportText::tr("Exposures"), 1, true, false},
                        {ReportText::tr("Recall of A"), 1, true, false},
                        {ReportText::tr("Recall of B"), 1, true, false},
                        {ReportText::tr("Only A right"), 1, true, false},
                        {ReportText::tr("Only B right"), 1, true, false}},
                       rows);
    }

    void costs()
    {
        std::vector<QStringList> rows;
        for (const auto& [name, of] :
             {std::pair{QStringLiteral("A"), &ComparedUnit::a}, std::pair{QStringLiteral("B"), &ComparedUnit::b}}) {
            std::vector<double> latencies;
            double cpu = 0;
            std::uint64_t decisions = 0, spikes = 0;
            for (const ComparedUnit& unit : m_stored.units) {
                const Outcome& outcome = unit.*of;
                if (outcome.latencySeconds > 0)
                    latencies.push_back(outcome.latencySeconds);
                cpu += outcome.cpuSeconds;
                decisions += outcome.decisions;
                spikes += outcome.spikes;
            }
            const auto ms = [](double seconds) {
                return seconds > 0 ? latencyText(static_cast<std::uint64_t>(seconds * 1e9)) : QStringLiteral("–");
            };
            const Json& joules = m_json[name == QStringLiteral("A") ? "joules_a" : "joules_b"];
            rows.push_back({name, ms(quantile(latencies, 0.5)), ms(quantile(latencies, 0.95)),
                            ms(quantile(latencies, 0.99)), ms(decisions > 0 ? cpu / static_cast<double>(decisions) : 0),
                            decisions > 0 && spikes > 0 ? countText(spikes / decisions) : QStringLiteral("–"),
                            joules.isNull() ? ReportText::tr("not measured")
                                            : ReportText::tr("%1 J").arg(valueText(joules.toDouble()))});
        }
        m_sheet->heading(ReportText::tr("What they cost"));
        m_sheet->table({{ReportText::tr("Variant"), 0.7, false, false},
                        {ReportText::tr("Median latency"), 1, true, false},
                        {ReportText::tr("p95"), 0.8, true, false},
                        {ReportText::tr("p99"), 0.8, true, false},
                        {ReportText::tr("CPU a decision"), 1, true, false},
                        {ReportText::tr("Spikes a decision"), 1.1, true, false},
                        {ReportText::tr("Energy"), 1, true, false}},
                       rows);
        m_sheet->paragraph(ReportText::tr("Latency is the CPU time of the slowest decision of an exposure. Energy is "
                                          "that of whole processor packages while a variant ran, where the machine "
                                          "counts it."));
    }

    void guardrails()
    {
        m_sheet->heading(ReportText::tr("Guardrails"));
        std::vector<QStringList> rows;
        for (const auto& rail : m_analysis.guardrails())
            rows.push_back({printed(rail.name), lightText(rail.light), printed(rail.words)});
        m_sheet->table({{ReportText::tr("Guardrail"), 1.1, false, false},
                        {ReportText::tr("State"), 0.8, false, false},
                        {ReportText::tr("Why"), 4, false, false}},
                       rows);
    }

    [[nodiscard]] QString said(const Outcome& outcome) const
    {
        if (!outcome.asked)
            return ReportText::tr("not asked");
        if (!outcome.failure.empty())
            return ReportText::tr("failed: %1").arg(printed(outcome.failure));
        if (outcome.missing)
            return ReportText::tr("no answer");
        const auto& labels = m_stored.locked.labels;
        return outcome.said >= 0 && static_cast<std::size_t>(outcome.said) < labels.size()
                   ? printed(labels[static_cast<std::size_t>(outcome.said)])
                   : ReportText::tr("unknown");
    }

    void disagreements()
    {
        std::vector<QStringList> rows;
        std::size_t more = 0;
        for (const ComparedUnit& unit : m_stored.units) {
            const bool differ = unit.a.asked && unit.b.asked && unit.a.said != unit.b.said;
            if (!differ && unit.a.failure.empty() && unit.b.failure.empty() && !unit.a.missing && !unit.b.missing)
                continue;
            if (rows.size() == mostListed) {
                ++more;
                continue;
            }
            const auto& labels = m_stored.locked.labels;
            rows.push_back({printed(unit.id), printed(unit.recording), valueText(unit.seconds),
                            unit.label >= 0 && static_cast<std::size_t>(unit.label) < labels.size()
                                ? printed(labels[static_cast<std::size_t>(unit.label)])
                                : QStringLiteral("–"),
                            said(unit.a), said(unit.b)});
        }
        if (rows.empty())
            return;
        m_sheet->heading(ReportText::tr("Where they disagree"));
        m_sheet->table({{ReportText::tr("Exposure"), 1.6, false, false},
                        {ReportText::tr("Recording"), 1.6, false, false},
                        {ReportText::tr("At, s"), 0.7, true, false},
                        {ReportText::tr("Gas"), 1, false, false},
                        {ReportText::tr("A said"), 1.2, false, false},
                        {ReportText::tr("B said"), 1.2, false, false}},
                       rows);
        if (more > 0)
            m_sheet->paragraph(ReportText::tr("%1 more are in the experiment's file.").arg(more));
    }

    void history()
    {
        m_sheet->heading(ReportText::tr("History of plans and decisions"));
        m_sheet->paragraph(ReportText::tr("Every entry holds the SHA-256 of the one before it; the chain was checked "
                                          "when the experiment was read. The last entry is %1.")
                               .arg(m_experiment.trail.empty()
                                        ? QStringLiteral("–")
                                        : QString::fromStdString(m_experiment.trail.back().sha256)));
        std::vector<QStringList> rows;
        for (const auto& entry : m_experiment.trail) {
            const auto& detail = entry.detail;
            std::string what =
                detail.contains("reason")  ? detail["reason"].toString()
                : detail.contains("words") ? detail["words"].toString()
                : detail.contains("share")
                    ? std::to_string(static_cast<int>(std::lround(detail["share"].toDouble() * 100))) + " %"
                    : detail["digest"].toString();
            rows.push_back({utcText(entry.utc),
                            printed(entry.operatorName.empty() ? entry.systemUser : entry.operatorName),
                            QString::number(detail["analysis"].toInteger()), printed(entry.what), printed(what)});
        }
        m_sheet->table({{ReportText::tr("When"), 1.7, false, false},
                        {ReportText::tr("Who"), 0.9, false, false},
                        {ReportText::tr("Analysis"), 0.7, true, false},
                        {ReportText::tr("What"), 1.2, false, false},
                        {ReportText::tr("Detail"), 3, false, false}},
                       rows);
    }

    void methods()
    {
        m_sheet->heading(ReportText::tr("Methods"));
        for (const QString& method :
             {ReportText::tr("Primary test: McNemar's test as an e-value, a Beta(1, 1) mixture over the share of "
                             "discordant exposures on which B is right; rejecting at e of 1/alpha at any time keeps "
                             "false verdicts at or below alpha (Ville's inequality)."),
              ReportText::tr("Interval of the difference: predictable plug-in empirical Bernstein confidence sequence "
                             "(Waudby-Smith and Ramdas, J. R. Stat. Soc. B 86 (2024) 1-27, theorem 2)."),
              ReportText::tr(
                  "Looked at once: exact McNemar test (Psychometrika 12 (1947) 153-157), permutation of the "
                  "signs by group, bias-corrected accelerated bootstrap by group (Efron, J. Am. Stat. Assoc. "
                  "82 (1987) 171-185)."),
              ReportText::tr("Guardrails: asymptotic confidence sequences for mean latency and energy (Waudby-Smith et "
                             "al., Ann. Stat. 52 (2024) 2613-2640), e-values for their tails and for every gas, "
                             "beta-binomial sequences for missing answers (Howard et al., Ann. Stat. 49 (2021) "
                             "1055-1080).")})
            m_sheet->paragraph(method);
    }

    void origin()
    {
        m_sheet->heading(ReportText::tr("The program"));
        m_sheet->entries({
            {ReportText::tr("Compared by version"), printed(m_stored.locked.program), false},
            {ReportText::tr("Report by version"), QStringLiteral(BNOF_VERSION), false},
            {ReportText::tr("SHA-256 of the sources"), QString::fromLatin1(sourceDigest()), true},
        });
    }

    const experiments::StoredExperiment& m_experiment;
    const experiments::StoredAnalysis& m_stored;
    const experiments::Plan& m_plan;
    std::vector<Look> m_looks; // before the analysis, which fills it
    experiments::ShadowAnalysis m_analysis;
    experiments::Verdict m_verdict;
    std::optional<experiments::PairedComparison> m_once;
    Json m_json;
    Sheet* m_sheet = nullptr;
};

} // namespace

Result<void> writeComparisonReport(const experiments::StoredExperiment& experiment, const std::string& pdfPath,
                                   const std::string& language)
{
    BNOF_TRY(refuseExisting(pdfPath));
    if (experiment.analyses.empty() || experiment.analyses.back().units.empty())
        return makeError(ErrorKind::BadInput, "nothing has been compared yet", pdfPath,
                         "Make the report when the first exposures have been answered.");
    BNOF_TRY_ASSIGN(const auto words, ReportLanguage::load(language));
    const ReportText::Scope scope(words.get());
    ComparisonPages pages(experiment);
    const experiments::StoredAnalysis& stored = experiment.analyses.back();
    const QString title = ReportText::tr("Comparison %1").arg(printed(stored.locked.plan.name));
    BNOF_TRY_ASSIGN(QByteArray pdf,
                    drawPdf(title, title + QStringLiteral(" · ") + QString::fromStdString(stored.digest.substr(0, 16)),
                            [&](Sheet& sheet) { pages.compose(sheet); }));
    const std::int64_t when = experiment.trail.empty() ? 0 : experiment.trail.back().utc;
    makeReproducible(pdf, when, stored.digest);
    return publishPdf(pdf, pdfPath);
}

} // namespace bnof::report
