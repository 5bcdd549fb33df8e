// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/exposure_marks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/session/protocol.h"

namespace bnof::session {
namespace {

constexpr Timestamp never = std::numeric_limits<Timestamp>::max();
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lowered(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// What a mark of a protocol begins; nothing when it begins no exposure.
std::optional<MarkedExposure> begunBy(const Protocol& protocol, const Mark& mark)
{
    if (mark.label == "blank")
        return MarkedExposure{mark.t, 0, "air", 0};
    for (const Stimulus& stimulus : protocol.stimuli) {
        if (stimulus.label() == mark.label)
            return MarkedExposure{mark.t, 0, stimulus.gas, stimulus.ppm > 0 ? stimulus.ppm : unknown};
    }
    return std::nullopt;
}

MarkedCourse ofProtocol(const Protocol& protocol, const std::vector<Mark>& marks)
{
    MarkedCourse out;
    out.byProtocol = true;
    std::optional<MarkedExposure> open;
    Timestamp spoiltSince = never;
    for (const Mark& mark : marks) {
        const bool stops = mark.label.starts_with("protocol paused") || mark.label.starts_with("protocol aborted");
        const auto exposure = begunBy(protocol, mark);
        const bool phase = exposure || mark.label == "baseline" || mark.label == "recovery" || mark.label == "wait" ||
                           mark.label == "end of protocol";
        if (stops && open) {
            spoiltSince = open->from;
            open.reset();
        } else if (phase && !stops) {
            if (open) {
                open->to = mark.t;
                out.exposures.push_back(*open);
                open.reset();
            }
            if (spoiltSince != never)
                out.spoilt.emplace_back(std::exchange(spoiltSince, never), mark.t);
            open = exposure;
        } // else a person's own mark
    }
    if (open)
        spoiltSince = open->from; // the recording ended in the middle of it
    if (spoiltSince != never)
        out.spoilt.emplace_back(spoiltSince, never);
    return out;
}

/// "ethanol 100 ppm", "exposure ethanol", "blank".
std::optional<MarkedExposure> begunBy(const Mark& mark)
{
    std::string_view text = trimmed(mark.label);
    if (lowered(text) == "blank")
        return MarkedExposure{mark.t, 0, "air", 0};
    constexpr std::string_view word = "exposure";
    const bool announced = lowered(text).starts_with(word) && text.size() > word.size() &&
                           (text[word.size()] == ' ' || text[word.size()] == ':');
    if (announced)
        text = trimmed(text.substr(word.size() + 1));
    double ppm = unknown;
    const std::string low = lowered(text);
    const double unit = low.ends_with("ppm") ? 1 : low.ends_with("ppb") ? 1e-3 : 0;
    if (unit > 0) {
        const std::string_view rest = trimmed(text.substr(0, text.size() - 3));
        const auto gap = rest.find_last_of(" \t");
        const std::string_view number = gap == std::string_view::npos ? std::string_view{} : rest.substr(gap + 1);
        double value = 0;
        const auto parsed = std::from_chars(number.data(), number.data() + number.size(), value);
        if (!number.empty() && parsed.ec == std::errc() && parsed.ptr == number.data() + number.size() && value > 0 &&
            value < 1e9) {
            ppm = value * unit;
            text = trimmed(rest.substr(0, gap));
        }
    }
    if (text.empty() || (!announced && !(ppm > 0)))
        return std::nullopt;
    return MarkedExposure{mark.t, 0, std::string(text), ppm};
}

bool endsExposure(const std::string& label)
{
    constexpr std::array<std::string_view, 11> words{"end",      "off",      "air",  "clean air",    "purge",
                                                     "recovery", "baseline", "wait", "valve closed", "end of exposure",
                                                     "stop"};
    return std::find(words.begin(), words.end(), lowered(trimmed(label))) != words.end();
}

MarkedCourse ofPeople(const std::vector<Mark>& marks, const std::string& name)
{
    MarkedCourse out;
    std::optional<MarkedExposure> open;
    std::size_t ignored = 0;
    for (const Mark& mark : marks) {
        const auto exposure = begunBy(mark);
        const bool ends = exposure || endsExposure(mark.label);
        ignored += ends ? 0 : 1;
        if (ends && open) {
            open->to = mark.t;
            out.exposures.push_back(*open);
            open.reset();
        }
        if (exposure)
            open = exposure;
    }
    if (open) {
        out.spoilt.emplace_back(open->from, never);
        out.notes.push_back(name + ": the exposure to " + open->gas +
                            " has no end mark and was left out; mark the end with \"end\"");
    }
    if (ignored > 0)
        out.notes.push_back(name + ": " + std::to_string(ignored) +
                            " marks name no gas with a concentration, such as \"ethanol 100 ppm\" or \"exposure "
                            "ethanol\", and say nothing about exposures");
    return out;
}

} // namespace

Result<MarkedCourse> courseOf(const recording::RecordingMetadata& metadata, const std::vector<Mark>& marks,
                              const std::string& name)
{
    const Json& document = metadata.configuration["protocol"]["document"];
    if (document.isNull())
        return ofPeople(marks, name);
    BNOF_TRY_ASSIGN(const Protocol protocol, protocolFromJson(document, "protocol in " + name));
    return ofProtocol(protocol, marks);
}

} // namespace bnof::session
