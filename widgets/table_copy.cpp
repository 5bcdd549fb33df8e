// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/table_copy.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QCoreApplication>
#include <QKeyEvent>
#include <QTableView>

#include <algorithm>
#include <utility>

namespace bnof::widgets {
namespace {

QString cell(const QVariant& value)
{
    QString text = value.toString();
    for (QChar& character : text)
        if (character == QLatin1Char('\t') || character == QLatin1Char('\n') || character == QLatin1Char('\r'))
            character = QLatin1Char(' ');
    return text;
}

/// Views copy the current cell by themselves: the key is taken before they see it.
class CopyKey : public QObject {
public:
    CopyKey(QAction& copy, QObject* parent) : QObject(parent), m_copy(copy) {}

protected:
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        const auto type = event->type();
        if (type != QEvent::KeyPress && type != QEvent::ShortcutOverride)
            return QObject::eventFilter(watched, event);
        if (!static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy))
            return QObject::eventFilter(watched, event);
        event->accept();
        if (type == QEvent::KeyPress)
            m_copy.trigger();
        return true;
    }

private:
    QAction& m_copy;
};

} // namespace

QString rowsAsTsv(const QAbstractItemView& view)
{
    const QAbstractItemModel* model = view.model();
    if (!model)
        return {};
    QList<int> rows;
    for (const QModelIndex& index : view.selectionModel()->selectedIndexes())
        if (!rows.contains(index.row()))
            rows << index.row();
    if (rows.isEmpty() && view.currentIndex().isValid())
        rows << view.currentIndex().row();
    if (rows.isEmpty())
        return {};
    std::sort(rows.begin(), rows.end());
    const auto* table = qobject_cast<const QTableView*>(&view);
    QString text;
    const auto line = [&](auto&& cellOf) {
        QStringList cells;
        for (int column = 0; column < model->columnCount(); ++column)
            if (!table || !table->isColumnHidden(column))
                cells << cell(cellOf(column));
        text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    };
    if (table)
        line([&](int column) { return model->headerData(column, Qt::Horizontal, Qt::DisplayRole); });
    for (const int row : std::as_const(rows))
        line([&](int column) { return model->index(row, column).data(Qt::DisplayRole); });
    return text;
}

void copyRowsOnCopyKey(QAbstractItemView& view, std::function<QString()> tsv)
{
    auto* copy = new QAction(QCoreApplication::translate("TableCopy", "Copy"), &view);
    copy->setObjectName(QStringLiteral("copyRows"));
    copy->setShortcut(QKeySequence(QKeySequence::Copy));
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    QObject::connect(copy, &QAction::triggered, &view, [view = &view, tsv = std::move(tsv)] {
        if (const QString text = tsv ? tsv() : rowsAsTsv(*view); !text.isEmpty())
            QApplication::clipboard()->setText(text);
    });
    view.addAction(copy);
    view.installEventFilter(new CopyKey(*copy, &view));
}

} // namespace bnof::widgets
