// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/network/network_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/studio/network/field_row.h"
#include "app/studio/network/network_draft.h"
#include "app/studio/network/network_meter.h"
#include "app/studio/services/format.h"
#include "engine/base/time.h"
#include "widgets/bar_list.h"
#include "widgets/histogram_view.h"
#include "widgets/sample_trace.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::NetworkDiagram;
using widgets::Theme;
using Part = NetworkDiagram::Part;

namespace {

constexpr std::uint32_t shownNeurons = 3;

QString percent(double share)
{
    return QStringLiteral("%1 %").arg(QLocale().toString(share * 100, 'f', share < 0.0995 ? 1 : 0));
}

/// Levels of a membrane for the trace: where it fires and where it rests.
std::vector<widgets::SampleTrace::Level> levelsOf(const snn::NeuronModel& model)
{
    const auto of = [](const snn::LifParameters& lif) -> std::vector<widgets::SampleTrace::Level> {
        return {{NetworkPanel::tr("threshold"), lif.thresholdMv}, {NetworkPanel::tr("rest"), lif.restMv}};
    };
    if (const auto* lif = std::get_if<snn::LifParameters>(&model))
        return of(*lif);
    if (const auto* conductance = std::get_if<snn::ConductanceLifParameters>(&model))
        return of(conductance->lif);
    if (const auto* adaptive = std::get_if<snn::AdaptiveLifParameters>(&model))
        return of(adaptive->lif);
    if (const auto* izhikevich = std::get_if<snn::IzhikevichParameters>(&model))
        return {{NetworkPanel::tr("peak"), izhikevich->peakMv}, {NetworkPanel::tr("reset"), izhikevich->c}};
    if (const auto* counter = std::get_if<snn::CounterParameters>(&model))
        return {{NetworkPanel::tr("threshold"), counter->threshold}, {NetworkPanel::tr("empty"), 0}};
    return {};
}

} // namespace

NetworkPanel::NetworkPanel(NetworkDraft& draft, QWidget* parent)
    : QWidget(parent), m_draft(draft), m_column(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("networkPanel"));
    setAccessibleName(tr("Selected part of the network"));
    m_column->setContentsMargins(0, 0, 0, 0);
    rebuild();
}

void NetworkPanel::select(const Selection& selection)
{
    if (selection == m_selection)
        return;
    m_selection = selection;
    m_weightsWanted = false;
    rebuild();
}

void NetworkPanel::addHeading(const QString& text)
{
    auto* heading = new QLabel(text, m_content);
    heading->setFont(Theme::font(Theme::TextSize::Body, true));
    heading->setContentsMargins(0, Theme::space(3), 0, Theme::space(1));
    m_layout->addWidget(heading);
}

QLabel* NetworkPanel::addText(const QString& text, bool muted)
{
    auto* label = new QLabel(text, m_content);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    if (muted)
        label->setForegroundRole(QPalette::PlaceholderText);
    m_layout->addWidget(label);
    return label;
}

void NetworkPanel::rebuild()
{
    delete m_content; // with everything in it
    m_rows.clear();
    m_trace = nullptr;
    m_neuron = nullptr;
    m_weights = nullptr;
    m_weightFacts = nullptr;
    m_phases = nullptr;
    m_backEnd = nullptr;
    m_backEndReason = nullptr;
    m_live = nullptr;
    m_neurons.clear();
    m_content = new QWidget(this);
    m_layout = new QVBoxLayout(m_content);
    m_layout->setContentsMargins(Theme::space(4), Theme::space(3), Theme::space(4), Theme::space(4));
    m_layout->setSpacing(Theme::space(1));
    m_title = new QLabel(m_content);
    m_title->setFont(Theme::font(Theme::TextSize::Title, true));
    m_title->setTextFormat(Qt::PlainText);
    m_title->setWordWrap(true);
    m_layout->addWidget(m_title);
    m_facts = addText({});
    if (m_draft.isPresent()) {
        const auto index = static_cast<std::size_t>(std::max(m_selection.index, 0));
        if (m_selection.part == Part::Population && index < m_draft.network().populations.size())
            buildPopulation(index);
        else if (m_selection.part == Part::Projection && index < m_draft.network().projections.size())
            buildProjection(index);
        else
            buildNetwork();
    }
    m_layout->addStretch(1);
    m_column->addWidget(m_content);
    refresh();
}

