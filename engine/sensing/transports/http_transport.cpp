// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/http_transport.h"

#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QTimer>

#include "engine/base/time.h"
#include "engine/sensing/transports/web_address.h"

namespace bnof::sensing {

Result<std::unique_ptr<Transport>> HttpTransport::make(const SourceUri& uri, TransportListener& listener)
{
    if (!webUrl(uri).isValid())
        return makeError(ErrorKind::Usage, "the address is not valid", "source \"" + uri.toString() + "\"",
                         "A correct source looks like http://192.168.1.20/events");
    BNOF_TRY(webTrust(uri));
    return std::unique_ptr<Transport>(std::make_unique<HttpTransport>(uri, listener));
}

HttpTransport::HttpTransport(SourceUri uri, TransportListener& listener)
    : m_uri(std::move(uri)), m_listener(listener), m_name(webUrl(m_uri).toString().toStdString())
{}

HttpTransport::~HttpTransport()
{
    if (m_reply != nullptr) {
        m_reply->disconnect(this);
        m_reply->abort();
        delete m_reply;
    }
}

void HttpTransport::open()
{
    close();
    const std::uint64_t attempt = m_attempt;
    QTimer::singleShot(0, this, [this, attempt] {
        if (attempt == m_attempt)
            openNow();
    });
}

void HttpTransport::openNow()
{
    auto credentials = credentialsOf(m_uri);
    auto trust = webTrust(m_uri);
    if (!credentials.ok() || !trust.ok()) {
        fail(credentials.ok() ? trust.error() : credentials.error(), false);
        return;
    }
    m_credentials = std::move(*credentials);
    m_trust = std::move(*trust);
    if (m_manager == nullptr) {
        // Made here, in the thread where it works.
        m_manager = std::make_unique<QNetworkAccessManager>();
        m_manager->setProxy(QNetworkProxy::NoProxy);
        m_manager->setAutoDeleteReplies(false);
    }
    m_redirects = 0;
    m_events.reset();
    const std::uint64_t attempt = m_attempt;
    QTimer::singleShot(connectMilliseconds, this, [this, attempt] {
        if (attempt == m_attempt && !m_streaming)
            fail(makeError(ErrorKind::Device,
                           "the server gave no answer within " + std::to_string(connectMilliseconds / 1000) + " s",
                           m_name, "Check the address, that the sensor is on, and that no firewall is between."));
    });
    request(webUrl(m_uri));
}

void HttpTransport::request(const QUrl& url)
{
    QNetworkRequest request(url);
    request.setSslConfiguration(m_trust);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    request.setRawHeader("Accept", "text/event-stream, application/x-ndjson, application/json;q=0.9, */*;q=0.5");
    // Compressed streams come in blocks, long after the readings.
    request.setRawHeader("Accept-Encoding", "identity");
    request.setRawHeader("Cache-Control", "no-cache");
    if (!m_events.lastId().empty())
        request.setRawHeader("Last-Event-ID", QByteArray::fromStdString(m_events.lastId()));
    const std::string authorization = m_credentials.httpAuthorization();
    const QUrl own = webUrl(m_uri);
    if (!authorization.empty() && url.host() == own.host() && url.port() == own.port() && url.scheme() == own.scheme())
        request.setRawHeader("Authorization", QByteArray::fromStdString(authorization));
    m_sslWords.clear();
    m_reply = m_manager->get(request);
    m_reply->setReadBufferSize(unreadBytes);
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &HttpTransport::headerCame);
    connect(m_reply, &QNetworkReply::readyRead, this, &HttpTransport::readAvailable);
    connect(m_reply, &QNetworkReply::finished, this, &HttpTransport::finished);
    connect(m_reply, &QNetworkReply::sslErrors, this, [this](const QList<QSslError>& errors) {
        if (!errors.isEmpty())
            m_sslWords = errors.front().errorString().toStdString();
    });
}

void HttpTransport::headerCame()
{
    if (m_reply == nullptr || m_streaming)
        return;
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status < 200 || status >= 300)
        return; // finished() has the last word
    const QByteArray type = m_reply->header(QNetworkRequest::ContentTypeHeader).toByteArray().toLower();
    m_isEventStream = type.startsWith("text/event-stream");
    m_streaming = true;
    m_listener.transportOpened();
}

