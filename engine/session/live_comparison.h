// SPDX-License-Identifier: GPL-3.0-or-later
// A challenger beside the recogniser of a running session.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/experiments/promotion.h"
#include "engine/experiments/store.h"
#include "engine/olfaction/recogniser.h"
#include "engine/session/session.h"

namespace bnof::session {

struct LiveComparisonOptions {
    experiments::Plan plan;
    std::string variantA; ///< the champion, which the session runs: as the user wrote it
    std::string variantB;
    std::vector<std::uint8_t> modelA;
    std::vector<std::uint8_t> modelB;
    olfaction::RecogniserOptions optionsB;
    std::string store; ///< file of the experiment
    std::string operatorName;
    std::string where;           ///< the source, for people; also ComparedUnit::recording
    Json protocol;               ///< the document of the protocol whose marks come; null: a person marks
    std::int64_t wallAtZero = 0; ///< of the recording that is replayed, nanoseconds since 1970; 0: the clock of now
    /// Builds the challenger; empty: olfaction::makeRecogniser(). For tests that need one that hangs.
    std::function<Result<std::unique_ptr<olfaction::Recogniser>>()> makeB;
};

enum class ChallengerState { Running, Failed, Hung };
/// "running", "failed", "hung".
[[nodiscard]] const char* nameOf(ChallengerState state);

/// What a variant has used since the start.
struct VariantResources {
    double cpuSeconds = 0;
    std::uint64_t decisions = 0;
    std::uint64_t spikes = 0; ///< 0 for the champion, whose spikes the session shows
    std::uint64_t bytes = 0;  ///< of the model
};

struct LiveComparisonStatus {
    std::uint64_t units = 0;
    std::uint64_t waiting = 0;  ///< exposures whose answers are not complete yet
    std::uint64_t notShown = 0; ///< frames that the challenger was too slow for
    bool actingB = false;       ///< now
    ChallengerState challenger = ChallengerState::Running;
    std::string trouble; ///< of the challenger or the store; empty: none
    experiments::RampState ramp;
    experiments::Verdict verdict;
    std::string words;
    std::vector<experiments::GuardrailState> guardrails;
    VariantResources a, b;
};
[[nodiscard]] Json toJson(const LiveComparisonStatus& status);

/// The champion's or the challenger's decision, whoever acts. Called on the session's compute thread or on the
/// challenger's own; never both at once.
using ActingDecision = std::function<void(const Decision& decision, bool byB, std::int64_t latencyNanoseconds)>;

/// Watches a session as its observer and compares the challenger with its recogniser, exposure by exposure; exposures
/// are what marks say (exposure_marks.h). The session's thread only copies a frame, and hands it on when the champion
/// has decided. The challenger runs on a thread of its own and the books are kept on another, so that neither a
/// challenger that is slow, crashes or hangs nor a slow disk is felt. A challenger that fails or hangs longer than the
/// plan's time limit for one frame is not asked again, the champion acts at once, and its open exposures count as
/// failures.
///
/// Who acts: the champion; on an exposure that the ramp (experiments::promote()) gives to the challenger, or that a
/// split or a block gives to it, the challenger. In a shadow comparison both answer every exposure whoever acts. A
/// broken guardrail, failures or a jump of disagreement roll the ramp back, as does experiments::requestRollBack() from
/// another process within a tenth of a second.
///
/// Latency and CPU time of the champion are those of the session's thread from a frame to its decision; the challenger
/// is shown raw frames, without the masks of faulty channels.
class LiveComparison : public SessionObserver {
public:
    /// Errors: as ExperimentStore::open(); models of other gases; a mode or model that cannot be run.
    [[nodiscard]] static Result<std::unique_ptr<LiveComparison>> start(LiveComparisonOptions options,
                                                                       ActingDecision acting = {});
    ~LiveComparison() override;

    void channels(std::uint32_t source, const std::vector<ChannelInfo>& channels) override;
    void frame(std::uint32_t source, const SensorFrame& frame) override;
    void decision(const Decision& decision, std::int64_t latencyNanoseconds) override;
    void mark(const Mark& mark) override;

    [[nodiscard]] LiveComparisonStatus status() const;
    /// One step up the ramp, now. Errors: as experiments::promote().
    [[nodiscard]] Result<experiments::RampState> promote();
    /// The champion acts from this instant on. Errors: it could not be written down (it holds all the same).
    [[nodiscard]] Result<experiments::RampState> rollBack(const std::string& reason);
    /// No more frames come: waits for the answers that are missing, at most the plan's time limit for each, and writes
    /// the verdict into the trail.
    Result<void> finish();

private:
    class Work;
    explicit LiveComparison(std::unique_ptr<Work> work);
    std::unique_ptr<Work> m_work;
};

} // namespace bnof::session
