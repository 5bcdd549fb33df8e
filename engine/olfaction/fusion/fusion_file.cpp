// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/fusion_file.h"

namespace bnof::olfaction {
namespace {

constexpr std::string_view formatName = "bnof-fusion";

} // namespace

std::string fusionText(const FusionFile& file)
{
    Json out = Json::object();
    out.set("format", formatName).set("version", 1).set("classes", Json::arrayOf(file.classes));
    out.set("simulated_training", file.simulatedTraining).set("model", file.model.toJson());
    return out.dump() + '\n';
}

Result<FusionFile> fusionFromText(std::string_view text, const std::string& sourceName)
{
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, sourceName));
    JsonFields fields(json, sourceName);
    if (const std::string format = fields.string("format"); fields.ok() && format != formatName)
        fields.fail("format", "is not " + std::string(formatName), "Make one with bnof fuse FOLDER --out FILE.");
    (void)fields.integer("version", 1, 1);
    FusionFile out;
    for (const Json& name : fields.array("classes").items())
        out.classes.push_back(name.toString());
    out.simulatedTraining = fields.booleanOr("simulated_training", false);
    const Json& model = fields.objectField("model");
    BNOF_TRY(fields.status());
    BNOF_TRY_ASSIGN(out.model, FusionModel::fromJson(model, sourceName + ": model"));
    if (out.classes.size() != out.model.classes())
        fields.fail("classes", "are not as many as the model tells apart");
    BNOF_TRY(fields.status());
    return out;
}

} // namespace bnof::olfaction
