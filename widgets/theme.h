// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QObject>
#include <QString>

#include <vector>

namespace bnof::widgets {

/// Every colour, font and distance that the widgets paint with. There are two designs, light and dark;
/// one of them is current. All of it is for the GUI thread.
class Theme {
public:
    enum class Mode { System, Light, Dark };
    enum class Severity { Good, Info, Warning, Error };

    /// What is in force now (light before the first apply).
    [[nodiscard]] static const Theme& current();
    [[nodiscard]] static const Theme& light();
    [[nodiscard]] static const Theme& dark();
    /// Choose the design and give the application its palette, the Fusion style, fonts and the small
    /// style sheet. System follows the brightness of the platform's palette, read at the first call.
    /// Every widget is repainted (ThemeNotifier::changed is emitted).
    static void apply(Mode mode);
    [[nodiscard]] static Mode mode();

    [[nodiscard]] bool isDark() const { return m_dark; }

    QColor background; ///< window
    QColor surface;    ///< cards, plots, lists
    QColor raised;     ///< chips, badges, hover
    QColor border;
    QColor grid; ///< plot grid lines
    QColor text;
    QColor textMuted; ///< labels, axes; still 4.5 : 1 on background, surface and raised
    QColor accent;    ///< the one accent: selection, focus, primary action
    QColor onAccent;  ///< text on accent
    QColor gapHatch;
    QColor threshold;
    QColor neutral; ///< air, background, "none of these"

    [[nodiscard]] QColor severity(Severity severity) const;
    /// Colour-blind-safe series colour; 16 distinct ones, then they repeat. At least 3 : 1 on surface.
    [[nodiscard]] QColor categorical(int index) const;
    /// The colour of a gas, the same one in every widget and process for common gases. Air and
    /// background are neutral; an empty name gives the muted text colour ("unknown").
    [[nodiscard]] QColor gasColour(const QString& name) const;
    /// Density 0 ... 1 from surface to the strongest tone.
    [[nodiscard]] QColor density(double value) const;

    /// Distance in steps of the 4 px grid.
    [[nodiscard]] static constexpr int space(int steps) { return 4 * steps; }
    static constexpr int radius = 6;

    /// Inter where installed, else the system's font. Two weights: regular and semi-bold.
    enum class TextSize { Small, Body, Title, Figure, Display };
    [[nodiscard]] static QFont font(TextSize size = TextSize::Body, bool strong = false);

    /// WCAG 2.1 contrast ratio, 1 ... 21.
    [[nodiscard]] static double contrast(const QColor& a, const QColor& b);

private:
    Theme() = default;
    static Theme makeLight();
    static Theme makeDark();
    void applyToApplication() const;

    bool m_dark = false;
    QColor m_good, m_info, m_warning, m_error;
    std::vector<QColor> m_categorical;
};

/// True for the names under which training data files clean air ("air", "clean air", "background", ...).
[[nodiscard]] bool isBackgroundName(const QString& gas);

/// Tells that Theme::current() changed.
class ThemeNotifier : public QObject {
    Q_OBJECT

public:
    static ThemeNotifier& instance();

signals:
    void changed();
};

} // namespace bnof::widgets

Q_DECLARE_METATYPE(bnof::widgets::Theme::Severity)
