// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/instruments.h"
#include "engine/base/yield_point.h"
#include "engine/pipeline/class_picker.h"
#include "engine/pipeline/scheduler.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::pipeline;

namespace {

std::atomic<std::int64_t> testTime{0};
std::int64_t testClock()
{
    return testTime.load();
}

/// One worker, whose time is the test's.
SchedulerOptions oneWorker()
{
    SchedulerOptions options;
    options.workers = 1;
    options.clock = testClock;
    testTime = 1;
    return options;
}

/// Keeps a worker (or the critical thread) until it is opened.
class Gate {
public:
    void occupy(Scheduler& scheduler, Priority priority = Priority::High)
    {
        auto begun = m_begun.get_future();
        QVERIFY(scheduler.submit(priority, [this] {
            m_begun.set_value();
            m_opened.get_future().wait();
        }));
        begun.wait();
    }
    void open() { m_opened.set_value(); }

private:
    std::promise<void> m_begun;
    std::promise<void> m_opened;
};

std::uint64_t dropped(const Scheduler& scheduler, Priority priority, DropReason reason)
{
    return scheduler.status().classes[static_cast<std::size_t>(priority)].dropped[static_cast<std::size_t>(reason)];
}

std::uint64_t counted(Priority priority, DropReason reason)
{
    return Instruments::counter("pipeline.dropped." + std::string(nameOf(priority)) + "." + std::string(nameOf(reason)))
        .value();
}

} // namespace

class TestScheduler : public test::Suite {
    Q_OBJECT

private slots:
    void picksByWeight();
    void anOverdueClassIsPickedInBoundedTime();
    void nothingStarvesWhateverTheOthersDo();
    void oldBatchWorkGoesBeforeNewLiveWork();
    void smallTasksNeedNoMemory();
    void criticalTasksDoNotWaitForWorkers();
    void criticalIsRejectedWhenFull();
    void highWaitsForRoomAndNoLonger();
    void highSubmittedByATaskMakesItsOwnRoom();
    void normalDropsTheOldest();
    void lowIsShedAboveTheWatermark();
    void keptTasksAreNeverDropped();
    void theSameKeyRunsOnceWithTheLastValue();
    void cancelledTasksDoNotRun();
    void expiredTasksDoNotRun();
    void urgentWorkRunsAtYieldPoints();
    void yieldingTellsOfCancellation();
    void yieldingOffThePoolDoesNothing();
    void reservedWorkersTakeNoBatchWork();
    void tasksOfTasksAreStolen();
    void batchesAreTakenAsAWhole();
    void discardDropsWhatWaits();
    void nothingIsTakenAfterStop();
    void theStatusSaysWhatHappened();
};

void TestScheduler::picksByWeight()
{
    ClassPicker picker;
    std::array<int, sharedClasses> served{};
    for (int i = 0; i < 23 * 100; ++i)
        ++served[static_cast<std::size_t>(picker.pick(0b1111, -1))];
    QCOMPARE(served, (std::array<int, sharedClasses>{1600, 400, 200, 100}));
    ClassPicker fresh;
    std::vector<int> order;
    for (const unsigned waiting : {0b1111U, 0b1110U, 0b1100U, 0b1000U})
        order.push_back(fresh.pick(waiting, -1));
    QCOMPARE(order, (std::vector<int>{0, 1, 2, 3}));
}

void TestScheduler::anOverdueClassIsPickedInBoundedTime()
{
    ClassPicker picker;
    int since = 0, longest = 0, batch = 0;
    for (int i = 0; i < 1000; ++i) {
        ++since;
        if (picker.pick(0b1111, 3) == 3) {
            longest = std::max(longest, since);
            since = 0;
            ++batch;
        }
    }
    QVERIFY(longest <= static_cast<int>(ClassPicker::overdueEvery));
    QVERIFY2(batch <= 1000 / 4 + 1000 / 23 + 1, "and live work keeps the rest");
    const OldestTimes limits{5, 50, 250, 500};
    QCOMPARE(ClassPicker::mostOverdue({0, 0, 0, nothingWaits}, limits, 5), -1);
    QCOMPARE(ClassPicker::mostOverdue({0, 0, 0, nothingWaits}, limits, 6), 0);
    QCOMPARE(ClassPicker::mostOverdue({599, 0, 0, 0}, limits, 600), 1); // 550 past its limit, others less
}

