// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>
#include <utility>

#include "engine/base/configuration.h"
#include "engine/base/files.h"
#include "engine/sensing/decoders/declarative_decoder.h"

namespace bnof::sensing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t longestDescription = 1U << 20;

/// Feeds a decoder byte by byte and notes where in the bytes it says something.
class PreviewSink final : public DecoderSink {
public:
    explicit PreviewSink(DecoderPreview& preview) : m_preview(preview) {}

    void channels(const std::vector<ChannelInfo>& channels) override { m_preview.channels = channels; }
    void frame(std::span<const float> values, double deviceSeconds) override
    {
        m_rows.push_back({0, 0, {values.begin(), values.end()}, deviceSeconds});
    }
    void skipped(std::size_t bytes, std::string_view why, std::string_view sample) override
    {
        m_preview.problems.push_back({m_last, m_last + bytes, std::string(why) + ": " + std::string(sample)});
        m_last += bytes;
    }
    void remark(std::string_view) override { m_passed = true; }

    /// The byte that ends at `end` was fed.
    void fed(std::size_t end)
    {
        for (DecoderPreview::Row& row : m_rows) {
            row.begin = m_last;
            row.end = end;
            m_preview.rows.push_back(std::move(row));
        }
        if (!m_rows.empty() || m_passed)
            m_last = end;
        m_rows.clear();
        m_passed = false;
    }
    [[nodiscard]] std::size_t last() const { return m_last; }

private:
    DecoderPreview& m_preview;
    std::vector<DecoderPreview::Row> m_rows;
    bool m_passed = false;
    std::size_t m_last = 0;
};

/// Without a checksum or a pattern any bytes would do.
bool isProvable(const DecoderDescription& description)
{
    return description.checksum != DecoderDescription::Checksum::None || !description.pattern.empty();
}

fs::path userFolder()
{
    return fs::path(Configuration::defaultPath()).parent_path() / "decoders";
}

/// The file in the decoder folders that describes `name`, other than `own`; empty: none.
std::string fileOfName(const std::string& name, const fs::path& own)
{
    for (const std::string& folder : decoderFolders()) {
        std::error_code code;
        for (const auto& entry : fs::directory_iterator(folder, code)) {
            if (entry.path().extension() != ".json" || entry.path() == own)
                continue;
            if (const auto info = decoderFromFile(entry.path().string()); info.ok() && info->name == name)
                return entry.path().string();
        }
    }
    return {};
}

} // namespace

Result<DecoderInfo> decoderFromFile(const std::string& path)
{
    BNOF_TRY_ASSIGN(const std::string text, readFile(path, longestDescription));
    BNOF_TRY_ASSIGN(auto parsed, parseDecoderDescription(text, path));
    const auto description = std::make_shared<const DecoderDescription>(std::move(parsed));
    DecoderInfo info;
    info.name = description->name;
    info.summary = description->summary;
    info.baud = description->baud;
    info.asks = description->asks();
    info.makeWith = [description](const DecoderParameters&) -> Result<std::unique_ptr<Decoder>> {
        return makeDeclarativeDecoder(description);
    };
    if (isProvable(*description))
        info.make = [description] { return makeDeclarativeDecoder(description); };
    info.preference = 1.2;
    return info;
}

std::vector<std::string> decoderFolders()
{
    std::vector<std::string> folders;
    if (const auto shipped = findResource("decoders"); shipped.ok())
        folders.push_back(*shipped);
    folders.push_back(userFolder().string());
    return folders;
}

std::vector<Error> loadDecoderFolders()
{
    std::vector<Error> problems;
    for (const std::string& folder : decoderFolders()) {
        std::vector<std::string> files;
        std::error_code code;
        for (const auto& entry : fs::directory_iterator(folder, code))
            if (entry.path().extension() == ".json" && entry.path().filename() != "decoder.schema.json")
                files.push_back(entry.path().string());
        std::ranges::sort(files);
        for (const std::string& file : files) {
            auto info = decoderFromFile(file);
            if (!info.ok()) {
                problems.push_back(info.error());
                continue;
            }
            if (isBuiltInDecoder(info->name)) {
                problems.push_back(makeError(ErrorKind::BadInput,
                                             "the name \"" + info->name + "\" belongs to a built-in decoder", file,
                                             "Choose another name in the file."));
                continue;
            }
            registerDecoder(std::move(*info));
        }
    }
    return problems;
}

DecoderPreview previewDecoder(std::string_view descriptionJson, std::string_view bytes)
{
    DecoderPreview preview;
    auto parsed = parseDecoderDescription(descriptionJson, "description");
    if (!parsed.ok()) {
        preview.error = parsed.error();
        return preview;
    }
    preview.name = parsed->name;
    preview.detectable = isProvable(*parsed);
    const auto decoder = makeDeclarativeDecoder(std::make_shared<const DecoderDescription>(std::move(*parsed)), true);
    PreviewSink sink(preview);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        decoder->feed({&bytes[i], 1}, sink);
        sink.fed(i + 1);
    }
    preview.checksumErrors = decoder->checksumErrors();
    preview.undecided = bytes.size() - std::min(bytes.size(), sink.last());
    preview.certainty = detectionCertainty(preview.rows.size(), preview.problems.size());
    return preview;
}

Result<std::string> saveDecoderDescription(std::string_view descriptionJson, bool replace)
{
    BNOF_TRY_ASSIGN(const auto description, parseDecoderDescription(descriptionJson, "description"));
    if (isBuiltInDecoder(description.name))
        return makeError(ErrorKind::BadInput, "the name \"" + description.name + "\" belongs to a built-in decoder",
                         "description, decoder.name", "Choose another name.");
    const fs::path path = userFolder() / (description.name + ".json");
    if (const std::string other = fileOfName(description.name, path); !other.empty())
        return makeError(ErrorKind::BadInput, "the name \"" + description.name + "\" is taken", other,
                         "Choose another name.");
    std::error_code code;
    if (!replace && fs::exists(path, code))
        return makeError(ErrorKind::Usage, "there is a device format of this name already", path.string(),
                         "Choose another name, or replace it.");
    fs::create_directories(path.parent_path(), code);
    BNOF_TRY(writeFileAtomically(path.string(), descriptionJson));
    BNOF_TRY_ASSIGN(auto info, decoderFromFile(path.string()));
    registerDecoder(std::move(info));
    return path.string();
}

} // namespace bnof::sensing
