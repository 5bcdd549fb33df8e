// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/pool/ingest_pool.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fcntl.h>
#include <future>
#include <list>
#include <thread>
#include <unistd.h>

#include "engine/base/log.h"
#include "engine/sensing/pool/descriptor_limit.h"
#include "engine/sensing/pool/ingest_connection.h"

namespace bnof::sensing {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;
/// Tells when a socket of the set has something to read.
using SetWatch = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;
using ConnectionPtr = std::shared_ptr<IngestConnection>;

namespace {

/// Handlers between two hand-offs: a busy loop must not keep frames back.
constexpr int handlersPerTurn = 128;
/// Looks at the set of sockets before other handlers have their turn.
constexpr int looksPerTurn = 8;
/// Each connection is looked at so seldom: a twentieth of them a tick.
constexpr std::size_t ticksPerRound = 20;
constexpr std::size_t closedPerTurn = 256;
constexpr std::size_t drainBytes = std::size_t{64} * 1024;
constexpr auto tickPeriod = std::chrono::milliseconds(50);
constexpr auto acceptPause = std::chrono::milliseconds(100);
constexpr std::int64_t connectLimit = 5 * nanosecondsPerSecond;
constexpr std::int64_t retryCeiling = 5 * nanosecondsPerSecond;
/// Descriptors for everything that is no sensor.
constexpr std::size_t otherDescriptors = 256;

} // namespace

/// A group with its sockets.
struct IngestEntry {
    std::shared_ptr<SensorGroup> group;
    std::unique_ptr<Acceptor> acceptor;
    std::unique_ptr<Timer> acceptLater;
    std::vector<ConnectionPtr> connections;
    std::vector<ConnectionPtr> paused;
    std::list<IngestClient> clients;
    std::size_t nextChecked = 0; ///< of the connections
    std::string where;
    bool removed = false;
    bool outOfDescriptors = false;
};

class IngestPool::Loop {
public:
    explicit Loop(const IngestPoolOptions& options)
        : m_options(options), m_work(m_io.get_executor()), m_ticker(m_io), m_resolver(m_io), m_watch(m_io)
    {
        ErrorCode error;
        m_watch.assign(m_sockets.descriptor(), error);
        watch();
        m_drain.reset(new char[drainBytes]);
        m_spare = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        scheduleTick();
        m_thread = std::thread([this] { run(); });
    }
    ~Loop()
    {
        asio::post(m_io, [this] { m_stop = true; });
        m_thread.join();
        m_watch.release(); // it is the set's
        for (auto& entry : m_entries) {
            entry->group->handOff().setReady({});
            entry->group->handOff().setRoom({});
            entry->group->setClose({});
            for (auto& connection : entry->connections)
                connection->entry = nullptr;
        }
        if (m_spare >= 0)
            ::close(m_spare);
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    Result<int> listen(const std::shared_ptr<SensorGroup>& group, const std::string& host, int port);
    void connect(const std::shared_ptr<SensorGroup>& group, const std::string& name, const std::string& host, int port,
                 std::int64_t retry);
    void remove(const std::shared_ptr<SensorGroup>& group);
    [[nodiscard]] IngestPoolFigures figures() const
    {
        return {m_open.load(std::memory_order_relaxed), m_accepted.load(std::memory_order_relaxed),
                m_refused.load(std::memory_order_relaxed), m_bufferFigure.load(std::memory_order_relaxed),
                m_cpu.load(std::memory_order_relaxed)};
    }

private:
    void run();
    void flush();
    void scheduleTick();
    void tick();
    const std::shared_ptr<IngestEntry>& entryOf(const std::shared_ptr<SensorGroup>& group);
    void accept(IngestEntry& entry);
    void accepted(IngestEntry& entry, const ConnectionPtr& connection, const ErrorCode& error);
    void refuseForWantOfDescriptors(IngestEntry& entry);
    void begin(IngestEntry& entry, const ConnectionPtr& connection, const std::string& host, Sensor* sensor);
    void watch();
    void readSockets();
    void read(const ConnectionPtr& connection, bool ended);
    bool feed(const ConnectionPtr& connection, const char* bytes, std::size_t count, std::int64_t arrival);
    bool drain(const ConnectionPtr& connection, std::int64_t arrival);
    bool pausedForRoom(const ConnectionPtr& connection);
    void resume(IngestEntry& entry);
    void lost(const ConnectionPtr& connection, int error);
    void drop(const ConnectionPtr& connection, const std::optional<Error>& problem);
    void checkSome(IngestEntry& entry, std::int64_t now);
    void endAttempts(IngestEntry& entry, std::int64_t now);
    void tryClient(IngestEntry& entry, IngestClient& client);
    void clientFailed(IngestEntry& entry, IngestClient& client, const std::string& words);
    void closeSome(IngestEntry& entry);

    IngestPoolOptions m_options;
    std::size_t m_bufferBytes = 0;
    asio::io_context m_io{1};
    asio::executor_work_guard<asio::io_context::executor_type> m_work;
    Timer m_ticker;
    tcp::resolver m_resolver;
    SocketSet m_sockets;
    SetWatch m_watch;
    std::vector<ConnectionPtr> m_dropped; ///< in this turn: they may still be among what the set has reported
    std::vector<std::shared_ptr<IngestEntry>> m_entries;
    std::unique_ptr<char[]> m_drain; ///< shared by all connections that send more than fits their own buffer
    std::int64_t m_lastScan = 0;
    std::int64_t m_lastGroupTick = 0;
    int m_spare = -1; ///< given up to be able to refuse a connection when there are no descriptors left
    bool m_stop = false;
    std::atomic<std::uint64_t> m_open{0};
    std::atomic<std::uint64_t> m_accepted{0};
    std::atomic<std::uint64_t> m_refused{0};
    std::atomic<std::uint64_t> m_bufferFigure{0};
    std::atomic<std::uint64_t> m_cpu{0};
    std::thread m_thread;
};

// --- any thread -------------------------------------------------------------------------------------

Result<int> IngestPool::Loop::listen(const std::shared_ptr<SensorGroup>& group, const std::string& host, int port)
{
    const std::string where = host + ":" + std::to_string(port);
    const auto failed = [&](const ErrorCode& error) {
        std::string remedy = "Choose another port, or end the program that uses this one (\"ss -ltnp\" names it).";
        if (error == asio::error::access_denied)
            remedy = "Choose a port from 1024 up; smaller ones need privileges.";
        else if (error != asio::error::address_in_use)
            remedy = "Use an address of this computer, or 0.0.0.0 for all of them.";
        return makeError(ErrorKind::Device, "sensors cannot be accepted here: " + error.message(), where, remedy);
    };
    ErrorCode error;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    if (error)
        return makeError(ErrorKind::Usage, "\"" + host + "\" is no address to accept sensors on", where,
                         "Use a numeric address of this computer, or 0.0.0.0 for all of them.");
    auto acceptor = std::make_unique<Acceptor>(m_io);
    const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(port));
    acceptor->open(endpoint.protocol(), error);
    if (!error)
        acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error)
        acceptor->bind(endpoint, error);
    if (!error)
        acceptor->listen(m_options.backlog, error);
    if (error)
        return failed(error);
    const int bound = acceptor->local_endpoint(error).port();
    const auto limit = raiseDescriptorLimit(group->options().maximumSensors + otherDescriptors);
    asio::post(m_io, [this, group, where, limit, acceptor = std::move(acceptor)]() mutable {
        IngestEntry& entry = *entryOf(group);
        entry.where = where;
        entry.acceptor = std::move(acceptor);
        group->setState(ConnectionState::Streaming, limit.ok() ? std::nullopt : std::optional<Error>(limit.error()));
        accept(entry);
    });
    return bound;
}

