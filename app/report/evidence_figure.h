// SPDX-License-Identifier: GPL-3.0-or-later
// How the evidence of a comparison grew.
#pragma once

#include <QPainter>
#include <QRectF>

#include <vector>

#include "engine/statistics/interval.h"

namespace bnof::report {

/// What was known after one exposure.
struct Look {
    double logE = 0;
    statistics::Interval interval; ///< of B less A, share
    double difference = 0;
};

/// Difference and interval over exposures, in percentage points; dashed lines at zero plus and minus `margin`.
void drawDifference(QPainter& painter, const QRectF& area, const std::vector<Look>& looks, double margin);
/// The e-value over exposures, in powers of ten; a dashed line at 1 / alpha.
void drawEvidence(QPainter& painter, const QRectF& area, const std::vector<Look>& looks, double alpha);

} // namespace bnof::report
