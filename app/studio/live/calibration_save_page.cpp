// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/calibration_save_page.h"

#include <QCheckBox>
#include <QDateEdit>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include "app/studio/live/calibration_draft.h"
#include "app/studio/live/calibration_plots.h"
#include "app/studio/live/outcome_label.h"
#include "app/studio/services/background.h"
#include "app/studio/services/services.h"
#include "engine/recording/reader.h"
#include "engine/sensing/calibration/store.h"
#include "widgets/table_copy.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

constexpr int usualDays = 180;

QString number(double value)
{
    return value > 0 ? QLocale().toString(value, 'g', 5) : QStringLiteral("–");
}

QString percent(double share, bool known, char sign = '\0')
{
    if (!known)
        return QStringLiteral("–");
    const QString text = QLocale().toString(100 * share, 'f', 2);
    return sign == '+' && share > 0 ? QLatin1Char('+') + text : text;
}

} // namespace

CalibrationSavePage::CalibrationSavePage(Services& services, CalibrationDraft& draft, QWidget* parent)
    : QWidget(parent), m_services(services), m_draft(draft), m_table(new QTableWidget(0, 6, this)),
      m_chart(new ShiftChart(this)), m_name(new QLineEdit(this)), m_operator(new QLineEdit(this)),
      m_expires(new QDateEdit(this)), m_never(new QCheckBox(tr("ne&ver"), this)), m_notes(new QPlainTextEdit(this)),
      m_warnings(new QLabel(this)), m_outcome(new OutcomeLabel(this)),
      m_save(new QPushButton(tr("&Save as the next version"), this))
{
    auto* columns = new QHBoxLayout(this);
    columns->setContentsMargins(0, 0, 0, 0);
    columns->setSpacing(Theme::space(4));
    columns->addWidget(buildComparison(), 5);
    columns->addWidget(buildAbout(), 3);
    connect(m_save, &QPushButton::clicked, this, &CalibrationSavePage::save);
    connect(m_never, &QCheckBox::toggled, m_expires, &QWidget::setDisabled);
    connect(m_name, &QLineEdit::textChanged, this, &CalibrationSavePage::edited);
    connect(m_operator, &QLineEdit::textEdited, this, &CalibrationSavePage::edited);
    connect(m_expires, &QDateEdit::dateChanged, this, &CalibrationSavePage::edited);
    connect(m_never, &QCheckBox::toggled, this, &CalibrationSavePage::edited);
    connect(m_notes, &QPlainTextEdit::textChanged, this, &CalibrationSavePage::edited);
    connect(&draft, &CalibrationDraft::changed, this, &CalibrationSavePage::refresh);
    connect(&draft, &CalibrationDraft::sourceChanged, this, &CalibrationSavePage::warn);
    refresh();
}

QWidget* CalibrationSavePage::buildComparison()
{
    auto* box = new QWidget(this);
    m_table->setObjectName(QStringLiteral("shiftTable"));
    m_table->setAccessibleName(tr("Before and after"));
    m_table->setHorizontalHeaderLabels(
        {tr("Channel"), tr("R0 before"), tr("R0 after"), tr("Change, %"), tr("Spread, %"), tr("Compensated, %")});
    m_table->horizontalHeaderItem(4)->setToolTip(tr("Of the clean-air log, without compensation"));
    m_table->horizontalHeaderItem(5)->setToolTip(tr("Of the clean-air log, with compensation"));
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->verticalHeader()->hide();
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    widgets::copyRowsOnCopyKey(*m_table);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_chart, 2);
    layout->addWidget(m_table, 3);
    return box;
}

QWidget* CalibrationSavePage::buildAbout()
{
    auto* box = new QWidget(this);
    m_name->setObjectName(QStringLiteral("calibrationName"));
    m_name->setAccessibleName(tr("Name of the calibration"));
    m_operator->setObjectName(QStringLiteral("calibrationOperator"));
    m_operator->setAccessibleName(tr("Operator"));
    m_operator->setText(m_services.configuration.text("general.operator"));
    m_expires->setAccessibleName(tr("Date on which it expires"));
    m_expires->setCalendarPopup(true);
    m_expires->setMinimumDate(QDate::currentDate().addDays(1));
    m_expires->setDate(QDate::currentDate().addDays(usualDays));
    m_never->setAccessibleName(tr("It never expires"));
    m_notes->setAccessibleName(tr("Notes on the calibration"));
    m_notes->setTabChangesFocus(true);
    m_notes->setMinimumHeight(Theme::space(12));
    m_warnings->setObjectName(QStringLiteral("calibrationWarnings"));
    m_warnings->setAccessibleName(tr("What to mind"));
    m_warnings->setWordWrap(true);
    m_warnings->setTextFormat(Qt::PlainText);
    m_outcome->setObjectName(QStringLiteral("saveOutcome"));
    m_save->setObjectName(QStringLiteral("saveCalibration"));
    m_save->setAccessibleName(tr("Save as the next version"));
    m_save->setAutoDefault(false);
    auto* expires = new QHBoxLayout;
    expires->addWidget(m_expires, 1);
    expires->addWidget(m_never);
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Name"), m_name);
    form->addRow(tr("&Operator"), m_operator);
    auto* expiresLabel = new QLabel(tr("&Expires"), box);
    expiresLabel->setBuddy(m_expires);
    form->addRow(expiresLabel, expires);
    form->addRow(tr("N&otes"), m_notes);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(form);
    layout->addWidget(m_warnings);
    layout->addWidget(m_outcome);
    layout->addWidget(m_save, 0, Qt::AlignLeft);
    layout->addStretch(1);
    return box;
}

