// SPDX-License-Identifier: GPL-3.0-or-later
// What each kind of source looks like as a URI: the single place that says so. Used by source_uri.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sensing/source_uri.h"

namespace bnof::sensing {

/// What follows the scheme's colon.
enum class AddressForm {
    Path,     ///< a device node or a file
    Host,     ///< //host:port
    Resource, ///< //host[:port][/path], the path kept exactly as it is written
    Topic,    ///< //host[:port]/topic, an MQTT topic filter
};

struct SchemeRules {
    TransportInfo info;
    AddressForm form = AddressForm::Path;
    int defaultPort = 0;                      ///< 0: the port must be given
    std::vector<std::string_view> parameters; ///< beyond the common ones
    std::vector<std::string_view> required;   ///< of these
    bool anyPort = false;                     ///< port 0 stands for a free one
};

[[nodiscard]] const std::vector<SchemeRules>& schemeRules();
[[nodiscard]] const SchemeRules* rulesOf(std::string_view scheme);
/// Parameters that every scheme has.
[[nodiscard]] const std::vector<std::string_view>& commonParameters();
/// What is wrong with the value of a known parameter, as a sentence; empty when it is right.
[[nodiscard]] std::string parameterProblem(std::string_view key, const std::string& value);
/// What is wrong with an MQTT topic filter; empty when it is right.
[[nodiscard]] std::string topicProblem(std::string_view topic);
/// Whole numbers with commas between, at least one.
[[nodiscard]] std::optional<std::vector<int>> wholeNumbers(std::string_view text);
/// A whole number and nothing else.
[[nodiscard]] std::optional<int> wholeNumber(std::string_view text);

} // namespace bnof::sensing
