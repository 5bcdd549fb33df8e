// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "widgets/theme.h"

namespace bnof::studio {
namespace {

class ThemedIconEngine : public QIconEngine {
public:
    explicit ThemedIconEngine(QString name) : m_name(std::move(name)) {}

    QIconEngine* clone() const override { return new ThemedIconEngine(m_name); }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        return scaledPixmap(size, mode, state, 1);
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override
    {
        const QString key = QStringLiteral("bnof:%1:%2:%3x%4")
                                .arg(m_name, colour(mode, state).name(QColor::HexArgb))
                                .arg(size.width())
                                .arg(size.height());
        QPixmap picture;
        if (QPixmapCache::find(key, &picture))
            return picture;
        picture = QPixmap(size);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        draw(painter, QRect(QPoint(0, 0), size), mode, state);
        painter.end();
        QPixmapCache::insert(key, picture);
        return picture;
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override
    {
        draw(*painter, rect, mode, state);
    }

private:
    static QColor colour(QIcon::Mode mode, QIcon::State state)
    {
        const auto& theme = widgets::Theme::current();
        if (mode == QIcon::Disabled) {
            QColor faint = theme.textMuted;
            faint.setAlphaF(0.45F);
            return faint;
        }
        return state == QIcon::On ? theme.accent : theme.text;
    }

    void draw(QPainter& painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) const
    {
        QFile file(QStringLiteral(":/icons/%1.svg").arg(m_name));
        if (!file.open(QIODevice::ReadOnly))
            return;
        const QColor tint = colour(mode, state);
        QByteArray svg = file.readAll();
        svg.replace("#000", tint.name(QColor::HexRgb).toLatin1());
        QSvgRenderer renderer(svg);
        painter.save();
        painter.setOpacity(tint.alphaF());
        renderer.render(&painter, QRectF(rect));
        painter.restore();
    }

    QString m_name;
};

} // namespace

QIcon themedIcon(const QString& name)
{
    return QIcon(new ThemedIconEngine(name));
}

} // namespace bnof::studio
