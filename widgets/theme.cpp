// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QHash>
#include <QPalette>
#include <QSet>
#include <QStyleFactory>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace bnof::widgets {

namespace {

Theme::Mode currentMode = Theme::Mode::Light;
const Theme* currentTheme = nullptr;

// Slots of the categorical palette. The eight hues follow Okabe and Ito (2008), which stay apart under
// the common colour vision deficiencies; each is shifted in lightness until it has 3 : 1 against the
// theme's surface. The second eight are the same hues at another lightness.
constexpr std::array<const char*, 16> lightSeries{"#0067a8", "#c24e00", "#007d5a", "#a8508a", "#a87200", "#2788bd",
                                                  "#736b00", "#4b535e", "#003e66", "#e06e28", "#1f9c7a", "#6e2c58",
                                                  "#7a4f00", "#4a7fd4", "#8f8300", "#7c8591"};
constexpr std::array<const char*, 16> darkSeries{"#4aa3e8", "#f07b3a", "#1fbf93", "#dd8fbd", "#efae2d", "#86cdf7",
                                                 "#efe460", "#b9c1cc", "#7f8ff5", "#ffb08a", "#7fe3c4", "#b56f98",
                                                 "#b98a3a", "#5fb8c9", "#b5ad3c", "#828d9a"};

/// Palette slots of gases that sensor makers and public data sets name often.
const QHash<QString, int>& knownGases()
{
    static const QHash<QString, int> table{{QStringLiteral("ethanol"), 0},
                                           {QStringLiteral("acetone"), 1},
                                           {QStringLiteral("ethylene"), 2},
                                           {QStringLiteral("ammonia"), 3},
                                           {QStringLiteral("methane"), 4},
                                           {QStringLiteral("carbon monoxide"), 5},
                                           {QStringLiteral("co"), 5},
                                           {QStringLiteral("toluene"), 6},
                                           {QStringLiteral("acetaldehyde"), 7},
                                           {QStringLiteral("hydrogen"), 8},
                                           {QStringLiteral("isopropanol"), 9},
                                           {QStringLiteral("2-propanol"), 9},
                                           {QStringLiteral("propanol"), 9},
                                           {QStringLiteral("methanol"), 10},
                                           {QStringLiteral("benzene"), 11},
                                           {QStringLiteral("butanol"), 12},
                                           {QStringLiteral("nitrogen dioxide"), 13},
                                           {QStringLiteral("no2"), 13},
                                           {QStringLiteral("hydrogen sulfide"), 14},
                                           {QStringLiteral("h2s"), 14},
                                           {QStringLiteral("nh3"), 3},
                                           {QStringLiteral("ch4"), 4},
                                           {QStringLiteral("h2"), 8},
                                           {QStringLiteral("carbon dioxide"), 15},
                                           {QStringLiteral("co2"), 15}};
    return table;
}

/// The slot of a gas that the table does not know: by a hash of its name, moved on when another unknown
/// gas of this process already has that slot.
int unknownGasSlot(const QString& name)
{
    static QHash<QString, int> given;
    static QSet<int> taken;
    if (const auto found = given.constFind(name); found != given.constEnd())
        return *found;
    quint32 hash = 2166136261U; // FNV-1a, the same in every process
    for (const char byte : name.toUtf8())
        hash = (hash ^ static_cast<quint8>(byte)) * 16777619U;
    int slot = static_cast<int>(hash % lightSeries.size());
    for (std::size_t step = 0; step < lightSeries.size() && taken.contains(slot); ++step)
        slot = (slot + 1) % static_cast<int>(lightSeries.size());
    taken.insert(slot);
    given.insert(name, slot);
    return slot;
}

QString uiFamily()
{
    static const QString family = [] {
        const QStringList families = QFontDatabase::families();
        for (const char* name : {"Inter", "Inter Variable"})
            if (families.contains(QString::fromLatin1(name)))
                return QString::fromLatin1(name);
        return QFontDatabase::systemFont(QFontDatabase::GeneralFont).family();
    }();
    return family;
}

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& colour)
{
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

QColor mix(const QColor& a, const QColor& b, double share)
{
    const auto blend = [share](float x, float y) { return static_cast<float>(x + (y - x) * share); };
    return QColor::fromRgbF(blend(a.redF(), b.redF()), blend(a.greenF(), b.greenF()), blend(a.blueF(), b.blueF()));
}

/// Whether the platform's own palette, before we ever touched it, is dark.
bool platformIsDark()
{
    static const bool dark = QGuiApplication::palette().color(QPalette::Window).lightnessF() < 0.5F;
    return dark;
}

} // namespace

