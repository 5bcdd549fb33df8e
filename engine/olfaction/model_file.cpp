// SPDX-License-Identifier: GPL-3.0-or-later
// The .bnofmodel format: one JSON object, version 1.
#include <algorithm>
#include <cmath>

#include "engine/base/types_json.h"
#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/json_vectors.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/model_signature.h"

namespace bnof::olfaction {
namespace {

constexpr std::string_view formatName = "bnof-model";
constexpr std::int64_t formatVersion = 1;
constexpr std::size_t largestFile = 256U << 20;

Json spikingToJson(const SpikingPart& part)
{
    Json out = Json::object();
    out.set("receptor_code", toJson(part.code));
    out.set("kenyon_bias_mv", Json::arrayOf(part.kenyonBiasMv));
    out.set("output_bias_mv", Json::arrayOf(part.outputBiasMv));
    out.set("outputs_per_gas", part.outputsPerGas);
    out.set("readout_unit_mv", part.readoutUnitMv);
    out.set("readout", Json::arrayOf(part.readout));
    out.set("window_intervals", part.windowIntervals);
    out.set("calibration", toJson(part.calibration));
    if (part.restAfterTicks > 0)
        out.set("rest_after_ticks", part.restAfterTicks);
    if (!part.clips.empty()) {
        Json clips = Json::object();
        for (const auto& [projection, clip] : part.clips)
            clips.set(projection, clip.reduced ? Json(clip.clipPercentile) : Json());
        out.set("int8_clip_percentiles", std::move(clips));
    }
    return out;
}

Result<SpikingPart> spikingFromJson(const Json& json, const Json& network, std::size_t axes)
{
    JsonFields fields(json, "spiking");
    SpikingPart part;
    const Json& code = fields.objectField("receptor_code");
    part.kenyonBiasMv = readNumbers<float>(fields, "kenyon_bias_mv", 1U << 24);
    part.outputBiasMv = readNumbers<float>(fields, "output_bias_mv", 1U << 20);
    part.outputsPerGas = static_cast<std::uint32_t>(fields.integer("outputs_per_gas", 1, 10'000));
    part.readoutUnitMv = fields.number("readout_unit_mv", 1e-30, 1e6);
    part.readout = readNumbers<std::int32_t>(fields, "readout", 1U << 26);
    part.windowIntervals = static_cast<std::uint32_t>(fields.integer("window_intervals", 1, 1000));
    const Json& calibration = fields.objectField("calibration");
    BNOF_TRY(fields.status());
    for (const float bias : part.kenyonBiasMv) {
        if (std::abs(bias) > 1e5F)
            return makeError(ErrorKind::BadInput, "a bias is beyond 100,000 mV", "spiking.kenyon_bias_mv");
    }
    for (const float bias : part.outputBiasMv) {
        if (std::abs(bias) > 1e5F)
            return makeError(ErrorKind::BadInput, "a bias is beyond 100,000 mV", "spiking.output_bias_mv");
    }
    part.restAfterTicks = static_cast<std::uint32_t>(fields.integerOr("rest_after_ticks", 0, 0, 100'000'000));
    if (fields.has("int8_clip_percentiles")) {
        for (const auto& [projection, clip] : fields.objectField("int8_clip_percentiles").members())
            part.clips.push_back({projection, {!clip.isNull(), clip.toDouble(100)}});
        BNOF_TRY(fields.status());
    }
    BNOF_TRY_ASSIGN(part.code, receptorCodeFromJson(code, "spiking.receptor_code", axes));
    BNOF_TRY_ASSIGN(part.calibration, readoutFromJson(calibration, "spiking.calibration"));
    BNOF_TRY_ASSIGN(part.network, snn::networkFromJson(network));
    return part;
}

Json ldaToJson(const LdaCalibration& lda)
{
    Json out = Json::object();
    out.set("temperature", lda.temperature);
    out.set("familiar_distance", lda.familiarDistance);
    out.set("familiar_residual", lda.familiarResidual);
    out.set("minimum_probability", lda.minimumProbability);
    return out;
}

Result<LdaCalibration> ldaFromJson(const Json& json)
{
    JsonFields fields(json, "lda");
    LdaCalibration lda;
    lda.temperature = fields.number("temperature", 1e-3, 1e6);
    lda.familiarDistance = fields.number("familiar_distance", 1e-3, 1e9);
    lda.familiarResidual = fields.number("familiar_residual", 1e-3, 1e9);
    lda.minimumProbability = fields.number("minimum_probability", 1e-6, 1);
    BNOF_TRY(fields.status());
    return lda;
}

std::vector<std::string> readStrings(JsonFields& fields, std::string_view key, std::size_t limit)
{
    std::vector<std::string> out;
    for (const Json& item : fields.array(key).items()) {
        if (!item.isString() || out.size() >= limit) {
            fields.fail(key, item.isString() ? "has too many entries" : "holds something that is not text");
            return {};
        }
        out.push_back(item.toString());
    }
    return out;
}

/// Names, channels and components.
Result<void> readDescription(JsonFields& fields, Model& model)
{
    model.kind = fields.string("kind");
    model.name = fields.string("name");
    model.programVersion = fields.stringOr("program_version", "");
    model.seed = static_cast<std::uint64_t>(fields.integerOr("seed", 0, INT64_MIN, INT64_MAX));
    model.simulatedTraining = fields.booleanOr("simulated_training", false);
    model.trainingDigest = fields.stringOr("training_digest", "");
    model.gases = readStrings(fields, "gases", 1000);
    model.background = static_cast<int>(fields.integer("background", -1, 999));
    model.components = readStrings(fields, "components", 1000);
    for (const Json& list : fields.array("gas_components").items()) {
        std::vector<int> components;
        for (const Json& item : list.items())
            components.push_back(static_cast<int>(std::clamp<std::int64_t>(item.toInteger(-1), -1, 1000)));
        model.gasComponents.push_back(std::move(components));
    }
    model.decisionIntervalSeconds = fields.number("decision_interval_s", 1e-3, 60);
    model.longestHoldSeconds = fields.number("longest_hold_s", 1e-2, 3600);
    const Json& channels = fields.array("channels");
    BNOF_TRY(fields.status());
    for (const Json& channel : channels.items()) {
        if (!channel["name"].isString() || model.channels.size() > 4096) {
            fields.fail("channels", channel["name"].isString() ? "has too many entries" : "holds one without a name");
            return fields.status();
        }
        model.channels.push_back(channelFromJson(channel));
    }
    return {};
}

/// What adaptation needs and what it did; models of earlier versions have neither.
Result<void> readAdaptation(JsonFields& fields, const Json& json, Model& model)
{
    if (fields.has("memory")) {
        const Json& memory = fields.objectField("memory");
        BNOF_TRY(fields.status());
        BNOF_TRY_ASSIGN(model.memory, memoryFromJson(memory, "memory", model.frontEnd.features(), model.gases.size()));
    }
    for (const Json& step : json["lineage"].items()) {
        if (model.lineage.size() >= 1000)
            return makeError(ErrorKind::BadInput, "has too many steps", "lineage");
        BNOF_TRY_ASSIGN(LineageStep read,
                        lineageFromJson(step, "lineage[" + std::to_string(model.lineage.size()) + "]"));
        model.lineage.push_back(std::move(read));
    }
    return fields.status();
}

Result<Model> modelFromJson(const Json& json)
{
    JsonFields fields(json, "model");
    if (const std::string format = fields.string("format"); fields.ok() && format != formatName)
        fields.fail("format", "is not " + std::string(formatName), "This is not a .bnofmodel file.");
    if (const std::int64_t version = fields.integer("version", 1, 1'000'000); fields.ok() && version > formatVersion)
        fields.fail("version", "is " + std::to_string(version) + ", newer than this program knows",
                    "Update the program.");
    Model model;
    BNOF_TRY(fields.status());
    BNOF_TRY(readDescription(fields, model));
    const Json& frontEnd = fields.objectField("front_end");
    const Json& discriminant = fields.objectField("discriminant");
    const Json& concentrations = fields.array("concentrations");
    BNOF_TRY(fields.status());
    model.metrics = json["metrics"];
    BNOF_TRY_ASSIGN(model.frontEnd, frontEndFromJson(frontEnd, "front_end"));
    const std::size_t dimension = model.frontEnd.features();
    BNOF_TRY_ASSIGN(model.discriminant,
                    discriminantFromJson(discriminant, "discriminant", dimension, model.gases.size()));
    for (std::size_t i = 0; i < concentrations.items().size() && i < 100'000; ++i) {
        BNOF_TRY_ASSIGN(ConcentrationModel estimator,
                        concentrationFromJson(concentrations.items()[i], "concentrations[" + std::to_string(i) + "]",
                                              dimension, model.gases.size(), model.components.size(),
                                              model.frontEnd.transientSeconds.size()));
        model.concentrations.push_back(std::move(estimator));
    }
    BNOF_TRY_ASSIGN(model.lda, ldaFromJson(fields.objectField("lda")));
    if (isClassifierKind(model.kind))
        model.classifier = fields.objectField("classifier");
    BNOF_TRY(readAdaptation(fields, json, model));
    if (model.kind == "spiking") {
        const Json& spiking = fields.objectField("spiking");
        const Json& network = fields.objectField("network");
        BNOF_TRY(fields.status());
        BNOF_TRY_ASSIGN(model.spiking, spikingFromJson(spiking, network, model.discriminant.axes));
    }
    if (model.kind == "virtual-receptors") {
        const Json& part = fields.objectField("virtual_receptors");
        const Json& network = fields.objectField("network");
        BNOF_TRY(fields.status());
        BNOF_TRY_ASSIGN(model.virtualReceptors, virtualReceptorsFromJson(part, network, "virtual_receptors"));
    }
    BNOF_TRY(validate(model));
    return model;
}

} // namespace

std::vector<std::uint8_t> modelToBytes(const Model& model)
{
    Json out = Json::object();
    out.set("format", formatName);
    out.set("version", formatVersion);
    out.set("kind", model.kind);
    out.set("name", model.name);
    out.set("program_version", model.programVersion);
    out.set("seed", model.seed);
    out.set("simulated_training", model.simulatedTraining);
    out.set("training_digest", model.trainingDigest);
    out.set("gases", Json::arrayOf(model.gases));
    out.set("background", model.background);
    out.set("components", Json::arrayOf(model.components));
    Json lists = Json::array();
    for (const std::vector<int>& components : model.gasComponents)
        lists.push(Json::arrayOf(components));
    out.set("gas_components", std::move(lists));
    Json channels = Json::array();
    for (const ChannelInfo& channel : model.channels)
        channels.push(bnof::toJson(channel));
    out.set("channels", std::move(channels));
    out.set("decision_interval_s", model.decisionIntervalSeconds);
    out.set("longest_hold_s", model.longestHoldSeconds);
    out.set("metrics", model.metrics);
    out.set("front_end", toJson(model.frontEnd));
    out.set("discriminant", toJson(model.discriminant));
    Json concentrations = Json::array();
    for (const ConcentrationModel& estimator : model.concentrations)
        concentrations.push(toJson(estimator));
    out.set("concentrations", std::move(concentrations));
    out.set("lda", ldaToJson(model.lda));
    if (isClassifierKind(model.kind))
        out.set("classifier", model.classifier);
    if (model.kind == "spiking") {
        out.set("spiking", spikingToJson(model.spiking));
        out.set("network", snn::toJson(model.spiking.network));
    }
    if (model.kind == "virtual-receptors") {
        out.set("virtual_receptors", toJson(model.virtualReceptors));
        out.set("network", snn::toJson(model.virtualReceptors.network));
    }
    if (!model.memory.empty())
        out.set("memory", toJson(model.memory));
    if (!model.lineage.empty()) {
        Json steps = Json::array();
        for (const LineageStep& step : model.lineage)
            steps.push(toJson(step));
        out.set("lineage", std::move(steps));
    }
    out.set("content_sha256", modelContentDigest(out));
    const std::string text = out.dump() + '\n';
    return {text.begin(), text.end()};
}

Result<Model> modelFromBytes(std::span<const std::uint8_t> bytes, const std::string& sourceName)
{
    if (bytes.size() > largestFile)
        return makeError(ErrorKind::BadInput, "the model is larger than any that training makes", sourceName);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, sourceName));
    if (json["content_sha256"].isString() && json["content_sha256"].toString() != modelContentDigest(json))
        return makeError(ErrorKind::BadInput, "the checksum of this model does not fit its content", sourceName,
                         "The file is damaged or was edited by hand: take a copy, or train again.");
    if (const auto signature = verifySignature(json, sourceName); !signature.ok())
        return signature.error();
    auto model = modelFromJson(json);
    if (model.ok())
        return model;
    Error error = model.error();
    error.where = sourceName + (error.where.empty() ? "" : ": " + error.where);
    return error;
}

} // namespace bnof::olfaction
