// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/charts.h"

#include <QApplication>
#include <QBarCategoryAxis>
#include <QBarSeries>
#include <QBarSet>
#include <QChart>
#include <QGraphicsScene>
#include <QHorizontalBarSeries>
#include <QThread>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

#include "app/report/sheet.h"
#include "app/report/text.h"

namespace bnof::report {
namespace {

const QColor barColour(0x2F, 0x5D, 0x8C);

/// The white chart without decoration that both start from.
std::unique_ptr<QChart> plainChart(const QString& title)
{
    auto chart = std::make_unique<QChart>();
    chart->setTheme(QChart::ChartThemeLight);
    chart->setAnimationOptions(QChart::NoAnimation);
    chart->setBackgroundVisible(false);
    chart->setMargins(QMargins(0, 0, 0, 0));
    chart->legend()->hide();
    chart->setTitle(title);
    chart->setTitleFont(textFont(8, true));
    chart->setTitleBrush(Qt::black);
    return chart;
}

void styleAxis(QAbstractAxis& axis, const QString& title)
{
    axis.setLabelsFont(textFont(7));
    axis.setLabelsColor(Qt::black);
    axis.setTitleFont(textFont(7));
    axis.setTitleBrush(Qt::black);
    axis.setTitleText(title);
    axis.setLinePen(QPen(QColor(0x70, 0x70, 0x70), points(0.6)));
    axis.setGridLinePen(QPen(QColor(0xDD, 0xDD, 0xDD), points(0.4)));
}

/// A share axis that ends at the next whole step above the largest bar.
QValueAxis* shareAxis(double largest)
{
    auto* axis = new QValueAxis;
    const double step = largest > 0.5 ? 0.2 : 0.1;
    const double top = std::clamp(step * std::ceil(largest / step + 0.1), step, 1.0);
    axis->setRange(0, top * 100);
    axis->setTickCount(static_cast<int>(std::lround(top / step)) + 1);
    axis->setLabelFormat(QStringLiteral("%.0f"));
    return axis;
}

void addBars(QChart& chart, QAbstractBarSeries* series, const QList<double>& percent, const QStringList& names,
             const QString& namesTitle)
{
    const bool horizontal = qobject_cast<QHorizontalBarSeries*>(series) != nullptr;
    auto* set = new QBarSet(QString());
    set->append(percent);
    set->setBrush(barColour);
    set->setPen(QPen(Qt::black, points(0.4)));
    series->append(set);
    series->setBarWidth(0.7);
    chart.addSeries(series);
    auto* categories = new QBarCategoryAxis;
    categories->append(names);
    styleAxis(*categories, namesTitle);
    categories->setGridLineVisible(false);
    if (names.size() > 8 && !horizontal)
        categories->setLabelsAngle(-90);
    const double largest = percent.isEmpty() ? 0 : *std::max_element(percent.begin(), percent.end());
    QValueAxis* values = shareAxis(largest / 100);
    styleAxis(*values, ReportText::tr("share of decisions (%)"));
    chart.addAxis(categories, horizontal ? Qt::AlignLeft : Qt::AlignBottom);
    chart.addAxis(values, horizontal ? Qt::AlignBottom : Qt::AlignLeft);
    series->attachAxis(categories);
    series->attachAxis(values);
}

std::unique_ptr<QChart> shareChart(const ReportContents& contents)
{
    auto chart = plainChart(ReportText::tr("Decisions per gas"));
    QList<double> percent;
    QStringList names;
    // A horizontal chart fills from the bottom; the first gas belongs at the top.
    for (auto gas = contents.gases.rbegin(); gas != contents.gases.rend(); ++gas) {
        percent << 100.0 * static_cast<double>(gas->decisions) /
                       static_cast<double>(std::max<std::uint64_t>(contents.decisions, 1));
        names << gasText(gas->name);
    }
    addBars(*chart, new QHorizontalBarSeries, percent, names, {});
    return chart;
}

std::unique_ptr<QChart> latencyChart(const ReportContents& contents)
{
    auto chart = plainChart(ReportText::tr("Latency from frame to decision"));
    // Only the classes between the first and the last that hold anything.
    const auto used = [](std::uint64_t count) { return count > 0; };
    const auto first = std::find_if(contents.latencies.begin(), contents.latencies.end(), used);
    const auto last = std::find_if(contents.latencies.rbegin(), contents.latencies.rend(), used).base();
    QList<double> percent;
    QStringList names;
    for (auto it = first; it < last; ++it) {
        const auto index = static_cast<std::size_t>(it - contents.latencies.begin());
        percent << 100.0 * static_cast<double>(*it) /
                       static_cast<double>(std::max<std::uint64_t>(contents.decisions, 1));
        names << (index < latencyEdgesMs.size()
                      ? QStringLiteral("≤ %1").arg(ReportText::locale().toString(latencyEdgesMs[index]))
                      : QStringLiteral("> %1").arg(ReportText::locale().toString(latencyEdgesMs.back())));
    }
    addBars(*chart, new QBarSeries, percent, names, ReportText::tr("latency (ms)"));
    return chart;
}

QPicture painted(std::unique_ptr<QChart> chart, double width, double height)
{
    QGraphicsScene scene;
    chart->resize(width, height);
    QChart* item = chart.release();
    scene.addItem(item); // the scene owns it now
    scene.setSceneRect(0, 0, width, height);
    QPicture picture;
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    scene.render(&painter, QRectF(0, 0, width, height), QRectF(0, 0, width, height));
    painter.end();
    return picture;
}

} // namespace

Result<SummaryCharts> drawSummaryCharts(const ReportContents& contents, double width, double height)
{
    auto* application = qobject_cast<QApplication*>(QCoreApplication::instance());
    if (application == nullptr)
        return makeError(ErrorKind::Internal, "a report cannot be drawn without a QApplication", "report",
                         "Start the program with Qt's platform \"offscreen\" where there is no display.");
    SummaryCharts charts;
    const auto draw = [&contents, &charts, width, height, language = ReportText::language()] {
        const ReportText::Scope scope(language);
        charts.decisionShare = painted(shareChart(contents), width, height);
        charts.latency = painted(latencyChart(contents), width, height);
    };
    if (QThread::currentThread() == application->thread())
        draw();
    else
        QMetaObject::invokeMethod(application, draw, Qt::BlockingQueuedConnection);
    return charts;
}

} // namespace bnof::report
