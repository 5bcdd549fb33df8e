// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/calibration/store.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "engine/base/files.h"

namespace bnof::sensing {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t largestFile = 64U << 20;

/// "bench.v3.json" is version 3 of "bench".
std::optional<int> versionOf(const std::string& file, const std::string& name)
{
    if (!file.starts_with(name + ".v") || !file.ends_with(".json"))
        return std::nullopt;
    const std::string_view digits = std::string_view(file).substr(name.size() + 2, file.size() - name.size() - 2 - 5);
    int version = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
    if (error != std::errc() || end != digits.data() + digits.size() || version < 1)
        return std::nullopt;
    return version;
}

bool isPath(const std::string& text)
{
    return text.find('/') != std::string::npos || text.ends_with(".json");
}

} // namespace

CalibrationStore::CalibrationStore(std::string folder) : m_folder(folder.empty() ? defaultFolder() : std::move(folder))
{}

std::string CalibrationStore::defaultFolder()
{
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    if (const std::string own = variable("BNOF_CALIBRATIONS"); !own.empty())
        return own;
    if (const std::string data = variable("XDG_DATA_HOME"); !data.empty())
        return data + "/bnof/calibrations";
    return variable("HOME") + "/.local/share/bnof/calibrations";
}

Result<Calibration> readCalibration(const std::string& path)
{
    BNOF_TRY_ASSIGN(const std::string text, readFile(path, largestFile));
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, path));
    return calibrationFromJson(json, path);
}

std::vector<Calibration> CalibrationStore::list(std::vector<Error>* damaged) const
{
    std::vector<Calibration> out;
    std::error_code code;
    for (fs::directory_iterator it(m_folder, code), end; !code && it != end; it.increment(code)) {
        const std::string path = it->path().string();
        if (!path.ends_with(".json"))
            continue;
        if (auto read = readCalibration(path); read.ok())
            out.push_back(std::move(*read));
        else if (damaged != nullptr)
            damaged->push_back(read.error());
    }
    std::sort(out.begin(), out.end(), [](const Calibration& a, const Calibration& b) {
        return a.name != b.name ? a.name < b.name : a.version < b.version;
    });
    return out;
}

Result<Calibration> CalibrationStore::load(const std::string& nameOrPath) const
{
    if (isPath(nameOrPath))
        return readCalibration(nameOrPath);
    std::error_code code;
    if (const std::string exact = m_folder + "/" + nameOrPath + ".json"; fs::exists(exact, code))
        return readCalibration(exact);
    int newest = 0;
    for (fs::directory_iterator it(m_folder, code), end; !code && it != end; it.increment(code))
        newest = std::max(newest, versionOf(it->path().filename().string(), nameOrPath).value_or(0));
    if (newest == 0)
        return makeError(ErrorKind::BadInput, "there is no calibration \"" + nameOrPath + "\"", m_folder,
                         "\"bnof calibrate list\" shows those that there are.");
    return readCalibration(m_folder + "/" + nameOrPath + ".v" + std::to_string(newest) + ".json");
}

std::optional<Calibration> CalibrationStore::forDevice(const std::string& identity) const
{
    std::optional<Calibration> best;
    for (Calibration& each : list()) {
        if (each.device == identity && (!best || each.utc >= best->utc))
            best = std::move(each);
    }
    return best;
}

Result<Calibration> CalibrationStore::save(Calibration calibration) const
{
    const std::string& name = calibration.name;
    const bool fine =
        !name.empty() && name.size() <= 100 && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
            return static_cast<unsigned char>(c) >= 0x20 && c != '/' && c != '\\';
        });
    if (!fine || isPath(name))
        return makeError(ErrorKind::Usage, "\"" + name + "\" cannot be the name of a calibration", "name",
                         "Use letters, digits, spaces and dashes.");
    std::error_code code;
    fs::create_directories(m_folder, code);
    if (code)
        return makeError(ErrorKind::Storage, "the folder of calibrations cannot be made: " + code.message(), m_folder,
                         "Choose another one with BNOF_CALIBRATIONS.");
    calibration.version = 1;
    for (fs::directory_iterator it(m_folder, code), end; !code && it != end; it.increment(code))
        calibration.version =
            std::max(calibration.version, versionOf(it->path().filename().string(), name).value_or(0) + 1);
    const std::string path = pathOf(calibration);
    // Complete before it has its name, and a name that exists is never taken: a link fails where a rename would win.
    const std::string whole = path + ".new";
    BNOF_TRY(writeFileAtomically(whole, toJson(calibration).dump(2) + "\n"));
    fs::create_hard_link(whole, path, code);
    std::error_code ignored;
    if (code && !fs::exists(path, ignored)) { // a file system without links
        fs::rename(whole, path, code);
    }
    fs::remove(whole, ignored);
    if (code)
        return makeError(ErrorKind::Storage, "the calibration could not be saved: " + code.message(), path,
                         "Another program may have saved this version just now: save again.");
    return calibration;
}

std::string CalibrationStore::pathOf(const Calibration& calibration) const
{
    return m_folder + "/" + calibration.name + ".v" + std::to_string(calibration.version) + ".json";
}

} // namespace bnof::sensing
