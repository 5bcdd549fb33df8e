// SPDX-License-Identifier: GPL-3.0-or-later
// Structured logging: one line a record, `time level area message key=value ...`, to stderr and
// optionally a file, with the last lines kept in memory for problem reports. Thread-safe.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace bnof::log {

enum class Level { Debug, Info, Warning, Error };

using Field = std::pair<std::string_view, std::string>;

void write(Level level, std::string_view area, std::string_view message, std::initializer_list<Field> fields = {});
inline void debug(std::string_view area, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::Debug, area, message, fields);
}
inline void info(std::string_view area, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::Info, area, message, fields);
}
inline void warning(std::string_view area, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::Warning, area, message, fields);
}
inline void error(std::string_view area, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::Error, area, message, fields);
}

/// Records below this level are dropped on stderr (the file and the memory ring keep Info and above).
void setConsoleLevel(Level level);
/// Append records to this file as well; the directory must exist.
Result<void> openFile(const std::string& path);
/// The newest records, oldest first (at most 1,000 are kept).
[[nodiscard]] std::vector<std::string> recent();

} // namespace bnof::log
