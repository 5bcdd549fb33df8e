// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/model_registry.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "engine/base/files.h"
#include "engine/base/sha256.h"
#include "engine/olfaction/model.h"

namespace fs = std::filesystem;

namespace bnof::olfaction {
namespace {

constexpr std::string_view suffix = ".bnofmodel";
constexpr int mostOfOneName = 10'000;

/// Letters, digits, - and _ only, so that the name can be typed on every system.
std::string fileName(const std::string& name)
{
    std::string out;
    for (const char c : name.substr(0, 80)) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
        if (plain)
            out += c;
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    while (!out.empty() && out.back() == '-')
        out.pop_back();
    return out.empty() ? "model" : out;
}

RegisteredModel readEntry(const fs::path& path)
{
    RegisteredModel out;
    out.path = path.string();
    if (struct stat status{}; ::stat(out.path.c_str(), &status) == 0)
        out.writtenUtc = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    const auto content = readFile(out.path);
    if (!content.ok()) {
        out.problem = content.error();
        return out;
    }
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(content->data()), content->size());
    out.bytes = bytes.size();
    auto model = modelFromBytes(bytes, out.path);
    if (!model.ok()) {
        out.problem = model.error();
        return out;
    }
    auto signature = checkSignature(bytes, keysFolder(), out.path);
    if (!signature.ok()) {
        out.problem = signature.error();
        return out;
    }
    out.signature = std::move(signature).value();
    out.name = model->name;
    out.kind = model->kind;
    out.digest = sha256Hex(bytes);
    out.gases = std::move(model->gases);
    out.channels = std::move(model->channels);
    out.simulatedTraining = model->simulatedTraining;
    out.metrics = std::move(model->metrics);
    return out;
}

} // namespace

std::string modelsFolder(const std::string& configured)
{
    if (!configured.empty())
        return configured;
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    const fs::path base = data && *data ? fs::path(data) : fs::path(home && *home ? home : ".") / ".local/share";
    return (base / "bnof" / "models").string();
}

std::vector<RegisteredModel> listModels(const std::string& folder)
{
    std::vector<RegisteredModel> out;
    std::error_code code;
    for (fs::directory_iterator it(folder, code); !code && it != fs::directory_iterator(); it.increment(code)) {
        if (it->path().extension() == suffix)
            out.push_back(readEntry(it->path()));
    }
    std::sort(out.begin(), out.end(), [](const RegisteredModel& a, const RegisteredModel& b) {
        return a.writtenUtc != b.writtenUtc ? a.writtenUtc > b.writtenUtc : a.path < b.path;
    });
    return out;
}

Result<std::string> keepModel(const std::string& folder, const std::string& name, std::span<const std::uint8_t> bytes)
{
    std::error_code code;
    fs::create_directories(folder, code);
    if (code)
        return makeError(ErrorKind::Storage, "the folder of the models cannot be made: " + code.message(), folder,
                         "Choose another folder under Settings, Recognition.");
    const std::string stem = fileName(name);
    for (int number = 1; number < mostOfOneName; ++number) {
        const fs::path path =
            fs::path(folder) / (stem + (number == 1 ? "" : "-" + std::to_string(number)) + std::string(suffix));
        if (fs::exists(path, code))
            continue;
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        BNOF_TRY(writeFileAtomically(path.string(), text));
        return path.string();
    }
    return makeError(ErrorKind::Storage, "there are " + std::to_string(mostOfOneName) + " models of this name", folder,
                     "Give the model another name.");
}

} // namespace bnof::olfaction
