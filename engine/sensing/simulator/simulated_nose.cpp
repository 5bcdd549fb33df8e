// SPDX-License-Identifier: GPL-3.0-or-later
// The array has four sensor types (A: alcohols, B: ketones, C: amines, D: aromatics), each at four operating
// points (heater levels 1..4, cool to hot). Per channel and gas the conductance ratio to clean air follows
//     S = 1 + sum_g a_g c_g^b_g      (c in ppm)
// and its logarithm approaches that value with one time constant when it rises and a slower one when it falls.
// The parameter table is our own: plausible magnitudes for metal-oxide sensors, not those of a real product.
// Only IEEE-exact operations and exactLog/exactExp are used, so that a seed gives the same bytes everywhere.
#include "engine/sensing/simulator/simulated_nose.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/exact_math.h"
#include "engine/base/philox.h"

namespace bnof::sensing {
namespace {

constexpr std::size_t gasCount = 4;
constexpr std::size_t typeCount = 4;
constexpr std::size_t levelCount = 4;
constexpr std::size_t channelCount = typeCount * levelCount;
constexpr std::size_t flickerCount = 4;

struct GasResponse {
    double sensitivity; ///< a, at the best heater level and 1 ppm
    double exponent;    ///< b
};
/// [type][gas], gases in the order of SimulatedNose::gases().
constexpr GasResponse responseTable[typeCount][gasCount] = {
    {{0.200, 0.58}, {0.110, 0.56}, {0.022, 0.45}, {0.060, 0.62}},
    {{0.085, 0.55}, {0.190, 0.60}, {0.012, 0.50}, {0.045, 0.55}},
    {{0.035, 0.50}, {0.028, 0.48}, {0.160, 0.57}, {0.018, 0.52}},
    {{0.050, 0.60}, {0.040, 0.58}, {0.010, 0.42}, {0.150, 0.63}},
};
/// Heater level (0..3) at which a gas is burnt best; the response falls off around it.
constexpr double bestLevel[gasCount] = {1.2, 2.1, 0.4, 2.8};
constexpr double levelWidth = 1.6;
/// Hot surfaces answer and recover faster; seconds by heater level.
constexpr double riseSeconds[levelCount] = {6.5, 4.8, 3.4, 2.4};
constexpr double decaySeconds[levelCount] = {17.0, 13.0, 9.5, 7.0};
constexpr double typeTimeFactor[typeCount] = {1.0, 1.15, 0.9, 1.05};
/// Conductance times load resistance in clean air, by type: where the divider stands at rest.
constexpr double restRatio[typeCount] = {0.085, 0.070, 0.110, 0.060};
/// Change of ln(conductance) per unit of ln(relative humidity / 45 %) and per kelvin from 24 degrees.
constexpr double humidityCoupling[typeCount] = {0.16, 0.12, 0.21, 0.09};
constexpr double temperatureCoupling[typeCount] = {0.006, 0.005, 0.008, 0.004};

constexpr double transportDelaySeconds = 1.0;
constexpr double mixingSeconds = 0.6;
constexpr double fullScale = 65535;
constexpr double whiteNoise = 0.0020;         ///< of ln(conductance), per sample
constexpr double walkPerRootSecond = 0.00045; ///< random walk of ln(conductance)
constexpr double flickerNoise = 0.0012;       ///< each of the relaxations whose sum falls as 1/f
constexpr double flickerSeconds[flickerCount] = {1, 8, 64, 512};
constexpr double daySeconds = 86400;

/// Period 1, amplitude 1, shaped like a sine but made of two parabolas (exact on every machine).
double wave(double phase)
{
    double p = phase - std::floor(phase);
    if (p > 0.5)
        p -= 1;
    return 16 * p * (0.5 - std::fabs(p));
}

double power(double base, double exponent)
{
    return base > 0 ? exactExp(exponent * exactLog(base)) : 0;
}

struct Channel {
    std::array<GasResponse, gasCount> response{};
    double restLog = 0;
    double humidity = 0;
    double temperature = 0;
    double riseStep = 0; ///< share of the way to the target covered in one sample
    double decayStep = 0;
    double logRatio = 0; ///< ln S, the state
    double walk = 0;
    std::array<double, flickerCount> flicker{};
};

double relaxationStep(double dt, double tau)
{
    return 1 - exactExp(-dt / tau);
}

} // namespace

Result<NoseScript> noseScriptFromJson(const Json& json)
{
    NoseScript script;
    JsonFields fields(json, "script");
    script.periodSeconds = fields.numberOr("period_s", 0, 0, 1e9);
    const Json& list = fields.array("exposures");
    BNOF_TRY(fields.status());
    double lastEnd = 0;
    for (std::size_t i = 0; i < list.items().size(); ++i) {
        JsonFields item(list.items()[i], "script.exposures[" + std::to_string(i) + "]");
        Exposure exposure;
        exposure.startSeconds = item.number("start_s", 0, 1e9);
        exposure.durationSeconds = item.number("duration_s", 0.001, 1e9);
        exposure.gas = item.string("gas");
        exposure.ppm = item.number("ppm", 0, 1e6);
        const auto& gases = SimulatedNose::gases();
        if (item.ok() && std::ranges::find(gases, exposure.gas) == gases.end())
            item.fail("gas", "the simulated nose does not know the gas \"" + exposure.gas + "\"",
                      "Known gases: ethanol, acetone, ammonia, toluene.");
        if (item.ok() && exposure.startSeconds < lastEnd)
            item.fail("start_s", "the exposure begins before the previous one has ended",
                      "List the exposures in order of time, without overlap.");
        BNOF_TRY(item.status());
        lastEnd = exposure.startSeconds + exposure.durationSeconds;
        script.exposures.push_back(std::move(exposure));
    }
    if (script.periodSeconds > 0 && script.periodSeconds < lastEnd)
        return makeError(ErrorKind::BadInput, "the period ends before the last exposure", "script.period_s",
                         "Make period_s at least " + std::to_string(lastEnd) + ", or leave it out.");
    return script;
}

NoseScript demonstrationScript(std::uint64_t seed)
{
    constexpr int blocks = 25;
    PhiloxSequence random(seed, 0x5C21);
    NoseScript script;
    double t = 6;
    std::string previous;
    for (int block = 0; block < blocks; ++block) {
        std::vector<std::string> order = SimulatedNose::gases();
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
        if (order.front() == previous)
            std::swap(order.front(), order.back());
        for (const std::string& gas : order) {
            Exposure exposure;
            exposure.gas = gas;
            exposure.startSeconds = t;
            exposure.durationSeconds = 20 + std::floor(random.uniform() * 11);
            const double lowLog = exactLog(25);
            exposure.ppm = std::floor(exactExp(lowLog + random.uniform() * (exactLog(400) - lowLog)) + 0.5);
            t += exposure.durationSeconds + 15 + std::floor(random.uniform() * 11);
            script.exposures.push_back(std::move(exposure));
        }
        previous = order.back();
    }
    script.periodSeconds = t;
    return script;
}

struct SimulatedNose::State {
    NoseOptions options;
    NoseScript script;
    PhiloxSequence random;
    std::vector<ChannelInfo> infos;
    std::array<Channel, channelCount> channels{};
    std::array<double, flickerCount> flickerStep{};
    std::array<double, flickerCount> flickerKick{};
    std::uint64_t sample = 0;
    double dt = 0.05;
    double walkKick = 0;
    double mixingStep = 1;
    std::array<double, gasCount> concentration{}; ///< in the sensor chamber, ppm
    double temperatureWander = 0;
    double humidityWander = 0;
    double dayPhase = 0;

