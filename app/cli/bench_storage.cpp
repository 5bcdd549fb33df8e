// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>

#include "app/cli/bench_measure.h"
#include "engine/base/philox.h"
#include "engine/recording/recorder.h"

namespace bnof::bench {
namespace {

constexpr std::size_t channels = 16;
constexpr std::size_t framesPerRound = 20000;
constexpr double frameRate = 100;

/// Counts of a 12-bit converter that wander slowly with one or two counts of noise: what a metal-oxide array
/// delivers most of the time.
std::vector<std::array<float, channels>> sensorFrames()
{
    PhiloxSequence random(7, 0);
    std::vector<std::array<float, channels>> frames(framesPerRound);
    std::array<double, channels> level{};
    for (std::size_t c = 0; c < channels; ++c)
        level[c] = 800 + 150.0 * static_cast<double>(c);
    for (auto& frame : frames) {
        for (std::size_t c = 0; c < channels; ++c) {
            level[c] += 0.2 * random.normal();
            frame[c] = static_cast<float>(std::lround(std::fmin(std::fmax(level[c] + 0.7 * random.normal(), 0), 4095)));
        }
    }
    return frames;
}

Timestamp frameTime(std::size_t i)
{
    return fromSeconds(static_cast<double>(i) / frameRate);
}

recording::RecordingMetadata metadata()
{
    recording::RecordingMetadata data;
    data.title = "benchmark";
    recording::SourceDescription source;
    source.uri = "benchmark:";
    source.device = "benchmark";
    for (std::size_t c = 0; c < channels; ++c)
        source.channels.push_back({"ch" + std::to_string(c + 1), "", "counts", "", 0, 4095});
    data.sources.push_back(source);
    return data;
}

class Workload {
public:
    Workload() : m_frames(sensorFrames()) {}

    /// CPU seconds of all threads for one recording, from the first frame until the file is closed.
    Result<double> recordRound()
    {
        const std::string path = m_folder.path() + "/round.bnr";
        BNOF_TRY_ASSIGN(auto recorder, recording::Recorder::create(path, metadata(), {}, {}));
        const double begin = processSeconds();
        for (std::size_t i = 0; i < m_frames.size(); ++i) {
            if (!recorder->frame(0, SensorFrame{frameTime(i), m_frames[i]}, true))
                return makeError(ErrorKind::Storage, "the disk could not keep up with the benchmark", path);
        }
        BNOF_TRY(recorder->finish());
        const double seconds = processSeconds() - begin;
        m_recordingBytes = std::filesystem::file_size(path);
        std::filesystem::remove(path);
        return seconds;
    }

    /// The same frames as the plainest CSV file: one printf a value, one fwrite a line.
    Result<double> csvRound()
    {
        const std::string path = m_folder.path() + "/round.csv";
        std::FILE* file = std::fopen(path.c_str(), "wb");
        if (file == nullptr)
            return makeError(ErrorKind::Storage, "cannot create a file", path);
        const double begin = processSeconds();
        std::array<char, 512> line{};
        for (std::size_t i = 0; i < m_frames.size(); ++i) {
            int length = std::snprintf(line.data(), line.size(), "%.3f", toSeconds(frameTime(i)));
            for (const float value : m_frames[i])
                length += std::snprintf(line.data() + length, line.size() - static_cast<std::size_t>(length), ",%g",
                                        double{value});
            line[static_cast<std::size_t>(length++)] = '\n';
            std::fwrite(line.data(), 1, static_cast<std::size_t>(length), file);
        }
        std::fclose(file);
        const double seconds = processSeconds() - begin;
        m_csvBytes = std::filesystem::file_size(path);
        std::filesystem::remove(path);
        return seconds;
    }

    [[nodiscard]] bool ready() const { return !m_folder.path().empty(); }
    [[nodiscard]] double recordingBytes() const { return static_cast<double>(m_recordingBytes); }
    [[nodiscard]] double csvBytes() const { return static_cast<double>(m_csvBytes); }

private:
    WorkFolder m_folder;
    std::vector<std::array<float, channels>> m_frames;
    std::uintmax_t m_recordingBytes = 0;
    std::uintmax_t m_csvBytes = 0;
};

Result<Figure> recorderFrame(const BenchOptions& options)
{
    Workload workload;
    if (!workload.ready())
        return makeError(ErrorKind::Storage, "no temporary folder could be made", "storage.recorder_frame");
    BNOF_TRY_ASSIGN(const Paired paired,
                    measurePaired(
                        options, [&] { return workload.recordRound(); }, [&] { return workload.csvRound(); }));
    Figure figure;
    figure.name = "storage.recorder_frame";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = paired.subject / framesPerRound;
    figure.baseline = Figure::Baseline{"CSV with printf and fwrite", paired.baseline / framesPerRound};
    figure.detail.set("channels", channels)
        .set("frames", framesPerRound)
        .set("rounds", paired.rounds.size())
        .set("cpu", "all threads, until the file is closed and flushed")
        .set("p90", quantile(paired.rounds, 0.9) / framesPerRound);
    return figure;
}

Result<Figure> recordingSize(const BenchOptions&)
{
    Workload workload;
    if (!workload.ready())
        return makeError(ErrorKind::Storage, "no temporary folder could be made", "storage.recording_size");
    BNOF_TRY(workload.recordRound());
    BNOF_TRY(workload.csvRound());
    constexpr double samples = double{channels} * framesPerRound;
    Figure figure;
    figure.name = "storage.recording_size";
    figure.unit = "B/sample";
    figure.better = Figure::Better::Lower;
    figure.value = workload.recordingBytes() / samples;
    figure.baseline = Figure::Baseline{"CSV", workload.csvBytes() / samples};
    figure.detail.set("channels", channels)
        .set("frames", framesPerRound)
        .set("file_bytes", workload.recordingBytes())
        .set("includes", "frame times, checksums, index")
        .set("signal", "12-bit counts, random walk with noise");
    return figure;
}

std::vector<Figure> orReason(Result<Figure> figure, const std::string& name, const std::string& unit)
{
    if (!figure.ok())
        return {notMeasured(name, unit, Figure::Better::Lower, figure.error().message())};
    return {figure.value()};
}

} // namespace

std::vector<Benchmark> storageBenchmarks()
{
    return {
        {"storage.recorder_frame", "CPU time to record one frame of 16 channels, beside writing CSV.",
         [](const BenchOptions& options) { return orReason(recorderFrame(options), "storage.recorder_frame", "s"); }},
        {"storage.recording_size", "Bytes of a recording per sample, beside CSV.",
         [](const BenchOptions& options) {
             return orReason(recordingSize(options), "storage.recording_size", "B/sample");
         }},
    };
}

} // namespace bnof::bench
