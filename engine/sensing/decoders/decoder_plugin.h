// SPDX-License-Identifier: GPL-3.0-or-later
// Decoders as binary plugins. A plugin is a Qt plugin (a shared library) whose object implements DecoderPlugin; see
// plugins/decoder_template. It needs no library of the program, only the headers that this one includes.
#pragma once

#include <QtPlugin>

#include <string>
#include <vector>

#include "engine/sensing/decoders/decoder.h"

namespace bnof::sensing {

/// The number grows when this interface, DecoderInfo, Decoder or DecoderSink change so that older plugins would not
/// fit; a plugin of another version is refused by name and never run.
#define BNOF_DECODER_PLUGIN_VERSION "1"
#define BNOF_DECODER_PLUGIN_PREFIX "org.bnof.DecoderPlugin/"
#define BNOF_DECODER_PLUGIN_IID BNOF_DECODER_PLUGIN_PREFIX BNOF_DECODER_PLUGIN_VERSION

class DecoderPlugin {
public:
    virtual ~DecoderPlugin() = default;
    /// The plugin's decoders. Called once.
    virtual std::vector<DecoderInfo> decoders() = 0;
};

} // namespace bnof::sensing

Q_DECLARE_INTERFACE(bnof::sensing::DecoderPlugin, BNOF_DECODER_PLUGIN_IID)
