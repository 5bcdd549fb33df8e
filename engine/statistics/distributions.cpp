// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/distributions.h"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <algorithm>
#include <cmath>

namespace bnof::statistics {
namespace {

namespace math = boost::math;
// Doubles stay doubles (long double is slower and differs between machines), and nothing is thrown.
using Policy = math::policies::policy<math::policies::promote_double<false>,
                                      math::policies::domain_error<math::policies::ignore_error>,
                                      math::policies::pole_error<math::policies::ignore_error>,
                                      math::policies::overflow_error<math::policies::ignore_error>,
                                      math::policies::rounding_error<math::policies::ignore_error>,
                                      math::policies::evaluation_error<math::policies::ignore_error>>;
using Normal = math::normal_distribution<double, Policy>;
using Student = math::students_t_distribution<double, Policy>;
using NoncentralStudent = math::non_central_t_distribution<double, Policy>;
using ChiSquared = math::chi_squared_distribution<double, Policy>;
using Beta = math::beta_distribution<double, Policy>;
using Binomial = math::binomial_distribution<double, Policy>;

} // namespace

double normalQuantile(double p)
{
    return math::quantile(Normal(0, 1), p);
}

double studentTail(double t, double df)
{
    return math::cdf(math::complement(Student(df), t));
}

double studentTwoSided(double t, double df)
{
    return std::min(1.0, 2 * studentTail(std::abs(t), df));
}

double studentQuantile(double p, double df)
{
    return math::quantile(Student(df), p);
}

double noncentralStudentTail(double t, double df, double noncentrality)
{
    return math::cdf(math::complement(NoncentralStudent(df, noncentrality), t));
}

double noncentralStudentCdf(double t, double df, double noncentrality)
{
    return math::cdf(NoncentralStudent(df, noncentrality), t);
}

double chiSquaredTail(double x, double df)
{
    return math::cdf(math::complement(ChiSquared(df), x));
}

double betaQuantile(double p, double a, double b)
{
    return math::quantile(Beta(a, b), p);
}

double fairBinomialCdf(double k, double n)
{
    return math::cdf(Binomial(n, 0.5), k);
}

double fairBinomialMass(double k, double n)
{
    return math::pdf(Binomial(n, 0.5), k);
}

double lowerGamma(double a, double x)
{
    return math::gamma_p(a, x, Policy());
}

} // namespace bnof::statistics
