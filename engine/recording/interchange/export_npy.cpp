// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "engine/recording/interchange/array_writer.h"
#include "engine/recording/interchange/npy.h"
#include "engine/recording/new_file.h"

namespace bnof::recording {
namespace {

/// One .npy file an array, all open until the end.
class NpyFolder final : public ArrayWriter {
public:
    explicit NpyFolder(std::string folder) : m_folder(std::move(folder)) {}

    Result<std::size_t> add(const std::string& name, ElementType type, std::uint64_t rows,
                            std::uint64_t columns) override
    {
        BNOF_TRY_ASSIGN(auto file, NewFile::create(m_folder + '/' + name + ".npy"));
        std::vector<std::uint64_t> shape{rows};
        if (columns > 0)
            shape.push_back(columns);
        BNOF_TRY(file->write(npyHeader(type, shape)));
        m_files.push_back(std::move(file));
        names.push_back(name + ".npy");
        return m_files.size() - 1;
    }
    Result<void> append(std::size_t array, std::span<const std::uint8_t> bytes) override
    {
        return m_files[array]->write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    Result<void> texts(const std::string& name, const std::vector<std::string>& texts) override
    {
        std::uint32_t width = 0;
        const std::string body = npyTexts(texts, width);
        BNOF_TRY_ASSIGN(auto file, NewFile::create(m_folder + '/' + name + ".npy"));
        BNOF_TRY(file->write(npyHeader(ElementType::Text, {texts.size()}, width)));
        BNOF_TRY(file->write(body));
        m_files.push_back(std::move(file));
        names.push_back(name + ".npy");
        return {};
    }
    Result<void> metadata(const Json& metadata) override
    {
        BNOF_TRY_ASSIGN(auto file, NewFile::create(m_folder + "/metadata.json"));
        BNOF_TRY(file->write(metadata.dump(2) + "\n"));
        m_files.push_back(std::move(file));
        names.emplace_back("metadata.json");
        return {};
    }
    Result<void> finish()
    {
        for (const auto& file : m_files) {
            BNOF_TRY(file->publish());
            file->keep();
        }
        return {};
    }

    std::vector<std::string> names;

private:
    std::string m_folder;
    std::vector<std::unique_ptr<NewFile>> m_files;
};

} // namespace

Result<void> exportNpy(ExportJob& job)
{
    BNOF_TRY_ASSIGN(const auto folder, NewPath::create(job.path, NewPath::Kind::Folder));
    BNOF_TRY_ASSIGN(const RecordingShape shape, measure(job));
    NpyFolder arrays(folder->temporary());
    BNOF_TRY(writeArrays(job, shape, arrays));
    BNOF_TRY(arrays.finish());
    BNOF_TRY(folder->publish());
    folder->keep();
    for (const std::string& name : arrays.names)
        job.outcome.files.push_back(job.path + '/' + name);
    return {};
}

} // namespace bnof::recording
