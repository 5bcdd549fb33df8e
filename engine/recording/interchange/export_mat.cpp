// SPDX-License-Identifier: GPL-3.0-or-later
// MATLAB 5 files through libmatio. Variables are column after column there, so each is whole in memory.
#include <matio.h>

#include <cstring>
#include <filesystem>
#include <memory>

#include "engine/recording/interchange/array_writer.h"
#include "engine/recording/interchange/text_codes.h"
#include "engine/recording/new_file.h"

namespace bnof::recording {
namespace {

/// The format counts a variable's bytes in 31 bits.
constexpr std::uint64_t maxVariable = (std::uint64_t{1} << 31) - 4096;

struct MatClass {
    matio_classes kind;
    matio_types type;
};
MatClass matClass(ElementType type)
{
    switch (type) {
    case ElementType::Int8: return {MAT_C_INT8, MAT_T_INT8};
    case ElementType::UInt8: return {MAT_C_UINT8, MAT_T_UINT8};
    case ElementType::Int16: return {MAT_C_INT16, MAT_T_INT16};
    case ElementType::UInt16: return {MAT_C_UINT16, MAT_T_UINT16};
    case ElementType::Int32: return {MAT_C_INT32, MAT_T_INT32};
    case ElementType::UInt32: return {MAT_C_UINT32, MAT_T_UINT32};
    case ElementType::Int64: return {MAT_C_INT64, MAT_T_INT64};
    case ElementType::UInt64: return {MAT_C_UINT64, MAT_T_UINT64};
    case ElementType::Float32: return {MAT_C_SINGLE, MAT_T_SINGLE};
    case ElementType::Float64:
    case ElementType::Text: break;
    }
    return {MAT_C_DOUBLE, MAT_T_DOUBLE};
}

struct FreeVariable {
    void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using Variable = std::unique_ptr<matvar_t, FreeVariable>;

Variable textVariable(const char* name, const std::string& text)
{
    std::u16string units = utf16Of(text);
    std::size_t dimensions[2] = {units.empty() ? std::size_t{0} : 1, units.size()};
    return Variable(Mat_VarCreate(name, MAT_C_CHAR, MAT_T_UTF16, 2, dimensions, units.data(), 0));
}

class MatFile final : public ArrayWriter {
public:
    MatFile(mat_t* file, std::string path, std::string temporary)
        : m_file(file), m_path(std::move(path)), m_temporary(std::move(temporary))
    {}
    ~MatFile() override
    {
        if (m_file != nullptr)
            Mat_Close(m_file);
    }
    MatFile(const MatFile&) = delete;
    MatFile& operator=(const MatFile&) = delete;

    Result<std::size_t> add(const std::string& name, ElementType type, std::uint64_t rows,
                            std::uint64_t columns) override
    {
        Array array{name, type, rows, std::max<std::uint64_t>(columns, 1), 0, {}};
        const std::uint64_t row = array.columns * elementBytes(type);
        if (rows > maxVariable / row)
            return makeError(ErrorKind::BadInput,
                             "\"" + name + "\" would need " + std::to_string(rows * row / 1'000'000) +
                                 " MB, and a variable of a MAT file holds less than 2 GiB",
                             m_path, "Export as NWB (HDF5) instead; MATLAB reads it with h5read().");
        array.bytes.resize(static_cast<std::size_t>(rows * row));
        m_arrays.push_back(std::move(array));
        return m_arrays.size() - 1;
    }
    Result<void> append(std::size_t number, std::span<const std::uint8_t> bytes) override
    {
        Array& array = m_arrays[number];
        const std::size_t size = elementBytes(array.type);
        for (std::size_t i = 0; i * size < bytes.size(); ++i) {
            const std::uint64_t row = array.filled / array.columns;
            const std::uint64_t column = array.filled % array.columns;
            ++array.filled;
            std::memcpy(array.bytes.data() + (column * array.rows + row) * size, bytes.data() + i * size, size);
        }
        return {};
    }
    Result<void> texts(const std::string& name, const std::vector<std::string>& texts) override
    {
        std::size_t dimensions[2] = {texts.size(), texts.empty() ? std::size_t{0} : 1};
        Variable cells(Mat_VarCreate(name.c_str(), MAT_C_CELL, MAT_T_CELL, 2, dimensions, nullptr, 0));
        for (std::size_t i = 0; i < texts.size() && cells; ++i)
            Mat_VarSetCell(cells.get(), static_cast<int>(i), textVariable(nullptr, texts[i]).release());
        return write(cells.get(), name);
    }
    Result<void> metadata(const Json& metadata) override
    {
        return write(textVariable("metadata", metadata.dump()).get(), "metadata");
    }
    Result<void> finish()
    {
        for (Array& array : m_arrays) {
            std::size_t dimensions[2] = {static_cast<std::size_t>(array.rows), static_cast<std::size_t>(array.columns)};
            const MatClass matlab = matClass(array.type);
            const Variable variable(Mat_VarCreate(array.name.c_str(), matlab.kind, matlab.type, 2, dimensions,
                                                  array.bytes.data(), MAT_F_DONT_COPY_DATA));
            BNOF_TRY(write(variable.get(), array.name));
            m_least += array.bytes.size();
            array.bytes = {};
        }
        mat_t* file = std::exchange(m_file, nullptr);
        const bool closed = Mat_Close(file) == 0;
        // libmatio does not look at what its writes return: a full disk shows in the size.
        std::error_code code;
        if (!closed || std::filesystem::file_size(m_temporary, code) < m_least || code)
            return failed("the end of the file");
        return {};
    }

private:
    struct Array {
        std::string name;
        ElementType type;
        std::uint64_t rows;
        std::uint64_t columns;
        std::uint64_t filled; ///< elements
        std::vector<std::uint8_t> bytes;
    };
    Error failed(const std::string& name) const
    {
        return makeError(ErrorKind::Storage, "cannot write \"" + name + "\" to the MAT file", m_path,
                         "Check that the disk has room and that you may write there.");
    }
    Result<void> write(matvar_t* variable, const std::string& name)
    {
        if (variable == nullptr || Mat_VarWrite(m_file, variable, MAT_COMPRESSION_NONE) != 0)
            return failed(name);
        return {};
    }

    mat_t* m_file;
    std::string m_path;
    std::string m_temporary;
    std::uint64_t m_least = 128; ///< bytes that the file must have at the end
    std::vector<Array> m_arrays;
};

} // namespace

Result<void> exportMat(ExportJob& job)
{
    BNOF_TRY_ASSIGN(const auto place, NewPath::create(job.path, NewPath::Kind::File));
    BNOF_TRY_ASSIGN(const RecordingShape shape, measure(job));
    mat_t* handle = Mat_CreateVer(place->temporary().c_str(),
                                  "MATLAB 5.0 MAT-file, written by BioNeuro Olfactory Fusion", MAT_FT_MAT5);
    if (handle == nullptr)
        return makeError(ErrorKind::Storage, "cannot write the MAT file", job.path,
                         "Choose a folder that you may write to.");
    MatFile file(handle, job.path, place->temporary());
    BNOF_TRY(writeArrays(job, shape, file));
    BNOF_TRY(file.finish());
    BNOF_TRY(place->publish());
    place->keep();
    job.outcome.files = {job.path};
    return {};
}

} // namespace bnof::recording
