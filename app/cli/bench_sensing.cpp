// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <memory>
#include <sstream>

#include "app/cli/bench_measure.h"
#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/simulator/simulated_nose.h"

namespace bnof::bench {
namespace {

/// Bytes arrive in portions of this size, as a serial port or a socket delivers them.
constexpr std::size_t portion = 4096;

/// About 2 MB of what the simulated nose prints: a header and lines of 18 numbers.
std::string deviceText()
{
    sensing::SimulatedNose nose({}, sensing::demonstrationScript(1));
    std::string text;
    for (const ChannelInfo& channel : nose.channels())
        text += (text.empty() ? "" : ",") + channel.name;
    text += '\n';
    std::vector<float> values;
    char number[32];
    for (int line = 0; line < 20000; ++line) {
        nose.next(values);
        for (std::size_t i = 0; i < values.size(); ++i) {
            std::snprintf(number, sizeof number, "%s%g", i == 0 ? "" : ",", double{values[i]});
            text += number;
        }
        text += '\n';
    }
    return text;
}

class CountingSink final : public sensing::DecoderSink {
public:
    void channels(const std::vector<ChannelInfo>&) override {}
    void frame(std::span<const float> values, double) override
    {
        ++frames;
        for (const float value : values)
            sum += double{value};
    }
    void skipped(std::size_t bytes, std::string_view, std::string_view) override { skippedBytes += bytes; }
    void remark(std::string_view) override {}

    std::size_t frames = 0;
    std::size_t skippedBytes = 0;
    double sum = 0;
};

Result<double> decodeRound(const std::string& text, CountingSink& sink)
{
    BNOF_TRY_ASSIGN(const auto decoder, sensing::makeDecoder("csv"));
    const double begin = threadSeconds();
    for (std::size_t at = 0; at < text.size(); at += portion)
        decoder->feed(std::span(text).subspan(at, std::min(portion, text.size() - at)), sink);
    return threadSeconds() - begin;
}

/// What one would write by hand: getline, split at commas, std::stof.
double plainRound(const std::string& text, CountingSink& sink)
{
    const double begin = threadSeconds();
    std::istringstream stream(text);
    std::string line, cell;
    std::getline(stream, line);
    std::vector<float> values;
    while (std::getline(stream, line)) {
        values.clear();
        std::istringstream cells(line);
        while (std::getline(cells, cell, ','))
            values.push_back(std::stof(cell));
        sink.frame(values, 0);
    }
    return threadSeconds() - begin;
}

Result<Figure> decodeCsv(const BenchOptions& options)
{
    const std::string text = deviceText();
    CountingSink decoded, plain;
    BNOF_TRY_ASSIGN(const Paired paired, measurePaired(
                                             options, [&] { return decodeRound(text, decoded); },
                                             [&]() -> Result<double> { return plainRound(text, plain); }));
    if (decoded.frames != plain.frames || decoded.skippedBytes != 0 || decoded.sum != plain.sum)
        return makeError(ErrorKind::Internal, "decoder and baseline do not read the same numbers", "sensing.decode_csv",
                         {}, std::to_string(decoded.frames) + " and " + std::to_string(plain.frames) + " frames");
    Figure figure;
    figure.name = "sensing.decode_csv";
    figure.unit = "B/s";
    figure.value = static_cast<double>(text.size()) / paired.subject;
    figure.baseline = Figure::Baseline{"getline and stof", static_cast<double>(text.size()) / paired.baseline};
    const double framesPerRound = static_cast<double>(decoded.frames) / static_cast<double>(paired.rounds.size());
    figure.detail.set("bytes", text.size())
        .set("portion_bytes", portion)
        .set("seconds_per_frame", paired.subject / framesPerRound)
        .set("rounds", paired.rounds.size());
    return figure;
}

} // namespace

std::vector<Benchmark> sensingBenchmarks()
{
    return {{"sensing.decode_csv", "Bytes of CSV decoded a CPU second, beside getline and stof.",
             [](const BenchOptions& options) -> std::vector<Figure> {
                 Result<Figure> figure = decodeCsv(options);
                 if (!figure.ok())
                     return {
                         notMeasured("sensing.decode_csv", "B/s", Figure::Better::Higher, figure.error().message())};
                 return {figure.value()};
             }}};
}

} // namespace bnof::bench
