// SPDX-License-Identifier: GPL-3.0-or-later
// The parameters of a serial line in a source's URI: baud, parity, databits, stopbits, flow, dtr, rts.
#pragma once

#include <QSerialPort>

#include <string>

#include "engine/sensing/source_uri.h"

namespace bnof::sensing {

struct SerialSettings {
    /// What happens to the line DTR, which resets many boards when it rises.
    enum class Dtr {
        On,   ///< as usual: up while the port is open
        Off,  ///< down as soon as the port is open
        Keep, ///< not dropped at the end, so that opening the port again does not make it rise again
    };
    int baud = 115200;
    QSerialPort::DataBits dataBits = QSerialPort::Data8;
    QSerialPort::Parity parity = QSerialPort::NoParity;
    QSerialPort::StopBits stopBits = QSerialPort::OneStop;
    QSerialPort::FlowControl flow = QSerialPort::NoFlowControl;
    Dtr dtr = Dtr::On;
    bool rts = true;
};
/// Of a URI that SourceUri::parse() has accepted; what it does not say is 115200 8N1 without flow control.
[[nodiscard]] SerialSettings serialSettings(const SourceUri& uri);
[[nodiscard]] QSerialPort::Parity parityOf(std::string_view word);
[[nodiscard]] QSerialPort::StopBits stopBitsOf(std::string_view word);
/// Lets the port's lines as they are when it is closed (Dtr::Keep and Off). `port` is open.
void keepLinesAtClose(QSerialPort& port);

} // namespace bnof::sensing
