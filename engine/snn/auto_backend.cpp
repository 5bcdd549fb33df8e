// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/auto_backend.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/base/log.h"
#include "engine/base/time.h"
#include "engine/compute/cpu.h"

namespace bnof::snn {
namespace {

constexpr double lookAfterSeconds = 0.05;     ///< of running, so that the activity is the real one
constexpr double lookAgainAfterSeconds = 1;   ///< at the earliest
constexpr double sharingCostsSeconds = 50e-6; ///< a block of ticks shorter than this is not worth handing to others
constexpr double regret = 1.2;                ///< a choice that needs this much more than one thread did is taken back
constexpr double trySeconds = 0.005;          ///< for each candidate
constexpr double margin = 0.9;                ///< another back end has to need less than this share of the time
constexpr double twofold = 2;

double wallSeconds()
{
    return static_cast<double>(monotonicNow()) * 1e-9;
}

std::string microseconds(double seconds)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3g µs", seconds * 1e6);
    return text;
}

/// The file is shared by all simulations of this process.
std::mutex& fileMutex()
{
    static std::mutex mutex;
    return mutex;
}

/// sum += factor * part, where nothing falls below zero.
void accumulate(Activity& sum, const Activity& part, int factor)
{
    const auto add = [factor](auto& to, auto value) { to = factor > 0 ? to + value : to - value; };
    add(sum.ticks, part.ticks);
    for (std::size_t i = 0; i < sum.spikes.size(); ++i)
        add(sum.spikes[i], part.spikes[i]);
    for (std::size_t i = 0; i < sum.events.size(); ++i)
        add(sum.events[i], part.events[i]);
    add(sum.seconds.deliver, part.seconds.deliver);
    add(sum.seconds.update, part.seconds.update);
    add(sum.seconds.learn, part.seconds.learn);
    add(sum.seconds.collect, part.seconds.collect);
}

Json readMemory(const std::string& path)
{
    const Result<std::string> text = readFile(path, 1U << 20);
    if (!text.ok())
        return Json::object();
    Result<Json> json = Json::parse(*text, path);
    return json.ok() && json->isObject() ? std::move(*json) : Json::object();
}

} // namespace

std::string BackEndMemory::defaultPath()
{
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0')
        return std::string(cache) + "/bnof/back-ends.json";
    const char* home = std::getenv("HOME");
    return home != nullptr && *home != '\0' ? std::string(home) + "/.cache/bnof/back-ends.json" : std::string();
}

std::string BackEndMemory::recall(const std::string& network, const std::string& cpu) const
{
    if (m_path.empty())
        return {};
    const std::lock_guard lock(fileMutex());
    return readMemory(m_path)[cpu][network].toString();
}

void BackEndMemory::remember(const std::string& network, const std::string& cpu, const std::string& backEnd) const
{
    if (m_path.empty())
        return;
    const std::lock_guard lock(fileMutex());
    Json all = readMemory(m_path);
    Json entry = all[cpu].isObject() ? all[cpu] : Json::object();
    entry.set(network, backEnd);
    all.set(cpu, std::move(entry));
    std::error_code ignored; // without the folder the write fails, and that only costs a measurement
    std::filesystem::create_directories(std::filesystem::path(m_path).parent_path(), ignored);
    if (const Result<void> written = writeFileAtomically(m_path, all.dump()); !written.ok())
        log::debug("snn", "the choice of the back end was not remembered: " + written.error().message());
}

AutoBackEnd::AutoBackEnd(std::unique_ptr<BackEnd> first, std::string firstName, std::vector<std::string> candidates,
                         BackEndFactory make, BackEndMemory memory)
    : BackEnd(first->sharedPlan()), m_current(std::move(first)), m_currentName(std::move(firstName)),
      m_candidates(std::move(candidates)), m_make(std::move(make)), m_memory(std::move(memory)),
      m_key(toHex(plan().digest)), m_drawSeed(plan().network.seed)
{
    m_before.spikes.resize(plan().populations.size());
    m_before.events.resize(plan().projections.size());
    m_reason = "one thread with the widest instruction set, until the running network has been looked at";
}

void AutoBackEnd::setDrive(std::uint32_t population, std::span<const float> driveMv)
{
    m_current->setDrive(population, driveMv);
}

void AutoBackEnd::setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds)
{
    m_current->setThresholds(population, thresholds);
}

void AutoBackEnd::modulate(std::uint32_t projection, std::span<const float> modulation)
{
    m_current->modulate(projection, modulation);
}

void AutoBackEnd::reset(std::uint64_t drawSeed)
{
    m_drawSeed = drawSeed;
    m_current->reset(drawSeed);
}

Activity AutoBackEnd::activity() const
{
    Activity sum = m_current->activity();
    accumulate(sum, m_before, 1);
    return sum;
}

