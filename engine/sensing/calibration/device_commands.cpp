// SPDX-License-Identifier: GPL-3.0-or-later
// Commands of the MH-Z19 (0x87 zero, 0x88 span, 0x79 automatic baseline) and of the COZIR family (G, X n): the
// manufacturers' manuals.
#include "engine/sensing/calibration/device_commands.h"

#include <QEventLoop>
#include <QTimer>

#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "engine/sensing/decoders/binary_decoder.h"
#include "engine/sensing/decoders/decoder_text.h"
#include "engine/sensing/transports/transport.h"

namespace bnof::sensing {
namespace {

using Action = DeviceCalibration::Action;

constexpr int wholeMilliseconds = 10000;
constexpr int answerMilliseconds = 2000;
constexpr std::size_t winsenLength = 9;
/// Winsen's manual: a span below this is inaccurate; the sensor's range ends at 5000 ppm.
constexpr double winsenLowestSpan = 1000;
constexpr double winsenHighestSpan = 5000;
constexpr double cozirHighestCount = 65535;

enum class Family { None, Winsen, Cozir };

Family familyOf(const SourceUri& uri)
{
    const std::string decoder = uri.parameter("decoder");
    if (decoder == "winsen" && uri.parameter("sensor") == "mh-z19")
        return Family::Winsen;
    return decoder == "cozir" ? Family::Cozir : Family::None;
}

std::uint8_t winsenChecksum(std::string_view message)
{
    unsigned sum = 0;
    for (std::size_t i = 1; i < winsenLength - 1; ++i)
        sum += static_cast<std::uint8_t>(message[i]);
    return static_cast<std::uint8_t>(0x100 - (sum & 0xFF));
}

std::string winsenCommand(std::uint8_t code, unsigned high, unsigned low)
{
    std::string bytes{
        '\xFF', '\x01', static_cast<char>(code), static_cast<char>(high), static_cast<char>(low), '\0', '\0',
        '\0',   '\0'};
    bytes[8] = static_cast<char>(winsenChecksum(bytes));
    return bytes;
}

/// One exchange: what is sent, and what the answer to it begins with.
struct Step {
    std::string bytes;
    std::string wanted;    ///< Winsen: the command's code; COZIR: the letter
    bool optional = false; ///< a sensor without an answer has done it all the same
};

/// A connection on which one step after the other is done.
class Conversation final : public QObject, public TransportListener {
public:
    explicit Conversation(Family family) : m_family(family)
    {
        m_timer.setSingleShot(true);
        connect(&m_timer, &QTimer::timeout, &m_loop, &QEventLoop::quit);
    }

    Result<void> open(const SourceUri& uri)
    {
        BNOF_TRY_ASSIGN(m_transport, makeTransport(uri, *this));
        m_transport->open();
        wait(wholeMilliseconds / 2, [this] { return m_open; });
        if (m_problem)
            return *m_problem;
        return m_open ? Result<void>()
                      : makeError(ErrorKind::Device, "the sensor cannot be reached", uri.toString(),
                                  "Check cable and power.");
    }
    [[nodiscard]] std::string deviceName() const { return m_transport->deviceName(); }
    void close() { m_transport->close(); }

    /// The answer's content: of Winsen the message, of COZIR the number. Empty: there was none.
    std::string exchange(const Step& step)
    {
        m_received.clear();
        m_answer.clear();
        m_wanted = step.wanted;
        m_transport->send(step.bytes);
        wait(step.optional ? answerMilliseconds / 4 : answerMilliseconds, [this] { return !m_answer.empty(); });
        return m_answer;
    }
    [[nodiscard]] const std::optional<Error>& problem() const { return m_problem; }

private:
    template <typename Done> void wait(int milliseconds, Done done)
    {
        m_timer.start(milliseconds);
        while (!done() && !m_problem && m_timer.isActive())
            m_loop.processEvents(QEventLoop::WaitForMoreEvents);
    }
    void transportOpened() override { m_open = true; }
    void transportClosed(const TransportProblem& problem) override { m_problem = problem.error; }
    void transportBytes(std::span<const char> bytes, std::int64_t) override
    {
        m_received.append(bytes.data(), bytes.size());
        if (m_received.size() > 4096)
            m_received.erase(0, m_received.size() - 4096);
        if (m_answer.empty())
            m_answer = m_family == Family::Winsen ? findMessage() : findLine();
    }
    [[nodiscard]] std::string findMessage() const
    {
        for (std::size_t at = 0; at + winsenLength <= m_received.size(); ++at) {
            const std::string message = m_received.substr(at, winsenLength);
            if (message[0] == '\xFF' && message[1] == m_wanted[0] &&
                static_cast<std::uint8_t>(message[8]) == winsenChecksum(message))
                return message;
        }
        return {};
    }
    /// "G 00033" anywhere in a whole line; "?" is the sensor's refusal.
    [[nodiscard]] std::string findLine() const
    {
        const std::size_t end = m_received.rfind('\n');
        if (end == std::string::npos)
            return {};
        const std::string_view lines(m_received.data(), end);
        const std::size_t at = lines.rfind(" " + m_wanted + " ");
        if (at == std::string_view::npos)
            return lines.find('?') != std::string_view::npos ? "?" : "";
        const std::string_view rest = lines.substr(at + m_wanted.size() + 2);
        return std::string(rest.substr(0, rest.find_first_of(" \r\n")));
    }

