// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <optional>
#include <vector>

#include "widgets/painted_widget.h"
#include "widgets/theme.h"

class QPainter;

namespace bnof::widgets {

/// Exposure figures beside reference limits, gas by gas, and always the line that this is not a certified safety
/// device.
class SafetyCard : public PaintedWidget {
    Q_OBJECT

public:
    enum class Level { Below, Low, High, Stel, Twa };
    struct Average {
        double value = 0;
        double coverage = 0; ///< share of the time that was measured, 0 to 1
        std::optional<double> limit;
    };
    struct Gas {
        QString name;
        QString unit;
        double value = 0;                ///< NaN: no reading now
        std::optional<double> low, high; ///< alarms on the present value
        bool falling = false;            ///< alarms when it falls below (oxygen)
        Average quarter;                 ///< 15 minutes, limit STEL
        Average day;                     ///< 8 hours, limit TWA
        std::vector<Level> exceeded;     ///< empty: no limit is
    };

    explicit SafetyCard(QWidget* parent = nullptr);

    void setGases(std::vector<Gas> gases);
    [[nodiscard]] const std::vector<Gas>& gases() const { return m_gases; }

    /// "▲ Above the low limit, 35 ppm", a line for each limit that is exceeded; "● Below all limits" else.
    [[nodiscard]] static QStringList levelTexts(const Gas& gas);
    [[nodiscard]] static Theme::Severity severity(const Gas& gas);
    /// "15 min: 12 ppm of 200 ppm (STEL), measured 80 % of the time"; empty when nothing was measured.
    [[nodiscard]] static QString quarterText(const Gas& gas);
    [[nodiscard]] static QString dayText(const Gas& gas);
    /// "Limits: low 35, high 70, STEL 200, TWA 35 ppm".
    [[nodiscard]] static QString limitsText(const Gas& gas);
    [[nodiscard]] static QString notice();

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int lay(QPainter* painter, int width) const;
    int layGas(QPainter* painter, const Gas& gas, int top, int width) const;

    std::vector<Gas> m_gases;
};

} // namespace bnof::widgets
