// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/job_bar.h"

#include <QDesktopServices>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QUrl>

#include "app/studio/services/format.h"
#include "app/studio/services/jobs.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

struct JobBar::Row {
    std::shared_ptr<Job> job;
    QWidget* widget = nullptr;
    QLabel* text = nullptr;
    QProgressBar* progress = nullptr;
    bool finished = false;
};

JobBar::JobBar(JobList& jobs, QWidget* parent) : QFrame(parent), m_jobs(jobs), m_layout(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("jobBar"));
    setAccessibleName(tr("Work in progress"));
    m_layout->setContentsMargins(Theme::space(3), Theme::space(1), Theme::space(3), Theme::space(1));
    m_layout->setSpacing(Theme::space(1));
    m_timer.setInterval(200);
    connect(&m_jobs, &JobList::changed, this, &JobBar::rebuild);
    connect(&m_timer, &QTimer::timeout, this, &JobBar::refresh);
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, &JobBar::styleForTheme);
    styleForTheme();
    rebuild();
}

JobBar::~JobBar() = default;

void JobBar::styleForTheme()
{
    const auto& theme = Theme::current();
    setStyleSheet(QStringLiteral("#jobBar { background: %1; border: none; border-top: 1px solid %2; }")
                      .arg(theme.surface.name(), theme.border.name()));
}

void JobBar::rebuild()
{
    for (auto& row : m_rows)
        row->widget->deleteLater();
    m_rows.clear();
    for (const auto& job : m_jobs.jobs()) {
        auto row = std::make_unique<Row>();
        row->job = job;
        row->finished = job->isFinished();
        row->widget = new QWidget(this);
        auto* line = new QHBoxLayout(row->widget);
        line->setContentsMargins(0, 0, 0, 0);
        row->text = new QLabel(row->widget);
        row->text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
        row->text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        line->addWidget(row->text, 1);
        auto* button = new QPushButton(row->widget);
        if (row->finished) {
            if (!job->outcome().path.isEmpty()) {
                auto* reveal = new QPushButton(tr("Show in folder"), row->widget);
                reveal->setAccessibleName(reveal->text());
                connect(reveal, &QPushButton::clicked, this, [path = job->outcome().path] { revealFile(path); });
                line->addWidget(reveal);
            }
            button->setText(tr("Close"));
            connect(button, &QPushButton::clicked, this, [this, job] { m_jobs.dismiss(job); });
        } else {
            row->progress = new QProgressBar(row->widget);
            row->progress->setRange(0, job->isCancellable() ? 1000 : 0);
            row->progress->setTextVisible(false);
            row->progress->setMaximumWidth(Theme::space(60));
            row->progress->setAccessibleName(tr("Progress of: %1").arg(job->title()));
            line->addWidget(row->progress);
            button->setText(tr("Cancel"));
            button->setEnabled(job->isCancellable());
            connect(button, &QPushButton::clicked, this, [job, button] {
                button->setEnabled(false);
                job->cancel();
            });
        }
        button->setAccessibleName(button->text());
        line->addWidget(button);
        m_layout->addWidget(row->widget);
        m_rows.push_back(std::move(row));
    }
    setVisible(!m_rows.empty());
    if (m_jobs.runningCount() > 0)
        m_timer.start();
    else
        m_timer.stop();
    refresh();
}

void JobBar::refresh()
{
    for (const auto& row : m_rows) {
        if (row->finished) {
            const auto& outcome = row->job->outcome();
            const QString sign = outcome.ok          ? QStringLiteral("✓ ")
                                 : outcome.cancelled ? QString()
                                                     : QStringLiteral("⚠ ");
            row->text->setText(sign + row->job->title() + QStringLiteral(": ") + outcome.message);
        } else {
            const double left = row->job->secondsLeft();
            row->text->setText(left < 0 ? row->job->title()
                                        : tr("%1, %2 left").arg(row->job->title(), Format::duration(left)));
            row->progress->setValue(static_cast<int>(1000 * row->job->progress()));
        }
        row->text->setToolTip(row->text->text());
    }
}

void revealFile(const QString& path)
{
    QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(path).absolutePath()));
}

} // namespace bnof::studio