void HttpTransport::tell(std::string_view bytes, std::int64_t arrival)
{
    if (!m_isEventStream) {
        m_listener.transportBytes(bytes, arrival);
        return;
    }
    m_lines.clear();
    m_events.feed(bytes, m_lines);
    const std::uint64_t attempt = m_attempt;
    if (!m_lines.empty())
        m_listener.transportBytes(m_lines, arrival);
    if (attempt == m_attempt && m_events.droppedEvents() != m_droppedTold) {
        m_droppedTold = m_events.droppedEvents();
        m_listener.transportNotice("the server sent an event of more than 64 KiB, which was left out");
    }
}

void HttpTransport::readAvailable()
{
    headerCame();
    const std::int64_t arrival = monotonicNow();
    const std::uint64_t attempt = m_attempt;
    while (m_reply != nullptr && attempt == m_attempt && m_streaming) {
        const qint64 count = m_reply->read(m_buffer.data(), static_cast<qint64>(m_buffer.size()));
        if (count <= 0)
            return;
        tell({m_buffer.data(), static_cast<std::size_t>(count)}, arrival);
    }
}

void HttpTransport::follow()
{
    const QUrl from = m_reply->url();
    const QUrl target = from.resolved(m_reply->attribute(QNetworkRequest::RedirectionTargetAttribute).toUrl());
    dropReply();
    const std::string to = target.toString(QUrl::RemoveUserInfo).toStdString();
    if (++m_redirects > maximumRedirects) {
        fail(
            makeError(ErrorKind::Device,
                      "the server sends on to another address more than " + std::to_string(maximumRedirects) + " times",
                      m_name, "Use the last address itself: " + to));
        return;
    }
    if (target.scheme() != QStringLiteral("https") &&
        (target.scheme() != QStringLiteral("http") || from.scheme() == QStringLiteral("https"))) {
        fail(makeError(ErrorKind::Device,
                       "the server sends on to " + to +
                           ", which is less safe than the source's own "
                           "address",
                       m_name, "If you trust it, use that address as the source."));
        return;
    }
    request(target);
}

Error HttpTransport::statusError(int status) const
{
    const std::string reason = m_reply->attribute(QNetworkRequest::HttpReasonPhraseAttribute).toString().toStdString();
    std::string remedy = "Check address and path in a browser.";
    if (status == 401 || status == 403)
        remedy = "Check user= and the password that password-env= or password-file= name.";
    else if (status >= 500)
        remedy = "Restart the sensor's server; it is connected again by itself.";
    return makeError(ErrorKind::Device,
                     "the server answered " + std::to_string(status) + (reason.empty() ? "" : " " + reason), m_name,
                     remedy);
}

void HttpTransport::finished()
{
    if (m_reply == nullptr)
        return;
    const std::uint64_t attempt = m_attempt;
    readAvailable();
    if (attempt != m_attempt || m_reply == nullptr)
        return;
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const std::string words = m_reply->errorString().toStdString();
    const std::string again = "Check the sensor and the network; it is connected again by itself.";
    if (m_streaming) {
        const bool orderly = m_reply->error() == QNetworkReply::NoError;
        fail(makeError(ErrorKind::Device, orderly ? "the server ended the stream" : "the stream broke off", m_name,
                       again, words));
    } else if (!m_sslWords.empty()) {
        fail(certificateError(m_sslWords, m_name));
    } else if (status >= 300 && status < 400 &&
               m_reply->attribute(QNetworkRequest::RedirectionTargetAttribute).isValid()) {
        follow();
    } else if (status != 0) {
        // A wrong password does not become right by repeating it, and some servers lock out who tries.
        fail(statusError(status), status != 401 && status != 403);
    } else {
        fail(makeError(ErrorKind::Device, "the server cannot be reached (" + words + ")", m_name,
                       "Check the address, that the sensor is on, and that no firewall is between.", words));
    }
}

void HttpTransport::fail(Error error, bool retry)
{
    close();
    m_listener.transportClosed({std::move(error), retry});
}

void HttpTransport::dropReply()
{
    if (m_reply == nullptr)
        return;
    m_reply->disconnect(this);
    m_reply->abort();
    m_reply->deleteLater();
    m_reply = nullptr;
}

void HttpTransport::close()
{
    ++m_attempt;
    m_streaming = false;
    dropReply();
}

} // namespace bnof::sensing
