// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/compare/setup_panel.h"

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "app/studio/shell/action_registry.h"
#include "app/studio/shell/banner.h"
#include "app/studio/shell/primary_button.h"
#include "engine/olfaction/model_registry.h"
#include "widgets/theme.h"

namespace bnof::studio {
namespace {

using widgets::Theme;

constexpr int refreshInterval = 200; ///< ms
constexpr int typingDelay = 400;     ///< ms

QLabel* step(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setFont(Theme::font(Theme::TextSize::Body, true));
    return label;
}

} // namespace

SetupPanel::SetupPanel(Services& services, Comparison& comparison, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_services(services), m_comparison(comparison),
      m_banner(new Banner(tr("State of the comparison"), this)), m_a(new QComboBox(this)), m_b(new QComboBox(this)),
      m_precision(new QComboBox(this)), m_data(new QListWidget(this)), m_name(new QLineEdit(this)),
      m_mode(new QComboBox(this)), m_looks(new QComboBox(this)), m_unit(new QComboBox(this)),
      m_margin(new QDoubleSpinBox(this)), m_difference(new QDoubleSpinBox(this)), m_prospect(new QLabel(this)),
      m_progress(new QProgressBar(this)), m_cancel(new QPushButton(tr("Stop the comparison"), this))
{
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setSpacing(Theme::space(2));
    column->addWidget(step(tr("1. The variants"), page));
    column->addWidget(buildVariants());
    column->addWidget(step(tr("2. The data"), page));
    column->addWidget(buildData());
    column->addWidget(step(tr("3. What \"better\" means"), page));
    column->addWidget(buildPlan());
    column->addWidget(step(tr("4. What this can show"), page));
    column->addWidget(buildStart(actions));
    column->addStretch(1);
    auto* area = new QScrollArea(this);
    area->setWidget(page);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    for (QComboBox* box : {m_a, m_b, m_precision, m_mode, m_looks, m_unit}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
    }
    m_prospect->setMinimumWidth(1);
    area->setMinimumWidth(page->minimumSizeHint().width() + Theme::space(5));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_banner);
    layout->addWidget(area, 1);

    m_timer.setInterval(refreshInterval);
    m_delay.setInterval(typingDelay);
    m_delay.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this,
            [this] { m_progress->setValue(static_cast<int>(m_comparison.progress() * 100)); });
    connect(&m_delay, &QTimer::timeout, this, [this] { m_comparison.check(setup()); });
    connect(&m_comparison, &Comparison::checked, this, &SetupPanel::showCheck);
    connect(&m_comparison, &Comparison::runningChanged, this, &SetupPanel::showRunning);
    connect(m_cancel, &QPushButton::clicked, &m_comparison, &Comparison::cancel);
    for (QComboBox* box : {m_a, m_b}) {
        connect(box, &QComboBox::currentTextChanged, this, &SetupPanel::changed);
    }
    for (QComboBox* box : {m_precision, m_mode, m_looks, m_unit})
        connect(box, &QComboBox::currentIndexChanged, this, &SetupPanel::changed);
    for (QDoubleSpinBox* box : {m_margin, m_difference})
        connect(box, &QDoubleSpinBox::valueChanged, this, &SetupPanel::changed);
    connect(m_name, &QLineEdit::textChanged, this, &SetupPanel::changed);
    listModels();
    showCheck();
    showRunning();
}

QWidget* SetupPanel::buildVariants()
{
    auto* box = new QWidget(this);
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->setRowWrapPolicy(QFormLayout::WrapLongRows);
    m_a->setAccessibleName(tr("A, the champion"));
    m_a->setObjectName(QStringLiteral("compareA"));
    m_b->setAccessibleName(tr("B, the challenger"));
    m_b->setObjectName(QStringLiteral("compareB"));
    m_precision->setAccessibleName(tr("Weights of B"));
    m_precision->addItem(tr("as the model has them"), QString());
    for (const char* precision : {"fp32", "fp16", "int16", "int8"})
        m_precision->addItem(QLatin1String(precision), QStringLiteral("?precision=") + QLatin1String(precision));
    form->addRow(tr("A, in use"), m_a);
    form->addRow(tr("B, to be tried"), m_b);
    form->addRow(tr("Weights of B"), m_precision);
    return box;
}

