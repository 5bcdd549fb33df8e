// SPDX-License-Identifier: GPL-3.0-or-later
// Scenes of leaks as gas sensors, a microphone and a thermal camera see them: made up by a seeded generator, and read
// back from its folder or from one that a lab wrote in the same form.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/fusion/fusion_model.h"
#include "engine/olfaction/fusion/image_features.h"
#include "engine/olfaction/fusion/image_reader.h"

namespace bnof::olfaction {

struct LeakSceneOptions {
    std::uint64_t seed = 1;
    int scenes = 40;       ///< the kinds of scenes in turn
    double seconds = 20;   ///< of each scene, at least 15
    double sensorHz = 10;  ///< samples a second of the gas sensors
    double soundHz = 8000; ///< of the microphone
    double imageHz = 2;    ///< frames a second of the thermal camera
};

/// The kinds of made-up scenes. No sense alone tells them apart: compressed air hisses and cools but has no smell, a
/// spill smells and cools but is silent, steam hisses and is hot.
[[nodiscard]] const std::vector<std::string>& leakClasses();

/// Writes manifest.json and, for each scene, a folder with sensors.csv, sound.wav (16 bits) and thermal-0000.png …
/// (16 bits, 0.01 K a step). Everything says that it is simulated. `tell(scenes done)` returns false to stop. The same
/// options give the same files. Errors: the folder exists and is not empty, the disk.
[[nodiscard]] Result<void> writeLeakScenes(const std::string& folder, const LeakSceneOptions& options = {},
                                           const std::function<bool(int)>& tell = {});

/// Where a scene's streams are. An empty path: the scene has no such stream.
struct LeakScene {
    std::string name;
    int label = 0;           ///< of the time from the onset on; the first class of the manifest before it
    double onsetSeconds = 0; ///< on the clock of the sensors
    double seconds = 0;
    std::string sensors; ///< CSV: time_s, then the channels
    std::string sound;   ///< WAV
    ClockMap soundClock;
    std::string images; ///< with %04d for the frame's number, from 0
    std::string film;   ///< instead of images: a film file, whose own times hold
    int imageCount = 0;
    double imageHz = 0;
    PixelScale pixels;
    ClockMap imageClock;
};

struct LeakScenes {
    std::vector<std::string> classes; ///< the first one is "nothing happens"
    bool simulated = false;
    std::vector<LeakScene> scenes;
};

/// Reads and checks manifest.json (the generator writes an example). A stream's "clock" is {"offset_s", "rate"}, or
/// {"events": [[own, sensor], [own, sensor]]} for clockFromEvents; "images" may name a "film" instead of "files".
/// Paths become absolute or relative as `folder` is.
[[nodiscard]] Result<LeakScenes> readLeakScenes(const std::string& folder);

struct FusionRowsOptions {
    double instantSeconds = 1; ///< from one row to the next
    double windowSeconds = 1;  ///< sound and images are averaged over it
    double settleSeconds = 4;  ///< after an onset nothing is labelled: gas must travel first
    double warmUpSeconds = 2;  ///< at the start of a scene, for the baselines
};

/// Reads every stream and lays the features side by side: modalities "gas", "sound" and "images", labels by the onsets,
/// one group a scene. A scene that lacks a stream is not present in that modality. `tell` is as above.
[[nodiscard]] Result<FusionRows> fusionRowsOf(const LeakScenes& scenes, ImageReader& reader,
                                              const FusionRowsOptions& options = {},
                                              const std::function<bool(int)>& tell = {});

} // namespace bnof::olfaction
