// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#ifdef BNOF_WITH_TBB
#include <tbb/task_arena.h>
#include <tbb/task_group.h>
#endif

#include "app/cli/bench.h"
#include "app/cli/bench_measure.h"
#include "engine/base/yield_point.h"
#include "engine/pipeline/scheduler.h"

namespace bnof::bench {
namespace {

using pipeline::Scheduler;
using pipeline::SchedulerOptions;
using pipeline::TaskOptions;

constexpr std::int64_t betweenCritical = 2 * nanosecondsPerMillisecond;

/// Keeps the processor busy for so many nanoseconds of time that passes.
void spin(std::int64_t nanoseconds)
{
    const std::int64_t end = monotonicNow() + nanoseconds;
    while (monotonicNow() < end) {
    }
}

unsigned processors()
{
    return std::max(1U, std::thread::hardware_concurrency());
}

/// Latencies of urgent tasks, from submission to start.
class Latencies {
public:
    explicit Latencies(std::size_t most) { m_seconds.reserve(most); }
    /// The work of an urgent task that was submitted at `at`.
    void started(std::int64_t at)
    {
        const double seconds = static_cast<double>(monotonicNow() - at) * 1e-9;
        const std::lock_guard lock(m_mutex);
        m_seconds.push_back(seconds);
    }
    [[nodiscard]] std::size_t count()
    {
        const std::lock_guard lock(m_mutex);
        return m_seconds.size();
    }
    [[nodiscard]] Json toJson()
    {
        const std::lock_guard lock(m_mutex);
        return Json::object()
            .set("p50", quantile(m_seconds, 0.5))
            .set("p99", quantile(m_seconds, 0.99))
            .set("p999", quantile(m_seconds, 0.999))
            .set("tasks", m_seconds.size());
    }

private:
    std::mutex m_mutex;
    std::vector<double> m_seconds;
};

/// Submits an urgent task every two milliseconds for a while, and waits until all have begun.
void pace(double seconds, Latencies& latencies, const std::function<void(std::int64_t at)>& submit)
{
    const std::int64_t end = monotonicNow() + fromSeconds(seconds);
    std::size_t sent = 0;
    for (std::int64_t due = monotonicNow(); due < end; due += betweenCritical) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::max<std::int64_t>(0, due - monotonicNow())));
        submit(monotonicNow());
        ++sent;
    }
    while (latencies.count() < sent)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// Our scheduler: its workers never have less to do than one low task each.
Json criticalHere(double seconds, std::int64_t lowTask, std::string& lane)
{
    SchedulerOptions options;
    Scheduler scheduler(options);
    std::atomic<bool> stop{false};
    std::function<void()> keepBusy = [&] {
        spin(lowTask);
        if (!stop.load(std::memory_order_relaxed))
            (void)scheduler.submit(Priority::Low, pipeline::Task([&keepBusy] { keepBusy(); }));
    };
    for (unsigned i = 0; i < 2 * scheduler.workerCount(); ++i)
        (void)scheduler.submit(Priority::Low, pipeline::Task([&keepBusy] { keepBusy(); }));
    Latencies latencies(static_cast<std::size_t>(seconds * 600) + 16);
    pace(seconds, latencies, [&](std::int64_t at) {
        (void)scheduler.submit(Priority::Critical, pipeline::Task([&latencies, at] { latencies.started(at); }));
    });
    stop = true;
    scheduler.drain();
    const auto status = scheduler.status();
    lane = status.realTime.granted ? "SCHED_FIFO" : "no SCHED_FIFO: " + status.realTime.reason;
    return latencies.toJson();
}

