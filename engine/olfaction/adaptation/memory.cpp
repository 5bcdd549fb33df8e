// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/adaptation/memory.h"

#include <algorithm>
#include <cmath>

#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

constexpr std::size_t mostRows = 20'000;

} // namespace

void ModelMemory::add(std::span<const double> row, int label, double age, bool judge)
{
    dimension = row.size();
    for (const double z : row)
        features.push_back(static_cast<std::int16_t>(std::lround(std::clamp(z / resolution, -32767.0, 32767.0))));
    labels.push_back(label);
    ages.push_back(std::round(age * 10) / 10);
    heldOut.push_back(judge ? 1 : 0);
}

void ModelMemory::row(std::size_t i, std::span<double> out) const
{
    for (std::size_t f = 0; f < dimension; ++f)
        out[f] = features[i * dimension + f] * resolution;
}

Json toJson(const ModelMemory& memory)
{
    Json out = Json::object();
    out.set("labels", Json::arrayOf(memory.labels));
    out.set("ages_s", Json::arrayOf(memory.ages));
    out.set("held_out", Json::arrayOf(memory.heldOut));
    out.set("features", Json::arrayOf(memory.features));
    return out;
}

Result<ModelMemory> memoryFromJson(const Json& json, const std::string& path, std::size_t dimension, std::size_t gases)
{
    JsonFields fields(json, path);
    ModelMemory memory;
    memory.dimension = dimension;
    memory.labels = readNumbers<int>(fields, "labels", mostRows);
    memory.ages = readExactly<double>(fields, "ages_s", memory.labels.size());
    memory.heldOut = readExactly<std::uint8_t>(fields, "held_out", memory.labels.size());
    memory.features = readExactly<std::int16_t>(fields, "features", memory.labels.size() * dimension);
    BNOF_TRY(fields.status());
    for (std::size_t i = 0; i < memory.labels.size(); ++i) {
        if (memory.labels[i] < 0 || memory.labels[i] >= static_cast<int>(gases))
            return makeError(ErrorKind::BadInput, "a row is of a gas that the model does not have", path + ".labels");
        if (!(memory.ages[i] >= 0 && memory.ages[i] <= 1e9) || memory.heldOut[i] > 1)
            return makeError(ErrorKind::BadInput, "a row is described by impossible numbers", path + ".ages_s");
    }
    return memory;
}

Json toJson(const LineageStep& step)
{
    Json out = Json::object();
    out.set("action", step.action);
    out.set("date", step.date);
    out.set("operator", step.operatorName);
    out.set("parent_sha256", step.parentDigest);
    out.set("parent_name", step.parentName);
    out.set("parent_file", step.parentFile);
    out.set("data_sha256", step.dataDigest);
    out.set("comparison", step.comparison);
    return out;
}

Result<LineageStep> lineageFromJson(const Json& json, const std::string& path)
{
    JsonFields fields(json, path);
    LineageStep step;
    step.action = fields.string("action");
    step.date = fields.stringOr("date", "");
    step.operatorName = fields.stringOr("operator", "");
    step.parentDigest = fields.string("parent_sha256");
    step.parentName = fields.stringOr("parent_name", "");
    step.parentFile = fields.stringOr("parent_file", "");
    step.dataDigest = fields.stringOr("data_sha256", "");
    BNOF_TRY(fields.status());
    step.comparison = json["comparison"];
    return step;
}

} // namespace bnof::olfaction
