// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/shadow_replay.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

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

/// One list of labels for all data sets, by name.
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

int indexIn(const std::vector<std::string>& labels, const std::string& name)
{
    return static_cast<int>(std::find(labels.begin(), labels.end(), name) - labels.begin());
}

Outcome outcomeOf(const UnitAnswer& answer, const olfaction::Dataset& data, const std::vector<std::string>& labels)
{
    const int said = answer.said < 0 ? -1 : indexIn(labels, data.labels[static_cast<std::size_t>(answer.said)]);
    return {said, answer.missing, answer.latencySeconds};
}

class Replay {
public:
    Replay(const Plan& plan, ExperimentStore& store, std::vector<std::string> labels, const ReplayProgress& progress)
        : m_store(store), m_progress(progress), m_result{ShadowAnalysis(plan, labels), {}, labels}
    {
        for (const ComparedUnit& unit : store.units())
            m_known.emplace(unit.id, unit);
    }

    Result<void> run(olfaction::Recogniser& a, olfaction::Recogniser& b, const olfaction::Dataset& data,
                     std::size_t number, int firstGroup, std::size_t total)
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
    Result<void> runRecording(olfaction::Recogniser& a, olfaction::Recogniser& b, const olfaction::Dataset& data,
                              const std::vector<ExposureUnit>& units, std::size_t number, int firstGroup,
                              std::size_t total)
    {
        const auto idOf = [&](const ExposureUnit& unit) { return std::to_string(number + 1) + '/' + unit.id; };
        const bool known = std::all_of(units.begin(), units.end(),
                                       [&](const ExposureUnit& unit) { return m_known.count(idOf(unit)) > 0; });
        std::vector<UnitAnswer> ofA, ofB;
        if (!known) {
            const auto goOn = [&](std::size_t, const UnitAnswer&) { return told(total); };
            BNOF_TRY_ASSIGN(ofA, answerUnits(a, data, units, labelsOfGases(a.info(), data), goOn));
            BNOF_TRY_ASSIGN(ofB, answerUnits(b, data, units, labelsOfGases(b.info(), data), goOn));
        }
        for (std::size_t i = 0; i < units.size(); ++i) {
            ComparedUnit unit;
            unit.id = idOf(units[i]);
            if (const auto stored = m_known.find(unit.id); stored != m_known.end()) {
                unit = stored->second;
            } else {
                unit.group = firstGroup + units[i].group;
                unit.label = indexIn(m_result.labels, data.labels[static_cast<std::size_t>(units[i].label)]);
                unit.a = outcomeOf(ofA[i], data, m_result.labels);
                unit.b = outcomeOf(ofB[i], data, m_result.labels);
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

    bool told(std::size_t total) const
    {
        return !m_progress || m_progress(m_result.units.size(), total, m_result.analysis);
    }

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
                                  const ReplayProgress& progress)
{
    BNOF_TRY_ASSIGN(const std::size_t total, checkReplay(a, b, data));
    BNOF_TRY_ASSIGN(const auto first, make(a));
    BNOF_TRY_ASSIGN(const auto second, make(b));
    Replay replay(plan, store, commonLabels(data), progress);
    replay.analysis().setBytes(static_cast<double>(a.model.size()), static_cast<double>(b.model.size()));
    int firstGroup = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        BNOF_TRY(replay.run(*first, *second, data[i], i, firstGroup, total));
        firstGroup += static_cast<int>(data[i].groups().size());
    }
    return replay.take();
}

} // namespace bnof::experiments
