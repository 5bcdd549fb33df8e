// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/sheet.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QTextLayout>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "app/report/text.h"

// Resources of a static library have to be asked for; this must be outside of any namespace.
static void initialiseReportResources()
{
    Q_INIT_RESOURCE(report);
    Q_INIT_RESOURCE(i18n);
}

namespace bnof::report {
namespace {

const QColor softLine(0xB8, 0xB8, 0xB8);
const QColor mutedText(0x50, 0x50, 0x50);
constexpr double cellPadding = points(3);

QFont sized(QFont font, double size)
{
    font.setPixelSize(static_cast<int>(std::lround(points(size))));
    font.setHintingPreference(QFont::PreferNoHinting);
    // What our faces lack is never taken from the computer's: see printed().
    font.setStyleStrategy(static_cast<QFont::StyleStrategy>(QFont::PreferOutline | QFont::NoFontMerging));
    // Any spacing switches ligatures off: a search for "file" finds it in every reader.
    font.setLetterSpacing(QFont::AbsoluteSpacing, 0.1);
    return font;
}

/// Lines of one paragraph, broken between words where possible, else anywhere. Returns their height; draws
/// when there is a painter.
double layParagraph(QPainter* painter, const QString& text, const QFont& font, const QPointF& at, double width,
                    Qt::Alignment alignment)
{
    QTextLayout layout(text, font);
    QTextOption option(alignment);
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    double height = 0;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        line.setPosition(QPointF(0, height));
        height += line.height();
    }
    layout.endLayout();
    if (painter != nullptr)
        layout.draw(painter, at);
    return height;
}

double layText(QPainter* painter, const QString& text, const QFont& font, const QRectF& area, Qt::Alignment alignment)
{
    double height = 0;
    for (const QString& paragraph : text.split(QLatin1Char('\n')))
        height += layParagraph(painter, paragraph, font, area.topLeft() + QPointF(0, height), area.width(), alignment);
    return height;
}

} // namespace

void loadReportResources()
{
    static std::once_flag once;
    std::call_once(once, [] {
        initialiseReportResources();
        // The drawing of text needs an application; words alone do not.
        if (qobject_cast<QGuiApplication*>(QCoreApplication::instance()) == nullptr)
            return;
        for (const char* file : {"sans", "sans-bold", "mono"})
            QFontDatabase::addApplicationFont(
                QStringLiteral(":/report/fonts/bnof-report-%1.ttf").arg(QString::fromLatin1(file)));
    });
}

QFont textFont(double size, bool strong)
{
    loadReportResources();
    QFont font(QStringLiteral("BNOF Report Sans"));
    font.setWeight(strong ? QFont::Bold : QFont::Normal);
    return sized(font, size);
}

QFont fixedFont(double size)
{
    loadReportResources();
    return sized(QFont(QStringLiteral("BNOF Report Mono")), size);
}

Sheet::Sheet(QPdfWriter& writer, QString footer, int pageCount)
    : m_writer(writer), m_footer(std::move(footer)), m_pageCount(pageCount)
{
    const QRectF page(0, 0, writer.width(), writer.height());
    m_left = millimetres(18);
    m_width = page.width() - 2 * m_left;
    m_top = millimetres(15);
    m_bottom = page.height() - millimetres(20);
    m_failed = !m_painter.begin(&m_writer);
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setRenderHint(QPainter::LosslessImageRendering);
    beginPage();
}

Sheet::~Sheet()
{
    if (m_painter.isActive())
        m_painter.end();
}

double Sheet::room() const
{
    return m_bottom - m_y;
}

void Sheet::beginPage()
{
    ++m_page;
    m_y = m_top;
    const QRectF area(m_left, m_bottom + millimetres(4), m_width, millimetres(8));
    m_painter.setPen(QPen(softLine, points(0.5)));
    m_painter.drawLine(area.topLeft(), area.topRight());
    const QRectF text = area.adjusted(0, points(3), 0, 0);
    const QString number = m_pageCount > 0 ? ReportText::tr("Page %1 of %2").arg(m_page).arg(m_pageCount)
                                           : ReportText::tr("Page %1").arg(m_page);
    drawText(text, Qt::AlignRight | Qt::AlignTop, number, textFont(7.5), mutedText);
    const QFontMetricsF metrics(textFont(7.5));
    drawText(text, Qt::AlignLeft | Qt::AlignTop,
             metrics.elidedText(m_footer, Qt::ElideMiddle, m_width - metrics.horizontalAdvance(number) - points(20)),
             textFont(7.5), mutedText);
}

