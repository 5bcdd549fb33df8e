// SPDX-License-Identifier: GPL-3.0-or-later
// "class;ppm 1:v 2:v ..." (UCI 270; without ";ppm": UCI 224) and the 92 columns of the wind tunnel (UCI 251).
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>

#include "engine/recording/interchange/importers.h"
#include "engine/recording/interchange/uci_line.h"

namespace bnof::recording {
namespace {

constexpr std::size_t windTunnelColumns = 92;
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

std::string featureName(std::size_t feature, std::size_t width)
{
    static constexpr const char* names[] = {"dR",       "dR norm",     "rise 0.001", "rise 0.01",
                                            "rise 0.1", "decay 0.001", "decay 0.01", "decay 0.1"};
    return width == 128 ? "S" + std::to_string(feature / 8 + 1) + " " + names[feature % 8]
                        : "feature " + std::to_string(feature + 1);
}

/// The concentration without the zeros at its end.
std::string tidy(std::string ppm)
{
    if (ppm.find('.') != std::string::npos && ppm.find_first_of("eE") == std::string::npos) {
        ppm.erase(ppm.find_last_not_of('0') + 1);
        if (ppm.back() == '.')
            ppm.pop_back();
    }
    return ppm;
}

class UciImport {
public:
    UciImport(const ImportOptions& options, const std::string& name, ImportTarget& target)
        : m_options(options), m_target(target), m_labels(target), m_problems(name, options.strict),
          m_rate(options.rateHz > 0 ? options.rateHz : 1)
    {}

    Result<void> read(TextLines& lines, const std::string& mark, double from, double to);
    Result<void> finish() { return m_problems.finish(m_frames, m_target); }

private:
    Result<void> begin();

