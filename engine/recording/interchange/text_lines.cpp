// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <zlib.h>

#include "engine/recording/interchange/importers.h"

namespace bnof::recording {
namespace {

constexpr std::size_t maxLine = 16U << 20;
constexpr std::size_t blockBytes = 256U << 10;

/// zlib reads plain files as they are.
class FileLines final : public TextLines {
public:
    FileLines(gzFile file, const std::string& path, double size) : TextLines(path), m_file(file), m_size(size) {}
    ~FileLines() override { gzclose(m_file); }
    FileLines(const FileLines&) = delete;
    FileLines& operator=(const FileLines&) = delete;
    double share() const override
    {
        return m_size > 0 ? std::min(1.0, static_cast<double>(gzoffset(m_file)) / m_size) : 1;
    }

protected:
    Result<std::size_t> more(char* to, std::size_t size) override
    {
        const int got = gzread(m_file, to, static_cast<unsigned>(size));
        int code = Z_OK;
        gzerror(m_file, &code);
        if (got < 0 || (got == 0 && code == Z_BUF_ERROR)) {
            if (code == Z_ERRNO)
                return errnoError(errno, "cannot read the file", m_name, "Check the file and its disk.");
            return makeError(ErrorKind::BadInput, "the gzip file is damaged or cut off", m_name,
                             "Copy it again from its source.");
        }
        return static_cast<std::size_t>(got);
    }
    Result<void> toBegin() override
    {
        if (gzrewind(m_file) != 0)
            return makeError(ErrorKind::BadInput, "the file cannot be read twice (a pipe?)", m_name,
                             "Save it as a file first.");
        return {};
    }

private:
    gzFile m_file;
    double m_size;
};

class MemoryLines final : public TextLines {
public:
    MemoryLines(std::string text, const std::string& name) : TextLines(name), m_text(std::move(text)) {}
    double share() const override
    {
        return m_text.empty() ? 1 : static_cast<double>(m_at) / static_cast<double>(m_text.size());
    }

protected:
    Result<std::size_t> more(char* to, std::size_t size) override
    {
        const std::size_t n = std::min(size, m_text.size() - m_at);
        std::memcpy(to, m_text.data() + m_at, n);
        m_at += n;
        return n;
    }
    Result<void> toBegin() override
    {
        m_at = 0;
        return {};
    }

private:
    std::string m_text;
    std::size_t m_at = 0;
};

} // namespace

Result<std::unique_ptr<TextLines>> TextLines::open(const std::string& path)
{
    std::error_code code;
    if (std::filesystem::is_directory(path, code))
        return makeError(ErrorKind::BadInput, "this is a folder, not a file", path, "Name one of the files in it.");
    gzFile file = gzopen(path.c_str(), "rbe");
    if (file == nullptr)
        return errnoError(errno, "cannot open the file", path, "Check the path and that you may read it.");
    gzbuffer(file, 1U << 17);
    const auto size = std::filesystem::file_size(path, code);
    return std::unique_ptr<TextLines>(new FileLines(file, path, code ? 0 : static_cast<double>(size)));
}

std::unique_ptr<TextLines> TextLines::fromText(std::string text, const std::string& name)
{
    return std::make_unique<MemoryLines>(std::move(text), name);
}

Result<void> TextLines::rewind()
{
    m_buffer.clear();
    m_at = 0;
    m_number = 0;
    m_end = false;
    m_begun = false;
    return toBegin();
}

Result<bool> TextLines::fill()
{
    if (m_end)
        return false;
    m_buffer.erase(0, m_at);
    m_at = 0;
    const std::size_t had = m_buffer.size();
    if (had > maxLine)
        return makeError(ErrorKind::BadInput, "line " + std::to_string(m_number + 1) + " is longer than 16 MiB", m_name,
                         "This is not a table of text.");
    m_buffer.resize(had + blockBytes);
    auto got = more(m_buffer.data() + had, blockBytes);
    if (!got.ok())
        return got.error();
    m_buffer.resize(had + *got);
    m_end = *got == 0;
    if (!m_begun) {
        m_begun = true;
        if (m_buffer.starts_with("\xEF\xBB\xBF"))
            m_at = 3;
        else if (m_buffer.starts_with("\xFF\xFE") || m_buffer.starts_with("\xFE\xFF"))
            return makeError(ErrorKind::BadInput, "the text is encoded as UTF-16", m_name,
                             "Save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"), or run iconv -f UTF-16 -t UTF-8.");
    }
    if (std::memchr(m_buffer.data() + had, '\0', *got) != nullptr)
        return makeError(ErrorKind::BadInput, "this is not a text file: it contains NUL bytes", m_name,
                         "Name its format with --format if it is one that can be imported.");
    return !m_end;
}

Result<bool> TextLines::next(std::string_view& line)
{
    std::size_t from = m_at;
    while (true) {
        const std::size_t end = m_buffer.find_first_of("\r\n", from);
        // Whether a CR is followed by an LF must be known.
        if (end != std::string::npos && (m_buffer[end] == '\n' || end + 1 < m_buffer.size() || m_end)) {
            line = std::string_view(m_buffer).substr(m_at, end - m_at);
            const bool two = m_buffer[end] == '\r' && end + 1 < m_buffer.size() && m_buffer[end + 1] == '\n';
            m_at = end + (two ? 2 : 1);
            ++m_number;
            return true;
        }
        if (m_end) {
            if (m_at >= m_buffer.size())
                return false;
            line = std::string_view(m_buffer).substr(m_at);
            m_at = m_buffer.size();
            ++m_number;
            return true;
        }
        // Look at what is new only; the last byte may be a CR.
        const std::size_t seen = (end != std::string::npos ? end : m_buffer.size()) - m_at;
        if (auto filled = fill(); !filled.ok())
            return filled.error();
        from = m_at + seen;
        from = std::min(from, m_buffer.size());
        if (m_number == 0 && seen == 0)
            from = m_at;
    }
}

} // namespace bnof::recording
