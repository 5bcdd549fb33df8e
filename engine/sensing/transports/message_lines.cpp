// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/message_lines.h"

#include <algorithm>
#include <string_view>

#include "engine/sensing/decoders/decoder_text.h"

namespace bnof::sensing {

bool isTextMessage(std::span<const char> message)
{
    const auto printableByte = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= 0x20 && byte != 0x7F) || c == '\t' || c == '\n' || c == '\r';
    };
    return std::ranges::all_of(message, printableByte) && validUtf8({message.data(), message.size()});
}

void toStream(std::span<const char> message, std::string& out)
{
    out.assign(message.data(), message.size());
    if (!out.empty() && out.back() != '\n' && isTextMessage(message))
        out += '\n';
}

} // namespace bnof::sensing