void NetworkPanel::addRows(std::vector<NetworkField> fields, const QString& owner, bool editable, const QString& why)
{
    for (NetworkField& field : fields) {
        auto* row = new FieldRow(std::move(field), m_content);
        row->setEditable(editable && !m_locked, m_locked ? m_lockedWhy : why);
        connect(row, &FieldRow::edited, this,
                [this, row, owner](double value) { m_draft.edit(row->field(), value, owner); });
        m_layout->addWidget(row);
        m_rows.push_back(row);
    }
}

void NetworkPanel::buildPopulation(std::size_t index)
{
    const snn::Population& population = m_draft.network().populations[index];
    m_title->setText(toQString(population.name));
    m_live = addText({}, false);
    addHeading(tr("Values"));
    addRows(NetworkFields::ofPopulation(m_draft.network(), index), toQString(population.name), true, {});
    addText(tr("Size and model come from training."));
    if (snn::isSource(population.model))
        return;
    addHeading(tr("Membrane"));
    auto* chooser = new QHBoxLayout;
    auto* label = new QLabel(tr("Neurons from"), m_content);
    m_neuron = new QSpinBox(m_content);
    m_neuron->setRange(0, static_cast<int>(population.size - std::min(population.size, shownNeurons)));
    m_neuron->setAccessibleName(tr("First neuron whose membrane is shown"));
    m_neuron->setMinimumHeight(Theme::space(8));
    label->setBuddy(m_neuron);
    chooser->addWidget(label);
    chooser->addWidget(m_neuron, 1);
    m_layout->addLayout(chooser);
    m_trace = new widgets::SampleTrace(m_content);
    m_trace->setAccessibleName(tr("Membrane potentials"));
    m_layout->addWidget(m_trace);
    connect(m_neuron, &QSpinBox::valueChanged, this, &NetworkPanel::chooseNeurons);
    chooseNeurons();
}

void NetworkPanel::chooseNeurons()
{
    const auto& population = m_draft.network().populations[static_cast<std::size_t>(m_selection.index)];
    m_neurons.clear();
    QStringList names;
    for (std::uint32_t i = 0; i < std::min(shownNeurons, population.size); ++i) {
        m_neurons.push_back(static_cast<std::uint32_t>(m_neuron->value()) + i);
        names << QString::number(m_neurons.back());
    }
    auto levels = levelsOf(population.model);
    double low = -80;
    double high = -40;
    if (levels.size() == 2) {
        const double span = std::max(levels[0].value - levels[1].value, 1.0);
        low = levels[1].value - span;
        high = levels[0].value + span * 0.3;
    }
    const bool counts = std::holds_alternative<snn::CounterParameters>(population.model);
    m_trace->setSeries(names, counts ? QString() : QStringLiteral("mV"), std::move(levels), low, high);
}

void NetworkPanel::buildProjection(std::size_t index)
{
    const snn::Projection& projection = m_draft.network().projections[index];
    m_title->setText(toQString(projection.name));
    m_live = addText({}, false);
    addHeading(tr("Values"));
    const bool editable = m_draft.isEditable(index);
    if (!editable)
        addText(tr("This is the trained readout. Its weights are changed by training, not by hand."));
    addRows(NetworkFields::ofProjection(m_draft.network(), index), toQString(projection.name), editable,
            tr("The trained readout is changed by training."));
    addHeading(tr("Weights"));
    auto* show = new QPushButton(tr("Show the weights as they are now"), m_content);
    show->setObjectName(QStringLiteral("showWeights"));
    show->setMinimumHeight(Theme::space(8));
    m_layout->addWidget(show);
    m_weights = new widgets::HistogramView(m_content);
    m_weights->setAccessibleName(tr("Weights"));
    m_weights->hide();
    m_layout->addWidget(m_weights);
    m_weightFacts = addText({});
    connect(show, &QPushButton::clicked, this, [this] {
        m_weightsWanted = true;
        m_weightsAt = 0;
    });
}