    State(const NoseOptions& noseOptions, NoseScript noseScript)
        : options(noseOptions), script(std::move(noseScript)), random(noseOptions.seed, 0x0E0)
    {
        options.rateHz = std::clamp(options.rateHz, 0.01, 10000.0);
        dt = 1 / options.rateHz;
        walkKick = walkPerRootSecond * std::sqrt(dt);
        mixingStep = relaxationStep(dt, mixingSeconds);
        for (std::size_t k = 0; k < flickerCount; ++k) {
            const double keep = 1 - relaxationStep(dt, flickerSeconds[k]);
            flickerStep[k] = keep;
            flickerKick[k] = flickerNoise * std::sqrt(1 - keep * keep);
        }
        dayPhase = random.uniform();
        buildUnit();
        describe();
    }

    /// This specimen's own gains and offsets, the same for every seed of its noise.
    void buildUnit()
    {
        PhiloxSequence spread(options.unit, 0x0717);
        for (std::size_t i = 0; i < channelCount; ++i) {
            const std::size_t type = i / levelCount;
            const std::size_t level = i % levelCount;
            Channel& channel = channels[i];
            const double gain = exactExp(0.08 * spread.normal());
            for (std::size_t g = 0; g < gasCount; ++g) {
                const double offBest = (static_cast<double>(level) - bestLevel[g]) / levelWidth;
                const GasResponse& table = responseTable[type][g];
                channel.response[g].sensitivity =
                    table.sensitivity * exactExp(-0.5 * offBest * offBest) * gain * exactExp(0.05 * spread.normal());
                channel.response[g].exponent = table.exponent + 0.015 * (static_cast<double>(level) - 1.5);
            }
            channel.restLog =
                exactLog(restRatio[type]) + 0.12 * (static_cast<double>(level) - 1.5) + 0.12 * spread.normal();
            channel.humidity = humidityCoupling[type] * exactExp(0.10 * spread.normal());
            channel.temperature = temperatureCoupling[type] * exactExp(0.10 * spread.normal());
            const double timeSpread = exactExp(0.05 * spread.normal());
            channel.riseStep = relaxationStep(dt, riseSeconds[level] * typeTimeFactor[type] * timeSpread);
            channel.decayStep = relaxationStep(dt, decaySeconds[level] * typeTimeFactor[type] * timeSpread);
            for (std::size_t k = 0; k < flickerCount; ++k)
                channel.flicker[k] = flickerNoise * random.normal();
        }
    }

