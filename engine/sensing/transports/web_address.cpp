// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/web_address.h"

#include <QSslCertificate>

#include "engine/base/files.h"

namespace bnof::sensing {

QUrl webUrl(const SourceUri& uri)
{
    const bool brackets = uri.host.find(':') != std::string::npos;
    std::string text = uri.scheme + "://" + (brackets ? "[" + uri.host + "]" : uri.host) + ":" +
                       std::to_string(uri.port) + (uri.path.empty() ? "/" : uri.path);
    if (const std::string query = uri.parameter("query"); !query.empty())
        text += "?" + query;
    return QUrl(QString::fromStdString(text));
}

Result<QSslConfiguration> webTrust(const SourceUri& uri)
{
    QSslConfiguration trust = QSslConfiguration::defaultConfiguration();
    const std::string file = uri.parameter("ca");
    if (file.empty())
        return trust;
    const auto content = readFile(file, 1U << 20);
    if (!content.ok())
        return makeError(ErrorKind::Usage, "the file with the trusted certificates cannot be read", file,
                         "Check the path behind ca=.", content.error().what);
    const auto certificates = QSslCertificate::fromData(QByteArray::fromStdString(*content), QSsl::Pem);
    if (certificates.isEmpty())
        return makeError(ErrorKind::Usage, "the file holds no certificate", file,
                         "It must be in PEM format: -----BEGIN CERTIFICATE----- …");
    trust.setCaCertificates(certificates);
    return trust;
}

Error certificateError(const std::string& words, const std::string& where)
{
    return makeError(ErrorKind::Device, "the server's certificate is not trusted (" + words + ")", where,
                     "Give the certificate of the authority that signed it with ca=FILE.pem, and use the host name "
                     "that stands in the certificate.",
                     words);
}

} // namespace bnof::sensing
