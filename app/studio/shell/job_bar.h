// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QTimer>

#include <memory>
#include <vector>

class QHBoxLayout;
class QLabel;
class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace bnof::studio {

class Job;
class JobList;

/// Long work at the foot of the window: progress with time left, a way to cancel, and what came of it.
/// Hidden while there is nothing to tell.
class JobBar : public QFrame {
    Q_OBJECT

public:
    explicit JobBar(JobList& jobs, QWidget* parent = nullptr);
    ~JobBar() override;

private:
    struct Row;

    void rebuild();
    void refresh();
    void styleForTheme();

    JobList& m_jobs;
    QVBoxLayout* m_layout;
    std::vector<std::unique_ptr<Row>> m_rows;
    QTimer m_timer;
};

/// Show a file in the system's file manager; away from the GUI thread.
void revealFile(const QString& path);

} // namespace bnof::studio
