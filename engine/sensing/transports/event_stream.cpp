// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/event_stream.h"

namespace bnof::sensing {

void EventStream::reset()
{
    m_line.clear();
    m_data.clear();
    m_id = m_lastId;
    m_afterReturn = false;
    m_first = true;
    m_overflow = false;
    m_cut = false;
}

void EventStream::feed(std::string_view bytes, std::string& out)
{
    while (!bytes.empty()) {
        if (m_afterReturn && bytes.front() == '\n')
            bytes.remove_prefix(1);
        m_afterReturn = false;
        const auto end = bytes.find_first_of("\r\n");
        const std::string_view part = bytes.substr(0, end);
        if (m_line.size() + m_data.size() + part.size() > maximumEvent)
            m_overflow = m_cut = true;
        else
            m_line += part;
        if (end == std::string_view::npos)
            return;
        m_afterReturn = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        if (!m_cut) // what is left of a line that was too long is no line
            line(out);
        m_cut = false;
        m_line.clear();
    }
}

void EventStream::line(std::string& out)
{
    std::string_view text = m_line;
    if (m_first && text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    m_first = false;
    if (text.empty()) {
        if (m_overflow)
            ++m_dropped;
        else
            out += m_data;
        m_lastId = m_id;
        m_data.clear();
        m_overflow = false;
        return;
    }
    const auto colon = text.find(':');
    const std::string_view field = text.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (field == "data" && !m_overflow) {
        m_data += value;
        m_data += '\n';
    } else if (field == "id" && value.size() <= 256 && value.find('\0') == std::string_view::npos) {
        m_id = value;
    }
}

} // namespace bnof::sensing
