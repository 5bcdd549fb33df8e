// SPDX-License-Identifier: GPL-3.0-or-later
// Winsen's 9-byte messages (MH-Z19, ZE03, ZE07, ZE08, ZE25) and the 24-byte messages of its ZH03B particle sensor.
// Frames, gas codes and commands: the manufacturer's manuals and several open drivers.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/sensing/decoders/binary_decoder.h"
#include "engine/sensing/decoders/decoder_parameters.h"
#include "engine/sensing/decoders/device_decoders.h"
#include "engine/sensing/decoders/plain_number.h"

namespace bnof::sensing {
namespace {

constexpr std::size_t gasMessage = 9;
constexpr std::size_t particleMessage = 24;
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

struct GasCode {
    std::uint8_t code;
    const char* name;
    double resolution; ///< ppm (vol. % for O2) per count of a ZE03's answer; its manual's resolution of the gas
};
constexpr std::array<GasCode, 9> gasCodes{{{0x02, "NH3", 1},
                                           {0x03, "H2S", 1},
                                           {0x04, "CO", 1},
                                           {0x05, "O2", 0.1},
                                           {0x06, "H2", 1},
                                           {0x17, "CH2O", 0.01},
                                           {0x2A, "O3", 0.01},
                                           {0x2B, "SO2", 0.1},
                                           {0x31, "Cl2", 0.1}}};

const GasCode* gasOf(std::uint8_t code)
{
    const auto it = std::ranges::find(gasCodes, code, &GasCode::code);
    return it == gasCodes.end() ? nullptr : &*it;
}

/// One type of sensor: what it answers to the read command, and how its mode is set.
struct Model {
    const char* name;
    const char* gas;
    std::size_t at; ///< of the 16-bit concentration in the answer
    double scale;
    const char* unit;
    std::uint8_t active; ///< argument of command 0x78 for active upload; 0: has no such mode
    std::uint8_t asked;  ///< the same for question and answer; 0: always answers
};
constexpr std::array<Model, 7> models{{{"any", "CO2", 2, 1, "ppm", 0, 0},
                                       {"mh-z19", "CO2", 2, 1, "ppm", 0, 0},
                                       {"ze07", "CO", 2, 0.1, "ppm", 0x40, 0x41},
                                       {"ze08", "CH2O", 6, 1, "ppb", 0x40, 0x41},
                                       {"ze25", "O3", 6, 1, "ppb", 0x40, 0x41},
                                       {"ze03", "", 2, 1, "ppm", 0x03, 0x04},
                                       {"zh03b", "", 0, 1, "", 0x40, 0x41}}};

std::uint8_t gasChecksum(Bytes message)
{
    unsigned sum = 0;
    for (std::size_t i = 1; i < gasMessage - 1; ++i)
        sum += message[i];
    return static_cast<std::uint8_t>(0x100 - (sum & 0xFF));
}

std::string command(std::uint8_t code, std::uint8_t argument)
{
    std::array<std::uint8_t, gasMessage> bytes{0xFF, 0x01, code, argument, 0, 0, 0, 0, 0};
    bytes[8] = gasChecksum(bytes);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ChannelInfo channel(std::string name, std::string quantity, std::string unit, double high = 0)
{
    ChannelInfo info;
    info.gas = quantity == "concentration" ? name : std::string();
    info.name = std::move(name);
    info.quantity = std::move(quantity);
    info.unit = std::move(unit);
    info.rangeHigh = high;
    return info;
}

class WinsenDecoder final : public BinaryDecoder {
public:
    struct Setting {
        Model model = models[0];
        std::string mode = "listen";
        int periodMilliseconds = 1000;
    };

    explicit WinsenDecoder(Setting setting) : BinaryDecoder(particleMessage), m_setting(std::move(setting))
    {
        const Model& model = m_setting.model;
        if (m_setting.mode == "active" && model.active != 0)
            m_plan.opening.push_back({command(0x78, model.active), false, 0, 0, 100});
        if (m_setting.mode == "qa") {
            if (model.asked != 0)
                m_plan.opening.push_back({command(0x78, model.asked), false, 0, 0, 100});
            m_plan.cycle.push_back({command(0x86, 0), true, 500, 2, 0});
        }
        m_plan.periodMilliseconds = m_setting.periodMilliseconds;
    }

    std::string name() const override { return "winsen"; }
    const DialoguePlan* dialogue() const override { return &m_plan; }

protected:
    Scan scan(Bytes bytes, DecoderSink& sink) override
    {
        // The usual case first: more of the uploads that are known already.
        if (const std::size_t length = knownUploads(bytes, sink); length > 0)
            return Scan::message(length);
        if (bytes[0] == 0xFF)
            return bytes.size() < gasMessage ? Scan::more() : gas(bytes.first(gasMessage), sink);
        if (bytes[0] == 0x42) {
            if (bytes.size() < 4)
                return Scan::more();
            if (bytes[1] == 0x4D && bytes[2] == 0 && bytes[3] == particleMessage - 4)
                return bytes.size() < particleMessage ? Scan::more() : particles(bytes.first(particleMessage), sink);
        }
        const auto next = std::find_if(bytes.begin() + 1, bytes.end(), [](auto b) { return b == 0xFF || b == 0x42; });
        return Scan::skip(static_cast<std::size_t>(next - bytes.begin()), "the bytes are no Winsen message");
    }

private:
    /// Length of the messages at the beginning that have the head of those before, a right checksum and a range.
    std::size_t knownUploads(Bytes bytes, DecoderSink& sink)
    {
        std::size_t at = 0;
        if (m_head == 0 || m_candidate != 0)
            return at;
        const std::size_t limit = isSkipping() ? gasMessage : bytes.size();
        for (; limit - at >= gasMessage && bytes.size() - at >= gasMessage; at += gasMessage) {
            const auto* message = &bytes[at];
            const std::uint64_t word = loadWord(reinterpret_cast<const char*>(message));
            constexpr std::uint64_t even = 0x00FF00FF00FF00FFU;
            const std::uint64_t summed = word >> 8; // bytes 1 to 7
            const std::uint64_t sum = ((summed & even) + (summed >> 8 & even)) * 0x0001000100010001U >> 48;
            if (static_cast<std::uint32_t>(word) != m_head || static_cast<std::uint8_t>(sum + message[8]) != 0 ||
                word >> 48 == 0)
                break;
            // Whole numbers of 16 bits and powers of ten up to 1000 are exact floats: the same quotient as in double.
            m_values[0] = static_cast<float>(message[4] << 8 | message[5]) / m_divisor;
            sink.frame(std::span(m_values).first(1), missing);
        }
        return at;
    }

    Scan gas(Bytes message, DecoderSink& sink)
    {
        const std::uint8_t type = message[1];
        const bool known = type == 0x86 || type == 0x01 || type == 0x78 || gasOf(type) != nullptr;
        if (message[8] != gasChecksum(message)) {
            if (known)
                countChecksumError();
            return Scan::skip(1, known ? "the checksum is wrong" : "the bytes are no Winsen message");
        }
        if (type == 0x86)
            return answer(message, sink);
        // An adapter's echo of our command, and the acknowledgement of a mode.
        if (type == 0x01 || type == 0x78)
            return Scan::message(gasMessage);
        return upload(message, sink);
    }

    Scan upload(Bytes message, DecoderSink& sink)
    {
        const GasCode* gas = gasOf(message[1]);
        const std::uint8_t unit = message[2];
        const std::uint8_t decimals = message[3];
        const unsigned full = bigEndian16(message, 6);
        if (gas == nullptr || (unit != 0x03 && unit != 0x04) || decimals > 3 || full == 0)
            return Scan::skip(1, "the gas, unit or decimals code is not known");
        constexpr std::array<double, 4> powers{1, 10, 100, 1000};
        const double divisor = powers[decimals];
        // Oxygen in ppb fits no 16 bits: ZE03-O2 uses code 4 for volume percent.
        const char* unitName = unit == 0x03 ? "ppm" : gas->code == 0x05 ? "%" : "ppb";
        const std::uint32_t table = 0x1000000U | std::uint32_t{message[1]} << 16 | unit << 8 | decimals;
        if (!admit(table))
            return Scan::skip(gasMessage, "the message is of another gas or unit than those before");
        if (table != m_told)
            tell(table, {channel(gas->name, "concentration", unitName, full / divisor)}, sink);
        m_head = static_cast<std::uint32_t>(loadWord(reinterpret_cast<const char*>(message.data())));
        m_divisor = static_cast<float>(divisor);
        m_values[0] = static_cast<float>(bigEndian16(message, 4) / divisor);
        sink.frame(std::span(m_values).first(1), missing);
        return Scan::message(gasMessage);
    }

    /// Answers do not say what was measured: the model does.
    Scan answer(Bytes message, DecoderSink& sink)
    {
        countAnswer();
        const Model& model = m_setting.model;
        if (std::strcmp(model.name, "zh03b") == 0) { // PM2.5, PM10, PM1.0
            tellParticles(sink);
            m_values = {static_cast<float>(bigEndian16(message, 6)), static_cast<float>(bigEndian16(message, 2)),
                        static_cast<float>(bigEndian16(message, 4))};
            sink.frame(m_values, missing);
            return Scan::message(gasMessage);
        }
        const bool carbonDioxide = std::strcmp(model.gas, "CO2") == 0;
        const std::uint32_t table = 0x2000000U;
        if (!admit(table))
            return Scan::skip(gasMessage, "the message is an answer, those before came unasked");
        if (table != m_told) {
            std::vector<ChannelInfo> channels{
                channel(model.gas[0] == '\0' ? "gas" : model.gas, "concentration", model.unit)};
            if (carbonDioxide)
                channels.push_back(channel("temperature", "temperature", "°C"));
            tell(table, std::move(channels), sink);
        }
        m_values[0] = static_cast<float>(bigEndian16(message, model.at) * model.scale);
        m_values[1] = static_cast<float>(message[4] - 40);
        sink.frame(std::span(m_values).first(carbonDioxide ? 2 : 1), missing);
        return Scan::message(gasMessage);
    }

    Scan particles(Bytes message, DecoderSink& sink)
    {
        unsigned sum = 0;
        for (std::size_t i = 0; i < particleMessage - 2; ++i)
            sum += message[i];
        if ((sum & 0xFFFF) != bigEndian16(message, particleMessage - 2)) {
            countChecksumError();
            return Scan::skip(1, "the checksum is wrong");
        }
        if (!admit(particleTable))
            return Scan::skip(particleMessage, "the message is of particles, those before were of a gas");
        tellParticles(sink);
        for (std::size_t i = 0; i < 3; ++i)
            m_values[i] = bigEndian16(message, 10 + 2 * i);
        sink.frame(std::span(m_values).first(3), missing);
        return Scan::message(particleMessage);
    }

    void tellParticles(DecoderSink& sink)
    {
        if (particleTable == m_told)
            return;
        std::vector<ChannelInfo> channels;
        for (const char* size : {"PM1.0", "PM2.5", "PM10"})
            channels.push_back(channel(size, "mass concentration", "µg/m³", 1000));
        tell(particleTable, std::move(channels), sink);
    }

    /// A damaged message whose checksum happens to fit must not change the channels: a change has to come twice.
    bool admit(std::uint32_t table)
    {
        const bool good = m_told == 0 || table == m_told || table == m_candidate;
        m_candidate = table == m_told ? 0 : table;
        return good;
    }
    void tell(std::uint32_t table, std::vector<ChannelInfo> channels, DecoderSink& sink)
    {
        m_told = table;
        m_candidate = 0;
        m_head = 0;
        sink.channels(channels);
    }

    static constexpr std::uint32_t particleTable = 0x3000000U;

    Setting m_setting;
    DialoguePlan m_plan;
    std::array<float, 3> m_values{};
    std::uint32_t m_head = 0; ///< the first four bytes of the uploads told; 0: none
    float m_divisor = 1;
    std::uint32_t m_told = 0;
    std::uint32_t m_candidate = 0;
};

Result<std::unique_ptr<Decoder>> makeWinsen(const DecoderParameters& parameters)
{
    ParameterReader reader("winsen", parameters);
    std::vector<std::string> names;
    for (const Model& model : models)
        names.emplace_back(model.name);
    WinsenDecoder::Setting setting;
    const std::string sensor = reader.choice("sensor", names, "any");
    setting.model = *std::ranges::find(models, sensor, [](const Model& m) { return std::string(m.name); });
    const bool onlyAnswers = sensor == "mh-z19";
    setting.mode = reader.choice("mode", {"listen", "active", "qa"}, onlyAnswers ? "qa" : "listen");
    if (setting.mode == "active" && setting.model.active == 0)
        reader.fail("mode", "\"" + sensor + "\" has no command for active upload",
                    onlyAnswers ? "Use mode=qa." : "Name the sensor (sensor=ze07), or use mode=listen.");
    setting.periodMilliseconds = reader.pollMilliseconds(1);
    if (reader.has("gas") || sensor == "ze03") {
        const std::string gas = reader.text("gas", "");
        const auto code = std::ranges::find(gasCodes, gas, [](const GasCode& g) { return std::string(g.name); });
        if (code == gasCodes.end() && !gas.empty())
            reader.fail("gas", "\"" + gas + "\" is not known", "Use one of NH3, H2S, CO, O2, H2, CH2O, O3, SO2, Cl2.");
        else if (sensor == "ze03" && setting.mode == "qa" && gas.empty())
            reader.fail("gas", "a ZE03's answers do not say which gas they are of", "Add gas=CO (or which it is).");
        else if (code != gasCodes.end()) {
            setting.model.gas = code->name;
            if (sensor == "ze03") {
                setting.model.scale = code->resolution;
                setting.model.unit = code->code == 0x05 ? "%" : "ppm";
            }
        }
    }
    setting.model.scale = reader.number("scale", setting.model.scale, 1e-6, 1e6);
    BNOF_TRY(reader.status());
    return std::unique_ptr<Decoder>(std::make_unique<WinsenDecoder>(setting));
}

} // namespace

DecoderInfo winsenDecoder()
{
    DecoderInfo info;
    info.name = "winsen";
    info.summary = "Winsen gas modules MH-Z19, ZE03, ZE07, ZE08, ZE25 and the particle sensor ZH03B";
    info.make = [] { return std::make_unique<WinsenDecoder>(WinsenDecoder::Setting{}); };
    info.makeWith = makeWinsen;
    info.parameters = {
        {"sensor", "mh-z19, ze03, ze07, ze08, ze25, zh03b or any (default)"},
        {"mode", "listen: send nothing (default); active: switch to active upload; qa: ask (default of mh-z19)"},
        {"poll", "seconds between questions (default 1)"},
        {"gas", "which gas a ZE03's answers are of: NH3, H2S, CO, O2, H2, CH2O, O3, SO2, Cl2"},
        {"scale", "concentration per count of an answer, where it differs from the manual's"},
    };
    info.asks = true;
    info.baud = 9600;
    info.preference = 1.3;
    return info;
}

} // namespace bnof::sensing
