// SPDX-License-Identifier: GPL-3.0-or-later
// Experiments on the disk: the locked plan, every unit once, and who did what.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/experiments/plan.h"
#include "engine/experiments/shadow_analysis.h"
#include "engine/recording/audit.h"

namespace bnof::experiments {

/// One analysis as it lies in the file.
struct StoredAnalysis {
    std::int64_t number = 0;
    LockedPlan locked;
    std::string digest;
    std::vector<ComparedUnit> units; ///< in the order in which they were added
};
struct StoredExperiment {
    std::vector<StoredAnalysis> analyses; ///< at least one; the newest last
    std::vector<recording::AuditEntry> trail;
};

/// Called after every unit, with what was known then.
using EachLook = std::function<void(const ComparedUnit& unit, const ShadowAnalysis& soFar)>;
/// The analysis as it stood when its newest unit was added, from what is stored: sizes of the models and energy come
/// from the newest verdict in the trail.
[[nodiscard]] ShadowAnalysis analysisOf(const StoredAnalysis& stored, const std::vector<recording::AuditEntry>& trail,
                                        const EachLook& each = {});
/// Its verdict, by the looks of its plan. Errors: what comparePaired() refuses.
[[nodiscard]] Result<Verdict> verdictOf(const Plan& plan, const ShadowAnalysis& analysis,
                                        const std::vector<ComparedUnit>& units);
/// The comparison as if looked at once, of the exposures that both answered.
[[nodiscard]] Result<PairedComparison> lookedAtOnce(const Plan& plan, const std::vector<ComparedUnit>& units);

/// One file holds one experiment: its analyses (a changed plan, model or data set opens a new one and leaves the old
/// one as it is), each with its units, and one hash-chained audit trail. Every unit is on the disk, with both answers,
/// before the next one is asked for. One writer at a time.
class ExperimentStore {
public:
    /// Opens or creates, and goes on with the analysis of this plan or opens one. An empty path keeps everything in
    /// memory. Errors: another process is writing, not an experiment, a broken audit trail, not permitted, disk full.
    [[nodiscard]] static Result<std::unique_ptr<ExperimentStore>>
    open(const std::string& path, const LockedPlan& locked, const std::string& operatorName);
    /// Opens an experiment that exists, at its newest analysis. Errors: as open(), and that there is none.
    [[nodiscard]] static Result<std::unique_ptr<ExperimentStore>> openLast(const std::string& path,
                                                                           const std::string& operatorName);
    virtual ~ExperimentStore() = default;

    [[nodiscard]] virtual std::int64_t analysis() const = 0; ///< 1, 2 ...; more than 1: the plan has been changed
    /// What was there when it was opened, in the order in which it was added.
    [[nodiscard]] virtual const std::vector<ComparedUnit>& units() const = 0;
    /// A unit that is there already is left as it is.
    virtual Result<void> add(const ComparedUnit& unit) = 0;
    /// An entry in the audit trail: "verdict", "promoted" ...
    virtual Result<void> note(std::string_view what, Json detail) = 0;
    [[nodiscard]] virtual Result<std::vector<recording::AuditEntry>> trail() const = 0;
    /// Everything that is in the file now.
    [[nodiscard]] virtual Result<StoredExperiment> read() const = 0;
};

/// Everything, whether or not another process is writing just now. Errors: not an experiment, a broken audit trail.
[[nodiscard]] Result<StoredExperiment> readExperiment(const std::string& path);

} // namespace bnof::experiments
