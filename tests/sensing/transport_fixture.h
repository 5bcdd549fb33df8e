// SPDX-License-Identifier: GPL-3.0-or-later
// A source with its sink, for tests of transports against real servers.
#pragma once

#include <memory>
#include <string>

#include "tests/sensing/source_probe.h"

namespace bnof::test {

/// A running source. `add` is appended to the URI's parameters by the caller.
class RunningSource {
public:
    explicit RunningSource(const std::string& uri)
    {
        auto parsed = sensing::SourceUri::parse(uri);
        if (!parsed.ok())
            qFatal("%s", parsed.error().message().c_str());
        sensing::SourceOptions options;
        options.sessionStart = monotonicNow();
        options.retryNanoseconds = 50 * nanosecondsPerMillisecond;
        auto made = sensing::makeSource(*parsed, options, probe);
        if (!made.ok())
            qFatal("%s", made.error().message().c_str());
        source = std::move(*made);
        source->start();
    }
    ~RunningSource() { source->stop(); }
    /// What the last state said, for people; empty when it had no problem.
    [[nodiscard]] std::string problem() const
    {
        return probe.problems.empty() || !probe.problems.back() ? std::string() : probe.problems.back()->message();
    }
    [[nodiscard]] bool says(const std::string& words) const { return problem().find(words) != std::string::npos; }
    /// A note in the stream that holds these words.
    [[nodiscard]] bool noted(const std::string& words) const
    {
        return std::any_of(probe.events.begin(), probe.events.end(), [&](const StreamEvent& event) {
            return event.kind == StreamEvent::Kind::Note && event.text.find(words) != std::string::npos;
        });
    }
    [[nodiscard]] std::vector<float> values(std::size_t channel) const
    {
        std::vector<float> column;
        for (const auto& frame : probe.frames)
            column.push_back(channel < frame.values.size() ? frame.values[channel]
                                                           : std::numeric_limits<float>::quiet_NaN());
        return column;
    }

    SourceProbe probe;
    std::unique_ptr<sensing::Source> source;
};

} // namespace bnof::test
