// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/decoder_parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace bnof::sensing {

Result<void> checkParameterNames(const DecoderInfo& info, const DecoderParameters& parameters)
{
    for (const auto& [name, value] : parameters) {
        if (std::ranges::find(info.parameters, name, &DecoderParameter::name) != info.parameters.end())
            continue;
        std::string known;
        for (const DecoderParameter& parameter : info.parameters)
            known += "\n  " + parameter.name + ": " + parameter.summary;
        return makeError(ErrorKind::Usage, "the decoder \"" + info.name + "\" has no parameter \"" + name + "\"",
                         "decoder",
                         known.empty() ? "It has no parameters: leave \"" + name + "\" out." : "It has:" + known);
    }
    return {};
}

const std::string* ParameterReader::find(std::string_view name) const
{
    const auto it = std::ranges::find(m_parameters, name, [](const auto& p) { return std::string_view(p.first); });
    return it == m_parameters.end() ? nullptr : &it->second;
}

void ParameterReader::fail(std::string_view name, std::string what, std::string remedy)
{
    if (m_status.ok())
        m_status = makeError(ErrorKind::Usage, std::move(what),
                             "parameter \"" + std::string(name) + "\" of the decoder " + m_decoder, std::move(remedy));
}

std::string ParameterReader::choice(std::string_view name, const std::vector<std::string>& values,
                                    std::string_view fallback)
{
    const std::string* value = find(name);
    if (value == nullptr)
        return std::string(fallback);
    if (std::ranges::find(values, *value) == values.end()) {
        std::string list;
        for (const std::string& known : values)
            list += (list.empty() ? "" : ", ") + known;
        fail(name, "\"" + *value + "\" is not known", "Use one of " + list + ".");
        return std::string(fallback);
    }
    return *value;
}

double ParameterReader::number(std::string_view name, double fallback, double low, double high)
{
    const std::string* text = find(name);
    if (text == nullptr)
        return fallback;
    double value = 0;
    const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (code != std::errc() || end != text->data() + text->size() || !(value >= low && value <= high)) {
        char range[80];
        std::snprintf(range, sizeof range, "Use a number from %g to %g.", low, high);
        fail(name, "\"" + *text + "\" cannot be used", range);
        return fallback;
    }
    return value;
}

std::string ParameterReader::text(std::string_view name, std::string_view fallback)
{
    const std::string* value = find(name);
    return value == nullptr ? std::string(fallback) : *value;
}

int ParameterReader::pollMilliseconds(double fallbackSeconds)
{
    return static_cast<int>(std::lround(number("poll", fallbackSeconds, 0.01, 86400) * 1000));
}

} // namespace bnof::sensing
