// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/npy.h"

#include <algorithm>
#include <charconv>

#include "engine/recording/interchange/text_codes.h"

namespace bnof::recording {
namespace {

constexpr std::string_view magic("\x93NUMPY", 6);
constexpr std::size_t maxHeader = 1U << 20;
constexpr std::uint64_t maxBytes = std::uint64_t{1} << 46;

/// The part of Python's notation that headers use: {'descr': '<f4' or [('a', '<f4'), ...], 'fortran_order': False,
/// 'shape': (3, 4), }
class HeaderParser {
public:
    HeaderParser(std::string_view text, const std::string& name, std::size_t base)
        : m_text(text), m_name(name), m_base(base)
    {}

    Result<NpyHeader> run();

private:
    void blanks()
    {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\t'))
            ++m_at;
    }
    bool take(char c)
    {
        blanks();
        if (m_at >= m_text.size() || m_text[m_at] != c)
            return false;
        ++m_at;
        return true;
    }
    Error expected(const std::string& what) const
    {
        return makeError(ErrorKind::BadInput,
                         "the .npy header is damaged at byte " + std::to_string(m_base + m_at) + ": expected " + what,
                         m_name, "Save the array again with numpy.save().");
    }
    Result<std::string> quoted();
    Result<NpyField> typeOf(const std::string& code) const;
    Result<void> description(NpyHeader& header);
    Result<void> shape(NpyHeader& header);
    Result<void> entry(NpyHeader& header);

