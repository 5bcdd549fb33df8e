// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/contained_answers.h"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

namespace bnof::experiments {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds tick{20};

/// The one recording that the units lie in, and what is needed to read it: a thread that is left behind must not look
/// at what its owner has freed.
olfaction::Dataset only(const olfaction::Dataset& data, std::size_t recording)
{
    olfaction::Dataset out;
    out.name = data.name;
    out.channels = data.channels;
    out.labels = data.labels;
    out.background = data.background;
    out.recordings = {data.recordings[recording]};
    return out;
}

UnitAnswer missingBecause(std::string why)
{
    UnitAnswer out;
    out.missing = true;
    out.failure = std::move(why);
    return out;
}

} // namespace

/// Everything that the thread touches, owned together with it.
struct ContainedVariant::Task {
    std::shared_ptr<olfaction::Recogniser> recogniser;
    olfaction::Dataset data;
    std::vector<ExposureUnit> units;
    std::vector<int> gasOf;
    std::atomic<std::uint64_t> frames{0}; ///< that are done
    std::atomic<bool> stop{false};
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<UnitAnswer> answers;
    bool done = false;

    void run()
    {
        const auto told = [this](std::size_t, const UnitAnswer& answer) {
            const std::scoped_lock lock(mutex);
            answers.push_back(answer);
            return !stop.load();
        };
        static_cast<void>(answerUnits(*recogniser, data, units, gasOf, told, &frames));
        const std::scoped_lock lock(mutex);
        done = true;
        changed.notify_all();
    }
};

ContainedVariant::ContainedVariant(std::unique_ptr<olfaction::Recogniser> recogniser, double timeLimit)
    : m_recogniser(std::move(recogniser)), m_timeLimit(timeLimit)
{}

ContainedVariant::~ContainedVariant() = default;

Result<std::vector<UnitAnswer>> ContainedVariant::answers(const olfaction::Dataset& data,
                                                          const std::vector<ExposureUnit>& units,
                                                          const std::function<bool()>& goOn)
{
    if (m_hung || units.empty())
        return std::vector<UnitAnswer>(units.size(), missingBecause("it hung before and was not asked again"));
    auto task = std::make_shared<Task>();
    task->recogniser = m_recogniser;
    task->data = only(data, units.front().recording);
    task->units = units;
    for (ExposureUnit& unit : task->units)
        unit.recording = 0;
    task->gasOf = labelsOfGases(m_recogniser->info(), data);
    std::thread thread([task] { task->run(); });
    std::unique_lock lock(task->mutex);
    std::uint64_t seen = 0;
    auto since = Clock::now();
    bool cancelled = false;
    while (!task->done && !m_hung) {
        task->changed.wait_for(lock, tick);
        const std::uint64_t frames = task->frames.load();
        const auto now = Clock::now();
        if (frames != seen)
            since = now;
        seen = frames;
        m_hung = !task->done && std::chrono::duration<double>(now - since).count() > m_timeLimit;
        lock.unlock();
        if (!cancelled && goOn && !goOn()) {
            cancelled = true;
            task->stop.store(true);
        }
        lock.lock();
    }
    std::vector<UnitAnswer> out = task->answers;
    lock.unlock();
    if (m_hung) {
        thread.detach();
        std::array<char, 96> why{};
        std::snprintf(why.data(), why.size(), "it hung: no answer to a frame within %g s", m_timeLimit);
        while (out.size() < units.size())
            out.push_back(missingBecause(why.data()));
        // Nobody may use it any more but the thread that was left behind.
        m_recogniser.reset();
    } else {
        thread.join();
    }
    if (cancelled)
        return makeError(ErrorKind::Cancelled, "the comparison was stopped", units.front().id);
    while (out.size() < units.size())
        out.push_back(missingBecause("it gave no answer"));
    return out;
}

} // namespace bnof::experiments
