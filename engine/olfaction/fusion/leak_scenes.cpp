// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/leak_scenes.h"

#include <algorithm>
#include <cmath>

#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/olfaction/csv_table.h"
#include "engine/olfaction/front_end.h"
#include "engine/olfaction/fusion/acoustic_features.h"
#include "engine/olfaction/fusion/wav.h"

namespace bnof::olfaction {
namespace {

constexpr double calmSeconds = 1; ///< from which the scale of a gas sensor comes
const std::vector<double> transients{3, 30};

Result<ClockMap> clockFrom(const Json& json, const std::string& path)
{
    ClockMap clock;
    if (json.isNull())
        return clock;
    JsonFields fields(json, path);
    if (fields.has("events")) {
        const auto& events = fields.array("events").items();
        if (events.size() != 2 || events[0].items().size() != 2 || events[1].items().size() != 2) {
            fields.fail("events", "must be two pairs of an own time and a sensor time");
            return fields.status().error();
        }
        const auto at = [&](std::size_t event, std::size_t which) {
            return events[event].items()[which].toDouble(std::nan(""));
        };
        return clockFromEvents(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
    }
    clock.offsetSeconds = fields.numberOr("offset_s", 0, -1e6, 1e6);
    clock.rate = fields.numberOr("rate", 1, 0.9, 1.1);
    BNOF_TRY(fields.status());
    return clock;
}

/// A pattern with exactly one %0Nd or %d and no other percent sign.
bool isNumberPattern(const std::string& text)
{
    const std::size_t at = text.find('%');
    if (at == std::string::npos || text.find('%', at + 1) != std::string::npos)
        return false;
    std::size_t end = at + 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9' && end < at + 3)
        ++end;
    return end < text.size() && text[end] == 'd';
}

std::string numbered(const std::string& pattern, int number)
{
    const std::size_t at = pattern.find('%');
    const std::size_t end = pattern.find('d', at);
    const std::string widthText = pattern.substr(at + 1, end - at - 1);
    const auto digits = static_cast<std::size_t>(widthText.empty() ? 0 : std::stoi(widthText));
    std::string text = std::to_string(number);
    if (text.size() < digits)
        text.insert(0, digits - text.size(), '0');
    return pattern.substr(0, at) + text + pattern.substr(end + 1);
}

std::string placeOf(const Json& part, const char* key, const std::string& folder)
{
    const std::string& file = part[key].toString();
    return file.empty() ? std::string() : folder + '/' + file;
}

Result<void> readImagePart(const Json& json, const std::string& path, const std::string& folder, LeakScene& scene)
{
    scene.images = placeOf(json, "files", folder);
    scene.film = placeOf(json, "film", folder);
    if (scene.images.empty() && scene.film.empty())
        return {};
    JsonFields fields(json, path);
    if (!scene.images.empty()) {
        scene.imageCount = static_cast<int>(fields.integer("count", 1, 10'000));
        scene.imageHz = fields.number("rate_hz", 1e-3, 1000);
        if (fields.ok() && !isNumberPattern(scene.images))
            fields.fail("files", "needs one place for the frame's number, such as %04d");
    }
    scene.pixels.gain = fields.numberOr("gain", 1.0 / 255, -1e6, 1e6);
    scene.pixels.offset = fields.numberOr("offset", 0, -1e9, 1e9);
    scene.pixels.unit = fields.stringOr("unit", "");
    BNOF_TRY(fields.status());
    BNOF_TRY_ASSIGN(scene.imageClock, clockFrom(json["clock"], path + ".clock"));
    return {};
}

Result<LeakScene> sceneFrom(const Json& json, const std::string& path, const std::string& folder,
                            const std::vector<std::string>& classes)
{
    JsonFields fields(json, path);
    LeakScene scene;
    scene.name = fields.string("name");
    const std::string label = fields.string("label");
    scene.seconds = fields.number("seconds", 1, 1e5);
    scene.onsetSeconds = fields.number("onset_s", 0, std::max(scene.seconds, 0.0));
    const auto found = std::find(classes.begin(), classes.end(), label);
    if (fields.ok() && found == classes.end())
        fields.fail("label", "\"" + label + "\" is not one of the classes");
    BNOF_TRY(fields.status());
    scene.label = static_cast<int>(found - classes.begin());
    scene.sensors = placeOf(json["sensors"], "file", folder);
    scene.sound = placeOf(json["sound"], "file", folder);
    BNOF_TRY_ASSIGN(scene.soundClock, clockFrom(json["sound"]["clock"], path + ".sound.clock"));
    BNOF_TRY(readImagePart(json["images"], path + ".images", folder, scene));
    return scene;
}

/// Compressed values and their transients against causal baselines, in units of the first second's level.
Result<FeatureStream> gasFeatures(const std::string& path)
{
    BNOF_TRY_ASSIGN(std::string text, readTextFile(path));
    BNOF_TRY_ASSIGN(const CsvTable table, CsvTable::parse(std::move(text), path));
    const int timeColumn = table.column("time_s");
    if (timeColumn < 0 || table.columns() < 2)
        return makeError(ErrorKind::BadInput, "there is no column time_s with channels beside it", path);
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < table.columns(); ++c) {
        if (c != static_cast<std::size_t>(timeColumn))
            columns.push_back(c);
    }
    const auto timeOf = [&](std::size_t row) { return table.number(row, static_cast<std::size_t>(timeColumn)); };
    FrontEndParameters parameters;
    parameters.transientSeconds = transients;
    for (const std::size_t c : columns) {
        double sum = 0;
        double count = 0;
        for (std::size_t row = 0; row < table.rows() && !(timeOf(row) > timeOf(0) + calmSeconds); ++row) {
            const double value = std::abs(table.number(row, c));
            sum += std::isfinite(value) ? value : 0;
            count += std::isfinite(value) ? 1 : 0;
        }
        parameters.scale.push_back(count > 0 && sum > 0 ? sum / count : 1);
    }
    parameters.mean.assign(parameters.features(), 0);
    parameters.deviation.assign(parameters.features(), 1);
    FrontEnd frontEnd(parameters);
    FeatureStream out;
    for (const char* what : {"level of ", "fast transient of ", "slow transient of "}) {
        for (const std::size_t c : columns)
            out.names.push_back(what + (table.hasHeader() ? table.header()[c] : std::to_string(c)));
    }
    std::vector<float> values(columns.size());
    std::vector<double> features(out.dimension());
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const double t = timeOf(row);
        if (!std::isfinite(t) || std::abs(t) > 1e6 || (!out.times.empty() && t < out.times.back()))
            continue; // a damaged row
        for (std::size_t c = 0; c < columns.size(); ++c)
            values[c] = static_cast<float>(table.number(row, columns[c]));
        frontEnd.update(fromSeconds(t), values);
        frontEnd.rawFeatures(features);
        out.times.push_back(t);
        out.values.insert(out.values.end(), features.begin(), features.end());
    }
    return out;
}

Result<FeatureStream> soundFeatures(const std::string& path)
{
    BNOF_TRY_ASSIGN(const Sound sound, readWav(path));
    AcousticAnalyser analyser(sound.sampleRateHz);
    FeatureStream out = analyser.emptyStream();
    analyser.process(sound.samples, out);
    return out;
}

Result<FeatureStream> imageFeatures(const LeakScene& scene, ImageReader& reader)
{
    ImageAnalyser analyser(scene.pixels);
    FeatureStream out = analyser.emptyStream();
    for (int i = 0; i < scene.imageCount; ++i) {
        BNOF_TRY_ASSIGN(const RawImage image, reader.read(numbered(scene.images, i)));
        BNOF_TRY(analyser.process(i / scene.imageHz, image, out));
    }
    if (scene.film.empty())
        return out;
    BNOF_TRY(reader.open(scene.film));
    for (;;) {
        BNOF_TRY_ASSIGN(const std::optional<CapturedFrame> frame, reader.next());
        if (!frame || frame->seconds > scene.seconds)
            return out;
        BNOF_TRY(analyser.process(frame->seconds, frame->image, out));
    }
}

/// Appends one scene's rows of one modality. All scenes must agree on the number of features.
Result<void> join(AlignedRows& all, const AlignedRows& rows, const std::string& name)
{
    if (all.dimension == 0 && rows.dimension > 0) {
        all.dimension = rows.dimension;
        all.features.assign(all.present.size() * rows.dimension, 0); // scenes before this one had no such stream
    }
    if (rows.dimension != 0 && rows.dimension != all.dimension)
        return makeError(ErrorKind::BadInput,
                         "a stream has " + std::to_string(rows.dimension) + " features instead of " +
                             std::to_string(all.dimension),
                         name, "All scenes must come from the same sensors at the same settings.");
    if (rows.dimension != 0)
        all.features.insert(all.features.end(), rows.features.begin(), rows.features.end());
    all.present.insert(all.present.end(), rows.present.begin(), rows.present.end());
    all.features.resize(all.present.size() * all.dimension, 0);
    return {};
}

} // namespace

Result<LeakScenes> readLeakScenes(const std::string& folder)
{
    const std::string path = folder + "/manifest.json";
    BNOF_TRY_ASSIGN(const std::string text, readFile(path, 64U << 20));
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, path));
    JsonFields fields(json, path);
    if (const std::string format = fields.string("format"); fields.ok() && format != "bnof-leak-scenes")
        fields.fail("format", "is not bnof-leak-scenes", "Make one with bnof simulate --leak-scene FOLDER.");
    (void)fields.integer("version", 1, 1);
    LeakScenes out;
    out.simulated = fields.booleanOr("simulated", false);
    const Json& classes = fields.array("classes");
    const Json& scenes = fields.array("scenes");
    BNOF_TRY(fields.status());
    for (const Json& name : classes.items())
        out.classes.push_back(name.toString());
    if (out.classes.size() < 2 || out.classes.size() > 1000)
        fields.fail("classes", "must be at least two names, the first for when nothing happens");
    if (scenes.items().empty() || scenes.items().size() > 100'000)
        fields.fail("scenes", "is empty or too long");
    BNOF_TRY(fields.status());
    for (std::size_t i = 0; i < scenes.items().size(); ++i) {
        BNOF_TRY_ASSIGN(LeakScene scene, sceneFrom(scenes.items()[i], path + ": scenes[" + std::to_string(i) + "]",
                                                   folder, out.classes));
        out.scenes.push_back(std::move(scene));
    }
    return out;
}

Result<FusionRows> fusionRowsOf(const LeakScenes& scenes, ImageReader& reader, const FusionRowsOptions& options,
                                const std::function<bool(int)>& tell)
{
    FusionRows out;
    out.modalities = {"gas", "sound", "images"};
    out.rows.resize(out.modalities.size());
    for (std::size_t s = 0; s < scenes.scenes.size(); ++s) {
        if (tell && !tell(static_cast<int>(s)))
            return makeError(ErrorKind::Cancelled, "reading was cancelled");
        const LeakScene& scene = scenes.scenes[s];
        std::vector<double> instants;
        for (double t = options.warmUpSeconds; t <= scene.seconds; t += options.instantSeconds) {
            instants.push_back(t);
            out.seconds.push_back(t);
            const bool settling = t >= scene.onsetSeconds && t < scene.onsetSeconds + options.settleSeconds;
            const int later = settling ? -1 : scene.label;
            out.labels.push_back(t < scene.onsetSeconds ? 0 : scene.label == 0 ? 0 : later);
            out.groups.push_back(static_cast<int>(s));
        }
        FeatureStream gas;
        FeatureStream sound;
        FeatureStream images;
        if (!scene.sensors.empty()) {
            BNOF_TRY_ASSIGN(gas, gasFeatures(scene.sensors));
        }
        if (!scene.sound.empty()) {
            BNOF_TRY_ASSIGN(sound, soundFeatures(scene.sound));
        }
        if (!scene.images.empty() || !scene.film.empty()) {
            BNOF_TRY_ASSIGN(images, imageFeatures(scene, reader));
        }
        const double window = options.windowSeconds;
        BNOF_TRY(join(out.rows[0], alignTo(gas, {}, instants, window), scene.name + ", gas sensors"));
        BNOF_TRY(join(out.rows[1], alignTo(sound, scene.soundClock, instants, window), scene.name + ", sound"));
        BNOF_TRY(join(out.rows[2], alignTo(images, scene.imageClock, instants, window), scene.name + ", images"));
    }
    return out;
}

} // namespace bnof::olfaction
