// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/explanation_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>

#include "app/studio/live/outcome_label.h"
#include "app/studio/services/background.h"
#include "app/studio/services/services.h"
#include "engine/session/explain_recording.h"
#include "widgets/curve_view.h"
#include "widgets/importance_view.h"

namespace bnof::studio {
namespace {

constexpr int lookEveryMs = 100;

QString percent(double share)
{
    return QLocale().toString(100 * share, 'f', 1);
}

/// The newest decision of a live session, from what its recogniser was shown.
Result<session::ExplainedRecording> explainLive(session::Presented presented, const std::vector<std::string>& gases,
                                                const std::string& modelName,
                                                const olfaction::ExplanationOptions& options,
                                                const std::function<bool(double)>& progress)
{
    if (presented.modelBytes.empty())
        return makeError(ErrorKind::BadInput, "nothing is being recognised", "explanation",
                         "Choose a model under Settings, Recognition.");
    BNOF_TRY_ASSIGN(const auto recogniser, olfaction::makeRecogniser(presented.modelBytes, {.backEnd = "vector"}));
    session::ExplainedRecording out;
    out.channels = recogniser->info().channels;
    out.recogniserKind = recogniser->info().kind;
    out.gases = gases;
    out.modelName = modelName;
    BNOF_TRY_ASSIGN(out.explanation, olfaction::explain(presented.modelBytes, presented.span, options, progress));
    out.span = std::move(presented.span);
    return out;
}

} // namespace

struct ExplanationDialog::Work {
    std::atomic<double> progress{0};
    std::atomic<bool> cancelled{false};
    std::mutex mutex;
    std::optional<session::Presented> presented; ///< from the session's compute thread
    bool started = false;                        ///< what was presented has been taken up
    olfaction::ExplanationOptions options;
    std::vector<std::string> gases;
    std::string modelName;
};

ExplanationDialog::ExplanationDialog(Services& services, QWidget* parent)
    : QDialog(parent), m_services(services), m_heading(new QLabel(this)), m_cell(new QLabel(this)),
      m_outcome(new OutcomeLabel(this)), m_progress(new QProgressBar(this)),
      m_again(new QPushButton(tr("Explain the &newest answer"), this)), m_view(new widgets::ImportanceView(this)),
      m_spikes(new widgets::CurveView(this)), m_spikesTitle(new QLabel(this))
{
    setWindowTitle(tr("Why this answer?"));
    setModal(false);
    resize(760, 620);
    m_heading->setFont(widgets::Theme::font(widgets::Theme::TextSize::Title, true));
    m_heading->setWordWrap(true);
    m_cell->setWordWrap(true);
    m_cell->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_progress->setRange(0, 1000);
    m_progress->setAccessibleName(tr("Progress of the explanation"));
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(m_view);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setAccessibleName(tr("Channels and times"));
    m_spikesTitle->setText(tr("Spikes of the decision window: what they gave the answer over its rival"));
    m_spikesTitle->setWordWrap(true);
    m_spikes->setAxes(tr("ms before the answer"), tr("input in mV"));
    m_spikes->setAccessibleName(tr("Evidence of the spikes"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->addButton(m_again, QDialogButtonBox::ActionRole);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_heading);
    layout->addWidget(m_outcome);
    layout->addWidget(m_progress);
    layout->addWidget(scroll, 1);
    layout->addWidget(m_cell);
    layout->addWidget(m_spikesTitle);
    layout->addWidget(m_spikes);
    layout->addWidget(buttons);
    connect(m_view, &widgets::ImportanceView::currentChanged, m_cell, &QLabel::setText);
    connect(m_again, &QPushButton::clicked, this, [this] { explain(INT64_MAX); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    auto* timer = new QTimer(this);
    connect(timer, &QTimer::timeout, this, &ExplanationDialog::look);
    timer->start(lookEveryMs);
    setAttribute(Qt::WA_DeleteOnClose);
}

ExplanationDialog::~ExplanationDialog()
{
    if (m_work)
        m_work->cancelled = true;
}

void ExplanationDialog::explain(Timestamp at)
{
    if (m_work)
        m_work->cancelled = true;
    m_work = std::make_shared<Work>();
    const auto& status = m_services.session.status();
    m_work->options.at = at;
    m_work->options.threads = std::max(1U, std::thread::hardware_concurrency() / 2); // a live session goes on
    m_work->gases = status.gases;
    m_work->modelName = status.modelName;
    m_outcome->say(widgets::Theme::Severity::Info, {});
    m_progress->show();
    m_progress->setValue(0);
    m_again->setEnabled(false);
    const auto work = m_work;
    const auto progress = [work](double share) {
        work->progress = share;
        return !work->cancelled;
    };
    if (status.replay) {
        if (at == INT64_MAX)
            work->options.at = status.now;
        work->started = true;
        inBackground(
            *m_services.executor, this, "explain a decision",
            [work, progress, path = status.replay->path] {
                return session::explainRecording(path, {}, work->options, progress);
            },
            [this, work](const Explained& explained) {
                if (work == m_work)
                    present(explained);
            });
        return;
    }
    if (const auto running = m_services.session.session()) {
        running->presented([work](session::Presented presented) {
            const std::scoped_lock lock(work->mutex);
            work->presented = std::move(presented);
        });
        return;
    }
    present(
        makeError(ErrorKind::BadInput, "nothing is running", "explanation", "Connect a sensor or replay a recording."));
}

/// Takes up what the compute thread has put down, and shows how far the work is.
void ExplanationDialog::look()
{
    if (!m_work || m_progress->isHidden())
        return;
    m_progress->setValue(static_cast<int>(1000 * m_work->progress));
    if (m_work->started)
        return;
    std::optional<session::Presented> presented;
    {
        const std::scoped_lock lock(m_work->mutex);
        presented = std::move(m_work->presented);
        m_work->presented.reset();
    }
    if (!presented) {
        if (!m_services.session.isRunning())
            present(makeError(ErrorKind::BadInput, "the session has ended", "explanation",
                              "Replay its recording to explain its decisions."));
        return;
    }
    m_work->started = true;
    const auto work = m_work;
    inBackground(
        *m_services.executor, this, "explain a decision",
        [work, presented = std::move(*presented)]() mutable {
            return explainLive(std::move(presented), work->gases, work->modelName, work->options, [work](double share) {
                work->progress = share;
                return !work->cancelled;
            });
        },
        [this, work](const Explained& explained) {
            if (work == m_work)
                present(explained);
        });
}

void ExplanationDialog::present(const Explained& explained)
{
    m_progress->hide();
    m_again->setEnabled(true);
    if (!explained.ok()) {
        m_outcome->say(explained.error());
        return;
    }
    const olfaction::Explanation& e = explained->explanation;
    const auto nameOf = [&](int gas) {
        return gas < 0 ? tr("unknown") : QString::fromStdString(explained->gases[static_cast<std::size_t>(gas)]);
    };
    const QString answer = nameOf(e.decision.gas);
    QString heading = tr("At %1: %2, %3 %").arg(Format::clock(e.decision.t), answer, percent(e.answer()));
    // One decimal is shown.
    if (e.rival >= 0 && e.decision.probabilities[static_cast<std::size_t>(e.rival)] >= 0.0005F)
        heading += tr(", before %1 with %2 %")
                       .arg(nameOf(e.rival),
                            percent(static_cast<double>(e.decision.probabilities[static_cast<std::size_t>(e.rival)])));
    m_heading->setText(heading);
    if (explained->asRecorded && !*explained->asRecorded)
        m_outcome->say(widgets::Theme::Severity::Warning,
                       tr("This is not the decision that was recorded: the model or the program has changed since."));
    std::vector<double> edges;
    for (const Timestamp edge : e.edges)
        edges.push_back(toSeconds(edge - e.decision.t));
    // Several channels can be equally indispensable; then the one with the strongest moment comes first.
    const auto weight = [&](std::size_t c) {
        double strongest = 0;
        for (std::size_t s = 0; s + 1 < e.edges.size(); ++s)
            strongest = std::max(strongest, e.at(c, s));
        return std::pair(std::round(100 * e.without[c]), strongest);
    };
    std::vector<std::size_t> order(e.channels);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weight(a) > weight(b); });
    std::vector<widgets::ImportanceView::Row> rows;
    for (const std::size_t c : order) {
        widgets::ImportanceView::Row row;
        row.name = QString::fromStdString(explained->channels[c].name);
        row.unit = QString::fromStdString(explained->channels[c].unit);
        for (std::size_t i = 0; i < explained->span.frames(); ++i) {
            if (const Timestamp t = explained->span.times[i]; t >= e.edges.front() && t <= e.edges.back())
                row.points.emplace_back(toSeconds(t - e.decision.t),
                                        static_cast<double>(explained->span.values[i * e.channels + c]));
        }
        for (std::size_t s = 0; s + 1 < e.edges.size(); ++s)
            row.importance.push_back(e.at(c, s));
        row.without = e.without[c];
        rows.push_back(std::move(row));
    }
    m_view->setContent(answer, std::move(edges), std::move(rows));
    widgets::CurveView::Curve direct{tr("direct pathway"), {}};
    widgets::CurveView::Curve learned{tr("Kenyon cells"), {}};
    for (const olfaction::SpikeEvidence& bin : e.evidence) {
        const double ms = 1000 * toSeconds(bin.t - e.decision.t);
        direct.points.emplace_back(ms, bin.direct);
        learned.points.emplace_back(ms, bin.learned);
    }
    m_spikes->setVisible(!e.evidence.empty());
    m_spikesTitle->setVisible(!e.evidence.empty());
    m_spikes->setCurves({std::move(direct), std::move(learned)});
}

} // namespace bnof::studio
