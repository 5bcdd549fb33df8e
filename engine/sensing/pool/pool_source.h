// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/sensing/pool/ingest_pool.h"
#include "engine/sensing/source.h"
#include "engine/sensing/source_uri.h"

namespace bnof::sensing {

/// Does this source run on the ingest pool? tcp-listen always; tcp when its URI states a policy.
[[nodiscard]] bool isPooled(const SourceUri& uri);

/// Many sensors behind one URI, on the ingest pool's thread. Frames are taken from handOff(); a tcp source is its only
/// sensor, number 0.
class PoolSource final : public Source {
    Q_OBJECT

public:
    /// Errors: an unknown decoder.
    [[nodiscard]] static Result<std::unique_ptr<Source>> make(const SourceUri& uri, const SourceOptions& options,
                                                              SourceSink& sink);
    PoolSource(SourceUri uri, const SourceOptions& options, SourceSink& sink, DecoderChoice decoder);
    ~PoolSource() override;

    /// Once: sensors keep their numbers for the life of the source.
    void start() override;
    void stop() override;
    [[nodiscard]] SourceStatistics statistics() const override; ///< of all sensors together
    [[nodiscard]] std::string deviceName() const override;
    [[nodiscard]] bool simulated() const override { return false; }
    [[nodiscard]] HandOff* handOff() override { return &m_group->handOff(); }
    [[nodiscard]] SourceStatistics sensorStatistics(std::uint32_t sensor) const override;
    /// That sensors connect to; 0 before start().
    [[nodiscard]] int port() const { return m_port.load(std::memory_order_relaxed); }

private:
    SourceUri m_uri;
    SourceOptions m_options;
    SourceSink& m_sink;
    std::shared_ptr<IngestPool> m_pool;
    std::shared_ptr<SensorGroup> m_group;
    std::atomic<int> m_port{0};
    bool m_running = false;
};

} // namespace bnof::sensing
