// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/protocol_panel.h"

#include <QAction>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

#include "app/studio/live/protocol_dialog.h"
#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "app/studio/shell/action_registry.h"
#include "engine/session/protocol_dataset.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::PlannedPhase;
using widgets::ProtocolTimeline;
using widgets::Theme;

namespace {

constexpr int gateColumns = 2;
constexpr int choiceRole = Qt::UserRole + 1;
enum Choice { Nothing, File, OpenFile };

QString id(const char* text)
{
    return QLatin1String(text);
}

QString gateTitle(const session::Gate& gate)
{
    if (gate.id == "devices")
        return ProtocolPanel::tr("Devices");
    if (gate.id == "warm-up")
        return ProtocolPanel::tr("Warm-up");
    if (gate.id == "baseline")
        return ProtocolPanel::tr("Baseline");
    if (gate.id == "temperature")
        return ProtocolPanel::tr("Temperature");
    if (gate.id == "humidity")
        return ProtocolPanel::tr("Humidity");
    if (gate.id == "disk")
        return ProtocolPanel::tr("Disk");
    if (gate.id == "valves")
        return ProtocolPanel::tr("Valves");
    return toQString(gate.title);
}

ProtocolTimeline::State shownState(ProtocolController::State state)
{
    switch (state) {
    case ProtocolController::State::Ready: return ProtocolTimeline::State::Planned;
    case ProtocolController::State::Running: return ProtocolTimeline::State::Running;
    case ProtocolController::State::Paused: return ProtocolTimeline::State::Paused;
    case ProtocolController::State::Finished: return ProtocolTimeline::State::Finished;
    case ProtocolController::State::Aborted: return ProtocolTimeline::State::Aborted;
    }
    return ProtocolTimeline::State::Planned;
}

} // namespace

std::vector<PlannedPhase> shownPlan(const session::Protocol& protocol, const std::vector<session::Phase>& plan)
{
    std::vector<PlannedPhase> out;
    out.reserve(plan.size());
    const QString baseline = ProtocolPanel::tr("baseline", "phase of a protocol");
    const QString recovery = ProtocolPanel::tr("recovery", "phase of a protocol");
    const QString wait = ProtocolPanel::tr("wait", "phase of a protocol");
    const QString blank = ProtocolPanel::tr("blank", "exposure to clean air");
    for (const session::Phase& phase : plan) {
        PlannedPhase shown{PlannedPhase::Kind::Baseline, phase.seconds, phase.trial, baseline, {}};
        switch (phase.kind) {
        case session::PhaseKind::Baseline: break;
        case session::PhaseKind::Exposure:
            shown.kind = PlannedPhase::Kind::Exposure;
            shown.label = phase.stimulus < 0 ? blank : toQString(phase.label);
            if (phase.stimulus >= 0)
                shown.gas = toQString(protocol.stimuli[static_cast<std::size_t>(phase.stimulus)].gas);
            break;
        case session::PhaseKind::Recovery:
            shown.kind = PlannedPhase::Kind::Recovery;
            shown.label = recovery;
            break;
        case session::PhaseKind::Wait:
            shown.kind = PlannedPhase::Kind::Wait;
            shown.label = wait;
            break;
        }
        out.push_back(std::move(shown));
    }
    return out;
}

ProtocolPanel::ProtocolPanel(Services& services, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_services(services), m_actions(actions), m_protocol(services.protocol),
      m_chooser(new QComboBox(this)), m_seed(new QLineEdit(this)), m_timeline(new ProtocolTimeline(this)),
      m_message(new QLabel(this)), m_gateBox(new QWidget(this)), m_gateGrid(new QGridLayout(m_gateBox))
{
    setObjectName(id("protocolPanel"));
    setAccessibleName(tr("Exposure protocol"));
    buildLayout();
    connectActions();
    connect(m_chooser, &QComboBox::activated, this, &ProtocolPanel::chooserActivated);
    connect(m_seed, &QLineEdit::editingFinished, this, [this] {
        bool ok = false;
        const quint64 seed = m_seed->text().toULongLong(&ok);
        if (ok)
            m_protocol.setSeed(seed);
        showChosen();
    });
    connect(&m_protocol, &ProtocolController::chosenChanged, this, [this] {
        showChosen();
        if (m_protocol.path() != m_shownPath) {
            m_shownPath = m_protocol.path();
            emit wanted();
        }
    });
    connect(&m_protocol, &ProtocolController::statusChanged, this, &ProtocolPanel::showStatus);
    connect(&m_protocol, &ProtocolController::gatesChanged, this, [this] {
        showGates();
        showStatus();
    });
    connect(&services.session, &SessionController::phaseChanged, this, &ProtocolPanel::showStatus);
    connect(&services.roles, &Roles::changed, this, &ProtocolPanel::showChosen);
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, &ProtocolPanel::styleForTheme);
    showFiles({});
    styleForTheme();
    showChosen();
}

