// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/training/plan_panel.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/studio/shell/action_registry.h"
#include "app/studio/shell/banner.h"
#include "app/studio/shell/primary_button.h"
#include "app/studio/training/training.h"
#include "widgets/bar_list.h"
#include "widgets/curve_view.h"
#include "widgets/split_view.h"
#include "widgets/theme.h"

namespace bnof::studio {
namespace {

using widgets::Theme;

constexpr int refreshInterval = 200; ///< ms; a pass of the readout takes longer

QLabel* heading(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setFont(Theme::font(Theme::TextSize::Body, true));
    return label;
}

} // namespace

PlanPanel::PlanPanel(Training& training, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_training(training), m_area(new QScrollArea(this)),
      m_banner(new Banner(tr("State of the training data"), this)), m_health(new QLabel(this)),
      m_exposures(new widgets::BarList(this)), m_splitText(new QLabel(this)), m_split(new widgets::SplitView(this)),
      m_name(new QLineEdit(this)), m_kind(new QComboBox(this)), m_seed(new QSpinBox(this)),
      m_encoder(new QComboBox(this)), m_learning(new QComboBox(this)), m_climate(new QCheckBox(this)),
      m_baseline(new QCheckBox(this)), m_deconvolution(new QCheckBox(this)),
      m_cancel(new QPushButton(tr("Cancel the training"), this)), m_progress(new QProgressBar(this)),
      m_phase(new QLabel(this)), m_curves(new widgets::CurveView(this))
{
    m_health->setWordWrap(true);
    m_health->setTextFormat(Qt::PlainText);
    m_health->setObjectName(QStringLiteral("trainingHealth"));
    m_health->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_splitText->setWordWrap(true);
    m_splitText->setForegroundRole(QPalette::PlaceholderText);
    m_exposures->setAccessibleName(tr("Exposures of each gas"));
    m_curves->setAxes(tr("pass"), tr("error of the readout (mean square)"));
    m_curves->setAccessibleName(tr("What is learned in every pass"));
    m_phase->setTextFormat(Qt::PlainText);

    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setSpacing(Theme::space(2));
    column->addWidget(heading(tr("Exposures"), page));
    column->addWidget(m_exposures);
    column->addWidget(m_health);
    column->addWidget(heading(tr("What trains and what tests"), page));
    column->addWidget(m_splitText);
    column->addWidget(m_split);
    column->addWidget(heading(tr("Model"), page));
    column->addWidget(buildChoices(actions));
    column->addWidget(m_phase);
    column->addWidget(m_progress);
    column->addWidget(m_curves);
    column->addStretch(1);
    m_area->setWidget(page);
    m_area->setWidgetResizable(true);
    m_area->setFrameShape(QFrame::NoFrame);
    m_area->setFocusPolicy(Qt::NoFocus);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_banner);
    layout->addWidget(m_area, 1);

    m_timer.setInterval(refreshInterval);
    connect(&m_timer, &QTimer::timeout, this, &PlanPanel::showProgress);
    connect(&m_training, &Training::dataChanged, this, &PlanPanel::showData);
    connect(&m_training, &Training::runningChanged, this, &PlanPanel::showRunning);
    connect(m_cancel, &QPushButton::clicked, &m_training, &Training::cancel);
    showData();
    showRunning();
}

QWidget* PlanPanel::buildChoices(ActionRegistry& actions)
{
    auto* choices = new QWidget(this);
    m_name->setAccessibleName(tr("Name of the model"));
    m_name->setObjectName(QStringLiteral("modelName"));
    m_name->setMaxLength(80);
    m_name->setText(tr("my nose"));
    m_kind->setAccessibleName(tr("Kind of model"));
    m_kind->setObjectName(QStringLiteral("modelKind"));
    m_kind->addItem(tr("Spiking network"), QStringLiteral("spiking"));
    m_kind->addItem(tr("Shrinkage LDA"), QStringLiteral("lda"));
    m_kind->addItem(tr("Virtual receptors"), QStringLiteral("virtual-receptors"));
    m_kind->addItem(tr("Nearest template"), QStringLiteral("template"));
    m_kind->addItem(tr("Support vector machine"), QStringLiteral("svm"));
    m_kind->addItem(tr("Random forest"), QStringLiteral("forest"));
    m_kind->addItem(tr("Nearest neighbours"), QStringLiteral("knn"));
    m_kind->addItem(tr("Convolutional network"), QStringLiteral("cnn"));
    m_seed->setAccessibleName(tr("Seed"));
    m_seed->setRange(0, 1'000'000);
    m_seed->setValue(1);
    m_seed->setToolTip(tr("The same data, settings and seed give the same model, bit for bit."));
    m_encoder->setAccessibleName(tr("Spike code of the receptors"));
    m_encoder->setObjectName(QStringLiteral("encoder"));
    m_encoder->addItem(tr("As the data suggests"), QString());
    m_encoder->addItem(tr("Staggered thresholds"), QStringLiteral("offset"));
    m_encoder->addItem(tr("Rate"), QStringLiteral("rate"));
    m_encoder->addItem(tr("Latency"), QStringLiteral("latency"));
    m_encoder->addItem(tr("Phase"), QStringLiteral("phase"));
    m_encoder->addItem(tr("Burst"), QStringLiteral("burst"));
    m_encoder->addItem(tr("Rank order"), QStringLiteral("rank-order"));
    m_encoder->addItem(tr("Delta"), QStringLiteral("delta"));
    m_encoder->addItem(tr("Sigma-delta"), QStringLiteral("sigma-delta"));
    m_encoder->addItem(tr("Population"), QStringLiteral("population"));
    m_learning->setAccessibleName(tr("How the readout learns"));
    m_learning->setObjectName(QStringLiteral("learning"));
    m_learning->addItem(tr("Error-driven (delta rule)"), QStringLiteral("delta-rule"));
    m_learning->addItem(tr("Ridge regression"), QStringLiteral("ridge"));
    m_learning->addItem(tr("Surrogate gradient"), QStringLiteral("surrogate-gradient"));
    const auto spiking = [this] {
        const bool is = m_kind->currentData().toString() == QLatin1String("spiking");
        m_encoder->setEnabled(is);
        m_learning->setEnabled(is);
    };
    connect(m_kind, &QComboBox::currentIndexChanged, this, spiking);
    spiking();
    auto* train = makePrimaryButton(actions.action(QStringLiteral("train")), tr("Train"), this);
    train->setObjectName(QStringLiteral("trainButton"));
    m_cancel->setMinimumHeight(Theme::space(9));
    auto* row = new QHBoxLayout;
    row->addWidget(train);
    row->addWidget(m_cancel);
    row->addStretch(1);
    auto* form = new QFormLayout(choices);
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(tr("Name"), m_name);
    form->addRow(tr("Kind"), m_kind);
    form->addRow(tr("Spike code"), m_encoder);
    form->addRow(tr("Learning"), m_learning);
    form->addRow(tr("Front end"), buildFrontEnd());
    form->addRow(tr("Seed"), m_seed);
    form->addRow(QString(), row);
    return choices;
}

QWidget* PlanPanel::buildFrontEnd()
{
    auto* parts = new QWidget(this);
    auto* layout = new QVBoxLayout(parts);
    layout->setContentsMargins(0, 0, 0, 0);
    const auto add = [layout](QCheckBox* box, const QString& text, const QString& tip, const char* name) {
        box->setText(text);
        box->setToolTip(tip);
        box->setObjectName(QLatin1String(name));
        layout->addWidget(box);
    };
    add(m_climate, tr("Take off temperature and humidity"),
        tr("What the device's own climate sensors explain is taken off every channel."), "climate");
    add(m_baseline, tr("Freezing baseline"),
        tr("A slow baseline that stands still during exposures, so that a long one does not become clean air."),
        "freezingBaseline");
    add(m_deconvolution, tr("Deconvolution"),
        tr("What slow sensors will come to, from how fast they move: quicker, and noisier."), "deconvolution");
    return parts;
}

void PlanPanel::setName(const QString& name)
{
    m_name->setText(name);
}

TrainingPlan PlanPanel::plan() const
{
    TrainingPlan out;
    out.kind = m_kind->currentData().toString().toStdString();
    out.name = m_name->text().trimmed().toStdString();
    out.seed = static_cast<std::uint64_t>(m_seed->value());
    if (out.name.empty())
        out.name = "model";
    out.encoder = m_encoder->currentData().toString().toStdString();
    out.learning = m_learning->currentData().toString().toStdString();
    out.frontEnd.climate = m_climate->isChecked();
    out.frontEnd.baselineSeconds = m_baseline->isChecked() ? olfaction::usualBaselineSeconds : 0;
    out.frontEnd.deconvolution = m_deconvolution->isChecked();
    return out;
}

void PlanPanel::showData()
{
    const TrainingData& shown = m_training.data();
    if (m_training.isReading())
        m_banner->showMessage(Theme::Severity::Info, tr("The data is being read."));
    else if (!shown.problem.isEmpty())
        m_banner->showMessage(Theme::Severity::Error, shown.problem);
    else if (!shown.warnings.isEmpty())
        m_banner->showMessage(Theme::Severity::Warning, shown.warnings.join(QLatin1Char('\n')));
    else if (shown.dataset)
        m_banner->showMessage(Theme::Severity::Good, tr("Nothing speaks against training on this data."));
    else
        m_banner->showMessage(Theme::Severity::Info,
                              tr("Tick recordings in which exposures are marked, or choose a folder of labelled "
                                 "measurements. Mark an exposure as \"ethanol 100 ppm\" and its end as \"end\", or let "
                                 "a protocol do it."));
    auto bars = shown.exposures;
    for (widgets::Bar& bar : bars)
        bar.colour = Theme::current().gasColour(bar.name); // the theme belongs to this thread
    m_exposures->setBars(std::move(bars));
    m_exposures->setVisible(!shown.exposures.empty());
    m_health->setText(shown.notes.join(QLatin1Char('\n')));
    m_health->setVisible(!shown.notes.isEmpty());
    m_split->setRows(shown.rows);
    m_splitText->setText(shown.protocol == olfaction::Protocol::HeldOut
                             ? tr("Every recording tests once what the others taught, in %n round(s); the first is "
                                  "shown. The model itself is trained on everything.",
                                  nullptr, shown.splits)
                             : tr("The later part of every recording tests what the earlier part taught. The model "
                                  "itself is trained on everything. Recordings of several days would show more."));
    m_splitText->setVisible(shown.dataset != nullptr);
}

void PlanPanel::showRunning()
{
    const bool runs = m_training.isRunning();
    m_cancel->setVisible(runs);
    m_progress->setVisible(runs);
    if (runs) {
        m_timer.start();
    } else {
        m_timer.stop();
        if (!m_training.failure().isEmpty())
            m_phase->setText(tr("No model was made: %1").arg(m_training.failure()));
        else if (!m_training.modelPath().isEmpty())
            m_phase->setText(tr("The model is made: %1").arg(m_training.modelPath()));
    }
    showProgress();
}

void PlanPanel::showProgress()
{
    const auto progress = m_training.progress();
    m_progress->setValue(static_cast<int>(progress.done * 100));
    if (m_training.isRunning())
        m_phase->setText(progress.what);
    m_phase->setVisible(!m_phase->text().isEmpty());
    std::vector<widgets::CurveView::Curve> curves;
    for (const auto& points : progress.curves)
        curves.push_back({tr("network %1").arg(curves.size() + 1), points});
    if (m_training.isRunning() && m_curves->isHidden() && !curves.empty())
        QTimer::singleShot(2 * refreshInterval, m_curves,
                           [this] { m_area->ensureWidgetVisible(m_curves); }); // once it has a place
    m_curves->setVisible(!curves.empty());
    m_curves->setCurves(std::move(curves));
}

} // namespace bnof::studio
