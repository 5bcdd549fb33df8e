// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <functional>
#include <string>

#include "app/report/sheet.h"
#include "engine/base/result.h"

namespace bnof::report {

/// A PDF of A4 pages. `compose` is called twice, first to count the pages, and must draw the same both times; a false
/// answer of `goOn` between the two cancels. `footer` stands on every page. Errors: cancelled; the pages could not be
/// drawn.
[[nodiscard]] Result<QByteArray> drawPdf(const QString& title, const QString& footer,
                                         const std::function<void(Sheet&)>& compose,
                                         const std::function<bool()>& goOn = {});

/// A file that exists is not overwritten. Errors: it does.
[[nodiscard]] Result<void> refuseExisting(const std::string& pdfPath);
/// Whole or not at all. Errors: the folder cannot be written, disk full, the file exists.
Result<void> publishPdf(const QByteArray& bytes, const std::string& pdfPath);

} // namespace bnof::report
