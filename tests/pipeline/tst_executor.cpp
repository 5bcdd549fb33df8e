// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/pipeline/executor.h"
#include "engine/pipeline/scheduler.h"
#include "tests/support/suite.h"

using namespace bnof;

class TestExecutor : public test::Suite {
    Q_OBJECT

private slots:
    void runsEverythingFromManyThreads();
    void higherPrioritiesGoFirst();
    void destructionRunsWhatIsQueued();
    void aTaskMaySubmitAnother();
    void oneAtATimeKeepsTheOrder();
    void aTaskMayDrainAnotherExecutor();
    void nothingIsLostWhereTheSchedulerWouldShed();
    void aStoppedSchedulerLeavesTheTasksToTheDrain();
};

void TestExecutor::runsEverythingFromManyThreads()
{
    const auto pool = makeExecutor(3);
    std::atomic<int> done{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller) {
        callers.emplace_back([&] {
            for (int i = 0; i < 1000; ++i)
                pool->submit(static_cast<Priority>(i % 5), "count", [&] { ++done; });
        });
    }
    for (auto& caller : callers)
        caller.join();
    pool->drain();
    QCOMPARE(done.load(), 4000);
}

void TestExecutor::higherPrioritiesGoFirst()
{
    const auto pool = makeExecutor(1);
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    pool->submit(Priority::High, "gate", [opened] { opened.wait(); });
    std::mutex mutex;
    std::vector<Priority> order;
    for (const Priority priority : {Priority::Batch, Priority::Low, Priority::Normal, Priority::High}) {
        pool->submit(priority, "note", [&, priority] {
            const std::lock_guard lock(mutex);
            order.push_back(priority);
        });
    }
    gate.set_value();
    pool->drain();
    QCOMPARE(order, (std::vector{Priority::High, Priority::Normal, Priority::Low, Priority::Batch}));
}

void TestExecutor::destructionRunsWhatIsQueued()
{
    std::atomic<int> done{0};
    {
        const auto pool = makeExecutor(1);
        for (int i = 0; i < 100; ++i)
            pool->submit(Priority::Low, "count", [&] { ++done; });
    }
    QCOMPARE(done.load(), 100);
}

void TestExecutor::aTaskMaySubmitAnother()
{
    const auto pool = makeExecutor(1);
    std::atomic<bool> second{false};
    pool->submit(Priority::Normal, "first", [&] { pool->submit(Priority::Normal, "second", [&] { second = true; }); });
    pool->drain();
    QVERIFY(second);
}

void TestExecutor::oneAtATimeKeepsTheOrder()
{
    const auto pool = makeExecutor(1);
    std::vector<int> order; // no lock: one at a time is what is tested (under the thread sanitizer, too)
    for (int i = 0; i < 2000; ++i)
        pool->submit(Priority::Normal, "note", [&order, i] { order.push_back(i); });
    pool->drain();
    QCOMPARE(order.size(), std::size_t{2000});
    QVERIFY(std::is_sorted(order.begin(), order.end()));
}

/// All workers wait for tasks that need a worker: the waiting ones run them.
void TestExecutor::aTaskMayDrainAnotherExecutor()
{
    pipeline::SchedulerOptions options;
    options.workers = 2;
    pipeline::Scheduler scheduler(options);
    std::atomic<int> inner{0};
    const auto outer = makeExecutor(scheduler);
    for (int i = 0; i < 8; ++i) {
        outer->submit(Priority::High, "outer", [&] {
            const auto own = makeExecutor(scheduler, 1);
            for (int k = 0; k < 10; ++k)
                own->submit(Priority::Batch, "inner", [&] { ++inner; });
            own->drain();
        });
    }
    outer->drain();
    QCOMPARE(inner.load(), 80);
}

void TestExecutor::nothingIsLostWhereTheSchedulerWouldShed()
{
    pipeline::SchedulerOptions options;
    options.workers = 1;
    for (auto& rules : options.rules)
        rules.capacity = 4;
    pipeline::Scheduler scheduler(options);
    const auto pool = makeExecutor(scheduler);
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    pool->submit(Priority::High, "gate", [opened] { opened.wait(); });
    std::atomic<int> done{0};
    for (int i = 0; i < 500; ++i)
        pool->submit(static_cast<Priority>(i % 5), "count", [&] { ++done; });
    gate.set_value();
    pool->drain();
    QCOMPARE(done.load(), 500);
}

void TestExecutor::aStoppedSchedulerLeavesTheTasksToTheDrain()
{
    pipeline::Scheduler scheduler;
    const auto pool = makeExecutor(scheduler);
    scheduler.stop();
    bool done = false;
    QVERIFY(pool->submit(Priority::Normal, "late", [&] { done = true; }));
    pool->drain();
    QVERIFY(done);
}

QTEST_APPLESS_MAIN(TestExecutor)
#include "tst_executor.moc"
