// SPDX-License-Identifier: GPL-3.0-or-later
// Made-up leaks. Levels are drawn so that each sense alone errs: faint hisses under machines, low concentrations, small
// cold spots beside hot motors and people who walk by.
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <numbers>

#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/base/philox.h"
#include "engine/olfaction/fusion/grey_png.h"
#include "engine/olfaction/fusion/leak_scenes.h"
#include "engine/olfaction/fusion/wav.h"

namespace bnof::olfaction {
namespace {

constexpr const char* remark = "simulated data, made by bnof simulate --leak-scene";
constexpr std::size_t channels = 8;
constexpr int width = 32; ///< of the thermal camera, as the common 32 x 24 arrays
constexpr int height = 24;
constexpr double kelvinStep = 0.01;
constexpr double freezingKelvin = 273.15;
enum Kind { Nothing, MethaneJet, AirJet, Spill, Steam };

/// Response exponent's factor of each channel: R = R0 (1 + a c^0.6).
constexpr std::array<std::array<double, channels>, 5> patterns{{{},
                                                                {.10, .03, .08, .01, .05, .02, .00, .03},
                                                                {},
                                                                {.03, .09, .02, .08, .05, .01, .02, .03},
                                                                {.00, .01, .00, .01, .00, .02, .07, .00}}};

double logUniform(PhiloxSequence& random, double low, double high)
{
    return low * std::pow(high / low, random.uniform());
}

double between(PhiloxSequence& random, double low, double high)
{
    return low + (high - low) * random.uniform();
}

struct Plan {
    std::string name;
    int kind = Nothing;
    double onset = 0;
    std::uint64_t seed = 0;
    ClockMap soundClock;
    ClockMap imageClock;
};

void append(std::string& out, double value)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 7).ptr;
    out.append(text, end);
}

std::string sensorsCsv(const Plan& plan, const LeakSceneOptions& options)
{
    PhiloxSequence random(plan.seed, 1);
    const auto& pattern = patterns[static_cast<std::size_t>(plan.kind)];
    const double ppm = logUniform(random, 4, 120);
    const double delay = between(random, 0.5, 3);
    const double tau = between(random, 1, 3);
    std::array<double, channels> gain{};
    std::array<double, channels> response{};
    for (double& g : gain)
        g = 1000 * std::exp(0.1 * random.normal());
    double drift = 0;
    std::string out = std::string("# ") + remark + "\ntime_s";
    for (std::size_t c = 0; c < channels; ++c)
        out += ",s" + std::to_string(c + 1);
    out += '\n';
    const auto frames = static_cast<int>(options.seconds * options.sensorHz);
    for (int i = 0; i < frames; ++i) {
        const double t = i / options.sensorHz;
        drift += 0.0006 * random.normal(); // humidity and temperature, alike for all channels
        append(out, t);
        for (std::size_t c = 0; c < channels; ++c) {
            const double target = t > plan.onset + delay ? pattern[c] * std::pow(ppm, 0.6) : 0;
            response[c] += (target - response[c]) * (1 - std::exp(-1 / options.sensorHz / tau));
            out += ',';
            append(out, gain[c] * (1 + response[c] + drift) * (1 + 0.006 * random.normal()));
        }
        out += '\n';
    }
    return out;
}

/// A band-pass of unity gain at its centre (Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filters").
class BandPass {
public:
    BandPass(double centreHz, double quality, double rateHz)
    {
        const double w = 2 * std::numbers::pi * centreHz / rateHz;
        const double alpha = std::sin(w) / (2 * quality);
        m_b = alpha / (1 + alpha);
        m_a1 = -2 * std::cos(w) / (1 + alpha);
        m_a2 = (1 - alpha) / (1 + alpha);
    }
    double operator()(double x)
    {
        const double y = m_b * (x - m_x2) - m_a1 * m_y1 - m_a2 * m_y2;
        m_x2 = m_x1;
        m_x1 = x;
        m_y2 = m_y1;
        m_y1 = y;
        return y;
    }

private:
    double m_b = 0, m_a1 = 0, m_a2 = 0;
    double m_x1 = 0, m_x2 = 0, m_y1 = 0, m_y2 = 0;
};

