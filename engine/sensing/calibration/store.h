// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/sensing/calibration/calibration.h"

namespace bnof::sensing {

/// A folder of calibrations: NAME.v1.json, NAME.v2.json, ... A file is written once and never again: every change is a
/// new version.
class CalibrationStore {
public:
    /// The folder need not exist yet. Empty: defaultFolder().
    explicit CalibrationStore(std::string folder = {});
    /// $BNOF_CALIBRATIONS, else $XDG_DATA_HOME/bnof/calibrations, else ~/.local/share/bnof/calibrations.
    [[nodiscard]] static std::string defaultFolder();
    [[nodiscard]] const std::string& folder() const { return m_folder; }

    /// Everything that can be read, by name and version; files that cannot are reported in `damaged`.
    [[nodiscard]] std::vector<Calibration> list(std::vector<Error>* damaged = nullptr) const;
    /// A file's path, "NAME" (its newest version) or "NAME.v3".
    [[nodiscard]] Result<Calibration> load(const std::string& nameOrPath) const;
    /// The newest one made for the device; nothing when there is none.
    [[nodiscard]] std::optional<Calibration> forDevice(const std::string& identity) const;
    /// Writes it as the next version of its name and returns it with that. Errors: a name that is no file name, a
    /// folder that cannot be written.
    [[nodiscard]] Result<Calibration> save(Calibration calibration) const;
    [[nodiscard]] std::string pathOf(const Calibration& calibration) const;

private:
    std::string m_folder;
};

/// The one file. Errors name it.
[[nodiscard]] Result<Calibration> readCalibration(const std::string& path);

} // namespace bnof::sensing
