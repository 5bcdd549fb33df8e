// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/sqlite.h"

#include <sqlite3.h>

namespace bnof::recording {

namespace {

constexpr std::string_view damaged = " is damaged";

} // namespace

bool isDamage(const Error& error)
{
    return error.kind == ErrorKind::BadInput && error.what.ends_with(damaged);
}

Error sqliteError(sqlite3* database, int status, const std::string& path, const DatabaseWords& words)
{
    const std::string detail =
        database != nullptr ? std::string(sqlite3_errmsg(database)) : std::string(sqlite3_errstr(status));
    const std::string name(words.name);
    const std::string remedy(words.remedy);
    switch (status & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return makeError(ErrorKind::BadInput, name + std::string(damaged), path, "No recording is affected. " + remedy,
                         detail);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return makeError(ErrorKind::Storage, "another program is using " + name, path, "Try again in a moment.",
                         detail);
    case SQLITE_FULL:
        return makeError(ErrorKind::Storage, "the disk is full; " + name + " was not changed", path,
                         "Free some space on this disk.", detail);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return makeError(ErrorKind::Storage, name + " cannot be opened for writing", path,
                         "Check that its folder exists and that you may write to it.", detail);
    default: return makeError(ErrorKind::Storage, name + " cannot be used: " + detail, path, remedy);
    }
}

Statement::Statement(sqlite3* database, std::string path, std::string_view sql, const DatabaseWords& words)
    : m_database(database), m_path(std::move(path)), m_words(words),
      m_status(sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &m_statement, nullptr))
{}

Statement::~Statement()
{
    sqlite3_finalize(m_statement);
}

Statement& Statement::bind(std::string_view text)
{
    if (m_status == SQLITE_OK)
        m_status = sqlite3_bind_text64(m_statement, ++m_bound, text.data() ? text.data() : "", text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(std::int64_t number)
{
    if (m_status == SQLITE_OK)
        m_status = sqlite3_bind_int64(m_statement, ++m_bound, number);
    return *this;
}

Result<bool> Statement::step()
{
    if (m_status == SQLITE_OK)
        m_status = sqlite3_step(m_statement);
    // The busy timeout does not cover every wait: while another process switches the journal mode, recovers or
    // removes the write-ahead log, SQLite answers at once. Outside a transaction trying again is safe.
    for (int tries = 0; (m_status & 0xFF) == SQLITE_BUSY && sqlite3_get_autocommit(m_database) != 0 && tries < 100;
         ++tries) {
        sqlite3_reset(m_statement);
        sqlite3_sleep(50);
        m_status = sqlite3_step(m_statement);
    }
    const int status = m_status;
    if (status == SQLITE_ROW) {
        m_status = SQLITE_OK;
        return true;
    }
    if (status == SQLITE_DONE)
        return false;
    return sqliteError(m_database, status, m_path, m_words);
}

Result<void> Statement::run()
{
    while (true) {
        BNOF_TRY_ASSIGN(const bool row, step());
        if (!row)
            return {};
    }
}

std::string Statement::text(int column) const
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    return bytes != nullptr ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column)))
                            : std::string();
}

std::int64_t Statement::number(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

void DatabaseCloser::operator()(sqlite3* database) const
{
    sqlite3_close_v2(database);
}

Result<void> execute(sqlite3* database, const std::string& path, std::string_view sql, const DatabaseWords& words)
{
    return Statement(database, path, sql, words).run();
}

Result<Database> openDatabase(const std::string& path, const DatabaseWords& words)
{
    sqlite3* raw = nullptr;
    const int status =
        sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    Database database(raw);
    if (status != SQLITE_OK)
        return sqliteError(raw, status, path, words);
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, 5000);
    BNOF_TRY(execute(raw, path, "PRAGMA journal_mode=WAL", words));
    BNOF_TRY(execute(raw, path, "PRAGMA synchronous=FULL", words));
    return database;
}

} // namespace bnof::recording
