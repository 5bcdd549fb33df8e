// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_ingest_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <ctime>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/sensing/pool/descriptor_limit.h"

namespace bnof::bench {
namespace {

/// Descriptors for everything else in a process.
constexpr int otherDescriptors = 300;

template <typename T> bool put(int pipe, const T& value)
{
    return ::write(pipe, &value, sizeof value) == static_cast<ssize_t>(sizeof value);
}

template <typename T> bool get(int pipe, T& value)
{
    return ::read(pipe, &value, sizeof value) == static_cast<ssize_t>(sizeof value);
}

int connectTo(int port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket < 0 || ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return -1;
    return socket;
}

bool sendAll(int socket, const char* text, std::size_t length)
{
    while (length > 0) {
        const ssize_t sent = ::send(socket, text, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        text += sent;
        length -= static_cast<std::size_t>(sent);
    }
    return true;
}

/// Line k is due k / (connections * hertz) seconds after the start, so that the load is even.
std::uint64_t sendLines(const std::vector<int>& sockets, const LoadOptions& options)
{
    const double total = static_cast<double>(sockets.size()) * options.hertz;
    const auto count = static_cast<std::uint64_t>(total * options.seconds);
    const std::int64_t start = monotonicNow();
    char line[64];
    std::uint64_t sent = 0;
    while (sent < count) {
        const std::int64_t now = monotonicNow();
        const auto due = std::min(count, static_cast<std::uint64_t>(static_cast<double>(now - start) * 1e-9 * total));
        if (due == sent) {
            const timespec pause{0, 100'000};
            ::nanosleep(&pause, nullptr);
            continue;
        }
        for (; sent < due; ++sent) {
            std::snprintf(line, sizeof line, "%013lld,%07llu,1.234,5.678,9.012\n",
                          static_cast<long long>(monotonicNow() / 1000),
                          static_cast<unsigned long long>(sent / sockets.size() % 10'000'000));
            if (!sendAll(sockets[sent % sockets.size()], line, Load::lineBytes))
                return sent;
        }
    }
    return sent;
}

/// The process of the sensors. It never returns.
[[noreturn]] void play(int in, int out, const LoadOptions& options)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    int port = 0;
    if (!get(in, port))
        ::_exit(0);
    std::vector<int> sockets;
    for (int i = 0; i < options.connections; ++i) {
        const int socket = connectTo(port);
        char hello[64];
        const int length = std::snprintf(hello, sizeof hello, "id=%05d\nt_us,n,a,b,c\n", i);
        if (socket < 0 || !sendAll(socket, hello, static_cast<std::size_t>(length)))
            break;
        sockets.push_back(socket);
    }
    put(out, static_cast<int>(sockets.size()));
    char go = 0;
    if (!get(in, go))
        ::_exit(0);
    put(out, sendLines(sockets, options));
    get(in, go); // keeps the connections until the other side is done
    ::_exit(0);
}

} // namespace

Result<Load> Load::create(const LoadOptions& options)
{
    const auto limit =
        sensing::raiseDescriptorLimit(static_cast<std::uint64_t>(options.connections + otherDescriptors));
    if (!limit.ok())
        return limit.error();
    int down[2];
    int up[2];
    if (::pipe(down) != 0 || ::pipe(up) != 0)
        return makeError(ErrorKind::Device, "no pipe to the process of the sensors", "benchmark");
    const int process = ::fork();
    if (process == 0) {
        ::close(down[1]);
        ::close(up[0]);
        play(down[0], up[1], options);
    }
    ::close(down[0]);
    ::close(up[1]);
    if (process < 0) {
        ::close(down[1]);
        ::close(up[0]);
        return makeError(ErrorKind::Device, "no process for the sensors", "benchmark");
    }
    return Load(process, down[1], up[0]);
}

Load::Load(Load&& other) noexcept
    : m_process(std::exchange(other.m_process, -1)), m_to(std::exchange(other.m_to, -1)),
      m_from(std::exchange(other.m_from, -1))
{}

Load::~Load()
{
    if (m_process <= 0)
        return;
    ::close(m_to);
    ::close(m_from);
    ::kill(m_process, SIGKILL);
    ::waitpid(m_process, nullptr, 0);
}

Result<void> Load::connect(int port)
{
    int connected = 0;
    if (!put(m_to, port) || !get(m_from, connected))
        return makeError(ErrorKind::Device, "the process of the sensors ended early", "benchmark");
    return {};
}

void Load::start()
{
    put(m_to, 'g');
}

Result<std::uint64_t> Load::finish()
{
    std::uint64_t sent = 0;
    if (!get(m_from, sent))
        return makeError(ErrorKind::Device, "the process of the sensors ended early", "benchmark");
    return sent;
}

} // namespace bnof::bench
