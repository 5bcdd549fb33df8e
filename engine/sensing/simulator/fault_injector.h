// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/philox.h"
#include "engine/base/result.h"

namespace bnof::sensing {

/// A way in which a simulated device misbehaves.
struct Fault {
    enum class Kind {
        Garbage,      ///< random bytes in front of a line
        HalfLines,    ///< a line breaks off and runs into the next one
        Drop,         ///< a line is not sent
        Nan,          ///< a value is "nan" (null in JSON)
        DecimalComma, ///< decimal commas and semicolons, always
        LongLine,     ///< a line of one megabyte, once
        Flood,        ///< every line a hundred times, for a while
        Baud,         ///< bytes as a wrong baud rate would show them, for a while
        Disconnect,   ///< the device goes away and comes back
        BitFlips,     ///< one to three bits of a line are wrong
        Splits,       ///< a line comes in two portions with a pause between them
    };
    Kind kind = Kind::Garbage;
    double probability = 0.02; ///< per line: Garbage, HalfLines, Drop, Nan, BitFlips, Splits
    double atSeconds = 10;     ///< after the start: LongLine, Flood, Baud, Disconnect
    double lastsSeconds = 2;   ///< Flood, Baud, Disconnect
};

/// Comma-separated list of faults: name, then :probability for those that strike lines at random, or
/// @start+duration in seconds for those that happen once. "garbage:0.05,disconnect@20+3,nan"
[[nodiscard]] Result<std::vector<Fault>> parseFaults(std::string_view text);
/// One line per fault for --help.
[[nodiscard]] std::string faultHelp();

/// Applies faults to lines, or to the messages of devices that speak no lines; the same seed strikes the same lines in
/// the same way.
class FaultInjector {
public:
    FaultInjector(std::vector<Fault> faults, std::uint64_t seed);

    [[nodiscard]] bool has(Fault::Kind kind) const;
    /// Index of the field to be replaced by a missing value, or -1.
    [[nodiscard]] int missingField(std::size_t fields);
    /// The bytes to send in place of `line` (which ends with a newline) at `seconds` after the start.
    void apply(double seconds, std::string& line);
    /// Where the line of this many bytes is to be cut in two portions; 0: nowhere.
    [[nodiscard]] std::size_t splitAt(std::size_t bytes);
    /// Is the device away at this time?
    [[nodiscard]] bool away(double seconds) const;

private:
    [[nodiscard]] bool strikes(Fault::Kind kind);
    [[nodiscard]] const Fault* active(Fault::Kind kind, double seconds) const;

    std::vector<Fault> m_faults;
    PhiloxSequence m_random;
    std::vector<bool> m_done;
};

} // namespace bnof::sensing