    const ImportOptions& m_options;
    ImportTarget& m_target;
    LabelMarks m_labels;
    RowProblems m_problems;
    double m_rate;
    UciLine m_line;
    std::size_t m_width = 0;
    std::vector<float> m_values;
    std::uint64_t m_frames = 0;
};

Result<void> UciImport::begin()
{
    for (const auto& [feature, value] : m_line.features)
        m_width = std::max(m_width, feature + 1);
    ImportDescription description;
    SourceDescription& source = description.sources.emplace_back();
    for (std::size_t i = 0; i < m_width; ++i)
        source.channels.push_back({featureName(i, m_width), "feature", "", "", 0, 0});
    description.understood.set("features", m_width).set("rate_hz", m_rate);
    description.understood.set("concentration", !m_line.ppm.empty());
    BNOF_TRY(m_target.begin(description));
    if (m_options.rateHz > 0)
        return {};
    return m_target.note("the file has no time; its measurements were put one second apart (--rate says otherwise)");
}

Result<void> UciImport::read(TextLines& lines, const std::string& mark, double from, double to)
{
    std::string_view line;
    bool first = true;
    while (true) {
        BNOF_TRY_ASSIGN(const bool more, lines.next(line));
        if (!more)
            return {};
        if (trimBlanks(line).empty())
            continue;
        if (lines.number() % 256 == 1)
            BNOF_TRY(m_target.progress(from + (to - from) * lines.share()));
        const std::string where = (mark.empty() ? "" : mark + ", ") + "line " + std::to_string(lines.number());
        if (std::string wrong = parseUciLine(line, m_line); !wrong.empty()) {
            const std::size_t colon = wrong.find(": ");
            BNOF_TRY(m_problems.add(where + ", " + wrong.substr(0, colon), wrong.substr(colon + 2)));
            continue;
        }
        if (m_width == 0)
            BNOF_TRY(begin());
        m_values.assign(m_width, missing);
        std::string wrong;
        for (const auto& [feature, text] : m_line.features) {
            if (feature >= m_width)
                wrong =
                    "feature " + std::to_string(feature + 1) + ", but the first line has " + std::to_string(m_width);
            else if (!parseValue(text, false, m_values[feature]))
                wrong = "\"" + std::string(text.substr(0, 40)) + "\" is not a number";
        }
        if (!wrong.empty()) {
            BNOF_TRY(m_problems.add(where, wrong));
            continue;
        }
        const auto t = static_cast<Timestamp>(std::llround(static_cast<double>(m_frames++) / m_rate * 1e9));
        if (first && !mark.empty())
            BNOF_TRY(m_target.event({StreamEvent::Kind::Note, t, t, 0, "from here on: " + mark}));
        first = false;
        const std::string gas = uciClassName(m_line.label, m_width);
        BNOF_TRY(m_labels.label(t, m_line.ppm.empty() ? gas : gas + " " + tidy(m_line.ppm) + " ppm"));
        BNOF_TRY(m_target.frame(0, t, std::numeric_limits<double>::quiet_NaN(), m_values));
    }
}

std::vector<ChannelInfo> windTunnelChannels()
{
    std::vector<ChannelInfo> channels;
    // Between the time and the temperature are the settings and readings of fan and flow controllers, which the
    // published files do not name.
    for (int c = 2; c <= 9; ++c)
        channels.push_back({"column " + std::to_string(c), "", "", "", 0, 0});
    channels.push_back({"temperature", "temperature",
                        "\xC2\xB0"
                        "C",
                        "", 0, 0});
    channels.push_back({"humidity", "relative humidity", "%", "", 0, 0});
    for (int board = 1; board <= 9; ++board) {
        channels.push_back({"board " + std::to_string(board) + " flag", "", "", "", 0, 0});
        for (int sensor = 1; sensor <= 8; ++sensor)
            channels.push_back({std::to_string(board) + "." + std::to_string(sensor), "", "counts", "", 0, 0});
    }
    return channels;
}

std::size_t splitTabs(std::string_view line, std::vector<std::string_view>& fields)
{
    fields.clear();
    while (!line.empty() && (line.back() == '\t' || line.back() == ' '))
        line.remove_suffix(1);
    for (std::size_t at = 0; at <= line.size();) {
        const std::size_t end = std::min(line.find('\t', at), line.size());
        fields.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    return fields.size();
}

} // namespace

std::string parseUciLine(std::string_view line, UciLine& out)
{
    const char* at = line.data();
    const char* const end = at + line.size();
    const auto column = [&] { return ", column " + std::to_string(at - line.data() + 1); };
    out.features.clear();
    out.ppm.clear();
    const auto label = std::from_chars(at, end, out.label);
    if (label.ec != std::errc())
        return "column 1: expected the number of a class";
    at = label.ptr;
    if (at < end && *at == ';') {
        const char* const begin = ++at;
        while (at < end && *at != ' ' && *at != '\t')
            ++at;
        out.ppm.assign(begin, at);
        float value = 0;
        if (out.ppm.empty() || !parseValue(out.ppm, false, value))
            return column().substr(2) + ": expected a concentration behind the \";\"";
    }
    while (true) {
        while (at < end && (*at == ' ' || *at == '\t'))
            ++at;
        if (at >= end)
            return out.features.empty() ? column().substr(2) + ": expected features as 1:value" : std::string();
        std::size_t number = 0;
        const auto index = std::from_chars(at, end, number);
        if (index.ec != std::errc() || index.ptr >= end || *index.ptr != ':' || number == 0 || number > maxUciFeatures)
            return column().substr(2) + ": expected a feature as number:value";
        const char* const value = index.ptr + 1;
        at = value;
        while (at < end && *at != ' ' && *at != '\t')
            ++at;
        out.features.emplace_back(number - 1, std::string_view(value, static_cast<std::size_t>(at - value)));
    }
}

std::string uciClassName(long label, std::size_t width)
{
    static constexpr const char* gases[] = {"ethanol", "ethylene", "ammonia", "acetaldehyde", "acetone", "toluene"};
    return width == 128 && label >= 1 && label <= 6 ? gases[label - 1] : "class " + std::to_string(label);
}

bool looksLikeUci(std::string_view line)
{
    UciLine parsed;
    return parseUciLine(trimBlanks(line), parsed).empty() && parsed.features.size() >= 2;
}

bool looksLikeWindTunnel(std::string_view line)
{
    std::vector<std::string_view> fields;
    if (splitTabs(line, fields) != windTunnelColumns)
        return false;
    float value = 0;
    return std::all_of(fields.begin(), fields.end(),
                       [&value](std::string_view field) { return parseValue(field, false, value); });
}

Result<void> importUciLines(TextLines& lines, const ImportOptions& options, ImportTarget& target)
{
    UciImport import(options, lines.name(), target);
    BNOF_TRY(import.read(lines, {}, 0, 1));
    return import.finish();
}

Result<void> importUci(const std::vector<std::string>& files, const ImportOptions& options, ImportTarget& target)
{
    UciImport import(options, std::filesystem::path(files.front()).parent_path().string(), target);
    for (std::size_t i = 0; i < files.size(); ++i) {
        BNOF_TRY_ASSIGN(const auto lines, TextLines::open(files[i]));
        const auto share = [&](std::size_t done) {
            return static_cast<double>(done) / static_cast<double>(files.size());
        };
        BNOF_TRY(import.read(*lines, std::filesystem::path(files[i]).filename().string(), share(i), share(i + 1)));
    }
    return import.finish();
}

Result<void> importWindTunnel(TextLines& lines, const ImportOptions& options, ImportTarget& target)
{
    ImportDescription description;
    description.sources.emplace_back().channels = windTunnelChannels();
    description.understood.set("delimiter", "tab").set("columns", windTunnelColumns).set("time_unit", "ms");
    BNOF_TRY(target.begin(description));
    RowProblems problems(lines.name(), options.strict);
    std::vector<std::string_view> fields;
    std::vector<float> values(windTunnelColumns - 1);
    std::string_view line;
    std::uint64_t frames = 0;
    Timestamp now = 0;
    while (true) {
        BNOF_TRY_ASSIGN(const bool more, lines.next(line));
        if (!more)
            break;
        if (trimBlanks(line).empty())
            continue;
        if (lines.number() % 256 == 1)
            BNOF_TRY(target.progress(lines.share()));
        const std::string where = "line " + std::to_string(lines.number());
        if (splitTabs(line, fields) != windTunnelColumns) {
            BNOF_TRY(problems.add(where, std::to_string(fields.size()) + " columns instead of 92"));
            continue;
        }
        const auto t = parseTime(fields[0], TimeKind::Milliseconds, false);
        std::string wrong = !t                       ? ", column 1: the time is not a number"
                            : frames > 0 && *t < now ? ", column 1: the time goes back"
                                                     : "";
        for (std::size_t c = 1; c < windTunnelColumns && wrong.empty(); ++c) {
            if (!parseValue(fields[c], false, values[c - 1]))
                wrong = ", column " + std::to_string(c + 1) + ": \"" + std::string(fields[c].substr(0, 40)) +
                        "\" is not a number";
        }
        if (!wrong.empty()) {
            const std::size_t colon = wrong.find(": ");
            BNOF_TRY(problems.add(where + wrong.substr(0, colon), wrong.substr(colon + 2)));
            continue;
        }
        now = *t;
        ++frames;
        BNOF_TRY(target.frame(0, now, static_cast<double>(now) / 1e9, values));
    }
    return problems.finish(frames, target);
}

} // namespace bnof::recording
