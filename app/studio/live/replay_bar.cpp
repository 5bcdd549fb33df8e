// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/replay_bar.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include <climits>
#include <cmath>

#include "app/studio/services/format.h"
#include "app/studio/services/session_controller.h"
#include "app/studio/shell/icons.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

QString shortHash(const std::string& hash)
{
    return hash.empty() ? QStringLiteral("–") : toQString(hash).left(12);
}

} // namespace

PositionSlider::PositionSlider(QWidget* parent) : QSlider(Qt::Horizontal, parent)
{
    setTracking(false); // going there begins when the handle is let go
    connect(this, &QSlider::valueChanged, this, [this](int value) {
        if (!m_following)
            emit moved(value);
    });
}

void PositionSlider::follow(int value)
{
    if (isSliderDown())
        return;
    m_following = true;
    setValue(value);
    m_following = false;
}

void PositionSlider::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        setSliderPosition(
            QStyle::sliderValueFromPosition(minimum(), maximum(), static_cast<int>(event->position().x()), width()));
    QSlider::mousePressEvent(event);
}

ReplayBar::ReplayBar(SessionController& session, QWidget* parent)
    : QFrame(parent), m_session(session), m_pause(new QPushButton(this)), m_speed(new QComboBox(this)),
      m_position(new PositionSlider(this)), m_goTo(new QLineEdit(this)), m_time(new QLabel(this)),
      m_close(new QPushButton(tr("End replay"), this)), m_proof(new QWidget(this)), m_verdict(new QLabel(m_proof)),
      m_hashes(new QLabel(m_proof)), m_copy(new QPushButton(tr("Copy proof"), m_proof))
{
    setObjectName(QStringLiteral("replayBar"));
    setAccessibleName(tr("Replay"));
    m_pause->setAccessibleName(tr("Pause or resume the replay"));
    m_speed->setAccessibleName(tr("Speed of the replay"));
    m_speed->addItem(tr("1× (real time)"), 1.0);
    m_speed->addItem(tr("10×"), 10.0);
    m_speed->addItem(tr("as fast as possible"), 0.0);
    m_position->setAccessibleName(tr("Position in the recording"));
    m_position->setToolTip(tr("Go to another time: forward as fast as possible, back from the beginning again. Every "
                              "spike is computed, so the proof holds."));
    m_goTo->setObjectName(QStringLiteral("replayGoTo"));
    m_goTo->setPlaceholderText(tr("go to h:mm:ss"));
    m_goTo->setAccessibleName(tr("Go to a time in the recording"));
    m_goTo->setToolTip(tr("Time from the beginning, for example 90, 1:30 or 0:01:30 (Ctrl+G)"));
    m_goTo->setMaximumWidth(Theme::space(30));
    m_close->setAccessibleName(tr("End replay"));
    m_verdict->setObjectName(QStringLiteral("replayVerdict"));
    m_verdict->setFont(Theme::font(Theme::TextSize::Body, true));
    m_verdict->setWordWrap(true);
    m_hashes->setFont(Theme::font(Theme::TextSize::Small));
    m_hashes->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_hashes->setAccessibleName(tr("Recorded and replayed hashes"));
    m_copy->setAccessibleName(tr("Copy proof"));

    auto* controls = new QHBoxLayout;
    controls->addWidget(m_pause);
    controls->addWidget(m_speed);
    controls->addWidget(m_position, 1);
    controls->addWidget(m_time);
    controls->addWidget(m_goTo);
    controls->addWidget(m_close);
    auto* text = new QVBoxLayout;
    text->addWidget(m_verdict);
    text->addWidget(m_hashes);
    auto* proof = new QHBoxLayout(m_proof);
    proof->setContentsMargins(0, 0, 0, 0);
    proof->addLayout(text, 1);
    proof->addWidget(m_copy);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(3), Theme::space(2), Theme::space(3), Theme::space(2));
    layout->setSpacing(Theme::space(2));
    layout->addLayout(controls);
    layout->addWidget(m_proof);

    connect(m_pause, &QPushButton::clicked, this, [this] {
        if (const auto& replay = m_session.status().replay)
            m_session.setReplayPaused(!replay->paused);
    });
    connect(m_speed, &QComboBox::activated, this,
            [this] { m_session.setReplaySpeed(m_speed->currentData().toDouble()); });
    connect(m_position, &PositionSlider::moved, this, [this](int value) {
        if (const auto& replay = m_session.status().replay)
            m_session.goTo(replay->start + value * nanosecondsPerMillisecond);
    });
    connect(m_goTo, &QLineEdit::returnPressed, this, &ReplayBar::goToTypedTime);
    connect(m_close, &QPushButton::clicked, this, &ReplayBar::closeRequested);
    connect(m_copy, &QPushButton::clicked, this, &ReplayBar::copyProof);
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, &ReplayBar::styleForTheme);
    styleForTheme();
    m_proof->hide();
}

void ReplayBar::styleForTheme()
{
    const auto& theme = Theme::current();
    setStyleSheet(QStringLiteral("#replayBar { background: %1; border: none; border-bottom: 1px solid %2; }")
                      .arg(theme.surface.name(), theme.border.name()));
}

