// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/calibration/mq_sensors.h"

#include <algorithm>
#include <cctype>

namespace bnof::sensing {
namespace {

/// A line without a factor is too steep to use; its exponent says why.
struct Line {
    const char* gas;
    double a;
    double b;
};

MqSensor sensor(const char* name, double airRatio, std::initializer_list<Line> lines, const char* remark = "")
{
    // Most charts run from 200 to 10,000 ppm; the exceptions are below.
    MqSensor out{name, airRatio, {}, remark};
    for (const Line& line : lines)
        out.gases.push_back({line.gas, line.a, line.b, 200, 10'000, "ppm", std::string("datasheet curve of ") + name});
    return out;
}

std::vector<MqSensor> table()
{
    std::vector<MqSensor> all{
        sensor("MQ-2", 9.83,
               {{"hydrogen", 987.99, -2.162},
                {"LPG", 574.25, -2.222},
                {"carbon monoxide", 36974, -3.109},
                {"alcohol", 3616.1, -2.675},
                {"propane", 658.71, -2.168}}),
        sensor("MQ-3", 60,
               {{"alcohol", 0.3934, -1.504},
                {"benzene", 4.8387, -2.68},
                {"hexane", 7585.3, -2.849},
                {"LPG", 44771, -3.245},
                {"carbon monoxide", 521853, -3.821}},
               "the chart is in mg/L"),
        sensor("MQ-4", 4.4, {{"methane", 1012.7, -2.786}, {"LPG", 3811.9, -3.113}, {"carbon monoxide", 0, -19}}),
        sensor("MQ-5", 6.5,
               {{"hydrogen", 1163.8, -3.874},
                {"LPG", 80.897, -2.431},
                {"methane", 177.65, -2.56},
                {"carbon monoxide", 491204, -5.826},
                {"alcohol", 97124, -4.918}}),
        sensor("MQ-6", 10, {{"LPG", 1009.2, -2.35}, {"methane", 2127.2, -2.526}, {"hydrogen", 88158, -3.597}}),
        sensor("MQ-7", 27.5, {{"carbon monoxide", 99.042, -1.518}, {"hydrogen", 69.014, -1.374}, {"methane", 0, -10.5}},
               "needs a heater cycle of 60 s at 5 V and 90 s at 1.4 V"),
        sensor("MQ-8", 70, {{"hydrogen", 976.97, -0.688}, {"alcohol", 76101, -1.86}}),
        sensor("MQ-9", 9.6,
               {{"carbon monoxide", 599.65, -2.244}, {"LPG", 1000.5, -2.186}, {"methane", 4269.6, -2.648}}),
        sensor("MQ-131", 15, {{"ozone", 23.943, -1.11}, {"chlorine", 47.209, -1.186}}, "the chart is in ppb"),
        sensor("MQ-135", 3.6,
               {{"carbon dioxide", 110.47, -2.862},
                {"ammonia", 102.2, -2.473},
                {"carbon monoxide", 605.18, -3.937},
                {"alcohol", 77.255, -3.18},
                {"toluene", 44.947, -3.445},
                {"acetone", 34.668, -3.369}}),
        sensor(
            "MQ-136", 3.6,
            {{"hydrogen sulfide", 36.737, -3.536}, {"ammonia", 98.551, -2.475}, {"carbon monoxide", 503.34, -3.774}}),
        sensor("MQ-303A", 1,
               {{"isobutane", 6.2144, -2.894}, {"hydrogen", 4.1487, -2.716}, {"ethanol", 3.4916, -2.432}}),
        sensor("MQ-309A", 11,
               {{"carbon monoxide", 1e6, -4.01},
                {"methane", 980.24, -1.68},
                {"hydrogen", 1532.9, -1.951},
                {"alcohol", 473622, -3.647}}),
    };
    const auto range = [&](const char* name, double low, double high, const char* unit = "ppm") {
        for (MqSensor& each : all) {
            for (PowerLaw& law : each.gases) {
                if (each.name == name) {
                    law.low = low;
                    law.high = high;
                    law.unit = unit;
                }
            }
        }
    };
    range("MQ-3", 0.05, 10, "mg/L");
    range("MQ-7", 20, 2000);
    range("MQ-131", 10, 1000, "ppb");
    range("MQ-135", 10, 1000);
    range("MQ-136", 1, 200);
    return all;
}

bool sameName(const std::string& a, const std::string& b)
{
    const auto plain = [](const std::string& text) {
        std::string out;
        for (const char c : text) {
            if (std::isalnum(static_cast<unsigned char>(c)) != 0)
                out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
        return out;
    };
    return plain(a) == plain(b);
}

} // namespace

const std::vector<MqSensor>& mqSensors()
{
    static const std::vector<MqSensor> all = table();
    return all;
}

const MqSensor* findMqSensor(const std::string& name)
{
    const auto& all = mqSensors();
    const auto it =
        std::find_if(all.begin(), all.end(), [&](const MqSensor& each) { return sameName(each.name, name); });
    return it == all.end() ? nullptr : &*it;
}

Result<PowerLaw> mqCurve(const std::string& sensor, const std::string& gas)
{
    const MqSensor* found = findMqSensor(sensor);
    if (found == nullptr) {
        std::string known;
        for (const MqSensor& each : mqSensors())
            known += (known.empty() ? "" : ", ") + each.name;
        return makeError(ErrorKind::Usage, "\"" + sensor + "\" is not in the table of MQ sensors", "sensor",
                         "Known: " + known + ". Any other sensor is calibrated with spans of a known gas.");
    }
    std::string usable;
    for (const PowerLaw& law : found->gases) {
        const bool insensitive = law.b < -largestExponent || law.b > largestExponent;
        if (!insensitive)
            usable += (usable.empty() ? "" : ", ") + law.gas;
        if (!sameName(law.gas, gas))
            continue;
        if (insensitive)
            return makeError(ErrorKind::Usage,
                             found->name + " is as good as insensitive to " + law.gas + " (exponent " +
                                 std::to_string(static_cast<int>(law.b)) + "): its noise would read as gas",
                             "gas", "Use another sensor for this gas.");
        return law;
    }
    return makeError(ErrorKind::Usage, found->name + " has no curve for \"" + gas + "\"", "gas",
                     "It has: " + usable + ".");
}

} // namespace bnof::sensing
