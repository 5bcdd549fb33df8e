// SPDX-License-Identifier: GPL-3.0-or-later
// Decoders of devices beside what one would write by hand. Lines: getline and stod. Binary messages, which have no
// lines: what a laboratory's script does, one read() of a byte at a time from a stream, a growing list that is searched
// for the start, and a dictionary of the message's fields by their names. How a tight state machine over the same
// memory does, without a stream or names, is in the detail.
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
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
constexpr const char* scriptName = "get, list and dictionary";

/// What is measured: a simulated device's bytes, its decoder, and the code by hand.
struct Case {
    const char* name;
    const char* device; ///< empty: described particle sensor, or JSON lines
    const char* decoder;
    sensing::DecoderParameters parameters;
    const char* baselineName;
    Baseline baseline;
    Baseline tight = nullptr; ///< a faster one for the detail
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

std::uint8_t bitwiseCrc(std::uint8_t high, std::uint8_t low)
{
    std::uint8_t sum = 0xFF;
    for (const std::uint8_t byte : {high, low}) {
        sum ^= byte;
        for (int bit = 0; bit < 8; ++bit)
            sum = static_cast<std::uint8_t>((sum & 0x80) != 0 ? sum << 1 ^ 0x31 : sum << 1);
    }
    return sum;
}

void plainBridge(const std::string& bytes, SummingSink& sink)
{
    plainShdlc(bytes, [&](const std::vector<std::uint8_t>& b) {
        if (b[1] != 0x11 || b.size() != 11)
            return;
        std::vector<float> values;
        for (std::size_t i = 4; i < 10; i += 3)
            if (bitwiseCrc(b[i], b[i + 1]) == b[i + 2])
                values.push_back(static_cast<float>(b[i] << 8 | b[i + 1]));
        sink.frame(values, 0);
    });
}

/// Fields of a message by their names, as drivers hand them over; in the order of their names.
using Fields = std::map<std::string, double>;

void sendFields(const Fields& fields, std::initializer_list<const char*> wanted, SummingSink& sink)
{
    std::vector<float> values;
    for (const char* name : wanted)
        if (const auto it = fields.find(name); it != fields.end())
            values.push_back(static_cast<float>(it->second));
    sink.frame(values, 0);
}

/// Reads a byte at a time into a list until `whole(list)` says that it is a message, which `take` gets.
template <typename Whole, typename Take>
void scriptMessages(const std::string& bytes, std::uint8_t start, Whole&& whole, Take&& take)
{
    std::istringstream stream(bytes);
    std::vector<std::uint8_t> list;
    char c = 0;
    while (stream.get(c)) {
        list.push_back(static_cast<std::uint8_t>(c));
        if (list[0] != start) {
            list.clear();
        } else if (whole(list)) {
            take(list);
            list.clear();
        }
    }
}

void scriptWinsen(const std::string& bytes, SummingSink& sink)
{
    scriptMessages(
        bytes, 0xFF,
        [](const auto& list) {
            if (list.size() < 9)
                return false;
            unsigned sum = 0;
            for (std::size_t i = 1; i < 8; ++i)
                sum += list[i];
            return list[8] == static_cast<std::uint8_t>(0x100 - (sum & 0xFF));
        },
        [&](const auto& list) {
            const Fields fields{{"concentration", (list[4] * 256 + list[5]) / 10.0},
                                {"range", (list[6] * 256 + list[7]) / 10.0}};
            sendFields(fields, {"concentration"}, sink);
        });
}

void scriptParticles(const std::string& bytes, SummingSink& sink)
{
    scriptMessages(
        bytes, 0x42,
        [](const auto& list) {
            if (list.size() < 32)
                return false;
            unsigned sum = 0;
            for (std::size_t i = 0; i < 30; ++i)
                sum += list[i];
            return (list[30] << 8 | list[31]) == static_cast<int>(sum & 0xFFFF);
        },
        [&](const auto& list) {
            Fields fields;
            std::size_t at = 10;
            for (const char* name : {"PM1.0", "PM2.5", "PM10"}) {
                fields[name] = list[at] << 8 | list[at + 1];
                at += 2;
            }
            sendFields(fields, {"PM1.0", "PM2.5", "PM10"}, sink);
        });
}

/// Whole SHDLC frames, the stuffing taken out into a list of its own.
template <typename Take> void scriptShdlc(const std::string& bytes, Take&& take)
{
    scriptMessages(
        bytes, 0x7E, [](const auto& list) { return list.size() > 1 && list.back() == 0x7E; },
        [&](const auto& list) {
            std::vector<std::uint8_t> content;
            for (std::size_t i = 1; i + 1 < list.size(); ++i)
                content.push_back(list[i] == 0x7D ? static_cast<std::uint8_t>(list[++i] ^ 0x20) : list[i]);
            unsigned sum = 0;
            for (const std::uint8_t byte : content)
                sum += byte;
            if (content.size() >= 5 && (sum & 0xFF) == 0xFF)
                take(content);
        });
}

constexpr std::initializer_list<const char*> spsNames{"PM1.0", "PM2.5", "PM4.0", "PM10", "NC0.5",
                                                      "NC1.0", "NC2.5", "NC4.0", "NC10", "typical size"};

void scriptSps30(const std::string& bytes, SummingSink& sink)
{
    scriptShdlc(bytes, [&](const std::vector<std::uint8_t>& b) {
        if (b[1] != 3 || b.size() != 45)
            return;
        Fields fields;
        std::size_t at = 4;
        for (const char* name : spsNames) {
            fields[name] = double{std::bit_cast<float>(std::uint32_t{b[at]} << 24 | std::uint32_t{b[at + 1]} << 16 |
                                                       std::uint32_t{b[at + 2]} << 8 | b[at + 3])};
            at += 4;
        }
        sendFields(fields, spsNames, sink);
    });
}

void scriptBridge(const std::string& bytes, SummingSink& sink)
{
    scriptShdlc(bytes, [&](const std::vector<std::uint8_t>& b) {
        if (b[1] != 0x11 || b.size() != 11)
            return;
        Fields fields;
        std::size_t at = 4;
        for (const char* name : {"SRAW_VOC", "SRAW_NOX"}) {
            if (bitwiseCrc(b[at], b[at + 1]) == b[at + 2])
                fields[name] = b[at] << 8 | b[at + 1];
            at += 3;
        }
        sendFields(fields, {"SRAW_VOC", "SRAW_NOX"}, sink);
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
        {"winsen", "ze07", "winsen", {}, scriptName, scriptWinsen, plainWinsen},
        {"sps30", "sps30", "sps30", {}, scriptName, scriptSps30, plainSps30},
        {"sensorbridge", "sensorbridge-sgp41", "sensorbridge", {}, scriptName, scriptBridge, plainBridge},
        {"described", "", "pms5003", {}, scriptName, scriptParticles, plainParticles},
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
    double tightSeconds = 0;
    if (subject.tight != nullptr) {
        SummingSink tight;
        std::vector<double> rounds;
        for (std::size_t i = 0; i < paired.rounds.size(); ++i) {
            const double begin = threadSeconds();
            subject.tight(bytes, tight);
            rounds.push_back(threadSeconds() - begin);
        }
        tightSeconds = quantile(rounds, 0.5);
    }
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
    if (tightSeconds > 0)
        figure.detail.set("tight_state_machine", static_cast<double>(bytes.size()) / tightSeconds);
    if (subject.baseline != plainJson && subject.tight != nullptr)
        figure.detail.set("baseline_is", "istream::get of each byte into a std::vector that is searched for the start "
                                         "and the end, fields in a std::map by their names");
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
