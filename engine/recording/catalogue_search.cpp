// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/catalogue_search.h"

#include <algorithm>
#include <filesystem>

#include "engine/recording/catalogue_files.h"

namespace bnof::recording {
namespace {

/// `text` inside a LIKE pattern whose escape character is '\'.
std::string escaped(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\')
            out += '\\';
        out += c;
    }
    return out;
}

std::size_t letters(const std::string& word)
{
    return static_cast<std::size_t>(std::count_if(
        word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

/// A phrase of FTS5: what is between quotation marks is taken as it stands.
std::string phrase(const std::string& word)
{
    std::string out = "\"";
    for (const char c : word)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

class Builder {
public:
    explicit Builder(bool useIndex) : m_useIndex(useIndex) {}

    void add(const std::string& condition)
    {
        m_out.sql += (m_out.sql.empty() ? " WHERE (" : " AND (") + condition + ")";
    }
    void add(const std::string& condition, std::variant<std::string, std::int64_t> parameter)
    {
        add(condition);
        m_out.parameters.push_back(std::move(parameter));
    }
    void words(const std::string& text)
    {
        std::string match;
        for (const std::string& word : searchWords(text)) {
            // The index knows runs of three letters; shorter words are looked for in the text itself.
            if (m_useIndex && letters(word) >= 3)
                match += (match.empty() ? "" : " AND ") + phrase(word);
            else
                add(R"(words LIKE ? ESCAPE '\')", '%' + escaped(word) + '%');
        }
        if (!match.empty()) {
            add("id IN (SELECT rowid FROM recording_words WHERE recording_words MATCH ?)", match);
            m_out.usesIndex = true;
        }
    }
    void part(const char* column, const std::string& text)
    {
        if (!text.empty())
            add(std::string(column) + R"( LIKE ? ESCAPE '\')", '%' + escaped(text) + '%');
    }
    void folders(const std::vector<std::string>& folders)
    {
        std::string any;
        for (const std::string& folder : folders) {
            std::string path = absolutePath(folder);
            if (path.empty() || path.back() != '/')
                path += '/';
            any += (any.empty() ? "" : " OR ") + std::string("substr(path, 1, length(?)) = ?");
            m_out.parameters.insert(m_out.parameters.end(), {path, path});
        }
        if (!any.empty())
            add(any);
    }
    SearchCondition take() { return std::move(m_out); }

private:
    bool m_useIndex;
    SearchCondition m_out;
};

} // namespace

std::string foldCase(std::string_view text)
{
    std::string out(text);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = static_cast<unsigned char>(out[i]);
        if (byte >= 'A' && byte <= 'Z')
            out[i] = static_cast<char>(byte + 0x20);
        // U+00C0..U+00DE but ×, in UTF-8: C3 80..9E.
        else if (i > 0 && static_cast<unsigned char>(out[i - 1]) == 0xC3 && byte >= 0x80 && byte <= 0x9E &&
                 byte != 0x97)
            out[i] = static_cast<char>(byte + 0x20);
    }
    return out;
}

std::vector<std::string> searchWords(std::string_view text)
{
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    const auto finish = [&] {
        if (!word.empty())
            words.push_back(foldCase(word));
        word.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool opens = c == '"' && !quoted && word.empty() && text.find('"', i + 1) != std::string_view::npos;
        if (opens) {
            quoted = true;
        } else if (c == '"' && quoted) {
            quoted = false;
            finish();
        } else if (!quoted && (c == ' ' || c == '\t' || c == '\n')) {
            finish();
        } else {
            word += c;
        }
    }
    finish();
    return words;
}

std::string searchableText(const CatalogueEntry& entry)
{
    std::string text;
    for (const std::string* part :
         {&entry.title, &entry.operatorName, &entry.notes, &entry.device, &entry.modelName, &entry.gases, &entry.marks})
        text += foldCase(*part) + '\n';
    return text + foldCase(std::filesystem::path(entry.path).filename().string());
}

void SearchCondition::bindTo(Statement& statement) const
{
    for (const auto& parameter : parameters) {
        if (const auto* text = std::get_if<std::string>(&parameter))
            statement.bind(*text);
        else
            statement.bind(std::get<std::int64_t>(parameter));
    }
}

SearchCondition conditionFor(const CatalogueQuery& query, bool useIndex)
{
    Builder builder(useIndex);
    builder.words(query.text);
    if (!query.gas.empty())
        builder.add("id IN (SELECT recording FROM gases WHERE gas = ?)", foldCase(query.gas));
    builder.part("device", query.device);
    builder.part("operator", query.operatorName);
    builder.part("model", query.modelName);
    if (query.since != std::numeric_limits<std::int64_t>::min())
        builder.add("started_utc >= ?", query.since);
    if (query.until != std::numeric_limits<std::int64_t>::max())
        builder.add("started_utc < ?", query.until);
    if (query.onlyDamaged)
        builder.add("state IN (" + std::to_string(static_cast<int>(RecordingState::CutOff)) + ", " +
                    std::to_string(static_cast<int>(RecordingState::Damaged)) + ")");
    builder.folders(query.folders);
    return builder.take();
}

bool CatalogueQuery::narrows() const
{
    return !(*this == CatalogueQuery{});
}

} // namespace bnof::recording
