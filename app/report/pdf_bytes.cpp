// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/pdf_bytes.h"

#include <QDateTime>
#include <QRegularExpression>

#include "engine/base/sha256.h"
#include "engine/base/time.h"

namespace bnof::report {
namespace {

/// Overwrite every match of the pattern's first group; `replacement` gets the old text and must keep its length.
template <typename Replacement> void overwrite(QByteArray& pdf, const QString& pattern, const Replacement& replacement)
{
    // Latin-1 maps bytes to characters one to one, so that offsets agree.
    const QString text = QString::fromLatin1(pdf);
    const QRegularExpression expression(pattern);
    for (auto matches = expression.globalMatch(text); matches.hasNext();) {
        const QRegularExpressionMatch match = matches.next();
        const QByteArray value = replacement(match.captured(1));
        if (value.size() == match.capturedLength(1))
            pdf.replace(match.capturedStart(1), value.size(), value);
    }
}

} // namespace

void makeReproducible(QByteArray& pdf, std::int64_t wallNanoseconds, const std::string& identity)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(wallNanoseconds / nanosecondsPerMillisecond, Qt::UTC);
    // Info dictionary: (D:20260305140211+01'00'); the zone may also be missing or Z.
    overwrite(pdf, QStringLiteral(R"(/(?:CreationDate|ModDate) ?\(D:(\d{14}[^)]*)\))"), [&](const QString& old) {
        QByteArray value = time.toString(QStringLiteral("yyyyMMddHHmmss")).toLatin1();
        const auto zone = old.size() - value.size();
        if (zone >= 6)
            value += QByteArray("+00'00'").left(zone);
        else if (zone >= 1)
            value += 'Z';
        return value.leftJustified(old.size(), '\'');
    });
    // XMP packet: 2026-03-05T14:02:11+01:00, with or without milliseconds.
    overwrite(pdf, QStringLiteral(R"(>(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^<]*)</xmp:)"), [&](const QString& old) {
        QByteArray value = time.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss")).toLatin1();
        if (old.size() == value.size() + 6)
            value += "+00:00";
        else if (old.size() == value.size() + 1)
            value += 'Z';
        return value;
    });
    const QByteArray digest =
        QByteArray::fromStdString(sha256Hex({reinterpret_cast<const std::uint8_t*>(identity.data()), identity.size()}));
    const QByteArray uuid = digest.left(8) + '-' + digest.mid(8, 4) + '-' + digest.mid(12, 4) + '-' +
                            digest.mid(16, 4) + '-' + digest.mid(20, 12);
    overwrite(pdf, QStringLiteral("uuid:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"),
              [&](const QString&) { return uuid; });
    for (const auto* pattern : {R"(/ID ?\[ ?<([0-9A-Fa-f]+)>)", R"(/ID ?\[ ?<[0-9A-Fa-f]+> ?<([0-9A-Fa-f]+)>)"})
        overwrite(pdf, QString::fromLatin1(pattern), [&](const QString& old) { return digest.left(old.size()); });
}

} // namespace bnof::report
