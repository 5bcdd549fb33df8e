// SPDX-License-Identifier: GPL-3.0-or-later
// For those who make data sets.
#pragma once

#include <string>

#include "engine/olfaction/dataset.h"

namespace bnof::olfaction {

/// The index of a label, which is added where it is new.
int labelIndex(Dataset& dataset, const std::string& label);
/// Order labels: the background first, then by name, so that a data set reads the same whatever comes first.
void sortLabels(Dataset& dataset);

} // namespace bnof::olfaction
