// SPDX-License-Identifier: GPL-3.0-or-later
// How soon an equivalent source takes over, what share of frames survives faults, how late a serial byte is a frame.
#include <QThread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <mutex>
#include <thread>

#include "app/cli/bench_measure.h"
#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/pool/ingest_pool.h"
#include "engine/sensing/source.h"

namespace bnof::bench {
namespace {

/// A network device that sends lines "t_s,n"; one client at a time.
class Device {
public:
    Device(std::int64_t start, std::int64_t period) : m_start(start), m_period(period)
    {
        m_server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        if (::bind(m_server, reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(m_server, 4) == 0 &&
            ::getsockname(m_server, reinterpret_cast<sockaddr*>(&address), &length) == 0)
            m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { run(); });
    }
    ~Device()
    {
        m_stop = true;
        m_thread.join();
        drop();
        ::close(m_server);
    }
    [[nodiscard]] int port() const { return m_port; }
    /// When the connection was closed, or the last line was sent; 0: not yet.
    [[nodiscard]] std::int64_t ended() const { return m_ended; }
    void work() { m_mode = Mode::Works; }
    void die()
    {
        m_ended = 0;
        m_mode = Mode::Dead;
    }
    void fallSilent()
    {
        m_ended = 0;
        m_mode = Mode::Silent;
    }

private:
    enum class Mode { Works, Dead, Silent };

    void drop()
    {
        if (m_client >= 0)
            ::close(m_client);
        m_client = -1;
    }
    void run()
    {
        std::int64_t count = 0;
        std::int64_t last = 0;
        while (!m_stop) {
            const std::int64_t due = m_start + ++count * m_period;
            while (!m_stop && monotonicNow() < due) {
                if (m_mode == Mode::Dead && m_client >= 0) {
                    m_ended = monotonicNow(); // before it can be seen
                    drop();
                } else if (m_mode == Mode::Silent && m_ended == 0) {
                    m_ended = last;
                } else if (m_client < 0 && m_mode == Mode::Works) {
                    m_client = ::accept4(m_server, nullptr, nullptr, SOCK_CLOEXEC);
                    if (m_client >= 0)
                        say("#\nt_s,n\n");
                }
                std::this_thread::sleep_for(std::chrono::microseconds(500));
            }
            if (m_client < 0 || m_mode != Mode::Works)
                continue;
            last = monotonicNow();
            say(std::to_string(static_cast<double>(count * m_period) * 1e-9) + "," + std::to_string(count) + "\n");
        }
    }
    void say(const std::string& text)
    {
        if (::send(m_client, text.data(), text.size(), MSG_NOSIGNAL) <= 0)
            drop();
    }

