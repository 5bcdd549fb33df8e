// SPDX-License-Identifier: GPL-3.0-or-later
// Questions about a part of a long recording, and opening one that lost its footer.
#include <fcntl.h>
#include <fstream>
#include <sqlite3.h>
#include <unistd.h>

#include "app/cli/bench_hdf.h"
#include "app/cli/bench_measure.h"
#include "app/cli/bench_spikes.h"
#include "engine/base/philox.h"
#include "engine/recording/range_reader.h"
#include "engine/recording/reader.h"
#include "engine/recording/recorder.h"
#include "engine/recording/segments.h"

namespace bnof::bench {
namespace {

constexpr std::uint32_t neurons = 10000;
constexpr double ticksPerSecond = 1e6;
constexpr Timestamp nanosecondsPerTick = 1000;
constexpr std::uint64_t manySpikes = 100'000'000;
constexpr std::uint64_t fewSpikes = 200'000; ///< of a rehearsal

recording::RecordingMetadata metadata(double tickMs)
{
    recording::RecordingMetadata data;
    data.title = "benchmark";
    data.tickMs = tickMs;
    data.layers = {{"all", neurons}};
    recording::SourceDescription source;
    source.uri = "benchmark:";
    source.channels.push_back({"one", "", "counts", "", 0, 4095});
    data.sources.push_back(source);
    return data;
}

/// Records reference spikes until there are enough; `tell` sees each batch.
Result<Timestamp> recordSpikes(const std::string& path, std::uint64_t enough,
                               const std::function<Result<void>(const storage::SpikeColumns&)>& tell)
{
    recording::RecorderOptions options;
    options.batch = true;
    BNOF_TRY_ASSIGN(auto recorder, recording::Recorder::create(path, metadata(1e-3), {}, {}, options));
    recorder->event({StreamEvent::Kind::RecogniserReset, 0, 0, 0, {}});
    ReferenceSpikes source(5, ticksPerSecond);
    storage::SpikeColumns columns;
    std::vector<Spike> batch;
    std::uint64_t written = 0;
    double seconds = 0;
    while (written < enough) {
        columns.clear();
        source.next(0.1, columns);
        seconds += 0.1;
        batch.clear();
        for (std::size_t i = 0; i < columns.size(); ++i)
            batch.push_back({columns.neurons[i], columns.ticks[i]});
        written += batch.size();
        const float value = 1;
        if (!recorder->frame(0, SensorFrame{fromSeconds(seconds), {&value, 1}}, true) || !recorder->spikes(0, batch))
            return makeError(ErrorKind::Storage, "the disk could not keep up with the benchmark", path);
        BNOF_TRY(tell(columns));
    }
    BNOF_TRY(recorder->finish());
    return fromSeconds(seconds);
}

/// The same spikes in a SQLite table with the primary key (time, neuron), as large as `most` rows.
class Database {
public:
    Database(const std::string& path, std::uint64_t most) : m_most(most)
    {
        sqlite3_open(path.c_str(), &m_db);
        run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA mmap_size=4000000000;"
            "CREATE TABLE s(t INTEGER, n INTEGER, k INTEGER, PRIMARY KEY(t, n, k)) WITHOUT ROWID; BEGIN");
        sqlite3_prepare_v2(m_db, "INSERT INTO s VALUES(?, ?, ?)", -1, &m_insert, nullptr);
    }
    ~Database()
    {
        sqlite3_finalize(m_insert);
        sqlite3_finalize(m_select);
        sqlite3_close(m_db);
    }
    void add(const storage::SpikeColumns& spikes)
    {
        for (std::size_t i = 0; i < spikes.size() && m_rows < m_most; ++i, ++m_rows) {
            sqlite3_bind_int64(m_insert, 1, spikes.ticks[i]);
            sqlite3_bind_int64(m_insert, 2, spikes.neurons[i]);
            sqlite3_bind_int64(m_insert, 3, static_cast<sqlite3_int64>(m_rows));
            sqlite3_step(m_insert);
            sqlite3_reset(m_insert);
            m_lastTick = spikes.ticks[i];
        }
    }
    void finish()
    {
        run("COMMIT");
        sqlite3_prepare_v2(m_db, "SELECT t, n FROM s WHERE t >= ? AND t < ? AND n >= ? AND n < ?", -1, &m_select,
                           nullptr);
    }
    [[nodiscard]] std::size_t ask(std::uint64_t from, std::uint64_t to, std::uint32_t first, std::uint32_t end)
    {
        sqlite3_bind_int64(m_select, 1, static_cast<sqlite3_int64>(from));
        sqlite3_bind_int64(m_select, 2, static_cast<sqlite3_int64>(to));
        sqlite3_bind_int64(m_select, 3, first);
        sqlite3_bind_int64(m_select, 4, end);
        std::size_t rows = 0;
        while (sqlite3_step(m_select) == SQLITE_ROW)
            ++rows;
        sqlite3_reset(m_select);
        return rows;
    }
    [[nodiscard]] std::uint64_t rows() const { return m_rows; }
    [[nodiscard]] std::uint64_t lastTick() const { return m_lastTick; }

private:
    void run(const char* sql) { sqlite3_exec(m_db, sql, nullptr, nullptr, nullptr); }

