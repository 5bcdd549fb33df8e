// SPDX-License-Identifier: GPL-3.0-or-later
// The figures over time, painted directly so that they can be made on any thread. All share one time axis:
// the whole recording, in recording time (seconds since it began).
#pragma once

#include <QPainter>
#include <QRectF>

#include "app/report/contents.h"

namespace bnof::report {

/// Channels in one trace figure.
constexpr std::size_t channelsPerFigure = 18;

/// Height of a trace figure with so many channels.
[[nodiscard]] double traceFigureHeight(std::size_t channels);
/// One lane a channel: its name, unit, colour and own scale; minimum and maximum of every time column, so
/// that a single odd sample is never hidden. Gaps are hatched, marks are numbered lines.
void drawTraces(QPainter& painter, const QRectF& area, const ReportContents& contents, std::size_t source,
                std::size_t firstChannel, std::size_t channels);

[[nodiscard]] double rasterFigureHeight(const ReportContents& contents);
/// Spikes a column and row of neurons as grey levels, one band a layer; each band has its own scale.
void drawRaster(QPainter& painter, const QRectF& area, const ReportContents& contents);

[[nodiscard]] double decisionFigureHeight(const ReportContents& contents);
/// One lane a gas: a bar where it was decided, as high as the confidence (novelty for "unknown").
void drawDecisions(QPainter& painter, const QRectF& area, const ReportContents& contents);

} // namespace bnof::report
