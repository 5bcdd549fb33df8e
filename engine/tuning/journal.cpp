// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tuning/journal.h"

#include <cmath>
#include <filesystem>
#include <mutex>

#include "engine/recording/file_lock.h"
#include "engine/recording/sqlite.h"

namespace bnof::tuning {
namespace {

using recording::Database;
using recording::Statement;

constexpr recording::DatabaseWords words{"the journal of this search", "Begin a new one with another name."};
constexpr const char* formatName = "bnof tuning journal 1";
constexpr int lockWaitMilliseconds = 500;

Error notAJournal(const std::string& path)
{
    return makeError(ErrorKind::BadInput, "this is not the journal of a search", path,
                     "Name a file that bnof tune has written, or one that does not exist yet.");
}

/// Path of the first value in which two documents differ; empty: none.
std::string firstDifference(const Json& a, const Json& b, const std::string& path)
{
    if (a == b)
        return {};
    if (!a.isObject() || !b.isObject())
        return path;
    for (const auto& [key, value] : b.members()) {
        if (const std::string found = firstDifference(a[key], value, path.empty() ? key : path + '.' + key);
            !found.empty())
            return found;
    }
    return path.empty() ? "plan" : path;
}

Result<std::string> setting(const Database& database, const std::string& path, std::string_view key)
{
    Statement statement(database.get(), path, "SELECT value FROM study WHERE key = ?", words);
    statement.bind(key);
    BNOF_TRY_ASSIGN(const bool found, statement.step());
    return found ? statement.text(0) : std::string();
}

Result<bool> hasTables(const Database& database, const std::string& path)
{
    Statement statement(database.get(), path, "SELECT count(*) FROM sqlite_master WHERE type = 'table'", words);
    BNOF_TRY(statement.step());
    return statement.number(0) > 0;
}

TrialState stateFromName(const std::string& name)
{
    for (const TrialState state : {TrialState::Complete, TrialState::Pruned, TrialState::Failed}) {
        if (name == nameOf(state))
            return state;
    }
    return TrialState::Running;
}

Result<std::vector<Trial>> readTrials(const Database& database, const std::string& path, const SearchSpace& space)
{
    std::vector<Trial> out;
    Statement trials(database.get(), path, "SELECT number, point, state, detail, reason FROM trial ORDER BY number",
                     words);
    while (true) {
        BNOF_TRY_ASSIGN(const bool row, trials.step());
        if (!row)
            break;
        Trial trial;
        trial.number = static_cast<std::uint64_t>(trials.number(0));
        if (trial.number != out.size())
            return notAJournal(path);
        BNOF_TRY_ASSIGN(const Json point, Json::parse(trials.text(1), path));
        BNOF_TRY_ASSIGN(trial.point, pointFromJson(space, point, path));
        trial.state = stateFromName(trials.text(2));
        BNOF_TRY_ASSIGN(trial.detail, Json::parse(trials.text(3), path));
        trial.reason = trials.text(4);
        out.push_back(std::move(trial));
    }
    Statement steps(database.get(), path, "SELECT number, step, loss FROM step ORDER BY number, step", words);
    while (true) {
        BNOF_TRY_ASSIGN(const bool row, steps.step());
        if (!row)
            return out;
        const auto number = static_cast<std::size_t>(steps.number(0));
        if (number >= out.size() || static_cast<std::size_t>(steps.number(1)) != out[number].losses.size())
            return notAJournal(path);
        BNOF_TRY_ASSIGN(const Json loss, Json::parse(steps.text(2), path));
        out[number].losses.push_back(loss.toDouble());
    }
}

class SqliteJournal final : public Journal {
public:
    SqliteJournal(recording::FileLock lock, Database database, std::string path, std::vector<Trial> trials)
        : m_lock(std::move(lock)), m_database(std::move(database)), m_path(std::move(path)), m_trials(std::move(trials))
    {}

    [[nodiscard]] const std::vector<Trial>& trials() const override { return m_trials; }

    Result<void> begin(const Trial& trial, const SearchSpace& space) override
    {
        const std::lock_guard lock(m_mutex);
        Statement statement(m_database.get(), m_path,
                            "INSERT OR IGNORE INTO trial(number, point, state, detail, reason) "
                            "VALUES(?, ?, 'running', '{}', '')",
                            words);
        return statement.bind(static_cast<std::int64_t>(trial.number)).bind(toJson(space, trial.point).dump()).run();
    }
    Result<void> step(const Trial& trial) override
    {
        const std::lock_guard lock(m_mutex);
        BNOF_TRY(run("BEGIN IMMEDIATE"));
        if (auto done = addStep(trial); !done.ok()) {
            static_cast<void>(run("ROLLBACK"));
            return done;
        }
        return run("COMMIT");
    }
    Result<void> finish(const Trial& trial) override
    {
        const std::lock_guard lock(m_mutex);
        Statement statement(m_database.get(), m_path,
                            "UPDATE trial SET state = ?, detail = ?, reason = ? WHERE number = ?", words);
        return statement.bind(nameOf(trial.state))
            .bind(trial.detail.isNull() ? "{}" : trial.detail.dump())
            .bind(trial.reason)
            .bind(static_cast<std::int64_t>(trial.number))
            .run();
    }
    Result<void> noteResult(const Json& result) override
    {
        const std::lock_guard lock(m_mutex);
        Statement statement(m_database.get(), m_path, "INSERT OR REPLACE INTO study(key, value) VALUES('result', ?)",
                            words);
        return statement.bind(result.dump()).run();
    }

private:
    Result<void> run(const char* sql) const { return recording::execute(m_database.get(), m_path, sql, words); }
    Result<void> addStep(const Trial& trial)
    {
        const auto number = static_cast<std::int64_t>(trial.number);
        Statement step(m_database.get(), m_path, "INSERT INTO step(number, step, loss) VALUES(?, ?, ?)", words);
        BNOF_TRY(step.bind(number)
                     .bind(static_cast<std::int64_t>(trial.losses.size() - 1))
                     .bind(Json(trial.losses.back()).dump())
                     .run());
        Statement detail(m_database.get(), m_path, "UPDATE trial SET detail = ? WHERE number = ?", words);
        return detail.bind(trial.detail.dump()).bind(number).run();
    }

