// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/compare/evidence_panel.h"

#include <QAction>
#include <QCheckBox>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "app/studio/compare/comparison.h"
#include "app/studio/services/format.h"
#include "app/studio/shell/action_registry.h"
#include "app/studio/shell/banner.h"
#include "widgets/confusion_matrix.h"
#include "widgets/empty_state.h"
#include "widgets/evidence_view.h"
#include "widgets/table_copy.h"
#include "widgets/theme.h"

namespace bnof::studio {
namespace {

using experiments::ComparedUnit;
using experiments::Light;
using experiments::Outcome;
using widgets::Theme;

constexpr int mostRows = 2000; ///< a table of more is no help; the report's file holds all

QTableWidget* makeTable(const QStringList& headings, const QString& name, QWidget* parent)
{
    auto* table = new QTableWidget(parent);
    table->setColumnCount(static_cast<int>(headings.size()));
    table->setHorizontalHeaderLabels(headings);
    table->setAccessibleName(name);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->verticalHeader()->hide();
    table->setShowGrid(false);
    table->setTabKeyNavigation(false);
    table->setWordWrap(true);
    table->horizontalHeader()->setStretchLastSection(true);
    widgets::copyRowsOnCopyKey(*table);
    return table;
}

void setRows(QTableWidget& table, const std::vector<QStringList>& rows)
{
    const int chosen = table.currentRow();
    table.setRowCount(static_cast<int>(rows.size()));
    for (int row = 0; row < table.rowCount(); ++row) {
        const QStringList& texts = rows[static_cast<std::size_t>(row)];
        for (int column = 0; column < table.columnCount(); ++column) {
            auto* item = new QTableWidgetItem(texts.value(column));
            item->setToolTip(texts.value(column));
            table.setItem(row, column, item);
        }
    }
    table.resizeColumnsToContents();
    if (chosen >= 0 && chosen < table.rowCount())
        table.selectRow(chosen);
}

Theme::Severity severityOf(Light light)
{
    return light == Light::Green ? Theme::Severity::Good
           : light == Light::Red ? Theme::Severity::Error
                                 : Theme::Severity::Warning;
}

double quantile(std::vector<double> values, double q)
{
    if (values.empty())
        return 0;
    const auto at = static_cast<std::ptrdiff_t>(std::ceil(q * static_cast<double>(values.size()))) - 1;
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

QString labelOf(const ComparisonState& state, int label)
{
    const auto& labels = state.locked.labels;
    return label >= 0 && static_cast<std::size_t>(label) < labels.size()
               ? toQString(labels[static_cast<std::size_t>(label)])
               : EvidencePanel::tr("unknown");
}

QString said(const ComparisonState& state, const Outcome& outcome)
{
    if (!outcome.asked)
        return EvidencePanel::tr("not asked");
    if (!outcome.failure.empty())
        return EvidencePanel::tr("failed: %1").arg(toQString(outcome.failure));
    return outcome.missing ? EvidencePanel::tr("no answer") : labelOf(state, outcome.said);
}

QString milliseconds(double seconds)
{
    return seconds > 0 ? Format::milliseconds(seconds * 1000) : QStringLiteral("–");
}

} // namespace

EvidencePanel::EvidencePanel(Comparison& comparison, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_comparison(comparison), m_pages(new QStackedWidget(this)),
      m_empty(new widgets::EmptyState(
          tr("Nothing has been compared yet"),
          tr("Set up a comparison on the left, or open an experiment, one that a session is writing just now too."),
          this)),
      m_banner(new Banner(tr("Guardrails"), this)), m_verdict(new QLabel(this)), m_details(new QLabel(this)),
      m_evidence(new widgets::EvidenceView(this)), m_tabs(new QTabWidget(this)),
      m_outcomes(makeTable({tr("Exposure"), tr("At"), tr("Gas"), tr("A said"), tr("B said"), tr("Right")},
                           tr("Who was right on what"), this)),
      m_onlyDifferent(new QCheckBox(tr("Only where they disagree or failed"), this)),
      m_confusionA(new widgets::ConfusionMatrix(this)), m_confusionB(new widgets::ConfusionMatrix(this)),
      m_costs(makeTable({QString(), tr("A"), tr("B")}, tr("What they cost"), this)),
      m_guardrails(makeTable({tr("Guardrail"), tr("State"), tr("Why")}, tr("Guardrails"), this)),
      m_rules(makeTable({tr("Rule"), tr("Met"), tr("Why")}, tr("Rules of promotion"), this)), m_ramp(new QLabel(this)),
      m_history(makeTable({tr("When"), tr("Who"), tr("What"), tr("Detail")}, tr("History of decisions"), this))
{
    m_empty->addStep(actions.action(QStringLiteral("compare-open")));
    m_verdict->setFont(Theme::font(Theme::TextSize::Title, true));
    m_verdict->setObjectName(QStringLiteral("compareVerdict"));
    for (QLabel* label : {m_verdict, m_details, m_ramp}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_evidence->setFocusPolicy(Qt::StrongFocus);
    m_onlyDifferent->setChecked(true);
    m_outcomes->setObjectName(QStringLiteral("compareOutcomes"));
    auto* outcomes = new QWidget(this);
    auto* outcomeColumn = new QVBoxLayout(outcomes);
    outcomeColumn->addWidget(m_onlyDifferent);
    outcomeColumn->addWidget(m_outcomes, 1);
    m_tabs->addTab(outcomes, tr("Outcomes"));
    m_tabs->addTab(buildSides(), tr("Side by side"));
    m_tabs->addTab(m_guardrails, tr("Guardrails"));
    m_tabs->addTab(buildRamp(actions), tr("Promotion"));
    m_tabs->addTab(m_history, tr("History"));
    m_tabs->setDocumentMode(true);
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(Theme::space(2));
    column->addWidget(m_banner);
    column->addWidget(m_verdict);
    column->addWidget(m_details);
    column->addWidget(m_evidence, 2);
    column->addWidget(m_tabs, 3);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);

    connect(&m_comparison, &Comparison::stateChanged, this, &EvidencePanel::show);
    connect(m_onlyDifferent, &QCheckBox::toggled, this, &EvidencePanel::showOutcomes);
    connect(m_outcomes, &QTableWidget::itemActivated, this,
            [this](const QTableWidgetItem* item) { jump(item->row()); });
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, &EvidencePanel::show);
    show();
}

QWidget* EvidencePanel::buildSides()
{
    auto* box = new QWidget(this);
    auto* grid = new QGridLayout(box);
    m_confusionA->setAccessibleName(tr("Which gas A took for which"));
    m_confusionB->setAccessibleName(tr("Which gas B took for which"));
    auto* titleA = new QLabel(tr("A: which gas was taken for which"), box);
    auto* titleB = new QLabel(tr("B: which gas was taken for which"), box);
    titleA->setWordWrap(true);
    titleB->setWordWrap(true);
    grid->addWidget(titleA, 0, 0);
    grid->addWidget(titleB, 0, 1);
    grid->addWidget(m_confusionA, 1, 0);
    grid->addWidget(m_confusionB, 1, 1);
    grid->addWidget(m_costs, 2, 0, 1, 2);
    grid->setRowStretch(1, 2);
    grid->setRowStretch(2, 1);
    return box;
}

QWidget* EvidencePanel::buildRamp(ActionRegistry& actions)
{
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->addWidget(m_ramp);
    auto* row = new QHBoxLayout;
    for (const char* id : {"compare-promote", "compare-rollback", "compare-report"}) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(actions.action(QLatin1String(id)));
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setMinimumHeight(Theme::space(9));
        button->setFocusPolicy(Qt::StrongFocus);
        row->addWidget(button);
    }
    row->addStretch(1);
    column->addLayout(row);
    column->addWidget(m_rules, 1);
    return box;
}

QString EvidencePanel::verdict() const
{
    return m_verdict->text();
}

void EvidencePanel::show()
{
    const ComparisonState& state = m_comparison.state();
    if (!state.problem.isEmpty())
        m_empty->setText(tr("This experiment cannot be shown"), state.problem);
    const bool there = state.problem.isEmpty() && state.analysis > 0;
    m_pages->setCurrentIndex(there ? 1 : 0);
    if (!there)
        return;
    showVerdict();
    m_evidence->setEvidence(state.points, state.locked.plan.margin, state.decidedAt);
    showOutcomes();
    showSides();
    showGuardrails();
    showRamp();
    showHistory();
}

void EvidencePanel::showVerdict()
{
    const ComparisonState& state = m_comparison.state();
    m_verdict->setText(toQString(state.words));
    QStringList details{tr("%n exposure(s)", nullptr, static_cast<int>(state.units.size()))};
    if (state.locked.plan.mode == "shadow")
        details << tr("evidence e = %1 of %2")
                       .arg(QLocale().toString(std::exp(std::min(state.evidence, 600.0)), 'g', 3),
                            QLocale().toString(1 / state.locked.plan.alpha, 'g', 3));
    details << tr("analysis %1, plan %2").arg(state.analysis).arg(state.digest.left(12))
            << QFileInfo(state.path).fileName();
    m_details->setText(details.join(QStringLiteral(" · ")));
    QStringList broken;
    for (const auto& rail : state.guardrails) {
        if (rail.light == Light::Red)
            broken << tr("Guardrail %1 is broken: %2").arg(toQString(rail.name), toQString(rail.words));
    }
    if (broken.isEmpty())
        m_banner->clear();
    else
        m_banner->showMessage(Theme::Severity::Error, broken.join(QLatin1Char('\n')));
}

void EvidencePanel::showOutcomes()
{
    const ComparisonState& state = m_comparison.state();
    std::vector<QStringList> rows;
    std::vector<int> indices;
    for (std::size_t i = 0; i < state.units.size() && static_cast<int>(rows.size()) < mostRows; ++i) {
        const ComparedUnit& unit = state.units[i];
        const bool failed = unit.a.missing || unit.b.missing || !unit.a.failure.empty() || !unit.b.failure.empty();
        const bool differ = unit.a.asked && unit.b.asked && unit.a.said != unit.b.said;
        if (m_onlyDifferent->isChecked() && !failed && !differ)
            continue;
        const bool a = unit.aRight(), b = unit.bRight();
        rows.push_back({toQString(unit.id), Format::clock(fromSeconds(unit.seconds)), labelOf(state, unit.label),
                        said(state, unit.a), said(state, unit.b),
                        a && b ? tr("both")
                        : a    ? tr("only A")
                        : b    ? tr("only B")
                               : tr("none")});
        indices.push_back(static_cast<int>(i));
    }
    setRows(*m_outcomes, rows);
    for (int row = 0; row < m_outcomes->rowCount(); ++row)
        m_outcomes->item(row, 0)->setData(Qt::UserRole, indices[static_cast<std::size_t>(row)]);
}

void EvidencePanel::jump(int row)
{
    const auto& units = m_comparison.state().units;
    const auto* item = m_outcomes->item(row, 0);
    const auto index = item ? item->data(Qt::UserRole).toInt() : -1;
    if (index < 0 || static_cast<std::size_t>(index) >= units.size())
        return;
    const ComparedUnit& unit = units[static_cast<std::size_t>(index)];
    const QString path = m_comparison.pathOf(unit.recording);
    if (path.isEmpty())
        emit notice(tr("%1 is no recording of this program, so it cannot be shown.").arg(toQString(unit.recording)));
    else
        emit jumpRequested(path, unit.seconds);
}

void EvidencePanel::showSides()
{
    const ComparisonState& state = m_comparison.state();
    QStringList truths;
    std::vector<int> rowOf(state.locked.labels.size(), -1);
    for (const ComparedUnit& unit : state.units) {
        if (unit.label >= 0 && static_cast<std::size_t>(unit.label) < rowOf.size() &&
            rowOf[static_cast<std::size_t>(unit.label)] < 0) {
            rowOf[static_cast<std::size_t>(unit.label)] = static_cast<int>(truths.size());
            truths << labelOf(state, unit.label);
        }
    }
    QStringList answers;
    for (const auto& label : state.locked.labels)
        answers << toQString(label);
    answers << tr("unknown");
    const auto columns = static_cast<std::size_t>(answers.size());
    std::vector<QStringList> costs{{tr("Median latency")}, {tr("p95 latency")},       {tr("p99 latency")},
                                   {tr("CPU a decision")}, {tr("Spikes a decision")}, {tr("Answers")}};
    for (const auto& [of, matrix] :
         {std::pair{&ComparedUnit::a, m_confusionA}, std::pair{&ComparedUnit::b, m_confusionB}}) {
        std::vector<double> counts(static_cast<std::size_t>(truths.size()) * columns, 0);
        std::vector<double> latencies;
        double cpu = 0;
        std::uint64_t decisions = 0, spikes = 0, asked = 0;
        for (const ComparedUnit& unit : state.units) {
            const Outcome& outcome = unit.*of;
            if (!outcome.asked)
                continue;
            ++asked;
            cpu += outcome.cpuSeconds;
            decisions += outcome.decisions;
            spikes += outcome.spikes;
            if (outcome.latencySeconds > 0)
                latencies.push_back(outcome.latencySeconds);
            if (unit.label < 0 || static_cast<std::size_t>(unit.label) >= rowOf.size())
                continue;
            const auto row = static_cast<std::size_t>(rowOf[static_cast<std::size_t>(unit.label)]);
            const bool named = outcome.said >= 0 && static_cast<std::size_t>(outcome.said) + 1 < columns;
            counts[row * columns + (named ? static_cast<std::size_t>(outcome.said) : columns - 1)] += 1;
        }
        matrix->setCounts(truths, answers, std::move(counts));
        const auto each = [&](double total) { return decisions > 0 ? total / static_cast<double>(decisions) : 0; };
        costs[0] << milliseconds(quantile(latencies, 0.5));
        costs[1] << milliseconds(quantile(latencies, 0.95));
        costs[2] << milliseconds(quantile(latencies, 0.99));
        costs[3] << milliseconds(each(cpu));
        costs[4] << (spikes > 0 ? QLocale().toString(each(static_cast<double>(spikes)), 'f', 0) : QStringLiteral("–"));
        costs[5] << QLocale().toString(static_cast<qulonglong>(asked));
    }
    setRows(*m_costs, costs);
}

void EvidencePanel::showGuardrails()
{
    const ComparisonState& state = m_comparison.state();
    std::vector<QStringList> rows;
    for (const auto& rail : state.guardrails)
        rows.push_back({toQString(rail.name),
                        rail.light == Light::Green ? tr("● kept")
                        : rail.light == Light::Red ? tr("■ broken")
                                                   : tr("○ not known yet"),
                        toQString(rail.words)});
    setRows(*m_guardrails, rows);
    for (int row = 0; row < m_guardrails->rowCount(); ++row)
        m_guardrails->item(row, 1)->setForeground(
            Theme::current().severity(severityOf(state.guardrails[static_cast<std::size_t>(row)].light)));
}

void EvidencePanel::showRamp()
{
    const ComparisonState& state = m_comparison.state();
    const int share = static_cast<int>(std::lround(state.ramp.share * 100));
    m_ramp->setText(
        state.ramp.rolledBack ? tr("Rolled back: A acts on every exposure. %1").arg(toQString(state.ramp.reason))
        : share > 0           ? tr("B acts on %1 % of the exposures.").arg(share)
                    : tr("A acts on every exposure. A promotion gives B 1, 5, 10, 25, 50 and at last 100 % of "
                         "them, step by step."));
    std::vector<QStringList> rows;
    for (const auto& rule : state.rules)
        rows.push_back({toQString(rule.name), rule.met ? tr("● met") : tr("○ not met"), toQString(rule.words)});
    setRows(*m_rules, rows);
}

void EvidencePanel::showHistory()
{
    const ComparisonState& state = m_comparison.state();
    std::vector<QStringList> rows;
    for (auto entry = state.trail.rbegin(); entry != state.trail.rend(); ++entry) {
        const Json& detail = entry->detail;
        QString text;
        for (const char* key : {"reason", "words", "digest"}) {
            if (text.isEmpty())
                text = toQString(detail[key].toString());
        }
        if (detail.contains("share"))
            text = tr("B acts on %1 % of the exposures.").arg(std::lround(detail["share"].toDouble() * 100));
        rows.push_back({Format::dateTime(entry->utc),
                        toQString(entry->operatorName.empty() ? entry->systemUser : entry->operatorName),
                        toQString(entry->what), text});
    }
    setRows(*m_history, rows);
}

} // namespace bnof::studio
