// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/precision_monitor.h"

#include <cstdio>
#include <numbers>

#include "engine/base/philox.h"

namespace bnof::snn {
namespace {

constexpr std::uint32_t shadowStream = 0x5AD0;

Error refuse(const char* option, const char* what, const char* remedy)
{
    return makeError(ErrorKind::BadInput, what, std::string("precision.") + option, remedy);
}

std::string percent(double share)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.2f %%", share * 100);
    return text;
}

/// A uniform number in [0, 1) that is a hash of (seed, exposure).
double hashedShare(std::uint64_t seed, std::uint64_t exposure)
{
    const PhiloxBlock block =
        philox({static_cast<std::uint32_t>(exposure), static_cast<std::uint32_t>(exposure >> 32), shadowStream, 0},
               static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
    return block[0] * 0x1p-32;
}

Result<void> check(const PrecisionMonitorOptions& o)
{
    if (o.levels.empty())
        return refuse("levels", "there is no precision to choose from", "Name at least the reference precision.");
    if (o.startLevel >= o.levels.size())
        return refuse("startLevel", "the first precision is not one of the levels", "Give an index into the levels.");
    if (!(o.limit > 0 && o.limit < 1))
        return refuse("limit", "the least agreement is not between 0 and 1", "Give a share, for example 0.99.");
    if (!(o.errorProbability > 0 && o.errorProbability < 1))
        return refuse("errorProbability", "the error probability is not between 0 and 1", "Give for example 0.05.");
    if (!(o.shadowShare >= 0 && o.shadowShare <= 1))
        return refuse("shadowShare", "the compared share is not between 0 and 1", "Give for example 0.01.");
    if (o.agreeingBeforeStepDown == 0)
        return refuse("agreeingBeforeStepDown", "the precision would be lowered at once", "Give 1 or more.");
    if (o.window < 2)
        return refuse("window", "a window of fewer than two exposures shows nothing", "Give for example 1000.");
    return {};
}

} // namespace

Result<PrecisionMonitor> PrecisionMonitor::create(const PrecisionMonitorOptions& options)
{
    BNOF_TRY(check(options));
    return PrecisionMonitor(options);
}

PrecisionMonitor::PrecisionMonitor(const PrecisionMonitorOptions& options)
    : m_options(options), m_level(options.startLevel)
{
    startSequence();
}

ShadowRequest PrecisionMonitor::next(std::uint64_t exposure) const
{
    const bool compared =
        m_exposuresHere < m_options.shadowAllFirst || hashedShare(m_options.seed, exposure) < m_options.shadowShare;
    return {compared && !isReference(), compared && hasCandidate()};
}

void PrecisionMonitor::startSequence()
{
    ++m_started;
    const double k = m_started;
    m_active.emplace_back(6 * m_options.errorProbability / (std::numbers::pi * std::numbers::pi * k * k));
}

std::optional<PrecisionSwitch> PrecisionMonitor::observe(std::uint64_t exposure, const ShadowOutcome& outcome)
{
    ++m_exposuresHere;
    if (outcome.activeAgrees && !isReference())
        if (auto event = watchActive(exposure, *outcome.activeAgrees))
            return event;
    if (outcome.candidateAgrees && hasCandidate())
        return watchCandidate(exposure, *outcome.candidateAgrees);
    return std::nullopt;
}

std::optional<PrecisionSwitch> PrecisionMonitor::watchActive(std::uint64_t exposure, bool agrees)
{
    for (BernoulliSequence& sequence : m_active)
        sequence.observe(agrees);
    for (const BernoulliSequence& sequence : m_active) {
        if (!sequence.upperIsBelow(m_options.limit))
            continue;
        PrecisionSwitch event;
        event.exposure = exposure;
        event.agreement = sequence.mean();
        event.lower = sequence.lower();
        event.upper = sequence.upper();
        event.compared = sequence.count();
        event.reason = levelName() + " agreed with " + m_options.levels.front() + " in " + percent(event.agreement) +
                       " of " + std::to_string(event.compared) + " compared exposures, at most " +
                       percent(event.upper) + " with confidence, below the limit of " + percent(m_options.limit);
        return switchTo(m_level - 1, std::move(event));
    }
    const std::uint64_t half = m_options.window / 2;
    if (m_active.front().count() >= m_options.window)
        m_active.erase(m_active.begin());
    if (m_active.size() == 1 && m_active.front().count() >= half)
        startSequence();
    return std::nullopt;
}

std::optional<PrecisionSwitch> PrecisionMonitor::watchCandidate(std::uint64_t exposure, bool agrees)
{
    m_agreeingRun = agrees ? m_agreeingRun + 1 : 0;
    if (m_agreeingRun < m_options.agreeingBeforeStepDown)
        return std::nullopt;
    BernoulliSequence run(m_options.errorProbability);
    for (std::uint32_t i = 0; i < m_agreeingRun; ++i)
        run.observe(true);
    PrecisionSwitch event;
    event.exposure = exposure;
    event.agreement = 1;
    event.lower = run.lower();
    event.compared = m_agreeingRun;
    event.reason = m_options.levels[m_level + 1] + " agreed with " + m_options.levels.front() + " in " +
                   std::to_string(m_agreeingRun) + " compared exposures in a row";
    return switchTo(m_level + 1, std::move(event));
}

PrecisionSwitch PrecisionMonitor::switchTo(std::size_t level, PrecisionSwitch event)
{
    event.from = levelName();
    m_level = level;
    event.to = levelName();
    m_exposuresHere = 0;
    m_started = 0;
    m_active.clear();
    m_agreeingRun = 0;
    startSequence();
    m_switches.push_back(event);
    return event;
}

Json PrecisionMonitor::saveState() const
{
    Json sequences = Json::array();
    for (const BernoulliSequence& sequence : m_active)
        sequences.push(sequence.toJson());
    return Json::object()
        .set("level", m_level)
        .set("exposures", m_exposuresHere)
        .set("started", m_started)
        .set("agreeing_run", m_agreeingRun)
        .set("sequences", std::move(sequences));
}

Result<void> PrecisionMonitor::loadState(const Json& state)
{
    constexpr std::int64_t most = std::int64_t{1} << 31;
    JsonFields fields(state, "precision_monitor");
    const auto level =
        static_cast<std::size_t>(fields.integer("level", 0, static_cast<std::int64_t>(m_options.levels.size()) - 1));
    const auto exposures = static_cast<std::uint64_t>(fields.integer("exposures", 0, std::int64_t{1} << 50));
    const auto started = static_cast<std::uint32_t>(fields.integer("started", 1, most));
    const auto agreeing = static_cast<std::uint32_t>(fields.integer("agreeing_run", 0, most));
    std::vector<BernoulliSequence> active;
    for (const Json& sequence : fields.array("sequences").items()) {
        BNOF_TRY_ASSIGN(active.emplace_back(), BernoulliSequence::fromJson(sequence));
    }
    if (active.empty() || active.size() > 2)
        fields.fail("sequences", "there must be one or two confidence sequences");
    BNOF_TRY(fields.status());
    m_level = level;
    m_exposuresHere = exposures;
    m_started = started;
    m_agreeingRun = agreeing;
    m_active = std::move(active);
    return {};
}

AgreementReading PrecisionMonitor::agreement() const
{
    const BernoulliSequence& oldest = m_active.front();
    if (isReference())
        return {1, 1, 1, 0};
    return {oldest.mean(), oldest.lower(), oldest.upper(), oldest.count()};
}

} // namespace bnof::snn