Theme Theme::makeLight()
{
    Theme t;
    t.background = QColor(0xf3, 0xf5, 0xf7);
    t.surface = QColor(0xff, 0xff, 0xff);
    t.raised = QColor(0xe9, 0xed, 0xf1);
    t.border = QColor(0xcd, 0xd4, 0xdb);
    t.grid = QColor(0xe4, 0xe8, 0xec);
    t.text = QColor(0x1a, 0x1f, 0x26);
    t.textMuted = QColor(0x55, 0x5f, 0x6b);
    t.accent = QColor(0x0b, 0x5c, 0xad);
    t.onAccent = QColor(0xff, 0xff, 0xff);
    t.gapHatch = QColor(0xb4, 0xbd, 0xc7);
    t.threshold = QColor(0xb3, 0x26, 0x1e);
    t.neutral = QColor(0x8a, 0x94, 0xa0);
    t.m_good = QColor(0x1a, 0x6b, 0x34);
    t.m_info = QColor(0x0b, 0x5c, 0xad);
    t.m_warning = QColor(0x85, 0x55, 0x00);
    t.m_error = QColor(0xb3, 0x26, 0x1e);
    for (const char* name : lightSeries)
        t.m_categorical.emplace_back(QString::fromLatin1(name));
    return t;
}

Theme Theme::makeDark()
{
    Theme t;
    t.m_dark = true;
    t.background = QColor(0x13, 0x16, 0x1a);
    t.surface = QColor(0x1b, 0x1f, 0x25);
    t.raised = QColor(0x28, 0x2e, 0x36);
    t.border = QColor(0x3a, 0x42, 0x4d);
    t.grid = QColor(0x2a, 0x30, 0x38);
    t.text = QColor(0xe9, 0xec, 0xf0);
    t.textMuted = QColor(0xa7, 0xb0, 0xbc);
    t.accent = QColor(0x6c, 0xb2, 0xff);
    t.onAccent = QColor(0x0c, 0x1a, 0x2b);
    t.gapHatch = QColor(0x4d, 0x57, 0x63);
    t.threshold = QColor(0xff, 0x8a, 0x80);
    t.neutral = QColor(0x7d, 0x88, 0x95);
    t.m_good = QColor(0x6c, 0xcb, 0x8a);
    t.m_info = QColor(0x6c, 0xb2, 0xff);
    t.m_warning = QColor(0xf2, 0xb8, 0x4b);
    t.m_error = QColor(0xff, 0x8a, 0x80);
    for (const char* name : darkSeries)
        t.m_categorical.emplace_back(QString::fromLatin1(name));
    return t;
}

const Theme& Theme::light()
{
    static const Theme theme = makeLight();
    return theme;
}

const Theme& Theme::dark()
{
    static const Theme theme = makeDark();
    return theme;
}

const Theme& Theme::current()
{
    return currentTheme ? *currentTheme : light();
}

Theme::Mode Theme::mode()
{
    return currentMode;
}

void Theme::apply(Mode mode)
{
    const bool systemDark = platformIsDark();
    currentMode = mode;
    currentTheme = mode == Mode::Dark || (mode == Mode::System && systemDark) ? &dark() : &light();
    currentTheme->applyToApplication();
    emit ThemeNotifier::instance().changed();
}

