// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"

#include <cerrno>
#include <cstdio>
#include <deque>
#include <mutex>

#include "engine/base/time.h"

namespace bnof::log {
namespace {

constexpr std::size_t keptRecords = 1000;

struct State {
    std::mutex mutex;
    Level consoleLevel = Level::Warning;
    std::FILE* file = nullptr;
    std::deque<std::string> records;
};

State& state()
{
    static State* instance = new State; // never destroyed: threads may log while statics go away
    return *instance;
}

const char* name(Level level)
{
    switch (level) {
    case Level::Debug: return "debug";
    case Level::Info: return "info";
    case Level::Warning: return "warning";
    case Level::Error: return "error";
    }
    return "?";
}

bool needsQuotes(std::string_view text)
{
    return text.empty() || text.find_first_of(" \t\"=\n") != std::string_view::npos;
}

void appendValue(std::string& line, std::string_view text)
{
    if (!needsQuotes(text)) {
        line += text;
        return;
    }
    line += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\')
            line += '\\';
        line += c == '\n' ? ' ' : c;
    }
    line += '"';
}

} // namespace

void write(Level level, std::string_view area, std::string_view message, std::initializer_list<Field> fields)
{
    std::string line = formatUtc(wallNow());
    line += ' ';
    line += name(level);
    line += ' ';
    line += area;
    line += ' ';
    line += message;
    for (const auto& [key, value] : fields) {
        line += ' ';
        line += key;
        line += '=';
        appendValue(line, value);
    }
    line += '\n';
    State& s = state();
    const std::lock_guard lock(s.mutex);
    if (level >= s.consoleLevel)
        std::fputs(line.c_str(), stderr);
    if (level < Level::Info)
        return;
    if (s.file) {
        std::fputs(line.c_str(), s.file);
        std::fflush(s.file);
    }
    s.records.push_back(std::move(line));
    if (s.records.size() > keptRecords)
        s.records.pop_front();
}

void setConsoleLevel(Level level)
{
    State& s = state();
    const std::lock_guard lock(s.mutex);
    s.consoleLevel = level;
}

Result<void> openFile(const std::string& path)
{
    std::FILE* file = std::fopen(path.c_str(), "ae");
    if (!file)
        return errnoError(errno, "cannot open the log file", path, "Choose a folder that you may write to.");
    State& s = state();
    const std::lock_guard lock(s.mutex);
    if (s.file)
        std::fclose(s.file);
    s.file = file;
    return {};
}

std::vector<std::string> recent()
{
    State& s = state();
    const std::lock_guard lock(s.mutex);
    return {s.records.begin(), s.records.end()};
}

} // namespace bnof::log
