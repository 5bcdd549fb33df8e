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
    double certainty = 0;      ///< that detection would give it for these bytes
    /// It takes part in detection: it has a checksum or a pattern. Without one any bytes would do.
    bool detectable = false;
    std::string name; ///< of the decoder
};
[[nodiscard]] DecoderPreview previewDecoder(std::string_view descriptionJson, std::string_view bytes);
/// The line, from 1, that an error of parseDecoderDescription() or previewDecoder() speaks of.
[[nodiscard]] int lineOfDescriptionError(std::string_view descriptionJson, const Error& error);

/// Keeps a description among the user's own ($XDG_CONFIG_HOME/bnof/decoders/NAME.json) and registers it: from now on
/// its name is a decoder. Gives the path. Errors: a description with mistakes, the name of a built-in decoder, of
/// another file or of this file when `replace` is false (ErrorKind::Usage), a folder that cannot be written.
[[nodiscard]] Result<std::string> saveDecoderDescription(std::string_view descriptionJson, bool replace);

} // namespace bnof::sensing
