// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/simulator/simulator_link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "engine/base/time.h"

namespace bnof::sensing {
namespace {

namespace fs = std::filesystem;

/// How soon a client of a pseudo-terminal is noticed: the kernel does not wake anybody for it.
constexpr std::int64_t clientPollNanoseconds = 10 * nanosecondsPerMillisecond;

/// Owns a file descriptor.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : m_fd(fd) {}
    Descriptor(Descriptor&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        reset(std::exchange(other.m_fd, -1));
        return *this;
    }
    ~Descriptor() { reset(); }
    void reset(int fd = -1)
    {
        if (m_fd >= 0)
            ::close(m_fd);
        m_fd = fd;
    }
    [[nodiscard]] int get() const { return m_fd; }
    explicit operator bool() const { return m_fd >= 0; }

private:
    int m_fd;
};

int milliseconds(std::int64_t nanoseconds)
{
    return static_cast<int>(
        std::clamp<std::int64_t>((nanoseconds + nanosecondsPerMillisecond - 1) / nanosecondsPerMillisecond, 0, 60'000));
}

/// What both links share: the interruption and the writing with limited patience.
class LinkBase : public SimulatorLink {
public:
    LinkBase() : m_wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

    void interrupt() override
    {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(m_wake.get(), &one, sizeof one);
    }
    void onReceived(std::function<void(std::string_view)> receive) override { m_receive = std::move(receive); }
    [[nodiscard]] bool newClientWaits() const override { return m_newClient; }
    [[nodiscard]] bool takeNewClient() override { return std::exchange(m_newClient, false); }

protected:
    void hear(const char* bytes, std::size_t count)
    {
        if (!m_receive)
            return;
        m_receive({bytes, count});
        m_heard = true;
    }
    /// True once after something was handed on.
    [[nodiscard]] bool takeHeard() { return std::exchange(m_heard, false); }

    /// Returns false when interrupted.
    bool pollFor(int fd, short events, std::int64_t nanoseconds, short& happened)
    {
        std::array<pollfd, 2> fds{{{m_wake.get(), POLLIN, 0}, {fd, events, 0}}};
        ::poll(fds.data(), fd >= 0 ? 2 : 1, milliseconds(nanoseconds));
        happened = fds[1].revents;
        return fds[0].revents == 0;
    }

    /// `write` returns like ::write.
    template <typename Write> std::size_t sendTo(int fd, std::string_view bytes, std::int64_t patience, Write&& write)
    {
        const std::int64_t deadline = monotonicNow() + patience;
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            const ssize_t count = write(bytes.data() + sent, bytes.size() - sent);
            if (count > 0) {
                sent += static_cast<std::size_t>(count);
                continue;
            }
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
                m_broken = true;
                return sent;
            }
            const std::int64_t left = deadline - monotonicNow();
            short happened = 0;
            if (left <= 0 || !pollFor(fd, POLLOUT, left, happened) || (happened & (POLLHUP | POLLERR)) != 0)
                return sent;
        }
        return sent;
    }

    Descriptor m_wake;
    bool m_newClient = false;
    bool m_broken = false;
    std::function<void(std::string_view)> m_receive;
    bool m_heard = false;
};

class PtyLink final : public LinkBase {
public:
    explicit PtyLink(std::string symlink) : m_symlink(std::move(symlink)) {}
    ~PtyLink() override
    {
        std::error_code code;
        if (m_linked && fs::is_symlink(m_symlink, code))
            fs::remove(m_symlink, code);
    }

    Result<void> replug() override
    {
        m_master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
        std::array<char, 128> name{};
        if (!m_master || ::grantpt(m_master.get()) != 0 || ::unlockpt(m_master.get()) != 0 ||
            ::ptsname_r(m_master.get(), name.data(), name.size()) != 0)
            return errnoError(errno, "cannot make a pseudo-terminal", "/dev/ptmx",
                              "Check that /dev/pts is mounted and has room.");
        m_slave = name.data();
        m_present = false;
        prepareSlave();
        return point();
    }

    void unplug() override
    {
        m_master.reset();
        m_present = false;
        m_newClient = false;
        std::error_code code;
        if (m_linked)
            fs::remove(m_symlink, code);
        m_linked = false;
    }

    std::string uri() const override { return "serial:" + (m_symlink.empty() ? m_slave : m_symlink); }

    void wait(std::int64_t deadline) override
    {
        while (true) {
            const std::int64_t left = deadline - monotonicNow();
            const bool before = m_present;
            if (clientPresent() != before || left <= 0)
                return;
            short happened = 0;
            // With nobody there the master reports its hang-up without end, so it is left out of the poll.
            const int fd = m_present ? m_master.get() : -1;
            if (!pollFor(fd, POLLIN, std::min(left, m_present ? left : clientPollNanoseconds), happened))
                return;
            if ((happened & POLLIN) != 0)
                drain();
            if (takeHeard())
                return;
            if ((happened & POLLHUP) != 0)
                leave();
        }
    }

    bool clientPresent() override
    {
        if (!m_master)
            return false;
        pollfd fd{m_master.get(), POLLIN, 0};
        ::poll(&fd, 1, 0);
        const bool present = (fd.revents & POLLHUP) == 0;
        if (present && !m_present)
            m_newClient = true;
        if (!present && m_present)
            leave();
        m_present = present;
        return present;
    }

    std::size_t send(std::string_view bytes, std::int64_t patience) override
    {
        if (!clientPresent() || m_newClient)
            return 0;
        const int fd = m_master.get();
        return sendTo(fd, bytes, patience, [fd](const char* at, std::size_t count) { return ::write(fd, at, count); });
    }

private:
    void leave()
    {
        m_present = false;
        m_newClient = false;
        prepareSlave();
    }

