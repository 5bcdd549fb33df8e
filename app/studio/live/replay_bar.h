// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace bnof::studio {

class SessionController;

/// Position, pause and speed of a replay, and its proof: the hashes of what was recorded and of what was
/// computed again, with a plain verdict.
class ReplayBar : public QFrame {
    Q_OBJECT

public:
    explicit ReplayBar(SessionController& session, QWidget* parent = nullptr);

    void refresh();
    /// The verdict as shown; empty while the replay runs.
    [[nodiscard]] QString verdict() const;

signals:
    void closeRequested();

private:
    void styleForTheme();
    void showProof();
    void copyProof() const;

    SessionController& m_session;
    QPushButton* m_pause;
    QComboBox* m_speed;
    QProgressBar* m_position;
    QLabel* m_time;
    QPushButton* m_close;
    QWidget* m_proof;
    QLabel* m_verdict;
    QLabel* m_hashes;
    QPushButton* m_copy;
};

} // namespace bnof::studio
