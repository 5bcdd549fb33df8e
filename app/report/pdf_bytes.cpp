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

/// Exchange bytes for others that may be more or fewer, and correct the table of where objects begin.
void exchange(QByteArray& pdf, qsizetype at, qsizetype length, const QByteArray& value)
{
    const qsizetype shift = value.size() - length;
    pdf.replace(at, length, value);
    if (shift == 0)
        return;
    const qsizetype table = pdf.lastIndexOf("\nxref\n");
    const qsizetype trailer = pdf.indexOf("\ntrailer", table);
    const qsizetype start = pdf.lastIndexOf("\nstartxref\n");
    if (table < at || trailer < table || start < trailer)
        return;
    static const QRegularExpression entry(QStringLiteral(R"((\d{10}) \d{5} n)"));
    const QString entries = QString::fromLatin1(pdf.mid(table, trailer - table));
    for (auto matches = entry.globalMatch(entries); matches.hasNext();) {
        const QRegularExpressionMatch match = matches.next();
        const qlonglong offset = match.captured(1).toLongLong();
        if (offset > at)
            pdf.replace(table + match.capturedStart(1), 10, QByteArray::number(offset + shift).rightJustified(10, '0'));
    }
    const qsizetype number = start + 11;
    qsizetype digits = 0;
    while (number + digits < pdf.size() && pdf[number + digits] >= '0' && pdf[number + digits] <= '9')
        ++digits;
    pdf.replace(number, digits, QByteArray::number(table + 1));
}

} // namespace

void makeReproducible(QByteArray& pdf, std::int64_t wallNanoseconds, const std::string& identity)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(wallNanoseconds / nanosecondsPerMillisecond, Qt::UTC);
    // Info dictionary: (D:20260305140211+01'00'); how long the zone is depends on the computer's.
    const QByteArray date = "D:" + time.toString(QStringLiteral("yyyyMMddHHmmss")).toLatin1() + "Z";
    for (const char* key : {"/CreationDate (", "/ModDate ("}) {
        const qsizetype at = pdf.indexOf(key);
        const qsizetype begin = at + static_cast<qsizetype>(qstrlen(key));
        const qsizetype end = at < 0 ? -1 : pdf.indexOf(')', begin);
        if (end > begin)
            exchange(pdf, begin, end - begin, date);
    }
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
