// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/base/philox.h"
#include "engine/olfaction/training_network.h"

namespace bnof::olfaction {
namespace {

constexpr std::uint32_t replayStream = 0x4E50;
constexpr std::uint32_t novelStream = 0x4E51;

std::vector<std::size_t> presentClasses(const Discriminant& d)
{
    std::vector<std::size_t> out;
    for (std::size_t c = 0; c < d.classes(); ++c) {
        if (d.present(c))
            out.push_back(c);
    }
    return out;
}

double squaredDistance(const std::vector<double>& a, const std::vector<double>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/// Whether no class mean and none of a sample of the real points is within the familiar distance.
bool farFromEverything(const Discriminant& teacher, const std::vector<DiscriminantPoint>& real,
                       const std::vector<double>& u, double distance)
{
    if (nearestDistance(teacher, u) < 1.5 * distance)
        return false;
    const std::size_t step = std::max<std::size_t>(1, real.size() / 500);
    for (std::size_t i = 0; i < real.size(); i += step) {
        if (squaredDistance(real[i].u, u) < 0.75 * 0.75 * distance * distance)
            return false;
    }
    return true;
}

std::vector<double> aroundMean(const Discriminant& d, std::size_t c, double deviation, PhiloxSequence& random)
{
    std::vector<double> u(d.axes);
    for (std::size_t a = 0; a < d.axes; ++a)
        u[a] = d.means[c * d.axes + a] + deviation * random.normal();
    return u;
}

} // namespace

std::vector<DiscriminantPoint> makeNovelPoints(const Discriminant& teacher, const std::vector<DiscriminantPoint>& real,
                                               const LdaCalibration& familiar, std::size_t count, std::uint64_t seed)
{
    PhiloxSequence random(seed, novelStream);
    const std::vector<std::size_t> classes = presentClasses(teacher);
    std::vector<DiscriminantPoint> out;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t c = classes[random.below(static_cast<std::uint32_t>(classes.size()))];
        const double ordinary =
            real.empty() ? 1.0 : real[random.below(static_cast<std::uint32_t>(real.size()))].residual;
        DiscriminantPoint point;
        if (i % 2 == 0) {
            // The response lies outside what the discriminants span, whatever they say.
            point.u = real.empty() ? aroundMean(teacher, c, 1, random)
                                   : real[random.below(static_cast<std::uint32_t>(real.size()))].u;
            point.residual = familiar.familiarResidual * (1.6 + 2.4 * random.uniform());
            out.push_back(std::move(point));
            continue;
        }
        for (int attempt = 0; attempt < 20 && point.u.empty(); ++attempt) {
            std::vector<double> direction(teacher.axes);
            double length = 0;
            for (double& v : direction) {
                v = random.normal();
                length += v * v;
            }
            const double reach =
                familiar.familiarDistance * (1.5 + 2.5 * random.uniform()) / std::sqrt(std::max(length, 1e-9));
            std::vector<double> u(teacher.axes);
            for (std::size_t a = 0; a < teacher.axes; ++a)
                u[a] = teacher.means[c * teacher.axes + a] + reach * direction[a];
            if (farFromEverything(teacher, real, u, familiar.familiarDistance))
                point.u = std::move(u);
        }
        if (point.u.empty())
            continue;
        point.residual = ordinary;
        out.push_back(std::move(point));
    }
    return out;
}

TeachingPoints makeTeachingPoints(const Discriminant& teacher, const std::vector<DiscriminantPoint>& real,
                                  const LdaCalibration& familiar, const TrainingOptions& options)
{
    TeachingPoints out;
    PhiloxSequence random(options.seed, replayStream);
    const auto add = [&out, &teacher, &options](DiscriminantPoint point) {
        out.targets.emplace_back();
        posterior(teacher, point.u, options.replay.temperature, out.targets.back());
        out.points.push_back(std::move(point));
    };
    const std::size_t take = std::min<std::size_t>(options.realPoints, real.size());
    for (std::size_t i = 0; i < take; ++i)
        add(real[i * real.size() / take]);
    out.real = out.points.size();
    const std::vector<std::size_t> classes = presentClasses(teacher);
    const std::vector<double>& deviations = options.replay.deviations;
    for (std::uint32_t i = 0; i < options.replayPoints; ++i) {
        const std::size_t c = classes[i % classes.size()];
        DiscriminantPoint point;
        point.u =
            aroundMean(teacher, c, deviations[random.below(static_cast<std::uint32_t>(deviations.size()))], random);
        point.residual = real.empty() ? 1.0 : real[random.below(static_cast<std::uint32_t>(real.size()))].residual;
        point.residual = std::min(point.residual, familiar.familiarResidual);
        if (nearestDistance(teacher, point.u) < 1.2 * familiar.familiarDistance)
            add(std::move(point));
    }
    for (DiscriminantPoint& point : makeNovelPoints(teacher, real, familiar, options.novelPoints, options.seed)) {
        out.points.push_back(std::move(point));
        out.targets.emplace_back(teacher.classes(), 0.0);
    }
    return out;
}

} // namespace bnof::olfaction
