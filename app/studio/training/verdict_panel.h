// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "engine/base/json.h"

class QLabel;

namespace bnof::widgets {
class BarList;
class ConfusionMatrix;
} // namespace bnof::widgets

namespace bnof::studio {

class Banner;

/// What held-out data said of a model, beside the plain competitors.
class VerdictPanel : public QWidget {
    Q_OBJECT

public:
    explicit VerdictPanel(QWidget* parent = nullptr);

    /// `title`: whose. A null evaluation says why there is none.
    void show(const QString& title, const Json& evaluation);
    [[nodiscard]] QString text() const;

private:
    QLabel* m_title;
    Banner* m_banner;
    QLabel* m_sentences;
    widgets::BarList* m_accuracies;
    QLabel* m_confusionTitle;
    widgets::ConfusionMatrix* m_confusion;
};

} // namespace bnof::studio
