// SPDX-License-Identifier: GPL-3.0-or-later
// Reduced precision of weights and gradients.
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "app/cli/vectors/case_input.h"
#include "engine/compute/half.h"
#include "engine/compute/quantisation.h"

namespace bnof::vectors {
namespace {

using namespace compute;

Json halfCase(CaseInput& input)
{
    const auto bits = static_cast<std::uint32_t>(std::strtoul(input.text("f32_bits_hex").c_str(), nullptr, 16));
    const HalfBits half = halfFromFloat(std::bit_cast<float>(bits));
    const float back = floatFromHalf(half);
    char hex[8];
    std::snprintf(hex, sizeof hex, "%04x", unsigned{half});
    return Json::object()
        .set("f16_bits_hex", std::isnan(back) ? "any NaN" : static_cast<const char*>(hex))
        .set("back_to_f32", back);
}

Json int8Case(CaseInput& input)
{
    const auto rows = input.rows("W");
    const std::size_t columns = rows.empty() ? 0 : rows.front().size();
    std::vector<float> weights;
    for (const auto& row : rows) {
        for (const double weight : row)
            weights.push_back(static_cast<float>(weight));
    }
    std::vector<std::uint8_t> spikes;
    for (const int spike : input.integers("spikes"))
        spikes.push_back(spike != 0 ? 1 : 0);
    const auto matrix = quantiseRows(weights, rows.size(), columns);
    Json out = Json::object();
    if (!matrix.ok() || spikes.size() != columns)
        return out;
    Json values = Json::array();
    Json plain = Json::array();
    for (std::size_t r = 0; r < rows.size(); ++r) {
        Json row = Json::array();
        double sum = 0;
        for (std::size_t c = 0; c < columns; ++c) {
            row.push(int{matrix->values[r * columns + c]});
            sum += spikes[c] != 0 ? double{weights[r * columns + c]} : 0;
        }
        values.push(std::move(row));
        plain.push(sum);
    }
    const auto sums = accumulate(*matrix, spikes);
    out.set("scale", Json::arrayOf(matrix->scales)).set("q", std::move(values)).set("int32_acc", Json::arrayOf(sums));
    return out.set("dequant", Json::arrayOf(rescale(*matrix, sums))).set("fp32", std::move(plain));
}

Json lossScaleCase(CaseInput& input)
{
    LossScaleOptions options;
    options.initial = input.number("init");
    options.growth = input.number("growth");
    options.backoff = input.number("backoff");
    options.growthInterval = static_cast<std::uint32_t>(input.count("growth_interval"));
    options.minimum = input.number("min_scale");
    LossScaler scaler(options);
    Json scales = Json::array();
    for (const int notFinite : input.integers("nonfinite_at_step")) {
        scaler.update(notFinite == 0);
        scales.push(scaler.scale());
    }
    return Json::object().set("scale_after_step", std::move(scales));
}

constexpr std::array sections{
    Section{"fp16_convert", halfCase},
    Section{"int8_per_channel", int8Case},
    Section{"loss_scale", lossScaleCase},
};

} // namespace

std::span<const Section> precisionSections()
{
    return sections;
}

} // namespace bnof::vectors