void AutoBackEnd::run(std::uint32_t ticks, SpikesByPopulation& spikes)
{
    const std::uint64_t eventsBefore = m_current->activity().synapticEvents();
    // One thread is judged by its own time, which other programs cannot stretch; what is shared, by the clock.
    const bool alone = m_currentName == m_candidates.front();
    const auto now = [alone] { return alone ? static_cast<double>(threadCpuNow()) * 1e-9 : wallSeconds(); };
    const double begin = now();
    m_current->run(ticks, spikes);
    m_seconds += now() - begin;
    m_ticks += ticks;
    m_events += m_current->activity().synapticEvents() - eventsBefore;
    if (!alone && m_seconds >= lookAfterSeconds && m_seconds > regret * m_alonePerTick * static_cast<double>(m_ticks))
        takeBack();
    else if (worthLooking())
        choose();
}

/// The machine has turned out too busy for what was chosen.
void AutoBackEnd::takeBack()
{
    Trial first = tryOut(m_candidates.front(), m_current->state(), 0);
    if (!first.backEnd)
        return;
    m_memory.remember(m_key, compute::cpuFeatures().model, first.name);
    m_reason = m_current->name() + " needed " + microseconds(m_seconds / static_cast<double>(m_ticks)) +
               " a tick where one thread needs " + microseconds(m_alonePerTick);
    m_settled = true;
    switchTo(std::move(first));
}

bool AutoBackEnd::worthLooking() const
{
    if (m_settled || m_drawSeed != plan().network.seed ||
        m_ticks == 0) // such a seed is not part of a state that could move over
        return false;
    if (m_eventsPerTick < 0)
        return m_seconds >= lookAfterSeconds;
    const double now = static_cast<double>(m_events) / static_cast<double>(m_ticks) + 1;
    const double then = m_eventsPerTick + 1;
    return m_seconds >= lookAgainAfterSeconds && (now >= twofold * then || then >= twofold * now);
}

void AutoBackEnd::choose()
{
    const double perTick = m_seconds / static_cast<double>(m_ticks);
    const bool first = m_eventsPerTick < 0;
    m_eventsPerTick = static_cast<double>(m_events) / static_cast<double>(m_ticks);
    m_seconds = 0;
    m_ticks = m_events = 0;
    if (m_currentName == m_candidates.front()) {
        m_alonePerTick = perTick;
        if (perTick * plan().blockTicks < sharingCostsSeconds) {
            m_reason = "a tick takes " + microseconds(perTick) + " on one thread, less than it would cost to share it";
            return;
        }
    }
    const std::string cpu = compute::cpuFeatures().model;
    const NetworkState state = m_current->state();
    const auto ticks = static_cast<std::uint32_t>(std::clamp(trySeconds / perTick, 8.0, 4096.0)) / 8 * 8;
    if (const std::string known = first ? m_memory.recall(m_key, cpu) : std::string();
        std::find(m_candidates.begin(), m_candidates.end(), known) != m_candidates.end()) {
        m_reason = "it was the fastest for this network on this machine before";
        if (known == m_currentName)
            return;
        if (Trial trial = tryOut(known, state, 0); trial.backEnd)
            return switchTo(std::move(trial));
    }
    std::string report;
    Trial best;
    double current = 0;
    for (const std::string& name : m_candidates) {
        Trial trial = tryOut(name, state, ticks);
        if (!trial.backEnd)
            continue;
        report += (report.empty() ? "" : ", ") + trial.backEnd->name() + ' ' + microseconds(trial.secondsPerTick);
        if (name == m_currentName)
            current = trial.secondsPerTick;
        if (!best.backEnd || trial.secondsPerTick < best.secondsPerTick)
            best = std::move(trial);
    }
    if (!best.backEnd)
        return;
    char activity[48];
    std::snprintf(activity, sizeof activity, " a tick at %.3g synaptic events each", m_eventsPerTick);
    m_reason = "measured on this network: " + report + activity;
    m_memory.remember(m_key, cpu, best.name);
    if (best.name != m_currentName && best.secondsPerTick < margin * current) {
        best.backEnd->setState(state);
        switchTo(std::move(best));
    }
}

AutoBackEnd::Trial AutoBackEnd::tryOut(const std::string& name, const NetworkState& state, std::uint32_t ticks) const
{
    Trial trial;
    trial.name = name;
    Result<std::unique_ptr<BackEnd>> made = m_make(name);
    if (!made.ok()) {
        log::debug("snn", "back end " + name + " was left out: " + made.error().message());
        return trial;
    }
    trial.backEnd = std::move(*made);
    trial.backEnd->setState(state);
    SpikesByPopulation spikes;
    for (const std::uint32_t part : {ticks / 4, ticks}) { // the first part warms the caches
        const double begin = wallSeconds();
        std::uint32_t done = 0;
        while (done < part && wallSeconds() - begin < 4 * trySeconds) { // a bad candidate must not hold up the run
            trial.backEnd->run(std::min(8U, part - done), spikes);
            done += std::min(8U, part - done);
        }
        if (done > 0)
            trial.secondsPerTick = (wallSeconds() - begin) / done;
    }
    return trial;
}

void AutoBackEnd::switchTo(Trial trial)
{
    log::info("snn", "the network goes on with " + trial.backEnd->name() + ": " + m_reason);
    m_before = activity();
    accumulate(m_before, trial.backEnd->activity(), -1); // its trial run was not the network's
    m_current = std::move(trial.backEnd);
    m_currentName = std::move(trial.name);
}

} // namespace bnof::snn
