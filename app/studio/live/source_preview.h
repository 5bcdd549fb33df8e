// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QThread>
#include <QTimer>

#include <memory>
#include <vector>

#include "engine/sensing/source.h"

namespace bnof::studio {

/// What three seconds of listening to a source showed.
struct PreviewState {
    sensing::ConnectionState connection = sensing::ConnectionState::Idle;
    std::vector<ChannelInfo> channels;
    std::vector<float> values; ///< newest frame
    double rateHz = 0;
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    std::uint64_t skippedLines = 0;
    QString device;
    QString decoder; ///< that was detected; empty while none was
    QString decoderReason;
    QString problem; ///< why it does not work, with the remedy
    bool simulated = false;
};

/// Listens to a source for a few seconds on its own I/O thread. GUI thread.
class SourcePreview : public QObject {
    Q_OBJECT

public:
    explicit SourcePreview(QObject* parent = nullptr);
    ~SourcePreview() override;

    void start(const sensing::SourceUri& uri, int milliseconds = 3000);
    /// Let go of the device; released() tells when it is free.
    void stop();
    [[nodiscard]] bool isRunning() const { return m_listener != nullptr; }
    [[nodiscard]] const PreviewState& state() const { return m_state; }

signals:
    void changed();
    void released();

private:
    class Listener;

    void poll();

    QThread m_thread;
    Listener* m_listener = nullptr; ///< lives on the thread
    std::shared_ptr<class PreviewSink> m_sink;
    PreviewState m_state;
    QTimer m_pollTimer;
    QTimer m_endTimer;
};

} // namespace bnof::studio
