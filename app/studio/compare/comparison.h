// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <memory>
#include <vector>

#include "app/studio/services/jobs.h"
#include "engine/experiments/promotion.h"
#include "engine/experiments/store.h"
#include "widgets/evidence_view.h"

namespace bnof::studio {

class Services;

/// What to compare.
struct ComparisonSetup {
    QString a; ///< MODEL[?precision=…], see experiments::variantFromText()
    QString b;
    QStringList data; ///< recordings, or one folder or file of labelled measurements
    experiments::Plan plan;
};

/// An experiment as it is on the disk, ready to be shown.
struct ComparisonState {
    QString path;
    QString problem; ///< why it cannot be shown; empty: it can
    std::int64_t analysis = 0;
    experiments::LockedPlan locked;
    QString digest;
    std::vector<experiments::ComparedUnit> units;
    std::vector<widgets::EvidenceView::Point> points;
    std::size_t decidedAt = 0;
    double evidence = 0; ///< natural logarithm of the e-value
    experiments::Verdict verdict;
    std::string words;
    std::vector<experiments::GuardrailState> guardrails;
    std::vector<experiments::PromotionRule> rules;
    experiments::RampState ramp;
    std::vector<recording::AuditEntry> trail;
};

/// Compares two variants, and shows, promotes and rolls back experiments that are on the disk, those that another
/// process (bnof recognise --challenger) writes just now too. All of it away from the GUI thread.
class Comparison : public QObject {
    Q_OBJECT

public:
    explicit Comparison(Services& services, QObject* parent = nullptr);
    ~Comparison() override;

    /// Find out what this set-up can show, and why it cannot be run. checked() follows.
    void check(const ComparisonSetup& setup);
    /// In words, of the newest check; empty while it is not known.
    [[nodiscard]] const QString& prospect() const { return m_prospect; }
    /// Why start() is refused now; empty: it is not.
    [[nodiscard]] QString obstacle() const;
    [[nodiscard]] bool isChecking() const { return m_checking; }
    void start();
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_job && !m_job->isFinished(); }
    [[nodiscard]] double progress() const { return m_job ? m_job->progress() : 0; }
    /// Why the last comparison ended early; empty: it did not.
    [[nodiscard]] const QString& failure() const { return m_failure; }

    /// Show this experiment and follow it.
    void open(const QString& path);
    [[nodiscard]] const ComparisonState& state() const { return *m_state; }
    /// Data sets that were compared here, to jump to: by the name that units give their recording.
    [[nodiscard]] QString pathOf(const std::string& recording) const;

    void promote();
    void rollBack(const QString& reason);
    void writeReport(const QString& target);
    /// Where experiments are kept.
    [[nodiscard]] QString folder() const;

signals:
    void checked();
    void runningChanged();
    void stateChanged();
    void notice(const QString& text);

private:
    using Ready = std::shared_ptr<struct ReadyComparison>;
    void read();
    void act(Result<experiments::RampState> (*work)(const std::string& path, const std::string& who,
                                                    const std::string& reason),
             const QString& reason);

    Services& m_services;
    ComparisonSetup m_setup;
    Ready m_ready; ///< of the newest check; null: it cannot be run
    QString m_prospect;
    QString m_obstacle;
    QString m_failure;
    bool m_checking = false;
    bool m_reading = false;
    int m_request = 0;
    std::shared_ptr<Job> m_job;
    std::shared_ptr<const ComparisonState> m_state;
    QString m_path;
    QTimer m_follow;
};

} // namespace bnof::studio
