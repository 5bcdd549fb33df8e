// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/pool/socket_set.h"

#include <cerrno>
#include <cstdint>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bnof::sensing {
namespace {

epoll_event eventOf(void* who)
{
    epoll_event event{};
    event.events = static_cast<std::uint32_t>(EPOLLIN) | EPOLLRDHUP | EPOLLET;
    event.data.ptr = who;
    return event;
}

} // namespace

SocketSet::SocketSet() : m_poll(::epoll_create1(EPOLL_CLOEXEC)) {}

SocketSet::~SocketSet()
{
    if (m_poll >= 0)
        ::close(m_poll);
}

bool SocketSet::add(int socket, void* who)
{
    epoll_event event = eventOf(who);
    return ::epoll_ctl(m_poll, EPOLL_CTL_ADD, socket, &event) == 0;
}

void SocketSet::again(int socket, void* who)
{
    epoll_event event = eventOf(who);
    ::epoll_ctl(m_poll, EPOLL_CTL_MOD, socket, &event); // looks at it anew
}

std::span<const SocketSet::Ready> SocketSet::take()
{
    std::array<epoll_event, most> events;
    const int count = ::epoll_wait(m_poll, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        m_ready[static_cast<std::size_t>(i)] = {event.data.ptr,
                                                (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0};
    }
    return {m_ready.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

Received receiveFrom(int socket, char* to, std::size_t size)
{
    ssize_t count = 0;
    do
        count = ::recv(socket, to, size, 0);
    while (count < 0 && errno == EINTR);
    if (count >= 0)
        return {static_cast<std::size_t>(count), false, 0};
    const bool nothing = errno == EAGAIN || errno == EWOULDBLOCK;
    return {0, nothing, nothing ? 0 : errno};
}

void closeSocket(int socket)
{
    ::close(socket);
}

} // namespace bnof::sensing