void ProtocolPanel::buildLayout()
{
    m_chooser->setObjectName(id("protocolChooser"));
    m_chooser->setAccessibleName(tr("Protocol"));
    m_chooser->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_chooser->setMinimumContentsLength(16);
    m_chooser->setFocusPolicy(Qt::StrongFocus);
    m_chooser->setMinimumHeight(Theme::space(8));
    m_seed->setObjectName(id("protocolSeed"));
    m_seed->setAccessibleName(tr("Seed of the order"));
    m_seed->setFixedWidth(Theme::space(22));
    m_seed->setMaxLength(15); // whole in every program that reads the recording
    m_message->setWordWrap(true);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setObjectName(id("protocolMessage"));
    m_gateGrid->setContentsMargins(0, 0, 0, 0);
    m_gateGrid->setHorizontalSpacing(Theme::space(4));
    m_gateGrid->setVerticalSpacing(Theme::space(1));

    auto* seedLabel = new QLabel(tr("Seed"), this);
    seedLabel->setBuddy(m_seed);
    auto* head = new QHBoxLayout;
    head->setSpacing(Theme::space(2));
    head->addWidget(m_chooser, 1);
    auto* foot = new QHBoxLayout;
    foot->setSpacing(Theme::space(2));
    const auto addButton = [this](QHBoxLayout* row, const char* action) {
        auto* button = new QToolButton(this);
        QAction* does = m_actions.action(id(action));
        button->setDefaultAction(does);
        button->setObjectName(id(action));
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setMinimumHeight(Theme::space(8));
        const auto name = [button, does] { button->setAccessibleName(does->iconText()); };
        connect(does, &QAction::changed, button, name);
        name();
        row->addWidget(button);
        m_buttons.insert(id(action), button);
    };
    for (const char* action : {"protocol-start", "protocol-override", "protocol-pause", "protocol-abort",
                               "protocol-again", "protocol-dataset"})
        addButton(head, action);
    foot->addWidget(m_message, 1);
    foot->addWidget(seedLabel);
    foot->addWidget(m_seed);
    addButton(foot, "protocol-edit");
    addButton(foot, "protocol-new");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(Theme::space(2), Theme::space(2), Theme::space(2), Theme::space(2));
    column->setSpacing(Theme::space(2));
    column->addLayout(head);
    column->addWidget(m_timeline);
    column->addLayout(foot);
    column->addWidget(m_gateBox);
    column->addStretch(1);
}

void ProtocolPanel::connectActions()
{
    const auto on = [this](const char* action, auto slot) {
        connect(m_actions.action(id(action)), &QAction::triggered, this, slot);
    };
    on("protocol-start", [this] { m_protocol.start(false); });
    on("protocol-override", [this] { m_protocol.start(true); });
    on("protocol-pause", [this] {
        if (m_protocol.status().state == ProtocolController::State::Paused)
            m_protocol.resume();
        else
            m_protocol.pause();
    });
    on("protocol-abort", &ProtocolPanel::askAbort);
    on("protocol-again", [this] { m_protocol.prepareAgain(); });
    on("protocol-dataset", &ProtocolPanel::askForTrainingSet);
    on("protocol-edit", [this] { edit(false); });
    on("protocol-new", [this] { edit(true); });
}

void ProtocolPanel::styleForTheme()
{
    const auto& theme = Theme::current();
    setStyleSheet(QStringLiteral("#protocolPanel QToolButton { border: 1px solid %1; border-radius: 6px;"
                                 " padding: 3px 10px; background: %2; color: %3; }"
                                 "#protocolPanel QToolButton:disabled { color: %4; }"
                                 "#protocolPanel QToolButton:hover { border-color: %4; }"
                                 "#protocolPanel QToolButton:focus { border: 2px solid %5; padding: 2px 9px; }"
                                 "#protocolPanel #protocol-start:enabled { background: %5; color: %6; }")
                      .arg(theme.border.name(), theme.raised.name(), theme.text.name(), theme.textMuted.name(),
                           theme.accent.name(), theme.onAccent.name()));
    showGates();
    showStatus();
}

