// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtTest/QTest>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/sensing/decoders/decoder.h"

namespace bnof::test {

/// Writes down everything that a decoder says, as text that can be compared.
class Transcript final : public sensing::DecoderSink {
public:
    void channels(const std::vector<ChannelInfo>& table) override
    {
        text += "channels";
        for (const ChannelInfo& c : table)
            text +=
                " " + c.name + (c.unit.empty() ? "" : "[" + c.unit + "]") + (c.gas.empty() ? "" : "<" + c.gas + ">");
        text += "\n";
        width = table.size();
        tables.push_back(table);
    }
    void frame(std::span<const float> values, double deviceSeconds) override
    {
        QCOMPARE(values.size(), width);
        frames.emplace_back(values.begin(), values.end());
        times.push_back(deviceSeconds);
        text += "frame";
        for (const float v : values) {
            char number[32];
            std::snprintf(number, sizeof number, " %.9g", std::isnan(v) ? std::nan("") : double{v});
            text += number;
        }
        text += " @" + std::to_string(deviceSeconds) + "\n";
    }
    void skipped(std::size_t bytes, std::string_view why, std::string_view sample) override
    {
        ++skips;
        skippedBytes += bytes;
        text += "skipped " + std::to_string(bytes) + " " + std::string(why) + ": " + std::string(sample) + "\n";
    }
    void remark(std::string_view words) override { text += "remark " + std::string(words) + "\n"; }

    std::string text;
    std::vector<std::vector<ChannelInfo>> tables;
    std::vector<std::vector<float>> frames;
    std::vector<double> times;
    std::size_t width = 0;
    std::size_t skips = 0;
    std::size_t skippedBytes = 0;
};

} // namespace bnof::test
