// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/pool/redundant_source.h"

#include <QTimer>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace bnof::sensing {
namespace {

constexpr int tickMilliseconds = 5;
/// Frames that are kept of a source in waiting: enough for the time in which a failure is noticed.
constexpr std::int64_t keptNanoseconds = 3 * nanosecondsPerSecond;
constexpr std::size_t keptFrames = 4096;
/// Device clocks further apart than this do not show the same time.
constexpr double sameClockSeconds = 10;
/// A step of more than this many periods has a hole in it.
constexpr double holePeriods = 1.75;

double expectedHz(const SourceUri& uri)
{
    return std::max(0.0, std::strtod(uri.parameter("rate", "0").c_str(), nullptr));
}

} // namespace

Result<std::unique_ptr<Source>> RedundantSource::make(const SourceUri& uri, const SourceOptions& options,
                                                      SourceSink& sink)
{
    std::vector<SourceUri> uris{uri};
    std::erase_if(uris.front().parameters, [](const auto& p) { return p.first == "backup"; });
    for (const auto& [key, value] : uri.parameters) {
        if (key != "backup")
            continue;
        BNOF_TRY_ASSIGN(SourceUri backup, SourceUri::parse(value));
        uris.push_back(std::move(backup));
    }
    auto source = std::make_unique<RedundantSource>(std::move(uris), options, sink);
    BNOF_TRY(source->prepare());
    return std::unique_ptr<Source>(std::move(source));
}

RedundantSource::RedundantSource(std::vector<SourceUri> uris, const SourceOptions& options, SourceSink& sink)
    : m_options(options), m_sink(sink)
{
    const double hertz = expectedHz(uris.front());
    for (SourceUri& uri : uris) {
        auto member = std::make_unique<Member>();
        member->meter = QualityMeter(hertz > 0 ? hertz : expectedHz(uri));
        member->uri = std::move(uri);
        m_members.push_back(std::move(member));
    }
}

RedundantSource::~RedundantSource() = default;

Result<void> RedundantSource::prepare()
{
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        SourceOptions options = m_options;
        options.index = static_cast<std::uint32_t>(i);
        SourceUri uri = m_members[i]->uri;
        std::erase_if(uri.parameters, [](const auto& p) { return p.first == "policy"; }); // its sink is here
        BNOF_TRY_ASSIGN(m_members[i]->source, makeSource(uri, options, *this));
        m_members[i]->source->setParent(this); // to another thread they go together
    }
    m_name = nameOf(present());
    return {};
}

void RedundantSource::start()
{
    if (m_ticker != nullptr)
        return;
    m_ticker = std::make_unique<QTimer>();
    m_ticker->setTimerType(Qt::PreciseTimer);
    connect(m_ticker.get(), &QTimer::timeout, this, &RedundantSource::tick);
    m_ticker->start(tickMilliseconds);
    for (auto& member : m_members)
        member->source->start();
}

void RedundantSource::stop()
{
    if (m_ticker != nullptr)
        m_ticker.release()->deleteLater();
    for (auto& member : m_members)
        member->source->stop();
    tellState();
}

SourceStatistics RedundantSource::statistics() const
{
    SourceStatistics all;
    {
        const std::lock_guard lock(m_shared);
        all = m_statistics;
    }
    for (const auto& member : m_members) {
        const SourceStatistics one = member->source->statistics();
        all.bytes += one.bytes;
        all.skippedBytes += one.skippedBytes;
        all.skippedLines += one.skippedLines;
        all.reconnects += one.reconnects;
    }
    return all;
}

std::string RedundantSource::deviceName() const
{
    const std::lock_guard lock(m_shared);
    return m_name;
}

bool RedundantSource::simulated() const
{
    return std::ranges::any_of(m_members, [](const auto& member) { return member->source->simulated(); });
}

std::vector<EquivalentSource> RedundantSource::equivalents() const
{
    const std::lock_guard lock(m_shared);
    return m_equivalents;
}

std::size_t RedundantSource::indexOf(const Member& member) const
{
    return static_cast<std::size_t>(std::ranges::find(m_members, &member, [](const auto& each) { return each.get(); }) -
                                    m_members.begin());
}

std::string RedundantSource::nameOf(const Member& member) const
{
    return (indexOf(member) == 0 ? "" : "backup ") + member.source->deviceName();
}

// --- what the members tell --------------------------------------------------------------------------

void RedundantSource::match(Member& member)
{
    member.map.clear();
    if (member.channels.empty())
        return;
    std::vector<std::size_t> map;
    for (const ChannelInfo& wanted : m_channels) {
        const auto it = std::ranges::find(member.channels, wanted.name, &ChannelInfo::name);
        if (it == member.channels.end())
            return;
        map.push_back(static_cast<std::size_t>(it - member.channels.begin()));
    }
    member.map = std::move(map);
}