void IngestPool::Loop::connect(const std::shared_ptr<SensorGroup>& group, const std::string& name,
                               const std::string& host, int port, std::int64_t retry)
{
    asio::post(m_io, [=, this] {
        IngestEntry& entry = *entryOf(group);
        IngestClient& client = entry.clients.emplace_back();
        client.sensor = &group->declare(name, host);
        client.host = host;
        client.port = port;
        client.retry = client.pause = retry;
        group->setState(*client.sensor, ConnectionState::Connecting);
        tryClient(entry, client);
    });
}

void IngestPool::Loop::remove(const std::shared_ptr<SensorGroup>& group)
{
    std::promise<void> silent;
    asio::post(m_io, [this, group, &silent] {
        group->handOff().setReady({});
        group->handOff().setRoom({});
        group->setClose({});
        IngestEntry& entry = *entryOf(group);
        entry.removed = true;
        entry.acceptor.reset();
        entry.acceptLater.reset();
        silent.set_value();
        closeSome(entry);
    });
    silent.get_future().wait();
}

// --- the loop ---------------------------------------------------------------------------------------

void IngestPool::Loop::run()
{
    while (!m_stop) {
        m_io.run_one();
        for (int i = 1; i < handlersPerTurn && !m_stop && m_io.poll_one() > 0; ++i) {
        }
        flush();
        m_dropped.clear();
    }
}

