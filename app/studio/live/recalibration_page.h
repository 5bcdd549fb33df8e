// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include <atomic>
#include <memory>
#include <vector>

#include "engine/base/result.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace bnof::olfaction {
struct RecalibratedModel;
struct RecalibrationReport;
} // namespace bnof::olfaction
namespace bnof::session {
struct RunningModel;
}

namespace bnof::studio {

class OutcomeLabel;
class Services;

/// Moves the model that runs to today's sensors with the puffs of a training set, shows what that changed on rows that
/// nothing was learned from, and puts the new model to use, or the old one back, with one button.
class RecalibrationPage : public QWidget {
    Q_OBJECT

public:
    explicit RecalibrationPage(Services& services, QWidget* parent = nullptr);
    ~RecalibrationPage() override;

    /// Begin with the puffs of `folder`.
    void begin(const QString& folder, std::shared_ptr<const session::RunningModel> model);
    [[nodiscard]] bool isBusy() const { return m_work != nullptr; }

signals:
    /// The page has done its part.
    void done();

private:
    struct Work;

    void present(const Result<olfaction::RecalibratedModel>& made);
    void showTable(const olfaction::RecalibrationReport& report);
    void use();
    void goBack();
    void change(const QString& setting, const std::vector<std::uint8_t>& bytes);
    void look();

    Services& m_services;
    QLabel* m_heading;
    QProgressBar* m_progress;
    QTableWidget* m_table;
    QLabel* m_note;
    OutcomeLabel* m_outcome;
    QPushButton* m_leave;
    QPushButton* m_back;
    QPushButton* m_use;
    QTimer m_timer;
    std::shared_ptr<Work> m_work; ///< null: nothing is computed
    std::shared_ptr<const session::RunningModel> m_old;
    QString m_oldSetting;
    std::vector<std::uint8_t> m_new; ///< accepted and not in use yet
};

} // namespace bnof::studio
