// SPDX-License-Identifier: GPL-3.0-or-later
// Puts headings, tables and figures on A4 pages from top to bottom. Lengths are tenths of a point.
#pragma once

#include <QFont>
#include <QPainter>
#include <QPdfWriter>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace bnof::report {

constexpr int unitsPerInch = 720;
[[nodiscard]] constexpr double millimetres(double mm)
{
    return mm * unitsPerInch / 25.4;
}
[[nodiscard]] constexpr double points(double pt)
{
    return pt * 10;
}

/// Make the typefaces and translations that travel in the program known to Qt; once is enough, any thread.
void loadReportResources();
/// Fonts of a report: our own, never the computer's. Sizes in points.
[[nodiscard]] QFont textFont(double size, bool strong = false);
[[nodiscard]] QFont fixedFont(double size);

/// A column of a table: `weight` shares the width; figures are aligned to the right.
struct TableColumn {
    QString title;
    double weight = 1;
    bool alignRight = false;
    bool fixed = false; ///< monospaced
};

class Sheet {
public:
    /// `footer` stands at the bottom left of every page; `pageCount` 0 leaves the "of N" out.
    Sheet(QPdfWriter& writer, QString footer, int pageCount);
    ~Sheet();
    Sheet(const Sheet&) = delete;
    Sheet& operator=(const Sheet&) = delete;

    [[nodiscard]] int pages() const { return m_page; }
    [[nodiscard]] double width() const { return m_width; }
    /// What is left on this page.
    [[nodiscard]] double room() const;
    /// Begin a new page unless `height` fits on this one.
    void require(double height);
    void newPage();
    void skip(double height) { m_y += height; }

    void title(const QString& text, const QString& subtitle);
    /// A heading stays together with `following` units of what comes after it.
    void heading(const QString& text, double following = millimetres(30));
    void paragraph(const QString& text, double size = 8.5);
    /// A framed notice; `severe` ones have a heavy frame.
    void banner(const QString& text, bool severe);
    /// Names on the left, values on the right; values marked with `fixed` are monospaced (hashes).
    struct Entry {
        QString name;
        QString value;
        bool fixed = false;
    };
    void entries(const std::vector<Entry>& entries);
    void table(const std::vector<TableColumn>& columns, const std::vector<QStringList>& rows);
    /// Draw into a rectangle of the full width; the numbered caption goes below.
    void figure(double height, const QString& caption, const std::function<void(QPainter&, const QRectF&)>& draw);
    void signatureLines(const QStringList& names);
    /// The painter failed (no memory, device error).
    [[nodiscard]] bool failed() const { return m_failed; }

private:
    void beginPage();
    void drawText(const QRectF& area, Qt::Alignment alignment, const QString& text, const QFont& font,
                  const QColor& colour = Qt::black);
    [[nodiscard]] double textHeight(const QString& text, const QFont& font, double width) const;
    void tableRow(const std::vector<TableColumn>& columns, const QStringList& cells, bool header);
    [[nodiscard]] double tableRowHeight(const std::vector<TableColumn>& columns, const QStringList& cells,
                                        bool header) const;

    QPdfWriter& m_writer;
    QPainter m_painter;
    QString m_footer;
    int m_pageCount;
    int m_page = 0;
    int m_figure = 0;
    double m_left = 0, m_width = 0, m_top = 0, m_bottom = 0, m_y = 0;
    bool m_failed = false;
};

} // namespace bnof::report