void IngestPool::Loop::flush()
{
    for (auto& entry : m_entries)
        if (!entry->removed)
            entry->group->flush();
}

const std::shared_ptr<IngestEntry>& IngestPool::Loop::entryOf(const std::shared_ptr<SensorGroup>& group)
{
    for (const auto& entry : m_entries)
        if (entry->group == group)
            return entry;
    const auto& made = m_entries.emplace_back(std::make_shared<IngestEntry>());
    IngestEntry& entry = *made;
    entry.group = group;
    group->setClose([this, &entry](SensorStream& stream) {
        for (const ConnectionPtr& connection : entry.connections)
            if (connection->stream.get() == &stream) {
                // Not now: its stream may be in use up the stack.
                asio::post(m_io, [this, connection] { drop(connection, std::nullopt); });
                return;
            }
    });
    group->handOff().setRoom([this, weak = std::weak_ptr(made)] {
        asio::post(m_io, [this, weak] {
            if (const auto waiting = weak.lock())
                resume(*waiting);
        });
    });
    return made;
}

void IngestPool::Loop::scheduleTick()
{
    m_ticker.expires_after(tickPeriod);
    m_ticker.async_wait([this](const ErrorCode& error) {
        if (error)
            return;
        tick();
        scheduleTick();
    });
}

void IngestPool::Loop::tick()
{
    const std::int64_t now = monotonicNow();
    const bool groups = now - m_lastGroupTick >= 95 * nanosecondsPerMillisecond;
    const bool scan = now - m_lastScan >= nanosecondsPerSecond;
    m_lastGroupTick = groups ? now : m_lastGroupTick;
    m_lastScan = scan ? now : m_lastScan;
    m_cpu.store(static_cast<std::uint64_t>(threadCpuNow()), std::memory_order_relaxed);
    m_bufferFigure.store(m_bufferBytes, std::memory_order_relaxed);
    for (auto& entry : m_entries) {
        if (entry->removed)
            continue;
        for (IngestClient& client : entry->clients)
            if (client.next != 0 && now >= client.next)
                tryClient(*entry, client);
        if (groups)
            entry->group->tick(now);
        checkSome(*entry, now);
        if (scan)
            endAttempts(*entry, now);
    }
}

/// Once a second it is every connection's turn, and never many at a time.
void IngestPool::Loop::checkSome(IngestEntry& entry, std::int64_t now)
{
    for (std::size_t n = entry.connections.size() / ticksPerRound + 1; n > 0 && !entry.connections.empty(); --n) {
        if (entry.nextChecked >= entry.connections.size())
            entry.nextChecked = 0;
        const ConnectionPtr connection = entry.connections[entry.nextChecked];
        if (connection->client == nullptr && connection->stream->isSilent(now)) {
            drop(connection, std::nullopt); // another one stands in its place now
            continue;
        }
        ++entry.nextChecked;
        if (const Sensor* sensor = connection->stream->sensor())
            entry.group->table()
                .at(sensor->number)
                .memoryBytes.store(static_cast<std::uint32_t>(connection->buffer.size() + sizeof(IngestConnection) +
                                                              sizeof(SensorStream) + sizeof(Sensor)),
                                   std::memory_order_relaxed);
    }
}