Sound soundOf(const Plan& plan, const LeakSceneOptions& options)
{
    PhiloxSequence random(plan.seed, 2);
    const double rate = options.soundHz;
    const double hum = between(random, 45, 130);
    const double humLevel = logUniform(random, 0.01, 0.06);
    const double room = logUniform(random, 0.004, 0.012);
    const double fan = random.uniform() < 0.4 ? logUniform(random, 0.01, 0.05) : 0; // starts in mid-scene
    const double fanStart = between(random, 3, options.seconds - 5);
    const bool hisses = plan.kind == MethaneJet || plan.kind == AirJet || plan.kind == Steam;
    const double level = hisses ? logUniform(random, 0.012, 0.12) : 0;
    const double share = plan.kind == Steam ? between(random, 0.18, 0.45) : between(random, 0.5, 0.85);
    const double swell = between(random, 0.3, 1.5);
    BandPass leak(share * rate / 2, 1, rate);
    BandPass blower(between(random, 0.2, 0.7) * rate / 2, 0.7, rate);
    Sound out;
    out.sampleRateHz = rate;
    double slow = 0;
    const auto count = static_cast<std::size_t>(options.seconds * rate);
    for (std::size_t i = 0; i < count; ++i) {
        const double t = plan.soundClock.offsetSeconds + plan.soundClock.rate * static_cast<double>(i) / rate;
        slow = 0.97 * slow + 0.24 * random.normal(); // low frequencies carry most of a room's noise
        double x = room * (slow + 0.3 * random.normal());
        for (int harmonic = 1; harmonic <= 4; ++harmonic)
            x += humLevel / harmonic * std::sin(2 * std::numbers::pi * hum * harmonic * t);
        x += (t > fanStart ? fan : 0) * blower(random.normal());
        const double opened = t > plan.onset ? 1 - std::exp(-(t - plan.onset) / 0.3) : 0;
        x += level * opened * (1 + 0.3 * std::sin(2 * std::numbers::pi * swell * t)) * leak(random.normal());
        out.samples.push_back(static_cast<float>(x));
    }
    return out;
}

/// What the camera sees besides the room.
struct Spot {
    double x = 0, y = 0;       ///< pixels
    double across = 1, up = 1; ///< standard deviations in pixels
    double kelvin = 0;

    [[nodiscard]] double at(int px, int py, double shift = 0) const
    {
        const double dx = (px - x - shift) / across;
        const double dy = (py - y) / up;
        return kelvin * std::exp(-0.5 * (dx * dx + dy * dy));
    }
};

Spot leakSpot(int kind, PhiloxSequence& random)
{
    Spot out{between(random, 6, width - 6), between(random, 5, height - 5), between(random, 1.2, 2.5),
             between(random, 1, 2), 0};
    if (kind == MethaneJet || kind == AirJet)
        out.kelvin = -logUniform(random, 0.4, 5);
    if (kind == Steam)
        out.kelvin = logUniform(random, 0.6, 20);
    if (kind == Spill) {
        out.kelvin = -logUniform(random, 0.4, 2.5);
        out.across = between(random, 3, 6);
        out.up = between(random, 2, 4);
    }
    return out;
}

std::vector<RawImage> imagesOf(const Plan& plan, const LeakSceneOptions& options)
{
    PhiloxSequence random(plan.seed, 3);
    const double room = between(random, 17, 29);
    const double slope = 0.04 * random.normal();
    Spot machine{between(random, 0, width), between(random, 0, height), 2.5, 2,
                 random.uniform() < 0.5 ? between(random, 3, 20) : 0};
    Spot person{0, between(random, 8, 16), 2, 5, random.uniform() < 0.3 ? between(random, 3, 8) : 0};
    const double walksAt = between(random, 0, options.seconds);
    const Spot leak = leakSpot(plan.kind, random);
    std::vector<RawImage> out;
    const auto count = static_cast<int>(options.seconds * options.imageHz);
    for (int i = 0; i < count; ++i) {
        const double t = plan.imageClock.offsetSeconds + plan.imageClock.rate * i / options.imageHz;
        const double opened = t > plan.onset ? 1 - std::exp(-(t - plan.onset) / 1.5) : 0;
        const double flicker = 1 + 0.2 * random.normal();
        const double drift = 0.05 * random.normal(); // the camera's own
        person.x = (t - walksAt) * 6;
        RawImage image{width, height, 16, {}};
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                double celsius = room + slope * (x - width / 2) + drift + 0.12 * random.normal();
                celsius += machine.at(x, y) + person.at(x, y) + opened * flicker * leak.at(x, y);
                image.pixels.push_back(static_cast<std::uint16_t>((celsius + freezingKelvin) / kelvinStep + 0.5));
            }
        }
        out.push_back(std::move(image));
    }
    return out;
}