    Family m_family;
    QEventLoop m_loop;
    QTimer m_timer;
    std::unique_ptr<Transport> m_transport;
    std::optional<Error> m_problem;
    bool m_open = false;
    std::string m_wanted;
    std::string m_received;
    std::string m_answer;
};

Step readingOf(Family family)
{
    return family == Family::Winsen ? Step{winsenCommand(0x86, 0, 0), "\x86"} : Step{"Z\r\n", "Z"};
}

std::optional<double> valueOf(Family family, const std::string& answer, double multiplier)
{
    double value = 0;
    if (answer.empty())
        return std::nullopt;
    if (family == Family::Winsen)
        return static_cast<double>(
            bigEndian16(Bytes(reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()), 2));
    if (!parseValue(answer, false, value) || !std::isfinite(value))
        return std::nullopt;
    return value * multiplier;
}

Step commandFor(Family family, const DeviceCalibration& what, double multiplier)
{
    const auto count = static_cast<unsigned>(std::lround(what.ppm / multiplier));
    if (family == Family::Cozir)
        return what.action == Action::Zero ? Step{"G\r\n", "G"} : Step{"X " + std::to_string(count) + "\r\n", "X"};
    switch (what.action) {
    case Action::Zero: return {winsenCommand(0x87, 0, 0), "\x87", true};
    case Action::Span: return {winsenCommand(0x88, count >> 8, count & 0xFF), "\x88", true};
    case Action::AbcOn: return {winsenCommand(0x79, 0xA0, 0), "\x79", true};
    case Action::AbcOff: break;
    }
    return {winsenCommand(0x79, 0x00, 0), "\x79", true};
}

Result<double> readSensor(Conversation& sensor, Family family, double multiplier, const std::string& where)
{
    const auto value = valueOf(family, sensor.exchange(readingOf(family)), multiplier);
    if (sensor.problem())
        return *sensor.problem();
    if (!value)
        return makeError(ErrorKind::Device, "the sensor gives no reading", where,
                         "Check that it is the sensor that the source names, its cable and its baud rate.");
    return *value;
}

Result<DeviceCalibrationReport> converse(Conversation& sensor, const SourceUri& uri, const DeviceCalibration& what)
{
    const Family family = familyOf(uri);
    DeviceCalibrationReport report;
    report.sensor = family == Family::Winsen ? "MH-Z19" : "COZIR";
    report.device = sensor.deviceName();
    double multiplier = 1;
    if (family == Family::Cozir) {
        multiplier = valueOf(family, sensor.exchange({".\r\n", "."}), 1).value_or(0);
        if (multiplier < 1 || multiplier > 1000)
            return makeError(ErrorKind::Device, "the sensor does not say the multiplier of its values", report.device,
                             "Check that it is a COZIR, SprintIR or ExplorIR, its cable and its baud rate.");
        if (what.action == Action::Span && what.ppm / multiplier > cozirHighestCount)
            return makeError(ErrorKind::Usage, "this concentration is beyond the sensor's numbers", "--span");
    }
    BNOF_TRY_ASSIGN(report.before, readSensor(sensor, family, multiplier, report.device));
    const Step command = commandFor(family, what, multiplier);
    report.command = hexText(Bytes(reinterpret_cast<const std::uint8_t*>(command.bytes.data()), command.bytes.size()));
    const std::string answer = sensor.exchange(command);
    if (sensor.problem())
        return *sensor.problem();
    if (answer == "?" || (answer.empty() && !command.optional))
        return makeError(ErrorKind::Device,
                         answer.empty() ? "the sensor does not acknowledge the command"
                                        : "the sensor refuses the command",
                         report.device, "Its manual says which commands this version has.", report.command);
    report.confirmed = !answer.empty();
    BNOF_TRY_ASSIGN(report.after, readSensor(sensor, family, multiplier, report.device));
    return report;
}

} // namespace

const char* actionName(Action action)
{
    constexpr std::array names{"zero", "span", "automatic baseline on", "automatic baseline off"};
    return names[static_cast<std::size_t>(action)];
}

Result<void> checkDeviceCalibration(const SourceUri& uri, const DeviceCalibration& what)
{
    const Family family = familyOf(uri);
    const std::string where = uri.toString();
    if (family == Family::None || (uri.scheme != "serial" && uri.scheme != "tcp"))
        return makeError(ErrorKind::Usage, "this source is no sensor with calibration commands", where,
                         "Known are serial: and tcp: sources with decoder=winsen&sensor=mh-z19 and with decoder=cozir. "
                         "\"bnof calibrate capture\" calibrates every other sensor in the program.");
    if (family == Family::Cozir && (what.action == Action::AbcOn || what.action == Action::AbcOff))
        return makeError(ErrorKind::Usage, "a COZIR has no such command here", "--abc",
                         "It has --zero and --span PPM.");
    if (what.action != Action::Span)
        return {};
    const double low = family == Family::Winsen ? winsenLowestSpan : 100;
    const double high = family == Family::Winsen ? winsenHighestSpan : 1e6;
    if (!(what.ppm >= low && what.ppm <= high))
        return makeError(ErrorKind::Usage,
                         "the span of this sensor is between " + std::to_string(static_cast<int>(low)) + " and " +
                             std::to_string(static_cast<int>(high)) + " ppm",
                         "--span", "An MH-Z19's manual recommends 2000 ppm, after a zero.");
    return {};
}

Result<DeviceCalibrationReport> calibrateDevice(const SourceUri& uri, const DeviceCalibration& what)
{
    BNOF_TRY(checkDeviceCalibration(uri, what));
    Conversation sensor(familyOf(uri));
    BNOF_TRY(sensor.open(uri));
    auto report = converse(sensor, uri, what);
    sensor.close();
    return report;
}

} // namespace bnof::sensing
