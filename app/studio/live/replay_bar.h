// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QSlider>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace bnof::studio {

class SessionController;

/// A slider whose handle comes to where it is clicked; moved() says where a person put it.
class PositionSlider : public QSlider {
    Q_OBJECT

public:
    explicit PositionSlider(QWidget* parent = nullptr);

    /// Follow the replay; does nothing while a person holds the handle.
    void follow(int value);

signals:
    void moved(int value);

protected:
    void mousePressEvent(QMouseEvent* event) override;

private:
    bool m_following = false;
};

/// Position, pause and speed of a replay, and its proof: the hashes of what was recorded and of what was
/// computed again, with a plain verdict.
class ReplayBar : public QFrame {
    Q_OBJECT

public:
    explicit ReplayBar(SessionController& session, QWidget* parent = nullptr);

    void refresh();
    /// The verdict as shown; empty while the replay runs.
    [[nodiscard]] QString verdict() const;
    [[nodiscard]] PositionSlider& slider() { return *m_position; }
    /// Put the cursor where a time to go to is typed.
    void askForTime();

signals:
    void closeRequested();

private:
    void styleForTheme();
    void showProof();
    void copyProof() const;
    void goToTypedTime();

    SessionController& m_session;
    QPushButton* m_pause;
    QComboBox* m_speed;
    PositionSlider* m_position;
    QLineEdit* m_goTo;
    QLabel* m_time;
    QPushButton* m_close;
    QString m_length;
    std::int64_t m_complainedAt = INT64_MIN / 2; ///< a time was typed that is none
    QWidget* m_proof;
    QLabel* m_verdict;
    QLabel* m_hashes;
    QPushButton* m_copy;
};

} // namespace bnof::studio
