// SPDX-License-Identifier: GPL-3.0-or-later
// Decoders of devices beside what one would write by hand: getline and stod for lines, a state machine that takes
// one byte at a time for binary messages.
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <sstream>

#include "app/cli/bench_measure.h"
#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/simulator/simulated_device.h"

namespace bnof::bench {
namespace {

/// Bytes arrive in portions of this size, as a serial port or a socket delivers them.
constexpr std::size_t portion = 4096;
constexpr std::size_t targetBytes = std::size_t{1} << 20;

class SummingSink final : public sensing::DecoderSink {
public:
    void channels(const std::vector<ChannelInfo>&) override {}
    void frame(std::span<const float> values, double) override
    {
        ++frames;
        for (const float value : values)
            if (value == value)
                sum += double{value};
    }
    void skipped(std::size_t bytes, std::string_view, std::string_view) override { skippedBytes += bytes; }
    void remark(std::string_view) override {}

    std::size_t frames = 0;
    std::size_t skippedBytes = 0;
    double sum = 0;
};

using Baseline = void (*)(const std::string& bytes, SummingSink& sink);

/// What is measured: a simulated device's bytes, its decoder, and the code by hand.
struct Case {
    const char* name;
    const char* device; ///< empty: described particle sensor, or JSON lines
    const char* decoder;
    sensing::DecoderParameters parameters;
    const char* baselineName;
    Baseline baseline;
};

template <typename Take> void eachLine(const std::string& bytes, Take&& take)
{
    std::istringstream stream(bytes);
    std::string line;
    while (std::getline(stream, line))
        take(line);
}

std::vector<double> numbers(const std::string& line, char separator)
{
    std::vector<double> values;
    std::istringstream cells(line);
    std::string cell;
    while (std::getline(cells, cell, separator))
        values.push_back(std::stod(cell));
    return values;
}

void plainDgs(const std::string& bytes, SummingSink& sink)
{
    eachLine(bytes, [&](const std::string& line) {
        const auto all = numbers(line, ',');
        const std::vector<float> values(all.begin() + 1, all.begin() + 7);
        sink.frame(values, 0);
    });
}

void plainCozir(const std::string& bytes, SummingSink& sink)
{
    eachLine(bytes, [&](const std::string& line) {
        std::istringstream words(line);
        std::string letter, number;
        std::vector<float> values;
        while (words >> letter >> number) {
            const double n = std::stod(number);
            values.push_back(static_cast<float>(letter == "H" ? n / 10 : letter == "T" ? (n - 1000) / 10 : n));
        }
        sink.frame(values, 0);
    });
}

void plainScpi(const std::string& bytes, SummingSink& sink)
{
    eachLine(bytes, [&](const std::string& line) {
        const auto all = numbers(line, ',');
        const std::vector<float> values(all.begin(), all.end());
        sink.frame(values, 0);
    });
}

void plainBme(const std::string& bytes, SummingSink& sink)
{
    std::vector<float> values(104, std::numeric_limits<float>::quiet_NaN());
    std::vector<bool> filled(104, false);
    eachLine(bytes, [&](const std::string& line) {
        if (line.empty() || line[0] < '0' || line[0] > '9')
            return;
        const auto row = numbers(line, ',');
        const auto base = static_cast<std::size_t>(row[0]) * 13;
        const std::size_t at = base + static_cast<std::size_t>(row[8]);
        if (filled[at]) {
            sink.frame(values, 0);
            values.assign(104, std::numeric_limits<float>::quiet_NaN());
            filled.assign(104, false);
        }
        filled[at] = true;
        values[at] = static_cast<float>(row[7]);
        for (std::size_t i = 0; i < 3; ++i)
            values[base + 10 + i] = static_cast<float>(row[4 + i]);
    });
}

void plainJson(const std::string& bytes, SummingSink& sink)
{
    eachLine(bytes, [&](const std::string& line) {
        std::vector<float> values;
        for (std::size_t colon = line.find(':'); colon != std::string::npos; colon = line.find(':', colon + 1))
            values.push_back(static_cast<float>(std::stod(line.substr(colon + 1))));
        sink.frame(values, 0);
    });
}

/// Messages of a fixed start byte and length, one byte at a time.
template <typename Check, typename Take>
void plainMessages(const std::string& bytes, std::uint8_t start, std::size_t length, Check&& check, Take&& take)
{
    std::vector<std::uint8_t> buffer;
    for (const char c : bytes) {
        buffer.push_back(static_cast<std::uint8_t>(c));
        while (!buffer.empty() && buffer[0] != start)
            buffer.erase(buffer.begin());
        if (buffer.size() < length)
            continue;
        if (check(buffer)) {
            take(buffer);
            buffer.clear();
        } else {
            buffer.erase(buffer.begin());
        }
    }
}

void plainWinsen(const std::string& bytes, SummingSink& sink)
{
    plainMessages(
        bytes, 0xFF, 9,
        [](const auto& b) {
            unsigned sum = 0;
            for (std::size_t i = 1; i < 8; ++i)
                sum += b[i];
            return b[8] == static_cast<std::uint8_t>(0x100 - (sum & 0xFF));
        },
        [&](const auto& b) {
            const auto value = static_cast<float>((b[4] * 256 + b[5]) / 10.0);
            sink.frame({&value, 1}, 0);
        });
}

void plainParticles(const std::string& bytes, SummingSink& sink)
{
    plainMessages(
        bytes, 0x42, 32,
        [](const auto& b) {
            unsigned sum = 0;
            for (std::size_t i = 0; i < 30; ++i)
                sum += b[i];
            return b[1] == 0x4D && (b[30] << 8 | b[31]) == static_cast<int>(sum & 0xFFFF);
        },
        [&](const auto& b) {
            std::array<float, 3> values;
            for (std::size_t i = 0; i < 3; ++i)
                values[i] = static_cast<float>(b[10 + 2 * i] << 8 | b[11 + 2 * i]);
            sink.frame(values, 0);
        });
}

/// SHDLC, one byte at a time; the content of each good frame.
template <typename Take> void plainShdlc(const std::string& bytes, Take&& take)
{
    std::vector<std::uint8_t> buffer;
    bool escaped = false;
    for (const char c : bytes) {
        auto byte = static_cast<std::uint8_t>(c);
        if (byte == 0x7E) {
            unsigned sum = 0;
            for (const std::uint8_t b : buffer)
                sum += b;
            if (buffer.size() >= 5 && (sum & 0xFF) == 0xFF)
                take(buffer);
            buffer.clear();
        } else if (byte == 0x7D) {
            escaped = true;
        } else {
            if (escaped)
                byte ^= 0x20;
            escaped = false;
            buffer.push_back(byte);
        }
    }
}

void plainSps30(const std::string& bytes, SummingSink& sink)
{
    plainShdlc(bytes, [&](const std::vector<std::uint8_t>& b) {
        if (b[1] != 3 || b.size() != 45)
            return;
        std::vector<float> values;
        for (std::size_t i = 4; i < 44; i += 4)
            values.push_back(std::bit_cast<float>(std::uint32_t{b[i]} << 24 | std::uint32_t{b[i + 1]} << 16 |
                                                  std::uint32_t{b[i + 2]} << 8 | b[i + 3]));
        sink.frame(values, 0);
    });
}

void plainBridge(const std::string& bytes, SummingSink& sink)
{
    const auto crc = [](std::uint8_t high, std::uint8_t low) {
        std::uint8_t sum = 0xFF;
        for (const std::uint8_t byte : {high, low}) {
            sum ^= byte;
            for (int bit = 0; bit < 8; ++bit)
                sum = static_cast<std::uint8_t>((sum & 0x80) != 0 ? sum << 1 ^ 0x31 : sum << 1);
        }
        return sum;
    };
    plainShdlc(bytes, [&](const std::vector<std::uint8_t>& b) {
        if (b[1] != 0x11 || b.size() != 11)
            return;
        std::vector<float> values;
        for (std::size_t i = 4; i < 10; i += 3)
            if (crc(b[i], b[i + 1]) == b[i + 2])
                values.push_back(static_cast<float>(b[i] << 8 | b[i + 1]));
        sink.frame(values, 0);
    });
}

/// What the device says when it is asked, or by itself, until there is enough.
Result<std::string> deviceBytes(const Case& subject)
{
    BNOF_TRY_ASSIGN(const auto device, sensing::makeSimulatedDevice(subject.device, {}));
    BNOF_TRY_ASSIGN(const auto decoder, sensing::makeDecoder(subject.decoder, subject.parameters));
    const sensing::DialoguePlan* plan = decoder->dialogue();
    std::vector<std::string> messages;
    double seconds = 0;
    if (plan != nullptr)
        for (const auto& step : plan->opening)
            device->receive(step.bytes, seconds, messages);
    messages.clear(); // only what makes frames
    device->greet(messages);
    std::string bytes;
    while (bytes.size() < targetBytes) {
        if (plan != nullptr)
            for (const auto& step : plan->cycle)
                device->receive(step.bytes, seconds, messages);
        device->tick(seconds, messages);
        for (const std::string& message : messages)
            bytes += message;
        messages.clear();
        seconds += 1;
    }
    return bytes;
}

std::string particleBytes()
{
    std::string bytes;
    for (int i = 0; bytes.size() < targetBytes; ++i) {
        std::string message("\x42\x4D\x00\x1C", 4);
        for (int field = 0; field < 13; ++field) {
            const int value = (i * (field + 3)) % 1000;
            message += static_cast<char>(value >> 8);
            message += static_cast<char>(value);
        }
        unsigned sum = 0;
        for (const char c : message)
            sum += static_cast<std::uint8_t>(c);
        message += static_cast<char>(sum >> 8);
        message += static_cast<char>(sum);
        bytes += message;
    }
    return bytes;
}

std::string jsonBytes()
{
    std::string bytes;
    char line[160];
    for (int i = 0; bytes.size() < targetBytes; ++i) {
        std::snprintf(line, sizeof line, "{\"MQ3\":%d.25,\"MQ4\":%d,\"MQ135\":%d.5,\"temperature\":%d.125}\n", i % 1000,
                      i % 777, i % 500, 20 + i % 7);
        bytes += line;
    }
    return bytes;
}

const std::vector<Case>& cases()
{
    static const std::vector<Case> all{
        {"ndjson", "", "ndjson", {}, "getline and stod", plainJson},
        {"dgs", "dgs-ulpsm", "dgs", {}, "getline and stod", plainDgs},
        {"cozir", "cozir", "cozir", {{"mode", "listen"}}, "getline and stod", plainCozir},
        {"scpi", "scpi", "scpi", {}, "getline and stod", plainScpi},
        {"bme688", "bme688", "bme688", {}, "getline and stod", plainBme},
        {"winsen", "ze07", "winsen", {}, "one byte at a time", plainWinsen},
        {"sps30", "sps30", "sps30", {}, "one byte at a time", plainSps30},
        {"sensorbridge", "sensorbridge-sgp41", "sensorbridge", {}, "one byte at a time", plainBridge},
        {"described", "", "pms5003", {}, "one byte at a time", plainParticles},
    };
    return all;
}

Result<Figure> decodeCase(const BenchOptions& options, const Case& subject)
{
    std::string bytes;
    if (subject.device[0] != '\0') {
        BNOF_TRY_ASSIGN(bytes, deviceBytes(subject));
    } else {
        bytes = subject.baseline == plainJson ? jsonBytes() : particleBytes();
    }
    SummingSink decoded, plain;
    const auto decodeRound = [&]() -> Result<double> {
        BNOF_TRY_ASSIGN(const auto decoder, sensing::makeDecoder(subject.decoder, subject.parameters));
        decoder->asked(false, 0);
        const double begin = threadSeconds();
        for (std::size_t at = 0; at < bytes.size(); at += portion)
            decoder->feed(std::span(bytes).subspan(at, std::min(portion, bytes.size() - at)), decoded);
        return threadSeconds() - begin;
    };
    const auto plainRound = [&]() -> Result<double> {
        const double begin = threadSeconds();
        subject.baseline(bytes, plain);
        return threadSeconds() - begin;
    };
    BNOF_TRY_ASSIGN(const Paired paired, measurePaired(options, decodeRound, plainRound));
    const double difference = decoded.sum - plain.sum;
    // A JSON decoder passes over its first line, which may be half a one.
    const std::size_t tolerated = paired.rounds.size();
    if (decoded.frames > plain.frames || plain.frames - decoded.frames > tolerated || decoded.skippedBytes != 0 ||
        std::abs(difference) > 1e-3 * std::abs(plain.sum))
        return makeError(ErrorKind::Internal, "decoder and baseline do not read the same numbers",
                         std::string("sensing.decode_") + subject.name, {},
                         std::to_string(decoded.frames) + " and " + std::to_string(plain.frames) + " frames");
    Figure figure;
    figure.name = std::string("sensing.decode_") + subject.name;
    figure.unit = "B/s";
    figure.value = static_cast<double>(bytes.size()) / paired.subject;
    figure.baseline = Figure::Baseline{subject.baselineName, static_cast<double>(bytes.size()) / paired.baseline};
    const double framesPerRound = static_cast<double>(decoded.frames) / static_cast<double>(paired.rounds.size());
    figure.detail.set("bytes", bytes.size())
        .set("portion_bytes", portion)
        .set("seconds_per_frame", paired.subject / framesPerRound)
        .set("rounds", paired.rounds.size());
    return figure;
}

} // namespace

std::vector<Benchmark> decoderBenchmarks()
{
    std::vector<Benchmark> all;
    for (const Case& subject : cases()) {
        Benchmark benchmark;
        benchmark.name = std::string("sensing.decode_") + subject.name;
        benchmark.summary =
            std::string("The same of the decoder ") + subject.decoder + ", beside " + subject.baselineName + ".";
        benchmark.run = [&subject, name = benchmark.name](const BenchOptions& options) -> std::vector<Figure> {
            Result<Figure> figure = decodeCase(options, subject);
            if (!figure.ok())
                return {notMeasured(name, "B/s", Figure::Better::Higher, figure.error().message())};
            return {figure.value()};
        };
        all.push_back(std::move(benchmark));
    }
    return all;
}

} // namespace bnof::bench
