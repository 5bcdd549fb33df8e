// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/array_reader/mat_arrays.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include <matio.h>

#include "engine/recording/interchange/text_codes.h"

namespace bnof::recording {
namespace {

constexpr std::size_t maxVariables = 50'000;

struct FreeVariable {
    void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using Variable = std::unique_ptr<matvar_t, FreeVariable>;

std::optional<ElementType> elementOf(const matvar_t& variable)
{
    using enum ElementType;
    if (variable.isComplex != 0)
        return std::nullopt;
    switch (variable.class_type) {
    case MAT_C_DOUBLE: return Float64;
    case MAT_C_SINGLE: return Float32;
    case MAT_C_INT8: return Int8;
    case MAT_C_UINT8: return UInt8;
    case MAT_C_INT16: return Int16;
    case MAT_C_UINT16: return UInt16;
    case MAT_C_INT32: return Int32;
    case MAT_C_UINT32: return UInt32;
    case MAT_C_INT64: return Int64;
    case MAT_C_UINT64: return UInt64;
    default: return std::nullopt;
    }
}

std::uint64_t elementsOf(const matvar_t& variable)
{
    std::uint64_t count = 1;
    for (int d = 0; d < variable.rank; ++d) {
        const std::uint64_t size = variable.dims[d];
        if (size > 0 && count > (std::uint64_t{1} << 40) / size)
            return 0;
        count *= size;
    }
    return variable.rank > 0 ? count : 0;
}

/// The rows of a matrix of characters.
std::vector<std::string> textsOf(const matvar_t& variable)
{
    std::vector<std::string> out;
    const std::uint64_t count = elementsOf(variable);
    if (variable.class_type != MAT_C_CHAR || variable.data == nullptr || count == 0)
        return {std::string()};
    const std::size_t rows = variable.dims[0];
    const std::size_t columns = static_cast<std::size_t>(count / rows);
    const std::size_t unit = variable.data_size > 0 ? static_cast<std::size_t>(variable.data_size) : 1;
    if (unit > 4 || variable.nbytes < count * unit) {
        // UTF-8 has fewer or more bytes than characters: one row as it is.
        return {asUtf8(std::string(static_cast<const char*>(variable.data), variable.nbytes))};
    }
    const auto* bytes = static_cast<const std::uint8_t*>(variable.data);
    for (std::size_t r = 0; r < rows; ++r) {
        std::u32string wide;
        std::string narrow;
        for (std::size_t c = 0; c < columns; ++c) {
            std::uint32_t code = 0;
            std::memcpy(&code, bytes + (c * rows + r) * unit, unit);
            if (unit == 1)
                narrow += static_cast<char>(code);
            else if (code >= 0xDC00 && code < 0xE000 && !wide.empty() && wide.back() >= 0xD800 && wide.back() < 0xDC00)
                wide.back() = 0x10000 + ((wide.back() - 0xD800) << 10U) + (code - 0xDC00); // a UTF-16 pair
            else
                wide += static_cast<char32_t>(code);
        }
        std::string text = unit == 1 ? asUtf8(narrow) : utf8Of(wide);
        while (rows > 1 && !text.empty() && text.back() == ' ')
            text.pop_back(); // rows are padded to one length
        out.push_back(std::move(text));
    }
    return out;
}

/// The elements of a MATLAB 5 file must end where the file does: libmatio would quietly leave out what is missing.
bool isWhole(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    char head[128] = {};
    in.read(head, sizeof head);
    const bool little = head[126] == 'I' && head[127] == 'M';
    if (!in || std::strncmp(head, "MATLAB 5.0", 10) != 0 || (!little && (head[126] != 'M' || head[127] != 'I')))
        return true; // another version, which the library checks itself
    std::error_code code;
    const std::uint64_t size = std::filesystem::file_size(path, code);
    std::uint64_t at = sizeof head;
    while (!code && at + 8 <= size) {
        unsigned char tag[8] = {};
        in.seekg(static_cast<std::streamoff>(at));
        in.read(reinterpret_cast<char*>(tag), sizeof tag);
        std::uint32_t bytes = 0;
        for (unsigned i = 0; i < 4; ++i)
            bytes |= static_cast<std::uint32_t>(tag[4 + (little ? i : 3 - i)]) << (8 * i);
        at += 8 + std::uint64_t{bytes};
    }
    return at == size;
}

class MatArrays final : public ArrayFile {
public:
    explicit MatArrays(mat_t* file) : m_file(file) {}
    ~MatArrays() override { Mat_Close(m_file); }
    MatArrays(const MatArrays&) = delete;
    MatArrays& operator=(const MatArrays&) = delete;

    void list();
    const std::vector<ArrayInfo>& arrays() const override { return m_infos; }
    const Json& groups() const override { return m_groups; }
    Result<ArrayBlock> read(const ArrayInfo& info, std::uint64_t firstRow, std::uint64_t rows) override;

private:
    struct Place {
        std::string variable;
        std::string field;
        std::vector<std::string> texts; ///< kept from the listing
    };
    void add(const std::string& variable, const std::string& field, const matvar_t& what);