    void describe()
    {
        for (std::size_t i = 0; i < channelCount; ++i) {
            ChannelInfo info;
            info.name =
                std::string("MOX-") + static_cast<char>('A' + i / levelCount) + static_cast<char>('1' + i % levelCount);
            info.quantity = "conductance";
            info.unit = "counts";
            info.gas = gases()[i / levelCount];
            // Type A answers best to ethanol, B to acetone, C to ammonia, D to toluene.
            info.rangeHigh = fullScale;
            infos.push_back(std::move(info));
        }
        infos.push_back({"Temperature", "temperature", "°C", "", -40, 85});
        infos.push_back({"Humidity", "relative humidity", "%", "", 0, 100});
    }

    [[nodiscard]] double now() const { return static_cast<double>(sample) * dt; }

    [[nodiscard]] const Exposure* exposureAt(double t) const
    {
        if (script.periodSeconds > 0)
            t -= script.periodSeconds * std::floor(t / script.periodSeconds);
        for (const Exposure& exposure : script.exposures)
            if (t >= exposure.startSeconds && t < exposure.startSeconds + exposure.durationSeconds)
                return &exposure;
        return nullptr;
    }

    void mix()
    {
        const double inletTime = now() - transportDelaySeconds;
        const Exposure* exposure = inletTime >= 0 ? exposureAt(inletTime) : nullptr;
        for (std::size_t g = 0; g < gasCount; ++g) {
            const double inlet = exposure != nullptr && exposure->gas == gases()[g] ? exposure->ppm : 0;
            concentration[g] += (inlet - concentration[g]) * mixingStep;
            if (concentration[g] < 1e-6)
                concentration[g] = 0;
        }
    }

    double sampleChannel(Channel& channel, double temperature, double humidityLog)
    {
        double ratio = 1;
        for (std::size_t g = 0; g < gasCount; ++g)
            ratio += channel.response[g].sensitivity * power(concentration[g], channel.response[g].exponent);
        const double target = exactLog(ratio);
        channel.logRatio +=
            (target - channel.logRatio) * (target > channel.logRatio ? channel.riseStep : channel.decayStep);
        channel.walk += walkKick * random.normal();
        double noise = whiteNoise * random.normal();
        for (std::size_t k = 0; k < flickerCount; ++k) {
            channel.flicker[k] = channel.flicker[k] * flickerStep[k] + flickerKick[k] * random.normal();
            noise += channel.flicker[k];
        }
        const double conductance = exactExp(channel.restLog + channel.logRatio + channel.humidity * humidityLog +
                                            channel.temperature * (temperature - 24) + channel.walk + noise);
        const double divider = fullScale * conductance / (1 + conductance);
        return std::clamp(std::floor(divider + 0.7 * random.normal() + 0.5), 0.0, fullScale);
    }
};

SimulatedNose::SimulatedNose(const NoseOptions& options, NoseScript script)
    : m_state(std::make_unique<State>(options, std::move(script)))
{}
SimulatedNose::~SimulatedNose() = default;
SimulatedNose::SimulatedNose(SimulatedNose&&) noexcept = default;

const std::vector<std::string>& SimulatedNose::gases()
{
    static const std::vector<std::string> names{"ethanol", "acetone", "ammonia", "toluene"};
    return names;
}

const std::vector<ChannelInfo>& SimulatedNose::channels() const
{
    return m_state->infos;
}

void SimulatedNose::next(std::vector<float>& values)
{
    State& s = *m_state;
    s.mix();
    const double t = s.now();
    // Room air: a slow daily swing (humidity falls as temperature rises) with minutes-long wander on top.
    const double swing = wave(t / daySeconds + s.dayPhase);
    const double keep = 1 - relaxationStep(s.dt, 600);
    const double kick = std::sqrt(1 - keep * keep);
    s.temperatureWander = s.temperatureWander * keep + 0.25 * kick * s.random.normal();
    s.humidityWander = s.humidityWander * keep + 1.2 * kick * s.random.normal();
    const double temperature = 24 + 1.5 * swing + s.temperatureWander;
    const double humidity = std::clamp(45 - 5 * swing + s.humidityWander, 5.0, 95.0);
    const double humidityLog = exactLog(humidity / 45);

    values.resize(channelCount + 2);
    for (std::size_t i = 0; i < channelCount; ++i)
        values[i] = static_cast<float>(s.sampleChannel(s.channels[i], temperature, humidityLog));
    values[channelCount] = static_cast<float>(std::floor((temperature + 0.01 * s.random.normal()) * 100 + 0.5) / 100);
    values[channelCount + 1] = static_cast<float>(std::floor((humidity + 0.03 * s.random.normal()) * 100 + 0.5) / 100);
    ++s.sample;
}

double SimulatedNose::seconds() const
{
    return m_state->now();
}

std::string SimulatedNose::presentGas() const
{
    const Exposure* exposure = m_state->exposureAt(m_state->now());
    return exposure != nullptr && exposure->ppm > 0 ? exposure->gas : std::string();
}

double SimulatedNose::presentPpm() const
{
    const Exposure* exposure = m_state->exposureAt(m_state->now());
    return exposure != nullptr ? exposure->ppm : 0;
}

} // namespace bnof::sensing
