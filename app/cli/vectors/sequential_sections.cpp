// SPDX-License-Identifier: GPL-3.0-or-later
// Tests and intervals that may be looked at after every unit.
#include <algorithm>
#include <array>

#include "app/cli/vectors/case_input.h"
#include "engine/statistics/confidence_sequences.h"
#include "engine/statistics/gamma_exponential.h"
#include "engine/statistics/sequential_tests.h"

namespace bnof::vectors {
namespace {

using namespace statistics;

constexpr std::array<std::size_t, 9> usualLooks{1, 2, 5, 10, 20, 50, 100, 200, 400};

/// The references look at these units and at the last one.
bool isLook(std::size_t unit, std::size_t units)
{
    return unit == units || std::find(usualLooks.begin(), usualLooks.end(), unit) != usualLooks.end();
}

Json msprtCase(CaseInput& input)
{
    const auto values = input.numbers("x");
    const double alpha = input.number("alpha");
    auto test = Msprt::create({input.number("sigma"), input.number("tau"), input.number("theta0")});
    Json looks = Json::array();
    Json lambda = Json::array();
    Json p = Json::array();
    Json width = Json::array();
    Json first;
    for (std::size_t i = 0; test.ok() && i < values.size(); ++i) {
        test->add(values[i]);
        if (first.isNull() && test->p() <= alpha)
            first = Json(i + 1);
        if (!isLook(i + 1, values.size()))
            continue;
        looks.push(i + 1);
        lambda.push(test->logLambda());
        p.push(test->p());
        width.push(test->halfWidth(alpha));
    }
    Json out = Json::object();
    out.set("n", std::move(looks)).set("log_lambda", std::move(lambda)).set("p_always_valid", std::move(p));
    return out.set("ci_half_width", std::move(width)).set("first_n_p_le_alpha", std::move(first));
}

Json msprtTwoSampleCase(CaseInput& input)
{
    const auto log = msprtTwoSampleLogLambda(input.count("n_per_arm"), input.number("mean_diff"),
                                             input.number("sigma2_per_arm"), input.number("tau"));
    Json out = Json::object();
    out.set("log_lambda", answer(log, [](double l) { return l; }));
    return out.set("p_single_look", answer(log, pFromLogE));
}

Json normalMixtureCase(CaseInput& input)
{
    const double v = input.number("v");
    const double alpha = input.number("alpha");
    Json out = Json::object();
    for (const bool twoSided : {true, false}) {
        const NormalMixture mixture = tunedNormalMixture(input.number("v_opt"), input.number("alpha_opt"), twoSided);
        const std::string side = twoSided ? "two_sided" : "one_sided";
        out.set("rho_" + side, mixture.rho).set("log_e_" + side, mixture.logE(input.number("s"), v));
        out.set("bound_" + side, mixture.bound(v, alpha));
    }
    return out;
}

Json gammaExponentialCase(CaseInput& input)
{
    const auto bound = gammaExponentialBound(input.number("v"), input.number("alpha"),
                                             {input.number("c"), input.number("v_opt"), input.number("alpha_opt")});
    return Json::object().set("bound", answer(bound, [](double b) { return b; }));
}

Json shareCase(CaseInput& input)
{
    const auto interval =
        shareSequence({input.count("successes"), input.count("trials")}, input.number("alpha"), input.number("t_opt"));
    return Json::object().set("lo", answer(interval, &Interval::low)).set("hi", answer(interval, &Interval::high));
}

Json bernsteinCase(CaseInput& input)
{
    const auto values = input.numbers("x");
    auto sequence = EmpiricalBernsteinSequence::create(input.number("alpha"), input.number("truncation"));
    Json looks = Json::array();
    std::array<Json, 4> limits{Json::array(), Json::array(), Json::array(), Json::array()};
    for (std::size_t i = 0; sequence.ok() && i < values.size(); ++i) {
        if (!sequence->add(values[i]).ok())
            return Json::object();
        if (!isLook(i + 1, values.size()))
            continue;
        looks.push(i + 1);
        limits[0].push(sequence->interval().low);
        limits[1].push(sequence->interval().high);
        limits[2].push(sequence->running().low);
        limits[3].push(sequence->running().high);
    }
    Json out = Json::object();
    out.set("n", std::move(looks)).set("lo", std::move(limits[0])).set("hi", std::move(limits[1]));
    return out.set("lo_running", std::move(limits[2])).set("hi_running", std::move(limits[3]));
}

Json asymptoticCase(CaseInput& input)
{
    const double alpha = input.number("alpha");
    const double tuneAt = input.number("N_star");
    const auto interval =
        asymptoticInterval(input.number("estimate"), input.number("std_err"), input.number("N_total"), alpha, tuneAt);
    Json out = Json::object();
    out.set("rho", asymptoticRho(alpha, tuneAt));
    out.set("half_width", answer(interval, &AsymptoticInterval::halfWidth));
    return out.set("p_always_valid", answer(interval, &AsymptoticInterval::p));
}

constexpr std::array sections{
    Section{"msprt_one_sample", msprtCase},
    Section{"msprt_two_sample", msprtTwoSampleCase},
    Section{"normal_mixture_bound", normalMixtureCase},
    Section{"gamma_exponential_bound", gammaExponentialCase},
    Section{"bernoulli_cs", shareCase},
    Section{"empirical_bernstein_cs", bernsteinCase},
    Section{"asymptotic_cs", asymptoticCase},
};

} // namespace

std::span<const Section> sequentialSections()
{
    return sections;
}

} // namespace bnof::vectors
