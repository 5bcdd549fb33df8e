// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "engine/base/files.h"
#include "engine/recording/interchange/npy.h"
#include "engine/recording/interchange/text_codes.h"

namespace bnof::recording {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t headBytes = (1U << 20) + 12;
constexpr std::size_t maxFiles = 10'000;

/// The bytes of one .npy file, in a file or in memory.
class NpySource {
public:
    static Result<NpySource> file(const std::string& path)
    {
        NpySource source;
        source.m_path = path;
        std::error_code code;
        source.m_size = fs::file_size(path, code);
        std::ifstream in(path, std::ios::binary);
        if (code || !in)
            return makeError(ErrorKind::BadInput, "cannot open the file", path, "Check the path.");
        std::string head(std::min<std::uint64_t>(source.m_size, headBytes), '\0');
        in.read(head.data(), static_cast<std::streamsize>(head.size()));
        return understood(std::move(source), head);
    }
    static Result<NpySource> memory(std::string bytes, const std::string& name)
    {
        NpySource source;
        source.m_path = name;
        source.m_size = bytes.size();
        const auto kept = std::make_shared<std::string>(std::move(bytes));
        source.m_bytes = kept;
        return understood(std::move(source), *kept);
    }

    [[nodiscard]] Result<std::string> bytes(std::uint64_t offset, std::uint64_t count) const
    {
        std::string out(static_cast<std::size_t>(count), '\0');
        if (m_bytes) {
            std::memcpy(out.data(), m_bytes->data() + offset, out.size());
            return out;
        }
        std::ifstream in(m_path, std::ios::binary);
        in.seekg(static_cast<std::streamoff>(offset));
        in.read(out.data(), static_cast<std::streamsize>(count));
        if (static_cast<std::uint64_t>(in.gcount()) != count)
            return makeError(ErrorKind::Storage, "the file became shorter while it was read", m_path,
                             "Import it again.");
        return out;
    }
    [[nodiscard]] const NpyHeader& header() const { return m_header; }

private:
    static Result<NpySource> understood(NpySource source, std::string_view head)
    {
        BNOF_TRY_ASSIGN(source.m_header, parseNpyHeader(head, source.m_path));
        std::uint64_t elements = 1;
        for (const std::uint64_t size : source.m_header.shape)
            elements *= size;
        const std::uint64_t needed = elements * source.m_header.itemBytes;
        if (source.m_size - source.m_header.dataOffset < needed)
            return makeError(ErrorKind::BadInput,
                             "the file is cut off: it should hold " + std::to_string(needed) +
                                 " bytes of elements and has " +
                                 std::to_string(source.m_size - source.m_header.dataOffset),
                             source.m_path, "Copy it again from its source.");
        return source;
    }

    std::string m_path;
    std::uint64_t m_size = 0;
    std::shared_ptr<std::string> m_bytes;
    NpyHeader m_header;
};

/// IEEE 754 half precision.
float halfToFloat(std::uint16_t half)
{
    const int exponent = (half >> 10) & 0x1F;
    const float fraction = static_cast<float>(half & 0x3FF) / 1024.0F;
    const float sign = (half & 0x8000) != 0 ? -1.0F : 1.0F;
    if (exponent == 31)
        return fraction != 0 ? std::numeric_limits<float>::quiet_NaN() : sign * std::numeric_limits<float>::infinity();
    if (exponent == 0)
        return sign * std::ldexp(fraction, -14);
    return sign * std::ldexp(1.0F + fraction, exponent - 15);
}

std::string textOf(const char* bytes, const NpyField& field)
{
    if (!field.wideText) {
        std::string out(bytes, field.textSize);
        out.erase(std::min(out.find_last_not_of('\0') + 1, out.size()));
        return asUtf8(out);
    }
    std::u32string wide;
    for (std::size_t i = 0; i < field.textSize; ++i) {
        std::uint32_t code = 0;
        for (std::size_t b = 0; b < 4; ++b)
            code |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i * 4 + (field.bigEndian ? 3 - b : b)]))
                    << (8 * b);
        wide += static_cast<char32_t>(code);
    }
    while (!wide.empty() && wide.back() == U'\0')
        wide.pop_back();
    return utf8Of(wide);
}

class NpyFiles final : public ArrayFile {
public:
    void add(const std::string& name, NpySource source)
    {
        const NpyHeader& header = source.header();
        for (std::size_t f = 0; f < header.fields.size(); ++f) {
            ArrayInfo info;
            info.name = header.fields[f].name.empty() ? name : name + "." + header.fields[f].name;
            info.type = header.fields[f].type;
            info.shape = header.shape;
            m_infos.push_back(std::move(info));
            m_places.emplace_back(m_sources.size(), f);
        }
        m_sources.push_back(std::move(source));
    }
    void setMetadata(Json metadata) { m_groups.set("/", std::move(metadata)); }