void IngestPool::Loop::endAttempts(IngestEntry& entry, std::int64_t now)
{
    for (IngestClient& client : entry.clients)
        if (client.deadline != 0 && now > client.deadline) {
            client.deadline = 0;
            ErrorCode ignored;
            if (const auto attempt = client.attempt.lock())
                attempt->socket.close(ignored); // its handler tells
        }
}

// --- accepting --------------------------------------------------------------------------------------

void IngestPool::Loop::accept(IngestEntry& entry)
{
    if (entry.removed || entry.acceptor == nullptr)
        return;
    auto connection = std::make_shared<IngestConnection>(m_io, m_bufferBytes, m_options.bufferBudget);
    entry.acceptor->async_accept(
        connection->socket, [this, &entry, connection](const ErrorCode& error) { accepted(entry, connection, error); });
}

void IngestPool::Loop::accepted(IngestEntry& entry, const ConnectionPtr& connection, const ErrorCode& error)
{
    if (entry.removed || error == asio::error::operation_aborted)
        return;
    if (error == asio::error::no_descriptors || error.value() == ENFILE || error == asio::error::no_memory ||
        error == asio::error::no_buffer_space) {
        refuseForWantOfDescriptors(entry);
        return;
    }
    if (!error) {
        m_accepted.fetch_add(1, std::memory_order_relaxed);
        ErrorCode ignored;
        const auto peer = connection->socket.remote_endpoint(ignored);
        if (!ignored)
            begin(entry, connection, peer.address().to_string(), nullptr);
        if (entry.outOfDescriptors) {
            entry.outOfDescriptors = false;
            entry.group->setState(ConnectionState::Streaming);
        }
    }
    accept(entry);
}