    sqlite3* m_db = nullptr;
    sqlite3_stmt* m_insert = nullptr;
    sqlite3_stmt* m_select = nullptr;
    std::uint64_t m_most;
    std::uint64_t m_rows = 0;
    std::uint64_t m_lastTick = 0;
};

/// Asks the system to forget a file's pages; the next look reads the disk.
void dropFromMemory(const std::string& path)
{
    if (const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC); fd >= 0) {
        ::fdatasync(fd);
        ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        ::close(fd);
    }
}

/// 100 ms of 100 neurons somewhere.
recording::SpikeQuestion somewhere(PhiloxSequence& random, Timestamp end)
{
    recording::SpikeQuestion question;
    question.from = static_cast<Timestamp>(random.uniform() * static_cast<double>(end - fromSeconds(0.2)));
    question.to = question.from + 100 * nanosecondsPerMillisecond;
    question.firstNeuron = random.below(neurons - 100);
    question.endNeuron = question.firstNeuron + 100;
    return question;
}

double elapsed(std::int64_t begin)
{
    return static_cast<double>(monotonicNow() - begin) * 1e-9;
}

Result<Figure> rangeQuery(const BenchOptions& options)
{
    const std::uint64_t enough = options.rehearsal ? fewSpikes : manySpikes;
    const WorkFolder folder;
    if (folder.path().empty())
        return makeError(ErrorKind::Storage, "no temporary folder could be made", "storage.range_query");
    const std::string path = folder.path() + "/many.bnr";
    Database database(folder.path() + "/many.sqlite", enough / 20); // all of them would take minutes to insert
    IndexedHdf hdf(folder.path() + "/many.h5", enough / 20);
    BNOF_TRY_ASSIGN(const Timestamp end, recordSpikes(path, enough, [&](const storage::SpikeColumns& spikes) {
                        database.add(spikes);
                        hdf.add(spikes);
                        return Result<void>();
                    }));
    database.finish();
    hdf.finish();
    BNOF_TRY_ASSIGN(auto reader, recording::RangeReader::open(path));
    PhiloxSequence random(1, 1);
    recording::TimedSpikes found;
    const auto ask = [&](recording::RangeReader& from, const recording::SpikeQuestion& question) -> Result<double> {
        found.times.clear();
        found.neurons.clear();
        const std::int64_t begin = monotonicNow();
        BNOF_TRY(from.spikes(question, found));
        return elapsed(begin);
    };
    // Warm: the same places once before.
    std::vector<recording::SpikeQuestion> questions;
    for (int i = 0; i < (options.rehearsal ? 20 : 400); ++i)
        questions.push_back(somewhere(random, end));
    std::vector<double> warm;
    std::size_t spikes = 0;
    for (int round = 0; round < 2; ++round) {
        for (const auto& question : questions) {
            BNOF_TRY_ASSIGN(const double seconds, ask(*reader, question));
            if (round == 1)
                warm.push_back(seconds);
            spikes += found.times.size();
        }
    }
    std::vector<double> cold;
    for (int i = 0; i < (options.rehearsal ? 3 : 30); ++i) {
        reader.reset();
        dropFromMemory(path);
        const std::int64_t begin = monotonicNow();
        BNOF_TRY_ASSIGN(reader, recording::RangeReader::open(path));
        BNOF_TRY(ask(*reader, somewhere(random, end)));
        cold.push_back(elapsed(begin));
    }
    // Others, with a twentieth of the spikes; they have to give the same answers.
    std::vector<double> sqlite;
    std::vector<double> hdf5;
    for (int i = 0; i < (options.rehearsal ? 5 : 100); ++i) {
        const auto question = somewhere(random, static_cast<Timestamp>(database.lastTick()) * nanosecondsPerTick);
        // From the next whole tick on, as recordings see it.
        const auto tickAt = [](Timestamp t) {
            return static_cast<std::uint64_t>((t + nanosecondsPerTick - 1) / nanosecondsPerTick);
        };
        const std::uint64_t from = tickAt(question.from);
        const std::uint64_t to = tickAt(question.to);
        const auto endNeuron = static_cast<std::uint32_t>(question.endNeuron);
        std::int64_t begin = monotonicNow();
        const std::size_t rows = database.ask(from, to, question.firstNeuron, endNeuron);
        sqlite.push_back(elapsed(begin));
        begin = monotonicNow();
        const std::size_t others = hdf.ask(from, to, question.firstNeuron, endNeuron);
        hdf5.push_back(elapsed(begin));
        BNOF_TRY(ask(*reader, question));
        if (rows != found.times.size() || others != rows)
            return makeError(ErrorKind::Internal, "the answers of SQLite, HDF5 and the recording differ",
                             "storage.range_query");
    }
    // The scan that has no index: every item is read.
    const std::int64_t begin = monotonicNow();
    BNOF_TRY_ASSIGN(auto whole, recording::Reader::open(path));
    recording::Item item;
    std::uint64_t seen = 0;
    while (whole->next(item))
        if (const auto* batch = std::get_if<recording::SpikesItem>(&item))
            seen += batch->spikes.size();
    const double scan = elapsed(begin);
    Figure figure;
    figure.name = "storage.range_query";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = quantile(warm, 0.5);
    figure.baseline = Figure::Baseline{"reading all of it", scan};
    figure.detail.set("spikes_in_file", seen)
        .set("question", "100 ms of 100 neurons")
        .set("spikes_an_answer", static_cast<double>(spikes) / static_cast<double>(2 * questions.size()))
        .set("warm_p99", quantile(warm, 0.99))
        .set("cold_open_and_query", quantile(cold, 0.5))
        .set("sqlite", quantile(sqlite, 0.5))
        .set("sqlite_rows", database.rows())
        .set("times_faster_than_reading_all", scan / figure.value.value_or(1))
        .set("hdf5_chunk_index", quantile(hdf5, 0.5))
        .set("times_faster_than_hdf5", quantile(hdf5, 0.5) / figure.value.value_or(1))
        .set("times_faster_than_sqlite", quantile(sqlite, 0.5) / figure.value.value_or(1));
    return figure;
}