    const std::vector<ArrayInfo>& arrays() const override { return m_infos; }
    const Json& groups() const override { return m_groups; }
    Result<ArrayBlock> read(const ArrayInfo& info, std::uint64_t firstRow, std::uint64_t rows) override;

private:
    static void decode(const NpyField& field, const char* element, ArrayBlock& block);

    std::vector<ArrayInfo> m_infos;
    std::vector<std::pair<std::size_t, std::size_t>> m_places; ///< source and field
    std::vector<NpySource> m_sources;
    Json m_groups = Json::object();
};

void NpyFiles::decode(const NpyField& field, const char* element, ArrayBlock& block)
{
    if (field.type == ElementType::Text) {
        block.texts.push_back(textOf(element, field));
        return;
    }
    std::uint8_t bytes[8] = {};
    const std::size_t size = field.half ? 2 : elementBytes(field.type);
    std::memcpy(bytes, element, size);
    if (field.bigEndian)
        std::reverse(bytes, bytes + size);
    if (field.half) {
        const float value = halfToFloat(static_cast<std::uint16_t>(bytes[0] | bytes[1] << 8));
        std::memcpy(bytes, &value, sizeof value);
    }
    block.bytes.insert(block.bytes.end(), bytes, bytes + elementBytes(field.type));
}

Result<ArrayBlock> NpyFiles::read(const ArrayInfo& info, std::uint64_t firstRow, std::uint64_t rows)
{
    const auto found =
        std::find_if(m_infos.begin(), m_infos.end(), [&](const ArrayInfo& i) { return i.name == info.name; });
    if (found == m_infos.end() || firstRow > found->rows() || rows > found->rows() - firstRow)
        return makeError(ErrorKind::Internal, "there are no such rows", info.name);
    const auto& [source, fieldNumber] = m_places[static_cast<std::size_t>(found - m_infos.begin())];
    const NpyHeader& header = m_sources[source].header();
    const NpyField& field = header.fields[fieldNumber];
    const std::uint64_t columns = found->columns();
    ArrayBlock block;
    block.type = field.type;
    if (!header.columnMajor || found->shape.size() < 2) {
        BNOF_TRY_ASSIGN(const std::string bytes,
                        m_sources[source].bytes(header.dataOffset + firstRow * columns * header.itemBytes,
                                                rows * columns * header.itemBytes));
        for (std::size_t at = 0; at < bytes.size(); at += header.itemBytes)
            decode(field, bytes.data() + at + field.offset, block);
        return block;
    }
    // Column after column: the rows of each lie together.
    std::vector<std::string> parts;
    for (std::uint64_t c = 0; c < columns; ++c) {
        BNOF_TRY_ASSIGN(std::string part,
                        m_sources[source].bytes(header.dataOffset + (c * found->rows() + firstRow) * header.itemBytes,
                                                rows * header.itemBytes));
        parts.push_back(std::move(part));
    }
    for (std::size_t r = 0; r < rows; ++r) {
        for (const std::string& part : parts)
            decode(field, part.data() + r * header.itemBytes + field.offset, block);
    }
    return block;
}

} // namespace

Result<std::unique_ptr<ArrayFile>> openNpyBytes(std::string bytes, const std::string& name)
{
    BNOF_TRY_ASSIGN(NpySource source, NpySource::memory(std::move(bytes), name));
    auto files = std::make_unique<NpyFiles>();
    files->add("array", std::move(source));
    return std::unique_ptr<ArrayFile>(std::move(files));
}

Result<std::unique_ptr<ArrayFile>> openNpy(const std::string& path)
{
    auto files = std::make_unique<NpyFiles>();
    std::error_code code;
    if (!fs::is_directory(path, code)) {
        BNOF_TRY_ASSIGN(NpySource source, NpySource::file(path));
        files->add(fs::path(path).stem().string(), std::move(source));
        return std::unique_ptr<ArrayFile>(std::move(files));
    }
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(path, code)) {
        if (entry.path().extension() == ".npy" && paths.size() < maxFiles)
            paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    if (paths.empty())
        return makeError(ErrorKind::BadInput, "the folder holds no .npy file", path,
                         "Name the folder with the arrays.");
    for (const fs::path& one : paths) {
        BNOF_TRY_ASSIGN(NpySource source, NpySource::file(one.string()));
        files->add(one.stem().string(), std::move(source));
    }
    const std::string beside = (fs::path(path) / "metadata.json").string();
    if (fs::exists(beside, code)) {
        BNOF_TRY_ASSIGN(const std::string text, readFile(beside));
        BNOF_TRY_ASSIGN(Json metadata, Json::parse(text, beside));
        files->setMetadata(Json::object().set("metadata", std::move(metadata)));
    }
    return std::unique_ptr<ArrayFile>(std::move(files));
}

} // namespace bnof::recording