/// Whatever waits besides it, a class is served within ceil(23 / weight) picks in which it waits, four thirds as many
/// with every fourth pick going elsewhere, and one more for what it was ahead.
void TestScheduler::nothingStarvesWhateverTheOthersDo()
{
    std::uint32_t random = 1;
    const std::array<int, sharedClasses> bound{3, 9, 17, 32};
    for (std::size_t c = 0; c < sharedClasses; ++c) {
        ClassPicker picker;
        int since = 0;
        for (int i = 0; i < 20000; ++i) {
            random = random * 1664525U + 1013904223U;
            const unsigned others = random >> 28;
            const unsigned waiting = others | 1U << c;
            const int overdue = (random >> 20 & 1U) != 0 && (waiting & 1U) != 0 ? 0 : -1;
            ++since;
            if (picker.pick(waiting, overdue) == static_cast<int>(c))
                since = 0;
            QVERIFY2(since <= bound[c] + 1, qPrintable(QString::number(c)));
        }
    }
}

void TestScheduler::oldBatchWorkGoesBeforeNewLiveWork()
{
    SchedulerOptions options = oneWorker();
    Scheduler scheduler(options);
    Gate gate;
    gate.occupy(scheduler);
    std::vector<char> order; // one worker
    QVERIFY(scheduler.submit(Priority::Batch, [&] { order.push_back('b'); }));
    testTime += 2 * nanosecondsPerSecond; // a class limit is half a second
    for (int i = 0; i < 100; ++i)
        QVERIFY(scheduler.submit(Priority::High, [&] { order.push_back('h'); }));
    gate.open();
    scheduler.drain();
    QCOMPARE(order.size(), std::size_t{101});
    const auto place = std::find(order.begin(), order.end(), 'b') - order.begin();
    QVERIFY2(place < static_cast<int>(ClassPicker::overdueEvery), qPrintable(QString::number(place)));
}

void TestScheduler::smallTasksNeedNoMemory()
{
    // A function object that counts its copies and moves shows whether it was moved through the queue itself.
    std::array<std::byte, 40> payload{};
    payload[3] = std::byte{7};
    static_assert(sizeof payload + sizeof(void*) <= Task::inlineBytes);
    std::byte seen{};
    Task task([payload, &seen] { seen = payload[3]; });
    Task moved(std::move(task));
    QVERIFY(!task);
    moved.run();
    QCOMPARE(seen, std::byte{7});
    std::array<std::byte, 400> large{};
    large[399] = std::byte{9};
    Task big([large, &seen] { seen = large[399]; }, [&seen](DropReason) { seen = std::byte{1}; });
    Task bigMoved;
    bigMoved = std::move(big);
    bigMoved.run();
    QCOMPARE(seen, std::byte{9});
    bigMoved.drop(DropReason::Expired);
    QCOMPARE(seen, std::byte{1});
    auto shared = std::make_shared<int>(1);
    {
        Task owner([shared] { (void)*shared; });
        QCOMPARE(shared.use_count(), 2L);
        Task other(std::move(owner));
        QCOMPARE(shared.use_count(), 2L);
    }
    QCOMPARE(shared.use_count(), 1L);
}

void TestScheduler::criticalTasksDoNotWaitForWorkers()
{
    SchedulerOptions options;
    options.workers = 2;
    Scheduler scheduler(options);
    Gate first, second;
    first.occupy(scheduler, Priority::Batch);
    second.occupy(scheduler, Priority::Low);
    for (int i = 0; i < 50; ++i) // backlog
        QVERIFY(scheduler.submit(Priority::High, [] {}));
    // Every worker is busy until the gates open, and still the critical task runs.
    std::promise<void> done;
    auto finished = done.get_future();
    QVERIFY(scheduler.submit(Priority::Critical, [&] { done.set_value(); }));
    finished.wait();
    QCOMPARE(scheduler.status().classes[1].queued, std::size_t{50});
    first.open();
    second.open();
    scheduler.drain();
}