void Theme::applyToApplication() const
{
    QPalette palette;
    palette.setColor(QPalette::Window, background);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, surface);
    palette.setColor(QPalette::AlternateBase, background);
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::PlaceholderText, textMuted);
    palette.setColor(QPalette::Button, raised);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, m_error);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, onAccent);
    palette.setColor(QPalette::Link, accent);
    palette.setColor(QPalette::LinkVisited, accent);
    palette.setColor(QPalette::ToolTipBase, raised);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Light, mix(raised, surface, 0.5));
    palette.setColor(QPalette::Midlight, raised);
    palette.setColor(QPalette::Mid, border);
    palette.setColor(QPalette::Dark, mix(border, text, 0.25));
    palette.setColor(QPalette::Shadow, m_dark ? QColor(0, 0, 0) : mix(border, text, 0.5));
    const QColor off = mix(textMuted, background, 0.35);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, off);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, border);

    // Once: the style is the same for both designs, only the palette differs.
    static bool styled = false;
    if (!std::exchange(styled, true))
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(palette);
    QApplication::setFont(font());
    qApp->setStyleSheet(
        QStringLiteral(
            "QToolTip { color: %1; background: %2; border: 1px solid %3; padding: 4px 8px; }"
            "QPushButton { padding: 6px 16px; border: 1px solid %3; border-radius: %7px; background: %4; color: %1; }"
            "QPushButton:hover { background: %2; }"
            "QPushButton:pressed { background: %3; }"
            "QPushButton:disabled { color: %8; }"
            "QPushButton:focus { border: 2px solid %5; padding: 5px 15px; }"
            "QPushButton:default, QPushButton[primary=\"true\"] { background: %5; color: %6; border-color: %5; }"
            "QPushButton[primary=\"true\"]:focus { border: 2px solid %1; }"
            "QPushButton:default:disabled, QPushButton[primary=\"true\"]:disabled { background: %2; color: %8; "
            "border-color: %3; }"
            "QToolButton { padding: 4px 8px; border: 2px solid transparent; border-radius: %7px; }"
            "QToolButton:hover { background: %2; }"
            "QToolButton:checked { background: %2; color: %5; }"
            "QToolButton:focus { border: 2px solid %5; }"
            "QLineEdit { padding: 5px 8px; border: 1px solid %3; border-radius: %7px; background: %4; color: %1; }"
            "QLineEdit:focus { border: 2px solid %5; padding: 4px 7px; }")
            .arg(text.name(), raised.name(), border.name(), surface.name(), accent.name(), onAccent.name())
            .arg(radius)
            .arg(off.name()));
}

QColor Theme::severity(Severity severity) const
{
    switch (severity) {
    case Severity::Good: return m_good;
    case Severity::Info: return m_info;
    case Severity::Warning: return m_warning;
    case Severity::Error: return m_error;
    }
    return m_info;
}

QColor Theme::categorical(int index) const
{
    const auto count = static_cast<int>(m_categorical.size());
    return m_categorical[static_cast<std::size_t>(((index % count) + count) % count)];
}

QColor Theme::gasColour(const QString& name) const
{
    const QString key = name.trimmed().toLower();
    if (key.isEmpty())
        return textMuted;
    if (isBackgroundName(key))
        return neutral;
    const auto known = knownGases().constFind(key);
    return categorical(known != knownGases().constEnd() ? *known : unknownGasSlot(key));
}

QColor Theme::density(double value) const
{
    const double v = std::clamp(value, 0.0, 1.0);
    // One hue from surface through the accent to a tone that stands out most from the surface.
    const QColor strongest = m_dark ? QColor(0xf4, 0xfa, 0xff) : QColor(0x04, 0x1d, 0x38);
    return v < 0.6 ? mix(surface, accent, v / 0.6) : mix(accent, strongest, (v - 0.6) / 0.4);
}

QFont Theme::font(TextSize size, bool strong)
{
    QFont font(uiFamily());
    constexpr std::array<int, 5> pixels{12, 14, 18, 26, 44};
    font.setPixelSize(pixels[static_cast<std::size_t>(size)]);
    font.setWeight(strong ? QFont::DemiBold : QFont::Normal);
    return font;
}

double Theme::contrast(const QColor& a, const QColor& b)
{
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

bool isBackgroundName(const QString& gas)
{
    static const QSet<QString> names{
        QStringLiteral("air"),        QStringLiteral("clean air"), QStringLiteral("clean"),
        QStringLiteral("background"), QStringLiteral("baseline"),  QStringLiteral("none"),
        QStringLiteral("blank"),      QStringLiteral("dry air"),   QStringLiteral("no gas")};
    return names.contains(gas.trimmed().toLower());
}

ThemeNotifier& ThemeNotifier::instance()
{
    static ThemeNotifier notifier;
    return notifier;
}

} // namespace bnof::widgets
