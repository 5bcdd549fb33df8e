// SPDX-License-Identifier: GPL-3.0-or-later
// What a recording says about itself, and the hashes that prove a replay. The bytes are engine/storage's
// business; the catalogue, import and export build on these types.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/sha256.h"
#include "engine/base/types.h"

namespace bnof::recording {

/// One source of frames, as it was when the recording began.
struct SourceDescription {
    std::string uri;
    std::string device; ///< for people: "USB2.0-Serial (1a86:7523, A50285BI)"
    std::vector<ChannelInfo> channels;
    bool simulated = false;

    bool operator==(const SourceDescription&) const = default;
};

/// Everything needed to repeat the session that is not a stream.
struct RecordingMetadata {
    std::string uuid;            ///< set by the writer when empty
    std::int64_t wallAtZero = 0; ///< UTC nanoseconds at session time 0
    Timestamp start = 0;         ///< session time at which the recording began
    std::string title;
    std::string operatorName;
    std::string notes;
    std::string softwareVersion;
    std::vector<SourceDescription> sources;
    std::uint32_t recognisedSource = 0; ///< the source that feeds the recogniser
    // The recogniser; layers and gases are empty when nothing was recognised.
    std::string modelName;
    std::string modelDigest;
    std::string recogniserKind;
    std::string backEnd;
    double tickMs = 1;
    std::vector<LayerInfo> layers;
    std::vector<std::string> gases;
    int background = -1;
    Json configuration; ///< settings in force by key, e.g. "recording.codec"; null when unknown

    bool operator==(const RecordingMetadata&) const = default;
};

/// What people wrote about a recording, as changed later: all three texts replace the earlier ones.
struct DescriptionEdit {
    std::int64_t utc = 0; ///< when, nanoseconds since 1970
    std::string title;
    std::string operatorName;
    std::string notes;

    bool operator==(const DescriptionEdit&) const = default;
};
/// Longest description that is kept, in bytes of all three texts together.
inline constexpr std::size_t maxDescriptionBytes = 1U << 20;

[[nodiscard]] Json toJson(const DescriptionEdit& edit);
[[nodiscard]] Result<DescriptionEdit> descriptionEditFromJson(const Json& json);
void apply(const DescriptionEdit& edit, RecordingMetadata& metadata);

[[nodiscard]] Json toJson(const RecordingMetadata& metadata);
[[nodiscard]] Result<RecordingMetadata> metadataFromJson(const Json& json);

/// A decision as the bytes that are hashed and stored (little-endian): t i64, gas i32, number of
/// probabilities u32, each f32, novelty f32, 1 or 0 for "ppm follows" u8, ppm f32 (0 when absent),
/// ppmLow f32, ppmHigh f32, onset i64.
void appendCanonical(const Decision& decision, std::vector<std::uint8_t>& out);

/// Hash of the spike and decision streams, independent of how they were cut into chunks: SHA-256 over the
/// layers' digests (each over little-endian neuron, tick pairs) and over the decisions' canonical bytes.
/// Latencies and wall-clock times are no part of it.
class StreamHasher {
public:
    explicit StreamHasher(std::size_t layers) : m_layers(layers), m_spikeCounts(layers) {}

    void spikes(std::size_t layer, std::span<const Spike> spikes);
    void decision(const Decision& decision);
    [[nodiscard]] std::string spikesHash() const;
    [[nodiscard]] std::string decisionsHash() const;
    [[nodiscard]] std::uint64_t spikeCount() const;
    [[nodiscard]] std::uint64_t decisionCount() const { return m_decisionCount; }

private:
    std::vector<Sha256> m_layers;
    std::vector<std::uint64_t> m_spikeCounts;
    Sha256 m_decisions;
    std::uint64_t m_decisionCount = 0;
};

} // namespace bnof::recording