void TestScheduler::criticalIsRejectedWhenFull()
{
    SchedulerOptions options = oneWorker();
    options.rules[0].capacity = 4;
    Scheduler scheduler(options);
    Gate gate;
    gate.occupy(scheduler, Priority::Critical);
    const std::uint64_t before = counted(Priority::Critical, DropReason::Rejected);
    int done = 0;
    for (int i = 0; i < 4; ++i)
        QVERIFY(scheduler.submit(Priority::Critical, [&] { ++done; }));
    const auto refused = scheduler.submit(Priority::Critical, [&] { ++done; });
    QVERIFY(!refused);
    QCOMPARE(refused.reason(), DropReason::Rejected);
    gate.open();
    scheduler.drain();
    QCOMPARE(done, 4);
    QCOMPARE(dropped(scheduler, Priority::Critical, DropReason::Rejected), std::uint64_t{1});
    QCOMPARE(counted(Priority::Critical, DropReason::Rejected), before + 1);
}

void TestScheduler::highWaitsForRoomAndNoLonger()
{
    SchedulerOptions options;
    options.workers = 1;
    options.rules[1].capacity = 2;
    options.rules[1].blockLimit = 5 * nanosecondsPerMillisecond;
    Scheduler scheduler(options);
    std::atomic<int> done{0};
    {
        Gate gate;
        gate.occupy(scheduler, Priority::Batch);
        QVERIFY(scheduler.submit(Priority::High, [&] { ++done; }));
        QVERIFY(scheduler.submit(Priority::High, [&] { ++done; }));
        const auto refused = scheduler.submit(Priority::High, [&] { ++done; });
        QVERIFY(!refused);
        QCOMPARE(refused.reason(), DropReason::TimedOut);
        gate.open();
        scheduler.drain();
    }
    QCOMPARE(done.load(), 2);
    // With room in time nothing is refused: the producer is slowed down to what the worker does.
    SchedulerOptions patient = options;
    patient.rules[1].blockLimit = 60 * nanosecondsPerSecond;
    Scheduler slow(patient);
    for (int i = 0; i < 500; ++i)
        QVERIFY(slow.submit(Priority::High, [&] { ++done; }));
    slow.drain();
    QCOMPARE(done.load(), 502);
}

/// The only worker submits more than fits: it must not wait for itself.
void TestScheduler::highSubmittedByATaskMakesItsOwnRoom()
{
    SchedulerOptions options = oneWorker();
    options.rules[1].capacity = 2;
    Scheduler scheduler(options);
    int done = 0, refused = 0;
    QVERIFY(scheduler.submit(Priority::Batch, [&] {
        for (int i = 0; i < 100; ++i)
            refused += scheduler.submit(Priority::High, [&] { ++done; }) ? 0 : 1;
    }));
    scheduler.drain();
    QCOMPARE(refused, 0);
    QCOMPARE(done, 100);
}

void TestScheduler::normalDropsTheOldest()
{
    SchedulerOptions options = oneWorker();
    options.rules[2].capacity = 4;
    Scheduler scheduler(options);
    Gate gate;
    gate.occupy(scheduler);
    std::vector<int> done, lost;
    for (int i = 0; i < 10; ++i)
        QVERIFY(scheduler.submit(Priority::Normal, Task([&done, i] { done.push_back(i); },
                                                        [&lost, i](DropReason reason) {
                                                            if (reason == DropReason::Displaced)
                                                                lost.push_back(i);
                                                        })));
    gate.open();
    scheduler.drain();
    QCOMPARE(done, (std::vector<int>{6, 7, 8, 9}));
    QCOMPARE(lost, (std::vector<int>{0, 1, 2, 3, 4, 5}));
    QCOMPARE(dropped(scheduler, Priority::Normal, DropReason::Displaced), std::uint64_t{6});
}

