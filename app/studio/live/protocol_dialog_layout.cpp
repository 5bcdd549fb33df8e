// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of the protocol editor: what there is, where it stands, and how it is reached by keyboard.
#include <QAction>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/studio/live/protocol_dialog.h"
#include "app/studio/shell/icons.h"
#include "widgets/protocol_timeline.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

constexpr double longest = 7 * 86'400.0; ///< seconds, as the protocol's file allows

/// As many digits as the value has, no more.
class NumberBox : public QDoubleSpinBox {
public:
    using QDoubleSpinBox::QDoubleSpinBox;

    [[nodiscard]] QString textFromValue(double value) const override
    {
        return locale().toString(value, 'g', QLocale::FloatingPointShortest);
    }
};

QFormLayout* makeForm(QWidget* page)
{
    auto* form = new QFormLayout(page);
    form->setContentsMargins(Theme::space(3), Theme::space(3), Theme::space(3), Theme::space(3));
    form->setHorizontalSpacing(Theme::space(4));
    form->setVerticalSpacing(Theme::space(2));
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    return form;
}

QScrollArea* scrolled(QWidget* page, QWidget* parent)
{
    auto* area = new QScrollArea(parent);
    area->setWidget(page);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    return area;
}

} // namespace

void ProtocolDialog::addRow(QFormLayout* form, const char* place, const QString& title, QWidget* editor)
{
    auto* label = new QLabel(title, this);
    label->setBuddy(editor);
    editor->setObjectName(QLatin1String(place));
    editor->setAccessibleName(title);
    form->addRow(label, editor);
    m_fields.push_back({place, editor, label, m_tab});
}

QDoubleSpinBox* ProtocolDialog::addNumber(QFormLayout* form, const char* place, const QString& title, double low,
                                          double high, const QString& unit)
{
    auto* box = new NumberBox(this);
    box->setDecimals(6);
    box->setRange(low, high);
    box->setSuffix(QLatin1Char(' ') + unit);
    box->setKeyboardTracking(true);
    connect(box, &QDoubleSpinBox::valueChanged, this, [this, box] { edited(box); });
    addRow(form, place, title, box);
    return box;
}

QDoubleSpinBox* ProtocolDialog::addLimit(QFormLayout* form, const char* place, const QString& title, double low,
                                         double high, const QString& unit)
{
    // One step below the lowest value stands for "not asked for".
    QDoubleSpinBox* box = addNumber(form, place, title, low - 1, high, unit);
    box->setSpecialValueText(tr("not asked for"));
    return box;
}

QSpinBox* ProtocolDialog::addCount(QFormLayout* form, const char* place, const QString& title, int low, int high)
{
    auto* box = new QSpinBox(this);
    box->setRange(low, high);
    connect(box, &QSpinBox::valueChanged, this, [this, box] { edited(box); });
    addRow(form, place, title, box);
    return box;
}

QLineEdit* ProtocolDialog::addText(QFormLayout* form, const char* place, const QString& title, const QString& hint)
{
    auto* line = new QLineEdit(this);
    line->setPlaceholderText(hint);
    connect(line, &QLineEdit::textEdited, this, [this, line] { edited(line); });
    addRow(form, place, title, line);
    return line;
}