/// The connections that wait are told so by being closed; more are accepted when some have gone.
void IngestPool::Loop::refuseForWantOfDescriptors(IngestEntry& entry)
{
    ErrorCode error;
    entry.acceptor->non_blocking(true, error);
    while (m_spare >= 0 && !error) {
        ::close(m_spare);
        IngestSocket unwanted(m_io);
        entry.acceptor->accept(unwanted, error);
        if (!error)
            m_refused.fetch_add(1, std::memory_order_relaxed);
        unwanted.close();
        m_spare = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    if (!entry.outOfDescriptors) {
        entry.outOfDescriptors = true;
        const DescriptorLimit limit = descriptorLimit();
        entry.group->setState(
            ConnectionState::Streaming,
            makeError(ErrorKind::Device,
                      "no more sensors can be accepted: this program may open only " + std::to_string(limit.soft) +
                          " files and sockets",
                      entry.where,
                      "Raise the limit of open files (\"ulimit -n\", LimitNOFILE= in the service's unit) and start "
                      "again."));
    }
    if (entry.acceptLater == nullptr)
        entry.acceptLater = std::make_unique<Timer>(m_io);
    entry.acceptLater->expires_after(acceptPause);
    entry.acceptLater->async_wait([this, &entry](const ErrorCode& cancelled) {
        if (!cancelled)
            accept(entry);
    });
}

void IngestPool::Loop::begin(IngestEntry& entry, const ConnectionPtr& connection, const std::string& host,
                             Sensor* sensor)
{
    ErrorCode error;
    connection->socket.set_option(asio::socket_base::keep_alive(true), error);
    connection->socket.native_non_blocking(true, error);
    connection->descriptor = connection->socket.release(error);
    if (error) {
        connection->descriptor = -1;
        return;
    }
    connection->entry = &entry;
    connection->stream = entry.group->open(host, sensor, monotonicNow());
    connection->place = entry.connections.size();
    entry.connections.push_back(connection);
    m_open.fetch_add(1, std::memory_order_relaxed);
    if (!m_sockets.add(connection->descriptor, connection.get()))
        drop(connection, std::nullopt);
}

// --- reading ----------------------------------------------------------------------------------------

void IngestPool::Loop::watch()
{
    m_watch.async_wait(asio::posix::descriptor_base::wait_read, [this](const ErrorCode& error) {
        if (error)
            return;
        readSockets();
        watch();
    });
}

void IngestPool::Loop::readSockets()
{
    for (int look = 0; look < looksPerTurn; ++look) {
        const auto ready = m_sockets.take();
        for (const SocketSet::Ready& each : ready)
            read(static_cast<IngestConnection*>(each.who)->shared_from_this(), each.ended);
        flush();
        if (ready.size() < SocketSet::most)
            return; // what has come since wakes the watch again
    }
}

void IngestPool::Loop::read(const ConnectionPtr& connection, bool ended)
{
    if (connection->entry == nullptr || connection->paused)
        return;
    const std::int64_t arrival = monotonicNow();
    const Received got = receiveFrom(connection->descriptor, connection->buffer.data(), connection->buffer.size());
    if (got.nothing)
        return;
    if (got.count == 0) {
        lost(connection, got.error);
        return;
    }
    const bool full = got.count == connection->buffer.size();
    if (!feed(connection, connection->buffer.data(), got.count, arrival))
        return;
    if (full && !drain(connection, arrival))
        return;
    connection->buffer.wasFilled(got.count);
    if (!pausedForRoom(connection) && (full || ended))
        m_sockets.again(connection->descriptor, connection.get());
}

/// False: the connection is closed.
bool IngestPool::Loop::feed(const ConnectionPtr& connection, const char* bytes, std::size_t count, std::int64_t arrival)
{
    const bool wanted = connection->stream->feed({bytes, count}, arrival);
    if (connection->entry == nullptr)
        return false;
    if (IngestClient* client = connection->client)
        client->pause = client->retry;
    if (wanted)
        return true;
    m_refused.fetch_add(1, std::memory_order_relaxed);
    drop(connection, std::nullopt);
    return false;
}

/// More waits than the connection's own buffer takes: one large read, then it is others' turn.
bool IngestPool::Loop::drain(const ConnectionPtr& connection, std::int64_t arrival)
{
    const Received got = receiveFrom(connection->descriptor, m_drain.get(), drainBytes);
    if (got.nothing)
        return true;
    if (got.count == 0) {
        lost(connection, got.error);
        return false;
    }
    return feed(connection, m_drain.get(), got.count, arrival);
}

/// With the policy Block: true when the sensor has to wait.
bool IngestPool::Loop::pausedForRoom(const ConnectionPtr& connection)
{
    IngestEntry& entry = *connection->entry;
    if (entry.group->options().policy != OverflowPolicy::Block || connection->stream->sensor() == nullptr)
        return false;
    entry.group->flush();
    if (!entry.group->handOff().isFull(connection->stream->sensor()->number))
        return false;
    connection->paused = true;
    entry.paused.push_back(connection);
    return true;
}

void IngestPool::Loop::resume(IngestEntry& entry)
{
    const std::vector<ConnectionPtr> paused = std::move(entry.paused);
    entry.paused.clear();
    for (const ConnectionPtr& connection : paused) {
        connection->paused = false;
        if (connection->entry != nullptr)
            m_sockets.again(connection->descriptor, connection.get());
    }
}

// --- the end of a connection ------------------------------------------------------------------------

void IngestPool::Loop::lost(const ConnectionPtr& connection, int error)
{
    const bool client = connection->client != nullptr;
    std::optional<Error> problem = makeError(
        ErrorKind::Device, "the network sensor closed the connection",
        connection->stream->sensor() != nullptr ? connection->stream->sensor()->name : connection->stream->host(),
        client ? "Check the sensor and the network; it is connected again by itself."
               : "Check the sensor and the network; it is taken up again when it connects.",
        error == 0 ? std::string() : ErrorCode(error, boost::system::system_category()).message());
    drop(connection, problem);
}

void IngestPool::Loop::drop(const ConnectionPtr& connection, const std::optional<Error>& problem)
{
    IngestEntry* entry = std::exchange(connection->entry, nullptr);
    if (entry == nullptr)
        return;
    const std::int64_t now = monotonicNow();
    entry->group->closed(*connection->stream, now, problem);
    closeSocket(std::exchange(connection->descriptor, -1));
    m_dropped.push_back(connection);
    entry->connections.back()->place = connection->place;
    std::swap(entry->connections[connection->place], entry->connections.back());
    entry->connections.pop_back();
    m_open.fetch_sub(1, std::memory_order_relaxed);
    if (IngestClient* client = std::exchange(connection->client, nullptr)) {
        client->deadline = 0;
        client->next = now + client->pause;
        client->pause = std::min(client->pause * 2, retryCeiling);
    }
}

void IngestPool::Loop::closeSome(IngestEntry& entry)
{
    for (std::size_t i = 0; i < closedPerTurn && !entry.connections.empty(); ++i)
        drop(entry.connections.back(), std::nullopt);
    if (!entry.connections.empty()) {
        asio::post(m_io, [this, &entry] { closeSome(entry); });
        return;
    }
    // After whatever else waits for this entry.
    asio::post(m_io, [this, &entry] { std::erase_if(m_entries, [&](const auto& e) { return e.get() == &entry; }); });
}

// --- connecting -------------------------------------------------------------------------------------

void IngestPool::Loop::tryClient(IngestEntry& entry, IngestClient& client)
{
    client.next = 0;
    const std::weak_ptr<IngestEntry> weak = entryOf(entry.group);
    const auto wanted = [weak] {
        const auto alive = weak.lock();
        return alive != nullptr && !alive->removed;
    };
    const auto connected = [this, &entry, &client, wanted](const ConnectionPtr& connection, const ErrorCode& error) {
        if (!wanted())
            return;
        const bool late = error && client.deadline == 0;
        client.deadline = 0;
        if (error) {
            clientFailed(entry, client, late ? "no answer within 5 s" : error.message());
            return;
        }
        connection->client = &client;
        begin(entry, connection, client.host, client.sensor);
    };
    m_resolver.async_resolve(
        client.host, std::to_string(client.port),
        [this, &entry, &client, wanted, connected](const ErrorCode& error, const tcp::resolver::results_type& found) {
            if (!wanted())
                return;
            if (error || found.empty()) {
                clientFailed(entry, client, error ? error.message() : "no address");
                return;
            }
            auto connection = std::make_shared<IngestConnection>(m_io, m_bufferBytes, m_options.bufferBudget);
            client.deadline = monotonicNow() + connectLimit;
            client.attempt = connection;
            connection->socket.async_connect(
                found.begin()->endpoint(),
                [connected, connection](const ErrorCode& failed) { connected(connection, failed); });
        });
}

void IngestPool::Loop::clientFailed(IngestEntry& entry, IngestClient& client, const std::string& words)
{
    client.deadline = 0;
    client.next = monotonicNow() + client.pause;
    client.pause = std::min(client.pause * 2, retryCeiling);
    entry.group->setState(*client.sensor, ConnectionState::Reconnecting,
                          makeError(ErrorKind::Device, "the network sensor cannot be reached (" + words + ")",
                                    client.host + ":" + std::to_string(client.port),
                                    "Check the address, that the sensor is on, and that no firewall is between.",
                                    words));
}

// --- the front --------------------------------------------------------------------------------------

IngestPool::IngestPool(const IngestPoolOptions& options) : m_loop(std::make_unique<Loop>(options)) {}

IngestPool::~IngestPool() = default;

Result<int> IngestPool::listen(const std::shared_ptr<SensorGroup>& group, const std::string& host, int port)
{
    return m_loop->listen(group, host, port);
}

void IngestPool::connect(const std::shared_ptr<SensorGroup>& group, const std::string& name, const std::string& host,
                         int port, std::int64_t retryNanoseconds)
{
    m_loop->connect(group, name, host, port, retryNanoseconds);
}

void IngestPool::remove(const std::shared_ptr<SensorGroup>& group)
{
    m_loop->remove(group);
}

IngestPoolFigures IngestPool::figures() const
{
    return m_loop->figures();
}

} // namespace bnof::sensing
