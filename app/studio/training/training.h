// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "app/studio/services/jobs.h"
#include "engine/base/json.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/judged_training.h"
#include "widgets/bar_list.h"
#include "widgets/split_view.h"

namespace bnof::studio {

class Services;

/// What was read of the chosen recordings, ready to be shown.
struct TrainingData {
    std::shared_ptr<const olfaction::Dataset> dataset; ///< null: nothing was chosen, or it cannot be read
    QString problem;                                   ///< why nothing can be trained on it; empty: it can
    QStringList warnings;                              ///< what makes every accuracy doubtful, with the remedy
    QStringList notes;                                 ///< flaws that were met and how they were treated
    std::vector<widgets::Bar> exposures;               ///< how many of each gas
    std::vector<widgets::SplitRow> rows;
    int splits = 0;
    olfaction::Protocol protocol = olfaction::Protocol::TimeSplit;
};

/// What to train.
struct TrainingPlan {
    std::string kind = "spiking";
    std::string name;
    std::uint64_t seed = 1;
    std::string encoder;                 ///< of the spiking network, see encoderNames(); empty: as the data suggests
    std::string learning = "delta-rule"; ///< see learningNames()
    olfaction::FrontEndChoice frontEnd = {}; ///< optional parts
};

/// Reads labelled recordings, trains a model on them and judges it on data that it did not see; all of it away from
/// the GUI thread.
class Training : public QObject {
    Q_OBJECT

public:
    /// What a training that runs, or ran last, shows of itself.
    struct Progress {
        double done = 0; ///< 0..1
        QString what;
        /// Mean squared error of the readout in every pass, a curve a network.
        std::vector<std::vector<std::pair<double, double>>> curves;
    };

    explicit Training(Services& services, QObject* parent = nullptr);
    ~Training() override;

    /// Recordings (.bnr), or one folder or file of labelled measurements; none: nothing. dataChanged() follows.
    void choose(const QStringList& paths, bool groupByDay);
    [[nodiscard]] bool isReading() const { return m_reading; }
    [[nodiscard]] const TrainingData& data() const { return m_data; }

    /// Why start() is refused now; empty: it is not.
    [[nodiscard]] QString obstacle() const;
    void start(const TrainingPlan& plan);
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_job && !m_job->isFinished(); }
    [[nodiscard]] Progress progress() const;
    /// What held-out data said of the model that was trained last; null before.
    [[nodiscard]] const Json& evaluation() const { return m_evaluation; }
    /// Its file.
    [[nodiscard]] const QString& modelPath() const { return m_modelPath; }
    /// Why the last training ended without a model; empty: it did not.
    [[nodiscard]] const QString& failure() const { return m_failure; }

    /// Where models are kept.
    [[nodiscard]] QString modelsFolder() const;

signals:
    void dataChanged();
    void runningChanged();
    void trained(const QString& path);

private:
    struct Shared;

    Services& m_services;
    TrainingData m_data;
    bool m_reading = false;
    int m_request = 0;
    std::shared_ptr<Job> m_job;
    std::shared_ptr<Shared> m_shared;
    Json m_evaluation;
    QString m_modelPath;
    QString m_failure;
};

} // namespace bnof::studio
