// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/credentials.h"

#include <QByteArray>

#include <cstdlib>

#include "engine/base/files.h"

namespace bnof::sensing {

std::string Credentials::httpAuthorization() const
{
    if (user.empty())
        return password.empty() ? std::string() : "Bearer " + password;
    return "Basic " + QByteArray::fromStdString(user + ":" + password).toBase64().toStdString();
}

Result<Credentials> credentialsOf(const SourceUri& uri)
{
    Credentials credentials;
    credentials.user = uri.parameter("user");
    const std::string variable = uri.parameter("password-env");
    const std::string file = uri.parameter("password-file");
    const std::string where = "source \"" + uri.toString() + "\"";
    if (!variable.empty() && !file.empty())
        return makeError(ErrorKind::Usage, "the password is given twice, by password-env and password-file", where,
                         "Leave one of them out.");
    if (!variable.empty()) {
        const char* value = std::getenv(variable.c_str());
        if (value == nullptr)
            return makeError(ErrorKind::Usage, "there is no environment variable " + variable + " with the password",
                             where, "Set it before this program is started, or use password-file=PATH.");
        credentials.password = value;
    }
    if (!file.empty()) {
        auto content = readFile(file, 65536);
        if (!content.ok())
            return makeError(ErrorKind::Usage, "the file with the password cannot be read", file,
                             "It must be readable for you and hold the password as its first line.",
                             content.error().what);
        credentials.password = content->substr(0, content->find_first_of("\r\n"));
    }
    return credentials;
}

} // namespace bnof::sensing
