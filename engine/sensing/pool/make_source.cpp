// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/live_source.h"
#include "engine/sensing/pool/pool_source.h"
#include "engine/sensing/pool/redundant_source.h"

namespace bnof::sensing {

Result<std::unique_ptr<Source>> makeSource(const SourceUri& uri, const SourceOptions& options, SourceSink& sink)
{
    if (!uri.parameter("backup").empty())
        return RedundantSource::make(uri, options, sink);
    if (isPooled(uri))
        return PoolSource::make(uri, options, sink);
    auto source = std::make_unique<LiveSource>(uri, options, sink);
    BNOF_TRY(source->prepare());
    return std::unique_ptr<Source>(std::move(source));
}

} // namespace bnof::sensing
