// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/clean_air_log.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "engine/recording/reader.h"
#include "engine/sensing/calibration/fit.h"

namespace bnof::session {
namespace {

constexpr Timestamp mostStretches = 20'000;

/// One channel of the calibration with where it stands in the frames.
struct Column {
    sensing::ChannelCalibration* calibration = nullptr;
    std::size_t index = 0;
    std::vector<sensing::EnvironmentSample> samples;
    double sum = 0;
    std::uint64_t count = 0;
};

/// Means of the frames of one stretch after the other.
class Stretches {
public:
    Stretches(std::vector<Column>& columns, std::size_t temperature, std::size_t humidity, Timestamp length)
        : m_columns(columns), m_temperature(temperature), m_humidity(humidity), m_length(length)
    {}

    void add(Timestamp t, const std::vector<float>& values)
    {
        if (m_count > 0 && t - m_begin >= m_length)
            close();
        const double temperature = values[m_temperature];
        const double humidity = sensing::absoluteHumidity(temperature, values[m_humidity]);
        if (!std::isfinite(temperature) || !std::isfinite(humidity))
            return;
        if (m_count == 0)
            m_begin = t;
        ++m_count;
        m_temperatureSum += temperature;
        m_humiditySum += humidity;
        for (Column& column : m_columns) {
            const double resistance = sensing::resistanceOf(*column.calibration, values[column.index]);
            if (!std::isfinite(resistance))
                continue;
            column.sum += resistance;
            ++column.count;
        }
    }
    void close()
    {
        if (m_count == 0)
            return;
        const auto n = static_cast<double>(m_count);
        for (Column& column : m_columns) {
            if (column.count > 0)
                column.samples.push_back(
                    {m_temperatureSum / n, m_humiditySum / n, column.sum / static_cast<double>(column.count)});
            column.sum = 0;
            column.count = 0;
        }
        m_temperatureSum = m_humiditySum = 0;
        m_count = 0;
    }

private:
    std::vector<Column>& m_columns;
    std::size_t m_temperature, m_humidity;
    Timestamp m_length;
    Timestamp m_begin = 0;
    std::uint64_t m_count = 0;
    double m_temperatureSum = 0, m_humiditySum = 0;
};

std::optional<std::size_t> indexOf(const std::vector<ChannelInfo>& channels, const std::string& name)
{
    const auto it = std::find_if(channels.begin(), channels.end(),
                                 [&](const ChannelInfo& channel) { return !name.empty() && channel.name == name; });
    if (it == channels.end())
        return std::nullopt;
    return static_cast<std::size_t>(it - channels.begin());
}

} // namespace

Result<std::size_t> fitCleanAirLog(sensing::Calibration& calibration, const std::string& recording,
                                   const std::function<bool(double)>& progress)
{
    BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(recording));
    const auto& metadata = reader->metadata();
    if (metadata.recognisedSource >= metadata.sources.size())
        return makeError(ErrorKind::BadInput, "this recording has no source", recording);
    const auto& channels = metadata.sources[metadata.recognisedSource].channels;
    const auto temperature = indexOf(channels, calibration.temperatureChannel);
    const auto humidity = indexOf(channels, calibration.humidityChannel);
    if (!temperature || !humidity)
        return makeError(ErrorKind::BadInput, "the recording has no temperature or no humidity channel", recording,
                         "Record clean air together with a temperature and humidity sensor.");
    sensing::Calibration fitted = calibration;
    std::vector<Column> columns;
    for (auto& channel : fitted.channels) {
        const auto index = indexOf(channels, channel.channel);
        if (index && channel.raw != sensing::RawKind::Concentration)
            columns.push_back({&channel, *index, {}});
    }
    const auto& summary = reader->summary();
    Stretches stretches(columns, *temperature, *humidity, (summary.lastTime - summary.firstTime) / mostStretches);
    std::uint64_t frames = 0;
    for (recording::Item item; reader->next(item);) {
        const auto* frame = std::get_if<recording::FrameItem>(&item);
        if (frame == nullptr || frame->source != metadata.recognisedSource || frame->values.size() != channels.size())
            continue;
        stretches.add(frame->t, frame->values);
        if (progress && ++frames % 4096 == 0 && !progress(reader->position()))
            return makeError(ErrorKind::Cancelled, "the fit was cancelled", recording);
    }
    stretches.close();
    std::size_t done = 0;
    std::optional<Error> problem;
    for (Column& column : columns) {
        auto model = sensing::fitEnvironment(column.samples);
        if (!model.ok()) {
            problem = model.error();
            continue;
        }
        // R0 belongs to the mean air of the log from now on.
        column.calibration->r0 =
            std::exp(model->b0 + model->b1 * model->temperatureMean + model->b2 * model->logHumidityMean) /
            column.calibration->airRatio;
        column.calibration->environment = std::move(*model);
        ++done;
    }
    if (done == 0)
        return problem.value_or(
            makeError(ErrorKind::BadInput, "no channel of the calibration is in the recording", recording));
    calibration = std::move(fitted);
    return done;
}

} // namespace bnof::session
