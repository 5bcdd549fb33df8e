// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/result.h"

#include <cstring>

namespace bnof {

std::string Error::message() const
{
    std::string text;
    if (!where.empty())
        text = where + ": ";
    text += what;
    if (!text.empty() && text.back() != '.' && text.back() != '!' && text.back() != '?')
        text += '.';
    if (!remedy.empty())
        text += ' ' + remedy;
    return text;
}

Error makeError(ErrorKind kind, std::string what, std::string where, std::string remedy, std::string context)
{
    return Error{kind, std::move(what), std::move(where), std::move(remedy), std::move(context)};
}

Error errnoError(int errnoValue, const std::string& action, std::string where, std::string remedy)
{
    return Error{ErrorKind::Storage, action + ": " + std::strerror(errnoValue), std::move(where), std::move(remedy),
                 "errno " + std::to_string(errnoValue)};
}

} // namespace bnof
