// SPDX-License-Identifier: GPL-3.0-or-later
// Detectors of changes, forecasts, quantiles of histograms.
#include <array>
#include <cmath>

#include "app/cli/vectors/case_input.h"
#include "engine/monitoring/detection/change_point.h"
#include "engine/monitoring/detection/control_charts.h"
#include "engine/monitoring/detection/exponential_smoothing.h"
#include "engine/monitoring/detection/robust_score.h"
#include "engine/monitoring/histogram_quantile.h"

namespace bnof::vectors {
namespace {

using namespace monitoring;

Json ewmaCase(CaseInput& input)
{
    EwmaChart chart({input.number("mu"), input.number("sigma"), input.number("lambda"), input.number("L")});
    Json averages = Json::array();
    Json limits = Json::array();
    Json alarms = Json::array();
    std::size_t i = 0;
    for (const double value : input.numbers("x")) {
        if (chart.add(value))
            alarms.push(i);
        averages.push(chart.average());
        limits.push(chart.halfLimit());
        ++i;
    }
    Json out = Json::object();
    out.set("z", std::move(averages)).set("half_limit", std::move(limits));
    return out.set("alarm_indices", std::move(alarms));
}

Json cusumCase(CaseInput& input)
{
    Cusum chart({input.number("mu"), input.number("sigma"), input.number("k"), input.number("h")});
    Json upper = Json::array();
    Json lower = Json::array();
    Json alarms = Json::array();
    std::size_t i = 0;
    for (const double value : input.numbers("x")) {
        if (chart.add(value))
            alarms.push(i);
        upper.push(chart.upper());
        lower.push(chart.lower());
        ++i;
    }
    Json out = Json::object();
    out.set("c_plus", std::move(upper)).set("c_minus", std::move(lower));
    return out.set("alarm_indices", std::move(alarms));
}

Json pageHinkleyCase(CaseInput& input)
{
    PageHinkley test({input.number("delta"), input.number("lambda")});
    Json statistics = Json::array();
    Json alarms = Json::array();
    std::size_t i = 0;
    for (const double value : input.numbers("x")) {
        if (test.add(value))
            alarms.push(i);
        statistics.push(test.statistic());
        ++i;
    }
    return Json::object().set("ph", std::move(statistics)).set("alarm_indices", std::move(alarms));
}

Json changePointCase(CaseInput& input)
{
    ChangePointDetector::Options options;
    options.hazard = input.number("hazard");
    options.mean = input.number("mu0");
    options.meanWeight = input.number("kappa0");
    options.shape = input.number("alpha0");
    options.scale = input.number("beta0");
    auto detector = ChangePointDetector::create(options);
    Json likeliest = Json::array();
    Json early = Json::array();
    for (const double value : input.numbers("x")) {
        if (!detector.ok())
            break;
        detector->add(value);
        likeliest.push(detector->likeliestRunLength());
        early.push(detector->chanceOfRunBelow(5));
    }
    return Json::object().set("map_run_length", std::move(likeliest)).set("prob_run_length_lt5", std::move(early));
}

Json robustCase(CaseInput& input)
{
    const auto values = input.numbers("x");
    const double limit = input.number("threshold");
    const RobustLevel level = robustLevel(values);
    Json scores = Json::array();
    Json outliers = Json::array();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto z = level.modifiedZ(values[i]);
        scores.push(answer(z));
        if (z && std::abs(*z) > limit)
            outliers.push(i);
    }
    Json out = Json::object();
    out.set("median", level.median).set("mad", level.mad).set("modified_z", std::move(scores));
    return out.set("outliers", std::move(outliers));
}

Json holtCase(CaseInput& input)
{
    HoltLinear smoothing({input.number("alpha"), input.number("beta"), input.number("l0"), input.number("b0")});
    Json fitted = Json::array();
    for (const double value : input.numbers("x"))
        fitted.push(smoothing.add(value));
    Json forecast = Json::array();
    for (const double steps : {1.0, 5.0, 10.0})
        forecast.push(smoothing.forecast(steps));
    Json out = Json::object();
    out.set("one_step_fit", std::move(fitted)).set("level", smoothing.level()).set("trend", smoothing.trend());
    return out.set("forecast_1_5_10", std::move(forecast));
}

Json holtWintersCase(CaseInput& input)
{
    HoltWinters::Options options{input.number("alpha"), input.number("beta"), input.number("gamma"),
                                 input.number("l0"),    input.number("b0"),   input.numbers("s0")};
    const std::size_t steps = options.season.size();
    auto smoothing = HoltWinters::create(std::move(options));
    if (!smoothing.ok() || input.count("m") != steps)
        return Json::object();
    for (const double value : input.numbers("x"))
        smoothing->add(value);
    Json forecast = Json::array();
    for (std::size_t step = 1; step <= steps; ++step)
        forecast.push(smoothing->forecast(step));
    Json out = Json::object();
    out.set("level", smoothing->level()).set("trend", smoothing->trend());
    return out.set("season", Json::arrayOf(smoothing->season())).set("forecast_1_m", std::move(forecast));
}

Json histogramCase(CaseInput& input)
{
    std::vector<double> bounds;
    for (const Json& bound : input.value("le").items()) {
        if (bound.isNumber())
            bounds.push_back(bound.toDouble());
    }
    const auto cumulative = input.counts("cumulative");
    Json quantiles = Json::object();
    for (const auto& [name, q] : {std::pair{"0.5", 0.5}, {"0.9", 0.9}, {"0.95", 0.95}, {"0.99", 0.99}, {"1", 1.0}}) {
        const auto value = histogramQuantile(bounds, cumulative, q);
        quantiles.set(name, value ? Json(*value) : Json("nan")); // Prometheus' word for "nothing was counted"
    }
    return Json::object().set("quantiles", std::move(quantiles));
}

constexpr std::array sections{
    Section{"ewma_chart", ewmaCase},
    Section{"cusum", cusumCase},
    Section{"page_hinkley_up", pageHinkleyCase},
    Section{"bocpd", changePointCase},
    Section{"robust_z", robustCase},
    Section{"holt_linear", holtCase},
    Section{"holt_winters_additive", holtWintersCase},
    Section{"histogram_quantile", histogramCase},
};

} // namespace

std::span<const Section> detectionSections()
{
    return sections;
}

} // namespace bnof::vectors
