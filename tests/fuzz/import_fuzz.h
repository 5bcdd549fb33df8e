// SPDX-License-Identifier: GPL-3.0-or-later
// Where the import parsers put what they make of arbitrary bytes; checks what must always hold.
#pragma once

#include <cstdlib>
#include <fstream>

#include "engine/recording/interchange/importers.h"

namespace bnof::test {

class ImportChecker final : public recording::ImportTarget {
public:
    Result<void> begin(const recording::ImportDescription& description) override
    {
        require(m_widths.empty() && !description.sources.empty());
        for (const auto& source : description.sources) {
            m_widths.push_back(source.channels.size());
            for (const ChannelInfo& channel : source.channels)
                require(!channel.name.empty());
        }
        // What is understood travels as JSON.
        require(Json::parse(description.understood.dump()).ok());
        return {};
    }
    Result<void> frame(std::uint32_t source, Timestamp t, double, std::span<const float> values) override
    {
        require(source < m_widths.size() && values.size() == m_widths[source]);
        require(m_frames++ == 0 || t >= m_last);
        m_last = t;
        // A short file can stand for very many rows (an array without elements).
        return m_frames < 100'000 ? Result<void>() : makeError(ErrorKind::Cancelled, "enough");
    }
    Result<void> spikes(std::uint32_t, std::span<const Spike>) override { return {}; }
    Result<void> mark(const Mark&) override { return begun(); }
    Result<void> event(const StreamEvent&) override { return begun(); }
    Result<void> note(const std::string& text) override
    {
        require(!text.empty());
        return begun();
    }
    Result<void> progress(double share) override
    {
        require(share >= 0 && share <= 1);
        return {};
    }

    static void require(bool condition)
    {
        if (!condition)
            std::abort();
    }
    /// An error speaks to people.
    static void check(const Result<void>& result)
    {
        if (!result.ok())
            require(!result.error().what.empty());
    }

private:
    Result<void> begun() const
    {
        require(!m_widths.empty());
        return {};
    }

    std::vector<std::size_t> m_widths;
    std::uint64_t m_frames = 0;
    Timestamp m_last = 0;
};

/// First inputs, where libFuzzer keeps its corpus.
inline void plantSeeds(std::initializer_list<std::string> seeds)
{
    const char* folder = std::getenv("BNOF_FUZZ_SEEDS");
    int number = 0;
    for (const std::string& seed : seeds) {
        if (folder != nullptr)
            std::ofstream(std::string(folder) + "/seed" + std::to_string(number++), std::ios::binary) << seed;
    }
}

} // namespace bnof::test