void RedundantSource::sourceChannels(std::uint32_t index, const std::vector<ChannelInfo>& channels)
{
    Member& member = *m_members[index];
    member.channels = channels;
    const bool first = m_channels.empty();
    if (first || index == m_present) {
        m_channels = channels;
        for (auto& each : m_members)
            match(*each);
        m_sink.sourceChannels(m_options.index, m_channels);
        return;
    }
    match(member);
    if (member.map.empty())
        m_sink.sourceEvent(m_options.index, {StreamEvent::Kind::Note, m_lastTime, m_lastTime, 0,
                                             nameOf(member) + " has other channels and cannot take over"});
}

std::int64_t RedundantSource::interval(const Member& member) const
{
    if (const double hertz = expectedHz(member.uri); hertz > 0)
        return fromSeconds(1 / hertz);
    return member.meter.rateIsKnown() ? fromSeconds(member.meter.portionInterval()) : 0;
}

void RedundantSource::keep(Member& member, const SensorFrame& frame, std::int64_t arrival)
{
    while (!member.kept.empty() &&
           (member.kept.size() >= keptFrames || arrival - member.kept.front().arrival > keptNanoseconds))
        member.kept.pop_front();
    member.kept.push_back({frame.t, frame.deviceSeconds, arrival, {frame.values.begin(), frame.values.end()}});
}

void RedundantSource::sourceFrame(std::uint32_t index, const SensorFrame& frame, std::int64_t arrival)
{
    Member& member = *m_members[index];
    member.meter.frames(arrival, 1);
    member.lastArrival = arrival;
    if (m_firstSeen == 0)
        m_firstSeen = arrival;
    if (index == m_present) {
        deliver(member, frame.t, frame.deviceSeconds, arrival, frame.values);
        return;
    }
    keep(member, frame, arrival);
    const bool waitForFirst = m_lastArrival == 0 && arrival - m_firstSeen < startGrace;
    if (!isDelivering(present().state) && !waitForFirst && !member.map.empty())
        switchTo(member, std::string("it is ") + toString(present().state));
}

void RedundantSource::sourceEvent(std::uint32_t index, const StreamEvent& event)
{
    if (index != m_present)
        return; // it says nothing about the frames that are handed on
    if (event.kind == StreamEvent::Kind::Gap)
        m_gapReason = event.text.empty() ? "frames are missing" : event.text;
    else
        m_sink.sourceEvent(m_options.index, event);
}

void RedundantSource::sourceDecoder(std::uint32_t index, const std::string& decoder, const std::string& reason)
{
    if (index == m_present)
        m_sink.sourceDecoder(m_options.index, decoder, reason);
}

void RedundantSource::sourceState(std::uint32_t index, ConnectionState state, const std::optional<Error>& problem)
{
    Member& member = *m_members[index];
    const bool delivered = isDelivering(member.state);
    member.state = state;
    member.problem = problem;
    if (!isDelivering(state))
        member.meter.restart();
    if (index == m_present && delivered && !isDelivering(state))
        replacePresent(state == ConnectionState::Stalled ? "it sends nothing" : "its connection was lost");
    tellState();
}

// --- handing on -------------------------------------------------------------------------------------

bool RedundantSource::isNew(double deviceSeconds, std::int64_t arrival) const
{
    if (m_lastArrival == 0)
        return true;
    const double later = deviceSeconds - m_lastDevice; // NaN when either has none
    if (std::abs(later) < sameClockSeconds)
        return later > 0;
    return !m_switched || arrival - m_lastArrival > interval(*m_members[m_present]) / 2;
}

void RedundantSource::deliver(Member& member, Timestamp t, double deviceSeconds, std::int64_t arrival,
                              std::span<const float> values)
{
    if (member.map.empty() || !isNew(deviceSeconds, arrival))
        return;
    t = m_lastArrival == 0 ? t : std::max(t, m_lastTime + 1);
    if (m_switched && m_lastArrival != 0 && m_gapReason.empty()) {
        const double later = deviceSeconds - m_lastDevice;
        const double step =
            std::abs(later) < sameClockSeconds ? later : static_cast<double>(arrival - m_lastArrival) * 1e-9;
        const double period = toSeconds(interval(member));
        if (period > 0 ? step > holePeriods * period : step > 1)
            m_gapReason = "nothing came before the other source took over";
    }
    m_switched = false;
    if (!m_gapReason.empty() && m_lastArrival != 0) {
        {
            const std::lock_guard lock(m_shared);
            ++m_statistics.gaps;
        }
        member.meter.gap();
        m_sink.sourceEvent(m_options.index, {StreamEvent::Kind::Gap, m_lastTime, t, 0, m_gapReason});
    }
    m_gapReason.clear();
    m_lastTime = t;
    m_lastArrival = arrival;
    m_lastDevice = deviceSeconds;
    m_values.resize(member.map.size());
    for (std::size_t i = 0; i < m_values.size(); ++i)
        m_values[i] = member.map[i] < values.size() ? values[member.map[i]] : std::nanf("");
    {
        const std::lock_guard lock(m_shared);
        ++m_statistics.frames;
    }
    m_sink.sourceFrame(m_options.index, {t, m_values, deviceSeconds}, arrival);
}

