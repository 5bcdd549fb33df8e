// SPDX-License-Identifier: GPL-3.0-or-later
// One socket of the pool. Private to the pool.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <memory>

#include "engine/sensing/pool/sensor_group.h"
#include "engine/sensing/pool/socket_set.h"

namespace bnof::sensing {

using IngestSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// The room that one connection reads into: small at first, larger for those that fill it, as far as the budget of all
/// connections goes.
class AdaptiveBuffer {
public:
    static constexpr std::size_t smallest = 256;
    static constexpr std::size_t largest = 16384;

    AdaptiveBuffer(std::size_t& used, std::size_t budget) : m_used(used), m_budget(budget) { resize(smallest); }
    ~AdaptiveBuffer() { m_used -= m_size; }
    AdaptiveBuffer(const AdaptiveBuffer&) = delete;
    AdaptiveBuffer& operator=(const AdaptiveBuffer&) = delete;

    [[nodiscard]] char* data() { return m_bytes.get(); }
    [[nodiscard]] std::size_t size() const { return m_size; }
    /// `count` bytes were read; not while a read is under way.
    void wasFilled(std::size_t count)
    {
        m_most = std::max<std::uint32_t>(m_most, static_cast<std::uint32_t>(count));
        if (count == m_size) {
            m_reads = 0;
            if (++m_full >= 2 && m_size < largest && m_used + 3 * m_size <= m_budget)
                resize(m_size * 4);
            return;
        }
        m_full = 0;
        if (++m_reads < 64)
            return;
        if (m_size > smallest && m_most < m_size / 8)
            resize(m_size / 4);
        m_reads = 0;
        m_most = 0;
    }

private:
    void resize(std::size_t size)
    {
        m_bytes.reset(new char[size]);
        m_used = m_used - m_size + size;
        m_size = static_cast<std::uint32_t>(size);
        m_full = 0;
    }

    std::size_t& m_used; ///< by all connections
    std::size_t m_budget;
    std::unique_ptr<char[]> m_bytes;
    std::uint32_t m_size = 0;
    std::uint32_t m_most = 0; ///< largest of the last reads
    std::uint16_t m_full = 0;
    std::uint16_t m_reads = 0;
};

struct IngestEntry;
struct IngestConnection;

/// A sensor that we connect to, over all its connections.
struct IngestClient {
    Sensor* sensor = nullptr;
    std::string host;
    int port = 0;
    std::int64_t retry = 0;    ///< first pause
    std::int64_t pause = 0;    ///< next pause
    std::int64_t next = 0;     ///< when to try; 0: a connection is open or being opened
    std::int64_t deadline = 0; ///< of the attempt under way; 0: none
    std::weak_ptr<IngestConnection> attempt;
};

struct IngestConnection : std::enable_shared_from_this<IngestConnection> {
    IngestConnection(boost::asio::io_context& io, std::size_t& used, std::size_t budget)
        : socket(io), buffer(used, budget)
    {}
    ~IngestConnection()
    {
        if (descriptor >= 0)
            closeSocket(descriptor);
    }
    IngestConnection(const IngestConnection&) = delete;
    IngestConnection& operator=(const IngestConnection&) = delete;

    IngestSocket socket; ///< until it is connected
    int descriptor = -1; ///< from then on
    AdaptiveBuffer buffer;
    std::unique_ptr<SensorStream> stream;
    IngestEntry* entry = nullptr; ///< null: closed
    IngestClient* client = nullptr;
    std::size_t place = 0; ///< in the entry's list
    bool paused = false;   ///< not read until the hand-off has room
};

} // namespace bnof::sensing
