// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QWidget>

class QPainter;

namespace bnof::widgets {

/// Base of the widgets that paint themselves: follows theme changes, shows keyboard focus and keeps the
/// accessible description equal to summary(), at most once a second.
class PaintedWidget : public QWidget {
    Q_OBJECT

public:
    explicit PaintedWidget(QWidget* parent = nullptr);

    /// What a person who cannot see the widget should be told, one or two sentences.
    [[nodiscard]] virtual QString summary() const = 0;

protected:
    /// The theme (or device pixel ratio) changed: drop cached pictures.
    virtual void themeChanged() {}
    /// Call when the content changed; rate-limited unless `now`.
    void updateSummary(bool now = false);
    /// Accent outline along the inside of the widget when it has keyboard focus.
    void paintFocus(QPainter& painter) const;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    QElapsedTimer m_sinceSummary;
};

} // namespace bnof::widgets
