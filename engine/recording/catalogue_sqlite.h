// SPDX-License-Identifier: GPL-3.0-or-later
// The catalogue over SQLite. Private to this folder: catalogue.cpp opens and searches, catalogue_write.cpp changes.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/recording/catalogue.h"
#include "engine/recording/catalogue_files.h"
#include "engine/recording/catalogue_schema.h"
#include "engine/recording/catalogue_search.h"

namespace bnof::recording {

/// A line; whether the file is there is looked up now.
[[nodiscard]] CatalogueEntry entryFromRow(const Statement& row);

[[nodiscard]] inline bool fileExists(const std::string& path)
{
    std::error_code error;
    return std::filesystem::exists(path, error);
}

class SqliteCatalogue final : public Catalogue {
public:
    SqliteCatalogue(OpenCatalogue open, std::string path, std::string aside)
        : m_database(std::move(open.database)), m_fullText(open.fullText), m_path(std::move(path)),
          m_aside(std::move(aside))
    {}

    [[nodiscard]] const std::string& putAside() const override { return m_aside; }
    Result<CatalogueEntry> add(const std::string& recordingPath) override;
    Result<ScanReport> scan(const std::string& folder, const ScanProgress& progress) override
    {
        return search(folder, false, progress);
    }
    Result<ScanReport> reindex(const std::string& folder, const ScanProgress& progress) override
    {
        return search(folder, true, progress);
    }
    [[nodiscard]] Result<std::vector<CatalogueEntry>> find(const CatalogueQuery& query) const override;
    [[nodiscard]] Result<CatalogueChoices> choices() const override;
    Result<void> noteVerification(const std::string& recordingPath, const Verification& verification) override;
    Result<std::optional<Verification>> check(const std::string& recordingPath,
                                              const std::function<bool(double)>& progress) override;
    Result<VerifyReport> verifyPending(const CatalogueQuery& query, const VerifyProgress& progress) override;
    Result<void> remove(const std::string& uuid, const std::string& path) override;
    Result<void> restore(const CatalogueEntry& entry) override;

private:
    /// A line as far as scan() has to know it.
    struct Known {
        FileStamp stamp;
        RecordingState state = RecordingState::Complete;
    };

    /// Lines of one recording, as far as one search has not asked yet whether their files are still there.
    struct Siblings {
        std::deque<CatalogueEntry> unasked;
        bool any = false;
    };

    [[nodiscard]] Statement statement(const std::string& sql) const { return {m_database.get(), m_path, sql}; }
    Result<void> run(const char* sql) const { return execute(m_database.get(), m_path, sql); }
    template <typename Work> Result<void> transaction(Work work);
    Result<ScanReport> search(const std::string& folder, bool everything, const ScanProgress& progress);
    [[nodiscard]] Result<std::map<std::string, Known>> known() const;
    Result<void> place(std::vector<CatalogueEntry>& batch, ScanReport& report);
    Result<bool> place(CatalogueEntry& entry);
    [[nodiscard]] Result<Siblings> siblingsOf(const std::string& uuid) const;
    [[nodiscard]] Result<CatalogueEntry> lineFor(const CatalogueEntry& entry, bool& moved);
    Result<void> write(CatalogueEntry& entry);
    Result<void> writeGases(const CatalogueEntry& entry);
    Result<void> noteUnreadable(const std::string& path, const std::string& why, bool& listed);
    [[nodiscard]] Result<std::vector<CatalogueEntry>> query(const std::string& condition,
                                                            const SearchCondition& parameters) const;
    Result<void> addEarlierPaths(std::vector<CatalogueEntry>& entries) const;

    std::map<std::string, Siblings> m_siblings; ///< by uuid, within one search
    Database m_database;
    bool m_fullText;
    std::string m_path;
    std::string m_aside;
};

template <typename Work> Result<void> SqliteCatalogue::transaction(Work work)
{
    BNOF_TRY(run("BEGIN IMMEDIATE"));
    if (Result<void> done = work(); !done.ok()) {
        static_cast<void>(run("ROLLBACK"));
        return done;
    }
    return run("COMMIT");
}

} // namespace bnof::recording
