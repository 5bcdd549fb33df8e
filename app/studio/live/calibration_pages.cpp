// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/calibration_pages.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

#include "app/studio/live/calibration_draft.h"
#include "app/studio/live/calibration_plots.h"
#include "app/studio/live/outcome_label.h"
#include "app/studio/live/stillness_table.h"
#include "app/studio/services/services.h"
#include "engine/session/clean_air_log.h"
#include "widgets/table_copy.h"

namespace bnof::studio {

using widgets::Theme;
using Severity = Theme::Severity;

namespace {

QLabel* guide(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setWordWrap(true);
    return label;
}

QPushButton* button(const QString& text, const char* name, QWidget* parent)
{
    auto* made = new QPushButton(text, parent);
    made->setObjectName(QLatin1String(name));
    made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
    made->setAutoDefault(false);
    return made;
}

} // namespace

CleanAirPage::CleanAirPage(CalibrationDraft& draft, QWidget* parent)
    : QWidget(parent), m_draft(draft), m_table(new StillnessTable(draft, this)),
      m_take(button(tr("Use this clean &air"), "useCleanAir", this)), m_outcome(new OutcomeLabel(this))
{
    m_outcome->setObjectName(QStringLiteral("cleanAirOutcome"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(guide(tr("Let the warm sensor stand in clean air, out of draughts, until its channels are still. "
                               "Channels that are not still keep what they had."),
                            this));
    layout->addWidget(m_table, 1);
    layout->addWidget(m_outcome);
    layout->addWidget(m_take, 0, Qt::AlignLeft);
    connect(m_take, &QPushButton::clicked, this, &CleanAirPage::take);
    connect(m_table, &StillnessTable::updated, this, [this] { m_take->setEnabled(!m_draft.stillness().empty()); });
    m_take->setEnabled(false);
}

void CleanAirPage::take()
{
    auto next = m_draft.now();
    const auto set = sensing::setCleanAir(next, m_draft.stillness());
    if (!set.ok()) {
        m_outcome->say(set.error());
        return;
    }
    const auto all = m_draft.stillness().size();
    m_draft.apply(std::move(next), tr("clean air"));
    QString text = tr("Clean air was taken for %1 of %2 channels.").arg(*set).arg(all);
    if (*set < all)
        text += QLatin1Char(' ') + tr("The others were not still and keep what they had.");
    m_outcome->say(*set < all ? Severity::Warning : Severity::Good, text);
}

SpanPage::SpanPage(CalibrationDraft& draft, QWidget* parent)
    : QWidget(parent), m_draft(draft), m_gas(new QComboBox(this)), m_ppm(new QDoubleSpinBox(this)),
      m_table(new StillnessTable(draft, this)), m_take(button(tr("Use this &span"), "useSpan", this)),
      m_outcome(new OutcomeLabel(this)), m_channel(new QComboBox(this)), m_plot(new CurvePlot(this)),
      m_law(new QLabel(this))
{
    m_outcome->setObjectName(QStringLiteral("spanOutcome"));
    m_gas->setObjectName(QStringLiteral("spanGas"));
    m_gas->setAccessibleName(tr("Gas of the span"));
    m_gas->setEditable(true);
    m_gas->setInsertPolicy(QComboBox::NoInsert);
    m_ppm->setObjectName(QStringLiteral("spanPpm"));
    m_ppm->setAccessibleName(tr("Concentration of the span in ppm"));
    m_ppm->setDecimals(3);
    m_ppm->setRange(0.001, 1e6);
    m_ppm->setValue(100);
    m_ppm->setSuffix(tr(" ppm"));
    m_channel->setObjectName(QStringLiteral("spanChannel"));
    m_channel->setAccessibleName(tr("Channel whose curve is shown"));
    m_law->setObjectName(QStringLiteral("spanLaw"));
    m_law->setWordWrap(true);
    m_law->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);

    auto* what = new QHBoxLayout;
    auto* gasLabel = new QLabel(tr("&Gas"), this);
    gasLabel->setBuddy(m_gas);
    what->addWidget(gasLabel);
    what->addWidget(m_gas, 1);
    what->addWidget(m_ppm);
    what->addWidget(m_take);
    auto* left = new QVBoxLayout;
    left->addLayout(what);
    left->addWidget(m_table, 1);
    auto* right = new QVBoxLayout;
    right->addWidget(m_channel);
    right->addWidget(m_plot, 1);
    right->addWidget(m_law);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(Theme::space(3));
    columns->addLayout(left, 3);
    columns->addLayout(right, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(
        guide(tr("Let a known concentration flow until the channels are still. One span moves the curve of "
                 "a known sensor type, two or more concentrations fit one; sensors that print a "
                 "concentration get zero and span."),
              this));
    layout->addLayout(columns, 1);
    layout->addWidget(m_outcome);
    connect(m_take, &QPushButton::clicked, this, &SpanPage::take);
    connect(m_channel, &QComboBox::currentIndexChanged, this, &SpanPage::showCurve);
    connect(&draft, &CalibrationDraft::changed, this, &SpanPage::showChannels);
    connect(m_table, &StillnessTable::updated, this, [this] { m_take->setEnabled(!m_draft.stillness().empty()); });
    m_take->setEnabled(false);
    showChannels();
}

void SpanPage::take()
{
    const QString gas = m_gas->currentText().trimmed();
    if (gas.isEmpty()) {
        m_outcome->say(Severity::Warning, tr("Say which gas flows."));
        return;
    }
    auto next = m_draft.now();
    const auto set = sensing::addSpan(next, m_draft.stillness(), gas.toStdString(), m_ppm->value());
    if (!set.ok()) {
        m_outcome->say(set.error());
        return;
    }
    const QString span = QStringLiteral("%1 %2 ppm").arg(gas, QLocale().toString(m_ppm->value(), 'g', 6));
    m_draft.apply(std::move(next), tr("span %1").arg(span));
    m_outcome->say(Severity::Good,
                   tr("The span of %1 was taken for %n channel(s).", nullptr, static_cast<int>(*set)).arg(span));
}

void SpanPage::showChannels()
{
    QStringList gases;
    QStringList names;
    for (const auto& channel : m_draft.now().channels) {
        names << toQString(channel.channel);
        const auto& gas = channel.power ? channel.power->gas : channel.linear ? channel.linear->gas : channel.spansGas;
        if (!gas.empty() && !gases.contains(toQString(gas)))
            gases << toQString(gas);
    }
    const QString typed = m_gas->currentText();
    m_gas->clear();
    m_gas->addItems(gases);
    m_gas->setCurrentText(typed.isEmpty() ? gases.value(0) : typed);
    const QString chosen = m_channel->currentText();
    {
        const QSignalBlocker quiet(m_channel);
        m_channel->clear();
        m_channel->addItems(names);
        // A curve is more to look at than none.
        const auto& channels = m_draft.now().channels;
        const auto first = std::find_if(channels.begin(), channels.end(),
                                        [](const auto& channel) { return channel.power || channel.linear; });
        const int fallback = first == channels.end() ? 0 : static_cast<int>(first - channels.begin());
        m_channel->setCurrentIndex(names.contains(chosen) ? static_cast<int>(names.indexOf(chosen)) : fallback);
    }
    showCurve();
}

void SpanPage::showCurve()
{
    const auto* channel = m_draft.now().find(m_channel->currentText().toStdString());
    m_plot->setChannel(channel);
    QString text = m_plot->summary();
    if (channel != nullptr && channel->power)
        text += QLatin1Char('\n') + tr("From %1 to %2 %3; %4. An equivalent of one pure, known gas.")
                                        .arg(QLocale().toString(channel->power->low, 'g', 4),
                                             QLocale().toString(channel->power->high, 'g', 4),
                                             toQString(channel->power->unit), toQString(channel->power->origin));
    m_law->setText(text);
    m_law->setVisible(channel != nullptr && (channel->power || channel->linear)); // else the plot says it
}

EnvironmentPage::EnvironmentPage(Services& services, CalibrationDraft& draft, QWidget* parent)
    : QWidget(parent), m_services(services), m_draft(draft), m_recording(new QComboBox(this)),
      m_fit(button(tr("&Fit"), "fitEnvironment", this)), m_progress(new QProgressBar(this)),
      m_cancel(button(tr("Cancel"), "cancelFit", this)), m_outcome(new OutcomeLabel(this)),
      m_table(new QTableWidget(0, 6, this)), m_none(new QLabel(tr("Nothing is compensated yet."), this))
{
    m_none->setAlignment(Qt::AlignCenter);
    m_recording->setObjectName(QStringLiteral("cleanAirRecording"));
    m_recording->setAccessibleName(tr("Recording of clean air"));
    m_recording->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_recording->setMinimumContentsLength(24);
    m_recording->setPlaceholderText(tr("no recordings are listed"));
    m_outcome->setObjectName(QStringLiteral("fitOutcome"));
    m_progress->setAccessibleName(tr("Progress of the fit"));
    m_progress->setRange(0, 1000);
    m_progress->hide();
    m_cancel->hide();
    m_table->setObjectName(QStringLiteral("environmentTable"));
    m_table->setAccessibleName(tr("Influence of temperature and humidity"));
    m_table->setHorizontalHeaderLabels({tr("Channel"), tr("Temperature, %/°C"), tr("Humidity, % per %"), tr("R²"),
                                        tr("Spread before, %"), tr("Spread after, %")});
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->verticalHeader()->hide();
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    widgets::copyRowsOnCopyKey(*m_table);
    auto* choose = button(tr("Browse…"), "browseCleanAir", this);
    choose->setAccessibleName(tr("Choose a recording of clean air"));

    auto* where = new QHBoxLayout;
    where->addWidget(m_recording, 1);
    where->addWidget(choose);
    where->addWidget(m_fit);
    auto* working = new QHBoxLayout;
    working->addWidget(m_progress, 1);
    working->addWidget(m_cancel);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(guide(tr("Choose a recording of a day or more of clean air, in which temperature and humidity "
                               "changed by themselves: their influence on the clean-air resistance is fitted and taken "
                               "off from then on. This step can be left out."),
                            this));
    layout->addLayout(where);
    layout->addLayout(working);
    layout->addWidget(m_outcome);
    layout->addWidget(m_none, 1);
    layout->addWidget(m_table, 1);
    connect(choose, &QPushButton::clicked, this, &EnvironmentPage::browse);
    connect(m_fit, &QPushButton::clicked, this, &EnvironmentPage::fit);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (m_job)
            m_job->cancel();
    });
    connect(&services.library, &Library::entriesChanged, this, &EnvironmentPage::listRecordings);
    m_progressTimer.setInterval(200);
    connect(&m_progressTimer, &QTimer::timeout, this, [this] {
        if (m_job)
            m_progress->setValue(static_cast<int>(1000 * m_job->progress()));
    });
    connect(&draft, &CalibrationDraft::changed, this, &EnvironmentPage::refresh);
    listRecordings();
    refresh();
}

EnvironmentPage::~EnvironmentPage()
{
    if (m_job)
        m_job->cancel();
}

void EnvironmentPage::listRecordings()
{
    const QString chosen = recording();
    m_recording->clear();
    for (const auto& entry : m_services.library.entries()) {
        if (entry.missing)
            continue;
        const QString name = entry.title.empty() ? QFileInfo(toQString(entry.path)).fileName() : toQString(entry.title);
        m_recording->addItem(
            QStringLiteral("%1 · %2 · %3")
                .arg(name, Format::dateTime(entry.startedUtc), Format::duration(toSeconds(entry.duration))),
            toQString(entry.path));
    }
    if (!chosen.isEmpty() && m_recording->findData(chosen) < 0)
        m_recording->insertItem(0, QFileInfo(chosen).fileName(), chosen);
    m_recording->setCurrentIndex(std::max(0, m_recording->findData(chosen)));
    m_fit->setEnabled(!m_job && m_recording->count() > 0);
}

QString EnvironmentPage::recording() const
{
    return m_recording->currentData().toString();
}

void EnvironmentPage::browse()
{
    auto* dialog = new QFileDialog(this, tr("Recording of clean air"), m_services.session.recordingFolder(),
                                   tr("Recordings (*.bnr)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        if (m_recording->findData(path) < 0)
            m_recording->insertItem(0, QFileInfo(path).fileName(), path);
        m_recording->setCurrentIndex(m_recording->findData(path));
        m_fit->setEnabled(!m_job);
    });
    dialog->open();
}

void EnvironmentPage::fit()
{
    struct Fitted {
        sensing::Calibration calibration;
        std::optional<Error> problem;
        std::size_t channels = 0;
    };
    const auto fitted = std::make_shared<Fitted>();
    fitted->calibration = m_draft.now();
    const QString path = recording();
    m_fit->setEnabled(false);
    m_progress->setValue(0);
    m_progress->show();
    m_progressTimer.start();
    m_cancel->show();
    m_outcome->say(Severity::Info, {});
    const QPointer<EnvironmentPage> guard(this);
    m_job = m_services.jobs.run(
        tr("Fit clean air"),
        [fitted, path](const Job::Progress& progress) {
            const auto result = session::fitCleanAirLog(fitted->calibration, path.toStdString(), progress);
            JobOutcome outcome;
            outcome.ok = result.ok();
            if (result.ok()) {
                fitted->channels = *result;
                outcome.message = EnvironmentPage::tr("%n channel(s) fitted", nullptr, static_cast<int>(*result));
            } else {
                fitted->problem = result.error();
                outcome.cancelled = result.error().kind == ErrorKind::Cancelled;
                outcome.message = Format::error(result.error());
            }
            return outcome;
        },
        true,
        [guard, fitted, before = m_draft.now()](const JobOutcome& outcome) {
            if (!guard)
                return;
            guard->m_job.reset();
            guard->m_progressTimer.stop();
            guard->m_progress->hide();
            guard->m_cancel->hide();
            guard->m_fit->setEnabled(true);
            if (fitted->problem) {
                if (outcome.cancelled)
                    guard->m_outcome->say(Severity::Info, EnvironmentPage::tr("The fit was cancelled."));
                else
                    guard->m_outcome->say(*fitted->problem);
            } else if (guard->m_draft.now() != before) {
                guard->m_outcome->say(Severity::Warning,
                                      EnvironmentPage::tr("The calibration was changed during the fit: fit again."));
            } else {
                guard->m_draft.apply(fitted->calibration, EnvironmentPage::tr("temperature and humidity"));
                guard->m_outcome->say(Severity::Good, outcome.message);
            }
        });
}

void EnvironmentPage::refresh()
{
    std::vector<const sensing::ChannelCalibration*> rows;
    for (const auto& channel : m_draft.now().channels)
        if (channel.environment)
            rows.push_back(&channel);
    m_none->setVisible(rows.empty());
    m_table->setVisible(!rows.empty());
    m_table->setRowCount(static_cast<int>(rows.size()));
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const auto& channel = *rows[static_cast<std::size_t>(row)];
        const auto& model = *channel.environment;
        const QLocale locale;
        const QStringList cells{toQString(channel.channel),
                                locale.toString(100 * model.b1, 'f', 2),
                                locale.toString(model.b2, 'f', 2),
                                locale.toString(model.r2, 'f', 3),
                                locale.toString(100 * model.before, 'f', 2),
                                locale.toString(100 * model.residual, 'f', 2)};
        for (int column = 0; column < cells.size(); ++column)
            m_table->setItem(row, column, new QTableWidgetItem(cells[column]));
    }
}

} // namespace bnof::studio