    std::int64_t m_start;
    std::int64_t m_period;
    int m_server = -1;
    int m_client = -1;
    int m_port = 0;
    std::atomic<Mode> m_mode{Mode::Works};
    std::atomic<std::int64_t> m_ended{0};
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

/// Runs a source in a thread with an event loop, as a session does.
class RunningSource final : public sensing::SourceSink {
public:
    Result<void> start(const std::string& text)
    {
        BNOF_TRY_ASSIGN(const sensing::SourceUri uri, sensing::SourceUri::parse(text));
        sensing::SourceOptions options;
        options.sessionStart = monotonicNow();
        options.retryNanoseconds = 20 * nanosecondsPerMillisecond;
        BNOF_TRY_ASSIGN(m_source, sensing::makeSource(uri, options, *this));
        m_source->moveToThread(&m_thread);
        m_thread.start();
        QMetaObject::invokeMethod(
            m_source.get(), [this] { m_source->start(); }, Qt::QueuedConnection);
        return {};
    }
    ~RunningSource() override
    {
        if (!m_thread.isRunning())
            return;
        QMetaObject::invokeMethod(
            m_source.get(),
            [this] {
                m_source->stop();
                m_source->moveToThread(nullptr);
            },
            Qt::BlockingQueuedConnection);
        m_thread.quit();
        m_thread.wait();
    }
    /// Both sources give frames, so that either can take over.
    [[nodiscard]] bool waitForBoth() const
    {
        const std::int64_t end = monotonicNow() + 5 * nanosecondsPerSecond;
        const auto ready = [](const sensing::EquivalentSource& each) {
            return sensing::isDelivering(each.state) && each.health > 0;
        };
        while (!std::ranges::all_of(m_source->equivalents(), ready)) {
            if (monotonicNow() > end)
                return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return true;
    }
    [[nodiscard]] bool wait(const std::atomic<std::uint64_t>& counter, std::uint64_t wanted) const
    {
        const std::int64_t end = monotonicNow() + 5 * nanosecondsPerSecond;
        while (counter < wanted && monotonicNow() < end)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return counter >= wanted;
    }

    std::atomic<std::uint64_t> frames{0};
    std::atomic<std::uint64_t> switches{0};
    std::atomic<std::int64_t> switchedAt{0};
    std::atomic<bool> backupIsPresent{false};
    std::mutex mutex;
    std::vector<double> latencies; ///< from the device time of the frame

private:
    void sourceChannels(std::uint32_t, const std::vector<ChannelInfo>&) override {}
    void sourceFrame(std::uint32_t, const SensorFrame& frame, std::int64_t) override
    {
        {
            const std::lock_guard lock(mutex);
            latencies.push_back(static_cast<double>(monotonicNow()) * 1e-9 - frame.deviceSeconds);
        }
        ++frames;
    }
    void sourceEvent(std::uint32_t, const StreamEvent& event) override
    {
        if (!event.text.starts_with("source switched"))
            return;
        switchedAt = monotonicNow();
        backupIsPresent = event.text.find(" to backup ") != std::string::npos;
        ++switches;
    }
    void sourceState(std::uint32_t, sensing::ConnectionState, const std::optional<Error>&) override {}

    QThread m_thread;
    std::unique_ptr<sensing::Source> m_source;
};

/// The device in use fails: half of the times by losing the connection, half by silence. On a busy machine a device
/// that works can be late by two periods too; then the source switches without a fault of ours, which is counted apart.
Result<Figure> failover(const BenchOptions& options)
{
    constexpr std::int64_t period = 10 * nanosecondsPerMillisecond;
    const int faults = options.rehearsal ? 4 : 200;
    const std::int64_t start = monotonicNow();
    Device a(start, period), b(start, period);
    RunningSource source;
    const std::string first =
        "tcp://127.0.0.1:" + std::to_string(a.port()) + "?decoder=csv&rate=100&backup=tcp://127.0.0.1:";
    BNOF_TRY(source.start(first + std::to_string(b.port()) + "%3Fdecoder%3Dcsv%26rate%3D100"));
    std::vector<double> lost, silent, all;
    int unprovoked = 0;
    for (int i = 0; i < faults;) {
        if (!source.wait(source.frames, source.frames + 12) || !source.waitForBoth())
            return makeError(ErrorKind::Device, "the equivalent sources gave no frames", "sensing.failover");
        const std::uint64_t before = source.switches;
        const bool backup = source.backupIsPresent;
        Device& present = backup ? b : a;
        const bool byLoss = i % 4 < 2;
        if (byLoss)
            present.die();
        else
            present.fallSilent();
        const bool switched = source.wait(source.switches, before + 1);
        const std::int64_t ended = present.ended();
        present.work();
        if (!switched && source.backupIsPresent == backup)
            return makeError(ErrorKind::Device, "no other source took over", "sensing.failover");
        // Silence counts from when the second frame is missing.
        const std::int64_t from = ended + (byLoss ? 0 : 2 * period);
        const std::int64_t at = source.switchedAt;
        // The source had left the device before it failed.
        if (source.switches != before + 1 || source.backupIsPresent == backup || ended == 0 || at < from) {
            if (++unprovoked > faults)
                return makeError(ErrorKind::Device, "this machine is too busy: devices that work are late by periods",
                                 "sensing.failover");
            continue;
        }
        const double took = toSeconds(at - from);
        (byLoss ? lost : silent).push_back(took);
        all.push_back(took);
        ++i;
    }
    Figure figure;
    figure.name = "sensing.failover";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = quantile(all, 0.99);
    figure.detail.set("p50", quantile(all, 0.5))
        .set("disconnect_p50", quantile(lost, 0.5))
        .set("disconnect_p99", quantile(lost, 0.99))
        .set("silence_p50", quantile(silent, 0.5))
        .set("silence_p99", quantile(silent, 0.99))
        .set("target", 0.1)
        .set("faults", faults)
        .set("unprovoked_switches", unprovoked);
    return figure;
}

/// A pseudo-terminal in raw mode.
struct Terminal {
    Terminal()
    {
        termios raw{};
        if (::openpty(&master, &slave, name, nullptr, nullptr) != 0)
            return;
        ::tcgetattr(slave, &raw);
        ::cfmakeraw(&raw);
        ::tcsetattr(slave, TCSANOW, &raw);
    }
    ~Terminal()
    {
        if (master >= 0)
            ::close(master);
        if (slave >= 0)
            ::close(slave);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    [[nodiscard]] bool say(const std::string& text) const
    {
        return ::write(master, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    }
    /// Lines "t_us,1,2" with uneven pauses of 2 to 4 ms; how many were taken.
    [[nodiscard]] std::uint64_t saySeveral(int lines) const
    {
        for (int i = 0; i < lines; ++i) {
            if (!say(std::to_string(monotonicNow() / 1000) + ",1,2\n"))
                return static_cast<std::uint64_t>(i);
            std::this_thread::sleep_for(std::chrono::milliseconds(2 + i % 3));
        }
        return static_cast<std::uint64_t>(lines);
    }

    int master = -1;
    int slave = -1;
    char name[128] = {};
};

/// The least that anybody can do with a port: a thread that waits in poll(), reads, and takes the time from the line.
std::vector<double> rawLatencies(const Terminal& terminal, int lines)
{
    std::vector<double> latencies;
    std::atomic<bool> stop{false};
    std::thread reader([&] {
        char buffer[4096];
        pollfd wait{terminal.slave, POLLIN, 0};
        while (!stop || ::poll(&wait, 1, 0) > 0) {
            if (::poll(&wait, 1, 50) <= 0)
                continue;
            const ssize_t count = ::read(terminal.slave, buffer, sizeof buffer);
            std::int64_t micros = 0;
            if (count > 0 && std::from_chars(buffer, buffer + count, micros).ec == std::errc())
                latencies.push_back(toSeconds(monotonicNow() - micros * 1000));
        }
    });
    (void)terminal.saySeveral(lines);
    stop = true;
    reader.join();
    return latencies;
}

Result<std::vector<double>> sourceLatencies(const Terminal& terminal, int lines)
{
    RunningSource source;
    BNOF_TRY(source.start("serial:" + std::string(terminal.name) + "?decoder=csv"));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    if (!terminal.say("#\nt_us,a,b\n"))
        return makeError(ErrorKind::Device, "the pseudo-terminal takes no bytes", "sensing.serial_latency");
    const std::uint64_t said = terminal.saySeveral(lines);
    if (!source.wait(source.frames, said))
        return makeError(ErrorKind::Device, "not all lines became frames", "sensing.serial_latency", {},
                         std::to_string(source.frames) + " of " + std::to_string(lines));
    const std::lock_guard lock(source.mutex);
    return source.latencies;
}

/// In turn with a raw read loop at the same port, so that both see the same machine: what both show of a tail is the
/// system's (who runs when), what the source has beyond it is ours.
Result<Figure> serialLatency(const BenchOptions& options)
{
    const Terminal terminal;
    if (terminal.master < 0)
        return makeError(ErrorKind::Device, "no pseudo-terminal", "sensing.serial_latency");
    const int rounds = options.rehearsal ? 1 : 10;
    const int lines = options.rehearsal ? 20 : 200;
    std::vector<double> ours, raw;
    for (int round = 0; round < rounds; ++round) {
        const std::vector<double> least = rawLatencies(terminal, lines);
        raw.insert(raw.end(), least.begin(), least.end());
        BNOF_TRY_ASSIGN(const std::vector<double> each, sourceLatencies(terminal, lines));
        ours.insert(ours.end(), each.begin(), each.end());
    }
    Figure figure;
    figure.name = "sensing.serial_latency";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = std::max(1e-6, quantile(ours, 0.99));
    figure.baseline = Figure::Baseline{"poll and read at the same port, p99", std::max(1e-6, quantile(raw, 0.99))};
    figure.detail.set("p50", quantile(ours, 0.5))
        .set("p90", quantile(ours, 0.9))
        .set("raw_p50", quantile(raw, 0.5))
        .set("raw_p90", quantile(raw, 0.9))
        .set("frames", ours.size());
    return figure;
}

class FrameCounter final : public sensing::SensorVisitor {
public:
    void sensorAdded(const sensing::SensorAdded&) override {}
    void sensorChannels(const sensing::SensorChannels&) override {}
    void sensorFrame(std::uint32_t, const SensorFrame&, std::int64_t) override { ++frames; }
    void sensorEvent(const sensing::SensorEvent&) override {}
    void sensorState(const sensing::SensorStateChange&) override {}
    std::atomic<std::uint64_t> frames{0};
};

int connectTo(int port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket);
        return -1;
    }
    return socket;
}

/// A hundred sensors; each fault hits one of them, and the lines of all are counted against the frames.
Result<Figure> availability(const BenchOptions& options)
{
    constexpr int sensors = 100;
    const int faults = options.rehearsal ? 200 : 10000;
    sensing::SensorGroupOptions group;
    group.decoder.make = [] {
        auto decoder = sensing::makeDecoder("csv");
        return decoder.ok() ? std::move(*decoder) : nullptr;
    };
    group.sessionStart = monotonicNow();
    auto shared = std::make_shared<sensing::SensorGroup>(std::move(group));
    FrameCounter counter;
    shared->handOff().setReady([&] { shared->handOff().take(counter); });
    sensing::IngestPool pool;
    BNOF_TRY_ASSIGN(const int port, pool.listen(shared, "127.0.0.1", 0));
    std::vector<int> sockets(sensors, -1);
    std::uint64_t sent = 0;
    const auto say = [&](int s, const std::string& text) {
        return ::send(sockets[static_cast<std::size_t>(s)], text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
    };
    const auto join = [&](int s) {
        sockets[static_cast<std::size_t>(s)] = connectTo(port);
        return say(s, "id=s" + std::to_string(s) + "\na,b\n");
    };
    const auto lines = [&](int s) {
        for (int i = 0; i < 10; ++i)
            sent += say(s, "1.5,2.5\n") ? 1 : 0;
    };
    for (int s = 0; s < sensors; ++s)
        if (!join(s))
            return makeError(ErrorKind::Device, "the sensors cannot connect", "sensing.availability");
    for (int f = 0; f < faults; ++f) {
        const int s = f * 37 % sensors;
        auto& socket = sockets[static_cast<std::size_t>(s)];
        switch (f % 5) {
        case 0: // the cable
            ::close(socket);
            join(s);
            break;
        case 1: { // the power: a reset
            const linger none{1, 0};
            ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &none, sizeof none);
            ::close(socket);
            join(s);
            break;
        }
        case 2: // a half line, and the rest never comes
            say(s, "1.2");
            ::close(socket);
            join(s);
            break;
        case 3: // noise on the line
            say(s, "\x01\xFF\x7F noise \x02,,;\n");
            break;
        default: { // it connects again before the old connection is known to be gone
            const int old = socket;
            join(s);
            lines(s);
            ::close(old);
            break;
        }
        }
        lines(s);
        lines((s + 1) % sensors);
    }
    const std::int64_t end = monotonicNow() + 2 * nanosecondsPerSecond;
    while (counter.frames < sent && monotonicNow() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for (const int socket : sockets)
        ::close(socket);
    pool.remove(shared);
    Figure figure;
    figure.name = "sensing.availability";
    figure.unit = "share";
    figure.better = Figure::Better::Higher;
    figure.value = static_cast<double>(counter.frames) / static_cast<double>(sent);
    figure.detail.set("faults", faults)
        .set("lines_sent", sent)
        .set("frames", counter.frames.load())
        .set("sensors", sensors);
    return figure;
}

template <typename Measure>
Benchmark benchmark(const std::string& name, const std::string& summary, const std::string& unit, Figure::Better better,
                    Measure measure)
{
    return {name, summary, [=](const BenchOptions& options) -> std::vector<Figure> {
                auto figure = measure(options);
                if (!figure.ok())
                    return {notMeasured(name, unit, better, figure.error().message())};
                return {std::move(*figure)};
            }};
}

} // namespace

std::vector<Benchmark> failoverBenchmarks()
{
    using Better = Figure::Better;
    return {benchmark("sensing.failover", "From a lost connection or two missed frames to another source, p99.", "s",
                      Better::Lower, failover),
            benchmark("sensing.serial_latency", "From a byte into a pseudo-terminal to its frame, p99.", "s",
                      Better::Lower, serialLatency),
            benchmark("sensing.availability", "Share of lines that become frames over 10,000 injected faults.", "share",
                      Better::Higher, availability)};
}

} // namespace bnof::bench
