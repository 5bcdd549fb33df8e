// SPDX-License-Identifier: GPL-3.0-or-later
// The encoders side by side on a labelled data set.
#pragma once

#include <string>
#include <vector>

#include "engine/olfaction/dataset.h"
#include "engine/olfaction/training.h"

namespace bnof::olfaction {

/// What one code does on data that nothing was fitted to.
struct EncoderFigures {
    std::string name;
    std::size_t neurons = 0;
    double spikesPerSecond = 0; ///< of all neurons together
    /// Sum over the neurons of what each one's own response tells about the label (mutualInformation()), divided by all
    /// spikes. What several neurons tell alike counts for each. A response is the number of spikes in the window, for
    /// codes in time (encodesInTime()) the time of the first spike in tenths of a cycle, or none.
    double bitsPerSpike = 0;
    double bitsPerSecond = 0;
    double accuracy = 0;       ///< of shrinkage LDA on the spike counts
    double timingAccuracy = 0; ///< of shrinkage LDA on the times of the first spikes
};

struct EncoderComparison {
    std::string protocol; ///< how test was kept from training: "held-out" groups, or "time-split" of one group
    std::size_t testWindows = 0;
    double windowSeconds = 0;
    std::vector<EncoderFigures> encoders;
};

/// Whole groups are held out in turn; the later part of the time where there is one group. Front end, discriminants
/// and ranges are fitted to the training part. Each sampled instant is shown for two cycles, and then for one decision
/// window, in which spikes count. `names`: codes to compare, all when empty. Errors: unfit data, an unknown name.
[[nodiscard]] Result<EncoderComparison> compareEncoders(const Dataset& data, const TrainingOptions& options,
                                                        const std::vector<std::string>& names = {},
                                                        const TrainingProgress& progress = {});
[[nodiscard]] Json toJson(const EncoderComparison& comparison);

} // namespace bnof::olfaction
