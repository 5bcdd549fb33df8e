// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/sensing/decoders/decoder.h"

namespace bnof::sensing {

/// Every parameter must be one of the decoder's.
[[nodiscard]] Result<void> checkParameterNames(const DecoderInfo& info, const DecoderParameters& parameters);

/// Reads the parameters of a decoder and keeps the first error.
class ParameterReader {
public:
    ParameterReader(std::string decoder, const DecoderParameters& parameters)
        : m_decoder(std::move(decoder)), m_parameters(parameters)
    {}

    /// One of `values`, or `fallback` when the parameter is absent.
    std::string choice(std::string_view name, const std::vector<std::string>& values, std::string_view fallback);
    double number(std::string_view name, double fallback, double low, double high);
    std::string text(std::string_view name, std::string_view fallback);
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
    void fail(std::string_view name, std::string what, std::string remedy);
    /// The period of asking: parameter "poll", in seconds, as milliseconds.
    int pollMilliseconds(double fallbackSeconds);

    [[nodiscard]] const Result<void>& status() const { return m_status; }

private:
    [[nodiscard]] const std::string* find(std::string_view name) const;

    std::string m_decoder;
    const DecoderParameters& m_parameters;
    Result<void> m_status;
};

} // namespace bnof::sensing
