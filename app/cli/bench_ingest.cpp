// SPDX-License-Identifier: GPL-3.0-or-later
// Thousands of network sensors beside a raw epoll loop, which only reads, and beside one QTcpSocket a sensor.
#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>

#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <thread>

#include "app/cli/bench_ingest_load.h"
#include "app/cli/bench_measure.h"
#include "engine/base/instruments.h"
#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/pool/descriptor_limit.h"
#include "engine/sensing/pool/ingest_pool.h"

namespace bnof::bench {
namespace {

/// What one server did with the load.
struct Served {
    double cores = 0;
    double seconds = 0; ///< in which the cores were measured
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t p50 = 0; ///< nanoseconds from the sensor's clock to the frame
    std::uint64_t p99 = 0;
    double bytesEach = 0;     ///< of memory a connection
    double copiesPerByte = 0; ///< in this process
};

/// A thread that serves, and what it counts.
class Server {
public:
    virtual ~Server() = default;
    virtual Result<int> begin() = 0; ///< the port
    [[nodiscard]] virtual std::int64_t cpu() const = 0;
    [[nodiscard]] std::uint64_t received() const { return m_received.load(std::memory_order_relaxed); }
    Histogram latency;

protected:
    void take(double sentMicroseconds)
    {
        const double late = static_cast<double>(monotonicNow()) - sentMicroseconds * 1e3;
        latency.record(static_cast<std::uint64_t>(std::max(late, 1.0)));
        m_received.store(m_received.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    std::atomic<std::uint64_t> m_received{0};
};

class PoolServer final : public Server, private sensing::SensorVisitor {
public:
    explicit PoolServer(int sensors)
    {
        sensing::SensorGroupOptions options;
        options.decoder.make = [] {
            auto decoder = sensing::makeDecoder("csv");
            return decoder.ok() ? std::move(*decoder) : nullptr;
        };
        options.sessionStart = monotonicNow();
        options.maximumSensors = static_cast<std::size_t>(sensors);
        m_group = std::make_shared<sensing::SensorGroup>(std::move(options));
        m_group->handOff().setReady([this] { m_group->handOff().take(*this); });
    }
    ~PoolServer() override { m_pool.remove(m_group); }
    Result<int> begin() override { return m_pool.listen(m_group, "127.0.0.1", 0); }
    [[nodiscard]] std::int64_t cpu() const override
    {
        return static_cast<std::int64_t>(m_pool.figures().cpuNanoseconds);
    }
    [[nodiscard]] double copiesPerByte() const
    {
        const auto& table = m_group->table();
        double copied = 0;
        double all = 0;
        for (std::uint32_t s = 0; s < table.size(); ++s) {
            copied += static_cast<double>(table.at(s).copiedBytes.load());
            all += static_cast<double>(table.at(s).bytes.load());
        }
        return all > 0 ? copied / all : 0;
    }

private:
    void sensorAdded(const sensing::SensorAdded&) override {}
    void sensorChannels(const sensing::SensorChannels&) override {}
    void sensorFrame(std::uint32_t, const SensorFrame& frame, std::int64_t) override
    {
        take(frame.deviceSeconds * 1e6);
    }
    void sensorEvent(const sensing::SensorEvent&) override {}
    void sensorState(const sensing::SensorStateChange&) override {}

    std::shared_ptr<sensing::SensorGroup> m_group;
    sensing::IngestPool m_pool;
};

/// Reads and counts lines, and takes the time from each; decodes nothing.
class EpollServer final : public Server {
public:
    ~EpollServer() override
    {
        m_stop = true;
        if (m_thread.joinable())
            m_thread.join();
    }
    Result<int> begin() override
    {
        m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        if (::bind(m_listener, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(m_listener, 4096) != 0 ||
            ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &length) != 0)
            return makeError(ErrorKind::Device, "no port for the epoll loop", "benchmark");
        m_thread = std::thread([this] { run(); });
        return int{ntohs(address.sin_port)};
    }
    [[nodiscard]] std::int64_t cpu() const override { return m_cpu.load(std::memory_order_relaxed); }

private:
    void run()
    {
        const int poll = ::epoll_create1(EPOLL_CLOEXEC);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = m_listener;
        ::epoll_ctl(poll, EPOLL_CTL_ADD, m_listener, &event);
        std::vector<int> sockets;
        std::vector<epoll_event> events(128);
        std::vector<char> buffer(65536);
        while (!m_stop) {
            const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 50);
            for (int i = 0; i < count; ++i) {
                const int socket = events[static_cast<std::size_t>(i)].data.fd;
                if (socket != m_listener) {
                    const ssize_t bytes = ::recv(socket, buffer.data(), buffer.size(), 0);
                    if (bytes > 0)
                        lines({buffer.data(), static_cast<std::size_t>(bytes)});
                    else
                        ::epoll_ctl(poll, EPOLL_CTL_DEL, socket, nullptr);
                    continue;
                }
                for (int made; (made = ::accept4(m_listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
                    event.events = EPOLLIN | EPOLLET;
                    event.data.fd = made;
                    ::epoll_ctl(poll, EPOLL_CTL_ADD, made, &event);
                    sockets.push_back(made);
                }
            }
            m_cpu.store(threadCpuNow(), std::memory_order_relaxed);
        }
        for (const int socket : sockets)
            ::close(socket);
        ::close(poll);
        ::close(m_listener);
    }
    void lines(std::string_view text)
    {
        while (!text.empty()) {
            const std::string_view line = text.substr(0, text.find('\n'));
            text.remove_prefix(std::min(text.size(), line.size() + 1));
            std::int64_t micros = 0;
            if (line.size() + 1 == Load::lineBytes &&
                std::from_chars(line.data(), line.data() + 13, micros).ec == std::errc())
                take(static_cast<double>(micros));
        }
    }

    int m_listener = -1;
    std::atomic<bool> m_stop{false};
    std::atomic<std::int64_t> m_cpu{0};
    std::thread m_thread;
};

/// One QTcpSocket a sensor, as a Qt program would do it; decodes nothing.
class QtServer final : public Server {
public:
    ~QtServer() override
    {
        m_thread.quit();
        m_thread.wait();
    }
    Result<int> begin() override
    {
        auto* context = new QObject;
        context->moveToThread(&m_thread);
        QObject::connect(&m_thread, &QThread::finished, context, &QObject::deleteLater);
        m_thread.start();
        int port = 0;
        QMetaObject::invokeMethod(
            context, [&] { port = listen(context); }, Qt::BlockingQueuedConnection);
        if (port == 0)
            return makeError(ErrorKind::Device, "no port for the Qt sockets", "benchmark");
        return port;
    }
    [[nodiscard]] std::int64_t cpu() const override { return m_cpu.load(std::memory_order_relaxed); }

private:
    int listen(QObject* context)
    {
        auto* server = new QTcpServer(context);
        server->setListenBacklogSize(4096);
        server->setMaxPendingConnections(100000);
        if (!server->listen(QHostAddress::LocalHost))
            return 0;
        QObject::connect(server, &QTcpServer::newConnection, context, [this, server, context] {
            while (QTcpSocket* socket = server->nextPendingConnection()) {
                socket->setParent(context);
                QObject::connect(socket, &QTcpSocket::readyRead, context, [this, socket] { read(*socket); });
            }
        });
        return server->serverPort();
    }
    void read(QTcpSocket& socket)
    {
        char line[256];
        while (socket.canReadLine()) {
            const qint64 length = socket.readLine(line, sizeof line);
            std::int64_t micros = 0;
            if (length == static_cast<qint64>(Load::lineBytes) &&
                std::from_chars(line, line + 13, micros).ec == std::errc())
                take(static_cast<double>(micros));
        }
        if (++m_reads % 256 == 0)
            m_cpu.store(threadCpuNow(), std::memory_order_relaxed);
    }

    QThread m_thread;
    std::atomic<std::int64_t> m_cpu{0};
    std::uint64_t m_reads = 0;
};

double allocatedBytes()
{
    const auto info = ::mallinfo2();
    return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

/// One round of the load against one server. The first fifth of the time is not measured.
template <typename Make> Result<Served> serve(const LoadOptions& options, const Make& make)
{
    BNOF_TRY_ASSIGN(Load load, Load::create(options));
    const auto limit = sensing::raiseDescriptorLimit(static_cast<std::uint64_t>(options.connections + 600));
    if (!limit.ok())
        return limit.error();
    auto server = make();
    BNOF_TRY_ASSIGN(const int port, server->begin());
    const double before = allocatedBytes();
    BNOF_TRY(load.connect(port));
    load.start();
    std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds / 5));
    const std::int64_t from = monotonicNow();
    const std::int64_t cpuFrom = server->cpu();
    std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds * 0.6));
    Served served;
    served.seconds = toSeconds(monotonicNow() - from);
    served.cores = toSeconds(server->cpu() - cpuFrom) / served.seconds;
    served.bytesEach = (allocatedBytes() - before) / options.connections;
    BNOF_TRY_ASSIGN(served.sent, load.finish());
    const std::int64_t patience = monotonicNow() + 20 * nanosecondsPerSecond;
    while (server->received() < served.sent && monotonicNow() < patience)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    served.received = server->received();
    served.p50 = server->latency.quantile(0.5);
    served.p99 = server->latency.quantile(0.99);
    if constexpr (requires { server->copiesPerByte(); })
        served.copiesPerByte = server->copiesPerByte();
    const auto wanted = static_cast<std::uint64_t>(options.connections * options.hertz * options.seconds);
    if (served.sent + static_cast<std::uint64_t>(options.connections) < wanted)
        return makeError(ErrorKind::Device, "the sensors' process could not send its load", "benchmark", {},
                         std::to_string(served.sent) + " of " + std::to_string(wanted) + " lines");
    return served;
}

Json figuresOf(const Served& served)
{
    return Json::object()
        .set("cores", served.cores)
        .set("latency_p50", static_cast<double>(served.p50) * 1e-9)
        .set("latency_p99", static_cast<double>(served.p99) * 1e-9)
        .set("sent", served.sent)
        .set("lost", served.sent - served.received)
        .set("bytes_per_connection", served.bytesEach);
}

Result<Figure> ingest(const std::string& name, double hertz, const BenchOptions& options)
{
    LoadOptions load;
    load.connections = options.rehearsal ? 100 : 10000;
    load.hertz = hertz;
    load.seconds = options.rehearsal ? 0.5 : std::max(5.0, 5 * options.secondsEach);
    // The servers in turn, so that all see the same machine; the median round of each counts.
    std::vector<Served> pool, raw;
    const int rounds = options.rehearsal ? 1 : 3;
    for (int round = 0; round < rounds; ++round) {
        BNOF_TRY_ASSIGN(const Served first,
                        serve(load, [&] { return std::make_unique<PoolServer>(load.connections); }));
        BNOF_TRY_ASSIGN(const Served second, serve(load, [] { return std::make_unique<EpollServer>(); }));
        pool.push_back(first);
        raw.push_back(second);
    }
    const auto median = [](std::vector<Served>& all) {
        std::ranges::sort(all, {}, &Served::cores);
        return all[all.size() / 2];
    };
    const Served subject = median(pool);
    const Served baseline = median(raw);
    std::uint64_t lost = 0;
    for (const Served& each : pool)
        lost += each.sent - each.received;
    if (lost > 0)
        return makeError(ErrorKind::Device, std::to_string(lost) + " frames were lost", name);
    Figure figure;
    figure.name = name;
    figure.unit = "cores";
    figure.better = Figure::Better::Lower;
    figure.value = std::max(subject.cores, 1e-6);
    figure.baseline = Figure::Baseline{"raw epoll loop without decoding", std::max(baseline.cores, 1e-6)};
    figure.detail = figuresOf(subject);
    figure.detail.set("connections", load.connections)
        .set("hertz", hertz)
        .set("kilobytes_per_connection", subject.bytesEach / 1024)
        .set("copies_per_byte", subject.copiesPerByte)
        .set("cpu_ratio_to_epoll", subject.cores / std::max(baseline.cores, 1e-6))
        .set("rounds", rounds)
        .set("epoll", figuresOf(baseline));
    const auto qt = serve(load, [] { return std::make_unique<QtServer>(); });
    figure.detail.set("qtcpsocket_each", qt.ok() ? figuresOf(*qt) : Json(qt.error().message()));
    return figure;
}

std::vector<Figure> run(const std::string& name, double hertz, const BenchOptions& options)
{
    auto figure = ingest(name, hertz, options);
    if (!figure.ok())
        return {notMeasured(name, "cores", Figure::Better::Lower, figure.error().message())};
    return {std::move(*figure)};
}

} // namespace

std::vector<Benchmark> ingestBenchmarks()
{
    std::vector<Benchmark> all{
        {"sensing.ingest_10k", "Cores for 10,000 network sensors at 10 Hz, decoded, beside a raw epoll loop.",
         [](const BenchOptions& options) { return run("sensing.ingest_10k", 10, options); }},
        {"sensing.ingest_10k_slow", "The same at 1 Hz.",
         [](const BenchOptions& options) { return run("sensing.ingest_10k_slow", 1, options); }}};
    for (Benchmark& benchmark : failoverBenchmarks())
        all.push_back(std::move(benchmark));
    return all;
}

} // namespace bnof::bench
