// SPDX-License-Identifier: GPL-3.0-or-later
// Scaling, balancing, retrying, and joining what hosts have learnt.
#include <algorithm>
#include <array>

#include "app/cli/vectors/case_input.h"
#include "engine/cluster/balancing.h"
#include "engine/cluster/circuit_breaker.h"
#include "engine/cluster/federated.h"
#include "engine/cluster/scaling.h"

namespace bnof::vectors {
namespace {

using namespace cluster;

Json scalingCase(CaseInput& input)
{
    const ScalingTarget target{input.number("target"), input.number("tolerance"), static_cast<int>(input.count("min")),
                               static_cast<int>(input.count("max"))};
    return Json::object().set("desired",
                              desiredWorkers(static_cast<int>(input.count("current")), input.number("value"), target));
}

Json stabilisationCase(CaseInput& input)
{
    ScaleDownStabiliser stabiliser(input.count("window_samples"));
    Json applied = Json::array();
    for (const int recommendation : input.integers("recommendations"))
        applied.push(stabiliser.add(recommendation));
    return Json::object().set("applied", std::move(applied));
}

const char* nameOf(CircuitBreaker::State state)
{
    switch (state) {
    case CircuitBreaker::State::Closed: return "CLOSED";
    case CircuitBreaker::State::Open: return "OPEN";
    case CircuitBreaker::State::HalfOpen: return "HALF_OPEN";
    }
    return "";
}

Json breakerCase(CaseInput& input)
{
    CircuitBreaker breaker({input.count("window"), input.count("min_calls"),
                            input.number("failure_rate_threshold") / 100, input.number("wait_open"),
                            input.count("half_open_calls")});
    Json states = Json::array();
    for (const auto& event : input.rows("events_t_ok", 2)) {
        const bool allowed = breaker.allow(event[0]);
        if (allowed)
            breaker.record(event[0], event[1] != 0);
        states.push(Json::array().push(allowed).push(nameOf(breaker.state())));
    }
    return Json::object().set("allowed_and_state_after", std::move(states));
}

Json peakEwmaCase(CaseInput& input)
{
    PeakEwma meter(input.number("tau"));
    Json costs = Json::array();
    for (const auto& call : input.rows("t_rtt", 2)) {
        meter.add(call[0], call[1]);
        costs.push(meter.cost());
    }
    return Json::object().set("cost", std::move(costs));
}

Json outlierCase(CaseInput& input)
{
    const auto found = successRateOutliers(input.numbers("success_rates"), input.number("stdev_factor") / 1000,
                                           input.count("minimum_hosts"));
    Json out = Json::object();
    out.set("mean", found.mean).set("pop_stdev", found.deviation).set("threshold", found.threshold);
    return out.set("ejected", Json::arrayOf(found.outliers));
}

Json backoffCase(CaseInput& input)
{
    const Backoff backoff{input.number("base_s"), input.number("factor"), input.number("cap_s")};
    Json waits = Json::array();
    const auto attempts = static_cast<unsigned>(std::min<std::uint64_t>(input.count("attempts"), 10000));
    for (unsigned attempt = 0; attempt < attempts; ++attempt)
        waits.push(backoff.longestWait(attempt));
    return Json::object().set("max_delay", std::move(waits));
}

Json federatedCase(CaseInput& input)
{
    const auto weights = input.rows("client_weights");
    const auto samples = input.counts("n");
    const auto staleness = input.counts("staleness");
    std::vector<Update> updates;
    for (std::size_t i = 0; i < weights.size() && i < samples.size() && i < staleness.size(); ++i)
        updates.push_back({weights[i], samples[i], staleness[i]});
    const auto list = [](const Weights& w) { return Json::arrayOf(w); };
    const auto trimmed = trimmedMean(updates, 1);
    Json out = Json::object();
    out.set("fedavg", answer(federatedAverage(updates), list));
    out.set("fedbuff", answer(bufferedUpdate(input.numbers("global"), updates, input.number("server_lr")), list));
    out.set("coordinate_median", answer(coordinateMedian(updates), list));
    return out.set("trimmed_mean_1", trimmed.ok() ? list(*trimmed) : Json()); // null: too few updates to trim
}

Json topKCase(CaseInput& input)
{
    TopKCompressor compressor(input.count("k"));
    Json sent = Json::array();
    Json residuals = Json::array();
    for (const auto& gradient : input.rows("grads")) {
        const auto part = compressor.compress(gradient);
        sent.push(answer(part, [](const Weights& w) { return Json::arrayOf(w); }));
        residuals.push(Json::arrayOf(compressor.residual()));
    }
    return Json::object().set("sent", std::move(sent)).set("residual", std::move(residuals));
}

constexpr std::array sections{
    Section{"hpa_desired", scalingCase},          Section{"scale_down_stabilisation", stabilisationCase},
    Section{"circuit_breaker", breakerCase},      Section{"peak_ewma", peakEwmaCase},
    Section{"outlier_success_rate", outlierCase}, Section{"backoff", backoffCase},
    Section{"fed_aggregate", federatedCase},      Section{"topk_error_feedback", topKCase},
};

} // namespace

std::span<const Section> clusterSections()
{
    return sections;
}

} // namespace bnof::vectors
