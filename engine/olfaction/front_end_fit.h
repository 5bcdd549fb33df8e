// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of training: the optional parts of a front end, measured on the training data.
#pragma once

#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/front_end.h"
#include "engine/olfaction/training.h"

namespace bnof::olfaction {

/// Whether a channel measures "temperature", "humidity" or "pressure" of the air, by its quantity or its name.
[[nodiscard]] bool measures(const ChannelInfo& channel, std::string_view quantity);

/// Adds what `choice` asks for to a front end whose scales are set:
///  - climate: least squares of the log response on temperature and humidity within the labels, so that what tells the
///    labels apart is not taken off;
///  - freezing baseline: it freezes eight standard deviations of the channel's noise away, at least 2 %;
///  - deconvolution: the time constants with which the signal is most constant within exposures and most different
///    between them.
/// Errors: no channel measures the climate.
[[nodiscard]] Result<void> fitFrontEndParts(const Dataset& data, const FrontEndChoice& choice,
                                            FrontEndParameters& parameters);

} // namespace bnof::olfaction