void RedundantSource::switchTo(Member& member, const std::string& why)
{
    const std::string from = nameOf(present());
    m_present = indexOf(member);
    m_switched = true;
    for (auto& each : m_members)
        each->betterSince = 0;
    {
        const std::lock_guard lock(m_shared);
        ++m_statistics.failovers;
        m_name = nameOf(member);
    }
    const Timestamp now = monotonicNow() - m_options.sessionStart;
    m_sink.sourceEvent(m_options.index, {StreamEvent::Kind::Note, now, now, 0,
                                         "source switched from " + from + " to " + nameOf(member) + ": " + why});
    const std::deque<Kept> kept = std::move(member.kept);
    member.kept.clear();
    for (const Kept& frame : kept)
        deliver(member, frame.t, frame.deviceSeconds, frame.arrival, frame.values);
    tellState();
}

// --- choosing ---------------------------------------------------------------------------------------

bool RedundantSource::isFresh(const Member& member, std::int64_t now) const
{
    return isDelivering(member.state) && !member.map.empty() && !missedTwo(member, now);
}

bool RedundantSource::missedTwo(const Member& member, std::int64_t now) const
{
    const std::int64_t period = interval(member);
    const std::int64_t tolerance = std::clamp<std::int64_t>(
        fromSeconds(2 * member.meter.jitterSeconds()), 5 * nanosecondsPerMillisecond, 50 * nanosecondsPerMillisecond);
    return period > 0 && now - member.lastArrival > 2 * period + tolerance;
}

RedundantSource::Member* RedundantSource::bestOther(std::int64_t now)
{
    Member* best = nullptr;
    for (auto& member : m_members) {
        if (indexOf(*member) == m_present || !isFresh(*member, now))
            continue;
        if (best == nullptr || member->health > best->health)
            best = member.get();
    }
    return best;
}

void RedundantSource::replacePresent(const std::string& why)
{
    if (Member* other = bestOther(monotonicNow()))
        switchTo(*other, why);
}

void RedundantSource::tick()
{
    const std::int64_t now = monotonicNow();
    if (isDelivering(present().state) && missedTwo(present(), now))
        replacePresent("two of its frames are missing");
    if (now - m_lastSecond >= nanosecondsPerSecond) {
        m_lastSecond = now;
        secondPassed(now);
    }
    if (now - m_lastHealth < 100 * nanosecondsPerMillisecond)
        return;
    m_lastHealth = now;
    for (auto& member : m_members)
        member->health = healthScore(member->meter.quality(now, member->state, 0));
    publish(now);
    for (auto& member : m_members) {
        const bool better =
            indexOf(*member) != m_present && isFresh(*member, now) && member->health >= present().health + betterBy;
        if (!better)
            member->betterSince = 0;
        else if (member->betterSince == 0)
            member->betterSince = now;
        else if (now - member->betterSince >= betterFor && isDelivering(present().state)) {
            const Health poor = healthOf(present().meter.quality(now, present().state, 0));
            switchTo(*member, "its health is " + std::to_string(poor.score) + " (" + poor.reason + ") beside " +
                                  std::to_string(member->health));
            return;
        }
    }
}

void RedundantSource::secondPassed(std::int64_t)
{
    for (auto& member : m_members) {
        const SourceStatistics now = member->source->statistics();
        member->meter.bytes(now.bytes - std::exchange(member->bytesSeen, now.bytes),
                            now.skippedBytes - std::exchange(member->skippedSeen, now.skippedBytes));
        member->meter.secondPassed();
    }
}

void RedundantSource::publish(std::int64_t now)
{
    const Member& member = present();
    std::vector<EquivalentSource> all;
    for (const auto& each : m_members)
        all.push_back({each->source->deviceName(), each->state, each->health, each.get() == &member});
    const std::lock_guard lock(m_shared);
    m_equivalents = std::move(all);
    m_statistics.quality = member.meter.quality(now, member.state, 0);
    m_statistics.rateHz = isDelivering(member.state) ? m_statistics.quality.rateHz : 0;
    m_statistics.health = member.health;
}

/// The state of the present source; with a word when it is not the first one.
void RedundantSource::tellState()
{
    std::optional<Error> problem = present().problem;
    if (!problem && m_present != 0 && isDelivering(present().state)) {
        const Member& first = *m_members.front();
        problem = makeError(ErrorKind::Device, "a backup has taken over: " + nameOf(present()),
                            first.source->deviceName(), "See to the first source; the experiment goes on meanwhile.",
                            first.problem ? first.problem->what : std::string());
    }
    const bool same = problem.has_value() == m_toldProblem.has_value() &&
                      (!problem || (problem->what == m_toldProblem->what && problem->where == m_toldProblem->where));
    if (present().state == m_told && same)
        return;
    m_told = present().state;
    m_toldProblem = problem;
    m_sink.sourceState(m_options.index, m_told, problem);
}

} // namespace bnof::sensing
