// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/store.h"

#include <chrono>
#include <filesystem>
#include <optional>

#include "engine/recording/audit_log.h"
#include "engine/recording/file_lock.h"
#include "engine/recording/sqlite.h"

namespace bnof::experiments {
namespace {

using recording::Database;
using recording::Statement;

constexpr recording::DatabaseWords words{"the file of this experiment", "Begin a new one with another name."};
constexpr const char* formatName = "bnof experiment 1";
constexpr int lockWaitMilliseconds = 500;

Json toJson(const Outcome& outcome)
{
    Json out = Json::object();
    out.set("said", outcome.said).set("missing", outcome.missing).set("latency", outcome.latencySeconds);
    out.set("cpu", outcome.cpuSeconds).set("decisions", outcome.decisions).set("spikes", outcome.spikes);
    out.set("false_alarms", outcome.falseAlarms).set("asked", outcome.asked);
    return outcome.failure.empty() ? out : out.set("failure", outcome.failure);
}

Result<Outcome> outcomeFrom(const std::string& text, const std::string& path)
{
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, path));
    Outcome out{static_cast<int>(json["said"].toInteger(-1)), json["missing"].toBool(), json["latency"].toDouble()};
    out.cpuSeconds = json["cpu"].toDouble();
    out.decisions = static_cast<std::uint32_t>(json["decisions"].toInteger());
    out.spikes = static_cast<std::uint64_t>(json["spikes"].toInteger());
    out.falseAlarms = static_cast<std::uint32_t>(json["false_alarms"].toInteger());
    out.asked = !json.contains("asked") || json["asked"].toBool();
    out.failure = json["failure"].toString();
    return out;
}

std::int64_t utcNow()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

class SqliteStore final : public ExperimentStore {
public:
    SqliteStore(std::optional<recording::FileLock> lock, Database database, std::string path, std::string operatorName)
        : m_lock(std::move(lock)), m_database(std::move(database)), m_path(std::move(path)),
          m_operator(std::move(operatorName))
    {}

    Result<void> prepare(const LockedPlan& locked)
    {
        BNOF_TRY(inTransaction([&] { return createTables(); }));
        BNOF_TRY(checkFormat());
        BNOF_TRY(inTransaction([&] { return addPlaces(); }));
        BNOF_TRY(readTrail());
        BNOF_TRY(inTransaction([&] { return chooseAnalysis(locked); }));
        return readUnits(m_analysis, m_units);
    }
    /// Of the file as it is: nothing is begun.
    Result<void> prepareLast(bool writing)
    {
        BNOF_TRY(checkFormat());
        if (writing) {
            BNOF_TRY(inTransaction([&] { return addPlaces(); }));
        }
        BNOF_TRY(readTrail());
        Statement s = statement("SELECT max(number) FROM analysis");
        BNOF_TRY(s.step());
        m_analysis = s.number(0);
        return writing ? readUnits(m_analysis, m_units) : Result<void>{};
    }
    [[nodiscard]] Result<StoredExperiment> read() const override
    {
        StoredExperiment out;
        Statement s = statement("SELECT number, plan, digest FROM analysis ORDER BY number");
        while (true) {
            BNOF_TRY_ASSIGN(const bool row, s.step());
            if (!row)
                break;
            StoredAnalysis one;
            one.number = s.number(0);
            BNOF_TRY_ASSIGN(const Json plan, Json::parse(s.text(1), m_path));
            BNOF_TRY_ASSIGN(one.locked, lockedPlanFromJson(plan, m_path));
            one.digest = s.text(2);
            BNOF_TRY(readUnits(one.number, one.units));
            out.analyses.push_back(std::move(one));
        }
        if (out.analyses.empty())
            return makeError(ErrorKind::BadInput, "there is no analysis in this experiment", m_path,
                             "Begin one with bnof compare A B DATASET --store FILE.");
        BNOF_TRY_ASSIGN(out.trail, trail());
        return out;
    }

    [[nodiscard]] std::int64_t analysis() const override { return m_analysis; }
    [[nodiscard]] const std::vector<ComparedUnit>& units() const override { return m_units; }

    Result<void> add(const ComparedUnit& unit) override
    {
        Statement s = statement("INSERT OR IGNORE INTO unit(analysis, id, exposure_group, label, a, b, place) "
                                "VALUES(?, ?, ?, ?, ?, ?, ?)");
        return s.bind(m_analysis)
            .bind(unit.id)
            .bind(std::int64_t{unit.group})
            .bind(std::int64_t{unit.label})
            .bind(toJson(unit.a).dump())
            .bind(toJson(unit.b).dump())
            .bind(Json::object().set("recording", unit.recording).set("seconds", unit.seconds).dump())
            .run();
    }