void TestScheduler::lowIsShedAboveTheWatermark()
{
    SchedulerOptions options = oneWorker();
    options.rules[3].capacity = 8;
    options.rules[3].watermark = 0.75;
    Scheduler scheduler(options);
    Gate gate;
    gate.occupy(scheduler);
    int done = 0;
    int taken = 0;
    for (int i = 0; i < 10; ++i)
        taken += scheduler.submit(Priority::Low, [&] { ++done; }) ? 1 : 0;
    QCOMPARE(taken, 6);
    gate.open();
    scheduler.drain();
    QCOMPARE(done, 6);
    QCOMPARE(dropped(scheduler, Priority::Low, DropReason::Shed), std::uint64_t{4});
}

void TestScheduler::keptTasksAreNeverDropped()
{
    SchedulerOptions options = oneWorker();
    for (auto& rules : options.rules)
        rules.capacity = 4;
    Scheduler scheduler(options);
    Gate gate;
    gate.occupy(scheduler);
    int done = 0, others = 0;
    TaskOptions kept;
    kept.kept = true;
    for (int i = 0; i < 50; ++i) {
        for (const Priority priority : {Priority::High, Priority::Normal, Priority::Low, Priority::Batch})
            QVERIFY(scheduler.submit(
                priority, [&] { ++done; }, kept));
        QVERIFY(scheduler.submit(Priority::Normal, [&] { ++others; })); // pushes the oldest out, if it may
    }
    gate.open();
    scheduler.drain();
    QCOMPARE(done, 200);
    QCOMPARE(static_cast<std::uint64_t>(others) + dropped(scheduler, Priority::Normal, DropReason::Displaced),
             std::uint64_t{50});
}

void TestScheduler::theSameKeyRunsOnceWithTheLastValue()
{
    SchedulerOptions options = oneWorker();
    options.rules[2].capacity = 8;
    Scheduler scheduler(options);
    Gate gate;
    gate.occupy(scheduler);
    std::vector<std::pair<int, int>> done;
    std::vector<int> replaced;
    for (int value = 0; value < 20; ++value) {
        for (int key = 1; key <= 3; ++key) {
            TaskOptions keyed;
            keyed.key = static_cast<std::uint64_t>(key);
            QVERIFY(scheduler.submit(Priority::Normal,
                                     Task([&done, key, value] { done.emplace_back(key, value); },
                                          [&replaced, value](DropReason reason) {
                                              if (reason == DropReason::Coalesced)
                                                  replaced.push_back(value);
                                          }),
                                     keyed));
        }
    }
    gate.open();
    scheduler.drain();
    QCOMPARE(done, (std::vector<std::pair<int, int>>{{1, 19}, {2, 19}, {3, 19}}));
    QCOMPARE(replaced.size(), std::size_t{57});
    QCOMPARE(dropped(scheduler, Priority::Normal, DropReason::Coalesced), std::uint64_t{57});
    // Once it has run, the key is free again.
    TaskOptions keyed;
    keyed.key = 1;
    QVERIFY(scheduler.submit(
        Priority::Normal, [&] { done.emplace_back(1, 99); }, keyed));
    scheduler.drain();
    QCOMPARE(done.back(), (std::pair<int, int>{1, 99}));
}

void TestScheduler::cancelledTasksDoNotRun()
{
    Scheduler scheduler(oneWorker());
    Gate gate;
    gate.occupy(scheduler);
    TaskOptions options;
    options.cancel = CancelToken::make();
    bool ran = false;
    std::optional<DropReason> told;
    QVERIFY(scheduler.submit(Priority::Batch,
                             Task([&ran] { ran = true; }, [&told](DropReason reason) { told = reason; }), options));
    options.cancel.cancel();
    gate.open();
    scheduler.drain();
    QVERIFY(!ran);
    QCOMPARE(told, std::optional(DropReason::Cancelled));
    QCOMPARE(dropped(scheduler, Priority::Batch, DropReason::Cancelled), std::uint64_t{1});
}

