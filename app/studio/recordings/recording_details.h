// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTextBrowser>

#include <optional>

#include "engine/recording/catalogue.h"
#include "engine/recording/reader.h"

namespace bnof::studio {

class Services;

/// What a recording is: who, when, which device and model, what was lost, its marks and its health. The
/// catalogue's line is shown at once, the file's own words as soon as they are read.
class RecordingDetails : public QTextBrowser {
    Q_OBJECT

public:
    explicit RecordingDetails(Services& services, QWidget* parent = nullptr);

    void showEntry(const recording::CatalogueEntry& entry);
    void showNothing();

private:
    struct FileFacts {
        recording::RecordingMetadata metadata;
        recording::Summary summary;
        recording::Health health;
    };

    void showFile(const FileFacts& facts);
    [[nodiscard]] QString checkedText() const;
    [[nodiscard]] QString placesText() const;
    void setRows(const QString& title, const QList<std::pair<QString, QString>>& rows);

    Services& m_services;
    recording::CatalogueEntry m_entry;
    int m_request = 0;
};

} // namespace bnof::studio
