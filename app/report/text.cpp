// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/text.h"

#include <QDateTime>
#include <QRawFont>

#include <cmath>

#include "app/report/sheet.h"

namespace bnof::report {
namespace {

QDateTime dateTime(std::int64_t wallNanoseconds)
{
    return QDateTime::fromMSecsSinceEpoch(wallNanoseconds / nanosecondsPerMillisecond, Qt::UTC);
}

QString twoDigits(std::int64_t value)
{
    return QString::number(value).rightJustified(2, QLatin1Char('0'));
}

thread_local const ReportLanguage* currentLanguage = nullptr;

const QLocale& english()
{
    static const QLocale locale(QLocale::English, QLocale::UnitedStates);
    return locale;
}

} // namespace

Result<std::unique_ptr<ReportLanguage>> ReportLanguage::load(const std::string& name)
{
    auto language = std::make_unique<ReportLanguage>();
    if (name == "en") {
        language->m_locale = english();
        return language;
    }
    loadReportResources();
    if (name != "de" || !language->m_translator.load(QStringLiteral(":/i18n/bnof_de.qm")))
        return makeError(ErrorKind::Usage, "reports are not written in \"" + name + '"', "language",
                         "Choose en or de.");
    language->m_locale = QLocale(QLocale::German, QLocale::Germany);
    return language;
}

QString ReportLanguage::translate(const char* text, const char* remark) const
{
    const QString found =
        m_translator.isEmpty() ? QString() : m_translator.translate("bnof::report::ReportText", text, remark);
    return found.isNull() ? QString::fromUtf8(text) : found;
}

QString ReportText::tr(const char* text, const char* remark)
{
    return currentLanguage ? currentLanguage->translate(text, remark) : QString::fromUtf8(text);
}

const QLocale& ReportText::locale()
{
    return currentLanguage ? currentLanguage->locale() : english();
}

const ReportLanguage* ReportText::language()
{
    return currentLanguage;
}

ReportText::Scope::Scope(const ReportLanguage* language) : m_before(currentLanguage)
{
    currentLanguage = language;
}

ReportText::Scope::~Scope()
{
    currentLanguage = m_before;
}

QString printed(const std::string& text)
{
    loadReportResources();
    static thread_local const QRawFont face(QStringLiteral(":/report/fonts/bnof-report-sans.ttf"), 16);
    QString out;
    for (const uint sign : QString::fromStdString(text).toUcs4()) {
        if (sign == '\n' || sign == '\t' ||
            (sign >= ' ' && QChar::category(sign) != QChar::Other_Format &&
             QChar::category(sign) != QChar::Other_Control && face.supportsCharacter(sign)))
            out += QString::fromUcs4(reinterpret_cast<const char32_t*>(&sign), 1);
        else
            out += QStringLiteral("‹U+%1›").arg(sign, 4, 16, QLatin1Char('0')).toUpper();
    }
    return out;
}

QString durationText(Timestamp duration)
{
    const double seconds = toSeconds(duration);
    if (seconds < 60)
        return ReportText::tr("%1 s").arg(ReportText::locale().toString(seconds, 'f', seconds < 10 ? 2 : 1));
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 3600)
        return ReportText::tr("%1:%2 min").arg(whole / 60).arg(twoDigits(whole % 60));
    return ReportText::tr("%1:%2:%3 h").arg(whole / 3600).arg(twoDigits(whole / 60 % 60), twoDigits(whole % 60));
}

QString axisTimeText(double seconds, double step, double longest)
{
    if (longest < 120) {
        const int digits = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
        return ReportText::locale().toString(seconds, 'f', digits);
    }
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (longest < 7200)
        return QStringLiteral("%1:%2").arg(whole / 60).arg(twoDigits(whole % 60));
    return QStringLiteral("%1:%2:%3").arg(whole / 3600).arg(twoDigits(whole / 60 % 60), twoDigits(whole % 60));
}

QString axisTimeUnit(double longest)
{
    if (longest < 120)
        return ReportText::tr("s");
    return longest < 7200 ? ReportText::tr("min:s") : ReportText::tr("h:min:s");
}

QString utcText(std::int64_t wallNanoseconds)
{
    return dateTime(wallNanoseconds).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz 'UTC'"));
}

QString localText(std::int64_t wallNanoseconds, const QTimeZone& zone)
{
    const QDateTime local = dateTime(wallNanoseconds).toTimeZone(zone);
    const int minutes = local.offsetFromUtc() / 60;
    const QString offset = QStringLiteral("UTC%1%2:%3")
                               .arg(minutes < 0 ? QStringLiteral("−") : QStringLiteral("+"),
                                    twoDigits(std::abs(minutes) / 60), twoDigits(std::abs(minutes) % 60));
    const QString time = local.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz"));
    const QString name = zone.abbreviation(local);
    return name.isEmpty() || name.startsWith(QLatin1String("UTC"))
               ? QStringLiteral("%1 %2").arg(time, offset)
               : QStringLiteral("%1 %2 (%3)").arg(time, name, offset);
}

QString clockText(std::int64_t wallNanoseconds, const QTimeZone& zone)
{
    return dateTime(wallNanoseconds).toTimeZone(zone).toString(QStringLiteral("HH:mm:ss.zzz"));
}

QString countText(std::uint64_t count)
{
    return ReportText::locale().toString(static_cast<qulonglong>(count));
}

QString valueText(double value)
{
    const double size = std::abs(value);
    if (size != 0 && (size >= 1e7 || size < 1e-4))
        return ReportText::locale().toString(value, 'e', 3);
    const int digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 || size == 0 ? 3 : 4;
    return ReportText::locale().toString(value, 'f', digits);
}

QString shareText(double share)
{
    return ReportText::tr("%1 %").arg(ReportText::locale().toString(share * 100, 'f', 1));
}

QString latencyText(std::uint64_t nanoseconds)
{
    const double ms = static_cast<double>(nanoseconds) * 1e-6;
    if (ms >= 1000)
        return ReportText::tr("%1 s").arg(ReportText::locale().toString(ms * 1e-3, 'f', 2));
    return ReportText::tr("%1 ms").arg(ReportText::locale().toString(ms, 'f', ms < 1 ? 3 : ms < 10 ? 2 : 1));
}

QString layerText(const std::string& name)
{
    if (name == "receptor")
        return ReportText::tr("receptor");
    if (name == "projection")
        return ReportText::tr("projection");
    if (name == "local")
        return ReportText::tr("local");
    if (name == "Kenyon")
        return ReportText::tr("Kenyon");
    if (name == "output")
        return ReportText::tr("output");
    return printed(name);
}

QString gasText(const std::string& name)
{
    return name.empty() ? ReportText::tr("unknown") : printed(name);
}

} // namespace bnof::report