void TestScheduler::expiredTasksDoNotRun()
{
    Scheduler scheduler(oneWorker());
    for (const Priority priority : {Priority::Critical, Priority::High}) {
        Gate gate;
        gate.occupy(scheduler, priority);
        TaskOptions options;
        options.deadline = testTime + 100;
        int ran = 0;
        std::optional<DropReason> told;
        QVERIFY(scheduler.submit(priority, Task([&ran] { ++ran; }, [&told](DropReason reason) { told = reason; }),
                                 options));
        options.deadline = testTime + 1000;
        QVERIFY(scheduler.submit(
            priority, [&ran] { ++ran; }, options)); // still in time
        testTime += 500;
        gate.open();
        scheduler.drain();
        QCOMPARE(ran, 1);
        QCOMPARE(told, std::optional(DropReason::Expired));
        QCOMPARE(dropped(scheduler, priority, DropReason::Expired), std::uint64_t{1});
    }
}

void TestScheduler::urgentWorkRunsAtYieldPoints()
{
    Scheduler scheduler(oneWorker());
    std::vector<std::string> order;
    QVERIFY(scheduler.submit(Priority::Batch, [&] {
        order.emplace_back("begin");
        for (const Priority priority : {Priority::Batch, Priority::Low, Priority::Normal, Priority::High})
            (void)scheduler.submit(priority, [&order, priority] { order.emplace_back(nameOf(priority)); });
        (void)scheduler.submit(Priority::High, [&order] { order.emplace_back("high"); });
        QVERIFY(yieldPoint()); // both high ones
        order.emplace_back("middle");
        QVERIFY(yieldPoint()); // one of the next class
        QVERIFY(yieldPoint());
        QVERIFY(yieldPoint()); // its own class waits
        order.emplace_back("end");
    }));
    scheduler.drain();
    QCOMPARE(order, (std::vector<std::string>{"begin", "high", "high", "middle", "normal", "low", "end", "batch"}));
    QCOMPARE(scheduler.status().workers.front().yielded, std::uint64_t{4});
}

void TestScheduler::yieldingTellsOfCancellation()
{
    Scheduler scheduler(oneWorker());
    TaskOptions options;
    options.cancel = CancelToken::make();
    std::vector<bool> told;
    QVERIFY(scheduler.submit(
        Priority::Batch,
        [&] {
            told.push_back(yieldPoint());
            options.cancel.cancel();
            told.push_back(yieldPoint());
        },
        options));
    scheduler.drain();
    QCOMPARE(told, (std::vector<bool>{true, false}));
}

void TestScheduler::yieldingOffThePoolDoesNothing()
{
    Scheduler scheduler(oneWorker());
    Gate gate;
    gate.occupy(scheduler);
    bool ran = false;
    QVERIFY(scheduler.submit(Priority::High, [&] { ran = true; }));
    QVERIFY(yieldPoint());
    QVERIFY(!ran);
    gate.open();
    scheduler.drain();
    QVERIFY(ran);
}

void TestScheduler::reservedWorkersTakeNoBatchWork()
{
    SchedulerOptions options;
    options.workers = 2;
    options.reservedWorkers = 2; // one of them stays general all the same
    Scheduler scheduler(options);
    Gate gate;
    gate.occupy(scheduler, Priority::Batch);
    std::atomic<bool> second{false};
    QVERIFY(scheduler.submit(Priority::Batch, [&] { second = true; }));
    for (int i = 0; i < 100; ++i) {
        std::promise<void> done;
        auto finished = done.get_future();
        QVERIFY(scheduler.submit(i % 2 ? Priority::High : Priority::Normal, [&] { done.set_value(); }));
        finished.wait(); // the reserved worker runs it, for the other one stands at the gate
        QVERIFY(!second);
    }
    gate.open();
    scheduler.drain();
    QVERIFY(second);
}

void TestScheduler::tasksOfTasksAreStolen()
{
    SchedulerOptions options;
    options.workers = 2;
    Scheduler scheduler(options);
    std::promise<void> stolen;
    // The tasks of a task stand in its worker's own queue; this one does not end before another worker has taken one.
    QVERIFY(scheduler.submit(Priority::Normal, [&] {
        QVERIFY(scheduler.submit(Priority::Normal, [&] { stolen.set_value(); }));
        stolen.get_future().wait();
    }));
    scheduler.drain();
    std::uint64_t steals = 0;
    for (const auto& worker : scheduler.status().workers)
        steals += worker.steals;
    QCOMPARE(steals, std::uint64_t{1});
}