/// What is usual: one queue by priority under a mutex, served by one worker a processor.
Json criticalMutexQueue(double seconds, std::int64_t lowTask)
{
    std::mutex mutex;
    std::condition_variable changed;
    std::array<std::deque<std::function<void()>>, 2> queues;
    bool stop = false;
    const auto submit = [&](std::size_t priority, std::function<void()> task) {
        {
            const std::lock_guard lock(mutex);
            queues[priority].push_back(std::move(task));
        }
        changed.notify_one();
    };
    const auto work = [&] {
        std::unique_lock lock(mutex);
        while (true) {
            changed.wait(lock, [&] { return stop || !queues[0].empty() || !queues[1].empty(); });
            if (stop)
                return;
            auto& queue = queues[0].empty() ? queues[1] : queues[0];
            const auto task = std::move(queue.front());
            queue.pop_front();
            lock.unlock();
            task();
            lock.lock();
        }
    };
    std::function<void()> keepBusy = [&] {
        spin(lowTask);
        submit(1, keepBusy);
    };
    for (unsigned i = 0; i < 2 * processors(); ++i)
        submit(1, keepBusy);
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < processors(); ++i)
        workers.emplace_back(work);
    Latencies latencies(static_cast<std::size_t>(seconds * 600) + 16);
    pace(seconds, latencies, [&](std::int64_t at) { submit(0, [&latencies, at] { latencies.started(at); }); });
    {
        const std::lock_guard lock(mutex);
        stop = true;
    }
    changed.notify_all();
    for (std::thread& worker : workers)
        worker.join();
    return latencies.toJson();
}

