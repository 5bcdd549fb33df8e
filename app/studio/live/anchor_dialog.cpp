// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/anchor_dialog.h"

#include <QCheckBox>
#include <QDateTime>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableWidget>
#include <QVBoxLayout>

#include <cmath>
#include <limits>

#include "app/studio/live/outcome_label.h"
#include "app/studio/live/recalibration_page.h"
#include "app/studio/services/background.h"
#include "app/studio/services/services.h"
#include "engine/session/anchor_dataset.h"
#include "engine/session/frame_follower.h"

namespace bnof::studio {

using widgets::Theme;
using Phase = session::AnchorCourse::Phase;
using Severity = Theme::Severity;

/// What runs. Used by one background task at a time.
struct AnchorDialog::Course {
    Course(std::shared_ptr<const session::LiveView> live, const std::vector<ChannelInfo>& channels, std::string folder,
           bool simulated, session::AnchorPlan plan)
        : dataset(std::move(folder), simulated), follower(std::move(live), 0),
          course(channels, dataset, std::move(plan), [this](const std::string& mark) { marks.push_back(mark); })
    {}
    session::AnchorDataset dataset;
    session::FrameFollower follower;
    std::vector<std::string> marks; ///< for the recording, not handed over yet
    session::AnchorCourse course;
};

struct AnchorDialog::Look {
    session::AnchorCourse::Status status;
    std::vector<std::string> marks;
    std::vector<std::string> captured;
    std::optional<Error> problem;
    std::uint64_t frames = 0; ///< written, when it is finished
};

namespace {

QDoubleSpinBox* seconds(const QString& what, double value, double low, double high, QWidget* parent)
{
    auto* box = new QDoubleSpinBox(parent);
    box->setAccessibleName(what);
    box->setDecimals(0);
    box->setRange(low, high);
    box->setValue(value);
    box->setSuffix(AnchorDialog::tr(" s"));
    return box;
}

QPushButton* button(const QString& text, const char* name, QWidget* parent)
{
    auto* made = new QPushButton(text, parent);
    made->setObjectName(QLatin1String(name));
    made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
    made->setAutoDefault(false);
    return made;
}

QString puffText(const session::AnchorCourse::Status& status)
{
    if (status.step == 0)
        return AnchorDialog::tr("clean air");
    if (!(status.ppm > 0))
        return toQString(status.label);
    return QStringLiteral("%1, %2 ppm").arg(toQString(status.label), QLocale().toString(status.ppm, 'g', 6));
}

} // namespace

AnchorDialog::AnchorDialog(Services& services, QWidget* parent)
    : QDialog(parent), m_services(services), m_pages(new QStackedWidget(this)), m_gases(new QTableWidget(0, 2, this)),
      m_air(seconds(tr("Seconds of clean air"), 20, 1, 3600, this)),
      m_lead(seconds(tr("Seconds to get ready"), 5, 0, 3600, this)),
      m_puff(seconds(tr("Seconds of each puff"), 10, 1, 600, this)),
      m_recovery(seconds(tr("Seconds of clean air between puffs"), 60, 0, 36'000, this)), m_folder(new QLineEdit(this)),
      m_planOutcome(new OutcomeLabel(this)), m_begin(button(tr("&Begin"), "beginAnchors", this)),
      m_prompt(new QLabel(this)), m_detail(new QLabel(this)), m_countdown(new QProgressBar(this)),
      m_outcome(new OutcomeLabel(this)), m_go(button(tr("&Ready"), "anchorGo", this)),
      m_again(button(tr("Do it &again"), "anchorAgain", this)), m_skip(button(tr("&Leave out"), "anchorSkip", this)),
      m_stop(button(tr("&Give up"), "anchorStop", this)),
      m_recalibrate(button(tr("Re&calibrate the model"), "recalibrate", this)),
      m_recalibration(new RecalibrationPage(services, this))
{
    setObjectName(QStringLiteral("anchorDialog"));
    setWindowTitle(tr("Re-anchor with one puff per gas"));
    setAccessibleName(windowTitle());
    m_pages->addWidget(buildPlan());
    m_pages->addWidget(buildCourse());
    m_pages->addWidget(m_recalibration);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(5), Theme::space(4), Theme::space(5), Theme::space(4));
    layout->addWidget(m_pages);
    resize(Theme::space(150), Theme::space(120));
    m_timer.setInterval(100);
    connect(&m_timer, &QTimer::timeout, this, &AnchorDialog::look);
    connect(m_begin, &QPushButton::clicked, this, &AnchorDialog::begin);
    connect(m_go, &QPushButton::clicked, this, [this] { command(Command::Go); });
    connect(m_again, &QPushButton::clicked, this, [this] { command(Command::Again); });
    connect(m_skip, &QPushButton::clicked, this, [this] { command(Command::Skip); });
    connect(m_stop, &QPushButton::clicked, this, &AnchorDialog::stop);
    connect(m_recalibrate, &QPushButton::clicked, this, [this] {
        const auto live = m_services.session.live();
        m_pages->setCurrentWidget(m_recalibration);
        m_recalibration->begin(m_folder->text(), live ? live->model() : nullptr);
    });
    connect(m_recalibration, &RecalibrationPage::done, this, &AnchorDialog::reject);
    connect(&services.session, &SessionController::liveChanged, this, [this] {
        if (m_course) {
            stop();
            m_planOutcome->say(Severity::Warning, tr("The session ended, so nothing was written."));
        }
    });
    listGases();
}

AnchorDialog::~AnchorDialog() = default;

QWidget* AnchorDialog::buildPlan()
{
    auto* page = new QWidget(this);
    auto* about =
        new QLabel(tr("Clean air, then one puff of each gas that the model knows. The labelled frames become a "
                      "training set, with which the model is moved to today's sensors, and marks in the "
                      "recording when one is running."),
                   page);
    about->setWordWrap(true);
    m_gases->setObjectName(QStringLiteral("anchorGases"));
    m_gases->setAccessibleName(tr("Gases of the model"));
    m_gases->setHorizontalHeaderLabels({tr("Gas"), tr("Concentration")});
    m_gases->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_gases->verticalHeader()->hide();
    m_gases->setSelectionMode(QAbstractItemView::NoSelection);
    m_folder->setObjectName(QStringLiteral("anchorFolder"));
    m_folder->setAccessibleName(tr("Folder for the training set"));
    m_folder->setText(QStringLiteral("%1/anchors-%2")
                          .arg(m_services.session.recordingFolder(),
                               QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd_HH-mm-ss"))));
    m_planOutcome->setObjectName(QStringLiteral("anchorPlanOutcome"));
    auto* choose = button(tr("Browse…"), "browseAnchorFolder", page);
    choose->setAccessibleName(tr("Choose where the folder is made"));
    auto* where = new QHBoxLayout;
    where->addWidget(m_folder, 1);
    where->addWidget(choose);
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Clean air"), m_air);
    form->addRow(tr("To get &ready"), m_lead);
    form->addRow(tr("Each &puff"), m_puff);
    form->addRow(tr("Between p&uffs"), m_recovery);
    auto* folderLabel = new QLabel(tr("&Folder"), page);
    folderLabel->setBuddy(m_folder);
    form->addRow(folderLabel, where);
    auto* close = button(tr("Close"), "closeAnchors", page);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(close);
    buttons->addWidget(m_begin);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(about);
    layout->addWidget(m_gases, 1);
    layout->addLayout(form);
    layout->addWidget(m_planOutcome);
    layout->addLayout(buttons);
    connect(choose, &QPushButton::clicked, this, &AnchorDialog::browse);
    connect(close, &QPushButton::clicked, this, &AnchorDialog::reject);
    return page;
}

QWidget* AnchorDialog::buildCourse()
{
    auto* page = new QWidget(this);
    m_prompt->setObjectName(QStringLiteral("anchorPrompt"));
    m_prompt->setFont(Theme::font(Theme::TextSize::Figure, true));
    m_prompt->setWordWrap(true);
    m_prompt->setFocusPolicy(Qt::TabFocus); // read out, and a key pressed too long gives nothing up
    m_prompt->setAlignment(Qt::AlignCenter);
    m_detail->setObjectName(QStringLiteral("anchorDetail"));
    m_detail->setWordWrap(true);
    m_detail->setAlignment(Qt::AlignCenter);
    m_countdown->setAccessibleName(tr("Countdown"));
    m_countdown->setMinimumHeight(Theme::space(8));
    m_outcome->setObjectName(QStringLiteral("anchorOutcome"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_stop);
    buttons->addStretch(1);
    buttons->addWidget(m_skip);
    buttons->addWidget(m_again);
    buttons->addWidget(m_go);
    buttons->addWidget(m_recalibrate);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addStretch(1);
    layout->addWidget(m_prompt);
    layout->addWidget(m_countdown);
    layout->addWidget(m_detail);
    layout->addStretch(1);
    layout->addWidget(m_outcome);
    layout->addLayout(buttons);
    return page;
}

void AnchorDialog::listGases()
{
    const auto& status = m_services.session.status();
    m_gases->setRowCount(0);
    for (std::size_t i = 0; i < status.gases.size(); ++i) {
        if (static_cast<int>(i) == status.background)
            continue;
        const QString gas = toQString(status.gases[i]);
        const int row = m_gases->rowCount();
        m_gases->insertRow(row);
        auto* item = new QTableWidgetItem(gas);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable);
        item->setCheckState(Qt::Checked);
        m_gases->setItem(row, 0, item);
        auto* ppm = new QDoubleSpinBox(m_gases);
        ppm->setRange(0, 1e6);
        ppm->setDecimals(2);
        ppm->setSpecialValueText(tr("not known"));
        ppm->setSuffix(tr(" ppm"));
        ppm->setFrame(false);
        ppm->setAccessibleName(tr("Concentration of %1 in ppm").arg(gas));
        m_gases->setCellWidget(row, 1, ppm);
    }
    if (m_gases->rowCount() == 0)
        m_planOutcome->say(Severity::Warning, tr("No model recognises anything now: choose one under Settings."));
    m_begin->setEnabled(m_gases->rowCount() > 0);
}

void AnchorDialog::browse()
{
    auto* dialog = new QFileDialog(this, tr("Where the folder is made"), QFileInfo(m_folder->text()).absolutePath());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        m_folder->setText(folder + QLatin1Char('/') + QFileInfo(m_folder->text()).fileName());
    });
    dialog->open();
}

session::AnchorPlan AnchorDialog::plan() const
{
    session::AnchorPlan plan;
    plan.airSeconds = m_air->value();
    plan.leadSeconds = m_lead->value();
    plan.puffSeconds = m_puff->value();
    plan.recoverySeconds = m_recovery->value();
    for (int row = 0; row < m_gases->rowCount(); ++row) {
        const double ppm = static_cast<QDoubleSpinBox*>(m_gases->cellWidget(row, 1))->value();
        if (m_gases->item(row, 0)->checkState() == Qt::Checked)
            plan.puffs.push_back({m_gases->item(row, 0)->text().toStdString(),
                                  ppm > 0 ? ppm : std::numeric_limits<double>::quiet_NaN()});
    }
    return plan;
}

void AnchorDialog::begin()
{
    const auto& status = m_services.session.status();
    const auto live = m_services.session.live();
    auto wanted = plan();
    if (!live || m_services.session.isReplay() || status.sources.empty() || status.sources.front().channels.empty())
        m_planOutcome->say(Severity::Warning, tr("Connect a sensor first."));
    else if (wanted.puffs.empty())
        m_planOutcome->say(Severity::Warning, tr("Choose at least one gas."));
    else if (QFileInfo::exists(m_folder->text()))
        m_planOutcome->say(Severity::Warning, tr("This folder exists already: choose another name."));
    else {
        m_planOutcome->say(Severity::Info, {});
        m_outcome->say(Severity::Info, {});
        m_course = std::make_shared<Course>(live, status.sources.front().channels, m_folder->text().toStdString(),
                                            status.sources.front().simulated, std::move(wanted));
        m_command = Command::None;
        m_pages->setCurrentIndex(1);
        m_stop->setText(tr("&Give up"));
        m_timer.start();
        m_go->setFocus();
        look();
    }
}

/// Back to the plan; what was captured is forgotten.
void AnchorDialog::stop()
{
    m_timer.stop();
    m_course.reset();
    m_pages->setCurrentIndex(0);
}

void AnchorDialog::command(Command command)
{
    m_command = command;
    m_prompt->setFocus();
    look();
}

void AnchorDialog::look()
{
    if (!m_course || m_looking)
        return; // the command waits for the next look
    m_looking = true;
    inBackground(
        *m_services.executor, this, "studio.anchors",
        [course = m_course, wish = std::exchange(m_command, Command::None), now = m_services.session.now()] {
            Look look;
            course->follower.pull([&](const SensorFrame& frame) { course->course.frame(frame); });
            if (wish == Command::Go)
                course->course.go(now);
            else if (wish == Command::Again)
                course->course.again();
            else if (wish == Command::Skip)
                course->course.skip();
            if (const auto result = course->course.advance(now); !result.ok())
                look.problem = result.error();
            look.status = course->course.status();
            look.marks = std::exchange(course->marks, {});
            look.captured = course->course.captured();
            look.frames = course->dataset.frames();
            return look;
        },
        [this, course = m_course](const Look& look) {
            m_looking = false;
            for (const auto& mark : look.marks)
                m_services.session.mark(toQString(mark));
            if (course == m_course)
                showLook(look);
        },
        Priority::High);
}

void AnchorDialog::showLook(const Look& look)
{
    const auto& status = look.status;
    if (look.problem)
        m_outcome->say(*look.problem);
    else if (status.phase == Phase::Lead)
        m_outcome->say(Severity::Info, {});
    const QString what = puffText(status);
    switch (status.phase) {
    case Phase::Ready: m_prompt->setText(tr("Next: %1. Press Ready when you are.").arg(what)); break;
    case Phase::Lead: m_prompt->setText(tr("Get ready: %1").arg(what)); break;
    case Phase::Capture: m_prompt->setText(status.step == 0 ? tr("Clean air") : tr("Puff now: %1").arg(what)); break;
    case Phase::Recovery: m_prompt->setText(tr("Take the gas away. Next: %1").arg(what)); break;
    case Phase::Finished: m_prompt->setText(look.problem ? tr("Nothing was written.") : tr("Finished")); break;
    }
    if (status.phase != m_phase || status.step != m_step) {
        m_phase = status.phase;
        m_step = status.step;
        m_phaseSeconds = status.left;
    }
    m_countdown->setRange(0, std::max(1, static_cast<int>(1000 * m_phaseSeconds)));
    m_countdown->setValue(static_cast<int>(1000 * (m_phaseSeconds - status.left)));
    m_countdown->setFormat(tr("%1 s").arg(static_cast<int>(std::ceil(status.left))));
    m_countdown->setVisible(status.left > 0);
    QStringList done;
    for (const auto& label : look.captured)
        done << toQString(label);
    QString detail = tr("Step %1 of %2").arg(std::min(status.step + 1, status.steps)).arg(status.steps);
    if (!done.isEmpty())
        detail += tr(" · captured: %1").arg(done.join(QStringLiteral(", ")));
    m_detail->setText(detail);
    const bool finished = status.phase == Phase::Finished;
    m_go->setVisible(!finished);
    m_go->setEnabled(status.phase == Phase::Ready || status.phase == Phase::Recovery);
    m_again->setVisible(!finished);
    m_again->setEnabled(status.phase == Phase::Lead || status.phase == Phase::Capture);
    if (status.phase == Phase::Ready && m_prompt->hasFocus())
        m_go->setFocus();
    m_skip->setVisible(!finished);
    m_skip->setEnabled(status.step > 0);
    m_recalibrate->setVisible(finished && !look.problem);
    if (!finished)
        return;
    m_timer.stop();
    m_stop->setText(tr("&Back"));
    if (look.problem)
        return;
    m_recalibrate->setFocus();
    m_outcome->say(Severity::Good,
                   tr("%L1 labelled frames are in %2. Move the model to today's sensors with them, or train a new one.")
                       .arg(static_cast<qulonglong>(look.frames))
                       .arg(m_folder->text()));
}

void AnchorDialog::reject()
{
    if (m_timer.isActive()) { // Escape throws no puff away
        m_outcome->say(Severity::Warning, tr("The course is not finished: give it up first, or go on."));
        return;
    }
    if (m_recalibration->isBusy())
        return; // its own button leaves the model as it was
    QDialog::reject();
}

} // namespace bnof::studio
