// SPDX-License-Identifier: GPL-3.0-or-later
// Decides in which precision a network runs. A share of the exposures is run a second time in full precision; the
// precision is raised when the decisions provably agree too seldom, and lowered again only after a long run of
// agreement. Knows nothing of back ends: the owner runs what next() asks for and tells what came out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/snn/bernoulli_sequence.h"

namespace bnof::snn {

struct PrecisionMonitorOptions {
    /// From the reference to the coarsest, at least one.
    std::vector<std::string> levels{"fp32", "fp16", "int8"};
    std::size_t startLevel = 2; ///< index into `levels`
    /// Least acceptable share of exposures with the reference's decision (top-1 agreement), in (0, 1).
    double limit = 0.99;
    /// Probability of ever raising the precision of a level whose true agreement is at or above the limit, during one
    /// stay at that level, in (0, 1).
    double errorProbability = 0.05;
    double shadowShare = 0.01;          ///< share of exposures that is compared, [0, 1]
    std::uint64_t shadowAllFirst = 200; ///< this many exposures after the start and after each switch are all compared
    /// The precision is lowered after this many compared exposures in a row in which the next coarser level agreed.
    std::uint32_t agreeingBeforeStepDown = 500;
    /// A confidence sequence is replaced after this many compared exposures, so that a long good past does not hide a
    /// bad present; a second one, half a window younger, is always under way.
    std::uint32_t window = 1000;
    std::uint64_t seed = 1; ///< of the choice of compared exposures

    bool operator==(const PrecisionMonitorOptions&) const = default;
};

/// What to run for one exposure besides the active level.
struct ShadowRequest {
    bool reference = false; ///< run the reference and compare the active level with it
    bool candidate = false; ///< run the next coarser level too and compare that with the reference

    bool operator==(const ShadowRequest&) const = default;
};

/// What the comparisons gave; absent where none was asked for.
struct ShadowOutcome {
    std::optional<bool> activeAgrees;
    std::optional<bool> candidateAgrees;
};

struct PrecisionSwitch {
    std::uint64_t exposure = 0; ///< takes effect after this one
    std::string from;
    std::string to;
    double agreement = 1; ///< share of the compared exposures that led to the switch
    double lower = 0;     ///< its confidence bounds
    double upper = 1;
    std::uint64_t compared = 0; ///< how many these were
    std::string reason;         ///< a sentence for people

    bool operator==(const PrecisionSwitch&) const = default;
};

/// The agreement of the active level as it stands, for displays.
struct AgreementReading {
    double agreement = 1;
    double lower = 0;
    double upper = 1;
    std::uint64_t compared = 0; ///< 0: the bounds say nothing yet

    bool operator==(const AgreementReading&) const = default;
};

/// A value: copies are independent, and equal values behave equally. Decisions depend only on the options, the order of
/// exposures and the outcomes.
///
/// False switches: sequence k of a stay has the error probability 6 alpha / (pi k)^2, which sum to alpha (union bound),
/// as long as exposures agree independently with a probability that does not change below the limit.
class PrecisionMonitor {
public:
    /// Errors name the option.
    [[nodiscard]] static Result<PrecisionMonitor> create(const PrecisionMonitorOptions& options = {});

    /// What to compare for the next exposure; `exposure` identifies it (a counter or a content hash). The choice is a
    /// hash of (seed, exposure), so that a replay compares the same ones.
    [[nodiscard]] ShadowRequest next(std::uint64_t exposure) const;
    /// Called once for every exposure, compared or not, after it has been run. Returns a switch when there is one; it
    /// takes effect from the following exposure on.
    std::optional<PrecisionSwitch> observe(std::uint64_t exposure, const ShadowOutcome& outcome);

    [[nodiscard]] std::size_t level() const { return m_level; }
    [[nodiscard]] const std::string& levelName() const { return m_options.levels[m_level]; }
    /// Of the active level during this stay; the reference agrees with itself.
    [[nodiscard]] AgreementReading agreement() const;
    /// Compared exposures in a row in which the next coarser level agreed.
    [[nodiscard]] std::uint32_t agreeingRun() const { return m_agreeingRun; }
    /// Every switch so far, oldest first.
    [[nodiscard]] const std::vector<PrecisionSwitch>& switches() const { return m_switches; }

    /// Everything that future switches depend on besides the options; the list of past switches is not in it.
    [[nodiscard]] Json saveState() const;
    /// Errors: `state` is not one of a monitor with as many levels. Nothing has changed then.
    Result<void> loadState(const Json& state);

    bool operator==(const PrecisionMonitor&) const = default;

private:
    explicit PrecisionMonitor(const PrecisionMonitorOptions& options);
    [[nodiscard]] bool isReference() const { return m_level == 0; }
    [[nodiscard]] bool hasCandidate() const { return m_level + 1 < m_options.levels.size(); }
    void startSequence();
    std::optional<PrecisionSwitch> watchActive(std::uint64_t exposure, bool agrees);
    std::optional<PrecisionSwitch> watchCandidate(std::uint64_t exposure, bool agrees);
    PrecisionSwitch switchTo(std::size_t level, PrecisionSwitch event);

    PrecisionMonitorOptions m_options;
    std::size_t m_level = 0;
    std::uint64_t m_exposuresHere = 0;       ///< since the start or the last switch
    std::uint32_t m_started = 0;             ///< confidence sequences of this stay
    std::vector<BernoulliSequence> m_active; ///< one or two, oldest first
    std::uint32_t m_agreeingRun = 0;
    std::vector<PrecisionSwitch> m_switches;
};

} // namespace bnof::snn
