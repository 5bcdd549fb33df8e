// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/network/network_workspace.h"

#include <QAction>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

#include "app/studio/live/display_clock.h"
#include "app/studio/network/field_row.h"
#include "app/studio/network/network_draft.h"
#include "app/studio/network/network_panel.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "app/studio/shell/action_registry.h"
#include "app/studio/shell/banner.h"
#include "widgets/empty_state.h"
#include "widgets/network_diagram.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::NetworkDiagram;
using widgets::Theme;

namespace {

constexpr int figureInterval = 200; ///< ms; figures that change faster cannot be read
constexpr int shareInterval = 500;  ///< ms; counting who fired goes through the last second's spikes

QString id(const char* text)
{
    return QLatin1String(text);
}

} // namespace

NetworkWorkspace::NetworkWorkspace(Services& services, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_services(services), m_actions(actions), m_pages(new QStackedWidget(this)),
      m_empty(new widgets::EmptyState(this)), m_title(new QLabel(this)), m_state(new QLabel(this)),
      m_banner(new Banner(tr("State of the network"), this)), m_diagram(new NetworkDiagram(this)),
      m_panel(new NetworkPanel(services.network, this)), m_panelArea(new QScrollArea(this)), m_legend(new QLabel(this))
{
    setObjectName(id("networkWorkspace"));
    setAccessibleName(tr("Network"));
    buildLayout();
    m_clock = new DisplayClock(m_diagram);
    connect(m_clock, &DisplayClock::tick, this, &NetworkWorkspace::tick);
    connect(m_diagram, &NetworkDiagram::selectionChanged, this, [this] {
        m_panel->select(m_diagram->selection());
        m_panelArea->ensureVisible(0, 0);
        showActivity();
    });
    connect(m_panel, &NetworkPanel::backEndChoiceRequested, this, &NetworkWorkspace::backEndChoiceRequested);
    connect(m_banner, &Banner::pressed, this, &NetworkWorkspace::goToProblem);
    auto& draft = services.network;
    connect(&draft, &NetworkDraft::changed, this, &NetworkWorkspace::followDraft);
    connect(&draft, &NetworkDraft::saved, this, [this](const QString& path) {
        emit notice(tr("Saved %1. To recognise with it from now on, choose it under Settings, Recognition.").arg(path));
    });
    connect(&draft, &NetworkDraft::saveFailed, this, [this](const QString& why) { emit notice(why); });
    connect(&services.session, &SessionController::phaseChanged, this, &NetworkWorkspace::showEmptyState);
    const auto on = [&](const char* action, auto slot) {
        connect(m_actions.action(id(action)), &QAction::triggered, this, slot);
    };
    on("network-apply", &NetworkWorkspace::apply);
    on("network-revert", [this] { m_services.network.revert(); });
    on("network-save", &NetworkWorkspace::askWhereToSave);
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this,
            &NetworkWorkspace::styleForTheme);
    styleForTheme();
    followDraft();
}

NetworkWorkspace::~NetworkWorkspace() = default;

QWidget* NetworkWorkspace::buildHead()
{
    auto* head = new QWidget(this);
    head->setObjectName(id("networkHead"));
    m_title->setFont(Theme::font(Theme::TextSize::Title, true));
    m_title->setTextFormat(Qt::PlainText);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_state->setTextFormat(Qt::PlainText);
    m_state->setObjectName(id("networkState"));
    m_state->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* names = new QVBoxLayout;
    names->setSpacing(0);
    names->addWidget(m_title);
    names->addWidget(m_state);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(Theme::space(4), Theme::space(2), Theme::space(3), Theme::space(2));
    row->setSpacing(Theme::space(2));
    row->addLayout(names, 1);
    for (const char* action : {"network-revert", "network-save", "network-apply"}) {
        auto* button = new QToolButton(head);
        button->setDefaultAction(m_actions.action(id(action)));
        button->setObjectName(id(action));
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setMinimumHeight(Theme::space(9));
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAccessibleName(m_actions.action(id(action))->iconText());
        row->addWidget(button);
    }
    return head;
}

