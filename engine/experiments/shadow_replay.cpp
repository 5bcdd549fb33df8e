// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/shadow_replay.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "engine/experiments/contained_answers.h"
#include "engine/experiments/hash_split.h"
#include "engine/experiments/interleaved_blocks.h"

namespace bnof::experiments {
namespace {

std::string listed(const std::vector<std::string>& names)
{
    std::string out;
    for (const std::string& name : names)
        out += (out.empty() ? "" : ", ") + name;
    return out;
}

/// Labels of exposures: without the background.
std::vector<std::string> gasesOf(const olfaction::Dataset& data)
{
    std::set<int> seen;
    for (const ExposureUnit& unit : exposureUnitsOf(data))
        seen.insert(unit.label);
    std::vector<std::string> out;
    for (const int label : seen)
        out.push_back(data.labels[static_cast<std::size_t>(label)]);
    return out;
}

Result<std::unique_ptr<olfaction::Recogniser>> make(const ReplayVariant& variant)
{
    auto made = olfaction::makeRecogniser(variant.model, variant.variant.options);
    if (made.ok())
        return made;
    Error error = made.error();
    error.where = variant.variant.text + ": " + error.where;
    return error;
}

Result<void> fits(const ReplayVariant& variant, const olfaction::RecogniserInfo& info, const olfaction::Dataset& data)
{
    std::vector<std::string> unknown;
    for (const std::string& gas : gasesOf(data)) {
        if (std::find(info.gases.begin(), info.gases.end(), gas) == info.gases.end())
            unknown.push_back(gas);
    }
    if (!unknown.empty())
        return makeError(ErrorKind::BadInput, "it was not trained on " + listed(unknown) + " of " + data.name,
                         variant.variant.text,
                         "Its gases are " + listed(info.gases) +
                             ". Compare models of the same gases, or leave out the "
                             "exposures to others.");
    const auto channels = olfaction::matchChannels(info.channels, data.channels);
    if (!channels.ok()) {
        Error error = channels.error();
        error.where = variant.variant.text + " on " + data.name;
        return error;
    }
    for (std::size_t i = 0; i < channels->size(); ++i) {
        if ((*channels)[i] != i || channels->size() != data.channels.size())
            return makeError(ErrorKind::BadInput, "its channels are in another order than those of " + data.name,
                             variant.variant.text, "Train it on recordings of this device.");
    }
    return {};
}

int indexIn(const std::vector<std::string>& labels, const std::string& name)
{
    return static_cast<int>(std::find(labels.begin(), labels.end(), name) - labels.begin());
}

Outcome outcomeOf(const UnitAnswer& answer, const olfaction::Dataset& data, const std::vector<std::string>& labels)
{
    Outcome out = toOutcome(answer);
    out.said = answer.said < 0 ? -1 : indexIn(labels, data.labels[static_cast<std::size_t>(answer.said)]);
    return out;
}

Outcome notAsked()
{
    Outcome out;
    out.asked = false;
    return out;
}

class Replay {
public:
    Replay(const Plan& plan, ExperimentStore& store, std::vector<std::string> labels, const ReplayProgress& progress,
           const EnergyProbe& energy)
        : m_plan(plan), m_energy(energy), m_store(store),
          m_progress(progress), m_result{ShadowAnalysis(plan, labels), {}, labels}
    {
        for (const ComparedUnit& unit : store.units())
            m_known.emplace(unit.id, unit);
    }

    Result<void> run(ContainedVariant& a, ContainedVariant& b, const olfaction::Dataset& data, std::size_t number,
                     int firstGroup, std::size_t total)
    {
        const std::vector<ExposureUnit> all = exposureUnitsOf(data);
        for (std::size_t from = 0; from < all.size();) {
            std::size_t to = from;
            while (to < all.size() && all[to].recording == all[from].recording)
                ++to;
            const std::vector<ExposureUnit> units(all.begin() + static_cast<std::ptrdiff_t>(from),
                                                  all.begin() + static_cast<std::ptrdiff_t>(to));
            BNOF_TRY(runRecording(a, b, data, units, number, firstGroup, total));
            from = to;
        }
        return {};
    }

    ReplayResult take()
    {
        m_result.analysis.finish();
        return std::move(m_result);
    }
    [[nodiscard]] ShadowAnalysis& analysis() { return m_result.analysis; }

private:
    Result<void> runRecording(ContainedVariant& a, ContainedVariant& b, const olfaction::Dataset& data,
                              const std::vector<ExposureUnit>& units, std::size_t number, int firstGroup,
                              std::size_t total)
    {
        const auto idOf = [&](const ExposureUnit& unit) { return std::to_string(number + 1) + '/' + unit.id; };
        const bool known = std::all_of(units.begin(), units.end(),
                                       [&](const ExposureUnit& unit) { return m_known.count(idOf(unit)) > 0; });
        std::vector<UnitAnswer> ofA, ofB;
        if (!known) {
            const auto goOn = [&] { return told(total); };
            const auto start = joules();
            BNOF_TRY_ASSIGN(ofA, a.answers(data, units, goOn));
            const auto between = joules();
            BNOF_TRY_ASSIGN(ofB, b.answers(data, units, goOn));
            const auto end = joules();
            if (start && between && end) {
                m_joulesA += *between - *start;
                m_joulesB += *end - *between;
                m_result.analysis.setJoules(m_joulesA, m_joulesB);
            }
        }
        for (std::size_t i = 0; i < units.size(); ++i) {
            ComparedUnit unit;
            unit.id = idOf(units[i]);
            if (const auto stored = m_known.find(unit.id); stored != m_known.end()) {
                unit = stored->second;
            } else {
                unit.group = firstGroup + units[i].group;
                unit.label = indexIn(m_result.labels, data.labels[static_cast<std::size_t>(units[i].label)]);
                const olfaction::LabelledRecording& in = data.recordings[units[i].recording];
                unit.recording = in.name;
                unit.seconds = toSeconds(in.times[units[i].from] - in.times.front());
                const Turn turn = turnOf(unit.id);
                unit.a = turn == Turn::B ? notAsked() : outcomeOf(ofA[i], data, m_result.labels);
                unit.b = turn == Turn::A ? notAsked() : outcomeOf(ofB[i], data, m_result.labels);
                BNOF_TRY(m_store.add(unit));
            }
            m_result.analysis.add(unit);
            m_result.units.push_back(std::move(unit));
            if (!told(total))
                return makeError(ErrorKind::Cancelled, "the comparison was stopped", m_result.units.back().id,
                                 "With --store it can go on.");
        }
        return {};
    }

