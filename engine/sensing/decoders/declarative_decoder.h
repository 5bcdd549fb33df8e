// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/decoders/decoder_description.h"

namespace bnof::sensing {

/// A decoder that does what a description says. With `tellPassedOver` messages of other types and comments are told
/// as remarks.
[[nodiscard]] std::unique_ptr<Decoder> makeDeclarativeDecoder(std::shared_ptr<const DecoderDescription> description,
                                                              bool tellPassedOver = false);

/// A description file as a decoder.
[[nodiscard]] Result<DecoderInfo> decoderFromFile(const std::string& path);

/// The folders whose *.json files become decoders: resources/decoders, then "decoders" beside the configuration file
/// (~/.config/bnof/decoders).
[[nodiscard]] std::vector<std::string> decoderFolders();
/// Reads the folders (again) and registers what is there. What is wrong with the others; those are left out.
std::vector<Error> loadDecoderFolders();

/// What a description makes of some bytes, for a live preview while it is being written.
struct DecoderPreview {
    struct Row {
        std::size_t begin = 0; ///< of the message, in the bytes
        std::size_t end = 0;
        std::vector<float> values; ///< one per channel
        double deviceSeconds = 0;  ///< NaN: none
    };
    struct Problem {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::string what;
    };
    std::optional<Error> error; ///< of the description; then the rest is empty
    std::vector<ChannelInfo> channels;
    std::vector<Row> rows;
    std::vector<Problem> problems;
    std::uint64_t checksumErrors = 0;
    std::size_t undecided = 0; ///< bytes at the end that may be the beginning of a message
};
[[nodiscard]] DecoderPreview previewDecoder(std::string_view descriptionJson, std::string_view bytes);

} // namespace bnof::sensing
