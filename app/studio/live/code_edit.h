// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPlainTextEdit>

namespace bnof::studio {

/// Plain text with line numbers, in a fixed pitch; one line can be marked as wrong.
class CodeEdit : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit CodeEdit(QWidget* parent = nullptr);

    /// Mark this line, from 1; 0: none is wrong.
    void setErrorLine(int line);
    [[nodiscard]] int errorLine() const { return m_errorLine; }

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    class Margin;

    [[nodiscard]] int marginWidth() const;
    void placeMargin();
    void paintMargin(QPaintEvent* event);
    void highlight();

    Margin* m_margin;
    int m_errorLine = 0;
};

} // namespace bnof::studio