void Sheet::newPage()
{
    m_failed = m_failed || !m_writer.newPage();
    beginPage();
}

void Sheet::require(double height)
{
    if (height > room() && m_y > m_top)
        newPage();
}

void Sheet::drawText(const QRectF& area, Qt::Alignment alignment, const QString& text, const QFont& font,
                     const QColor& colour)
{
    QRectF place = area;
    if (alignment.testFlag(Qt::AlignVCenter))
        place.setTop(area.top() + std::max(0.0, (area.height() - textHeight(text, font, area.width())) / 2));
    m_painter.setPen(colour);
    layText(&m_painter, text, font, place, alignment & Qt::AlignHorizontal_Mask);
}

double Sheet::textHeight(const QString& text, const QFont& font, double width) const
{
    return std::ceil(layText(nullptr, text, font, QRectF(0, 0, width, 0), Qt::AlignLeft));
}

void Sheet::title(const QString& text, const QString& subtitle)
{
    const double height = textHeight(text, textFont(20, true), m_width);
    drawText({m_left, m_y, m_width, height}, Qt::AlignLeft, text, textFont(20, true));
    m_y += height + points(2);
    const double lower = textHeight(subtitle, textFont(10), m_width);
    drawText({m_left, m_y, m_width, lower}, Qt::AlignLeft, subtitle, textFont(10), mutedText);
    m_y += lower + points(6);
    m_painter.setPen(QPen(Qt::black, points(1.2)));
    m_painter.drawLine(QPointF(m_left, m_y), QPointF(m_left + m_width, m_y));
    m_y += points(10);
}

void Sheet::heading(const QString& text, double following)
{
    const double height = textHeight(text, textFont(11.5, true), m_width);
    if (m_y > m_top)
        m_y += points(8);
    require(height + points(5) + following);
    drawText({m_left, m_y, m_width, height}, Qt::AlignLeft, text, textFont(11.5, true));
    m_y += height + points(4);
}

void Sheet::paragraph(const QString& text, double size)
{
    const QFont font = textFont(size);
    const double height = textHeight(text, font, m_width);
    require(height);
    drawText({m_left, m_y, m_width, height}, Qt::AlignLeft, text, font);
    m_y += height + points(4);
}

void Sheet::banner(const QString& text, bool severe)
{
    const QFont font = textFont(9, true);
    const double inner = m_width - points(20);
    const double height = textHeight(text, font, inner) + points(12);
    require(height);
    const QRectF area(m_left, m_y, m_width, height);
    m_painter.setPen(QPen(severe ? QColor(0xA0, 0x1C, 0x1C) : QColor(0x8A, 0x5A, 0x00), points(severe ? 2 : 1.2)));
    m_painter.setBrush(severe ? QColor(0xFB, 0xEC, 0xEC) : QColor(0xFD, 0xF5, 0xE2));
    m_painter.drawRect(area);
    m_painter.setBrush(Qt::NoBrush);
    drawText(area.adjusted(points(10), 0, -points(10), 0), Qt::AlignLeft | Qt::AlignVCenter, text, font);
    m_y += height + points(7);
}

void Sheet::entries(const std::vector<Entry>& entries)
{
    const double names = millimetres(42);
    const double values = m_width - names;
    for (const Entry& entry : entries) {
        const QFont font = entry.fixed ? fixedFont(7.5) : textFont(8.5);
        const double height =
            std::max(textHeight(entry.value, font, values), textHeight(entry.name, textFont(8.5), names - points(4)));
        require(height);
        drawText({m_left, m_y, names - points(4), height}, Qt::AlignLeft | Qt::AlignTop, entry.name, textFont(8.5),
                 mutedText);
        drawText({m_left + names, m_y, values, height}, Qt::AlignLeft | Qt::AlignTop, entry.value, font);
        m_y += height + points(2);
    }
    m_y += points(3);
}