QWidget* ProtocolDialog::buildCourse()
{
    auto* page = new QWidget(this);
    auto* form = makeForm(page);
    m_name = addText(form, "protocol.name", tr("Name"), tr("for example: Three gases in triplicate"));
    m_notes = new QPlainTextEdit(this);
    m_notes->setTabChangesFocus(true);
    m_notes->setFixedHeight(Theme::space(14));
    connect(m_notes, &QPlainTextEdit::textChanged, this, [this] { edited(m_notes); });
    addRow(form, "protocol.notes", tr("Notes"), m_notes);
    const QString seconds = QStringLiteral("s");
    m_baseline = addNumber(form, "protocol.baseline_s", tr("Baseline"), 0, longest, seconds);
    m_exposure = addNumber(form, "protocol.exposure_s", tr("Exposure"), 0.1, longest, seconds);
    m_recovery = addNumber(form, "protocol.recovery_s", tr("Recovery"), 0, longest, seconds);
    m_wait = addNumber(form, "protocol.wait_s", tr("Wait"), 0, longest, seconds);
    addRow(form, "protocol.stimuli", tr("Gases"), buildStimuli());
    m_replicates = addCount(form, "protocol.replicates", tr("Replicates"), 1, 1000);
    m_blanks = addCount(form, "protocol.blanks", tr("Blanks a replicate"), 0, 100);
    m_blankCommand =
        addText(form, "protocol.blank_command", tr("Command of a blank"), tr("sent to the valves, e.g. V1=1"));
    m_randomise = new QCheckBox(tr("The order within a replicate is drawn by the seed"), this);
    connect(m_randomise, &QCheckBox::toggled, this, [this] { edited(m_randomise); });
    addRow(form, "protocol.randomise", tr("Random order"), m_randomise);
    return scrolled(page, this);
}

