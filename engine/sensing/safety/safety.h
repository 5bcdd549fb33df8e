// SPDX-License-Identifier: GPL-3.0-or-later
// Exposure figures beside reference limits. Not a certified safety device: the concentrations come from sensors that
// nobody has certified, and the limits are reference values that the user may edit.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace bnof::sensing {

inline constexpr const char* safetyNotice = "not a certified safety device";

/// Reference limits of one gas, in its unit.
struct GasLimits {
    std::string gas;
    std::string unit = "ppm";
    std::optional<double> low;  ///< first alarm
    std::optional<double> high; ///< second alarm
    std::optional<double> stel; ///< 15 minutes' average
    std::optional<double> twa;  ///< 8 hours' average
    bool falling = false;       ///< alarms when it falls below (oxygen)
    std::string reference;      ///< where the figures come from

    bool operator==(const GasLimits&) const = default;
};

/// The document {"notice", "gases": [{"gas", "low", ...}]}. Errors name the gas and the field.
[[nodiscard]] Result<std::vector<GasLimits>> limitsFromJson(const Json& json, const std::string& where);
[[nodiscard]] Json toJson(const std::vector<GasLimits>& limits);
/// One name per gas: "CO" and "Carbon monoxide" are "carbon monoxide", alcohol counts as ethanol.
[[nodiscard]] std::string canonicalGas(const std::string& name);
/// What ships with the program (resources/safety/limits.json), overlaid gas by gas with the user's file where there is
/// one; an empty path: none. Errors: a file that cannot be read or understood.
[[nodiscard]] Result<std::vector<GasLimits>> loadLimits(const std::string& userPath);
/// ~/.config/bnof/safety_limits.json, or beside $BNOF_CONFIG.
[[nodiscard]] std::string userLimitsPath();

enum class SafetyLevel : std::uint8_t { None, Low, High, Stel, Twa };
[[nodiscard]] const char* toString(SafetyLevel level);

/// One gas now.
struct SafetyReading {
    std::string gas;
    std::string unit;
    double value = 0;        ///< NaN while there is no reading
    double stel = 0;         ///< average of what was measured of the last 15 minutes
    double stelCoverage = 0; ///< share of these 15 minutes that was measured
    double twa = 0;          ///< the same of 8 hours
    double twaCoverage = 0;
    std::array<bool, 5> alarms{}; ///< by SafetyLevel
    GasLimits limits;

    [[nodiscard]] bool alarmed() const;
};

/// Rolling averages in bounded memory: 90 bins of 10 s and 480 of one minute a gas. A reading holds for at most five
/// seconds: longer gaps are not filled. An average alarms when its lower bound does (what was not measured counts as
/// nothing), or when it was measured for three quarters of the time and exceeds the limit. Every alarm ends at 80 % of
/// its limit. Deterministic.
class SafetyMonitor {
public:
    explicit SafetyMonitor(std::vector<GasLimits> limits);

    /// Other limits from now on. Gases that stay, in the same unit, keep what was measured; their alarms are judged
    /// anew.
    void setLimits(std::vector<GasLimits> limits);
    [[nodiscard]] bool hasLimits() const { return !m_gases.empty(); }
    /// A concentration of `gas` at `t`; gases without limits are passed over. Times must not decrease per gas.
    void update(const std::string& gas, Timestamp t, double value);
    /// The averages up to `t`.
    void advance(Timestamp t);
    /// Gases that were seen, in the order of the limits.
    [[nodiscard]] std::vector<SafetyReading> readings() const;

private:
    /// Time-weighted sums of the last `bins` x `width`.
    struct Window {
        std::int64_t width = 0; ///< nanoseconds
        std::vector<double> sum;
        std::vector<double> covered; ///< seconds
        std::int64_t newest = -1;    ///< number of the newest bin

        void open(std::int64_t width, std::size_t bins);
        void add(Timestamp from, Timestamp to, double value);
        void moveTo(Timestamp t);
        [[nodiscard]] double seconds() const;
        [[nodiscard]] double coveredSeconds() const;
        [[nodiscard]] double dose() const;
    };
    struct Gas {
        GasLimits limits;
        Window quarter, day;
        bool seen = false;
        Timestamp last = 0;
        double value = 0;
        std::array<bool, 5> alarms{};
    };
    void judge(Gas& gas);

    std::vector<Gas> m_gases;
};

} // namespace bnof::sensing
