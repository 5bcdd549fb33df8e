// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/time.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace bnof {

std::int64_t monotonicNow()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::int64_t wallNow()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::int64_t threadCpuNow()
{
    timespec ts{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return static_cast<std::int64_t>(ts.tv_sec) * nanosecondsPerSecond + ts.tv_nsec;
}

std::string formatUtc(std::int64_t wallNanoseconds)
{
    std::int64_t seconds = wallNanoseconds / nanosecondsPerSecond;
    std::int64_t rest = wallNanoseconds % nanosecondsPerSecond;
    if (rest < 0) {
        rest += nanosecondsPerSecond;
        --seconds;
    }
    const std::time_t time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                  static_cast<int>(rest / nanosecondsPerMillisecond));
    return text;
}

} // namespace bnof
