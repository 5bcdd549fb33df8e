// SPDX-License-Identifier: GPL-3.0-or-later
// Which of many sockets have something to read. Operating-system calls: socket_set_linux.cpp. Private to the pool.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace bnof::sensing {

/// A set of sockets that one thread reads. It reports a socket once after bytes came, not as long as they lie there:
/// who leaves bytes behind asks to be told again(). One look tells about many sockets, and a socket that is read costs
/// one call to the system for each portion; Boost.Asio's own reads make two (they try before they wait).
class SocketSet {
public:
    static constexpr std::size_t most = 128; ///< reported by one take()
    struct Ready {
        void* who = nullptr;
        bool ended = false; ///< the other side has closed, or the connection is broken; bytes may be left
    };

    SocketSet();
    ~SocketSet();
    SocketSet(const SocketSet&) = delete;
    SocketSet& operator=(const SocketSet&) = delete;

    /// Readable while take() would report something; -1: the system gave none.
    [[nodiscard]] int descriptor() const { return m_poll; }
    /// Reports `socket`, which does not block, as `who` until it is closed. False: the system has no memory for it.
    [[nodiscard]] bool add(int socket, void* who);
    /// Reports it once more if there is something to read.
    void again(int socket, void* who);
    /// What has something to read; valid until the next call.
    [[nodiscard]] std::span<const Ready> take();

private:
    int m_poll = -1;
    std::array<Ready, most> m_ready{};
};

/// What one read gave.
struct Received {
    std::size_t count = 0; ///< bytes
    bool nothing = false;  ///< there is nothing to read now
    int error = 0;         ///< the system's number; 0 with no bytes and not `nothing`: the other side has closed
};
[[nodiscard]] Received receiveFrom(int socket, char* to, std::size_t size);
void closeSocket(int socket);

} // namespace bnof::sensing