void ProtocolPanel::setLocked(bool locked)
{
    m_locked = locked;
    updateActions();
}

void ProtocolPanel::updateActions()
{
    using State = ProtocolController::State;
    const State state = m_protocol.status().state;
    const bool chosen = m_protocol.protocol().has_value();
    const bool ready = chosen && state == State::Ready && !m_protocol.isOpening();
    const bool under = state == State::Running || state == State::Paused;
    const bool shut = !m_protocol.gates().empty() && !session::allOpen(m_protocol.gates());
    const bool unknown = m_protocol.gates().empty() && m_protocol.isWatching(); // otherwise Start looks at them
    const QString noStart = !chosen                    ? tr("Choose a protocol first.")
                            : !m_protocol.hasSession() ? tr("Connect a sensor first.")
                            : m_protocol.isOpening()   ? tr("The recording is being begun.")
                                                       : tr("It was started already.");
    const auto show = [this](const char* action, bool visible) { m_buttons.value(id(action))->setVisible(visible); };
    show("protocol-start", !under && !m_protocol.isOver());
    show("protocol-override", ready && shut && m_services.roles.isEngineer());
    show("protocol-pause", under);
    show("protocol-abort", under || m_protocol.isOpening());
    show("protocol-again", m_protocol.isOver());
    show("protocol-dataset", m_protocol.isOver());
    const bool canStart = ready && m_protocol.hasSession();
    m_actions.setEnabled(id("protocol-start"), canStart && !shut && !unknown,
                         !canStart ? noStart
                         : shut    ? tr("A gate is shut.")
                                   : tr("The gates are being looked at."));
    m_actions.setEnabled(id("protocol-override"), ready && m_protocol.hasSession() && shut,
                         ready ? tr("Every gate is open.") : noStart);
    QAction* pause = m_actions.action(id("protocol-pause"));
    const bool paused = state == State::Paused;
    pause->setText(paused ? tr("Resume the protocol") : tr("Pause the protocol"));
    pause->setIconText(paused ? tr("Resume") : tr("Pause"));
    m_actions.setEnabled(id("protocol-pause"), under && !m_protocol.isOpening(), tr("No protocol is running."));
    m_actions.setEnabled(id("protocol-abort"), under || m_protocol.isOpening(), tr("No protocol is running."));
    m_actions.setEnabled(id("protocol-again"), m_protocol.isOver(), tr("No protocol has ended."));
    m_actions.setEnabled(id("protocol-dataset"), m_protocol.isOver() && m_protocol.isRecordingFinished(),
                         tr("No protocol has ended in a recording that is finished."));
    const bool free = !m_protocol.isBusy() && !m_locked;
    const QString busy = m_locked ? tr("Locked in the operator view.") : tr("A protocol is running.");
    m_actions.setEnabled(id("protocol-edit"), free && chosen, free ? tr("Choose a protocol first.") : busy);
    m_actions.setEnabled(id("protocol-new"), free, busy);
}

void ProtocolPanel::listFiles()
{
    inBackground(
        *m_services.executor, this, "studio.list-protocols",
        [folder = protocolFolder(m_services.paths.configuration)] { return listProtocols(folder); },
        [this](std::vector<ProtocolFile> files) { showFiles(std::move(files)); });
}

void ProtocolPanel::showFiles(std::vector<ProtocolFile> files)
{
    const QSignalBlocker quiet(m_chooser);
    m_chooser->clear();
    m_chooser->addItem(tr("Choose a protocol …"));
    m_chooser->setItemData(0, Nothing, choiceRole);
    const auto add = [this](const QString& text, const QString& path) {
        m_chooser->addItem(text, path);
        m_chooser->setItemData(m_chooser->count() - 1, File, choiceRole);
    };
    bool listed = m_protocol.path().isEmpty();
    for (const ProtocolFile& file : files) {
        listed = listed || file.path == m_protocol.path();
        add(file.problem   ? tr("%1: cannot be used").arg(QFileInfo(file.path).fileName())
            : file.shipped ? tr("%1, version %2 (example)").arg(file.name).arg(file.version)
                           : tr("%1, version %2").arg(file.name).arg(file.version),
            file.path);
        if (file.problem)
            m_chooser->setItemData(m_chooser->count() - 1, Format::error(*file.problem), Qt::ToolTipRole);
    }
    if (!listed && m_protocol.protocol())
        add(tr("%1, version %2").arg(toQString(m_protocol.protocol()->name)).arg(m_protocol.protocol()->version),
            m_protocol.path());
    m_chooser->insertSeparator(m_chooser->count());
    m_chooser->addItem(tr("Open file …"));
    m_chooser->setItemData(m_chooser->count() - 1, OpenFile, choiceRole);
    m_chooser->setCurrentIndex(std::max(m_chooser->findData(m_protocol.path()), 0));
}

