// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSslConfiguration>
#include <QUrl>

#include <array>
#include <memory>
#include <string>

#include "engine/sensing/transports/credentials.h"
#include "engine/sensing/transports/event_stream.h"
#include "engine/sensing/transports/transport.h"

class QNetworkAccessManager;
class QNetworkReply;

namespace bnof::sensing {

/// A response that does not end: JSON lines (or any lines), or server-sent events, whose framing is taken off.
/// At most 5 redirects are followed; none leads from https to http, and a login goes to its own host only. At most
/// 1 MiB waits unread, then the server has to wait; nothing is collected, so a stream may last for months.
class HttpTransport final : public Transport {
    Q_OBJECT

public:
    static constexpr int connectMilliseconds = 10000; ///< until the header of the response
    static constexpr int maximumRedirects = 5;
    static constexpr std::int64_t unreadBytes = 1 << 20;

    [[nodiscard]] static Result<std::unique_ptr<Transport>> make(const SourceUri& uri, TransportListener& listener);
    HttpTransport(SourceUri uri, TransportListener& listener);
    ~HttpTransport() override;

    void open() override;
    void close() override;
    void send(std::string_view) override {} ///< there is no way back in an HTTP stream
    [[nodiscard]] std::string deviceName() const override { return m_name; }

private:
    void openNow();
    void request(const QUrl& url);
    void headerCame();
    void follow();
    void readAvailable();
    void finished();
    void tell(std::string_view bytes, std::int64_t arrival);
    [[nodiscard]] Error statusError(int status) const;
    void fail(Error error, bool retry = true);
    void dropReply();

    SourceUri m_uri;
    TransportListener& m_listener;
    std::unique_ptr<QNetworkAccessManager> m_manager;
    QNetworkReply* m_reply = nullptr; ///< owned; deleted later, since we may be in one of its signals
    Credentials m_credentials;
    QSslConfiguration m_trust;
    EventStream m_events;
    std::string m_name;
    std::string m_lines;
    std::string m_sslWords;
    std::uint64_t m_attempt = 0;
    std::uint64_t m_droppedTold = 0;
    int m_redirects = 0;
    bool m_streaming = false;
    bool m_isEventStream = false;
    std::array<char, 65536> m_buffer;
};

} // namespace bnof::sensing