/// Records a minute of reference spikes again and again, at a tenth of a millisecond a tick, until `done` says so: real
/// blocks, made as fast as the disk takes them.
Result<void> recordLong(const std::string& path, recording::RecorderOptions options, double seconds,
                        const std::function<bool(const recording::Recorder&)>& done)
{
    options.batch = true;
    BNOF_TRY_ASSIGN(auto recorder, recording::Recorder::create(path, metadata(0.1), {}, {}, options));
    recorder->event({StreamEvent::Kind::RecogniserReset, 0, 0, 0, {}});
    ReferenceSpikes source(5, 1e4);
    storage::SpikeColumns columns;
    source.next(seconds, columns);
    const std::uint32_t length = columns.ticks.back() + 1;
    std::vector<Spike> batch;
    double now = 0;
    for (std::uint64_t round = 0; !done(*recorder); ++round) {
        constexpr std::size_t step = 1U << 14;
        for (std::size_t at = 0; at < columns.size(); at += step) {
            batch.clear();
            for (std::size_t i = at; i < std::min(at + step, columns.size()); ++i)
                batch.push_back({columns.neurons[i], static_cast<std::uint32_t>(columns.ticks[i] + round * length)});
            now += 0.37;
            const float value = 1;
            if (!recorder->frame(0, SensorFrame{fromSeconds(now), {&value, 1}}, true) || !recorder->spikes(0, batch))
                return makeError(ErrorKind::Storage, "the disk could not keep up with the benchmark", path);
        }
    }
    return recorder->finish();
}

