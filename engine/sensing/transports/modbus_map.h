// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::sensing {

enum class ModbusType { U16, S16, U32, S32, F32 };
/// Where the bytes A (most significant) to D of a 32-bit value stand in two registers. Of 16-bit values BADC and
/// DCBA mean that the two bytes are exchanged.
enum class ModbusOrder { ABCD, CDAB, BADC, DCBA };

/// One value of a device: value = raw × scale + offset.
struct ModbusRegister {
    ChannelInfo channel;
    int unit = 0;     ///< 0: the source's
    int function = 3; ///< 3: holding registers, 4: input registers
    int address = 0;  ///< as it stands on the wire, from 0 (a "40001" of a manual is 0 with function 3)
    ModbusType type = ModbusType::U16;
    ModbusOrder order = ModbusOrder::ABCD;
    double scale = 1;
    double offset = 0;
    std::optional<double> missing; ///< this raw value means that there is none
    bool raw = false;              ///< give the raw counts as a channel of their own as well
    struct Bit {
        int bit = 0;
        std::string meaning;
    };
    std::vector<Bit> bits; ///< of a status register: what its bits say when they are set

    [[nodiscard]] int width() const { return type == ModbusType::U16 || type == ModbusType::S16 ? 1 : 2; }
    /// The number in the registers, as JSON text without scale ("raw") and with it; "null" for a missing value, NaN
    /// and infinity. `words` are its width() registers.
    [[nodiscard]] std::string rawText(std::span<const std::uint16_t> words) const;
    [[nodiscard]] std::string valueText(std::span<const std::uint16_t> words) const;
    /// The number itself; empty when it is missing.
    [[nodiscard]] std::optional<double> raw64(std::span<const std::uint16_t> words) const;
};

/// Registers that are read in one request.
struct ModbusBlock {
    int unit = 0;
    int function = 3;
    int address = 0;
    int count = 0;
    std::vector<std::size_t> registers; ///< indices into ModbusMap::registers
};

/// What is written once after connecting, to start a measurement.
struct ModbusWrite {
    int unit = 0;
    int address = 0;
    std::vector<std::uint16_t> values; ///< one: function 6, more: function 16
};

/// The registers of a kind of device, as a JSON file (resources/modbus/README.md describes it).
struct ModbusMap {
    static constexpr int maximumBlock = 125; ///< registers a request may ask for (Modbus 1.1b3, 6.3)

    std::string name;
    std::string description;
    bool simulated = false; ///< the device says that its data is simulated
    bool complete = false;  ///< the channel table is told whole at once: a silent unit has its channels, too
    int unit = 1;
    int baud = 9600;
    std::string parity = "none";
    std::string stopBits = "1";
    int pollMilliseconds = 1000;
    int timeoutMilliseconds = 1000;
    int gap = 0; ///< so many unused registers are read along rather than asking twice
    std::vector<ModbusRegister> registers;
    std::vector<ModbusWrite> start;

    /// Errors name file and member and show what is expected.
    [[nodiscard]] static Result<ModbusMap> parse(std::string_view text, const std::string& sourceName);
    /// A file (with a / or ending in .json), else the name of one in resources/modbus.
    [[nodiscard]] static Result<ModbusMap> load(const std::string& nameOrFile);
    /// Names of the maps that ship with the program.
    [[nodiscard]] static std::vector<std::string> names();

    /// The same registers of several units on one line, each name behind its unit ("u7 CO2"). Registers with a
    /// device of their own stay as they are. Errors: too many registers, a name that becomes too long.
    [[nodiscard]] Result<ModbusMap> forUnits(const std::vector<int>& units) const;
    /// All registers in as few requests as gap and maximumBlock allow, by unit, function and address.
    [[nodiscard]] std::vector<ModbusBlock> blocks(int sourceUnit) const;
    /// {"bnof": {…}} with every channel in the order of the rows, for the decoder "ndjson".
    [[nodiscard]] std::string descriptionLine() const;
};

} // namespace bnof::sensing
