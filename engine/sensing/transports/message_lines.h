// SPDX-License-Identifier: GPL-3.0-or-later
// Transports whose bytes come in messages (datagrams, WebSocket messages, MQTT payloads) hand them to decoders
// as a stream. A message of text is a line: devices end it or leave that out. Binary messages stay as they are.
#pragma once

#include <span>
#include <string>

namespace bnof::sensing {

/// UTF-8 without control characters other than tab, line feed and carriage return.
[[nodiscard]] bool isTextMessage(std::span<const char> message);
/// Replaces `out` by the message, ended by a line feed if it is text and has none.
void toStream(std::span<const char> message, std::string& out);

} // namespace bnof::sensing
