// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemView>
#include <QString>

#include <functional>

namespace bnof::widgets {

/// Tab-separated values: a line of headings, then a line for each selected row in the order on screen (the
/// current row when none is selected). Hidden columns are left out; tabs and line ends inside a cell become
/// spaces. A list has no headings.
[[nodiscard]] QString rowsAsTsv(const QAbstractItemView& view);

/// Ctrl+C (and "Copy" in its context menu, when actions are shown there) copies rowsAsTsv(). With `tsv` the
/// text comes from there instead.
void copyRowsOnCopyKey(QAbstractItemView& view, std::function<QString()> tsv = {});

} // namespace bnof::widgets
