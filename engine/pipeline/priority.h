// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bnof {

/// How soon a task matters: its class.
enum class Priority : std::uint8_t {
    Critical, ///< alarms and their decisions; has a thread of its own
    High,     ///< live inference, and what a person waits for
    Normal,   ///< recording, encoding
    Low,      ///< thumbnails, statistics
    Batch,    ///< training, recoding, tuning
};

constexpr std::size_t priorityCount = 5;
constexpr std::array<std::string_view, priorityCount> priorityNames{"critical", "high", "normal", "low", "batch"};

[[nodiscard]] constexpr std::string_view nameOf(Priority priority)
{
    return priorityNames[static_cast<std::size_t>(priority)];
}

/// Why a task did not run.
enum class DropReason : std::uint8_t {
    Rejected,  ///< refused at once, because the queue was full
    TimedOut,  ///< refused, because the queue stayed full for as long as the class lets its caller wait
    Shed,      ///< refused above the watermark, to leave room
    Displaced, ///< taken, then the oldest when the queue was full
    Coalesced, ///< taken, then replaced by a newer task of the same key
    Expired,   ///< its deadline passed while it waited
    Cancelled, ///< its token was cancelled while it waited
    Stopped,   ///< the scheduler was stopped before its turn, or had been before it came
};

constexpr std::size_t dropReasonCount = 8;
constexpr std::array<std::string_view, dropReasonCount> dropReasonNames{
    "rejected", "timed_out", "shed", "displaced", "coalesced", "expired", "cancelled", "stopped"};

[[nodiscard]] constexpr std::string_view nameOf(DropReason reason)
{
    return dropReasonNames[static_cast<std::size_t>(reason)];
}

} // namespace bnof
