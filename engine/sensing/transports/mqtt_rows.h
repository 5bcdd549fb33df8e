// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json.h"

namespace bnof::sensing {

/// Makes one table of what many MQTT topics bring: rows of JSON for the decoder "ndjson".
///
/// Names. What the wildcards of the topic filter stood for, joined by points: with "enose/<dev>/<ch>" (the same as
/// "enose/+/+") the topic enose/n1/MQ3 is the channel "n1.MQ3". A JSON payload adds the names of its members. Without
/// wildcards a bare number is named by the last level of the topic, and a JSON object's members by themselves.
///
/// Rows. A JSON object with a time of its own ("time", "t_ms", "timestamp" …) is a row as it is: the device says what
/// belongs together. Everything else is collected with policy Complete: the newest value of each channel; the row is
/// given when every channel has a new one, so it has the rhythm of the slowest. What a faster channel said in between
/// is superseded, and counted. The row begins after the longest pause, so that readings which are published together
/// stay together. A channel that misses its turn (three periods of the slowest, at least 2 s) is missing in the row
/// and is not waited for until it speaks again. Old values are never repeated. With policy Each every message is a
/// row of its own. Without wildcards there is nothing to wait for: every message is a row.
///
/// Times of several devices cannot stand in one column: from the second device on they are left out.
class MqttRows {
public:
    enum class Policy { Complete, Each };
    static constexpr std::size_t maximumPayload = 65536;

    /// With `flagRetained` every row gets a channel "retained": 1 when it holds a value that the broker had kept
    /// from some earlier time, else 0.
    MqttRows(std::string filter, Policy policy, bool flagRetained);

    /// Takes a message that came at `now` (monotonicNow()) and appends the rows that are complete, with line ends.
    /// False when the payload is neither a number nor JSON with numbers, or when there are too many channels.
    bool message(std::string_view topic, std::string_view payload, bool retained, std::int64_t now, std::string& out);
    /// Call now and then: gives a row whose missing channels have had their time.
    void tick(std::int64_t now, std::string& out);
    /// Begins a row anew and keeps the channels (the connection broke).
    void restart();

    /// What to subscribe to: the filter with + for every <name>.
    [[nodiscard]] static std::string subscription(std::string_view filter);
    [[nodiscard]] std::uint64_t superseded() const { return m_superseded; }

private:
    struct Channel {
        std::string name; ///< already in JSON's quotation marks
        std::string value;
        std::int64_t arrival = 0;
        std::int64_t period = 0; ///< between its last two values
        bool fresh = false;
        bool awaited = true;
        bool retained = false;
    };
    using Values = std::vector<std::pair<std::string, std::string>>; ///< name and JSON text

    [[nodiscard]] std::string prefixOf(std::string_view topic) const;
    void flatten(const Json& json, const std::string& name, int depth, Values& values) const;
    std::string timeOf(const Json& json, Values& values, std::string_view prefix);
    Channel* channel(const std::string& name);
    void collect(const Values& values, bool retained, std::int64_t now, std::string& out);
    void alignToPause(std::int64_t now);
    void giveCollected(std::string& out);
    void giveRow(const Values& values, const std::string& time, bool retained, std::string& out) const;
    [[nodiscard]] std::int64_t slowestPeriod() const;
    [[nodiscard]] bool complete() const;

    std::vector<std::string> m_levels;
    bool m_wildcards = false;
    Policy m_policy;
    bool m_flagRetained;
    std::vector<Channel> m_channels;
    std::vector<std::string> m_timedDevices;
    std::int64_t m_rowBegin = 0; ///< when the first value of the present row came
    std::uint64_t m_rounds = 0;  ///< rows collected
    std::uint64_t m_superseded = 0;
};

} // namespace bnof::sensing
