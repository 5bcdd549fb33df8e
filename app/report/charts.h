// SPDX-License-Identifier: GPL-3.0-or-later
// Static summary charts (Qt Charts). A chart is a graphics item and belongs to the GUI thread; what comes
// out is a recording of paint commands that any thread may play.
#pragma once

#include <QPicture>

#include "app/report/contents.h"
#include "engine/base/result.h"

namespace bnof::report {

/// The charts have this size on paper, in the sheet's units, both together side by side.
struct SummaryCharts {
    QPicture decisionShare; ///< share of the decisions per gas
    QPicture latency;       ///< distribution of the time from frame to decision
};

/// Draws both charts at `width` x `height` each. Off the GUI thread it waits for the GUI thread.
/// Errors: there is no QApplication.
[[nodiscard]] Result<SummaryCharts> drawSummaryCharts(const ReportContents& contents, double width, double height);

} // namespace bnof::report
