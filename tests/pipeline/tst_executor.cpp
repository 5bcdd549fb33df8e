// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/pipeline/executor.h"
#include "tests/support/suite.h"

using namespace bnof;

class TestExecutor : public test::Suite {
    Q_OBJECT

private slots:
    void runsEverythingFromManyThreads();
    void higherPrioritiesGoFirst();
    void destructionRunsWhatIsQueued();
    void aTaskMaySubmitAnother();
};

void TestExecutor::runsEverythingFromManyThreads()
{
    const auto pool = makeThreadPool(3);
    std::atomic<int> done{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller) {
        callers.emplace_back([&] {
            for (int i = 0; i < 1000; ++i)
                pool->submit(static_cast<Priority>(i % 4), "count", [&] { ++done; });
        });
    }
    for (auto& caller : callers)
        caller.join();
    pool->drain();
    QCOMPARE(done.load(), 4000);
}

void TestExecutor::higherPrioritiesGoFirst()
{
    const auto pool = makeThreadPool(1);
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
        const auto pool = makeThreadPool(1);
        for (int i = 0; i < 100; ++i)
            pool->submit(Priority::Low, "count", [&] { ++done; });
    }
    QCOMPARE(done.load(), 100);
}

void TestExecutor::aTaskMaySubmitAnother()
{
    const auto pool = makeThreadPool(1);
    std::atomic<bool> second{false};
    pool->submit(Priority::Normal, "first", [&] { pool->submit(Priority::Normal, "second", [&] { second = true; }); });
    pool->drain();
    QVERIFY(second);
}

QTEST_APPLESS_MAIN(TestExecutor)
#include "tst_executor.moc"
