// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_peers.h"

#include <array>
#include <cstdio>

#include "app/cli/bench_measure.h"
#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/base/log.h"

namespace bnof::bench {
namespace {

/// What a command prints, and whether it succeeded.
std::pair<std::string, bool> outputOf(const std::string& command)
{
    std::string output;
    std::FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr)
        return {output, false};
    std::array<char, 4096> buffer{};
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), count);
    return {output, pclose(pipe) == 0};
}

} // namespace

std::optional<Figure::Baseline> runBrian(const std::string& model)
{
    const std::string python = "/usr/bin/python3";
    if (!outputOf(python + " -c 'import brian2' 2>/dev/null").second)
        return std::nullopt;
    const Result<std::string> script = findResource("benchmarks/brian.py");
    const WorkFolder folder;
    if (!script.ok() || folder.path().empty())
        return std::nullopt;
    const auto [text, done] =
        outputOf(python + " '" + *script + "' " + model + " '" + folder.path() + "/brian' 2 2>/dev/null");
    const Result<Json> json = Json::parse(text, "brian.py");
    if (!done || !json.ok()) {
        log::warning("bench", "Brian 2 is installed but its run failed; it is left out");
        return std::nullopt;
    }
    return Figure::Baseline{"Brian2 " + (*json)["version"].toString() + " C++ float32, same machine",
                            (*json)["times_real_time"].toDouble()};
}

} // namespace bnof::bench
