// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <thread>

#include "app/cli/session_runner.h"
#include "app/cli/watch_lines.h"
#include "engine/recording/reader.h"

namespace bnof::cli {
namespace {

/// A recorder writes what has come every 50 ms at the latest.
constexpr auto lookInterval = std::chrono::milliseconds(50);

/// Prints the items of a recording until `limit` frames were among them; 0: all.
class ItemPrinter {
public:
    ItemPrinter(const recording::RecordingMetadata& metadata, std::uint64_t limit)
        : m_metadata(metadata), m_limit(limit)
    {}

    void operator()(const recording::FrameItem& item)
    {
        static const std::vector<ChannelInfo> none;
        const bool known = item.source < m_metadata.sources.size();
        printLine(frameLine(item.source, {item.t, item.values, item.deviceSeconds},
                            known ? m_metadata.sources[item.source].channels : none));
        ++m_frames;
    }
    void operator()(const recording::SpikesItem& item)
    {
        const bool known = item.layer < m_metadata.layers.size();
        printLine(Json::object()
                      .set("layer", known ? Json(m_metadata.layers[item.layer].name) : Json(item.layer))
                      .set("spikes", item.spikes.size()));
    }
    void operator()(const recording::DecisionItem& item)
    {
        printLine(decisionLine(item.decision, m_metadata.gases, item.latencyNanoseconds));
    }
    void operator()(const StreamEvent& event) { printLine(eventLine(event)); }
    void operator()(const Mark& mark) { printLine(Json::object().set("t", toSeconds(mark.t)).set("mark", mark.label)); }
    [[nodiscard]] bool done() const { return m_limit > 0 && m_frames >= m_limit; }

private:
    const recording::RecordingMetadata& m_metadata;
    std::uint64_t m_limit;
    std::uint64_t m_frames = 0;
};

} // namespace

int watchRecording(const Invocation& invocation)
{
    const auto limit = invocation.number("frames", 0, 0, 1e15);
    const auto duration = invocation.number("duration", 0, 0, 1e9);
    const auto from = invocation.number("from", 0, -1e9, 1e9);
    for (const auto* number : {&limit, &duration, &from})
        if (!number->ok())
            return fail(number->error());
    if (invocation.isSet("stats"))
        return fail(makeError(ErrorKind::Usage, "a recording has no connection to make statistics of", "--stats",
                              "Use \"bnof info FILE\" for what it holds."));
    auto opened = recording::Reader::open(invocation.argument(0));
    if (!opened.ok())
        return fail(opened.error());
    recording::Reader& reader = **opened;
    const recording::RecordingMetadata metadata = reader.metadata();
    for (std::size_t i = 0; i < metadata.sources.size(); ++i)
        printLine(channelsLine(static_cast<std::uint32_t>(i), metadata.sources[i].channels));
    if (invocation.isSet("from"))
        reader.seek((*from < 0 ? reader.summary().lastTime : metadata.start) + fromSeconds(*from));
    ItemPrinter print(metadata, static_cast<std::uint64_t>(*limit));
    const std::int64_t end = *duration > 0 ? monotonicNow() + fromSeconds(*duration) : INT64_MAX;
    recording::Item item;
    while (true) {
        const bool more = reader.growing() && invocation.isSet("follow");
        while (!interrupted() && !print.done() && monotonicNow() < end && reader.next(item))
            std::visit(print, item);
        if (!more || interrupted() || print.done() || monotonicNow() >= end)
            break;
        std::this_thread::sleep_for(lookInterval);
        if (const auto fresh = reader.refresh(); !fresh.ok())
            return fail(fresh.error());
    }
    const recording::Health& health = reader.health();
    if (health.lostBytes > 0 || health.damagedChunks > 0)
        return fail(makeError(ErrorKind::BadInput,
                              health.findings.empty() ? "parts of it are damaged" : health.findings.front(),
                              reader.path(), "\"bnof verify FILE\" lists all of it."));
    return Ok;
}

} // namespace bnof::cli