namespace {

std::vector<double> columnWidths(const std::vector<TableColumn>& columns, double width)
{
    const double total = std::accumulate(columns.begin(), columns.end(), 0.0,
                                         [](double sum, const TableColumn& column) { return sum + column.weight; });
    std::vector<double> widths;
    for (const TableColumn& column : columns)
        widths.push_back(width * column.weight / total);
    return widths;
}

QFont cellFont(const TableColumn& column, bool header)
{
    return header ? textFont(7.5, true) : column.fixed ? fixedFont(7.5) : textFont(8);
}

} // namespace

double Sheet::tableRowHeight(const std::vector<TableColumn>& columns, const QStringList& cells, bool header) const
{
    const std::vector<double> widths = columnWidths(columns, m_width);
    double height = 0;
    for (std::size_t i = 0; i < columns.size(); ++i)
        height = std::max(height, textHeight(cells.value(static_cast<int>(i)), cellFont(columns[i], header),
                                             widths[i] - 2 * cellPadding));
    return height + points(3);
}

void Sheet::tableRow(const std::vector<TableColumn>& columns, const QStringList& cells, bool header)
{
    const std::vector<double> widths = columnWidths(columns, m_width);
    const double height = tableRowHeight(columns, cells, header);
    double x = m_left;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        drawText({x + cellPadding, m_y, widths[i] - 2 * cellPadding, height},
                 (columns[i].alignRight ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter,
                 cells.value(static_cast<int>(i)), cellFont(columns[i], header));
        x += widths[i];
    }
    m_y += height;
    m_painter.setPen(QPen(header ? QColor(Qt::black) : softLine, points(header ? 0.8 : 0.3)));
    m_painter.drawLine(QPointF(m_left, m_y), QPointF(m_left + m_width, m_y));
}

void Sheet::table(const std::vector<TableColumn>& columns, const std::vector<QStringList>& rows)
{
    QStringList titles;
    for (const TableColumn& column : columns)
        titles << column.title;
    const double header = tableRowHeight(columns, titles, true);
    require(header + (rows.empty() ? 0 : tableRowHeight(columns, rows.front(), false)));
    tableRow(columns, titles, true);
    for (const QStringList& row : rows) {
        if (tableRowHeight(columns, row, false) > room()) {
            newPage();
            tableRow(columns, titles, true);
        }
        tableRow(columns, row, false);
    }
    m_y += points(6);
}

void Sheet::figure(double height, const QString& caption, const std::function<void(QPainter&, const QRectF&)>& draw)
{
    ++m_figure;
    const QString text = ReportText::tr("Figure %1. %2").arg(m_figure).arg(caption);
    const QFont font = textFont(7.5);
    const double below = textHeight(text, font, m_width);
    require(height + points(3) + below);
    m_painter.save();
    draw(m_painter, QRectF(m_left, m_y, m_width, height));
    m_painter.restore();
    m_y += height + points(3);
    drawText({m_left, m_y, m_width, below}, Qt::AlignLeft, text, font, mutedText);
    m_y += below + points(8);
}

void Sheet::signatureLines(const QStringList& names)
{
    const double height = millimetres(22);
    require(height);
    const double gap = millimetres(8);
    const double each = (m_width - gap * (static_cast<double>(names.size()) - 1)) / static_cast<double>(names.size());
    double x = m_left;
    const double line = m_y + millimetres(15);
    for (const QString& name : names) {
        m_painter.setPen(QPen(Qt::black, points(0.6)));
        m_painter.drawLine(QPointF(x, line), QPointF(x + each, line));
        drawText({x, line + points(2), each, millimetres(6)}, Qt::AlignLeft | Qt::AlignTop, name, textFont(7.5),
                 mutedText);
        x += each + gap;
    }
    m_y += height;
}

} // namespace bnof::report
