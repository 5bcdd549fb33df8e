// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bnof::sensing {

/// Server-sent events (WHATWG HTML, 9.2 "Server-sent events"): takes the framing off a text/event-stream, in any
/// portions. The data lines of an event become lines once the event is whole; an event that is cut off is
/// dropped, as the standard says. Comments, names of events and retry times are passed over: a source decides
/// itself when it connects again.
class EventStream {
public:
    static constexpr std::size_t maximumEvent = 65536; ///< a longer one is dropped and counted

    /// Appends the data of the events that became whole to `out`, each line ended by a line feed.
    void feed(std::string_view bytes, std::string& out);
    void reset(); ///< a new connection begins; the last id stays
    /// For the header Last-Event-ID, so that a server can go on where it was; empty when it gave none.
    [[nodiscard]] const std::string& lastId() const { return m_lastId; }
    [[nodiscard]] std::uint64_t droppedEvents() const { return m_dropped; }

private:
    void line(std::string& out);

    std::string m_line;
    std::string m_data;
    std::string m_id;
    std::string m_lastId;
    bool m_afterReturn = false; ///< a line feed now belongs to the carriage return before
    bool m_first = true;
    bool m_overflow = false; ///< of the event
    bool m_cut = false;      ///< of the present line
    std::uint64_t m_dropped = 0;
};

} // namespace bnof::sensing
