// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cluster/federated.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace bnof::cluster {
namespace {

Result<void> requireUpdates(const std::vector<Update>& updates, std::size_t length)
{
    if (updates.empty())
        return makeError(ErrorKind::BadInput, "there are no updates to join", "federated training");
    for (std::size_t i = 0; i < updates.size(); ++i) {
        const Weights& weights = updates[i].weights;
        const std::string where = "update " + std::to_string(i + 1);
        if (weights.size() != length) {
            return makeError(ErrorKind::BadInput,
                             "has " + std::to_string(weights.size()) + " weights instead of " + std::to_string(length),
                             where, "All hosts must train the same model.");
        }
        if (!std::all_of(weights.begin(), weights.end(), [](double w) { return std::isfinite(w); })) {
            return makeError(ErrorKind::BadInput, "has weights that are not finite", where,
                             "The host's training has diverged; its update is left out.");
        }
    }
    return {};
}

/// `figure` of every weight's values over the updates, in ascending order.
template <typename Figure> Result<Weights> byCoordinate(const std::vector<Update>& updates, Figure figure)
{
    const std::size_t length = updates.empty() ? 0 : updates.front().weights.size();
    BNOF_TRY(requireUpdates(updates, length));
    Weights out(length);
    std::vector<double> values(updates.size());
    for (std::size_t at = 0; at < length; ++at) {
        for (std::size_t i = 0; i < updates.size(); ++i)
            values[i] = updates[i].weights[at];
        std::sort(values.begin(), values.end());
        out[at] = figure(values);
    }
    return out;
}

} // namespace

Result<Weights> federatedAverage(const std::vector<Update>& updates)
{
    const std::size_t length = updates.empty() ? 0 : updates.front().weights.size();
    BNOF_TRY(requireUpdates(updates, length));
    double samples = 0;
    for (const Update& update : updates)
        samples += static_cast<double>(update.samples);
    if (samples == 0)
        return makeError(ErrorKind::BadInput, "no update was trained on any sample", "federated training");
    Weights out(length);
    for (const Update& update : updates) {
        for (std::size_t at = 0; at < length; ++at)
            out[at] += update.weights[at] * (static_cast<double>(update.samples) / samples);
    }
    return out;
}

Result<Weights> bufferedUpdate(const Weights& global, const std::vector<Update>& updates, double rate)
{
    BNOF_TRY(requireUpdates(updates, global.size()));
    Weights out(global);
    for (const Update& update : updates) {
        const double factor =
            rate / static_cast<double>(updates.size()) / std::sqrt(1 + static_cast<double>(update.staleness));
        for (std::size_t at = 0; at < global.size(); ++at)
            out[at] += factor * (update.weights[at] - global[at]);
    }
    return out;
}

Result<Weights> coordinateMedian(const std::vector<Update>& updates)
{
    return byCoordinate(updates, [](const std::vector<double>& sorted) {
        const std::size_t half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    });
}

Result<Weights> trimmedMean(const std::vector<Update>& updates, std::size_t trim)
{
    if (updates.size() < 2 * trim + 1) {
        return makeError(ErrorKind::BadInput,
                         "trimming " + std::to_string(trim) + " at both ends needs at least " +
                             std::to_string(2 * trim + 1) + " updates",
                         "federated training");
    }
    return byCoordinate(updates, [trim](const std::vector<double>& sorted) {
        double sum = 0;
        for (std::size_t i = trim; i + trim < sorted.size(); ++i)
            sum += sorted[i];
        return sum / static_cast<double>(sorted.size() - 2 * trim);
    });
}

Result<Weights> TopKCompressor::compress(const Weights& gradient)
{
    if (m_residual.empty())
        m_residual.assign(gradient.size(), 0);
    if (gradient.size() != m_residual.size())
        return makeError(ErrorKind::BadInput, "the gradient has another length than before", "federated training");
    for (std::size_t i = 0; i < gradient.size(); ++i)
        m_residual[i] += gradient[i];
    std::vector<std::size_t> order(gradient.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto kept = order.begin() + static_cast<std::ptrdiff_t>(std::min(m_k, order.size()));
    std::partial_sort(order.begin(), kept, order.end(), [this](std::size_t a, std::size_t b) {
        const double sizeA = std::abs(m_residual[a]);
        const double sizeB = std::abs(m_residual[b]);
        return sizeA > sizeB || (sizeA == sizeB && a < b);
    });
    Weights sent(gradient.size());
    for (auto at = order.begin(); at != kept; ++at) {
        sent[*at] = m_residual[*at];
        m_residual[*at] = 0;
    }
    return sent;
}

} // namespace bnof::cluster