    mat_t* m_file;
    std::vector<ArrayInfo> m_infos;
    std::vector<Place> m_places;
    Json m_groups = Json::object();
    std::string m_loadedName;
    Variable m_loaded;
};

void MatArrays::add(const std::string& variable, const std::string& field, const matvar_t& what)
{
    ArrayInfo info;
    info.name = asUtf8(field.empty() ? variable : variable + "." + field);
    Place place{variable, field, {}};
    if (const auto type = elementOf(what)) {
        info.type = *type;
        for (int d = 0; d < what.rank; ++d)
            info.shape.push_back(what.dims[d]);
        if (info.shape.size() == 2 && (info.shape[0] == 1 || info.shape[1] == 1))
            info.shape = {info.shape[0] * info.shape[1]};
        if (elementsOf(what) == 0 && info.shape.size() != 1)
            return;
    } else if (what.class_type == MAT_C_CHAR) {
        place.texts = textsOf(what);
    } else if (what.class_type == MAT_C_CELL && what.data != nullptr) {
        const auto* const* cells = static_cast<matvar_t* const*>(what.data);
        const std::uint64_t count = std::min<std::uint64_t>(elementsOf(what), what.nbytes / sizeof(matvar_t*));
        for (std::uint64_t i = 0; i < count; ++i) {
            if (cells[i] == nullptr || cells[i]->class_type != MAT_C_CHAR)
                return; // only lists of texts
            place.texts.push_back(textsOf(*cells[i]).front());
        }
    } else {
        return;
    }
    if (what.class_type == MAT_C_CHAR || what.class_type == MAT_C_CELL) {
        info.type = ElementType::Text;
        info.shape = {place.texts.size()};
    }
    m_infos.push_back(std::move(info));
    m_places.push_back(std::move(place));
}

void MatArrays::list()
{
    for (std::size_t n = 0; n < maxVariables; ++n) {
        Variable info(Mat_VarReadNextInfo(m_file));
        if (!info)
            return;
        if (info->name == nullptr)
            continue;
        const std::string name = info->name;
        if (elementOf(*info)) {
            add(name, {}, *info);
            continue;
        }
        if (info->class_type != MAT_C_CHAR && info->class_type != MAT_C_CELL && info->class_type != MAT_C_STRUCT)
            continue;
        // What texts and structures hold is known only when they are read.
        if (Mat_VarReadDataAll(m_file, info.get()) != 0)
            continue;
        if (info->class_type != MAT_C_STRUCT) {
            add(name, {}, *info);
            continue;
        }
        char* const* fields = Mat_VarGetStructFieldnames(info.get());
        const unsigned count = Mat_VarGetNumberOfFields(info.get());
        for (unsigned f = 0; f < count && elementsOf(*info) == 1; ++f) {
            const matvar_t* field = Mat_VarGetStructFieldByIndex(info.get(), f, 0);
            if (field != nullptr && fields[f] != nullptr)
                add(name, fields[f], *field);
        }
    }
}

Result<ArrayBlock> MatArrays::read(const ArrayInfo& info, std::uint64_t firstRow, std::uint64_t rows)
{
    const Place& place = m_places[static_cast<std::size_t>(&info - m_infos.data())];
    ArrayBlock block;
    block.type = info.type;
    if (info.type == ElementType::Text) {
        const auto begin = place.texts.begin() + static_cast<std::ptrdiff_t>(firstRow);
        block.texts.assign(begin, begin + static_cast<std::ptrdiff_t>(rows));
        return block;
    }
    if (m_loadedName != place.variable || !m_loaded) {
        m_loaded.reset();
        m_loaded.reset(Mat_VarRead(m_file, place.variable.c_str()));
        m_loadedName = place.variable;
    }
    const matvar_t* variable = m_loaded.get();
    if (variable != nullptr && !place.field.empty())
        variable = variable->class_type == MAT_C_STRUCT
                       ? Mat_VarGetStructFieldByName(m_loaded.get(), place.field.c_str(), 0)
                       : nullptr;
    const std::size_t size = elementBytes(info.type);
    const std::uint64_t columns = info.columns();
    if (rows * columns == 0)
        return block;
    if (variable == nullptr || elementOf(*variable) != info.type || variable->data == nullptr ||
        static_cast<std::size_t>(variable->data_size) != size || variable->nbytes < info.rows() * columns * size)
        return makeError(ErrorKind::BadInput, "\"" + info.name + "\" cannot be read; the file is damaged");
    const auto* data = static_cast<const std::uint8_t*>(variable->data);
    block.bytes.resize(rows * columns * size);
    for (std::uint64_t r = 0; r < rows; ++r) {
        for (std::uint64_t c = 0; c < columns; ++c)
            std::memcpy(block.bytes.data() + (r * columns + c) * size, data + (c * info.rows() + firstRow + r) * size,
                        size);
    }
    return block;
}

} // namespace

Result<std::unique_ptr<ArrayFile>> openMatHere(const std::string& path)
{
    if (!isWhole(path))
        return makeError(ErrorKind::BadInput, "the MATLAB file is cut off or damaged");
    mat_t* file = Mat_Open(path.c_str(), MAT_ACC_RDONLY);
    if (file == nullptr)
        return makeError(ErrorKind::BadInput, "this is not a MATLAB file, or it is damaged");
    auto arrays = std::make_unique<MatArrays>(file);
    arrays->list();
    return std::unique_ptr<ArrayFile>(std::move(arrays));
}

} // namespace bnof::recording