void ReplayBar::askForTime()
{
    m_goTo->selectAll();
    m_goTo->setFocus(Qt::ShortcutFocusReason);
}

void ReplayBar::goToTypedTime()
{
    const auto& replay = m_session.status().replay;
    const auto seconds = Format::parseClock(m_goTo->text());
    if (!replay || !seconds || fromSeconds(*seconds) > replay->end - replay->start) {
        m_goTo->selectAll();
        m_time->setText(tr("not a time within %1").arg(m_length));
        m_complainedAt = monotonicNow();
        return;
    }
    m_goTo->clear();
    m_position->setFocus(Qt::OtherFocusReason);
    m_session.goTo(replay->start + fromSeconds(*seconds));
}

void ReplayBar::refresh()
{
    const auto& replay = m_session.status().replay;
    if (!replay && m_session.isGoingBack())
        return; // there again in a moment
    setVisible(replay.has_value());
    if (!replay)
        return;
    m_pause->setIcon(themedIcon(replay->paused ? QStringLiteral("play") : QStringLiteral("pause")));
    m_pause->setText(replay->paused ? tr("Resume") : tr("Pause"));
    m_pause->setEnabled(!replay->proof.finished);
    m_speed->setEnabled(!replay->proof.finished);
    if (!m_speed->view()->isVisible()) {
        for (int row = 0; row < m_speed->count(); ++row)
            if (std::abs(m_speed->itemData(row).toDouble() - replay->speed) < 1e-9)
                m_speed->setCurrentIndex(row);
    }
    const auto length = std::max<Timestamp>(replay->end - replay->start, 1);
    const auto done = std::clamp<Timestamp>(replay->position - replay->start, 0, length);
    m_position->setRange(0, static_cast<int>(std::min<Timestamp>(length / nanosecondsPerMillisecond, INT_MAX)));
    m_position->setSingleStep(1000);
    m_position->setPageStep(std::max(m_position->maximum() / 10, 1000));
    m_position->follow(static_cast<int>(done / nanosecondsPerMillisecond));
    m_length = Format::clock(length);
    if (monotonicNow() - m_complainedAt < 3 * nanosecondsPerSecond)
        return showProof();
    const QString at = Format::clock(done) + QStringLiteral(" / ") + m_length;
    m_time->setText(replay->goingTo ? tr("going to %1 …").arg(Format::clock(*replay->goingTo - replay->start)) : at);
    showProof();
}

QString ReplayBar::verdict() const
{
    const auto& replay = m_session.status().replay;
    if (!replay || !replay->proof.finished)
        return {};
    const auto& proof = replay->proof;
    if (!proof.comparable)
        return proof.remark.empty() ? tr("There is nothing to compare: the recording holds no decisions.")
                                    : tr("Not comparable: %1").arg(toQString(proof.remark));
    if (proof.match)
        return tr("Proved: every spike and every decision of the replay is identical to the recording.");
    return tr("The replay differs from the recording. %1").arg(toQString(proof.remark)).trimmed();
}

void ReplayBar::showProof()
{
    const auto& proof = m_session.status().replay->proof;
    m_proof->setVisible(proof.finished);
    if (!proof.finished)
        return;
    const auto& theme = Theme::current();
    QPalette colours = m_verdict->palette();
    colours.setColor(QPalette::WindowText, !proof.comparable ? theme.text
                                           : proof.match     ? theme.severity(Theme::Severity::Good)
                                                             : theme.severity(Theme::Severity::Error));
    m_verdict->setPalette(colours);
    m_verdict->setText((proof.comparable && proof.match ? QStringLiteral("✓ ") : QString()) + verdict());
    const auto pair = [](const std::string& recorded, const std::string& replayed) {
        return shortHash(recorded) + (recorded == replayed ? QStringLiteral(" = ") : QStringLiteral(" ≠ ")) +
               shortHash(replayed);
    };
    m_hashes->setText(tr("%L1 frames, %L2 spikes, %L3 decisions. Recorded and replayed: spikes %4, decisions %5")
                          .arg(static_cast<qulonglong>(proof.frames))
                          .arg(static_cast<qulonglong>(proof.spikes))
                          .arg(static_cast<qulonglong>(proof.decisions))
                          .arg(pair(proof.recordedSpikes, proof.replayedSpikes),
                               pair(proof.recordedDecisions, proof.replayedDecisions)));
    m_hashes->setWordWrap(true);
}

void ReplayBar::copyProof() const
{
    const auto& replay = m_session.status().replay;
    if (!replay)
        return;
    const auto& proof = replay->proof;
    QApplication::clipboard()->setText(
        QStringLiteral("%1\nfile\t%2\nspikes recorded\t%3\nspikes replayed\t%4\ndecisions recorded\t%5\n"
                       "decisions replayed\t%6\n")
            .arg(verdict(), toQString(replay->path), toQString(proof.recordedSpikes), toQString(proof.replayedSpikes),
                 toQString(proof.recordedDecisions), toQString(proof.replayedDecisions)));
}

} // namespace bnof::studio
