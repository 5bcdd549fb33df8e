// SPDX-License-Identifier: GPL-3.0-or-later
// Accepted items as bytes on their way to the file: what waits in the open end of a recording
// (engine/storage/FORMAT.md, "The open end"). Little-endian; private to this folder.
#pragma once

#include <optional>
#include <variant>

#include "engine/recording/reader.h"
#include "engine/storage/bytes.h"

namespace bnof::recording {

void appendRecord(storage::Bytes& out, std::uint32_t source, const SensorFrame& frame, bool recognised);
void appendRecord(storage::Bytes& out, std::uint32_t layer, std::span<const Spike> spikes);
void appendRecord(storage::Bytes& out, const Decision& decision, std::int64_t latencyNanoseconds);
void appendRecord(storage::Bytes& out, const StreamEvent& event);
void appendRecord(storage::Bytes& out, const Mark& mark);
void appendRecord(storage::Bytes& out, const DescriptionEdit& edit);

/// What one record holds; its vectors are reused when the next one of its kind is read into it.
struct Accepted {
    Item item;
    std::optional<DescriptionEdit> edit; ///< instead of an item
};
/// False when the bytes are not one record.
[[nodiscard]] bool parseRecord(storage::ByteView record, Accepted& out);

} // namespace bnof::recording