void CalibrationSavePage::adopt()
{
    m_adopted = m_draft.before();
    m_name->setText(toQString(m_adopted.name));
    m_notes->setPlainText(toQString(m_adopted.notes));
    m_edited = false;
}

void CalibrationSavePage::refresh()
{
    if (!(m_draft.before() == m_adopted)) // it begins, or was just saved
        adopt();
    const auto shifts = sensing::compareCalibrations(m_draft.before(), m_draft.now());
    m_chart->setShifts(shifts);
    m_table->setRowCount(static_cast<int>(shifts.size()));
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const auto& shift = shifts[static_cast<std::size_t>(row)];
        const bool both = shift.r0Before > 0 && shift.r0After > 0;
        const bool fitted = shift.spreadBefore > 0;
        const QStringList cells{toQString(shift.channel),
                                number(shift.r0Before),
                                number(shift.r0After),
                                percent(shift.r0Shift, both, '+'),
                                percent(shift.spreadBefore, fitted),
                                percent(shift.spreadAfter, fitted)};
        for (int column = 0; column < cells.size(); ++column) {
            auto* item = new QTableWidgetItem(cells[column]);
            item->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
            m_table->setItem(row, column, item);
        }
    }
    warn();
}

void CalibrationSavePage::edited()
{
    m_edited = true;
    warn();
}

void CalibrationSavePage::warn()
{
    // A later expiry alone is a new version, too.
    m_save->setEnabled(!m_saving && (m_draft.canUndo() || m_edited) && !m_name->text().trimmed().isEmpty());
    QStringList lines;
    for (const Error& warning : sensing::calibrationWarnings(m_draft.before(), m_draft.device(), wallNow()))
        if (m_draft.before().version > 0)
            lines << tr("It began from: %1").arg(toQString(warning.what));
    int missing = 0;
    for (const auto& channel : m_draft.now().channels)
        missing += channel.raw != sensing::RawKind::Concentration && !channel.r0 ? 1 : 0;
    if (missing > 0)
        lines << tr("%n channel(s) have no clean air yet and give resistances only.", nullptr, missing);
    if (m_name->text().trimmed().isEmpty())
        lines << tr("It needs a name.");
    else if (toQString(m_draft.before().name) != m_name->text().trimmed() && m_draft.before().version > 0)
        lines << tr("With another name it is another calibration, from version 1 or the next one of that name.");
    if (!m_draft.isConnected())
        lines << tr("The sensor is not connected; it is used when it is connected again.");
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, Theme::current().severity(Theme::Severity::Warning));
    m_warnings->setPalette(colours);
    m_warnings->setText(lines.join(QLatin1Char('\n')));
    m_warnings->setVisible(!lines.isEmpty());
}

void CalibrationSavePage::save()
{
    if (!m_save->isEnabled())
        return;
    if (!m_services.roles.isEngineer()) {
        m_outcome->say(Theme::Severity::Error, Roles::refusal());
        return;
    }
    auto calibration = m_draft.now();
    calibration.name = m_name->text().trimmed().toStdString();
    calibration.device = m_draft.device();
    calibration.operatorName = m_operator->text().trimmed().toStdString();
    calibration.utc = wallNow();
    const QDateTime end = m_expires->date().startOfDay();
    calibration.expiresUtc = m_never->isChecked() ? 0 : end.toMSecsSinceEpoch() * nanosecondsPerMillisecond;
    calibration.notes = m_notes->toPlainText().toStdString();
    m_saving = true;
    m_save->setEnabled(false);
    inBackground(
        *m_services.executor, this, "studio.save-calibration",
        [calibration]() -> std::pair<Result<sensing::Calibration>, std::string> {
            const sensing::CalibrationStore store(sensing::CalibrationStore::defaultFolder());
            auto saved = store.save(calibration);
            const std::string path = saved.ok() ? store.pathOf(*saved) : std::string();
            return {std::move(saved), path};
        },
        [this](const std::pair<Result<sensing::Calibration>, std::string>& outcome) {
            m_saving = false;
            const auto& [saved, path] = outcome;
            if (!saved.ok()) {
                warn();
                m_outcome->say(saved.error());
                return;
            }
            m_draft.setSaved(*saved);
            QString text = tr("Saved as version %1 of %2.").arg(saved->version).arg(toQString(saved->name));
            text += QLatin1Char(' ') + (m_draft.isConnected() && !m_services.session.isReplay()
                                            ? tr("The running session uses it from now on.")
                                            : tr("It is used when the sensor is connected again."));
            m_outcome->say(Theme::Severity::Good, text);
            useNow(toQString(path));
        });
}

void CalibrationSavePage::useNow(const QString& file)
{
    if (!m_draft.isConnected() || m_services.session.isReplay())
        return;
    const auto calibration = m_draft.now();
    m_services.session.useCalibration(m_draft.source(), calibration);
    if (!m_services.session.isRecording())
        return;
    const QString recording = toQString(m_services.session.status().recording->path);
    inBackground(
        *m_services.executor, this, "studio.recording-identity",
        [recording]() -> std::string {
            const auto reader = recording::Reader::open(recording.toStdString());
            return reader.ok() ? (*reader)->metadata().uuid : std::string();
        },
        [this, recording, file, calibration](const std::string& uuid) {
            if (uuid.empty())
                return;
            m_services.library.note(toQString(calibration.operatorName), "calibration changed", uuid, recording,
                                    Json::object()
                                        .set("calibration", calibration.name)
                                        .set("version", calibration.version)
                                        .set("device", calibration.device)
                                        .set("kept_as", file.toStdString()));
        });
}

} // namespace bnof::studio
