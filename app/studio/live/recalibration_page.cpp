// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/recalibration_page.h"

#include <QDateTime>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <optional>

#include "app/studio/live/outcome_label.h"
#include "app/studio/services/background.h"
#include "app/studio/services/services.h"
#include "app/studio/settings/setting_texts.h"
#include "engine/base/time.h"
#include "engine/olfaction/adaptation/recalibration.h"
#include "engine/olfaction/model_registry.h"
#include "engine/session/live_view.h"
#include "engine/session/recorded_dataset.h"

namespace bnof::studio {

using widgets::Theme;
using Severity = Theme::Severity;

/// One recalibration on the executor.
struct RecalibrationPage::Work {
    std::atomic<double> progress{0};
    std::atomic<bool> cancelled{false};
};

namespace {

QString percent(double share)
{
    return QLocale().toString(100 * share, 'f', 1) + QStringLiteral(" %");
}

Result<olfaction::RecalibratedModel> recalibrate(const std::string& folder, const std::vector<std::uint8_t>& model,
                                                 const olfaction::ModelRecalibrationOptions& options,
                                                 const olfaction::TrainingProgress& progress)
{
    BNOF_TRY_ASSIGN(const olfaction::Dataset puffs, session::openDataset(folder));
    return olfaction::recalibrateModel(model, puffs, options, progress);
}

QPushButton* button(const QString& text, const char* name, QWidget* parent)
{
    auto* made = new QPushButton(text, parent);
    made->setObjectName(QLatin1String(name));
    made->setAutoDefault(false);
    return made;
}

} // namespace

RecalibrationPage::RecalibrationPage(Services& services, QWidget* parent)
    : QWidget(parent), m_services(services), m_heading(new QLabel(this)), m_progress(new QProgressBar(this)),
      m_table(new QTableWidget(0, 5, this)), m_note(new QLabel(this)), m_outcome(new OutcomeLabel(this)),
      m_leave(button(tr("&Leave it as it was"), "leaveModel", this)),
      m_back(button(tr("&Go back to the old model"), "goBackToModel", this)),
      m_use(button(tr("&Use the new model"), "useRecalibrated", this))
{
    m_heading->setFont(Theme::font(Theme::TextSize::Title, true));
    m_heading->setWordWrap(true);
    m_progress->setRange(0, 1000);
    m_progress->setAccessibleName(tr("Progress of the recalibration"));
    m_table->setObjectName(QStringLiteral("recalibrationTable"));
    m_table->setAccessibleName(tr("Right answers before and after"));
    m_table->setHorizontalHeaderLabels(
        {tr("Gas"), tr("Puffs: before"), tr("Puffs: after"), tr("Hold-out: before"), tr("Hold-out: after")});
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->verticalHeader()->hide();
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_note->setWordWrap(true);
    m_outcome->setObjectName(QStringLiteral("recalibrationOutcome"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_leave);
    buttons->addStretch(1);
    buttons->addWidget(m_back);
    buttons->addWidget(m_use);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_heading);
    layout->addWidget(m_progress);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_note);
    layout->addWidget(m_outcome);
    layout->addLayout(buttons);
    connect(m_leave, &QPushButton::clicked, this, [this] {
        if (m_work)
            m_work->cancelled = true;
        m_work.reset();
        m_timer.stop();
        emit done();
    });
    connect(m_use, &QPushButton::clicked, this, &RecalibrationPage::use);
    connect(m_back, &QPushButton::clicked, this, &RecalibrationPage::goBack);
    m_timer.setInterval(100);
    connect(&m_timer, &QTimer::timeout, this, &RecalibrationPage::look);
}

RecalibrationPage::~RecalibrationPage()
{
    if (m_work)
        m_work->cancelled = true;
}

void RecalibrationPage::begin(const QString& folder, std::shared_ptr<const session::RunningModel> model)
{
    m_old = std::move(model);
    m_oldSetting = m_services.configuration.text("recognition.model");
    m_new.clear();
    m_heading->setText(tr("Moving the model to today's sensors"));
    m_table->setRowCount(0);
    m_note->clear();
    m_outcome->say(Severity::Info, {});
    m_progress->setValue(0);
    m_progress->show();
    m_use->hide();
    m_back->hide();
    m_leave->setText(tr("&Leave it as it was"));
    if (!m_old || m_old->bytes.empty()) {
        m_progress->hide();
        m_outcome->say(Severity::Warning, tr("No model recognises anything now: choose one under Settings."));
        return;
    }
    olfaction::ModelRecalibrationOptions options;
    options.operatorName = m_services.session.notes().operatorName.toStdString();
    options.date = formatUtc(wallNow());
    options.parentFile = m_oldSetting.toStdString();
    m_work = std::make_shared<Work>();
    m_timer.start();
    inBackground(
        *m_services.executor, this, "studio.recalibrate",
        [work = m_work, folder = folder.toStdString(), old = m_old, options] {
            return recalibrate(folder, old->bytes, options, [work](double share, std::string_view) {
                work->progress = share;
                return !work->cancelled;
            });
        },
        [this, work = m_work](const Result<olfaction::RecalibratedModel>& made) {
            if (work == m_work)
                present(made);
        });
}