    Result<void> note(std::string_view what, Json detail) override
    {
        recording::AuditEntry entry = recording::auditBy(m_operator, what);
        entry.utc = utcNow();
        entry.detail = std::move(detail);
        entry.detail.set("analysis", m_analysis);
        entry = recording::chained(m_head, std::move(entry));
        Statement s = statement("INSERT INTO audit(number, entry) VALUES(?, ?)");
        BNOF_TRY(s.bind(entry.number).bind(recording::encode(entry)).run());
        m_head = {entry.number, entry.sha256};
        return {};
    }

    [[nodiscard]] Result<std::vector<recording::AuditEntry>> trail() const override
    {
        std::vector<recording::AuditEntry> out;
        Statement s = statement("SELECT entry FROM audit ORDER BY number");
        while (true) {
            BNOF_TRY_ASSIGN(const bool row, s.step());
            if (!row)
                return out;
            BNOF_TRY_ASSIGN(recording::AuditEntry entry, recording::parseAuditEntry(s.text(0)));
            out.push_back(std::move(entry));
        }
    }

private:
    [[nodiscard]] Statement statement(std::string_view sql) const { return {m_database.get(), m_path, sql, words}; }
    Result<void> run(std::string_view sql) const { return statement(sql).run(); }

    template <typename Work> Result<void> inTransaction(Work work)
    {
        BNOF_TRY(run("BEGIN IMMEDIATE"));
        if (Result<void> done = work(); !done.ok()) {
            static_cast<void>(run("ROLLBACK"));
            return done;
        }
        return run("COMMIT");
    }

    Result<void> createTables()
    {
        Statement count = statement("SELECT count(*) FROM sqlite_master WHERE type = 'table'");
        BNOF_TRY(count.step());
        if (count.number(0) > 0)
            return {};
        BNOF_TRY(run("CREATE TABLE experiment(key TEXT PRIMARY KEY, value TEXT NOT NULL)"));
        BNOF_TRY(run("CREATE TABLE analysis(number INTEGER PRIMARY KEY, plan TEXT NOT NULL, digest TEXT NOT NULL)"));
        BNOF_TRY(run("CREATE TABLE unit(number INTEGER PRIMARY KEY, analysis INTEGER NOT NULL, id TEXT NOT NULL, "
                     "exposure_group INTEGER NOT NULL, label INTEGER NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, "
                     "place TEXT NOT NULL DEFAULT '{}', UNIQUE(analysis, id))"));
        BNOF_TRY(run("CREATE TABLE audit(number INTEGER PRIMARY KEY, entry TEXT NOT NULL)"));
        Statement s = statement("INSERT INTO experiment(key, value) VALUES('format', ?)");
        return s.bind(formatName).run();
    }

    Result<void> checkFormat()
    {
        Statement s = statement("SELECT value FROM experiment WHERE key = 'format'");
        const auto row = s.step();
        if (row.ok() && *row && s.text(0) == formatName)
            return {};
        return makeError(ErrorKind::BadInput, "this is not an experiment", m_path,
                         "Name a file that bnof compare has written, or one that does not exist yet.");
    }

    Result<void> readTrail()
    {
        BNOF_TRY_ASSIGN(const std::vector<recording::AuditEntry> entries, trail());
        const recording::AuditCheck check = recording::checkChain(entries);
        if (!check.intact)
            return makeError(ErrorKind::BadInput, "the audit trail of this experiment was changed: " + check.finding,
                             m_path, "Nothing that it says can be relied on: begin a new experiment.");
        m_head = recording::headOf(entries);
        return {};
    }

    Result<void> chooseAnalysis(const LockedPlan& locked)
    {
        const std::string digest = digestOf(locked);
        std::int64_t last = 0;
        {
            Statement s = statement("SELECT number, digest FROM analysis ORDER BY number");
            while (true) {
                BNOF_TRY_ASSIGN(const bool row, s.step());
                if (!row)
                    break;
                last = s.number(0);
                if (s.text(1) == digest)
                    m_analysis = last;
            }
        }
        if (m_analysis > 0)
            return note("resumed", Json::object().set("digest", digest));
        m_analysis = last + 1;
        Statement s = statement("INSERT INTO analysis(number, plan, digest) VALUES(?, ?, ?)");
        BNOF_TRY(s.bind(m_analysis).bind(experiments::toJson(locked).dump()).bind(digest).run());
        return note(last == 0 ? "plan locked" : "plan changed: new analysis",
                    Json::object().set("digest", digest).set("plan", experiments::toJson(locked)));
    }

