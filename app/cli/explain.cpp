// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <numeric>

#include "app/cli/session_runner.h"
#include "engine/session/explain_recording.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("at"),
                      QStringLiteral("Explain the last decision up to this time, in seconds as `bnof replay` prints "
                                     "them (default: the surest decision that names a gas)."),
                      QStringLiteral("S")});
    parser.addOption({QStringLiteral("model"),
                      QStringLiteral("Ask this model instead of the one in the recording: a file, or default."),
                      QStringLiteral("M")});
    parser.addOption({QStringLiteral("segments"),
                      QStringLiteral("Into how many stretches the time before the decision is cut (default 8)."),
                      QStringLiteral("N")});
}

Json jsonOf(const session::ExplainedRecording& explained)
{
    const olfaction::Explanation& e = explained.explanation;
    Json out = Json::object();
    out.set("model", explained.modelName).set("kind", explained.recogniserKind);
    out.set("decision", decisionLine(e.decision, explained.gases, 0));
    out.set("answer", e.answer());
    out.set("rival", e.rival < 0 ? Json() : Json(explained.gases[static_cast<std::size_t>(e.rival)]));
    out.set("as_recorded", explained.asRecorded ? Json(*explained.asRecorded) : Json());
    out.set("all_still", e.still);
    Json edges = Json::array();
    for (const Timestamp edge : e.edges)
        edges.push(toSeconds(edge));
    out.set("edges", std::move(edges));
    Json channels = Json::array();
    for (std::size_t c = 0; c < e.channels; ++c) {
        Json row = Json::array();
        for (std::size_t s = 0; s + 1 < e.edges.size(); ++s)
            row.push(e.at(c, s));
        channels.push(Json::object()
                          .set("channel", explained.channels[c].name)
                          .set("without", e.without[c])
                          .set("alone", e.alone[c])
                          .set("segments", std::move(row)));
    }
    out.set("channels", std::move(channels));
    Json evidence = Json::array();
    for (const olfaction::SpikeEvidence& bin : e.evidence)
        evidence.push(Json::object()
                          .set("t", toSeconds(bin.t))
                          .set("spikes", bin.spikes)
                          .set("direct_mv", bin.direct)
                          .set("learned_mv", bin.learned));
    out.set("evidence", std::move(evidence));
    return out;
}

std::string percent(double share)
{
    char text[32];
    std::snprintf(text, sizeof text, "%+6.1f", 100 * share);
    return text;
}

void printTable(const session::ExplainedRecording& explained)
{
    const olfaction::Explanation& e = explained.explanation;
    const auto name = [&](int gas) {
        return gas < 0 ? std::string("unknown") : explained.gases[static_cast<std::size_t>(gas)];
    };
    char text[160];
    std::snprintf(text, sizeof text, "At %.2f s %s answered %s (%.1f %%)%s%s.", toSeconds(e.decision.t),
                  explained.modelName.c_str(), name(e.decision.gas).c_str(), 100 * e.answer(),
                  e.rival < 0 ? "" : ", before ", e.rival < 0 ? "" : name(e.rival).c_str());
    printLine(text);
    if (explained.asRecorded && !*explained.asRecorded)
        printLine("This is not the decision that was recorded: the model or the program has changed.");
    printLine(
        "Percentage points that the answer loses when a channel does not move, by time; + speaks for the answer.");
    std::size_t width = 7;
    for (const ChannelInfo& channel : explained.channels)
        width = std::max(width, channel.name.size());
    std::string line(width, ' ');
    for (std::size_t s = 0; s + 1 < e.edges.size(); ++s) {
        std::snprintf(text, sizeof text, " %6.1fs", toSeconds(e.edges[s] - e.decision.t));
        line += text;
    }
    printLine(line + " | without   alone");
    std::vector<std::size_t> order(e.channels);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return e.without[a] > e.without[b]; });
    for (const std::size_t c : order) {
        line = explained.channels[c].name;
        line.resize(width, ' ');
        for (std::size_t s = 0; s + 1 < e.edges.size(); ++s)
            line += "  " + percent(e.at(c, s));
        std::snprintf(text, sizeof text, " |  %s  %5.1f %%", percent(e.without[c]).c_str(), 100 * e.alone[c]);
        printLine(line + text);
    }
    std::snprintf(text, sizeof text, "With every channel still the answer would be worth %.1f %%.", 100 * e.still);
    printLine(text);
    if (e.evidence.empty())
        return;
    printLine("Spikes of the decision window: what they gave the answer over its rival, in mV.");
    for (const olfaction::SpikeEvidence& bin : e.evidence) {
        std::snprintf(text, sizeof text, "%8.0f ms %6u spikes   direct %+9.2f   learned %+9.2f",
                      1000 * toSeconds(bin.t - e.decision.t), bin.spikes, bin.direct, bin.learned);
        printLine(text);
    }
}

int run(const Invocation& invocation)
{
    std::vector<std::uint8_t> model;
    if (invocation.isSet("model")) {
        auto loaded = loadModel(invocation.value("model"));
        if (!loaded.ok())
            return fail(loaded.error());
        model = std::move(*loaded);
    }
    const auto segments = invocation.number("segments", 8, 1, 64);
    const auto at = invocation.number("at", 0, 0, 1e9);
    if (!segments.ok() || !at.ok())
        return fail(segments.ok() ? at.error() : segments.error());
    olfaction::ExplanationOptions options;
    options.segments = static_cast<unsigned>(*segments);
    options.threads = 0;
    if (invocation.isSet("at"))
        options.at = fromSeconds(*at);
    const auto explained = session::explainRecording(invocation.argument(0), model, options, [](double share) {
        showProgress("explaining: " + std::to_string(static_cast<int>(100 * share)) + " %");
        return !interrupted();
    });
    showProgress({});
    if (!explained.ok())
        return fail(explained.error());
    if (invocation.json)
        printLine(jsonOf(*explained));
    else
        printTable(*explained);
    return explained->asRecorded.value_or(true) ? Ok : FailedCheck;
}

} // namespace

const Command explainCommand{"explain",
                             "FILE [--at S] [--model M]",
                             "Why a decision of a recording was made: channels, times and spikes it rests on.",
                             "bnof explain run.bnr --at 92.4",
                             1,
                             1,
                             false,
                             describe,
                             run};

} // namespace bnof::cli