void ProtocolPanel::chooserActivated(int row)
{
    switch (m_chooser->itemData(row, choiceRole).toInt()) {
    case File: m_protocol.choose(m_chooser->itemData(row).toString()); return;
    case OpenFile: openFile(); break;
    default: break;
    }
    m_chooser->setCurrentIndex(std::max(m_chooser->findData(m_protocol.path()), 0));
}

void ProtocolPanel::openFile()
{
    auto* dialog = new QFileDialog(this, tr("Open a protocol"), protocolFolder(m_services.paths.configuration),
                                   tr("Protocols (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, &m_protocol, &ProtocolController::choose);
    dialog->open();
}

void ProtocolPanel::showChosen()
{
    const auto& protocol = m_protocol.protocol();
    if (const int row = m_chooser->findData(m_protocol.path()); row > 0 || m_protocol.path().isEmpty())
        m_chooser->setCurrentIndex(std::max(row, 0));
    else if (isVisible())
        listFiles();
    m_chooser->setToolTip(protocol ? toQString(protocol->notes) : QString());
    m_seed->setText(protocol ? QString::number(m_protocol.seed()) : QString());
    m_timeline->setPlan(protocol ? shownPlan(*protocol, m_protocol.plan()) : std::vector<PlannedPhase>());
    showGates();
    showStatus();
}

void ProtocolPanel::showStatus()
{
    const auto& status = m_protocol.status();
    ProtocolTimeline::Progress progress;
    progress.state = shownState(status.state);
    progress.phase = status.phase;
    progress.phaseLeft = status.phaseLeft;
    progress.reason = toQString(status.reason);
    const auto& gates = m_protocol.gates();
    const auto shut = std::find_if(gates.begin(), gates.end(), [](const auto& gate) { return !gate.open; });
    if (status.state == ProtocolController::State::Ready && shut != gates.end())
        progress.reason = gateTitle(*shut) + QStringLiteral(": ") + toQString(shut->reason);
    m_timeline->setProgress(progress);
    const bool before = status.state == ProtocolController::State::Ready && !m_protocol.isOpening();
    m_chooser->setEnabled(!m_protocol.isBusy());
    m_seed->setEnabled(m_protocol.protocol() && before && !m_locked);
    m_seed->setReadOnly(!m_services.roles.isEngineer());
    m_seed->setToolTip(m_services.roles.isEngineer()
                           ? tr("Decides the order; the same seed gives the same order on every computer.")
                           : Roles::refusal());
    m_gateBox->setVisible(before && !m_protocol.gates().empty());
    showMessage();
    updateActions();
}

QString ProtocolPanel::message() const
{
    if (!m_protocol.problem().isEmpty())
        return m_protocol.problem();
    if (!m_protocol.protocol())
        return tr("A protocol lets gases flow in a set order and marks them in a recording of its own.");
    if (m_protocol.isOpening())
        return tr("The recording is being begun …");
    const QString file = QFileInfo(m_protocol.recording()).fileName();
    if (m_protocol.isOver())
        return file.isEmpty() ? QString() : tr("Recorded in %1.").arg(file);
    if (m_protocol.status().state != ProtocolController::State::Ready)
        return m_protocol.protocol()->valves.source.empty() ? tr("There is no valve line: open and close by hand.")
                                                            : QString();
    if (m_services.session.isReplay())
        return tr("A replay is running: a protocol needs a live sensor.");
    if (!m_protocol.hasSession())
        return tr("Connect a sensor to run it.");
    if (m_services.session.isRecording())
        return tr("The recording that runs is finished first: a protocol has one of its own.");
    return !m_protocol.gates().empty() && session::allOpen(m_protocol.gates()) ? tr("Every gate is open.") : QString();
}

void ProtocolPanel::showMessage()
{
    const bool wrong = !m_protocol.problem().isEmpty();
    QPalette colours = palette();
    if (wrong)
        colours.setColor(QPalette::WindowText, Theme::current().severity(Theme::Severity::Error));
    m_message->setPalette(colours);
    if (const QString text = message(); text != m_message->text())
        m_message->setText(text);
}

void ProtocolPanel::showGates()
{
    const auto& gates = m_protocol.gates();
    if (gates.size() != m_gateLabels.size()) {
        qDeleteAll(m_gateLabels);
        m_gateLabels.clear();
        for (std::size_t i = 0; i < gates.size(); ++i) {
            auto* label = new QLabel(m_gateBox);
            label->setWordWrap(true);
            label->setTextFormat(Qt::RichText);
            label->setObjectName(id("protocolGate"));
            m_gateGrid->addWidget(label, static_cast<int>(i) / gateColumns, static_cast<int>(i) % gateColumns,
                                  Qt::AlignTop);
            m_gateLabels.push_back(label);
        }
        for (int column = 0; column < gateColumns; ++column)
            m_gateGrid->setColumnStretch(column, 1);
    }
    for (std::size_t i = 0; i < gates.size(); ++i) {
        const session::Gate& gate = gates[i];
        const QColor colour = Theme::current().severity(gate.open ? Theme::Severity::Good : Theme::Severity::Warning);
        const QString state = gate.open ? tr("open") : tr("shut");
        const QString text = QStringLiteral("<span style='color:%1'>%2 <b>%3</b></span> %4")
                                 .arg(colour.name(), gate.open ? QStringLiteral("✓") : QStringLiteral("✕"),
                                      gateTitle(gate).toHtmlEscaped(), toQString(gate.reason).toHtmlEscaped());
        if (m_gateLabels[i]->text() != text) {
            m_gateLabels[i]->setText(text);
            m_gateLabels[i]->setAccessibleName(tr("%1 is %2: %3").arg(gateTitle(gate), state, toQString(gate.reason)));
        }
    }
}

void ProtocolPanel::edit(bool fresh)
{
    if (m_editor) {
        m_editor->raise();
        return;
    }
    session::Protocol protocol;
    if (!fresh && m_protocol.protocol())
        protocol = *m_protocol.protocol();
    auto* dialog = new ProtocolDialog(m_services, protocol, fresh, this);
    m_editor = dialog;
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ProtocolDialog::saved, this, [this](const QString& path) {
        m_protocol.choose(path);
        listFiles();
    });
    dialog->open();
}

void ProtocolPanel::askAbort()
{
    if (m_question) {
        m_question->raise();
        return;
    }
    if (m_protocol.isOpening() && m_protocol.status().state == ProtocolController::State::Ready) {
        m_protocol.abort(); // nothing has flowed yet
        return;
    }
    auto* question = new QMessageBox(this);
    m_question = question;
    question->setObjectName(id("abortQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setIcon(QMessageBox::Question);
    question->setWindowTitle(tr("A protocol is running"));
    question->setText(tr("Abort the protocol?"));
    question->setInformativeText(
        tr("The valves are shut and the recording is finished. It keeps the %n trial(s) that are "
           "done; the rest is not run.",
           nullptr, m_timeline->trialsDone()));
    auto* stop = question->addButton(tr("Abort the protocol"), QMessageBox::DestructiveRole);
    stop->setObjectName(id("abortNow"));
    auto* keep = question->addButton(tr("Go on"), QMessageBox::RejectRole);
    keep->setObjectName(id("keepRunning"));
    question->setDefaultButton(keep);
    question->setEscapeButton(keep);
    connect(stop, &QAbstractButton::clicked, this, [this] { m_protocol.abort(); });
    question->open();
}

void ProtocolPanel::askForTrainingSet()
{
    const QFileInfo recording(m_protocol.recording());
    auto* dialog = new QFileDialog(this, tr("Folder for the training set"), recording.absolutePath());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite); // nothing is overwritten
    dialog->selectFile(recording.completeBaseName() + QStringLiteral("-training"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, file = recording.absoluteFilePath()](const QString& folder) {
                m_services.jobs.run(
                    tr("Training set of %1").arg(QFileInfo(file).fileName()),
                    [file, folder](const Job::Progress&) -> JobOutcome {
                        const auto made = session::writeProtocolDataset(file.toStdString(), folder.toStdString());
                        if (!made.ok())
                            return {false, false, Format::error(made.error()), {}};
                        return {true, false,
                                tr("%n exposure(s). Train with: bnof train %1 --out MODEL", nullptr, made->exposures)
                                    .arg(folder),
                                folder};
                    },
                    false);
            });
    dialog->open();
}

void ProtocolPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    listFiles();
    m_protocol.setWatching(true);
}

void ProtocolPanel::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_protocol.setWatching(false);
}

} // namespace bnof::studio
