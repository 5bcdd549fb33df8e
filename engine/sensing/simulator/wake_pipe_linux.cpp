// SPDX-License-Identifier: GPL-3.0-or-later
// Contract of this file (a twin per operating system): wake_pipe.h. Here: two eventfds.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "engine/base/types.h"
#include "engine/sensing/simulator/wake_pipe.h"

namespace bnof::sensing {
namespace {

void add(int descriptor)
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(descriptor, &one, sizeof one);
}

} // namespace

WakePipe::WakePipe()
    : m_news(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), m_interrupted(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{}

WakePipe::~WakePipe()
{
    ::close(m_news);
    ::close(m_interrupted);
}

void WakePipe::signal()
{
    add(m_news);
}

void WakePipe::interrupt()
{
    add(m_interrupted);
}

bool WakePipe::wait(std::int64_t nanoseconds)
{
    std::array<pollfd, 2> fds{{{m_interrupted, POLLIN, 0}, {m_news, POLLIN, 0}}};
    const std::int64_t whole = (nanoseconds + nanosecondsPerMillisecond - 1) / nanosecondsPerMillisecond;
    ::poll(fds.data(), fds.size(), static_cast<int>(std::clamp<std::int64_t>(whole, 0, 60'000)));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(m_news, &count, sizeof count);
    return fds[0].revents == 0;
}

} // namespace bnof::sensing