QWidget* ProtocolDialog::buildStimuli()
{
    m_stimuli = new QTableWidget(0, 3, this);
    m_stimuli->setHorizontalHeaderLabels({tr("Gas"), tr("ppm"), tr("Command")});
    m_stimuli->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_stimuli->verticalHeader()->setDefaultSectionSize(Theme::space(8));
    m_stimuli->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_stimuli->setSelectionMode(QAbstractItemView::SingleSelection);
    m_stimuli->setTabKeyNavigation(false);
    m_stimuli->setMinimumHeight(Theme::space(30));
    m_stimuli->setAccessibleName(tr("Gases, their concentrations and the commands that let them flow"));
    m_stimuli->setObjectName(QStringLiteral("protocolStimuli"));
    connect(m_stimuli, &QTableWidget::itemChanged, this, [this] { edited(nullptr); });
    auto* buttons = new QVBoxLayout;
    buttons->setSpacing(Theme::space(1));
    const auto addButton = [&](const char* name, const QString& text, const QKeySequence& key, auto does) {
        auto* button = new QToolButton(this);
        button->setText(text);
        button->setObjectName(QLatin1String(name));
        button->setAccessibleName(text);
        button->setToolTip(QStringLiteral("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText)));
        button->setFocusPolicy(Qt::StrongFocus);
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        connect(button, &QToolButton::clicked, this, does);
        auto* shortcut = new QShortcut(key, m_stimuli, nullptr, nullptr, Qt::WidgetShortcut);
        connect(shortcut, &QShortcut::activated, this, does);
        buttons->addWidget(button);
    };
    addButton("stimulusAdd", tr("Add"), QKeySequence(Qt::Key_Insert), [this] { addStimulus(); });
    addButton("stimulusRemove", tr("Remove"), QKeySequence(Qt::Key_Delete), [this] { removeStimulus(); });
    addButton("stimulusUp", tr("Up"), QKeySequence(Qt::ALT | Qt::Key_Up), [this] { moveStimulus(-1); });
    addButton("stimulusDown", tr("Down"), QKeySequence(Qt::ALT | Qt::Key_Down), [this] { moveStimulus(1); });
    buttons->addStretch(1);
    auto* box = new QWidget(this);
    box->setFocusProxy(m_stimuli);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_stimuli, 1);
    row->addLayout(buttons);
    return box;
}

QWidget* ProtocolDialog::buildGates()
{
    auto* page = new QWidget(this);
    auto* form = makeForm(page);
    auto* about = new QLabel(tr("What must hold before the protocol starts. Every device must stream without a faulty "
                                "channel, whatever is asked for here. 0: not asked for."),
                             this);
    about->setWordWrap(true);
    form->addRow(about);
    const QString seconds = QStringLiteral("s");
    const QString percent = QStringLiteral("%");
    const QString degrees = QStringLiteral("°C");
    m_warmUp = addNumber(form, "protocol.gates.warm_up_s", tr("Warm-up"), 0, longest, seconds);
    m_gateBaseline = addNumber(form, "protocol.gates.baseline_s", tr("Baseline looked at"), 5, 3600, seconds);
    m_slope =
        addNumber(form, "protocol.gates.baseline_slope_per_min", tr("Baseline may move by"), 0, 1000, tr("% a minute"));
    m_spread = addNumber(form, "protocol.gates.baseline_spread", tr("Baseline may spread by"), 0, 1000, percent);
    m_temperatureLow =
        addLimit(form, "protocol.gates.temperature_low_degc", tr("Temperature, at least"), -50, 200, degrees);
    m_temperatureHigh =
        addLimit(form, "protocol.gates.temperature_high_degc", tr("Temperature, at most"), -50, 200, degrees);
    m_humidityLow = addLimit(form, "protocol.gates.humidity_low_percent", tr("Humidity, at least"), 0, 100, percent);
    m_humidityHigh = addLimit(form, "protocol.gates.humidity_high_percent", tr("Humidity, at most"), 0, 100, percent);
    m_free = addNumber(form, "protocol.gates.free_mb", tr("Free on the disk"), 0, 1e9, QStringLiteral("MB"));
    return scrolled(page, this);
}

QWidget* ProtocolDialog::buildValves()
{
    auto* page = new QWidget(this);
    auto* form = makeForm(page);
    auto* about = new QLabel(tr("A line to valves or mass-flow controllers. Without one, people open and close the "
                                "valves by hand and the program marks when."),
                             this);
    about->setWordWrap(true);
    form->addRow(about);
    m_valveSource =
        addText(form, "protocol.valves.source", tr("Line"), tr("for example: serial:/dev/ttyACM0?baud=9600"));
    m_valveBaseline = addText(form, "protocol.valves.baseline", tr("Clean air"), tr("command, e.g. V1=1"));
    m_valveRecovery = addText(form, "protocol.valves.recovery", tr("Recovery"), tr("command; empty: as clean air"));
    m_valveSafe = addText(form, "protocol.valves.safe", tr("Everything shut"), tr("command, e.g. ALL=0"));
    m_terminator = addText(form, "protocol.valves.terminator", tr("End of a line"), QStringLiteral("\\n"));
    return scrolled(page, this);
}

void ProtocolDialog::buildFoot()
{
    m_preview->setAccessibleName(tr("What would flow when"));
    m_problem->setWordWrap(true);
    m_problem->setObjectName(QStringLiteral("protocolProblem"));
    m_save->setObjectName(QStringLiteral("protocolSave"));
    m_save->setAccessibleName(m_save->text());
    m_save->setDefault(true);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    cancel->setAccessibleName(cancel->text());
    cancel->setAutoDefault(false);
    auto* hint =
        new QLabel(tr("Saving makes the next version in a file of its own; older ones stay as they are."), this);
    hint->setWordWrap(true);
    hint->setFont(Theme::font(Theme::TextSize::Small));
    hint->setForegroundRole(QPalette::PlaceholderText);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(Theme::space(2));
    for (QAction* action : {m_undo.createUndoAction(this, tr("Undo")), m_undo.createRedoAction(this, tr("Redo"))}) {
        const bool undo = buttons->isEmpty();
        action->setShortcut(undo ? QKeySequence(Qt::CTRL | Qt::Key_Z) : QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z));
        addAction(action);
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAccessibleName(undo ? tr("Undo") : tr("Redo"));
        buttons->addWidget(button);
    }
    buttons->addWidget(hint, 1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_save);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(Theme::space(4), Theme::space(3), Theme::space(4), Theme::space(3));
    column->setSpacing(Theme::space(2));
    column->addWidget(m_tabs, 1);
    column->addWidget(m_preview);
    column->addWidget(m_problem);
    column->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_save, &QPushButton::clicked, this, &ProtocolDialog::save);
}

void ProtocolDialog::watchUndoKeys()
{
    // The undo of a line of text knows nothing of the other fields; the dialog's own does.
    for (QLineEdit* line : findChildren<QLineEdit*>())
        line->installEventFilter(this);
    m_notes->installEventFilter(this);
}

} // namespace bnof::studio
