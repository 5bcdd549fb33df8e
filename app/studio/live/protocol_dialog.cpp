// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/protocol_dialog.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QTabBar>
#include <QTabWidget>
#include <QTableWidget>
#include <QUndoCommand>

#include <algorithm>
#include <utility>

#include "app/studio/live/protocol_panel.h"
#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/protocol_files.h"
#include "app/studio/services/services.h"
#include "widgets/theme.h"

namespace bnof::studio {

using session::Protocol;
using session::Stimulus;
using widgets::Theme;

namespace {

constexpr quint64 previewSeed = 1;
enum Column { Gas, Ppm, Command };

/// One change of the draft as the user sees it. Changes of the same field that follow each other are one.
class DraftCommand : public QUndoCommand {
public:
    DraftCommand(ProtocolDialog& dialog, Protocol before, Protocol after, const QObject* field)
        : m_dialog(dialog), m_before(std::move(before)), m_after(std::move(after)), m_field(field)
    {}
    void undo() override { m_dialog.fill(m_before); }
    void redo() override
    {
        if (m_dialog.draft() != m_after)
            m_dialog.fill(m_after);
    }
    [[nodiscard]] int id() const override { return m_field ? 1 : -1; }
    bool mergeWith(const QUndoCommand* other) override
    {
        const auto* next = static_cast<const DraftCommand*>(other);
        if (next->m_field != m_field)
            return false;
        m_after = next->m_after;
        return true;
    }

private:
    ProtocolDialog& m_dialog;
    Protocol m_before;
    Protocol m_after;
    const QObject* m_field; ///< null: a step of its own
};

/// The end of a line in the notation that people write: "\n" for a line feed.
QString terminatorText(const std::string& terminator)
{
    QString text = toQString(terminator);
    return text.replace(QLatin1Char('\r'), QStringLiteral("\\r")).replace(QLatin1Char('\n'), QStringLiteral("\\n"));
}

std::string terminatorOf(QString text)
{
    text.replace(QStringLiteral("\\r"), QStringLiteral("\r")).replace(QStringLiteral("\\n"), QStringLiteral("\n"));
    return text.toStdString();
}

/// The lowest value of such a box stands for "not asked for".
std::optional<double> limitOf(const QDoubleSpinBox* box)
{
    return box->value() <= box->minimum() ? std::nullopt : std::optional(box->value());
}

void setLimit(QDoubleSpinBox* box, const std::optional<double>& limit)
{
    box->setValue(limit.value_or(box->minimum()));
}

/// Text that is there already keeps its cursor.
void setText(QLineEdit* line, const QString& text)
{
    if (line->text() != text)
        line->setText(text);
}

} // namespace

ProtocolDialog::ProtocolDialog(Services& services, const Protocol& protocol, bool fresh, QWidget* parent)
    : QDialog(parent), m_services(services), m_draft(protocol), m_knownVersion(fresh ? 0 : protocol.version),
      m_knownName(toQString(protocol.name)), m_tabs(new QTabWidget(this)),
      m_preview(new widgets::ProtocolTimeline(this)), m_problem(new QLabel(this)),
      m_save(new QPushButton(tr("Save as a new version"), this))
{
    setObjectName(QStringLiteral("protocolDialog"));
    setWindowTitle(fresh ? tr("New protocol") : tr("Edit %1").arg(m_knownName));
    setAccessibleName(windowTitle());
    m_tabs->addTab(buildCourse(), tr("Course"));
    m_tab = 1;
    m_tabs->addTab(buildGates(), tr("Gates"));
    m_tab = 2;
    m_tabs->addTab(buildValves(), tr("Valves"));
    buildFoot();
    watchUndoKeys();
    fill(protocol);
    resize(Theme::space(190), Theme::space(160));
    m_name->setFocus(Qt::OtherFocusReason);
}

QString ProtocolDialog::problem() const
{
    return m_problem->text();
}

void ProtocolDialog::fill(const Protocol& protocol)
{
    m_showing = true;
    m_draft = protocol;
    setText(m_name, toQString(protocol.name));
    if (m_notes->toPlainText() != toQString(protocol.notes))
        m_notes->setPlainText(toQString(protocol.notes));
    m_baseline->setValue(protocol.baselineSeconds);
    m_exposure->setValue(protocol.exposureSeconds);
    m_recovery->setValue(protocol.recoverySeconds);
    m_wait->setValue(protocol.waitSeconds);
    showStimuli(protocol.stimuli);
    m_replicates->setValue(protocol.replicates);
    m_blanks->setValue(protocol.blanks);
    setText(m_blankCommand, toQString(protocol.blankCommand));
    m_randomise->setChecked(protocol.randomise);
    const session::GateLimits& gates = protocol.gates;
    m_warmUp->setValue(gates.warmUpSeconds);
    m_gateBaseline->setValue(gates.baselineSeconds);
    m_slope->setValue(gates.baselineSlopePerMinute * 100);
    m_spread->setValue(gates.baselineSpread * 100);
    setLimit(m_temperatureLow, gates.temperatureLow);
    setLimit(m_temperatureHigh, gates.temperatureHigh);
    setLimit(m_humidityLow, gates.humidityLow);
    setLimit(m_humidityHigh, gates.humidityHigh);
    m_free->setValue(gates.freeMegabytes);
    setText(m_valveSource, toQString(protocol.valves.source));
    setText(m_valveBaseline, toQString(protocol.valves.baseline));
    setText(m_valveRecovery, toQString(protocol.valves.recovery));
    setText(m_valveSafe, toQString(protocol.valves.safe));
    setText(m_terminator, terminatorText(protocol.valves.terminator));
    m_showing = false;
    check();
}

Protocol ProtocolDialog::read() const
{
    Protocol p = m_draft; // what has no field here stays
    p.name = m_name->text().trimmed().toStdString();
    p.notes = m_notes->toPlainText().toStdString();
    p.baselineSeconds = m_baseline->value();
    p.exposureSeconds = m_exposure->value();
    p.recoverySeconds = m_recovery->value();
    p.waitSeconds = m_wait->value();
    p.stimuli.clear();
    for (int row = 0; row < m_stimuli->rowCount(); ++row) {
        const auto text = [&](int column) { return m_stimuli->item(row, column)->text().trimmed().toStdString(); };
        p.stimuli.push_back({text(Gas), m_stimuli->item(row, Ppm)->data(Qt::EditRole).toDouble(), text(Command)});
    }
    p.replicates = m_replicates->value();
    p.blanks = m_blanks->value();
    p.blankCommand = m_blankCommand->text().toStdString();
    p.randomise = m_randomise->isChecked();
    p.gates.warmUpSeconds = m_warmUp->value();
    p.gates.baselineSeconds = m_gateBaseline->value();
    p.gates.baselineSlopePerMinute = m_slope->value() / 100;
    p.gates.baselineSpread = m_spread->value() / 100;
    p.gates.temperatureLow = limitOf(m_temperatureLow);
    p.gates.temperatureHigh = limitOf(m_temperatureHigh);
    p.gates.humidityLow = limitOf(m_humidityLow);
    p.gates.humidityHigh = limitOf(m_humidityHigh);
    p.gates.freeMegabytes = m_free->value();
    p.valves.source = m_valveSource->text().trimmed().toStdString();
    p.valves.baseline = m_valveBaseline->text().toStdString();
    p.valves.recovery = m_valveRecovery->text().toStdString();
    p.valves.safe = m_valveSafe->text().toStdString();
    p.valves.terminator = terminatorOf(m_terminator->text());
    return p;
}

void ProtocolDialog::edited(QObject* field)
{
    if (m_showing)
        return;
    Protocol after = read();
    if (after == m_draft)
        return;
    const Protocol before = std::exchange(m_draft, after);
    m_undo.push(new DraftCommand(*this, before, std::move(after), field));
    check();
}

void ProtocolDialog::showStimuli(const std::vector<Stimulus>& stimuli)
{
    const QSignalBlocker quiet(m_stimuli);
    m_stimuli->setRowCount(static_cast<int>(stimuli.size()));
    for (std::size_t i = 0; i < stimuli.size(); ++i) {
        const int row = static_cast<int>(i);
        m_stimuli->setItem(row, Gas, new QTableWidgetItem(toQString(stimuli[i].gas)));
        auto* ppm = new QTableWidgetItem;
        ppm->setData(Qt::EditRole, stimuli[i].ppm); // a number is edited as one
        ppm->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        m_stimuli->setItem(row, Ppm, ppm);
        m_stimuli->setItem(row, Command, new QTableWidgetItem(toQString(stimuli[i].command)));
    }
}

void ProtocolDialog::changeStimuli(const std::vector<Stimulus>& stimuli, int row)
{
    Protocol after = m_draft;
    after.stimuli = stimuli;
    m_undo.push(new DraftCommand(*this, m_draft, std::move(after), nullptr));
    if (row >= 0 && row < m_stimuli->rowCount())
        m_stimuli->setCurrentCell(row, std::max(m_stimuli->currentColumn(), 0));
    m_stimuli->setFocus(Qt::OtherFocusReason);
}

void ProtocolDialog::addStimulus()
{
    auto stimuli = m_draft.stimuli;
    const int row = m_stimuli->currentRow() < 0 ? static_cast<int>(stimuli.size()) : m_stimuli->currentRow() + 1;
    stimuli.insert(stimuli.begin() + row, Stimulus{tr("gas").toStdString(), 100, {}});
    changeStimuli(stimuli, row);
    m_stimuli->setCurrentCell(row, Gas);
    m_stimuli->editItem(m_stimuli->item(row, Gas));
}

void ProtocolDialog::removeStimulus()
{
    const int row = m_stimuli->currentRow();
    auto stimuli = m_draft.stimuli;
    if (row < 0 || row >= static_cast<int>(stimuli.size()))
        return;
    stimuli.erase(stimuli.begin() + row);
    changeStimuli(stimuli, std::min(row, static_cast<int>(stimuli.size()) - 1));
}

void ProtocolDialog::moveStimulus(int step)
{
    const int row = m_stimuli->currentRow();
    auto stimuli = m_draft.stimuli;
    const int target = row + step;
    if (row < 0 || target < 0 || target >= static_cast<int>(stimuli.size()))
        return;
    std::swap(stimuli[static_cast<std::size_t>(row)], stimuli[static_cast<std::size_t>(target)]);
    changeStimuli(stimuli, target);
}

/// Shows what would flow, and whether the file's rules allow it.
void ProtocolDialog::check()
{
    const auto field = [this](const std::string& where) -> const Field* {
        const Field* found = nullptr; // the one that the place names most exactly
        for (const Field& each : m_fields)
            if (where.starts_with(each.place) && (!found || each.place.size() > found->place.size()))
                found = &each;
        return found;
    };
    const bool valves = !m_draft.valves.source.empty();
    for (QLineEdit* line : {m_valveBaseline, m_valveRecovery, m_valveSafe, m_terminator})
        line->setEnabled(valves);
    m_preview->setPlan(shownPlan(m_draft, session::planOf(m_draft, previewSeed)));
    const auto& gates = m_draft.gates;
    if (m_draft.name.empty()) {
        showProblem(tr("Give the protocol a name."), field("protocol.name"));
    } else if (gates.temperatureLow && gates.temperatureHigh && *gates.temperatureLow > *gates.temperatureHigh) {
        showProblem(tr("No temperature is in this range."), field("protocol.gates.temperature_high_degc"));
    } else if (gates.humidityLow && gates.humidityHigh && *gates.humidityLow > *gates.humidityHigh) {
        showProblem(tr("No humidity is in this range."), field("protocol.gates.humidity_high_percent"));
    } else if (const auto sound = session::protocolFromJson(toJson(m_draft), "protocol"); !sound.ok()) {
        const Field* at = field(sound.error().where);
        QString text = toQString(sound.error().what) + QLatin1Char('.');
        if (at)
            text = at->label->text() + QStringLiteral(": ") + text;
        if (!sound.error().remedy.empty())
            text += QLatin1Char(' ') + toQString(sound.error().remedy);
        showProblem(text, at);
    } else {
        showProblem({}, nullptr);
    }
}

void ProtocolDialog::showProblem(const QString& text, const Field* field)
{
    const QColor red = Theme::current().severity(Theme::Severity::Error);
    QPalette wrong = palette();
    wrong.setColor(QPalette::WindowText, red);
    for (int tab = 0; tab < m_tabs->count(); ++tab)
        m_tabs->tabBar()->setTabTextColor(tab, field && field->tab == tab ? red : QColor());
    for (const Field& each : m_fields)
        each.label->setPalette(&each == field ? wrong : palette());
    m_problem->setPalette(wrong);
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
    m_save->setEnabled(text.isEmpty() && !m_saving);
}

void ProtocolDialog::save()
{
    if (m_saving || !m_services.roles.isEngineer())
        return;
    m_saving = true;
    m_save->setEnabled(false);
    // A new name begins its own row of versions.
    const int known = toQString(m_draft.name) == m_knownName ? m_knownVersion : 0;
    inBackground(
        *m_services.executor, this, "studio.save-protocol",
        [folder = protocolFolder(m_services.paths.configuration), protocol = m_draft, known] {
            return saveNextVersion(folder, protocol, known);
        },
        [this](const Result<QString>& result) {
            m_saving = false;
            if (!result.ok()) {
                showProblem(Format::error(result.error()), nullptr);
                m_save->setEnabled(true); // it may work the next time
                return;
            }
            emit saved(*result);
            accept();
        });
}

void ProtocolDialog::reject()
{
    if (m_undo.isClean()) {
        QDialog::reject();
        return;
    }
    auto* question = new QMessageBox(this);
    question->setObjectName(QStringLiteral("discardQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setIcon(QMessageBox::Question);
    question->setWindowTitle(windowTitle());
    question->setText(tr("Discard the changes of this protocol?"));
    auto* discard = question->addButton(tr("Discard"), QMessageBox::DestructiveRole);
    discard->setObjectName(QStringLiteral("discardNow"));
    auto* keep = question->addButton(tr("Keep editing"), QMessageBox::RejectRole);
    question->setDefaultButton(keep);
    question->setEscapeButton(keep);
    connect(discard, &QAbstractButton::clicked, this, [this] { QDialog::reject(); });
    question->open();
}

bool ProtocolDialog::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            event->ignore(); // so that the dialog's shortcut gets it
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace bnof::studio
