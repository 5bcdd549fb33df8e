// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/calibration_dialog.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "app/studio/live/calibration_draft.h"
#include "app/studio/live/calibration_pages.h"
#include "app/studio/live/calibration_save_page.h"
#include "app/studio/live/calibration_sensor_page.h"
#include "app/studio/services/format.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

QPushButton* button(const QString& text, const char* name, QWidget* parent)
{
    auto* made = new QPushButton(text, parent);
    made->setObjectName(QLatin1String(name));
    made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
    made->setAutoDefault(false);
    return made;
}

} // namespace

CalibrationDialog::CalibrationDialog(Services& services, QWidget* parent)
    : QDialog(parent), m_draft(new CalibrationDraft(services, this)), m_steps(new QListWidget(this)),
      m_pages(new QStackedWidget(this)), m_about(new QLabel(this)), m_undo(button(tr("&Undo"), "undoStep", this)),
      m_back(button(tr("&Back"), "previousStep", this)), m_next(button(tr("Ne&xt"), "nextStep", this)),
      m_sensor(new CalibrationSensorPage(services, *m_draft, this)),
      m_save(new CalibrationSavePage(services, *m_draft, this))
{
    setObjectName(QStringLiteral("calibrationDialog"));
    setWindowTitle(tr("Calibrate a sensor"));
    setAccessibleName(windowTitle());
    m_steps->setObjectName(QStringLiteral("calibrationSteps"));
    m_steps->setAccessibleName(tr("Steps"));
    m_steps->setFixedWidth(Theme::space(48));
    m_steps->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_steps->setSpacing(2);
    m_about->setObjectName(QStringLiteral("calibrationAbout"));
    m_about->setTextFormat(Qt::PlainText);
    m_about->setFont(Theme::font(Theme::TextSize::Small));
    addStep(tr("1  Sensor"), m_sensor);
    addStep(tr("2  Clean air"), new CleanAirPage(*m_draft, this));
    addStep(tr("3  Spans"), new SpanPage(*m_draft, this));
    addStep(tr("4  Temperature, humidity"), new EnvironmentPage(services, *m_draft, this));
    addStep(tr("5  Before and after"), m_save);
    auto* close = button(tr("&Close"), "closeCalibration", this);

    auto* middle = new QHBoxLayout;
    middle->setSpacing(Theme::space(4));
    middle->addWidget(m_steps);
    middle->addWidget(m_pages, 1);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(Theme::space(2));
    buttons->addWidget(m_undo);
    buttons->addWidget(m_about, 1);
    buttons->addWidget(m_back);
    buttons->addWidget(m_next);
    buttons->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(5), Theme::space(4), Theme::space(5), Theme::space(4));
    layout->setSpacing(Theme::space(3));
    layout->addLayout(middle, 1);
    layout->addLayout(buttons);
    resize(Theme::space(240), Theme::space(150));
    connect(m_steps, &QListWidget::currentRowChanged, this, &CalibrationDialog::showStep);
    connect(m_undo, &QPushButton::clicked, m_draft, &CalibrationDraft::undo);
    connect(m_back, &QPushButton::clicked, this, [this] { showStep(step() - 1); });
    connect(m_next, &QPushButton::clicked, this, [this] { showStep(step() + 1); });
    connect(close, &QPushButton::clicked, this, &CalibrationDialog::reject);
    connect(m_draft, &CalibrationDraft::changed, this, &CalibrationDialog::refresh);
    m_sensor->beginAnew();
    showStep(0);
    refresh();
}

void CalibrationDialog::addStep(const QString& title, QWidget* page)
{
    m_steps->addItem(title);
    m_pages->addWidget(page);
}

int CalibrationDialog::step() const
{
    return m_pages->currentIndex();
}

void CalibrationDialog::showStep(int step)
{
    if (step < 0 || step >= m_pages->count())
        return;
    m_pages->setCurrentIndex(step);
    m_steps->setCurrentRow(step);
    m_back->setEnabled(step > 0);
    m_next->setEnabled(step + 1 < m_pages->count());
}

void CalibrationDialog::refresh()
{
    m_undo->setEnabled(m_draft->canUndo());
    m_undo->setText(m_draft->canUndo() ? tr("&Undo %1").arg(m_draft->undoText()) : tr("&Undo"));
    m_undo->setAccessibleName(m_undo->text().remove(QLatin1Char('&')));
    const auto& calibration = m_draft->now();
    if (calibration.version > 0)
        m_about->setText(tr("%1, version %2").arg(toQString(calibration.name)).arg(calibration.version) +
                         (m_draft->isUnsaved() ? tr(", changed") : QString()));
    else
        m_about->setText(tr("A new calibration"));
}

void CalibrationDialog::reject()
{
    if (m_draft->isUnsaved())
        askBeforeClosing();
    else
        QDialog::reject();
}

void CalibrationDialog::askBeforeClosing()
{
    if (m_question) {
        m_question->raise();
        return;
    }
    m_question = new QMessageBox(this);
    m_question->setObjectName(QStringLiteral("discardQuestion"));
    m_question->setAttribute(Qt::WA_DeleteOnClose);
    m_question->setIcon(QMessageBox::Question);
    m_question->setWindowTitle(tr("The calibration is not saved"));
    m_question->setText(tr("Close without saving the calibration?"));
    m_question->setInformativeText(tr("What was captured is lost: %1.").arg(m_draft->undoText()));
    auto* discard = m_question->addButton(tr("Close without saving"), QMessageBox::DestructiveRole);
    discard->setObjectName(QStringLiteral("discardCalibration"));
    auto* keep = m_question->addButton(tr("Go on"), QMessageBox::RejectRole);
    m_question->setDefaultButton(keep);
    m_question->setEscapeButton(keep);
    connect(discard, &QAbstractButton::clicked, this, [this] { QDialog::reject(); });
    m_question->open();
}

} // namespace bnof::studio
