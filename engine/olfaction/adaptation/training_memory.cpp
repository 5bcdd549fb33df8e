// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "engine/olfaction/training_data.h"

namespace bnof::olfaction {
namespace {

/// Of all gases together, to rehearse and to judge: some 150 kB of a model file.
constexpr std::size_t mostKept = 480;
constexpr std::size_t mostOfAGas = 80;

/// When each exposure began, by its number.
std::map<int, double> onsets(const FeatureRows& rows)
{
    std::map<int, double> out;
    for (std::size_t i = 0; i < rows.rows(); ++i)
        out.try_emplace(rows.exposure[i], rows.seconds[i]);
    return out;
}

} // namespace

ModelMemory memoryOf(const Preparation& p, std::size_t classes)
{
    const FeatureRows& rows = p.rows;
    const std::map<int, double> began = onsets(rows);
    const std::size_t each = std::clamp<std::size_t>(mostKept / std::max<std::size_t>(classes, 1) / 2, 4, mostOfAGas);
    ModelMemory out;
    out.dimension = rows.dimension;
    for (const bool judge : {false, true}) {
        const std::vector<std::uint32_t>& from = judge ? p.folds.back().test : p.folds.back().train;
        for (std::size_t c = 0; c < classes; ++c) {
            std::vector<std::uint32_t> own;
            for (const std::uint32_t i : from) {
                if (!rows.restarted[i] && rows.labels[i] == static_cast<int>(c))
                    own.push_back(i);
            }
            const std::size_t take = std::min(each, own.size());
            for (std::size_t k = 0; k < take; ++k) {
                const std::uint32_t i = own[k * own.size() / take];
                out.add(rows.row(i), static_cast<int>(c), rows.seconds[i] - began.at(rows.exposure[i]), judge);
            }
        }
    }
    return out;
}

} // namespace bnof::olfaction
