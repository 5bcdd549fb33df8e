// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace bnof::sensing {

/// Cuts a byte stream into lines, whatever the portions in which it comes. LF, CR and CRLF all end a line;
/// empty lines are dropped. Memory is bounded: of a line longer than `maximumLine` only the beginning is kept.
class LineSplitter {
public:
    static constexpr std::size_t maximumLine = std::size_t{64} * 1024;
    /// An endless stream without line ends is reported in pieces of this size.
    static constexpr std::size_t overlongPiece = 16U << 20;
    static constexpr std::size_t sampleLength = 48;

    /// Calls `onLine(text, first)` per line; `first` is true for what may be the second half of a line because
    /// the connection began inside it. Calls `onOverlong(bytes, beginning)` once per line that is too long.
    /// Lines that lie whole in `bytes` are passed without a copy; what follows them may be looked at as far as
    /// readableEnd().
    template <typename OnLine, typename OnOverlong>
    void feed(std::span<const char> bytes, OnLine&& onLine, OnOverlong&& onOverlong)
    {
        const char* at = bytes.data();
        std::size_t left = bytes.size();
        while (left > 0) {
            std::size_t length = findEnd(at, left);
            const bool ended = length < left;
            if (m_overlong == 0 && m_partial.size() + length <= maximumLine) {
                if (!ended) {
                    m_partial.append(at, length);
                } else if (m_partial.empty()) {
                    m_readable = at + left;
                    deliver(std::string_view(at, length), onLine);
                } else {
                    m_partial.append(at, length);
                    m_readable = m_partial.data() + m_partial.size();
                    deliver(m_partial, onLine);
                    m_partial.clear();
                }
            } else {
                keepOverlong(at, length);
                if (ended || m_overlong >= overlongPiece) {
                    onOverlong(m_overlong, std::string_view(m_partial));
                    m_overlong = 0;
                    m_partial.clear();
                    // What follows the cut of an endless line is no line of its own.
                    m_first = !ended;
                }
            }
            if (ended)
                ++length;
            at += length;
            left -= length;
        }
    }

    /// Within onLine: the end of the memory that the line lies in, not before the line's own end.
    [[nodiscard]] const char* readableEnd() const { return m_readable; }

    /// Forget the half line; the next line may again be the second half of one.
    void reset()
    {
        m_partial.clear();
        m_overlong = 0;
        m_first = true;
    }

private:
    static std::size_t findEnd(const char* at, std::size_t left)
    {
        std::size_t length = left;
        if (const void* feed = std::memchr(at, '\n', length))
            length = static_cast<std::size_t>(static_cast<const char*>(feed) - at);
        if (const void* feed = std::memchr(at, '\r', length))
            length = static_cast<std::size_t>(static_cast<const char*>(feed) - at);
        return length;
    }

    void keepOverlong(const char* at, std::size_t length)
    {
        if (m_overlong == 0) {
            m_overlong = m_partial.size();
            if (m_partial.size() < sampleLength)
                m_partial.append(at, length < sampleLength ? length : sampleLength);
            m_partial.resize(m_partial.size() < sampleLength ? m_partial.size() : sampleLength);
        }
        m_overlong += length;
    }

    template <typename OnLine> void deliver(std::string_view line, OnLine& onLine)
    {
        const bool first = m_first;
        m_first = false;
        if (!line.empty())
            onLine(line, first);
    }

    std::string m_partial;
    const char* m_readable = nullptr;
    std::size_t m_overlong = 0; ///< length so far of a line that is too long; 0: the line is not
    bool m_first = true;
};

} // namespace bnof::sensing
