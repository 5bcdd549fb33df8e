// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/simulator/simulator_rows.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

namespace bnof::sensing {
namespace {

std::string fixedText(double value, int digits)
{
    char text[64];
    const auto [end, code] = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
    return code == std::errc() ? std::string(text, end) : std::string("nan");
}

class NoseRows final : public RowSource {
public:
    NoseRows(const NoseOptions& options, NoseScript script)
        : m_nose(options, std::move(script)), m_timeDigits(options.rateHz > 500 ? 6 : 3), m_seed(options.seed)
    {
        m_columns.emplace_back("t_s");
        for (const ChannelInfo& channel : m_nose.channels())
            m_columns.push_back(channel.name);
        m_description.device = "simulated nose, unit " + std::to_string(options.unit);
        m_description.simulated = true;
        m_description.channels = m_nose.channels();
    }
    const std::vector<std::string>& columns() const override { return m_columns; }
    const DeviceDescription& description() const override { return m_description; }
    std::string notice() const override
    {
        return "simulated data: the model of a gas sensor array, not a measurement (seed " + std::to_string(m_seed) +
               ")";
    }
    bool next(SimulatorRow& row) override
    {
        row.seconds = m_nose.seconds();
        m_nose.next(m_values);
        row.fields.clear();
        row.fields.push_back(fixedText(row.seconds, m_timeDigits));
        for (std::size_t i = 0; i < m_values.size(); ++i)
            row.fields.push_back(fixedText(m_values[i], m_description.channels[i].unit == "counts" ? 0 : 2));
        return true;
    }

private:
    SimulatedNose m_nose;
    int m_timeDigits;
    std::uint64_t m_seed;
    std::vector<std::string> m_columns;
    DeviceDescription m_description;
    std::vector<float> m_values;
};

std::vector<std::string> split(std::string_view line)
{
    std::vector<std::string> fields;
    while (true) {
        const auto comma = line.find(',');
        fields.emplace_back(trimmed(line.substr(0, comma)));
        if (comma == std::string_view::npos)
            return fields;
        line.remove_prefix(comma + 1);
    }
}

class FileRows final : public RowSource {
public:
    explicit FileRows(FileRowsOptions options) : m_options(std::move(options)) {}
    ~FileRows() override
    {
        if (m_file != nullptr)
            gzclose(m_file);
    }

    Result<void> open()
    {
        m_file = gzopen(m_options.path.c_str(), "rb");
        std::string line;
        bool found = m_file != nullptr && readLine(line);
        for (; found && (line.empty() || line.front() == '#'); found = readLine(line)) {
            m_description.simulated = m_description.simulated || line.find("simulated") != std::string::npos;
            ++m_line;
        }
        if (!found)
            return makeError(ErrorKind::BadInput, "the file cannot be read or is empty", m_options.path,
                             "Give a CSV file with a header line, plain or compressed with gzip.");
        const std::vector<std::string> names = split(line);
        for (const std::string& omitted : m_options.omitColumns)
            if (std::ranges::find(names, omitted) == names.end())
                return makeError(ErrorKind::Usage, "the file has no column \"" + omitted + "\" to leave out",
                                 m_options.path, "The columns are: " + line);
        for (const std::string& name : names) {
            const bool kept = std::ranges::find(m_options.omitColumns, name) == m_options.omitColumns.end();
            m_kept.push_back(kept);
            const ChannelInfo info = channelFromName(name);
            const auto scale = timeScale(info.name, info.unit);
            if (scale && m_timeColumn < 0) {
                m_timeColumn = static_cast<int>(m_kept.size()) - 1;
                m_timeScale = *scale;
            }
            if (kept)
                m_columns.push_back(name);
        }
        if (m_timeColumn < 0 && m_options.rateHz <= 0)
            return makeError(ErrorKind::Usage, "the file has no time column that could set the pace", m_options.path,
                             "Give the rate of its rows in hertz.");
        m_description.device = "recording " + std::filesystem::path(m_options.path).filename().string();
        return {};
    }

    const std::vector<std::string>& columns() const override { return m_columns; }
    const DeviceDescription& description() const override { return m_description; }
    std::string notice() const override
    {
        return "played from the file " + std::filesystem::path(m_options.path).filename().string() +
               (m_description.simulated ? ", simulated data" : ", not measured now");
    }

    bool next(SimulatorRow& row) override
    {
        std::string line;
        while (readLine(line)) {
            ++m_line;
            if (line.empty() || line.front() == '#')
                continue;
            std::vector<std::string> fields = split(line);
            if (fields.size() != m_kept.size())
                return fail("the line has " + std::to_string(fields.size()) + " fields instead of " +
                            std::to_string(m_kept.size()));
            double time = static_cast<double>(m_rows) / std::max(m_options.rateHz, 1e-9);
            if (m_timeColumn >= 0) {
                double value = 0;
                if (!parseValue(fields[static_cast<std::size_t>(m_timeColumn)], false, value) || std::isnan(value))
                    return fail("the time is not a number");
                time = secondsFromTime(value, m_timeScale);
            }
            if (time < m_options.fromSeconds)
                continue;
            if (m_options.toSeconds > 0 && time >= m_options.toSeconds)
                return false;
            if (m_rows == 0)
                m_first = time;
            row.seconds = m_options.rateHz > 0 ? static_cast<double>(m_rows) / m_options.rateHz : time - m_first;
            ++m_rows;
            row.fields.clear();
            for (std::size_t i = 0; i < fields.size(); ++i)
                if (m_kept[i])
                    row.fields.push_back(std::move(fields[i]));
            return true;
        }
        return false;
    }
    std::optional<Error> problem() const override { return m_problem; }

private:
    bool fail(std::string what)
    {
        m_problem = makeError(ErrorKind::BadInput, std::move(what),
                              m_options.path + ", line " + std::to_string(m_line + 1), "Mend or remove the line.");
        return false;
    }

    bool readLine(std::string& line)
    {
        line.clear();
        char piece[4096];
        while (gzgets(m_file, piece, sizeof piece) != nullptr) {
            line += piece;
            if (line.ends_with('\n')) {
                line.pop_back();
                if (line.ends_with('\r'))
                    line.pop_back();
                return true;
            }
        }
        return !line.empty();
    }

    FileRowsOptions m_options;
    gzFile m_file = nullptr;
    std::vector<std::string> m_columns;
    std::vector<bool> m_kept;
    int m_timeColumn = -1;
    double m_timeScale = 0;
    double m_first = 0;
    std::uint64_t m_rows = 0;
    std::uint64_t m_line = 0;
    DeviceDescription m_description;
    std::optional<Error> m_problem;
};

} // namespace

std::unique_ptr<RowSource> makeNoseRows(const NoseOptions& options, NoseScript script)
{
    return std::make_unique<NoseRows>(options, std::move(script));
}

Result<std::unique_ptr<RowSource>> makeFileRows(const FileRowsOptions& options)
{
    auto rows = std::make_unique<FileRows>(options);
    BNOF_TRY(rows->open());
    return std::unique_ptr<RowSource>(std::move(rows));
}

} // namespace bnof::sensing
