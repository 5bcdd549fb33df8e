// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/serial_settings.h"

#include "engine/sensing/source_schemes.h"

namespace bnof::sensing {

QSerialPort::Parity parityOf(std::string_view word)
{
    return word == "even"    ? QSerialPort::EvenParity
           : word == "odd"   ? QSerialPort::OddParity
           : word == "mark"  ? QSerialPort::MarkParity
           : word == "space" ? QSerialPort::SpaceParity
                             : QSerialPort::NoParity;
}

QSerialPort::StopBits stopBitsOf(std::string_view word)
{
    return word == "2" ? QSerialPort::TwoStop : word == "1.5" ? QSerialPort::OneAndHalfStop : QSerialPort::OneStop;
}

SerialSettings serialSettings(const SourceUri& uri)
{
    SerialSettings settings;
    settings.baud = wholeNumber(uri.parameter("baud")).value_or(settings.baud);
    settings.dataBits = static_cast<QSerialPort::DataBits>(wholeNumber(uri.parameter("databits")).value_or(8));
    settings.parity = parityOf(uri.parameter("parity"));
    settings.stopBits = stopBitsOf(uri.parameter("stopbits"));
    const std::string flow = uri.parameter("flow");
    settings.flow = flow == "hardware"   ? QSerialPort::HardwareControl
                    : flow == "software" ? QSerialPort::SoftwareControl
                                         : QSerialPort::NoFlowControl;
    const std::string dtr = uri.parameter("dtr");
    settings.dtr = dtr == "off"    ? SerialSettings::Dtr::Off
                   : dtr == "keep" ? SerialSettings::Dtr::Keep
                                   : SerialSettings::Dtr::On;
    settings.rts = uri.parameter("rts") != "off";
    return settings;
}

} // namespace bnof::sensing
