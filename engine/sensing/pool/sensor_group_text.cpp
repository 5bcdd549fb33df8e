// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/pool/sensor_group_text.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace bnof::sensing {
namespace {

constexpr std::size_t maximumId = 64;

std::string_view trimmedSpaces(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

bool isIdCharacter(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-_.:/").find(c) != std::string_view::npos;
}

std::string seconds(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3f s", value);
    return text;
}

} // namespace

std::string idOfLine(std::string_view line)
{
    line = trimmedSpaces(line.substr(0, 2 * maximumId));
    if (line.starts_with('#'))
        line = trimmedSpaces(line.substr(1));
    if (line.size() < 4 || lower(line.substr(0, 2)) != "id")
        return {};
    line = trimmedSpaces(line.substr(2));
    if (line.empty() || (line.front() != '=' && line.front() != ':'))
        return {};
    line = trimmedSpaces(line.substr(1));
    if (line.empty() || line.size() > maximumId || !std::ranges::all_of(line, isIdCharacter))
        return {};
    return std::string(line);
}

bool saysSimulated(std::string_view remark)
{
    const std::string text = lower(remark);
    return text.find("simulated") != std::string::npos && text.find("not simulated") == std::string::npos;
}

std::string clockJumpText(const FrameClock::Jump& jump)
{
    return "the device's clock jumped from " + seconds(jump.fromSeconds) + " to " + seconds(jump.toSeconds) +
           "; its time is tied to the arrival time anew";
}

std::string secondsText(std::int64_t nanoseconds)
{
    return seconds(toSeconds(nanoseconds));
}

} // namespace bnof::sensing
