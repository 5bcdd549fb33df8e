// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/array_reader/hdf5_arrays.h"

#include <cstring>
#include <optional>
#include <set>

#include "engine/recording/interchange/hdf5_handle.h"
#include "engine/recording/interchange/text_codes.h"

namespace bnof::recording {
namespace {

constexpr std::size_t maxObjects = 50'000;
constexpr int maxDepth = 32;
constexpr hssize_t maxAttributeElements = 64;

struct Element {
    ElementType type = ElementType::Float64;
    hid_t memory = -1; ///< a predefined type; -1 for text
};

/// What an HDF5 type is for us; none for references, opaque and nested types.
std::optional<Element> elementOf(hid_t type)
{
    using enum ElementType;
    const std::size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_INTEGER: {
        const bool isSigned = H5Tget_sign(type) != H5T_SGN_NONE;
        if (size <= 1)
            return isSigned ? Element{Int8, H5T_NATIVE_INT8} : Element{UInt8, H5T_NATIVE_UINT8};
        if (size <= 2)
            return isSigned ? Element{Int16, H5T_NATIVE_INT16} : Element{UInt16, H5T_NATIVE_UINT16};
        if (size <= 4)
            return isSigned ? Element{Int32, H5T_NATIVE_INT32} : Element{UInt32, H5T_NATIVE_UINT32};
        return isSigned ? Element{Int64, H5T_NATIVE_INT64} : Element{UInt64, H5T_NATIVE_UINT64};
    }
    case H5T_ENUM: return Element{Int32, H5T_NATIVE_INT32}; // h5py's booleans are one
    case H5T_FLOAT: return size <= 4 ? Element{Float32, H5T_NATIVE_FLOAT} : Element{Float64, H5T_NATIVE_DOUBLE};
    case H5T_STRING: return Element{Text, -1};
    default: return std::nullopt;
    }
}

Hdf5Handle textMemory(hid_t type)
{
    Hdf5Handle memory(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_cset(memory, H5Tget_cset(type));
    if (H5Tis_variable_str(type) > 0) {
        H5Tset_size(memory, H5T_VARIABLE);
    } else {
        H5Tset_size(memory, std::max<std::size_t>(H5Tget_size(type), 1));
        H5Tset_strpad(memory, H5Tget_strpad(type));
    }
    return memory;
}

std::string fixedText(const char* bytes, std::size_t size)
{
    std::string text(bytes, strnlen(bytes, size));
    while (!text.empty() && text.back() == ' ')
        text.pop_back();
    return asUtf8(text);
}

Json number(ElementType type, const std::uint8_t* bytes)
{
    ArrayBlock block;
    block.type = type;
    block.bytes.assign(bytes, bytes + elementBytes(type));
    return type == ElementType::Float32 || type == ElementType::Float64 ? Json(block.number(0))
                                                                        : Json(block.integer(0));
}

/// A small attribute as JSON; null for what is none.
Json attributeValue(hid_t attribute)
{
    const Hdf5Handle type(H5Aget_type(attribute), H5Tclose);
    const Hdf5Handle space(H5Aget_space(attribute), H5Sclose);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    const auto element = type.ok() ? elementOf(type) : std::nullopt;
    if (!element || count < 1 || count > maxAttributeElements)
        return {};
    const auto elements = static_cast<std::size_t>(count);
    Json::Array values;
    if (element->type == ElementType::Text) {
        const Hdf5Handle memory = textMemory(type);
        if (H5Tis_variable_str(type) > 0) {
            std::vector<char*> texts(elements, nullptr);
            if (H5Aread(attribute, memory, static_cast<void*>(texts.data())) < 0)
                return {};
            for (const char* text : texts)
                values.emplace_back(asUtf8(text != nullptr ? text : ""));
            H5Dvlen_reclaim(memory, space, H5P_DEFAULT, static_cast<void*>(texts.data()));
        } else {
            const std::size_t size = H5Tget_size(memory);
            std::vector<char> bytes(elements * size);
            if (H5Aread(attribute, memory, bytes.data()) < 0)
                return {};
            for (std::size_t i = 0; i < elements; ++i)
                values.emplace_back(fixedText(bytes.data() + i * size, size));
        }
    } else {
        std::vector<std::uint8_t> bytes(elements * elementBytes(element->type));
        if (H5Aread(attribute, element->memory, bytes.data()) < 0)
            return {};
        for (std::size_t i = 0; i < elements; ++i)
            values.push_back(number(element->type, bytes.data() + i * elementBytes(element->type)));
    }
    return H5Sget_simple_extent_type(space) == H5S_SCALAR || values.size() == 1 ? values.front() : Json(values);
}

Json attributesOf(hid_t object)
{
    Json out = Json::object();
    hsize_t at = 0;
    H5Aiterate2(
        object, H5_INDEX_NAME, H5_ITER_NATIVE, &at,
        [](hid_t location, const char* name, const H5A_info_t*, void* data) -> herr_t {
            const Hdf5Handle attribute(H5Aopen(location, name, H5P_DEFAULT), H5Aclose);
            if (attribute.ok()) {
                Json value = attributeValue(attribute);
                if (!value.isNull())
                    static_cast<Json*>(data)->set(asUtf8(name), std::move(value));
            }
            return 0;
        },
        &out);
    return out;
}

class Hdf5Arrays final : public ArrayFile {
public:
    explicit Hdf5Arrays(hid_t file) : m_file(file, H5Fclose) {}

    void visit(const std::string& path, int depth);
    const std::vector<ArrayInfo>& arrays() const override { return m_infos; }
    const Json& groups() const override { return m_groups; }
    Result<ArrayBlock> read(const ArrayInfo& info, std::uint64_t firstRow, std::uint64_t rows) override;

private:
    struct Place {
        std::string dataset;
        std::string member; ///< of a compound type
    };
    void addDataset(const std::string& path, hid_t dataset);
    void add(const std::string& dataset, const std::string& member, ElementType type,
             const std::vector<std::uint64_t>& shape, const Json& attributes);
    Result<ArrayBlock> readTexts(hid_t dataset, hid_t type, hid_t memorySpace, hid_t space, std::uint64_t count) const;

    Hdf5Handle m_file;
    std::vector<ArrayInfo> m_infos;
    std::vector<Place> m_places;
    Json m_groups = Json::object();
    std::set<haddr_t> m_seen; ///< groups: links may go in circles
    std::size_t m_objects = 0;
};

void Hdf5Arrays::add(const std::string& dataset, const std::string& member, ElementType type,
                     const std::vector<std::uint64_t>& shape, const Json& attributes)
{
    ArrayInfo info;
    info.name = asUtf8(member.empty() ? dataset : dataset + "." + member);
    info.type = type;
    info.shape = shape;
    info.attributes = attributes;
    m_infos.push_back(std::move(info));
    m_places.push_back({dataset, member});
}

void Hdf5Arrays::addDataset(const std::string& path, hid_t dataset)
{
    const Hdf5Handle type(H5Dget_type(dataset), H5Tclose);
    const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(space);
    if (!type.ok() || rank < 0 || rank > H5S_MAX_RANK)
        return;
    std::vector<hsize_t> sizes(static_cast<std::size_t>(rank) + 1);
    H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
    const std::vector<std::uint64_t> shape(sizes.begin(), sizes.end() - 1);
    const Json attributes = attributesOf(dataset);
    if (H5Tget_class(type) != H5T_COMPOUND) {
        if (const auto element = elementOf(type))
            add(path, {}, element->type, shape, attributes);
        return;
    }
    const int members = H5Tget_nmembers(type);
    for (int i = 0; i < members && i < 1000; ++i) {
        const Hdf5Handle member(H5Tget_member_type(type, static_cast<unsigned>(i)), H5Tclose);
        char* name = H5Tget_member_name(type, static_cast<unsigned>(i));
        const auto element = member.ok() ? elementOf(member) : std::nullopt;
        if (element && element->type != ElementType::Text && name != nullptr)
            add(path, name, element->type, shape, attributes);
        H5free_memory(name);
    }
}

void Hdf5Arrays::visit(const std::string& path, int depth)
{
    if (depth > maxDepth || ++m_objects > maxObjects)
        return;
    const Hdf5Handle object(H5Oopen(m_file, path.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object.ok())
        return;
    const H5I_type_t kind = H5Iget_type(object);
    if (kind == H5I_DATASET)
        addDataset(path, object);
    if (kind != H5I_GROUP)
        return;
    H5O_info_t info;
    if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0 || !m_seen.insert(info.addr).second)
        return;
    m_groups.set(asUtf8(path), attributesOf(object));
    std::vector<std::string> names;
    hsize_t at = 0;
    H5Literate(
        object, H5_INDEX_NAME, H5_ITER_INC, &at,
        [](hid_t, const char* name, const H5L_info_t* link, void* data) -> herr_t {
            auto& list = *static_cast<std::vector<std::string>*>(data);
            // External links would open other files.
            if (link->type == H5L_TYPE_HARD || link->type == H5L_TYPE_SOFT)
                list.emplace_back(name);
            return list.size() > maxObjects ? 1 : 0;
        },
        &names);
    for (const std::string& name : names)
        visit(path == "/" ? "/" + name : path + "/" + name, depth + 1);
}

Result<ArrayBlock> Hdf5Arrays::readTexts(hid_t dataset, hid_t type, hid_t memorySpace, hid_t space,
                                         std::uint64_t count) const
{
    ArrayBlock block;
    block.type = ElementType::Text;
    const Hdf5Handle memory = textMemory(type);
    if (H5Tis_variable_str(type) > 0) {
        std::vector<char*> texts(count, nullptr);
        if (H5Dread(dataset, memory, memorySpace, space, H5P_DEFAULT, static_cast<void*>(texts.data())) < 0)
            return makeError(ErrorKind::BadInput, "the texts cannot be read; the file is damaged");
        for (const char* text : texts)
            block.texts.push_back(asUtf8(text != nullptr ? text : ""));
        H5Dvlen_reclaim(memory, memorySpace, H5P_DEFAULT, static_cast<void*>(texts.data()));
        return block;
    }
    const std::size_t size = H5Tget_size(memory);
    std::vector<char> bytes(count * size);
    if (H5Dread(dataset, memory, memorySpace, space, H5P_DEFAULT, bytes.data()) < 0)
        return makeError(ErrorKind::BadInput, "the texts cannot be read; the file is damaged");
    for (std::uint64_t i = 0; i < count; ++i)
        block.texts.push_back(fixedText(bytes.data() + i * size, size));
    return block;
}

Result<ArrayBlock> Hdf5Arrays::read(const ArrayInfo& info, std::uint64_t firstRow, std::uint64_t rows)
{
    const auto number = static_cast<std::size_t>(&info - m_infos.data());
    const Place& place = m_places[number];
    const Hdf5Handle dataset(H5Dopen2(m_file, place.dataset.c_str(), H5P_DEFAULT), H5Dclose);
    const Hdf5Handle type(H5Dget_type(dataset), H5Tclose);
    const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
    const std::uint64_t count = rows * info.columns();
    const hsize_t elements = count;
    const Hdf5Handle memorySpace(H5Screate_simple(1, &elements, nullptr), H5Sclose);
    const auto failed = [&] {
        return makeError(ErrorKind::BadInput, "\"" + info.name +
                                                  "\" cannot be read; the file is damaged or uses a "
                                                  "compression that is not known here");
    };
    if (!dataset.ok() || !type.ok() || !space.ok() || !memorySpace.ok())
        return failed();
    ArrayBlock block;
    block.type = info.type;
    if (count == 0)
        return block;
    if (!info.shape.empty()) {
        std::vector<hsize_t> start(info.shape.size(), 0);
        std::vector<hsize_t> size(info.shape.begin(), info.shape.end());
        start[0] = firstRow;
        size[0] = rows;
        if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr) < 0)
            return failed();
    }
    if (info.type == ElementType::Text)
        return readTexts(dataset, type, memorySpace, space, count);
    hid_t memory = -1; // a type made here lives as long as the process: there are few
    if (place.member.empty()) {
        const auto element = elementOf(type);
        memory = element ? element->memory : -1;
    } else {
        const int index = H5Tget_member_index(type, place.member.c_str());
        const Hdf5Handle member(index < 0 ? -1 : H5Tget_member_type(type, static_cast<unsigned>(index)), H5Tclose);
        const auto element = member.ok() ? elementOf(member) : std::nullopt;
        if (element) {
            memory = H5Tcreate(H5T_COMPOUND, elementBytes(element->type));
            H5Tinsert(memory, place.member.c_str(), 0, element->memory);
        }
    }
    block.bytes.resize(count * elementBytes(info.type));
    if (memory < 0 || H5Dread(dataset, memory, memorySpace, space, H5P_DEFAULT, block.bytes.data()) < 0)
        return failed();
    return block;
}

} // namespace

Result<std::unique_ptr<ArrayFile>> openHdf5Here(const std::string& path)
{
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return makeError(ErrorKind::BadInput, "this is not an HDF5 file, or it is damaged");
    auto arrays = std::make_unique<Hdf5Arrays>(file);
    arrays->visit("/", 0);
    return std::unique_ptr<ArrayFile>(std::move(arrays));
}

} // namespace bnof::recording
