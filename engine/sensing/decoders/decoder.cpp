// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <mutex>

#include "engine/base/log.h"
#include "engine/sensing/decoders/csv_decoder.h"
#include "engine/sensing/decoders/declarative_decoder.h"
#include "engine/sensing/decoders/decoder_parameters.h"
#include "engine/sensing/decoders/device_decoders.h"
#include "engine/sensing/decoders/ndjson_decoder.h"

namespace bnof::sensing {
namespace {

struct Registry {
    std::mutex mutex;
    std::vector<DecoderInfo> decoders = [] {
        std::vector<DecoderInfo> all{
            {"csv", "Lines of numbers: comma, semicolon, tab or space separated, or label:value pairs",
             [] { return std::make_unique<CsvDecoder>(); }},
            {"ndjson", "One JSON object a line", [] { return std::make_unique<NdjsonDecoder>(); }},
        };
        std::ranges::move(deviceDecoders(), std::back_inserter(all));
        return all;
    }();
    const std::size_t builtIn = decoders.size(); ///< the first ones; they are replaced, never removed
};

Registry& registry()
{
    static Registry* instance = new Registry; // never destroyed: sources may outlive statics
    return *instance;
}

/// The decoders that are files join at the first look, unless the files are the reason for it.
void loadFilesOnce()
{
    static std::once_flag once;
    std::call_once(once, [] {
        for (const Error& problem : loadDecoderFolders())
            log::warning("sensing", problem.message());
    });
}

/// Counts what a decoder makes of the first bytes.
class Trial final : public DecoderSink {
public:
    void channels(const std::vector<ChannelInfo>& channels) override { channelCount = channels.size(); }
    void frame(std::span<const float> values, double) override
    {
        ++frames;
        missing += static_cast<std::size_t>(std::ranges::count_if(values, [](float v) { return std::isnan(v); }));
    }
    void skipped(std::size_t, std::string_view, std::string_view) override { ++skips; }
    void remark(std::string_view) override { ++remarks; }

    std::size_t frames = 0;
    std::size_t missing = 0;
    std::size_t skips = 0;
    std::size_t remarks = 0;
    std::size_t channelCount = 0;
};

double textShare(std::string_view bytes)
{
    const auto text = std::ranges::count_if(bytes, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= 0x20 && byte < 0x7F) || c == '\n' || c == '\r' || c == '\t';
    });
    return bytes.empty() ? 0 : static_cast<double>(text) / static_cast<double>(bytes.size());
}

std::string percent(double share)
{
    return std::to_string(static_cast<int>(share * 100 + 0.5)) + " %";
}

Detection noneFits(std::string_view bytes)
{
    Detection none;
    const double text = textShare(bytes);
    if (bytes.empty())
        none.reason = "the device has sent nothing";
    else if (text < 0.9)
        none.reason = "only " + percent(text) +
                      " of the bytes are text: the baud rate is probably wrong, or the device speaks a binary protocol";
    else if (bytes.find_first_of("\r\n") == std::string_view::npos)
        none.reason = "there is no end of a line in " + std::to_string(bytes.size()) + " bytes";
    else
        none.reason = "the lines are text, but neither numbers nor JSON objects";
    return none;
}

} // namespace

void registerDecoder(DecoderInfo info)
{
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    const auto it = std::ranges::find(all.decoders, info.name, &DecoderInfo::name);
    if (it != all.decoders.end())
        *it = std::move(info);
    else
        all.decoders.push_back(std::move(info));
}

bool isBuiltInDecoder(std::string_view name)
{
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    const auto end = all.decoders.begin() + static_cast<std::ptrdiff_t>(all.builtIn);
    return std::find_if(all.decoders.begin(), end, [&](const DecoderInfo& info) { return info.name == name; }) != end;
}

std::vector<DecoderInfo> decoders()
{
    loadFilesOnce();
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    return all.decoders;
}

std::vector<std::string> decoderNames()
{
    std::vector<std::string> names;
    for (const DecoderInfo& info : decoders())
        names.push_back(info.name);
    return names;
}

std::vector<std::string> decoderParameterNames()
{
    std::vector<std::string> names;
    for (const DecoderInfo& info : decoders())
        for (const DecoderParameter& parameter : info.parameters)
            if (std::ranges::find(names, parameter.name) == names.end())
                names.push_back(parameter.name);
    return names;
}

Result<std::unique_ptr<Decoder>> makeDecoder(std::string_view name, const DecoderParameters& parameters)
{
    if (name.starts_with("file:")) {
        BNOF_TRY_ASSIGN(const DecoderInfo info, decoderFromFile(std::string(name.substr(5))));
        BNOF_TRY(checkParameterNames(info, parameters));
        return info.makeWith(parameters);
    }
    std::string known;
    for (const DecoderInfo& info : decoders()) {
        known += (known.empty() ? "" : ", ") + info.name;
        if (info.name != name)
            continue;
        BNOF_TRY(checkParameterNames(info, parameters));
        if (info.makeWith)
            return info.makeWith(parameters);
        return info.make();
    }
    return makeError(ErrorKind::Usage, "there is no decoder \"" + std::string(name) + "\"", "decoder",
                     "Known decoders: " + known + "; \"auto\" finds out by itself.");
}

double detectionCertainty(std::uint64_t messages, std::uint64_t skips)
{
    if (messages == 0)
        return 0;
    const auto understood = static_cast<double>(messages);
    return understood / static_cast<double>(messages + skips) * understood / (understood + 0.5);
}

Detection detectDecoder(std::string_view firstBytes)
{
    Detection best = noneFits(firstBytes);
    const double text = textShare(firstBytes);
    double bestRank = 0;
    for (const DecoderInfo& info : decoders()) {
        if (!info.make)
            continue;
        const std::unique_ptr<Decoder> decoder = info.make();
        Trial trial;
        decoder->feed(firstBytes, trial);
        // A header that only one device has counts as the first frame, which may be many lines away.
        if (trial.frames == 0 && trial.skips == 0 && trial.channelCount > 0 && info.preference > 2)
            trial.frames = 1;
        if (trial.frames == 0)
            continue;
        const double certainty = detectionCertainty(trial.frames, trial.skips);
        if (certainty * info.preference <= bestRank)
            continue;
        bestRank = certainty * info.preference;
        best.decoder = info.name;
        best.certainty = certainty;
        const char* what = info.name == "ndjson" ? "JSON objects" : "understood";
        best.reason = std::to_string(trial.frames) + " of " + std::to_string(trial.frames + trial.skips) +
                      (text >= 0.9 ? " lines are " : " messages are ") + what + " with " +
                      std::to_string(trial.channelCount) + (trial.channelCount == 1 ? " channel" : " channels");
    }
    return best;
}

} // namespace bnof::sensing