void NetworkWorkspace::buildLayout()
{
    auto* diagramArea = new QScrollArea(this);
    diagramArea->setWidget(m_diagram);
    diagramArea->setWidgetResizable(true);
    diagramArea->setFrameShape(QFrame::NoFrame);
    diagramArea->setFocusPolicy(Qt::NoFocus);
    diagramArea->setAccessibleName(tr("Network"));
    m_legend->setFont(Theme::font(Theme::TextSize::Small));
    m_legend->setForegroundRole(QPalette::PlaceholderText);
    m_legend->setWordWrap(true);
    m_legend->setContentsMargins(Theme::space(4), Theme::space(1), Theme::space(4), Theme::space(2));
    m_legend->setText(tr("Arrows excite, bars inhibit, dashed lines learn; the wider, the more spikes they carry. "
                         "* changed and not running yet."));
    auto* left = new QWidget(this);
    auto* leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 0, 0);
    leftLayout->setSpacing(0);
    leftLayout->addWidget(diagramArea, 1);
    leftLayout->addWidget(m_legend);
    m_panelArea->setWidget(m_panel);
    m_panelArea->setWidgetResizable(true);
    m_panelArea->setFrameShape(QFrame::NoFrame);
    m_panelArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_panelArea->setFocusPolicy(Qt::NoFocus);
    m_panelArea->setFixedWidth(Theme::space(80));
    m_panelArea->setObjectName(id("networkPanelArea"));
    m_panelArea->setAccessibleName(tr("Selected part of the network"));

    auto* page = new QWidget(this);
    auto* body = new QHBoxLayout;
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(0);
    body->addWidget(left, 1);
    body->addWidget(m_panelArea);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHead());
    column->addWidget(m_banner);
    column->addLayout(body, 1);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
}

void NetworkWorkspace::styleForTheme()
{
    const auto& theme = Theme::current();
    setStyleSheet(QStringLiteral("#networkHead { background: %1; border-bottom: 1px solid %2; }"
                                 "#networkHead QToolButton { border: 1px solid %2; border-radius: 6px;"
                                 " padding: 4px 12px; background: %3; color: %4; }"
                                 "#networkHead QToolButton:disabled { color: %5; }"
                                 "#networkHead QToolButton:hover { border-color: %5; }"
                                 "#networkHead QToolButton:focus { border: 2px solid %6; padding: 3px 11px; }"
                                 "#networkHead #network-apply:enabled { background: %6; color: %7; }"
                                 "#networkPanelArea { border-left: 1px solid %2; }")
                      .arg(theme.background.name(), theme.border.name(), theme.raised.name(), theme.text.name(),
                           theme.textMuted.name(), theme.accent.name(), theme.onAccent.name()));
}

void NetworkWorkspace::showEmptyState()
{
    using Phase = SessionController::Phase;
    const auto& session = m_services.session;
    const bool present = m_services.network.isPresent() && session.phase() != Phase::Idle;
    m_pages->setCurrentIndex(present ? 1 : 0);
    if (present)
        return;
    m_empty->clearSteps();
    const bool idle = session.phase() == Phase::Idle || session.phase() == Phase::Starting;
    if (idle) {
        m_empty->setText(tr("No network is running"),
                         tr("A network runs while a sensor is connected or a recording is replayed."));
        m_empty->addStep(m_actions.action(id("simulate")));
        m_empty->addStep(m_actions.action(id("connect")));
    } else if (session.status().recogniserKind.empty()) {
        m_empty->setText(tr("Nothing is recognised"),
                         tr("No model is in use. Choose one under Settings, Recognition, and connect again."));
        m_empty->addStep(m_actions.action(id("workspace-settings")));
    } else {
        m_empty->setText(tr("This model has no network"),
                         tr("“%1” is a classical recogniser; only spiking models have a network to look at.")
                             .arg(toQString(session.status().modelName)));
        m_empty->addStep(m_actions.action(id("workspace-settings")));
    }
}

