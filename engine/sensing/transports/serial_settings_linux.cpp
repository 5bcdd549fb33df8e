// SPDX-License-Identifier: GPL-3.0-or-later
// Contract of this file (a twin per operating system): keepLinesAtClose(). Linux raises DTR whenever it opens a
// port, and drops it at the last close if HUPCL is set (termios(3)). A line that was not dropped cannot rise.
#include <termios.h>

#include "engine/sensing/transports/serial_settings.h"

namespace bnof::sensing {

void keepLinesAtClose(QSerialPort& port)
{
    termios settings{};
    if (tcgetattr(port.handle(), &settings) != 0)
        return;
    settings.c_cflag &= ~static_cast<tcflag_t>(HUPCL);
    tcsetattr(port.handle(), TCSANOW, &settings);
}

} // namespace bnof::sensing
