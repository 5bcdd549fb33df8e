// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/protocol.h"

#include <algorithm>
#include <cstdio>
#include <span>

#include "engine/base/files.h"
#include "engine/base/philox.h"
#include "engine/base/sha256.h"
#include "engine/sensing/source_uri.h"

namespace bnof::session {
namespace {

constexpr const char* format = "bnof-protocol";
constexpr std::int64_t mostTrials = 100'000;
constexpr double longestPhase = 7 * 86'400.0;
constexpr std::uint32_t orderStream = 0x9207;

std::optional<double> optionalNumber(JsonFields& fields, const char* key, double low, double high)
{
    if (!fields.has(key))
        return std::nullopt;
    return fields.number(key, low, high);
}

Result<GateLimits> gatesFromJson(const Json& json, const std::string& where)
{
    GateLimits g;
    JsonFields fields(json, where);
    g.warmUpSeconds = fields.numberOr("warm_up_s", g.warmUpSeconds, 0, longestPhase);
    g.baselineSeconds = fields.numberOr("baseline_s", g.baselineSeconds, 5, 3600);
    g.baselineSlopePerMinute = fields.numberOr("baseline_slope_per_min", g.baselineSlopePerMinute, 0, 10);
    g.baselineSpread = fields.numberOr("baseline_spread", g.baselineSpread, 0, 10);
    g.temperatureLow = optionalNumber(fields, "temperature_low_degc", -50, 200);
    g.temperatureHigh = optionalNumber(fields, "temperature_high_degc", -50, 200);
    g.humidityLow = optionalNumber(fields, "humidity_low_percent", 0, 100);
    g.humidityHigh = optionalNumber(fields, "humidity_high_percent", 0, 100);
    g.freeMegabytes = fields.numberOr("free_mb", g.freeMegabytes, 0, 1e9);
    BNOF_TRY(fields.status());
    return g;
}

Result<ValveLine> valvesFromJson(const Json& json, const std::string& where)
{
    ValveLine v;
    JsonFields fields(json, where);
    v.source = fields.string("source");
    v.baseline = fields.stringOr("baseline", "");
    v.recovery = fields.stringOr("recovery", "");
    v.safe = fields.string("safe");
    v.terminator = fields.stringOr("terminator", "\n");
    BNOF_TRY(fields.status());
    if (const auto uri = sensing::SourceUri::parse(v.source); !uri.ok()) {
        Error error = uri.error();
        error.kind = ErrorKind::BadInput;
        error.where = where + ".source";
        return error;
    }
    if (v.safe.empty())
        return makeError(ErrorKind::BadInput, "the command for the safe state is missing", where + ".safe",
                         "Say what shuts every valve, such as \"ALL=0\": it is sent at the end and on every stop.");
    return v;
}

Json toJson(const GateLimits& g)
{
    Json out = Json::object()
                   .set("warm_up_s", g.warmUpSeconds)
                   .set("baseline_s", g.baselineSeconds)
                   .set("baseline_slope_per_min", g.baselineSlopePerMinute)
                   .set("baseline_spread", g.baselineSpread)
                   .set("free_mb", g.freeMegabytes);
    const auto put = [&](const char* key, const std::optional<double>& value) {
        if (value)
            out.set(key, *value);
    };
    put("temperature_low_degc", g.temperatureLow);
    put("temperature_high_degc", g.temperatureHigh);
    put("humidity_low_percent", g.humidityLow);
    put("humidity_high_percent", g.humidityHigh);
    return out;
}

Result<void> readStimuli(const Json& list, const std::string& where, Protocol& p)
{
    for (std::size_t i = 0; i < list.items().size(); ++i) {
        JsonFields fields(list.items()[i], where + ".stimuli[" + std::to_string(i) + "]");
        Stimulus stimulus;
        stimulus.gas = fields.string("gas");
        stimulus.ppm = fields.numberOr("ppm", 0, 0, 1e6);
        stimulus.command = fields.stringOr("command", "");
        if (fields.ok() && stimulus.gas.empty())
            fields.fail("gas", "the gas has no name");
        BNOF_TRY(fields.status());
        const bool twice = std::any_of(p.stimuli.begin(), p.stimuli.end(),
                                       [&](const Stimulus& s) { return s.label() == stimulus.label(); });
        if (twice)
            return makeError(ErrorKind::BadInput, "\"" + stimulus.label() + "\" is listed twice", fields.path(),
                             "Raise \"replicates\" instead.");
        p.stimuli.push_back(std::move(stimulus));
    }
    return {};
}

} // namespace

std::string Stimulus::label() const
{
    if (!(ppm > 0))
        return gas;
    char text[32];
    std::snprintf(text, sizeof text, " %.6g ppm", ppm);
    return gas + text;
}

Result<Protocol> protocolFromJson(const Json& json, const std::string& where)
{
    Protocol p;
    JsonFields fields(json, where);
    const std::string kind = fields.string("format");
    const std::int64_t schema = fields.integer("schema", 1, 1'000'000);
    BNOF_TRY(fields.status());
    if (kind != format || schema > 1)
        return makeError(ErrorKind::BadInput, "this is not a protocol that this program understands", where,
                         "It must have \"format\": \"bnof-protocol\" and \"schema\": 1.");
    p.name = fields.string("name");
    p.version = static_cast<int>(fields.integerOr("version", 1, 1, 1'000'000));
    p.notes = fields.stringOr("notes", "");
    p.baselineSeconds = fields.number("baseline_s", 0, longestPhase);
    p.exposureSeconds = fields.number("exposure_s", 0.1, longestPhase);
    p.recoverySeconds = fields.number("recovery_s", 0, longestPhase);
    p.waitSeconds = fields.numberOr("wait_s", 0, 0, longestPhase);
    p.replicates = static_cast<int>(fields.integerOr("replicates", 3, 1, 1000));
    p.blanks = static_cast<int>(fields.integerOr("blanks", 1, 0, 100));
    p.blankCommand = fields.stringOr("blank_command", "");
    p.randomise = fields.booleanOr("randomise", true);
    const Json& stimuli = fields.array("stimuli");
    BNOF_TRY(fields.status());
    BNOF_TRY(readStimuli(stimuli, where, p));
    const auto each = static_cast<std::int64_t>(p.stimuli.size()) + p.blanks;
    if (each == 0 || each * p.replicates > mostTrials)
        return makeError(ErrorKind::BadInput,
                         each == 0 ? "there is nothing to expose the sensors to" : "there are more than 100,000 trials",
                         where + ".stimuli", "List at least one gas: {\"gas\": \"ethanol\", \"ppm\": 100}.");
    if (fields.has("gates")) {
        BNOF_TRY_ASSIGN(p.gates, gatesFromJson(json["gates"], where + ".gates"));
    }
    if (fields.has("valves")) {
        BNOF_TRY_ASSIGN(p.valves, valvesFromJson(json["valves"], where + ".valves"));
    }
    return p;
}

Json toJson(const Protocol& p)
{
    Json out = Json::object().set("format", format).set("schema", 1).set("name", p.name).set("version", p.version);
    out.set("notes", p.notes).set("baseline_s", p.baselineSeconds).set("exposure_s", p.exposureSeconds);
    out.set("recovery_s", p.recoverySeconds).set("wait_s", p.waitSeconds).set("replicates", p.replicates);
    out.set("blanks", p.blanks).set("blank_command", p.blankCommand).set("randomise", p.randomise);
    Json stimuli = Json::array();
    for (const Stimulus& s : p.stimuli)
        stimuli.push(Json::object().set("gas", s.gas).set("ppm", s.ppm).set("command", s.command));
    out.set("stimuli", std::move(stimuli)).set("gates", toJson(p.gates));
    if (!p.valves.source.empty())
        out.set("valves", Json::object()
                              .set("source", p.valves.source)
                              .set("baseline", p.valves.baseline)
                              .set("recovery", p.valves.recovery)
                              .set("safe", p.valves.safe)
                              .set("terminator", p.valves.terminator));
    return out;
}

Result<Protocol> readProtocol(const std::string& path)
{
    BNOF_TRY_ASSIGN(const std::string text, readFile(path, 16U << 20));
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, path));
    return protocolFromJson(json, path);
}

