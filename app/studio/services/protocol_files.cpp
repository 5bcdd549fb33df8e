// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/protocol_files.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>

#include "app/studio/services/format.h"
#include "engine/base/files.h"

namespace bnof::studio {

namespace {

void listFolder(const QString& folder, bool shipped, std::vector<ProtocolFile>& out)
{
    for (const QFileInfo& file : QDir(folder).entryInfoList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
        ProtocolFile entry{file.absoluteFilePath(), file.completeBaseName(), 0, shipped, {}};
        if (const auto protocol = session::readProtocol(entry.path.toStdString()); protocol.ok()) {
            entry.name = toQString(protocol->name);
            entry.version = protocol->version;
        } else {
            entry.problem = protocol.error();
        }
        out.push_back(std::move(entry));
    }
}

Error writeError(const QFile& file)
{
    return makeError(ErrorKind::Storage, "the protocol cannot be written: " + file.errorString().toStdString(),
                     file.fileName().toStdString(), "Check that the folder may be written to and the disk has room.");
}

/// Writes a file that must not exist yet; false when it does.
Result<bool> writeNew(const QString& path, const std::string& text)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::NewOnly)) {
        if (file.exists())
            return false;
        return writeError(file);
    }
    const auto size = static_cast<qint64>(text.size());
    if (file.write(text.data(), size) != size || !file.flush()) {
        const Error error = writeError(file);
        file.remove(); // half a protocol is none
        return error;
    }
    return true;
}

} // namespace

QString protocolFolder(const QString& configuration)
{
    return QFileInfo(configuration).absolutePath() + QStringLiteral("/protocols");
}

std::vector<ProtocolFile> listProtocols(const QString& folder)
{
    std::vector<ProtocolFile> out;
    listFolder(folder, false, out);
    if (const auto shipped = findResource("protocols"); shipped.ok())
        listFolder(toQString(*shipped), true, out);
    std::stable_sort(out.begin(), out.end(), [](const ProtocolFile& a, const ProtocolFile& b) {
        if (a.shipped != b.shipped)
            return b.shipped;
        const int order = a.name.localeAwareCompare(b.name);
        return order != 0 ? order < 0 : a.version > b.version;
    });
    return out;
}

Result<QString> saveNextVersion(const QString& folder, session::Protocol protocol, int knownVersion)
{
    if (!QDir().mkpath(folder))
        return makeError(ErrorKind::Storage, "the folder for protocols cannot be made", folder.toStdString(),
                         "Check that it may be written to.");
    int newest = knownVersion;
    for (const ProtocolFile& file : listProtocols(folder))
        if (!file.problem && file.name == toQString(protocol.name))
            newest = std::max(newest, file.version);
    const QString base = folder + QLatin1Char('/') + Format::fileNamePart(toQString(protocol.name));
    // Another program may save the same version at the same moment: whoever comes second takes the next one.
    for (;;) {
        protocol.version = ++newest;
        const QString path = QStringLiteral("%1_v%2.json").arg(base).arg(newest);
        BNOF_TRY_ASSIGN(const bool written, writeNew(path, toJson(protocol).dump(2) + '\n'));
        if (written)
            return path;
    }
}

} // namespace bnof::studio