void NetworkWorkspace::followDraft()
{
    const auto& draft = m_services.network;
    if (draft.isPresent() && draft.model() != m_model) {
        m_model = draft.model();
        m_meter.reset(m_model->network);
        m_seen = 0;
        m_shares.clear();
        m_panel->select({NetworkDiagram::Part::Nothing, -1});
        showParts();
        m_panel->setLocked(!m_locked.isEmpty(), m_locked);
        m_panel->select(m_diagram->selection());
    } else if (draft.isPresent()) {
        showParts();
    }
    m_panel->refresh();
    showEmptyState();
    showState();
    updateActions();
}

void NetworkWorkspace::showParts()
{
    const auto& draft = m_services.network;
    const snn::Network& network = draft.network();
    const auto wrong = draft.problem() ? NetworkFields::ownerOf(draft.problem()->where) : NetworkFields::Owner{};
    std::vector<NetworkDiagram::Population> populations;
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        const auto& one = network.populations[i];
        populations.push_back({toQString(one.name), NetworkFields::modelName(one.model), one.size,
                               draft.populationDiffers(i), wrong.population == static_cast<int>(i)});
    }
    std::vector<NetworkDiagram::Projection> projections;
    for (std::size_t i = 0; i < network.projections.size(); ++i) {
        const auto& one = network.projections[i];
        projections.push_back({toQString(one.name), static_cast<int>(one.source), static_cast<int>(one.target),
                               one.receptor == snn::Receptor::Inhibitory, one.plasticity.has_value(),
                               NetworkFields::strength(network, one), draft.projectionDiffers(i),
                               wrong.projection == static_cast<int>(i)});
    }
    m_diagram->setNetwork(std::move(populations), std::move(projections));
}

void NetworkWorkspace::showState()
{
    const auto& draft = m_services.network;
    if (!draft.isPresent())
        return;
    const auto& info = draft.model()->info;
    m_title->setText(toQString(info.modelName));
    m_title->setToolTip(m_title->text());
    QString state =
        info.modified ? tr("Changed after training: what it recognises was not measured.") : tr("As it was trained.");
    if (draft.isChanging())
        state = tr("Takes over with the next decision …");
    else if (draft.isPending())
        state = tr("You have changes that do not run yet.");
    m_state->setText(state);
    m_state->setToolTip(state);
    if (const auto& problem = draft.problem()) {
        const auto owner = NetworkFields::ownerOf(problem->where);
        QString where = toQString(problem->where);
        const auto& network = draft.network();
        if (owner.population >= 0)
            where = toQString(network.populations[static_cast<std::size_t>(owner.population)].name);
        else if (owner.projection >= 0)
            where = toQString(network.projections[static_cast<std::size_t>(owner.projection)].name);
        m_banner->showMessage(
            Theme::Severity::Error,
            QStringLiteral("%1: %2. %3").arg(where, toQString(problem->what), toQString(problem->remedy)),
            owner.population >= 0 || owner.projection >= 0 ? tr("Show") : QString());
    } else {
        m_banner->clear();
    }
}

void NetworkWorkspace::goToProblem()
{
    const auto& problem = m_services.network.problem();
    if (!problem)
        return;
    const auto owner = NetworkFields::ownerOf(problem->where);
    if (owner.population >= 0)
        m_diagram->select({NetworkDiagram::Part::Population, owner.population});
    else if (owner.projection >= 0)
        m_diagram->select({NetworkDiagram::Part::Projection, owner.projection});
    if (FieldRow* row = m_panel->row(problem->where)) {
        m_panelArea->ensureWidgetVisible(row);
        row->editor()->setFocus(Qt::OtherFocusReason);
    }
}

