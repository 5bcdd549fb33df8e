// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/hdf5_writer.h"

#include <algorithm>
#include <utility>

#include "engine/recording/interchange/hdf5_handle.h"

namespace bnof::recording {
namespace {

std::mutex libraryMutex;
constexpr std::size_t chunkBytes = 64U * 1024;
constexpr unsigned deflateLevel = 4;

hid_t nativeType(ElementType type)
{
    switch (type) {
    case ElementType::Int8: return H5T_STD_I8LE;
    case ElementType::UInt8: return H5T_STD_U8LE;
    case ElementType::Int16: return H5T_STD_I16LE;
    case ElementType::UInt16: return H5T_STD_U16LE;
    case ElementType::Int32: return H5T_STD_I32LE;
    case ElementType::UInt32: return H5T_STD_U32LE;
    case ElementType::Int64: return H5T_STD_I64LE;
    case ElementType::UInt64: return H5T_STD_U64LE;
    case ElementType::Float32: return H5T_IEEE_F32LE;
    case ElementType::Float64:
    case ElementType::Text: break;
    }
    return H5T_IEEE_F64LE;
}

Hdf5Handle textType()
{
    Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

std::vector<const char*> pointers(const std::vector<std::string>& texts)
{
    std::vector<const char*> out;
    for (const std::string& text : texts)
        out.push_back(text.c_str());
    return out;
}

} // namespace

Hdf5Writer::Hdf5Writer(std::int64_t file, std::string path, std::unique_lock<std::mutex> lock)
    : m_file(file), m_path(std::move(path)), m_lock(std::move(lock))
{}

Result<std::unique_ptr<Hdf5Writer>> Hdf5Writer::create(const std::string& temporary, const std::string& path)
{
    std::unique_lock lock(libraryMutex);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    const hid_t file = H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (file < 0)
        return makeError(ErrorKind::Storage, "cannot write the HDF5 file", path,
                         "Choose a folder that you may write to.");
    return std::unique_ptr<Hdf5Writer>(new Hdf5Writer(file, path, std::move(lock)));
}

Hdf5Writer::~Hdf5Writer()
{
    closeAll();
}

bool Hdf5Writer::closeAll()
{
    bool good = true;
    for (Array& array : m_arrays) {
        if (array.dataset >= 0)
            good = H5Dclose(std::exchange(array.dataset, -1)) >= 0 && good;
    }
    if (m_file >= 0)
        good = H5Fclose(std::exchange(m_file, -1)) >= 0 && good;
    return good;
}

Error Hdf5Writer::failed(const std::string& what) const
{
    return makeError(ErrorKind::Storage, "cannot write \"" + what + "\" to the HDF5 file", m_path,
                     "Check that the disk has room and that you may write there.");
}

Result<void> Hdf5Writer::group(const std::string& path)
{
    const Hdf5Handle group(H5Gcreate2(m_file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    return group.ok() ? Result<void>() : failed(path);
}

Result<void> Hdf5Writer::attribute(const std::string& path, const char* name, const std::string& value)
{
    const Hdf5Handle type = textType();
    const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Hdf5Handle attribute(
        H5Acreate_by_name(m_file, path.c_str(), name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    const char* text = value.c_str();
    if (!attribute.ok() || H5Awrite(attribute, type, static_cast<const void*>(&text)) < 0)
        return failed(path + "@" + name);
    return {};
}

Result<void> Hdf5Writer::attribute(const std::string& path, const char* name, const std::vector<std::string>& values)
{
    const Hdf5Handle type = textType();
    const hsize_t count = values.size();
    const Hdf5Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
    const Hdf5Handle attribute(
        H5Acreate_by_name(m_file, path.c_str(), name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    const std::vector<const char*> texts = pointers(values);
    if (!attribute.ok() || H5Awrite(attribute, type, static_cast<const void*>(texts.data())) < 0)
        return failed(path + "@" + name);
    return {};
}

Result<void> Hdf5Writer::numberAttribute(const std::string& path, const char* name, std::int64_t type,
                                         const void* value)
{
    const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Hdf5Handle attribute(
        H5Acreate_by_name(m_file, path.c_str(), name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    return attribute.ok() && H5Awrite(attribute, type, value) >= 0 ? Result<void>() : failed(path + "@" + name);
}

Result<void> Hdf5Writer::attribute(const std::string& path, const char* name, float value)
{
    return numberAttribute(path, name, H5T_IEEE_F32LE, &value);
}
Result<void> Hdf5Writer::attribute(const std::string& path, const char* name, double value)
{
    return numberAttribute(path, name, H5T_IEEE_F64LE, &value);
}
Result<void> Hdf5Writer::attribute(const std::string& path, const char* name, std::int32_t value)
{
    return numberAttribute(path, name, H5T_STD_I32LE, &value);
}

Result<void> Hdf5Writer::reference(const std::string& path, const char* name, const std::string& target)
{
    hobj_ref_t reference{};
    if (H5Rcreate(&reference, m_file, target.c_str(), H5R_OBJECT, -1) < 0)
        return failed(path + "@" + name);
    return numberAttribute(path, name, H5T_STD_REF_OBJ, &reference);
}

Result<void> Hdf5Writer::text(const std::string& path, const std::string& value)
{
    const Hdf5Handle type = textType();
    const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Hdf5Handle set(H5Dcreate2(m_file, path.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                         H5Dclose);
    const char* text = value.c_str();
    if (!set.ok() || H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, static_cast<const void*>(&text)) < 0)
        return failed(path);
    return {};
}

Result<void> Hdf5Writer::texts(const std::string& path, const std::vector<std::string>& values)
{
    const Hdf5Handle type = textType();
    const hsize_t count = values.size();
    const Hdf5Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
    const Hdf5Handle set(H5Dcreate2(m_file, path.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                         H5Dclose);
    if (!set.ok())
        return failed(path);
    const std::vector<const char*> texts = pointers(values);
    if (!texts.empty() &&
        H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, static_cast<const void*>(texts.data())) < 0)
        return failed(path);
    return {};
}

Result<std::size_t> Hdf5Writer::array(const std::string& path, ElementType type, std::uint64_t columns)
{
    Array array;
    array.type = nativeType(type);
    array.columns = columns;
    array.path = path;
    array.rowBytes = elementBytes(type) * std::max<std::uint64_t>(columns, 1);
    const int rank = columns == 0 ? 1 : 2;
    const hsize_t size[2] = {0, columns};
    const hsize_t most[2] = {H5S_UNLIMITED, columns};
    const hsize_t chunk[2] = {std::max<hsize_t>(1, chunkBytes / array.rowBytes), columns};
    const Hdf5Handle space(H5Screate_simple(rank, size, most), H5Sclose);
    const Hdf5Handle settings(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(settings, rank, chunk);
    H5Pset_shuffle(settings);
    H5Pset_deflate(settings, deflateLevel);
    array.dataset = H5Dcreate2(m_file, path.c_str(), array.type, space, H5P_DEFAULT, settings, H5P_DEFAULT);
    if (array.dataset < 0)
        return failed(path);
    m_arrays.push_back(std::move(array));
    return m_arrays.size() - 1;
}

Result<void> Hdf5Writer::append(std::size_t number, const void* data, std::uint64_t rows)
{
    Array& array = m_arrays[number];
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    array.waiting.insert(array.waiting.end(), bytes, bytes + rows * array.rowBytes);
    array.rows += rows;
    return array.waiting.size() < chunkBytes ? Result<void>() : flush(array);
}

Result<void> Hdf5Writer::flush(Array& array)
{
    if (array.waiting.empty())
        return {};
    const int rank = array.columns == 0 ? 1 : 2;
    const hsize_t rows = array.waiting.size() / array.rowBytes;
    const hsize_t size[2] = {array.rows, array.columns};
    const hsize_t start[2] = {array.rows - rows, 0};
    const hsize_t count[2] = {rows, array.columns};
    if (H5Dset_extent(array.dataset, size) < 0)
        return failed(array.path);
    const Hdf5Handle space(H5Dget_space(array.dataset), H5Sclose);
    const Hdf5Handle memory(H5Screate_simple(rank, count, nullptr), H5Sclose);
    if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr) < 0 ||
        H5Dwrite(array.dataset, array.type, memory, space, H5P_DEFAULT, array.waiting.data()) < 0)
        return failed(array.path);
    array.waiting.clear();
    return {};
}

Result<void> Hdf5Writer::softLink(const std::string& path, const std::string& target)
{
    return H5Lcreate_soft(target.c_str(), m_file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT) >= 0 ? Result<void>()
                                                                                               : failed(path);
}

Result<void> Hdf5Writer::finish()
{
    for (Array& array : m_arrays)
        BNOF_TRY(flush(array));
    if (H5Fflush(m_file, H5F_SCOPE_GLOBAL) < 0 || !closeAll())
        return failed("the end of the file");
    return {};
}

} // namespace bnof::recording
