// SPDX-License-Identifier: GPL-3.0-or-later
// GSS COZIR, SprintIR and ExplorIR carbon dioxide sensors: pairs of a letter and a number, " H 00345 T 01195 Z 00651".
#include <algorithm>
#include <array>
#include <limits>

#include "engine/sensing/decoders/decoder_parameters.h"
#include "engine/sensing/decoders/device_decoders.h"
#include "engine/sensing/decoders/line_decoder.h"

namespace bnof::sensing {
namespace {

constexpr std::size_t maximumPairs = 12;
constexpr int changeAfter = 3; ///< lines with the same other letters, before the channels change
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

struct Setting {
    std::string mode = "listen";
    std::string query = "Z"; ///< letters that are asked for
    double multiplier = 0;   ///< 0: ask the sensor
    int periodMilliseconds = 1000;
};

class CozirDecoder final : public LineDecoder {
public:
    explicit CozirDecoder(Setting setting)
        : m_setting(std::move(setting)), m_multiplier(m_setting.multiplier > 0 ? m_setting.multiplier : 1)
    {
        if (m_setting.mode != "listen") {
            m_plan.opening.push_back({m_setting.mode == "poll" ? "K 2\r\n" : "K 1\r\n", false, 0, 0, 200});
            if (m_setting.multiplier == 0) {
                m_multiplierStep = m_plan.opening.size();
                m_plan.opening.push_back({".\r\n", true, 500, 2, 0});
            }
        }
        if (m_setting.mode == "poll") {
            for (const char letter : m_setting.query)
                m_plan.cycle.push_back({std::string(1, letter) + "\r\n", true, 300, 1, 0});
            m_letters = m_setting.query;
            m_values.fill(missing);
        }
        m_plan.periodMilliseconds = m_setting.periodMilliseconds;
    }

    std::string name() const override { return "cozir"; }
    const DialoguePlan* dialogue() const override { return &m_plan; }
    void asked(bool opening, std::size_t step) override
    {
        m_opening = opening;
        m_step = step;
    }

protected:
    void line(std::string_view text, bool first, DecoderSink& sink) override
    {
        std::array<char, maximumPairs> letters{};
        std::array<std::int64_t, maximumPairs> numbers{};
        const std::size_t count = parse(text, letters, numbers);
        if (count == 0) {
            if (trimmed(text) == "?") { // the sensor does not know the command
                countAnswer();
                takePolled('?', 0, sink);
            } else if (!first) {
                skip(text, "the line has no pairs of a letter and a number", sink);
            }
            return;
        }
        if (count == 1 && letters[0] == '.') {
            if (m_setting.multiplier == 0 && numbers[0] >= 1 && numbers[0] <= 1000)
                m_multiplier = static_cast<double>(numbers[0]);
            countAnswer();
            return;
        }
        if (count == 1 && letters[0] == 'K') { // the mode was acknowledged
            return;
        }
        if (m_setting.mode == "poll") {
            countAnswer();
            takePolled(letters[0], numbers[0], sink);
            return;
        }
        // Streaming may go on for a line while the multiplier is asked for: its values would be wrong.
        if (!(m_opening && m_multiplierStep != noStep && answers() == 0 && m_setting.mode == "stream"))
            takeStreamed({letters.data(), count}, numbers, first, sink);
    }

private:
    static constexpr std::size_t noStep = static_cast<std::size_t>(-1);

    static std::size_t parse(std::string_view text, std::array<char, maximumPairs>& letters,
                             std::array<std::int64_t, maximumPairs>& numbers)
    {
        std::size_t count = 0;
        text = trimmed(text);
        while (!text.empty()) {
            const bool letter =
                (text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'z') || text[0] == '.';
            if (count == maximumPairs || !letter || text.size() < 3 || text[1] != ' ')
                return 0;
            letters[count] = text[0];
            text.remove_prefix(2);
            text = trimmed(text);
            const std::size_t end = std::min(text.find(' '), text.size());
            if (end == 0 || end > 10 || !parseInteger(text.substr(0, end), numbers[count]))
                return 0;
            text = trimmed(text.substr(end));
            ++count;
        }
        return count;
    }

    [[nodiscard]] float valueOf(char letter, std::int64_t number) const
    {
        const auto n = static_cast<double>(number);
        switch (letter) {
        case 'Z':
        case 'z': return static_cast<float>(n * m_multiplier);
        case 'H': return static_cast<float>(n / 10);
        case 'T': return static_cast<float>((n - 1000) / 10);
        default: return static_cast<float>(n);
        }
    }