const char* toString(PhaseKind kind)
{
    switch (kind) {
    case PhaseKind::Baseline: return "baseline";
    case PhaseKind::Exposure: return "exposure";
    case PhaseKind::Recovery: return "recovery";
    case PhaseKind::Wait: return "wait";
    }
    return "";
}

std::vector<Phase> planOf(const Protocol& p, std::uint64_t seed)
{
    std::vector<Phase> plan;
    PhiloxSequence random(seed, orderStream);
    int trial = 0;
    for (int replicate = 0; replicate < p.replicates; ++replicate) {
        std::vector<int> order;
        for (std::size_t i = 0; i < p.stimuli.size(); ++i)
            order.push_back(static_cast<int>(i));
        order.insert(order.end(), static_cast<std::size_t>(p.blanks), -1);
        if (p.randomise) {
            for (std::size_t i = order.size(); i > 1; --i)
                std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
        }
        for (const int stimulus : order) {
            const Stimulus* flows = stimulus >= 0 ? &p.stimuli[static_cast<std::size_t>(stimulus)] : nullptr;
            const auto add = [&](PhaseKind kind, double seconds, std::string label, std::string command) {
                if (seconds > 0)
                    plan.push_back({kind, seconds, trial, replicate, stimulus, std::move(label), std::move(command)});
            };
            const std::string& recovery = p.valves.recovery.empty() ? p.valves.baseline : p.valves.recovery;
            add(PhaseKind::Baseline, p.baselineSeconds, "baseline", p.valves.baseline);
            add(PhaseKind::Exposure, p.exposureSeconds, flows != nullptr ? flows->label() : "blank",
                flows != nullptr ? flows->command : p.blankCommand);
            add(PhaseKind::Recovery, p.recoverySeconds, "recovery", recovery);
            add(PhaseKind::Wait, p.waitSeconds, "wait", {});
            ++trial;
        }
    }
    return plan;
}

double totalSeconds(const std::vector<Phase>& plan)
{
    double total = 0;
    for (const Phase& phase : plan)
        total += phase.seconds;
    return total;
}

Json recordedProtocol(const Protocol& protocol, std::uint64_t seed)
{
    const Json document = toJson(protocol);
    const std::string text = document.dump();
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    Json trials = Json::array();
    for (const Phase& phase : planOf(protocol, seed)) {
        if (phase.kind == PhaseKind::Exposure)
            trials.push(phase.label);
    }
    return Json::object()
        .set("document", document)
        .set("sha256", sha256Hex(bytes))
        .set("seed", seed)
        .set("trials", std::move(trials));
}

} // namespace bnof::session
