// SPDX-License-Identifier: GPL-3.0-or-later
// A plugin for a version of the decoder interface that this program does not have. It must never run.
#include <QObject>

#include <cstdlib>

class OldPlugin final : public QObject {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID "org.bnof.DecoderPlugin/0")

public:
    OldPlugin() { std::abort(); }
};

#include "old_decoder_plugin.moc"