void NetworkPanel::buildNetwork()
{
    m_title->setText(tr("The whole network"));
    addHeading(tr("Values"));
    addRows(NetworkFields::ofNetwork(m_draft.network()), {}, true, {});
    addHeading(tr("Computed by"));
    const auto& model = *m_draft.model();
    m_backEnd = addText(toQString(model.info.backEnd), false);
    m_backEnd->setObjectName(QStringLiteral("backEndName"));
    m_backEndReason = addText({});
    m_backEndReason->setObjectName(QStringLiteral("backEndReason"));
    m_backEndReason->setTextInteractionFlags(Qt::TextSelectableByMouse);
    QStringList offered;
    for (const std::string& name : model.backEnds)
        offered << toQString(name);
    addText(tr("This machine offers %1; all give the same spikes.").arg(offered.join(QStringLiteral(", "))));
    auto* choose = new QPushButton(tr("Choose another in the settings"), m_content);
    choose->setMinimumHeight(Theme::space(8));
    connect(choose, &QPushButton::clicked, this, &NetworkPanel::backEndChoiceRequested);
    choose->setEnabled(!m_locked);
    m_layout->addWidget(choose);
    addHeading(tr("Time of the processor"));
    m_phases = new widgets::BarList(m_content);
    m_phases->setAccessibleName(tr("Time of the processor by phase"));
    m_layout->addWidget(m_phases);
    m_live = addText({});
}

std::vector<NetworkField> NetworkPanel::fieldsNow() const
{
    const auto index = static_cast<std::size_t>(std::max(m_selection.index, 0));
    switch (m_selection.part) {
    case Part::Population: return NetworkFields::ofPopulation(m_draft.network(), index);
    case Part::Projection: return NetworkFields::ofProjection(m_draft.network(), index);
    case Part::Nothing: break;
    }
    return NetworkFields::ofNetwork(m_draft.network());
}

bool NetworkPanel::differs(const NetworkField& field) const
{
    const snn::Network& running = m_draft.model()->network;
    const auto owner = NetworkFields::ownerOf(field.path);
    if (owner.projection >= 0) {
        // A field of a rule exists in the running network only where the rule is the same.
        const auto i = static_cast<std::size_t>(owner.projection);
        const auto& mine = m_draft.network().projections[i].plasticity;
        const auto& theirs = running.projections[i].plasticity;
        const bool sameRule = mine.has_value() == theirs.has_value() &&
                              (!mine || (mine->rule.index() == theirs->rule.index() &&
                                         mine->scaling.has_value() == theirs->scaling.has_value()));
        if (!sameRule && field.path.find(".plasticity") != std::string::npos)
            return true;
    }
    return field.get(m_draft.network()) != field.get(running);
}

void NetworkPanel::showFacts()
{
    const snn::Network& network = m_draft.network();
    const auto index = static_cast<std::size_t>(std::max(m_selection.index, 0));
    if (m_selection.part == Part::Population) {
        const snn::Population& population = network.populations[index];
        m_facts->setText(tr("%L1 neurons, %2").arg(population.size).arg(NetworkFields::modelName(population.model)));
    } else if (m_selection.part == Part::Projection) {
        const snn::Projection& projection = network.projections[index];
        m_facts->setText(tr("%1 → %2, %3")
                             .arg(toQString(network.populations[projection.source].name),
                                  toQString(network.populations[projection.target].name),
                                  NetworkFields::ruleName(projection)));
    } else {
        std::uint64_t neurons = 0;
        for (const auto& population : network.populations)
            neurons += population.size;
        m_facts->setText(tr("%L1 neurons and %L2 synapses in %L3 populations and %L4 projections. Select a part to see "
                            "and change it.")
                             .arg(static_cast<qulonglong>(neurons))
                             .arg(static_cast<qulonglong>(m_draft.model()->synapses))
                             .arg(network.populations.size())
                             .arg(network.projections.size()));
    }
}

void NetworkPanel::refresh()
{
    if (!m_draft.isPresent())
        return;
    const auto fields = fieldsNow();
    const bool same =
        std::equal(fields.begin(), fields.end(), m_rows.begin(), m_rows.end(),
                   [](const NetworkField& field, FieldRow* row) { return field.path == row->field().path; });
    if (!same) { // another learning rule, another network
        rebuild();
        return;
    }
    for (FieldRow* row : m_rows)
        row->showValue(m_draft.network(), differs(row->field()));
    if (const auto& problem = m_draft.problem())
        if (FieldRow* wrong = row(problem->where))
            wrong->showProblem(toQString(problem->what + ". " + problem->remedy));
    showFacts();
}