/// A file of a gibibyte whose footer is cut off is opened again.
Result<Figure> recover(const BenchOptions& options)
{
    const WorkFolder folder;
    if (folder.path().empty())
        return makeError(ErrorKind::Storage, "no temporary folder could be made", "storage.recover");
    const std::string path = folder.path() + "/cut.bnr";
    recording::RecorderOptions recorderOptions;
    recorderOptions.segmentBytes = UINT64_MAX;
    const std::uint64_t wanted = options.rehearsal ? 1U << 20 : 1U << 30;
    BNOF_TRY(recordLong(path, recorderOptions, options.rehearsal ? 2 : 60,
                        [wanted](const recording::Recorder& recorder) { return recorder.status().bytes >= wanted; }));
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    std::filesystem::resize_file(path, size - 100, error);
    std::vector<double> seconds;
    std::uint64_t spikes = 0;
    for (int i = 0; i < 5; ++i) {
        const std::int64_t begin = monotonicNow();
        BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(path));
        seconds.push_back(elapsed(begin));
        spikes = reader->summary().spikes;
    }
    Figure figure;
    figure.name = "storage.recover";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = quantile(seconds, 0.5);
    figure.detail.set("file_bytes", size).set("spikes_found", spikes).set("slowest", quantile(seconds, 1));
    return figure;
}

std::uint64_t residentBytes()
{
    std::ifstream file("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    file >> total >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Result<Figure> openLarge(const BenchOptions& options)
{
    const WorkFolder folder;
    if (folder.path().empty())
        return makeError(ErrorKind::Storage, "no temporary folder could be made", "storage.open_large");
    std::error_code error;
    const auto room = std::filesystem::space(folder.path(), error).available;
    constexpr std::uint64_t needed = 12ULL * 1'000'000'000;
    if (!options.rehearsal && room < needed)
        return makeError(ErrorKind::Storage, "12 GB are not free", folder.path(),
                         "Point TMPDIR to a disk with more room.");
    const std::string path = folder.path() + "/large.bnr";
    recording::RecorderOptions recorderOptions;
    if (options.rehearsal)
        recorderOptions.segmentBytes = 100'000;
    BNOF_TRY(recordLong(path, recorderOptions, options.rehearsal ? 2 : 60,
                        [&path](const recording::Recorder&) { return recording::laterSegments(path).size() >= 10; }));
    std::uint64_t bytes = std::filesystem::file_size(path, error);
    dropFromMemory(path);
    for (const auto& file : recording::laterSegments(path)) {
        bytes += std::filesystem::file_size(file.path, error);
        dropFromMemory(file.path);
    }
    const std::uint64_t before = residentBytes();
    const std::int64_t begin = monotonicNow();
    BNOF_TRY_ASSIGN(const auto reader, recording::RangeReader::open(path));
    const auto [first, last] = reader->timeRange();
    recording::TimedSpikes found;
    BNOF_TRY(reader->spikes({0, first + (last - first) / 2, first + (last - first) / 2 + fromSeconds(0.1), 100, 200},
                            found));
    Figure figure;
    figure.name = "storage.open_large";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = elapsed(begin);
    figure.detail.set("bytes", bytes)
        .set("files", recording::laterSegments(path).size() + 1)
        .set("resident_bytes_added", residentBytes() - before)
        .set("spikes_found", found.times.size())
        .set("measures", "opening and the first answer, with no page of the files in memory");
    return figure;
}

std::vector<Figure> orReason(Result<Figure> figure, const char* name)
{
    if (!figure.ok())
        return {notMeasured(name, "s", Figure::Better::Lower, figure.error().message())};
    return {figure.value()};
}

} // namespace

std::vector<Benchmark> rangeBenchmarks()
{
    return {
        {"storage.range_query", "100 ms of 100 neurons among 100 million spikes, warm median.",
         [](const BenchOptions& options) { return orReason(rangeQuery(options), "storage.range_query"); }},
        {"storage.recover", "Opening a file of 1 GiB that lost its footer.",
         [](const BenchOptions& options) { return orReason(recover(options), "storage.recover"); }},
        {"storage.open_large", "Opening 10 GiB and the first answer.",
         [](const BenchOptions& options) { return orReason(openLarge(options), "storage.open_large"); }},
    };
}

} // namespace bnof::bench
