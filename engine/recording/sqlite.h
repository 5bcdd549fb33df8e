// SPDX-License-Identifier: GPL-3.0-or-later
// SQLite with errors as values. For the libraries above too, which name their own database in its errors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace bnof::recording {

/// How errors speak of a database; both must outlive its statements.
struct DatabaseWords {
    std::string_view name = "the list of recordings";
    std::string_view remedy = "Rebuild it from the recordings (bnof reindex).";
};

/// One prepared statement; parameters are bound in the order of the calls.
class Statement {
public:
    Statement(sqlite3* database, std::string path, std::string_view sql, const DatabaseWords& words = {});
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(std::string_view text);
    Statement& bind(std::int64_t number);
    /// True: there is a row. False: done.
    Result<bool> step();
    /// For statements without rows.
    Result<void> run();
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::int64_t number(int column) const;

private:
    sqlite3* m_database;
    sqlite3_stmt* m_statement = nullptr;
    std::string m_path;
    DatabaseWords m_words;
    int m_status;
    int m_bound = 0;
};

/// The error that SQLite reports now, in words that help.
[[nodiscard]] Error sqliteError(sqlite3* database, int status, const std::string& path,
                                const DatabaseWords& words = {});
/// The error says that the database's own bytes are wrong.
[[nodiscard]] bool isDamage(const Error& error);

struct DatabaseCloser {
    void operator()(sqlite3* database) const;
};
using Database = std::unique_ptr<sqlite3, DatabaseCloser>;

/// Open or create, with write-ahead log, synchronous=FULL and a busy time-out of 5 s.
[[nodiscard]] Result<Database> openDatabase(const std::string& path, const DatabaseWords& words = {});
Result<void> execute(sqlite3* database, const std::string& path, std::string_view sql, const DatabaseWords& words = {});

} // namespace bnof::recording
