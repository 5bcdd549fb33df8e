// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace bnof::sensing {

/// Where frames come from, as one string that means the same in the connect dialog, on the command line, in
/// configuration files and in recordings:
///   serial:/dev/ttyUSB0?baud=115200&decoder=csv    tcp://host:port?decoder=ndjson    replay:run.bnr?speed=1
/// The kinds and the parameters of each are in engine/sensing/transports/README.md (source_schemes.cpp).
/// Common parameters: decoder (csv, ndjson, auto), time (arrival: when the bytes came, the default;
/// device: the device's own time column), name (for people), rate (expected Hz, for stall detection), calibration
/// (a file or a name; "none": raw values only), backup (another source, percent-encoded, that measures the same and
/// takes over when this one fails; may come several times), and the parameters of the decoder that is named:
/// decoder=winsen&sensor=ze07&mode=qa (see decoders()).
/// A password never stands in a source, because sources are kept in recordings and lists of recent ones.
struct SourceUri {
    std::string scheme; ///< "serial", "tcp", "replay" …
    std::string path;   ///< device node or file; the path of a web address as written; an MQTT topic filter
    std::string host;   ///< for network schemes
    int port = 0;       ///< for network schemes; the scheme's default where none is written
    std::vector<std::pair<std::string, std::string>> parameters; ///< decoded, in order

    /// Errors name the part that is wrong and show a correct example.
    [[nodiscard]] static Result<SourceUri> parse(std::string_view text);
    [[nodiscard]] std::string toString() const;
    [[nodiscard]] std::string parameter(std::string_view key, std::string_view fallback = {}) const;

    bool operator==(const SourceUri&) const = default;
};

/// One line for `bnof devices --transports` and the connect dialog.
struct TransportInfo {
    std::string scheme;
    std::string summary;
    std::string example;
};
[[nodiscard]] const std::vector<TransportInfo>& transports();

} // namespace bnof::sensing