    recording::FileLock m_lock;
    Database m_database;
    std::string m_path;
    std::vector<Trial> m_trials;
    std::mutex m_mutex;
};

class MemoryJournal final : public Journal {
public:
    [[nodiscard]] const std::vector<Trial>& trials() const override { return m_none; }
    Result<void> begin(const Trial&, const SearchSpace&) override { return {}; }
    Result<void> step(const Trial&) override { return {}; }
    Result<void> finish(const Trial&) override { return {}; }
    Result<void> noteResult(const Json&) override { return {}; }

private:
    std::vector<Trial> m_none;
};

Result<void> create(const Database& database, const std::string& path, const Json& plan)
{
    const auto run = [&](const char* sql) { return recording::execute(database.get(), path, sql, words); };
    BNOF_TRY(run("BEGIN IMMEDIATE"));
    BNOF_TRY(run("CREATE TABLE study(key TEXT PRIMARY KEY, value TEXT NOT NULL)"));
    BNOF_TRY(run("CREATE TABLE trial(number INTEGER PRIMARY KEY, point TEXT NOT NULL, state TEXT NOT NULL, "
                 "detail TEXT NOT NULL, reason TEXT NOT NULL)"));
    BNOF_TRY(run("CREATE TABLE step(number INTEGER NOT NULL, step INTEGER NOT NULL, loss TEXT NOT NULL, "
                 "PRIMARY KEY(number, step))"));
    for (const auto& [key, value] : {std::pair{"format", std::string(formatName)}, std::pair{"plan", plan.dump()}}) {
        Statement statement(database.get(), path, "INSERT INTO study(key, value) VALUES(?, ?)", words);
        BNOF_TRY(statement.bind(key).bind(value).run());
    }
    return run("COMMIT");
}

Result<Json> planOf(const Database& database, const std::string& path)
{
    const auto format = setting(database, path, "format");
    if (!format.ok() || *format != formatName)
        return notAJournal(path);
    BNOF_TRY_ASSIGN(const std::string text, setting(database, path, "plan"));
    return Json::parse(text, path);
}

} // namespace

Result<StudyRecord> readJournal(const std::string& path)
{
    if (std::error_code ignored; !std::filesystem::exists(path, ignored))
        return makeError(ErrorKind::BadInput, "there is no such file", path, "Name the journal of a search.");
    BNOF_TRY_ASSIGN(const Database database, recording::openDatabase(path, words));
    StudyRecord out;
    BNOF_TRY_ASSIGN(out.plan, planOf(database, path));
    BNOF_TRY_ASSIGN(out.space, spaceFromJson(out.plan["space"], path));
    BNOF_TRY_ASSIGN(out.trials, readTrials(database, path, out.space));
    BNOF_TRY_ASSIGN(const std::string result, setting(database, path, "result"));
    if (!result.empty()) {
        BNOF_TRY_ASSIGN(out.result, Json::parse(result, path));
    }
    return out;
}

Result<std::unique_ptr<Journal>> Journal::open(const std::string& path, const Json& plan)
{
    BNOF_TRY_ASSIGN(recording::FileLock lock, recording::FileLock::take(path + ".lock", lockWaitMilliseconds));
    BNOF_TRY_ASSIGN(Database database, recording::openDatabase(path, words));
    BNOF_TRY_ASSIGN(const bool resumed, hasTables(database, path));
    if (!resumed)
        BNOF_TRY(create(database, path, plan));
    BNOF_TRY_ASSIGN(const Json stored, planOf(database, path));
    BNOF_TRY_ASSIGN(const Json given, Json::parse(plan.dump(), path)); // as numbers come back from text
    if (const std::string field = firstDifference(stored, given, {}); !field.empty())
        return makeError(ErrorKind::BadInput, "this journal belongs to another search: " + field + " differs", path,
                         "Repeat the options of that search, or begin a new journal.");
    BNOF_TRY_ASSIGN(const SearchSpace space, spaceFromJson(stored["space"], path));
    BNOF_TRY_ASSIGN(std::vector<Trial> trials, readTrials(database, path, space));
    return std::unique_ptr<Journal>(
        std::make_unique<SqliteJournal>(std::move(lock), std::move(database), path, std::move(trials)));
}

std::unique_ptr<Journal> Journal::inMemory()
{
    return std::make_unique<MemoryJournal>();
}

} // namespace bnof::tuning