QWidget* SetupPanel::buildData()
{
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    m_data->setAccessibleName(tr("Labelled data"));
    m_data->setObjectName(QStringLiteral("compareData"));
    m_data->setMaximumHeight(Theme::space(28));
    m_data->setSelectionMode(QAbstractItemView::ExtendedSelection);
    column->addWidget(m_data);
    auto* recordings = new QPushButton(tr("Recordings…"), this);
    recordings->setToolTip(tr("Recordings in which exposures are marked"));
    auto* folder = new QPushButton(tr("Folder or file…"), this);
    auto* remove = new QPushButton(tr("Remove"), this);
    auto* row = new QHBoxLayout;
    row->addWidget(recordings);
    row->addWidget(folder);
    row->addStretch(1);
    column->addLayout(row);
    column->addWidget(remove, 0, Qt::AlignLeft);
    connect(recordings, &QPushButton::clicked, this, &SetupPanel::askForRecordings);
    connect(folder, &QPushButton::clicked, this, &SetupPanel::askForFolder);
    connect(remove, &QPushButton::clicked, this, [this] {
        qDeleteAll(m_data->selectedItems());
        changed();
    });
    return box;
}

QWidget* SetupPanel::buildPlan()
{
    auto* box = new QWidget(this);
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->setRowWrapPolicy(QFormLayout::WrapLongRows);
    m_name->setAccessibleName(tr("Name of the comparison"));
    m_name->setMaxLength(80);
    m_name->setText(tr("comparison"));
    m_mode->setAccessibleName(tr("Who answers"));
    m_mode->addItem(tr("Both answer every exposure"), QStringLiteral("shadow"));
    m_mode->addItem(tr("A hash decides who answers"), QStringLiteral("split"));
    m_mode->addItem(tr("They take turns in blocks of four"), QStringLiteral("blocks"));
    m_looks->setAccessibleName(tr("Looks"));
    m_looks->addItem(tr("After every exposure"), QStringLiteral("every-unit"));
    m_looks->addItem(tr("Once, at the end"), QStringLiteral("once"));
    m_looks->setToolTip(tr("Looking at any time costs about twice the exposures and no error."));
    m_unit->setAccessibleName(tr("Independent unit"));
    m_unit->addItem(tr("Exposure"), QStringLiteral("exposure"));
    m_unit->addItem(tr("Day or batch"), QStringLiteral("group"));
    for (QDoubleSpinBox* spin : {m_margin, m_difference}) {
        spin->setSuffix(tr(" percentage points"));
        spin->setRange(0.1, 50);
        spin->setSingleStep(0.5);
        spin->setDecimals(1);
    }
    m_margin->setAccessibleName(tr("Difference that does not matter"));
    m_margin->setValue(1);
    m_difference->setAccessibleName(tr("Difference that should be found"));
    m_difference->setValue(5);
    form->addRow(tr("Name"), m_name);
    form->addRow(tr("Who answers"), m_mode);
    form->addRow(tr("Looks"), m_looks);
    form->addRow(tr("Independent unit"), m_unit);
    form->addRow(tr("Does not matter"), m_margin);
    form->addRow(tr("Should be found"), m_difference);
    return box;
}

QWidget* SetupPanel::buildStart(ActionRegistry& actions)
{
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    m_prospect->setWordWrap(true);
    m_prospect->setTextFormat(Qt::PlainText);
    m_prospect->setObjectName(QStringLiteral("compareProspect"));
    m_prospect->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(m_prospect);
    auto* row = new QHBoxLayout;
    auto* start = makePrimaryButton(actions.action(QStringLiteral("compare-start")), tr("Compare"), this);
    m_cancel->setMinimumHeight(Theme::space(9));
    row->addWidget(start);
    row->addWidget(m_cancel);
    row->addStretch(1);
    column->addLayout(row);
    column->addWidget(m_progress);
    return box;
}

