// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QString>
#include <QTemporaryDir>

#include <string>

#include "engine/sensing/transports/port_enumerator.h"

namespace bnof::test {

/// A made-up sysfs and device folder: boards that are plugged into USB sockets; each port is a pseudo-terminal.
class FakeUsb {
public:
    FakeUsb()
    {
        QDir(folder.path()).mkpath("sys/class/tty");
        QDir(folder.path()).mkpath("sys/devices/platform/serial8250");
        QDir(folder.path()).mkpath("dev");
        roots = {folder.filePath("sys").toStdString(), folder.filePath("dev").toStdString()};
    }
    ~FakeUsb() { sensing::setPortRoots({}); }
    struct Board {
        const char* socket;
        const char* vendor;
        const char* product;
        const char* serial; ///< null: has none
    };
    void write(const QString& path, const QByteArray& content) const
    {
        QDir().mkpath(QFileInfo(folder.filePath(path)).path());
        QFile file(folder.filePath(path));
        if (!file.open(QFile::WriteOnly) || file.write(content + "\n") < 0)
            qFatal("cannot write %s", qPrintable(path));
    }
    /// Plugs a board in: its node appears last, as from udev.
    void plug(const Board& board, const QString& node, const std::string& terminal)
    {
        const QString usb = QString("sys/devices/pci0/usb1/%1/").arg(board.socket);
        const QString port = usb + QString("%1:1.0/%2/").arg(board.socket, node);
        write(usb + "idVendor", board.vendor);
        write(usb + "idProduct", board.product);
        write(usb + "manufacturer", "QinHeng");
        write(usb + "product", "USB Serial");
        if (board.serial != nullptr)
            write(usb + "serial", board.serial);
        write(usb + QString("%1:1.0/bInterfaceNumber").arg(board.socket), "00");
        QDir().mkpath(folder.filePath(port + "tty/" + node));
        QFile::link(folder.filePath(port), folder.filePath(port + "tty/" + node + "/device"));
        QFile::link(folder.filePath(port + "tty/" + node), folder.filePath("sys/class/tty/" + node));
        QFile::link(QString::fromStdString(terminal), folder.filePath("dev/" + node));
    }
    void unplug(const char* socket, const QString& node)
    {
        QFile::remove(folder.filePath("dev/" + node));
        QFile::remove(folder.filePath("sys/class/tty/" + node));
        QDir(folder.filePath(QString("sys/devices/pci0/usb1/%1").arg(socket))).removeRecursively();
    }

    QTemporaryDir folder;
    sensing::PortRoots roots;
};

} // namespace bnof::test