void TestScheduler::batchesAreTakenAsAWhole()
{
    SchedulerOptions options;
    options.workers = 2;
    options.rules[4].capacity = 64;
    options.rules[4].watermark = 0.5;
    Scheduler scheduler(options);
    Gate first, second;
    first.occupy(scheduler);
    second.occupy(scheduler);
    std::atomic<int> done{0};
    std::vector<Task> tasks;
    for (int i = 0; i < 40; ++i)
        tasks.emplace_back([&] { ++done; });
    DropReason refused{};
    QCOMPARE(scheduler.submitMany(Priority::Batch, tasks, {}, &refused), std::size_t{32});
    QCOMPARE(refused, DropReason::Shed);
    QVERIFY(tasks[32] && !tasks[31]);
    QCOMPARE(dropped(scheduler, Priority::Batch, DropReason::Shed), std::uint64_t{8});
    TaskOptions kept;
    kept.kept = true;
    std::vector<Task> more;
    for (int i = 0; i < 100; ++i)
        more.emplace_back([&] { ++done; });
    QCOMPARE(scheduler.submitMany(Priority::Low, more, kept), std::size_t{100});
    first.open();
    second.open();
    scheduler.drain();
    QCOMPARE(done.load(), 132);
}

void TestScheduler::discardDropsWhatWaits()
{
    Scheduler scheduler(oneWorker());
    std::promise<void> begun;
    std::atomic<int> ran{0}, told{0};
    QVERIFY(scheduler.submit(Priority::Batch, [&] {
        begun.set_value();
        while (yieldPoint()) // ends early
            std::this_thread::yield();
        ++ran;
    }));
    begun.get_future().wait();
    for (int i = 0; i < 50; ++i)
        QVERIFY(scheduler.submit(Priority::Batch, Task([&ran] { ++ran; }, [&told](DropReason) { ++told; })));
    scheduler.stop(Scheduler::Stop::Discard);
    QCOMPARE(ran.load(), 1);
    QCOMPARE(told.load(), 50);
    QCOMPARE(dropped(scheduler, Priority::Batch, DropReason::Stopped), std::uint64_t{50});
}

void TestScheduler::nothingIsTakenAfterStop()
{
    Scheduler scheduler(oneWorker());
    scheduler.stop();
    scheduler.stop();
    Task task([] {});
    const auto refused = scheduler.submit(Priority::High, std::move(task));
    QVERIFY(!refused);
    QCOMPARE(refused.reason(), DropReason::Stopped);
    QVERIFY(task);
    scheduler.drain();
}

void TestScheduler::theStatusSaysWhatHappened()
{
    SchedulerOptions options = oneWorker();
    options.pinWorkers = true;
    Scheduler scheduler(options);
    TaskOptions named;
    named.name = "measured";
    PipelineStatus inside;
    QVERIFY(scheduler.submit(
        Priority::Normal,
        [&] {
            testTime += 1000;
            inside = scheduler.status();
        },
        named));
    scheduler.drain();
    QCOMPARE(inside.classes[2].running, std::size_t{1});
    QCOMPARE(inside.workers.front().task, std::string("measured"));
    const PipelineStatus after = scheduler.status();
    QCOMPARE(after.classes[2].running, std::size_t{0});
    QCOMPARE(after.classes[2].done, std::uint64_t{1});
    QVERIFY(after.classes[2].serviceP50 >= 1000 && after.classes[2].serviceP50 < 1100);
    QCOMPARE(after.workers.front().busySeconds, 1e-6);
    QVERIFY(after.workers.front().processor.has_value());
    QVERIFY(after.realTime.granted != after.realTime.reason.empty() || after.realTime.granted);
    QCOMPARE(after.realTime.granted, after.realTime.reason.empty());
    SchedulerOptions ordinary = oneWorker();
    ordinary.realTimeLane = false;
    Scheduler second(ordinary);
    QVERIFY(!second.status().realTime.granted);
    QCOMPARE(second.status().realTime.reason, std::string("SCHED_FIFO was not asked for"));
}

QTEST_APPLESS_MAIN(TestScheduler)
#include "tst_scheduler.moc"
