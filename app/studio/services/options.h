// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>
#include <QStringList>

namespace bnof::studio {

/// What the command line of bnof-studio asks for.
struct Options {
    QString source;          ///< source URI to connect to
    QStringList moreSources; ///< and others beside it
    bool simulate = false;
    QString replay;   ///< recording to replay
    double speed = 1; ///< of the replay; 0: as fast as possible
    bool safeMode = false;
    QString workspace;   ///< live, recordings, settings
    QString theme;       ///< light or dark for this run
    QString language;    ///< for this run
    QSize size;          ///< of the window
    bool record = false; ///< start recording with the first frame
    QString screenshot;  ///< save a picture of the window and quit
    double after = 3;    ///< seconds until the picture
    bool operatorView = false;

    /// Parses the arguments of a running QCoreApplication. Prints help, version or what is wrong and ends
    /// the process where the command line asks for that.
    [[nodiscard]] static Options parse(const QStringList& arguments);
};

} // namespace bnof::studio