FieldRow* NetworkPanel::row(const std::string& path) const
{
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [&](const FieldRow* row) { return row->field().path == path; });
    return found == m_rows.end() ? nullptr : *found;
}

void NetworkPanel::setLocked(bool locked, const QString& why)
{
    m_locked = locked;
    m_lockedWhy = why;
    rebuild();
}

session::InspectionRequest NetworkPanel::request()
{
    session::InspectionRequest out;
    if (m_selection.part == Part::Population) {
        out.population = static_cast<std::uint32_t>(m_selection.index);
        out.neurons = m_neurons;
    } else if (m_selection.part == Part::Projection && m_weightsWanted) {
        // Once; again every second while they change.
        const auto& network = m_draft.model()->network;
        const auto index = static_cast<std::size_t>(m_selection.index);
        const bool learns = index < network.projections.size() && network.projections[index].plasticity.has_value();
        // A wish that was not answered yet is replaced by the next one, so it is repeated until there is an answer.
        if (m_weightsAt == 0 || (learns && monotonicNow() - m_weightsAt > nanosecondsPerSecond))
            out.weightsOf = static_cast<std::uint32_t>(index);
    }
    return out;
}

void NetworkPanel::showSnapshot(const session::NetworkSnapshot& snapshot)
{
    if (m_trace && snapshot.population == static_cast<std::uint32_t>(m_selection.index) &&
        snapshot.neurons == m_neurons)
        m_trace->append(toSeconds(snapshot.t), snapshot.membraneMv);
    if (m_backEnd && m_backEnd->text() != toQString(snapshot.backEnd))
        m_backEnd->setText(toQString(snapshot.backEnd));
    if (m_backEndReason && m_backEndReason->text() != toQString(snapshot.backEndReason))
        m_backEndReason->setText(toQString(snapshot.backEndReason));
    if (m_weights && snapshot.weights && snapshot.weights->projection == static_cast<std::uint32_t>(m_selection.index))
        showHistogram(*snapshot.weights);
}

void NetworkPanel::showHistogram(const session::WeightHistogram& weights)
{
    m_weightsAt = monotonicNow();
    const auto& network = m_draft.network();
    const auto& projection = network.projections[static_cast<std::size_t>(m_selection.index)];
    const QString unit = NetworkFields::weightUnit(network.populations[projection.target].model);
    m_weights->setBins(weights.bins, weights.lowest, weights.highest, unit);
    m_weights->show();
    m_weightFacts->setText(tr("%L1 synapses, mean %2 %3")
                               .arg(static_cast<qulonglong>(weights.count))
                               .arg(QLocale().toString(weights.mean, 'g', 3), unit));
}

void NetworkPanel::showActivity(const NetworkMeter& meter, const std::vector<double>& activeShares)
{
    if (!m_live)
        return;
    const auto index = static_cast<std::size_t>(std::max(m_selection.index, 0));
    QString text;
    if (m_selection.part == Part::Population) {
        const auto rates = meter.ratesHz();
        const double rate = index < rates.size() ? rates[index] : -1;
        text = tr("%1 a neuron").arg(NetworkDiagram::rateText(rate));
        if (index < activeShares.size())
            text += tr(" · %1 fired in the last second").arg(percent(activeShares[index]));
    } else if (m_selection.part == Part::Projection) {
        const auto events = meter.eventsHz();
        text = tr("%1 synaptic events").arg(NetworkDiagram::eventText(index < events.size() ? events[index] : -1));
    } else if (m_phases) {
        const std::array names{tr("Synapses"), tr("Neurons"), tr("Learning"), tr("Ordering")};
        const auto phases = meter.phases();
        std::vector<widgets::Bar> bars;
        double sum = 0;
        for (std::size_t i = 0; i < phases.size(); ++i) {
            bars.push_back({names[i], phases[i].share, {}, percent(phases[i].share), false});
            sum += phases[i].perSecond;
        }
        m_phases->setBars(std::move(bars));
        if (meter.isKnown())
            text =
                tr("One second of the network takes %1 of one processor core.").arg(Format::milliseconds(sum * 1000));
    }
    if (m_live->text() != text)
        m_live->setText(text);
}

} // namespace bnof::studio