#ifdef BNOF_WITH_TBB
/// oneTBB: an arena of high priority beside one of low priority that is full.
Json criticalTbb(double seconds, std::int64_t lowTask)
{
    tbb::task_arena high(static_cast<int>(processors()), 0, tbb::task_arena::priority::high);
    tbb::task_arena low(static_cast<int>(processors()), 0, tbb::task_arena::priority::low);
    std::atomic<bool> stop{false};
    std::atomic<int> running{0};
    std::function<void()> keepBusy = [&] {
        spin(lowTask);
        if (stop.load(std::memory_order_relaxed))
            --running;
        else
            low.enqueue([&keepBusy] { keepBusy(); });
    };
    for (unsigned i = 0; i < 2 * processors(); ++i) {
        ++running;
        low.enqueue([&keepBusy] { keepBusy(); });
    }
    Latencies latencies(static_cast<std::size_t>(seconds * 600) + 16);
    pace(seconds, latencies, [&](std::int64_t at) { high.enqueue([&latencies, at] { latencies.started(at); }); });
    stop = true;
    while (running > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return latencies.toJson();
}
#endif

std::vector<Figure> criticalLatency(const BenchOptions& options)
{
    const double seconds = options.rehearsal ? 0.1 : std::max(2.0, options.secondsEach);
    Figure figure;
    figure.name = "pipeline.critical_latency";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    std::string lane;
    for (const std::int64_t milliseconds : {1, 5}) {
        const std::int64_t lowTask = milliseconds * nanosecondsPerMillisecond;
        Json row = Json::object();
        Json here = criticalHere(seconds, lowTask, lane);
        Json mutexQueue = criticalMutexQueue(seconds, lowTask);
        if (milliseconds == 1)
            figure.value = here["p999"].toDouble();
#ifdef BNOF_WITH_TBB
        Json tbb = criticalTbb(seconds, lowTask);
        row.set("better_than_tbb_at_p99", tbb["p99"].toDouble() / std::max(here["p99"].toDouble(), 1e-9));
        if (milliseconds == 1)
            figure.baseline = Figure::Baseline{"oneTBB priority arenas", tbb["p999"].toDouble()};
        row.set("tbb", std::move(tbb));
#else
        if (milliseconds == 1)
            figure.baseline = Figure::Baseline{"mutex priority queue", mutexQueue["p999"].toDouble()};
        row.set("tbb", "not built: libtbb-dev was not found");
#endif
        row.set("here", std::move(here)).set("mutex_queue", std::move(mutexQueue));
        figure.detail.set("low_tasks_" + std::to_string(milliseconds) + "_ms", std::move(row));
    }
    figure.detail.set("lane", lane).set("workers", processors());
    figure.detail.set("targets", "p99 1e-4 s, p999 1e-3 s, 50 times better than TBB at p99");
    return {figure};
}

std::vector<Figure> taskOverhead(const BenchOptions& options)
{
    const std::size_t count = options.rehearsal ? 4096 : 400'000;
    SchedulerOptions settings;
    for (auto& rules : settings.rules)
        rules.capacity = 1U << 16;
    Scheduler scheduler(settings);
    std::atomic<std::uint64_t> ran{0};
    const auto kept = [] {
        TaskOptions out;
        out.kept = true;
        return out;
    }();
    const auto batched = [&] {
        const std::int64_t begin = monotonicNow();
        std::array<pipeline::Task, 256> tasks;
        for (std::size_t i = 0; i < count; i += tasks.size()) {
            for (auto& task : tasks)
                task = pipeline::Task([&ran] { ran.fetch_add(1, std::memory_order_relaxed); });
            (void)scheduler.submitMany(Priority::Normal, tasks, kept);
        }
        scheduler.drain();
        return toSeconds(monotonicNow() - begin) / static_cast<double>(count);
    };
    const auto single = [&] {
        const std::int64_t begin = monotonicNow();
        for (std::size_t i = 0; i < count; ++i)
            (void)scheduler.submit(Priority::Normal,
                                   pipeline::Task([&ran] { ran.fetch_add(1, std::memory_order_relaxed); }), kept);
        scheduler.drain();
        return toSeconds(monotonicNow() - begin) / static_cast<double>(count);
    };
    std::vector<double> many, one, other;
    const std::int64_t end = monotonicNow() + fromSeconds(options.secondsEach);
    while (many.size() < 3 || monotonicNow() < end) {
        many.push_back(batched());
        one.push_back(single());
#ifdef BNOF_WITH_TBB
        const std::int64_t begin = monotonicNow();
        tbb::task_group group;
        for (std::size_t i = 0; i < count; ++i)
            group.run([&ran] { ran.fetch_add(1, std::memory_order_relaxed); });
        group.wait();
        other.push_back(toSeconds(monotonicNow() - begin) / static_cast<double>(count));
#endif
    }
    Figure figure;
    figure.name = "pipeline.task_overhead";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = quantile(many, 0.5);
    if (!other.empty())
        figure.baseline = Figure::Baseline{"oneTBB task_group", quantile(other, 0.5)};
    figure.detail.set("batched", quantile(many, 0.5)).set("single", quantile(one, 0.5)).set("tasks", count);
    figure.detail.set("targets", "1.5e-7 s batched, 4e-7 s single");
    figure.detail.set("measures", "time that passes from the first submission to the last end, a task");
    return {figure};
}

/// Tasks of 50 us a second that so many workers run.
double throughput(unsigned workers, std::size_t tasks)
{
    SchedulerOptions settings;
    settings.workers = workers;
    Scheduler scheduler(settings);
    TaskOptions kept;
    kept.kept = true;
    const std::int64_t begin = monotonicNow();
    // Work, not time that passes: a worker that has to wait for a processor does nothing.
    for (std::size_t i = 0; i < tasks; ++i)
        (void)scheduler.submit(Priority::Normal, pipeline::Task([] {
                                   double x = 1;
                                   for (int k = 0; k < 20'000; ++k)
                                       x = x * 1.0000001 + 1e-9;
                                   volatile double sink = x;
                                   (void)sink;
                               }),
                               kept);
    scheduler.drain();
    return static_cast<double>(tasks) / toSeconds(monotonicNow() - begin);
}

std::vector<Figure> scaling(const BenchOptions& options)
{
    const std::size_t tasks = options.rehearsal ? 200 : 20'000;
    const unsigned most = processors();
    const double one = throughput(1, tasks);
    Figure figure;
    figure.name = "pipeline.scaling";
    figure.unit = "1";
    Json rows = Json::array();
    double efficiency = 1;
    for (unsigned n = 1; n <= most; ++n) {
        const double all = n == 1 ? one : throughput(n, tasks);
        efficiency = all / one / n;
        rows.push(Json::object().set("workers", n).set("tasks_per_second", all).set("efficiency", efficiency));
    }
    figure.value = efficiency;
    figure.detail.set("measured", std::move(rows));
    // Universal scalability law without its quadratic term, which two processors cannot show (Gunther, "Guerrilla
    // Capacity Planning", 2007): X(n) = n X(1) / (1 + s (n - 1)).
    const double share = most > 1 ? std::max(0.0, (1 / efficiency - 1) / (most - 1)) : 0;
    figure.detail.set("model_of_64_processors", 1 / (1 + share * 63)).set("serial_share", share);
    figure.detail.set("target", 0.95);
    return {figure};
}

std::vector<Figure> starvation(const BenchOptions& options)
{
    const double seconds = options.rehearsal ? 0.2 : std::max(4.0, options.secondsEach);
    Scheduler scheduler;
    Latencies latencies(4096);
    std::mutex mutex;
    double longest = 0;
    std::size_t ran = 0;
    // A load of 95 %: each processor gets 0.95 ms of high work a millisecond.
    const std::int64_t begin = monotonicNow();
    const std::int64_t end = begin + fromSeconds(seconds);
    std::size_t sent = 0;
    for (std::int64_t tick = 0; monotonicNow() < end; ++tick) {
        for (unsigned p = 0; p < scheduler.workerCount(); ++p)
            (void)scheduler.submit(Priority::High, pipeline::Task([] { spin(950'000); }));
        if (tick % 20 == 0) {
            ++sent;
            (void)scheduler.submit(Priority::Batch, pipeline::Task([&, at = monotonicNow()] {
                                       const double waited = toSeconds(monotonicNow() - at);
                                       const std::lock_guard lock(mutex);
                                       longest = std::max(longest, waited);
                                       ++ran;
                                   }));
        }
        const std::int64_t next = begin + (tick + 1) * nanosecondsPerMillisecond;
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::max<std::int64_t>(0, next - monotonicNow())));
    }
    scheduler.drain();
    Figure figure;
    figure.name = "pipeline.starvation";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = longest;
    figure.detail.set("batch_tasks", sent).set("ran", ran).set("target", 1.0);
    figure.detail.set("measures", "longest wait of a batch task under 95 % of high work on every processor");
    return {figure};
}

std::vector<Figure> utilisation(const BenchOptions& options)
{
    const double seconds = options.rehearsal ? 0.2 : std::max(2.0, options.secondsEach);
    Scheduler scheduler;
    std::atomic<bool> stop{false};
    TaskOptions kept;
    kept.kept = true;
    constexpr std::array<std::pair<Priority, std::int64_t>, 4> mix{{{Priority::High, 50'000},
                                                                    {Priority::Normal, 100'000},
                                                                    {Priority::Low, 500'000},
                                                                    {Priority::Batch, 2'000'000}}};
    std::function<void(std::size_t)> again = [&](std::size_t which) {
        const auto [priority, length] = mix[which];
        (void)scheduler.submit(priority, pipeline::Task([&again, &stop, which, task = length] {
                                   for (std::int64_t done = 0; done < task; done += 50'000) {
                                       spin(std::min<std::int64_t>(50'000, task - done));
                                       (void)yieldPoint();
                                   }
                                   if (!stop.load(std::memory_order_relaxed))
                                       again(which);
                               }),
                               kept);
    };
    const double cpu = processSeconds();
    const std::int64_t begin = monotonicNow();
    for (std::size_t i = 0; i < 8 * mix.size(); ++i)
        again(i % mix.size());
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    const auto status = scheduler.status();
    const double passed = toSeconds(monotonicNow() - begin);
    const double used = processSeconds() - cpu;
    stop = true;
    scheduler.drain();
    double busy = 0;
    Json shares = Json::array();
    for (const auto& worker : status.workers) {
        busy += worker.busySeconds / passed / static_cast<double>(status.workers.size());
        shares.push(worker.busySeconds / passed);
    }
    Figure figure;
    figure.name = "pipeline.utilisation";
    figure.unit = "1";
    figure.value = used / passed / processors();
    figure.limit = 1.0;
    figure.detail.set("busy_share_of_workers", busy).set("workers", std::move(shares)).set("target", 0.95);
    figure.detail.set("measures", "CPU time of the process by the time of all processors, on a saturating mix");
    return {figure};
}

} // namespace

std::vector<Benchmark> pipelineBenchmarks()
{
    return {{"pipeline.critical_latency", "critical tasks while all workers run long low ones", criticalLatency},
            {"pipeline.task_overhead", "what submitting and running an empty task costs", taskOverhead},
            {"pipeline.scaling", "throughput at one and more workers", scaling},
            {"pipeline.starvation", "longest wait of a batch task under 95 % load", starvation},
            {"pipeline.utilisation", "share of all processors that a saturating mix uses", utilisation}};
}

} // namespace bnof::bench