void NetworkWorkspace::updateActions()
{
    if (!m_locked.isEmpty())
        return; // the window has locked them
    const auto& draft = m_services.network;
    const bool present = draft.isPresent();
    const QString why = !present                        ? tr("No network is running.")
                        : m_services.session.isReplay() ? tr("A replay shows the network that was recorded.")
                        : draft.isChanging()            ? tr("A change is being taken over.")
                        : !draft.isPending()            ? tr("Nothing was changed.")
                        : draft.problem()               ? tr("A value makes no sense.")
                        : !draft.isReady()              ? tr("The changes are being checked.")
                                                        : QString();
    m_actions.setEnabled(id("network-apply"), why.isEmpty(), why);
    m_actions.setEnabled(id("network-revert"), draft.canRevert(), present ? tr("Nothing was changed.") : why);
    m_actions.action(id("network-revert"))
        ->setText(draft.isPending() || !draft.canRevert() ? tr("Discard changes") : tr("As loaded"));
    m_actions.setEnabled(id("network-save"), draft.isReady(), draft.problem() ? tr("A value makes no sense.") : why);
}

bool NetworkWorkspace::hasSelection() const
{
    return m_diagram->selection().part != NetworkDiagram::Part::Nothing;
}

void NetworkWorkspace::clearSelection()
{
    m_diagram->select({});
}

void NetworkWorkspace::setLocked(const QString& why)
{
    if (why == m_locked)
        return;
    m_locked = why;
    m_panel->setLocked(!why.isEmpty(), why);
    updateActions();
}

void NetworkWorkspace::apply()
{
    if (m_services.session.isRecording())
        askBeforeApplying();
    else
        m_services.network.apply(false);
}

void NetworkWorkspace::askBeforeApplying()
{
    if (m_question) {
        m_question->raise();
        return;
    }
    auto* question = new QMessageBox(this);
    m_question = question;
    question->setObjectName(id("applyQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setIcon(QMessageBox::Question);
    question->setWindowTitle(tr("A recording is running"));
    question->setText(tr("Close the recording and continue in a new one?"));
    question->setInformativeText(tr("A recording holds one network, so that it can be replayed bit for bit. What is "
                                    "recorded up to now stays as it is."));
    auto* go = question->addButton(tr("Continue in a new recording"), QMessageBox::AcceptRole);
    go->setObjectName(id("continueInNew"));
    auto* keep = question->addButton(tr("Keep the network"), QMessageBox::RejectRole);
    keep->setObjectName(id("keepNetwork"));
    question->setDefaultButton(keep);
    question->setEscapeButton(keep);
    connect(go, &QAbstractButton::clicked, this, [this] { m_services.network.apply(true); });
    question->open();
}

void NetworkWorkspace::askWhereToSave()
{
    const QString folder = m_services.session.recordingFolder();
    auto* dialog = new QFileDialog(this, tr("Save the model as"), folder, tr("Models (*.bnofmodel)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(id("bnofmodel"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { m_services.network.saveAs(path); });
    dialog->open();
}

void NetworkWorkspace::tick()
{
    const auto live = m_services.session.live();
    if (!live || !m_model || m_pages->currentIndex() == 0)
        return;
    if (const auto snapshot = live->network(); snapshot && snapshot->number != m_seen && live->model() == m_model) {
        m_seen = snapshot->number;
        m_meter.add(*snapshot);
        m_panel->showSnapshot(*snapshot);
    }
    live->askForNetwork(m_panel->request());
    if (m_sinceFigures.isValid() && m_sinceFigures.elapsed() < figureInterval)
        return;
    m_sinceFigures.start();
    if (!m_sinceShares.isValid() || m_sinceShares.elapsed() >= shareInterval) {
        m_sinceShares.start();
        m_shares.clear();
        const auto spikes = live->spikes();
        if (const auto latest = spikes ? spikes->latest() : std::nullopt)
            for (const auto& layer : spikes->activity(*latest - nanosecondsPerSecond, *latest))
                m_shares.push_back(layer.active);
    }
    showActivity();
}

void NetworkWorkspace::showActivity()
{
    m_diagram->setActivity({m_meter.ratesHz(), m_shares, m_meter.eventsHz()});
    m_panel->showActivity(m_meter, m_shares);
}

} // namespace bnof::studio
