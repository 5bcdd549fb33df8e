// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include <unistd.h>

#include <cstdio>

#include "engine/base/files.h"

namespace bnof::cli {

Result<double> Invocation::number(const char* option, double fallback, double low, double high) const
{
    if (!isSet(option))
        return fallback;
    bool ok = false;
    const double number = parser.value(QString::fromLatin1(option)).toDouble(&ok);
    if (!ok || !(number >= low && number <= high))
        return makeError(ErrorKind::Usage,
                         "\"" + value(option) + "\" is not a number from " + Json(low).dump() + " to " +
                             Json(high).dump(),
                         std::string("--") + option);
    return number;
}

int fail(const Error& error)
{
    showProgress({});
    std::fprintf(stderr, "bnof: %s\n", error.message().c_str());
    switch (error.kind) {
    case ErrorKind::Usage: return BadUsage;
    case ErrorKind::BadInput:
    case ErrorKind::Storage: return BadInput;
    case ErrorKind::Device: return DeviceFailure;
    case ErrorKind::Cancelled:
    case ErrorKind::Internal: break;
    }
    return FailedCheck;
}

void printLine(const std::string& line)
{
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

void showProgress(const std::string& text)
{
    static const bool terminal = isatty(STDERR_FILENO) != 0;
    static bool shown = false;
    if (!terminal || (text.empty() && !shown))
        return;
    std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
    std::fflush(stderr);
    shown = !text.empty();
}

Result<std::vector<std::uint8_t>> loadModel(const std::string& name)
{
    std::string path = name;
    if (name == "default") {
        BNOF_TRY_ASSIGN(path, findResource("models/default.bnofmodel"));
    }
    BNOF_TRY_ASSIGN(const std::string text, readFile(path));
    return std::vector<std::uint8_t>(text.begin(), text.end());
}

std::string formatBytes(double bytes)
{
    const char* units[] = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    while (bytes >= 1000 && unit < 4) {
        bytes /= 1000;
        ++unit;
    }
    char text[32];
    std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return text;
}

} // namespace bnof::cli
