// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/encoders/encoder.h"

#include <algorithm>
#include <cmath>

#include "engine/olfaction/encoders/codes.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {

const std::vector<std::string>& encoderNames()
{
    static const std::vector<std::string> names{"rate",       "latency", "phase",       "burst",
                                                "rank-order", "delta",   "sigma-delta", "population"};
    return names;
}

bool isEncoderName(const std::string& name)
{
    const auto& names = encoderNames();
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool encodesInTime(const std::string& name)
{
    return name == "latency" || name == "phase" || name == "rank-order";
}

EncoderParameters defaultEncoder(const std::string& name)
{
    EncoderParameters out;
    out.name = name;
    if (name == "phase")
        out.cycleTicks = 25; // a gamma cycle
    if (name == "burst" || name == "delta")
        out.cycleTicks = 100;
    return out;
}

std::uint32_t neuronsPerChannel(const EncoderParameters& parameters)
{
    const bool single = parameters.name == "delta" || parameters.name == "rank-order";
    return single ? 2 : 2 * parameters.cells;
}

Result<void> validate(const EncoderParameters& p, std::size_t channels, const std::string& path)
{
    const auto bad = [&path](const char* field, const char* what) {
        return makeError(ErrorKind::BadInput, what, path + field);
    };
    if (!isEncoderName(p.name))
        return bad(".name", "there is no encoder of this name");
    if (p.cells < 1 || p.cells > 64)
        return bad(".cells", "there must be between 1 and 64 cells");
    if (!(p.maximumHz >= 1 && p.maximumHz <= 500))
        return bad(".maximum_hz", "the highest rate must be between 1 and 500 Hz");
    if (p.cycleTicks < 10 || p.cycleTicks > 10'000)
        return bad(".cycle_ticks", "a cycle must have between 10 and 10,000 ticks");
    if (p.maximumSpikes < 1 || p.maximumSpikes * 4 > p.cycleTicks)
        return bad(".maximum_spikes", "a burst must have at least one spike, and a cycle four ticks for each");
    if (!(p.deviations >= 0.1 && p.deviations <= 100))
        return bad(".deviations", "the step must be between 0.1 and 100 standard deviations");
    if (!p.noise.empty() && p.noise.size() != channels)
        return bad(".noise", "there must be one number a channel");
    for (const double noise : p.noise) {
        if (!(noise >= 0 && noise <= 1))
            return bad(".noise", "a standard deviation must be within 0 and 1");
    }
    return {};
}

Json toJson(const EncoderParameters& p)
{
    Json out = Json::object();
    out.set("name", p.name).set("cells", p.cells).set("maximum_hz", p.maximumHz).set("cycle_ticks", p.cycleTicks);
    out.set("maximum_spikes", p.maximumSpikes).set("deviations", p.deviations);
    out.set("noise", Json::arrayOf(p.noise)).set("seed", p.seed);
    return out;
}

Result<EncoderParameters> encoderFromJson(const Json& json, const std::string& path, std::size_t channels)
{
    JsonFields fields(json, path);
    EncoderParameters p;
    p.name = fields.string("name");
    p.cells = static_cast<std::uint32_t>(fields.integer("cells", 1, 64));
    p.maximumHz = fields.number("maximum_hz", 1, 500);
    p.cycleTicks = static_cast<std::uint32_t>(fields.integer("cycle_ticks", 10, 10'000));
    p.maximumSpikes = static_cast<std::uint32_t>(fields.integer("maximum_spikes", 1, 2500));
    p.deviations = fields.number("deviations", 0.1, 100);
    p.noise = readNumbers<double>(fields, "noise", 100'000);
    p.seed = static_cast<std::uint64_t>(fields.integer("seed", INT64_MIN, INT64_MAX));
    BNOF_TRY(fields.status());
    BNOF_TRY(validate(p, channels, path));
    return p;
}

Encoder::Encoder(const EncoderParameters& parameters, std::size_t channels)
    : m_parameters(parameters), m_channels(channels), m_perChannel(neuronsPerChannel(parameters)),
      m_values(channels, 0.0)
{}

std::unique_ptr<Encoder> Encoder::create(const EncoderParameters& parameters, std::size_t channels)
{
    std::unique_ptr<Encoder> out = makeCode(parameters, channels);
    out->reset();
    return out;
}

void Encoder::reset(std::uint64_t stream)
{
    m_tick = 0;
    m_stream = stream;
    m_started = false;
    std::fill(m_values.begin(), m_values.end(), 0.0);
    clear();
}

void Encoder::setValues(std::span<const double> values)
{
    for (std::size_t i = 0; i < m_channels && i < values.size(); ++i)
        m_values[i] = values[i] > 0 ? std::min(values[i], 1.0) : 0.0; // NaN is 0
    valuesChanged(!m_started);
    m_started = true;
}

void Encoder::step(std::vector<std::uint32_t>& fired)
{
    if (m_started)
        fire(fired);
    ++m_tick;
}

void Encoder::save(StateWriter& writer) const
{
    writer.put(m_tick);
    writer.put(m_stream);
    writer.put(static_cast<std::uint8_t>(m_started));
    writer.putAll(m_values);
    saveMore(writer);
}

bool Encoder::load(StateReader& reader)
{
    m_tick = reader.get<std::uint64_t>();
    m_stream = reader.get<std::uint64_t>();
    m_started = reader.get<std::uint8_t>() != 0;
    reader.getAll(m_values, m_channels);
    const bool sane = std::all_of(m_values.begin(), m_values.end(), [](double v) { return v >= 0 && v <= 1; });
    return reader.ok() && sane && loadMore(reader) && reader.ok();
}

} // namespace bnof::olfaction
