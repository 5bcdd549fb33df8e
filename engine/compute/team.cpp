// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/team.h"

#include <algorithm>

#include "engine/compute/cpu.h"

namespace bnof::compute {
namespace {

constexpr std::uint64_t theEnd = ~std::uint64_t{0};
constexpr int spins = 400;  ///< then the processor is offered to others
constexpr int yields = 200; ///< then the thread sleeps

void pauseBriefly()
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

} // namespace

Team::Team(unsigned size)
{
    for (unsigned member = 1; member < std::max(size, 1U); ++member)
        m_threads.emplace_back([this, member] { serve(member); });
}

Team::~Team()
{
    m_round.store(theEnd);
    {
        const std::lock_guard lock(m_mutex);
        m_wake.notify_all();
    }
    for (std::thread& thread : m_threads)
        thread.join();
}

void Team::run(const std::function<void(unsigned)>& work)
{
    if (m_threads.empty()) {
        work(0);
        return;
    }
    m_work = &work;
    m_busy.store(static_cast<unsigned>(m_threads.size()));
    m_round.fetch_add(1);
    {
        const std::lock_guard lock(m_mutex);
        if (m_sleeping > 0)
            m_wake.notify_all();
    }
    work(0);
    for (int spin = 0; m_busy.load() != 0; ++spin) {
        if (spin < spins)
            pauseBriefly();
        else
            std::this_thread::yield();
    }
}

void Team::serve(unsigned member)
{
    ensureExactFloatingPoint();
    std::uint64_t seen = 0;
    for (;;) {
        std::uint64_t round = m_round.load();
        for (int turn = 0; round == seen && turn < spins + yields; ++turn) {
            if (turn < spins)
                pauseBriefly();
            else
                std::this_thread::yield();
            round = m_round.load();
        }
        if (round == seen) {
            std::unique_lock lock(m_mutex);
            ++m_sleeping;
            m_wake.wait(lock, [&] { return m_round.load() != seen; });
            --m_sleeping;
            round = m_round.load();
        }
        if (round == theEnd)
            return;
        seen = round;
        (*m_work)(member);
        m_busy.fetch_sub(1);
    }
}

} // namespace bnof::compute
