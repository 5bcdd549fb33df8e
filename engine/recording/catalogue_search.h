// SPDX-License-Identifier: GPL-3.0-or-later
// A question to the catalogue as SQL. Private to this folder.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/recording/catalogue.h"
#include "engine/recording/sqlite.h"

namespace bnof::recording {

/// Small letters for ASCII and Latin-1, so that "Öl" and "öl" are one word also where no index folds them.
[[nodiscard]] std::string foldCase(std::string_view text);
/// The words of a search: at spaces, or as they stand between quotation marks.
[[nodiscard]] std::vector<std::string> searchWords(std::string_view text);
/// What the words are looked for in.
[[nodiscard]] std::string searchableText(const CatalogueEntry& entry);

/// " WHERE …" with its parameters in order; empty when the query asks for nothing.
struct SearchCondition {
    std::string sql;
    std::vector<std::variant<std::string, std::int64_t>> parameters;
    bool usesIndex = false;

    void bindTo(Statement& statement) const;
};
/// `useIndex`: words of three letters and more go through the full-text index "words". Missing files are only
/// known by looking: onlyMissing and onlyUnverified are completed by the caller.
[[nodiscard]] SearchCondition conditionFor(const CatalogueQuery& query, bool useIndex);

} // namespace bnof::recording