    enum class Turn { A, B, Both };
    [[nodiscard]] Turn turnOf(const std::string& id) const
    {
        if (m_plan.mode == "split")
            return goesToA(std::to_string(m_plan.seed), id, 1 - m_plan.weight) ? Turn::A : Turn::B;
        if (m_plan.mode != "blocks")
            return Turn::Both;
        const std::size_t place = m_result.units.size();
        return interleavedArms(m_plan.seed, place + 1)[place] == Arm::A ? Turn::A : Turn::B;
    }
    [[nodiscard]] std::optional<double> joules() const { return m_energy ? m_energy() : std::nullopt; }

    bool told(std::size_t total) const
    {
        return !m_progress || m_progress(m_result.units.size(), total, m_result.analysis);
    }

    const Plan& m_plan;
    const EnergyProbe& m_energy;
    double m_joulesA = 0, m_joulesB = 0;
    ExperimentStore& m_store;
    const ReplayProgress& m_progress;
    std::map<std::string, ComparedUnit> m_known;
    ReplayResult m_result;
};

} // namespace

Result<Variant> variantFromText(const std::string& text)
{
    Variant out;
    out.text = text;
    const std::size_t mark = text.find('?');
    out.model = text.substr(0, mark);
    for (std::size_t at = mark; at != std::string::npos && at + 1 < text.size();) {
        const std::size_t end = text.find('&', at + 1);
        const std::string pair = text.substr(at + 1, end == std::string::npos ? end : end - at - 1);
        const std::size_t equals = pair.find('=');
        const std::string key = pair.substr(0, equals);
        const std::string value = equals == std::string::npos ? std::string() : pair.substr(equals + 1);
        if (value.empty() || (key != "precision" && key != "backend"))
            return makeError(ErrorKind::Usage, "\"" + pair + "\" is not precision=… or backend=…", text,
                             "Write MODEL?precision=int8&backend=vector.");
        (key == "precision" ? out.options.precision : out.options.backEnd) = value;
        at = end;
    }
    return out;
}

std::vector<std::string> commonLabels(const std::vector<olfaction::Dataset>& data)
{
    std::vector<std::string> out;
    for (const olfaction::Dataset& one : data) {
        for (const std::string& label : one.labels) {
            if (std::find(out.begin(), out.end(), label) == out.end())
                out.push_back(label);
        }
    }
    return out;
}

Result<std::size_t> checkReplay(const ReplayVariant& a, const ReplayVariant& b,
                                const std::vector<olfaction::Dataset>& data)
{
    BNOF_TRY_ASSIGN(const auto first, make(a));
    BNOF_TRY_ASSIGN(const auto second, make(b));
    std::size_t units = 0;
    std::set<std::string> gases;
    for (const olfaction::Dataset& one : data) {
        BNOF_TRY(olfaction::validate(one));
        const auto present = gasesOf(one);
        gases.insert(present.begin(), present.end());
        units += exposureUnitsOf(one).size();
        BNOF_TRY(fits(a, first->info(), one));
        BNOF_TRY(fits(b, second->info(), one));
    }
    if (gases.size() < 2)
        return makeError(ErrorKind::BadInput,
                         gases.empty() ? std::string("there is no labelled exposure")
                                       : "all exposures are to " + *gases.begin() + ": any answer would be right",
                         "data set", "Add exposures to another gas, with their labels.");
    return units;
}

Result<ReplayResult> shadowReplay(const Plan& plan, const ReplayVariant& a, const ReplayVariant& b,
                                  const std::vector<olfaction::Dataset>& data, ExperimentStore& store,
                                  const ReplayProgress& progress, const ReplayParts& parts)
{
    BNOF_TRY_ASSIGN(const std::size_t total, checkReplay(a, b, data));
    BNOF_TRY_ASSIGN(auto recogniserA, parts.make ? parts.make(a) : make(a));
    BNOF_TRY_ASSIGN(auto recogniserB, parts.make ? parts.make(b) : make(b));
    ContainedVariant first(std::move(recogniserA), plan.timeLimit);
    ContainedVariant second(std::move(recogniserB), plan.timeLimit);
    Replay replay(plan, store, commonLabels(data), progress, parts.energy);
    replay.analysis().setBytes(static_cast<double>(a.model.size()), static_cast<double>(b.model.size()));
    int firstGroup = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        BNOF_TRY(replay.run(first, second, data[i], i, firstGroup, total));
        firstGroup += static_cast<int>(data[i].groups().size());
    }
    return replay.take();
}

} // namespace bnof::experiments