    std::string_view m_text;
    const std::string& m_name;
    std::size_t m_base;
    std::size_t m_at = 0;
    bool m_hasType = false;
    bool m_hasShape = false;
};

Result<std::string> HeaderParser::quoted()
{
    blanks();
    if (m_at >= m_text.size() || (m_text[m_at] != '\'' && m_text[m_at] != '"'))
        return expected("a quoted word");
    const char quote = m_text[m_at++];
    const std::size_t end = m_text.find(quote, m_at);
    if (end == std::string_view::npos)
        return expected("the end of a quoted word");
    std::string out(m_text.substr(m_at, end - m_at));
    m_at = end + 1;
    return out;
}

Result<NpyField> HeaderParser::typeOf(const std::string& code) const
{
    NpyField field;
    const auto refused = [&] {
        return makeError(ErrorKind::BadInput,
                         "arrays of the NumPy type \"" + code + "\" hold no plain numbers or texts", m_name,
                         "Save it as float32 or float64, e.g. numpy.save(name, array.astype('f8')).");
    };
    if (code.size() < 2)
        return refused();
    std::string_view rest = code;
    if (rest.front() == '<' || rest.front() == '>' || rest.front() == '|' || rest.front() == '=') {
        field.bigEndian = rest.front() == '>';
        rest.remove_prefix(1);
    }
    const char kind = rest.empty() ? ' ' : rest.front();
    std::uint32_t size = 0;
    if (kind == '?') {
        size = 1;
    } else {
        rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
        const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
        if (failed != std::errc() || end != rest.data() + rest.size() || size == 0 || size > (1U << 20))
            return refused();
    }
    const auto pick = [&](std::initializer_list<std::pair<std::uint32_t, ElementType>> types) -> Result<NpyField> {
        for (const auto& [bytes, type] : types) {
            if (bytes == size) {
                field.type = type;
                return field;
            }
        }
        return refused();
    };
    using enum ElementType;
    switch (kind) {
    case 'b':
    case '?': return pick({{1, UInt8}});
    case 'i': return pick({{1, Int8}, {2, Int16}, {4, Int32}, {8, Int64}});
    case 'u': return pick({{1, UInt8}, {2, UInt16}, {4, UInt32}, {8, UInt64}});
    case 'f': field.half = size == 2; return pick({{2, Float32}, {4, Float32}, {8, Float64}});
    case 'U':
    case 'S':
    case 'a':
        field.type = Text;
        field.textSize = size;
        field.wideText = kind == 'U';
        return field;
    default: return refused();
    }
}

std::size_t bytesOf(const NpyField& field)
{
    if (field.type == ElementType::Text)
        return std::size_t{field.textSize} * (field.wideText ? 4 : 1);
    return field.half ? 2 : elementBytes(field.type);
}

Result<void> HeaderParser::description(NpyHeader& header)
{
    m_hasType = true;
    if (!take('[')) {
        BNOF_TRY_ASSIGN(const std::string code, quoted());
        BNOF_TRY_ASSIGN(NpyField field, typeOf(code));
        header.itemBytes = bytesOf(field);
        header.fields = {field};
        return {};
    }
    header.fields.clear();
    header.itemBytes = 0;
    while (!take(']')) {
        if (!take('('))
            return expected("a field as ('name', 'type')");
        BNOF_TRY_ASSIGN(const std::string name, quoted());
        if (!take(','))
            return expected("a comma behind the field's name");
        BNOF_TRY_ASSIGN(const std::string code, quoted());
        BNOF_TRY_ASSIGN(NpyField field, typeOf(code));
        take(',');
        if (!take(')'))
            return expected("the end of a field (fields with a shape of their own are not read)");
        field.offset = header.itemBytes;
        header.itemBytes += bytesOf(field);
        if (!name.empty()) { // nameless fields are padding
            field.name = name;
            header.fields.push_back(field);
        }
        take(',');
        if (header.fields.size() > 10'000)
            return expected("at most 10,000 fields");
    }
    if (header.fields.empty())
        return expected("at least one field");
    return {};
}

Result<void> HeaderParser::shape(NpyHeader& header)
{
    m_hasShape = true;
    if (!take('('))
        return expected("the shape as (rows, columns)");
    header.shape.clear();
    std::uint64_t count = 1;
    while (!take(')')) {
        blanks();
        std::uint64_t size = 0;
        const auto [end, failed] = std::from_chars(m_text.data() + m_at, m_text.data() + m_text.size(), size);
        if (failed != std::errc() || header.shape.size() >= 32)
            return expected("a size");
        m_at = static_cast<std::size_t>(end - m_text.data());
        if (m_at < m_text.size() && m_text[m_at] == 'L') // written by Python 2
            ++m_at;
        if (size > maxBytes || (size > 0 && count > maxBytes / size))
            return expected("a possible size");
        header.shape.push_back(size);
        count *= std::max<std::uint64_t>(size, 1);
        take(',');
    }
    return {};
}

Result<void> HeaderParser::entry(NpyHeader& header)
{
    BNOF_TRY_ASSIGN(const std::string key, quoted());
    if (!take(':'))
        return expected("a colon");
    if (key == "descr")
        return description(header);
    if (key == "shape")
        return shape(header);
    if (key != "fortran_order")
        return expected("descr, fortran_order or shape");
    blanks();
    for (const std::string_view word : {"True", "False"}) {
        if (m_text.substr(m_at).starts_with(word)) {
            header.columnMajor = word == "True";
            m_at += word.size();
            return {};
        }
    }
    return expected("True or False");
}

Result<NpyHeader> HeaderParser::run()
{
    NpyHeader header;
    if (!take('{'))
        return expected("{");
    while (!take('}')) {
        BNOF_TRY(entry(header));
        if (!take(',') && m_text.substr(m_at).find('}') == std::string_view::npos)
            return expected("}");
    }
    if (!m_hasType || !m_hasShape)
        return expected("both descr and shape");
    std::uint64_t count = 1;
    for (const std::uint64_t size : header.shape)
        count *= size;
    if (header.itemBytes == 0 || count > maxBytes / header.itemBytes)
        return expected("an array of a possible size");
    return header;
}

} // namespace

Result<NpyHeader> parseNpyHeader(std::string_view bytes, const std::string& name)
{
    if (!bytes.starts_with(magic) || bytes.size() < 10)
        return makeError(ErrorKind::BadInput, "this is not a .npy file: it does not begin with \\x93NUMPY", name,
                         "Save the array with numpy.save().");
    const auto at = [&bytes](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
    const bool wide = at(6) >= 2;
    if (at(6) < 1 || at(6) > 3)
        return makeError(ErrorKind::BadInput, "version " + std::to_string(at(6)) + " of the .npy format is not known",
                         name, "Save it with numpy.lib.format.write_array(..., version=(1, 0)).");
    const std::size_t base = wide ? 12 : 10;
    const std::size_t length = bytes.size() < base ? maxHeader + 1
                               : wide              ? at(8) | at(9) << 8U | at(10) << 16U | at(11) << 24U
                                                   : at(8) | at(9) << 8U;
    if (length > maxHeader || bytes.size() - base < length)
        return makeError(ErrorKind::BadInput, "the .npy header is cut off", name, "Copy the file again.");
    HeaderParser parser(bytes.substr(base, length), name, base);
    BNOF_TRY_ASSIGN(NpyHeader header, parser.run());
    header.dataOffset = base + length;
    return header;
}

std::string npyHeader(ElementType type, const std::vector<std::uint64_t>& shape, std::uint32_t textSize)
{
    static constexpr const char* codes[] = {"|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f4", "<f8"};
    std::string dict = "{'descr': '";
    dict += type == ElementType::Text ? "<U" + std::to_string(std::max<std::uint32_t>(textSize, 1))
                                      : codes[static_cast<std::size_t>(type)];
    dict += "', 'fortran_order': False, 'shape': (";
    for (const std::uint64_t size : shape)
        dict += std::to_string(size) + (shape.size() == 1 || &size != &shape.back() ? ", " : "");
    if (shape.size() == 1)
        dict.pop_back();
    dict += "), }";
    // The elements begin at a multiple of 64.
    dict.append(63 - (10 + dict.size()) % 64, ' ');
    dict += '\n';
    std::string out(magic);
    out += '\x01';
    out += '\0';
    out += static_cast<char>(dict.size() & 0xFFU);
    out += static_cast<char>(dict.size() >> 8U);
    return out + dict;
}

std::string npyTexts(const std::vector<std::string>& texts, std::uint32_t& width)
{
    std::vector<std::u32string> wide;
    std::size_t longest = 1;
    for (const std::string& text : texts) {
        wide.push_back(codePoints(text));
        longest = std::max(longest, wide.back().size());
    }
    width = static_cast<std::uint32_t>(longest);
    std::string out;
    out.reserve(wide.size() * longest * 4);
    for (std::u32string& text : wide) {
        text.resize(longest, U'\0');
        for (const char32_t c : text) {
            for (unsigned shift = 0; shift < 32; shift += 8)
                out += static_cast<char>((c >> shift) & 0xFFU);
        }
    }
    return out;
}

} // namespace bnof::recording
