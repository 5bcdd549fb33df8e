// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include <atomic>
#include <memory>

#include "engine/base/result.h"
#include "engine/base/time.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace bnof::session {
struct ExplainedRecording;
}
namespace bnof::widgets {
class CurveView;
class ImportanceView;
} // namespace bnof::widgets

namespace bnof::studio {

class OutcomeLabel;
class Services;

/// "Why this answer?": the channels and times, and the spikes, that a decision rests on. Beside the window, which goes
/// on; explains anew on demand.
class ExplanationDialog : public QDialog {
    Q_OBJECT

public:
    explicit ExplanationDialog(Services& services, QWidget* parent = nullptr);
    ~ExplanationDialog() override;

    /// Explain the last decision up to session time `at`; INT64_MAX: the newest one.
    void explain(Timestamp at);

private:
    struct Work; ///< one explanation that is being computed; the last reference to it ends in the GUI thread
    using Explained = Result<session::ExplainedRecording>;

    void present(const Explained& explained);
    void look();

    Services& m_services;
    QLabel* m_heading;
    QLabel* m_cell;
    OutcomeLabel* m_outcome;
    QProgressBar* m_progress;
    QPushButton* m_again;
    widgets::ImportanceView* m_view;
    widgets::CurveView* m_spikes;
    QLabel* m_spikesTitle;
    std::shared_ptr<Work> m_work;
};

} // namespace bnof::studio
