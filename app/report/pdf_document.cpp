// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/pdf_document.h"

#include <QBuffer>
#include <QFileInfo>
#include <QHashFunctions>
#include <QPdfWriter>

#include <mutex>

#include "engine/base/build_config.h"
#include "engine/recording/new_file.h"

namespace bnof::report {
namespace {

/// Qt's PDF writer numbers the typefaces in the order of a hash table, whose seed is random in every process. As long
/// as this lives, new tables have a fixed one; one at a time.
class FixedOrder {
public:
    FixedOrder() : m_lock(mutex()) { QHashSeed::setDeterministicGlobalSeed(); }
    ~FixedOrder() { QHashSeed::resetRandomGlobalSeed(); }
    FixedOrder(const FixedOrder&) = delete;
    FixedOrder& operator=(const FixedOrder&) = delete;

private:
    static std::mutex& mutex()
    {
        static std::mutex one;
        return one;
    }
    const std::scoped_lock<std::mutex> m_lock;
};

struct Drawn {
    QByteArray bytes;
    int pages = 0;
    bool failed = false;
};

Drawn draw(const QString& title, const QString& footer, const std::function<void(Sheet&)>& compose, int pageCount)
{
    const FixedOrder order;
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    Drawn drawn;
    {
        QPdfWriter writer(&buffer);
        writer.setResolution(unitsPerInch);
        writer.setPageSize(QPageSize(QPageSize::A4));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        writer.setTitle(title);
        writer.setCreator(QStringLiteral("BioNeuro Olfactory Fusion %1").arg(QStringLiteral(BNOF_VERSION)));
        Sheet sheet(writer, footer, pageCount);
        compose(sheet);
        drawn.pages = sheet.pages();
        drawn.failed = sheet.failed();
    }
    drawn.bytes = buffer.data();
    return drawn;
}

} // namespace

Result<QByteArray> drawPdf(const QString& title, const QString& footer, const std::function<void(Sheet&)>& compose,
                           const std::function<bool()>& goOn)
{
    const int pages = draw(title, footer, compose, 0).pages;
    if (goOn && !goOn())
        return makeError(ErrorKind::Cancelled, "the report was cancelled", title.toStdString());
    Drawn drawn = draw(title, footer, compose, pages);
    if (drawn.failed || drawn.bytes.isEmpty())
        return makeError(ErrorKind::Internal, "the pages of the report could not be drawn", title.toStdString(),
                         "Free some memory and try again.");
    return std::move(drawn.bytes);
}

Result<void> refuseExisting(const std::string& pdfPath)
{
    const QFileInfo target(QString::fromStdString(pdfPath));
    if (target.exists() || target.isSymLink())
        return makeError(ErrorKind::BadInput, "this file already exists and is not overwritten", pdfPath,
                         "Choose another name or move the old file away.");
    return {};
}

Result<void> publishPdf(const QByteArray& bytes, const std::string& pdfPath)
{
    BNOF_TRY_ASSIGN(const auto file, recording::NewFile::create(pdfPath));
    BNOF_TRY(file->write({bytes.constData(), static_cast<std::size_t>(bytes.size())}));
    BNOF_TRY(file->publish());
    file->keep();
    return {};
}

} // namespace bnof::report
