// SPDX-License-Identifier: GPL-3.0-or-later
// Transports carry bytes and know nothing of frames; decoders know nothing of where bytes come from. Any
// decoder works over any transport.
#pragma once

#include <QObject>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/sensing/source_uri.h"

namespace bnof::sensing {

/// Why a transport closed.
struct TransportProblem {
    Error error;
    /// Trying again may help (unplugged, refused, busy); false: a person has to act first (permission, not a
    /// serial port).
    bool retry = true;
};

/// Hears what a transport does, on its thread. Never called from within open() or close().
class TransportListener {
public:
    virtual ~TransportListener() = default;
    virtual void transportOpened() = 0;
    /// `arrival` is monotonicNow() when the bytes were read; `bytes` is borrowed.
    virtual void transportBytes(std::span<const char> bytes, std::int64_t arrival) = 0;
    /// Opening failed or the connection broke; the transport is closed and may be opened again.
    virtual void transportClosed(const TransportProblem& problem) = 0;
    /// Something worth a line in the recording that does not end the connection, as a sentence.
    virtual void transportNotice(const std::string& /*text*/) {}
};

/// A connection that can be opened again and again. Lives in a thread with a Qt event loop.
class Transport : public QObject {
    Q_OBJECT

public:
    /// A connection that has taken none of this many bytes takes no more.
    static constexpr std::int64_t maximumUnsent = 65536;

    ~Transport() override = default;
    /// Begins to open; exactly one of transportOpened() and transportClosed() follows, unless close() is
    /// called before. After transportOpened() bytes follow, and at most one transportClosed().
    virtual void open() = 0;
    /// Closes without a word; nothing is told afterwards.
    virtual void close() = 0;
    /// Sends bytes to the device, for those that have to be asked; returns at once. Bytes sent while the
    /// connection is not open, or while it takes none, are lost, as a UART's would be.
    virtual void send(std::string_view bytes) = 0;
    /// For people: port, vendor, product, or address.
    [[nodiscard]] virtual std::string deviceName() const = 0;
    /// The decoder that its bytes are made for, where there is only one; empty: any, to be detected.
    [[nodiscard]] virtual std::string impliedDecoder() const { return {}; }
    /// What to check when an open connection brings nothing.
    [[nodiscard]] virtual std::string silenceRemedy() const { return "Check that the device is measuring."; }

signals:
    /// While closed: there is a sign that opening would succeed now; no need to wait for the next attempt.
    void worthTrying();
};

/// One kind of transport: its scheme and how to make it. The listener outlives the transport.
struct TransportKind {
    std::string scheme;
    std::function<Result<std::unique_ptr<Transport>>(const SourceUri&, TransportListener&)> make;
};
/// The kinds that carry bytes: every scheme but "replay".
[[nodiscard]] const std::vector<TransportKind>& transportKinds();
[[nodiscard]] Result<std::unique_ptr<Transport>> makeTransport(const SourceUri& uri, TransportListener& listener);

} // namespace bnof::sensing