void RecalibrationPage::look()
{
    if (m_work)
        m_progress->setValue(static_cast<int>(1000 * m_work->progress));
}

void RecalibrationPage::present(const Result<olfaction::RecalibratedModel>& made)
{
    m_work.reset();
    m_timer.stop();
    m_progress->hide();
    if (!made.ok()) {
        m_heading->setText(tr("The model stays as it is"));
        m_outcome->say(made.error());
        return;
    }
    const auto& report = made->report;
    showTable(report);
    m_heading->setText(report.accepted ? tr("The new model is ready") : tr("The model stays as it is"));
    m_outcome->say(report.accepted ? Severity::Good : Severity::Warning, toQString(report.verdict));
    QString note = report.ownPuffs ? tr("Puffs: rows of puffs that were not learned from.")
                                   : tr("Puffs: rows of the ends of the puffs, which were not learned from.");
    note += QLatin1Char(' ') + tr("Hold-out: rows that the model has kept since its training, moved by the drift.");
    if (report.accepted && m_services.session.isRecording())
        note +=
            QLatin1Char(' ') + tr("Using the new model ends the running recording, because a file holds one model.");
    m_note->setText(note);
    if (report.accepted) {
        m_new = made->bytes;
        m_use->show();
        m_use->setEnabled(true);
        m_use->setFocus();
    }
}

void RecalibrationPage::showTable(const olfaction::RecalibrationReport& report)
{
    const auto add = [this](const QString& gas, const olfaction::GasComparison* puffs,
                            const olfaction::GasComparison* stored) {
        const int row = m_table->rowCount();
        m_table->insertRow(row);
        const auto cell = [&](int column, const QString& text) {
            m_table->setItem(row, column, new QTableWidgetItem(text));
        };
        const QString none = QStringLiteral("–");
        cell(0, gas);
        cell(1, puffs ? percent(puffs->before) : none);
        cell(2, puffs ? percent(puffs->after) : none);
        cell(3, stored ? percent(stored->before) : none);
        cell(4, stored ? percent(stored->after) : none);
    };
    const auto find = [](const olfaction::Comparison& comparison, const std::string& gas) {
        const auto at = std::find_if(comparison.gases.begin(), comparison.gases.end(),
                                     [&](const auto& row) { return row.gas == gas; });
        return at == comparison.gases.end() ? nullptr : &*at;
    };
    for (const auto& row : report.keptBack.gases)
        add(toQString(row.gas), &row, find(report.stored, row.gas));
    for (const auto& row : report.stored.gases) {
        if (!find(report.keptBack, row.gas))
            add(toQString(row.gas), nullptr, &row);
    }
    const auto balanced = [](const olfaction::Comparison& comparison) {
        return comparison.empty() ? std::optional<olfaction::GasComparison>()
                                  : olfaction::GasComparison{{}, 0, comparison.before, comparison.after};
    };
    const auto puffs = balanced(report.keptBack);
    const auto stored = balanced(report.stored);
    add(tr("all, each gas the same"), puffs ? &*puffs : nullptr, stored ? &*stored : nullptr);
}

void RecalibrationPage::use()
{
    m_use->setEnabled(false);
    const std::string folder =
        olfaction::modelsFolder(m_services.configuration.values().text("recognition.models_folder"));
    const std::string name =
        m_old->info.modelName + ' ' + QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd")).toStdString();
    inBackground(
        *m_services.executor, this, "studio.keep-model",
        [folder, name, bytes = m_new] { return olfaction::keepModel(folder, name, bytes); },
        [this](const Result<std::string>& path) {
            if (!path.ok()) {
                m_use->setEnabled(true);
                m_outcome->say(path.error());
                return;
            }
            change(toQString(*path), m_new);
            m_use->hide();
            m_back->show();
            m_back->setEnabled(true);
            m_leave->setText(tr("&Done"));
            m_outcome->say(Severity::Good, tr("The new model recognises from now on. It is kept as %1.")
                                               .arg(QFileInfo(toQString(*path)).fileName()));
        });
}

void RecalibrationPage::goBack()
{
    change(m_oldSetting, m_old->bytes);
    m_back->hide();
    m_use->show();
    m_use->setEnabled(true);
    m_outcome->say(Severity::Info, tr("The old model recognises again. The new one stays on the list of models."));
}

void RecalibrationPage::change(const QString& setting, const std::vector<std::uint8_t>& bytes)
{
    if (const auto changed =
            m_services.configuration.change("recognition.model", setting, SettingTexts::title("recognition.model"));
        !changed.ok())
        m_outcome->say(changed.error());
    if (m_services.session.isRunning() && !m_services.session.isReplay())
        m_services.session.changeModel(bytes);
}

} // namespace bnof::studio
