// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/training/verdict_panel.h"

#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include "app/studio/shell/banner.h"
#include "app/studio/training/verdict.h"
#include "widgets/bar_list.h"
#include "widgets/confusion_matrix.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

VerdictPanel::VerdictPanel(QWidget* parent)
    : QWidget(parent), m_title(new QLabel(this)), m_banner(new Banner(tr("Doubts about the figures"), this)),
      m_sentences(new QLabel(this)), m_accuracies(new widgets::BarList(this)),
      m_confusionTitle(new QLabel(tr("Which gas was taken for which"), this)),
      m_confusion(new widgets::ConfusionMatrix(this))
{
    m_title->setFont(Theme::font(Theme::TextSize::Title, true));
    m_title->setTextFormat(Qt::PlainText);
    m_title->setWordWrap(true);
    m_sentences->setTextFormat(Qt::PlainText);
    m_sentences->setWordWrap(true);
    m_sentences->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_sentences->setObjectName(QStringLiteral("verdict"));
    m_accuracies->setAccessibleName(tr("Right answers, beside plain competitors"));
    m_confusionTitle->setFont(Theme::font(Theme::TextSize::Body, true));
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setSpacing(Theme::space(3));
    column->addWidget(m_title);
    column->addWidget(m_sentences);
    column->addWidget(m_accuracies);
    column->addWidget(m_confusionTitle);
    column->addWidget(m_confusion);
    column->addStretch(1);
    auto* area = new QScrollArea(this);
    area->setWidget(page);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_banner);
    layout->addWidget(area, 1);
}

void VerdictPanel::show(const QString& title, const Json& evaluation)
{
    m_title->setText(title);
    const QStringList sentences = Verdict::sentences(evaluation);
    m_sentences->setText(sentences.isEmpty()
                             ? tr("This model carries no figures of held-out data. Train it in this workspace to get "
                                  "them.")
                             : sentences.join(QStringLiteral("\n\n")));
    const QStringList warnings = Verdict::warnings(evaluation);
    if (warnings.isEmpty())
        m_banner->clear();
    else
        m_banner->showMessage(Theme::Severity::Warning, warnings.join(QLatin1Char('\n')));
    auto bars = Verdict::accuracies(evaluation);
    m_accuracies->setVisible(!bars.empty());
    m_accuracies->setBars(std::move(bars));
    auto confusion = Verdict::confusion(evaluation);
    m_confusionTitle->setVisible(!confusion.truth.isEmpty());
    m_confusion->setVisible(!confusion.truth.isEmpty());
    m_confusion->setCounts(confusion.truth, confusion.said, std::move(confusion.counts));
}

QString VerdictPanel::text() const
{
    return m_sentences->text();
}

} // namespace bnof::studio
