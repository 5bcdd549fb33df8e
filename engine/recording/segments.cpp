// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/segments.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace bnof::recording {
namespace {

const std::string extension = ".bnr";
constexpr std::size_t fewestDigits = 4;

std::string stemOf(const std::string& path)
{
    return path.ends_with(extension) ? path.substr(0, path.size() - extension.size()) : path;
}

/// The number in "STEM.0002.bnr", or 0.
std::uint32_t numberIn(const std::string& path, const std::string& stem)
{
    if (!path.starts_with(stem + '.') || !path.ends_with(extension))
        return 0;
    const std::size_t begin = stem.size() + 1;
    const std::string digits = path.substr(begin, path.size() - extension.size() - begin);
    const bool numeric = digits.size() >= fewestDigits && digits.size() <= 9 &&
                         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    return numeric ? static_cast<std::uint32_t>(std::stoul(digits)) : 0;
}

} // namespace

std::string segmentPath(const std::string& path, std::uint32_t segment)
{
    if (segment == 0)
        return path;
    char number[16];
    std::snprintf(number, sizeof number, ".%04u", segment);
    return stemOf(path) + number + extension;
}

std::vector<SegmentFile> laterSegments(const std::string& path, bool thorough)
{
    std::vector<SegmentFile> found;
    const std::string stem = stemOf(path);
    // The second one first: most recordings have none, and a folder may hold a hundred thousand files.
    std::error_code error;
    std::uint32_t missing = 0;
    constexpr std::uint32_t longestHole = 64;
    for (std::uint32_t number = 1; missing < (found.empty() ? 1 : longestHole); ++number) {
        const std::string segment = segmentPath(path, number);
        if (std::filesystem::exists(segment, error)) {
            found.push_back({number, segment});
            missing = 0;
        } else {
            ++missing;
        }
    }
    if (!found.empty() || !thorough)
        return found;
    // The second one may be the one that is missing.
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    for (const auto& entry : std::filesystem::directory_iterator(folder.empty() ? "." : folder, error)) {
        const std::string name = (folder.empty() ? entry.path().filename() : entry.path()).string();
        if (const std::uint32_t number = numberIn(name, stem); number > 0)
            found.push_back({number, name});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    return found;
}

bool isLaterSegment(const std::string& path)
{
    if (!path.ends_with(extension))
        return false;
    const std::string stem = stemOf(path);
    const std::size_t dot = stem.rfind('.');
    return dot != std::string::npos && numberIn(path, stem.substr(0, dot)) > 0;
}

} // namespace bnof::recording