    void takeStreamed(std::string_view letters, const std::array<std::int64_t, maximumPairs>& numbers, bool first,
                      DecoderSink& sink)
    {
        if (letters != m_letters) {
            if (first)
                return;
            m_changeRun = letters == m_candidate ? m_changeRun + 1 : 1;
            m_candidate = letters;
            if (m_told && m_changeRun < changeAfter) {
                skip(letters, "the line has other values than those before", sink);
                return;
            }
            m_letters = letters;
            m_told = false;
        }
        m_changeRun = 0;
        m_candidate.clear();
        for (std::size_t i = 0; i < letters.size(); ++i)
            m_values[i] = valueOf(letters[i], numbers[i]);
        emit(sink);
    }

    /// One answer of a round of questions.
    void takePolled(char letter, std::int64_t number, DecoderSink& sink)
    {
        if (m_setting.mode != "poll" || m_opening)
            return;
        const bool lastAnswer = m_step + 1 == m_letters.size();
        const std::size_t at = m_letters.find(letter);
        if (m_begun && m_step <= m_lastStep) // the round before lost its last answer
            emitRound(sink);
        m_lastStep = m_step;
        m_begun = true;
        if (at != std::string::npos)
            m_values[at] = valueOf(letter, number);
        if (lastAnswer)
            emitRound(sink);
    }

    void emitRound(DecoderSink& sink)
    {
        if (std::any_of(m_values.begin(), m_values.end(), [](float v) { return v == v; }))
            emit(sink);
        m_values.fill(missing);
        m_begun = false;
    }

    void emit(DecoderSink& sink)
    {
        if (!m_told)
            tell(sink);
        sink.frame(std::span(m_values).first(m_letters.size()), std::numeric_limits<double>::quiet_NaN());
    }

    void tell(DecoderSink& sink)
    {
        std::vector<ChannelInfo> channels;
        for (const char letter : m_letters) {
            ChannelInfo info;
            switch (letter) {
            case 'Z': info = {"CO2", "concentration", "ppm", "CO2", 0, 0}; break;
            case 'z': info = {"CO2 unfiltered", "concentration", "ppm", "CO2", 0, 0}; break;
            case 'H': info = {"humidity", "humidity", "%", "", 0, 100}; break;
            case 'T': info = {"temperature", "temperature", "°C", "", 0, 0}; break;
            default: info.name = std::string(1, letter); info.unit = "counts";
            }
            channels.push_back(std::move(info));
        }
        makeNamesUnique(channels);
        m_told = true;
        sink.channels(channels);
    }

    Setting m_setting;
    DialoguePlan m_plan;
    double m_multiplier;
    std::size_t m_multiplierStep = noStep;
    std::string m_letters;
    std::string m_candidate;
    int m_changeRun = 0;
    std::array<float, maximumPairs> m_values{};
    bool m_told = false;
    bool m_opening = false;
    bool m_begun = false;
    std::size_t m_step = 0;
    std::size_t m_lastStep = 0;
};

Result<std::unique_ptr<Decoder>> makeCozir(const DecoderParameters& parameters)
{
    ParameterReader reader("cozir", parameters);
    Setting setting;
    setting.mode = reader.choice("mode", {"stream", "poll", "listen"}, "stream");
    setting.query = reader.text("query", "Z");
    setting.multiplier = reader.has("multiplier") ? reader.number("multiplier", 1, 1, 1000) : 0;
    setting.periodMilliseconds = reader.pollMilliseconds(1);
    std::string letters = setting.query;
    std::ranges::sort(letters);
    if (letters.empty() || letters.find_first_not_of("ZzHT") != std::string::npos ||
        std::ranges::adjacent_find(letters) != letters.end())
        reader.fail("query", "\"" + setting.query + "\" cannot be asked for",
                    "Use letters of Z (filtered CO2), z (unfiltered), T and H, each once: query=ZTH");
    BNOF_TRY(reader.status());
    return std::unique_ptr<Decoder>(std::make_unique<CozirDecoder>(setting));
}

} // namespace

DecoderInfo cozirDecoder()
{
    DecoderInfo info;
    info.name = "cozir";
    info.summary = "GSS COZIR, SprintIR and ExplorIR carbon dioxide sensors";
    info.make = [] { return std::make_unique<CozirDecoder>(Setting{}); };
    info.makeWith = makeCozir;
    info.parameters = {{"mode", "stream: let the sensor send by itself (default); poll: ask; listen: send nothing"},
                       {"query", "with mode=poll, what to ask for: letters of ZzTH (default Z)"},
                       {"multiplier", "of the CO2 values: 1, 10 or 100 (default: ask the sensor; 1 with mode=listen)"},
                       {"poll", "seconds between questions (default 1)"}};
    info.asks = true;
    info.baud = 9600;
    info.preference = 1.3;
    return info;
}

} // namespace bnof::sensing