void SetupPanel::listModels()
{
    const int request = ++m_request;
    const std::string folder =
        olfaction::modelsFolder(m_services.configuration.values().text("recognition.models_folder"));
    inBackground(
        *m_services.executor, this, "studio.compare-models", [folder] { return olfaction::listModels(folder); },
        [this, request](const std::vector<olfaction::RegisteredModel>& models) {
            if (request != m_request)
                return;
            for (QComboBox* box : {m_a, m_b}) {
                const QString before = box->currentData().toString();
                const QSignalBlocker quiet(box);
                box->clear();
                box->addItem(tr("the model that ships with the program"), QStringLiteral("default"));
                for (const auto& model : models) {
                    if (!model.problem &&
                        QFileInfo(toQString(model.path)).completeBaseName() != QLatin1String("default"))
                        box->addItem(toQString(model.name), toQString(model.path));
                }
                box->setCurrentIndex(std::max(0, box->findData(before)));
            }
            if (m_b->count() > 1 && m_b->currentIndex() == m_a->currentIndex())
                m_b->setCurrentIndex(1);
            changed();
        },
        Priority::Low);
}

ComparisonSetup SetupPanel::setup() const
{
    ComparisonSetup out;
    out.a = m_a->currentData().toString();
    out.b = m_b->currentData().toString();
    if (!out.b.isEmpty())
        out.b += m_precision->currentData().toString();
    for (int i = 0; i < m_data->count(); ++i)
        out.data << m_data->item(i)->data(Qt::UserRole).toString();
    out.plan.name = m_name->text().trimmed().toStdString();
    out.plan.mode = m_mode->currentData().toString().toStdString();
    out.plan.looks = m_looks->currentData().toString().toStdString();
    out.plan.unit = m_unit->currentData().toString().toStdString();
    out.plan.margin = m_margin->value() / 100;
    out.plan.smallestDifference = m_difference->value() / 100;
    return out;
}

void SetupPanel::setVariants(const QString& a, const QString& b)
{
    ++m_request; // a list that is on its way would choose others
    for (const auto& [box, path] : {std::pair{m_a, a}, std::pair{m_b, b}}) {
        if (box->findData(path) < 0)
            box->addItem(QFileInfo(path).completeBaseName(), path);
        box->setCurrentIndex(box->findData(path));
    }
    changed();
}

void SetupPanel::setData(const QStringList& paths)
{
    m_data->clear();
    for (const QString& path : paths) {
        auto* item = new QListWidgetItem(QFileInfo(path).fileName(), m_data);
        item->setData(Qt::UserRole, path);
        item->setToolTip(path);
    }
    changed();
}

void SetupPanel::setName(const QString& name)
{
    m_name->setText(name);
}

QString SetupPanel::prospect() const
{
    return m_prospect->text();
}

void SetupPanel::askForRecordings()
{
    auto* dialog = new QFileDialog(this, tr("Recordings with marked exposures"), m_services.session.recordingFolder(),
                                   tr("Recordings (*.bnr)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this,
            [this](const QStringList& paths) { setData(setup().data + paths); });
    dialog->open();
}

void SetupPanel::askForFolder()
{
    auto* dialog = new QFileDialog(this, tr("Labelled measurements"), m_services.session.recordingFolder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& path) { setData(setup().data + QStringList(path)); });
    dialog->open();
}

void SetupPanel::changed()
{
    m_delay.start();
}

void SetupPanel::showCheck()
{
    const QString obstacle = m_comparison.obstacle();
    if (m_comparison.isRunning())
        m_banner->showMessage(Theme::Severity::Info,
                              tr("The plan is locked. Looking at the evidence as often as you like costs no error."));
    else if (m_comparison.isChecking())
        m_banner->showMessage(Theme::Severity::Info, tr("The data is being read."));
    else if (!m_comparison.failure().isEmpty())
        m_banner->showMessage(Theme::Severity::Warning, m_comparison.failure());
    else if (!obstacle.isEmpty())
        m_banner->showMessage(setup().data.isEmpty() ? Theme::Severity::Info : Theme::Severity::Error, obstacle);
    else
        m_banner->clear();
    m_prospect->setText(m_comparison.prospect().isEmpty()
                            ? tr("Choose the variants and the data, and this says what they can show, before anything "
                                 "is run.")
                            : m_comparison.prospect());
}

void SetupPanel::showRunning()
{
    const bool runs = m_comparison.isRunning();
    m_cancel->setVisible(runs);
    m_progress->setVisible(runs);
    if (runs)
        m_timer.start();
    else
        m_timer.stop();
    m_progress->setValue(static_cast<int>(m_comparison.progress() * 100));
    showCheck();
}

} // namespace bnof::studio
