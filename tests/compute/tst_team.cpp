// SPDX-License-Identifier: GPL-3.0-or-later
// Threads that work on one thing together.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "engine/compute/team.h"
#include "tests/support/suite.h"

using namespace bnof;
using compute::Team;

class TestTeam : public test::Suite {
    Q_OBJECT

private slots:
    void everyMemberWorksOnceARound_data();
    void everyMemberWorksOnceARound();
    void roundsSeeWhatTheOneBeforeDid();
    void membersWorkAtTheSameTime();
    void sleepersAreWoken();
    void teamsComeAndGo();
};

void TestTeam::everyMemberWorksOnceARound_data()
{
    QTest::addColumn<unsigned>("asked");
    QTest::addColumn<unsigned>("size");
    QTest::newRow("none is one") << 0U << 1U;
    QTest::newRow("one") << 1U << 1U;
    QTest::newRow("two") << 2U << 2U;
    QTest::newRow("more than processors") << 7U << 7U;
}

void TestTeam::everyMemberWorksOnceARound()
{
    QFETCH(unsigned, asked);
    QFETCH(unsigned, size);
    Team team(asked);
    QCOMPARE(team.size(), size);
    std::vector<int> calls(size, 0); // not atomic: a member is one thread at a time
    const std::thread::id caller = std::this_thread::get_id();
    bool callerIsFirst = true;
    for (int round = 0; round < 300; ++round)
        team.run([&](unsigned member) {
            ++calls[member];
            if (member == 0)
                callerIsFirst = callerIsFirst && std::this_thread::get_id() == caller;
        });
    for (const int count : calls)
        QCOMPARE(count, 300);
    QVERIFY(callerIsFirst);
}

void TestTeam::roundsSeeWhatTheOneBeforeDid()
{
    constexpr unsigned size = 3;
    Team team(size);
    std::vector<std::uint64_t> values(size, 1);
    std::vector<std::uint64_t> next(size, 0);
    for (int round = 0; round < 500; ++round) {
        team.run([&](unsigned member) { // reads what others wrote in the round before
            next[member] = values[(member + 1) % size] * 3 + values[member] + member;
        });
        values.swap(next);
    }
    std::vector<std::uint64_t> expected(size, 1);
    for (int round = 0; round < 500; ++round) {
        std::vector<std::uint64_t> after(size);
        for (unsigned member = 0; member < size; ++member)
            after[member] = expected[(member + 1) % size] * 3 + expected[member] + member;
        expected = after;
    }
    QVERIFY(values == expected);
}

void TestTeam::membersWorkAtTheSameTime()
{
    Team team(3);
    std::atomic<unsigned> here{0};
    team.run([&](unsigned) { // would hang if one member had to wait for another to return
        here.fetch_add(1);
        while (here.load() < 3)
            std::this_thread::yield();
    });
    QCOMPARE(here.load(), 3U);
}

void TestTeam::sleepersAreWoken()
{
    Team team(3);
    std::atomic<int> calls{0};
    for (int round = 0; round < 5; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(30)); // long enough for every member to fall asleep
        team.run([&](unsigned) { calls.fetch_add(1); });
    }
    QCOMPARE(calls.load(), 15);
}

void TestTeam::teamsComeAndGo()
{
    std::atomic<int> calls{0};
    for (int k = 0; k < 50; ++k) {
        Team team(3);
        if (k % 2 == 0) // the others end without having worked
            team.run([&](unsigned) { calls.fetch_add(1); });
    }
    QCOMPARE(calls.load(), 75);
}

QTEST_GUILESS_MAIN(TestTeam)
#include "tst_team.moc"
