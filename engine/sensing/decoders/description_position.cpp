// SPDX-License-Identifier: GPL-3.0-or-later
// Where in the text of a description a member stands, so that an editor can show the place of a mistake.
#include <algorithm>
#include <charconv>
#include <map>
#include <string>

#include "engine/base/json.h"
#include "engine/sensing/decoders/declarative_decoder.h"

namespace bnof::sensing {
namespace {

/// Walks over JSON that Json::parse() has accepted and notes the line of every member by its path: "fields[2].at".
class MemberLines {
public:
    explicit MemberLines(std::string_view text) : m_text(text) { value({}); }

    /// The line of the member, or of the nearest one around it.
    [[nodiscard]] int lineOf(std::string path) const
    {
        while (true) {
            if (const auto it = m_lines.find(path); it != m_lines.end())
                return it->second;
            const auto cut = path.find_last_of(".[");
            if (cut == std::string::npos)
                return 1;
            path.resize(cut);
        }
    }

private:
    void space()
    {
        while (m_at < m_text.size() && static_cast<unsigned char>(m_text[m_at]) <= ' ')
            m_line += m_text[m_at++] == '\n' ? 1 : 0;
    }
    std::string string()
    {
        const std::size_t begin = ++m_at;
        while (m_at < m_text.size() && m_text[m_at] != '"')
            m_at += m_text[m_at] == '\\' ? 2 : 1;
        const std::size_t end = std::min(m_at++, m_text.size());
        return std::string(m_text.substr(begin, end - begin));
    }
    void object(const std::string& path)
    {
        ++m_at;
        for (space(); m_at < m_text.size() && m_text[m_at] == '"'; space()) {
            const int line = m_line;
            const std::string key = string();
            const std::string member = path.empty() ? key : path + '.' + key;
            m_lines.try_emplace(member, line);
            space();
            ++m_at; // the colon
            space();
            // Fields are also named by what they are called: "fields.CO2".
            if (key == "name" && path.starts_with("fields[") && m_at < m_text.size() && m_text[m_at] == '"') {
                const auto back = m_at;
                m_lines.try_emplace("fields." + string(), line);
                m_at = back;
            }
            value(member);
            space();
            if (m_at < m_text.size() && m_text[m_at] == ',')
                ++m_at;
        }
        ++m_at;
    }
    void array(const std::string& path)
    {
        ++m_at;
        std::size_t index = 0;
        for (space(); m_at < m_text.size() && m_text[m_at] != ']'; space()) {
            const std::string element = path + '[' + std::to_string(index++) + ']';
            m_lines.try_emplace(element, m_line);
            value(element);
            space();
            if (m_at < m_text.size() && m_text[m_at] == ',')
                ++m_at;
        }
        ++m_at;
    }
    void value(const std::string& path)
    {
        space();
        if (m_at >= m_text.size())
            return;
        switch (m_text[m_at]) {
        case '{': object(path); break;
        case '[': array(path); break;
        case '"': string(); break;
        default:
            while (m_at < m_text.size() && std::string_view(",]} \t\r\n").find(m_text[m_at]) == std::string_view::npos)
                ++m_at;
        }
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    int m_line = 1;
    std::map<std::string, int> m_lines;
};

} // namespace

int lineOfDescriptionError(std::string_view descriptionJson, const Error& error)
{
    const auto parsed = Json::parse(descriptionJson, "json");
    if (!parsed.ok()) { // "json:LINE:COLUMN"
        const std::string& where = parsed.error().where;
        int line = 1;
        const auto colon = where.find(':');
        if (colon != std::string::npos)
            std::from_chars(where.data() + colon + 1, where.data() + where.size(), line);
        return line;
    }
    // "FILE, decoder.name": file names may have commas, members do not.
    const auto comma = error.where.rfind(", ");
    std::string path = comma == std::string::npos ? error.where : error.where.substr(comma + 2);
    if (path.starts_with("decoder."))
        path.erase(0, 8);
    return MemberLines(descriptionJson).lineOf(std::move(path));
}

} // namespace bnof::sensing
