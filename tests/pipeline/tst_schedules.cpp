// SPDX-License-Identifier: GPL-3.0-or-later
// Random schedules: many small worlds of producers, workers, full queues, cancellations and ends, in which every task
// must run once or be told once why not, never both and never neither.
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/philox.h"
#include "engine/base/yield_point.h"
#include "engine/pipeline/scheduler.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::pipeline;

namespace {

/// What became of each task.
struct Fate {
    std::atomic<std::uint8_t> ran{0};
    std::atomic<std::uint8_t> dropped{0};
    std::atomic<std::uint8_t> refused{0};
};

/// A function object that must be destroyed exactly once for each that was made.
struct Token {
    explicit Token(std::atomic<int>& count) : alive(&count) { ++*alive; }
    Token(const Token& other) : alive(other.alive) { ++*alive; }
    Token(Token&& other) noexcept : alive(other.alive) { ++*alive; }
    Token& operator=(const Token&) = delete;
    ~Token() { --*alive; }
    std::atomic<int>* alive;
};

/// One seeded world. Returns what went wrong, or nothing.
std::string runWorld(std::uint64_t seed)
{
    PhiloxSequence random(seed, 0);
    SchedulerOptions options;
    options.workers = 1 + random.below(4);
    options.reservedWorkers = random.below(3);
    options.realTimeLane = false;
    for (auto& rules : options.rules) {
        rules.capacity = std::size_t{2} << random.below(5);
        rules.watermark = 0.5 + 0.5 * random.uniform();
        rules.blockLimit = random.below(2) ? 100'000 : 0;
        rules.whenFull = static_cast<WhenFull>(random.below(4));
    }
    options.rules[0].whenFull = WhenFull::Reject;
    const std::uint32_t producers = 1 + random.below(3);
    const std::uint32_t each = 20 + random.below(60);
    const std::uint32_t children = random.below(3);
    const std::uint32_t end = random.below(4); // drain; stop; discard; stop while they submit
    const std::size_t total = std::size_t{producers} * each * (1 + children);
    std::vector<Fate> fates(total);
    std::atomic<int> alive{0};
    const CancelToken cancel = CancelToken::make();
    std::atomic<std::uint64_t> taken{0};
    PipelineStatus status;
    {
        Scheduler scheduler(options);
        std::function<void(std::size_t, std::uint32_t, std::uint32_t)> submit =
            [&](std::size_t number, std::uint32_t bits, std::uint32_t depth) {
                Fate& fate = fates[number];
                TaskOptions task;
                task.kept = bits % 7 == 0;
                task.key = bits % 5 == 0 ? 1 + bits / 8 % 4 : 0;
                task.deadline = bits % 11 == 0 ? scheduler.now() + 20'000 : 0;
                if (bits % 13 == 0)
                    task.cancel = cancel;
                const auto priority = static_cast<Priority>(bits / 16 % priorityCount);
                const Token token(alive);
                const auto outcome = scheduler.submit(priority,
                                                      Task(
                                                          [&, token, number, bits, depth] {
                                                              ++fates[number].ran;
                                                              if (bits % 3 == 0)
                                                                  (void)yieldPoint();
                                                              if (bits % 17 == 0)
                                                                  cancel.cancel();
                                                              if (depth == 0) {
                                                                  for (std::uint32_t c = 0; c < children; ++c)
                                                                      submit(number + (c + 1) * producers * each,
                                                                             bits * 747796405U + c, 1);
                                                              }
                                                          },
                                                          [&fate, token](DropReason) { ++fate.dropped; }),
                                                      task);
                if (outcome)
                    ++taken;
                else
                    ++fate.refused;
            };
        std::vector<std::thread> threads;
        for (std::uint32_t p = 0; p < producers; ++p) {
            threads.emplace_back([&, p] {
                PhiloxSequence own(seed, 1 + p);
                for (std::uint32_t i = 0; i < each; ++i) {
                    submit(std::size_t{p} * each + i, own.below(1U << 30), 0);
                    if (own.below(8) == 0)
                        std::this_thread::yield();
                }
            });
        }
        if (end == 3)
            scheduler.stop(seed % 2 ? Scheduler::Stop::Discard : Scheduler::Stop::Finish);
        for (auto& thread : threads)
            thread.join();
        if (end == 0) {
            scheduler.drain();
            for (const auto& c : scheduler.status().classes) {
                if (c.queued != 0 || c.running != 0)
                    return "something is left after drain()";
            }
        }
        scheduler.stop(end == 2 ? Scheduler::Stop::Discard : Scheduler::Stop::Finish);
        status = scheduler.status();
    }
    std::uint64_t ran = 0, dropped = 0, refused = 0;
    for (std::size_t i = 0; i < total; ++i) {
        const Fate& fate = fates[i];
        ran += fate.ran;
        dropped += fate.dropped;
        refused += fate.refused;
        const int sum = fate.ran + fate.dropped + fate.refused;
        const bool parent = i < std::size_t{producers} * each;
        if (sum > 1 || (parent && sum != 1))
            return "task " + std::to_string(i) + " ran " + std::to_string(fate.ran) + " times, was dropped " +
                   std::to_string(fate.dropped) + " times, refused " + std::to_string(fate.refused) + " times";
    }
    if (taken != ran + dropped)
        return "taken tasks got lost";
    if (alive != 0)
        return std::to_string(alive) + " captures were not destroyed";
    std::uint64_t countedDone = 0, countedDropped = 0;
    for (const auto& c : status.classes) {
        countedDone += c.done;
        for (const auto n : c.dropped)
            countedDropped += n;
    }
    if (countedDone != ran || countedDropped != dropped + refused)
        return "the counts say " + std::to_string(countedDone) + " done, " + std::to_string(countedDropped) +
               " dropped instead of " + std::to_string(ran) + ", " + std::to_string(dropped + refused);
    return {};
}

} // namespace

class TestSchedules : public test::Suite {
    Q_OBJECT

private slots:
    void everyTaskHasOneFate();
};

void TestSchedules::everyTaskHasOneFate()
{
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    constexpr std::uint64_t worlds = 400;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
    constexpr std::uint64_t worlds = 400;
#else
    constexpr std::uint64_t worlds = 3000;
#endif
#else
    constexpr std::uint64_t worlds = 3000;
#endif
    for (std::uint64_t seed = 0; seed < worlds; ++seed) {
        const std::string wrong = runWorld(seed);
        QVERIFY2(wrong.empty(), ("seed " + std::to_string(seed) + ": " + wrong).c_str());
    }
}

QTEST_APPLESS_MAIN(TestSchedules)
#include "tst_schedules.moc"