    /// Files of earlier versions do not say where an exposure lies.
    [[nodiscard]] Result<bool> hasPlaces() const
    {
        Statement s = statement("SELECT count(*) FROM pragma_table_info('unit') WHERE name = 'place'");
        BNOF_TRY(s.step());
        return s.number(0) > 0;
    }
    Result<void> addPlaces()
    {
        BNOF_TRY_ASSIGN(const bool there, hasPlaces());
        return there ? Result<void>{} : run("ALTER TABLE unit ADD COLUMN place TEXT NOT NULL DEFAULT '{}'");
    }

    Result<void> readUnits(std::int64_t analysis, std::vector<ComparedUnit>& units) const
    {
        BNOF_TRY_ASSIGN(const bool places, hasPlaces());
        const std::string place = places ? "place" : "'{}'";
        Statement s = statement("SELECT id, exposure_group, label, a, b, " + place +
                                " FROM unit WHERE analysis = ? ORDER BY number");
        s.bind(analysis);
        while (true) {
            BNOF_TRY_ASSIGN(const bool row, s.step());
            if (!row)
                return {};
            ComparedUnit unit;
            unit.id = s.text(0);
            unit.group = static_cast<int>(s.number(1));
            unit.label = static_cast<int>(s.number(2));
            BNOF_TRY_ASSIGN(unit.a, outcomeFrom(s.text(3), m_path));
            BNOF_TRY_ASSIGN(unit.b, outcomeFrom(s.text(4), m_path));
            BNOF_TRY_ASSIGN(const Json where, Json::parse(s.text(5), m_path));
            unit.recording = where["recording"].toString();
            unit.seconds = where["seconds"].toDouble();
            units.push_back(std::move(unit));
        }
    }

    std::optional<recording::FileLock> m_lock;
    Database m_database;
    std::string m_path;
    std::string m_operator;
    std::int64_t m_analysis = 0;
    std::vector<ComparedUnit> m_units;
    recording::AuditHead m_head;
};

Result<void> mustExist(const std::string& path)
{
    if (std::error_code ignored; std::filesystem::is_regular_file(path, ignored))
        return {};
    return makeError(ErrorKind::BadInput, "there is no such experiment", path,
                     "Name the file that was given to bnof compare --store.");
}

} // namespace

Result<std::unique_ptr<ExperimentStore>> ExperimentStore::open(const std::string& path, const LockedPlan& locked,
                                                               const std::string& operatorName)
{
    std::optional<recording::FileLock> lock;
    if (!path.empty()) {
        BNOF_TRY_ASSIGN(recording::FileLock taken, recording::FileLock::take(path + ".lock", lockWaitMilliseconds));
        lock.emplace(std::move(taken));
    }
    BNOF_TRY_ASSIGN(Database database, recording::openDatabase(path.empty() ? ":memory:" : path, words));
    auto store = std::make_unique<SqliteStore>(std::move(lock), std::move(database), path, operatorName);
    BNOF_TRY(store->prepare(locked));
    return std::unique_ptr<ExperimentStore>(std::move(store));
}

Result<std::unique_ptr<ExperimentStore>> ExperimentStore::openLast(const std::string& path,
                                                                   const std::string& operatorName)
{
    BNOF_TRY(mustExist(path));
    BNOF_TRY_ASSIGN(recording::FileLock taken, recording::FileLock::take(path + ".lock", lockWaitMilliseconds));
    BNOF_TRY_ASSIGN(Database database, recording::openDatabase(path, words));
    auto store =
        std::make_unique<SqliteStore>(std::optional(std::move(taken)), std::move(database), path, operatorName);
    BNOF_TRY(store->prepareLast(true));
    return std::unique_ptr<ExperimentStore>(std::move(store));
}

Result<StoredExperiment> readExperiment(const std::string& path)
{
    BNOF_TRY(mustExist(path));
    BNOF_TRY_ASSIGN(Database database, recording::openDatabase(path, words));
    SqliteStore store(std::nullopt, std::move(database), path, {});
    BNOF_TRY(store.prepareLast(false));
    return store.read();
}

} // namespace bnof::experiments