Json clockJson(const ClockMap& clock)
{
    return Json::object().set("offset_s", clock.offsetSeconds).set("rate", clock.rate);
}

Json sceneJson(const Plan& plan, const LeakSceneOptions& options)
{
    Json out = Json::object();
    out.set("name", plan.name).set("label", leakClasses()[static_cast<std::size_t>(plan.kind)]);
    out.set("onset_s", plan.onset).set("seconds", options.seconds);
    out.set("sensors", Json::object().set("file", plan.name + "/sensors.csv"));
    out.set("sound", Json::object().set("file", plan.name + "/sound.wav").set("clock", clockJson(plan.soundClock)));
    Json images = Json::object();
    images.set("files", plan.name + "/thermal-%04d.png");
    images.set("count", static_cast<int>(options.seconds * options.imageHz)).set("rate_hz", options.imageHz);
    images.set("gain", kelvinStep).set("offset", -freezingKelvin).set("unit", "°C");
    images.set("clock", clockJson(plan.imageClock));
    out.set("images", std::move(images));
    return out;
}

Result<void> writeScene(const std::string& folder, const Plan& plan, const LeakSceneOptions& options)
{
    const std::string path = folder + '/' + plan.name;
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
        return makeError(ErrorKind::Storage, "the folder cannot be made", path, {}, error.message());
    BNOF_TRY(writeFileAtomically(path + "/sensors.csv", sensorsCsv(plan, options)));
    BNOF_TRY(writeFileAtomically(path + "/sound.wav", wavBytes(soundOf(plan, options), remark)));
    int number = 0;
    for (const RawImage& image : imagesOf(plan, options)) {
        char name[32];
        std::snprintf(name, sizeof name, "/thermal-%04d.png", number++);
        BNOF_TRY(writeFileAtomically(path + name, greyPng(image, remark)));
    }
    return {};
}

Plan planOf(int index, const LeakSceneOptions& options)
{
    PhiloxSequence random(options.seed * 1'000'003 + static_cast<std::uint64_t>(index), 0);
    Plan plan;
    char name[32];
    std::snprintf(name, sizeof name, "scene-%03d", index + 1);
    plan.name = name;
    plan.kind = index % static_cast<int>(leakClasses().size());
    plan.onset = between(random, 5, 8);
    plan.seed = options.seed * 1'000'003 + static_cast<std::uint64_t>(index);
    plan.soundClock = {between(random, -1, 1), 1 + 1e-4 * random.normal()};
    plan.imageClock = {between(random, -1, 1), 1 + 1e-4 * random.normal()};
    return plan;
}

} // namespace

const std::vector<std::string>& leakClasses()
{
    static const std::vector<std::string> names{"nothing", "methane jet", "air jet", "solvent spill", "steam"};
    return names;
}

Result<void> writeLeakScenes(const std::string& folder, const LeakSceneOptions& options,
                             const std::function<bool(int)>& tell)
{
    if (options.scenes < 1 || options.scenes > 999 || !(options.seconds >= 15 && options.seconds <= 600) ||
        !(options.sensorHz >= 1 && options.sensorHz <= 1000) ||
        !(options.soundHz >= 1000 && options.soundHz <= 96'000) || !(options.imageHz > 0 && options.imageHz <= 60))
        return makeError(ErrorKind::Usage, "the scenes are too many, too short or too long, or a rate is out of range",
                         "leak scenes", "Choose 1 to 999 scenes of 15 to 600 s.");
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error || !std::filesystem::is_empty(folder, error))
        return makeError(ErrorKind::Storage, "the folder cannot be made, or is not empty", folder,
                         "Name a folder that does not exist yet.");
    Json manifest = Json::object();
    manifest.set("format", "bnof-leak-scenes").set("version", 1).set("simulated", true).set("remark", remark);
    manifest.set("seed", options.seed).set("classes", Json::arrayOf(leakClasses()));
    Json scenes = Json::array();
    for (int i = 0; i < options.scenes; ++i) {
        if (tell && !tell(i))
            return makeError(ErrorKind::Cancelled, "writing was cancelled", folder);
        const Plan plan = planOf(i, options);
        BNOF_TRY(writeScene(folder, plan, options));
        scenes.push(sceneJson(plan, options));
    }
    manifest.set("scenes", std::move(scenes));
    return writeFileAtomically(folder + "/manifest.json", manifest.dump(1) + '\n');
}

} // namespace bnof::olfaction