    /// Sets raw mode and drops stale bytes. Opening and closing the slave also arms the hang-up state by which
    /// the absence of a client is told.
    void prepareSlave()
    {
        const Descriptor slave(::open(m_slave.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
        if (!slave)
            return;
        termios settings{};
        if (::tcgetattr(slave.get(), &settings) == 0) {
            ::cfmakeraw(&settings);
            ::tcsetattr(slave.get(), TCSANOW, &settings);
        }
        ::tcflush(slave.get(), TCIOFLUSH);
    }

    Result<void> point()
    {
        if (m_symlink.empty())
            return {};
        std::error_code code;
        const auto kind = fs::symlink_status(m_symlink, code).type();
        if (kind != fs::file_type::not_found && kind != fs::file_type::symlink)
            return makeError(ErrorKind::Usage, "there is a file already that is not a link", m_symlink,
                             "Choose another path for the link.");
        const std::string fresh = m_symlink + ".new";
        fs::remove(fresh, code);
        fs::create_symlink(m_slave, fresh, code);
        if (!code)
            fs::rename(fresh, m_symlink, code);
        if (code)
            return makeError(ErrorKind::Storage, "cannot make the link to the pseudo-terminal: " + code.message(),
                             m_symlink, "Choose a path in a folder that you may write to.");
        m_linked = true;
        return {};
    }

    void drain()
    {
        std::array<char, 1024> bytes;
        for (ssize_t count; (count = ::read(m_master.get(), bytes.data(), bytes.size())) > 0;)
            hear(bytes.data(), static_cast<std::size_t>(count));
    }

    std::string m_symlink;
    std::string m_slave;
    Descriptor m_master;
    bool m_present = false;
    bool m_linked = false;
};

class TcpLink final : public LinkBase {
public:
    TcpLink(std::string address, int port) : m_address(std::move(address)), m_port(port) {}

    Result<void> replug() override
    {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(static_cast<std::uint16_t>(m_port));
        const std::string where = m_address + ":" + std::to_string(m_port);
        if (::inet_pton(AF_INET, m_address.c_str(), &name.sin_addr) != 1)
            return makeError(ErrorKind::Usage, "this is not an IPv4 address", m_address,
                             "Use 127.0.0.1 for this computer only, 0.0.0.0 for the whole network.");
        m_listener.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const int on = 1;
        ::setsockopt(m_listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (::bind(m_listener.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
            ::listen(m_listener.get(), 16) != 0) {
            Error error = errno == EADDRINUSE
                              ? makeError(ErrorKind::Device, "another program already listens on this port", where)
                              : errnoError(errno, "cannot listen", where);
            error.kind = ErrorKind::Device;
            error.remedy = "Choose another port, or 0 for any free one.";
            return error;
        }
        socklen_t length = sizeof name;
        ::getsockname(m_listener.get(), reinterpret_cast<sockaddr*>(&name), &length);
        m_port = ntohs(name.sin_port);
        return {};
    }

    void unplug() override
    {
        dropClient();
        m_listener.reset();
    }

    std::string uri() const override { return "tcp://" + m_address + ":" + std::to_string(m_port); }

    void wait(std::int64_t deadline) override
    {
        while (true) {
            const bool before = clientPresent();
            const std::int64_t left = deadline - monotonicNow();
            if (left <= 0 || m_newClient)
                return;
            short happened = 0;
            if (!pollFor(m_client ? m_client.get() : m_listener.get(), POLLIN, left, happened))
                return;
            if (clientPresent() != before || takeHeard())
                return;
        }
    }

    bool clientPresent() override
    {
        if (m_client)
            drain();
        if (!m_client && m_listener) {
            m_client.reset(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (m_client) {
                const int on = 1;
                ::setsockopt(m_client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                m_newClient = true;
            }
        }
        return static_cast<bool>(m_client);
    }

    std::size_t send(std::string_view bytes, std::int64_t patience) override
    {
        if (!clientPresent() || m_newClient)
            return 0;
        const int fd = m_client.get();
        const std::size_t sent = sendTo(fd, bytes, patience, [fd](const char* at, std::size_t count) {
            return ::send(fd, at, count, MSG_NOSIGNAL);
        });
        if (m_broken)
            dropClient();
        return sent;
    }

private:
    void dropClient()
    {
        m_client.reset();
        m_newClient = false;
        m_broken = false;
    }

    void drain()
    {
        std::array<char, 1024> bytes;
        while (m_client) {
            const ssize_t count = ::recv(m_client.get(), bytes.data(), bytes.size(), 0);
            if (count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
                dropClient();
            else if (count < 0)
                return;
            else
                hear(bytes.data(), static_cast<std::size_t>(count));
        }
    }

    std::string m_address;
    int m_port;
    Descriptor m_listener;
    Descriptor m_client;
};

} // namespace

Result<std::unique_ptr<SimulatorLink>> makePtyLink(const std::string& symlink)
{
    auto link = std::make_unique<PtyLink>(symlink);
    BNOF_TRY(link->replug());
    return std::unique_ptr<SimulatorLink>(std::move(link));
}

Result<std::unique_ptr<SimulatorLink>> makeTcpLink(const std::string& address, int port)
{
    auto link = std::make_unique<TcpLink>(address, port);
    BNOF_TRY(link->replug());
    return std::unique_ptr<SimulatorLink>(std::move(link));
}

Result<std::string> temporaryLinkPath()
{
    std::error_code code;
    const fs::path folder = fs::temp_directory_path(code);
    std::string pattern = ((code ? fs::path("/tmp") : folder) / "bnof-nose-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        return errnoError(errno, "cannot make a folder for the link to the pseudo-terminal", pattern);
    return pattern + "/port";
}

} // namespace bnof::sensing
