// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/interleaved_blocks.h"

#include "engine/base/philox.h"

namespace bnof::experiments {
namespace {

constexpr std::uint32_t blockStream = 0xABBA;

} // namespace

std::vector<Arm> interleavedArms(std::uint64_t seed, std::size_t exposures)
{
    PhiloxSequence random(seed, blockStream);
    std::vector<Arm> out;
    while (out.size() < exposures) {
        const bool first = random.below(2) == 0;
        const Arm outer = first ? Arm::A : Arm::B;
        const Arm inner = first ? Arm::B : Arm::A;
        for (const Arm arm : {outer, inner, inner, outer}) {
            if (out.size() < exposures)
                out.push_back(arm);
        }
    }
    return out;
}

} // namespace bnof::experiments
