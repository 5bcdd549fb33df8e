// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/philox.h"
#include "engine/tuning/sampler.h"
#include "engine/tuning/sampler_streams.h"

#include <limits>

namespace bnof::tuning {
namespace {

class RandomSampler final : public Sampler {
public:
    RandomSampler(SearchSpace space, std::uint64_t seed) : m_space(std::move(space)), m_seed(seed) {}

    [[nodiscard]] std::uint32_t roundSize() const override { return 8; }
    [[nodiscard]] Point propose(std::uint64_t number, const Past&) override
    {
        PhiloxSequence random = sequenceFor(m_seed, Stream::Uniform, number);
        return uniformPoint(m_space, random);
    }

private:
    SearchSpace m_space;
    std::uint64_t m_seed;
};

} // namespace

Point uniformPoint(const SearchSpace& space, PhiloxSequence& random)
{
    Point out(space.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < space.size(); ++i) {
        const Parameter& p = space.parameters[i];
        const double unit = random.uniform(); // drawn in any case, so that a parameter's draw has a fixed place
        if (!isActive(space, i, out))
            continue;
        out[i] = p.kind == Parameter::Kind::Choice
                     ? static_cast<double>(static_cast<std::size_t>(unit * static_cast<double>(p.choices.size())))
                     : fromUnit(p, unit);
    }
    return out;
}

std::unique_ptr<Sampler> makeRandomSampler(const SearchSpace& space, std::uint64_t seed)
{
    return std::make_unique<RandomSampler>(space, seed);
}

Result<std::unique_ptr<Sampler>> makeSampler(const SearchSpace& space, const SamplerOptions& options)
{
    if (space.size() == 0)
        return makeError(ErrorKind::Usage, "there is nothing to search", "search space",
                         "Describe at least one parameter.");
    if (options.kind == "random")
        return makeRandomSampler(space, options.seed);
    if (options.kind == "tpe")
        return makeTpeSampler(space, options.seed, options.tpe);
    if (options.kind == "cma-es")
        return makeCmaEsSampler(space, options.seed);
    return makeError(ErrorKind::Usage, "there is no sampler \"" + options.kind + '"', "sampler",
                     "Use tpe, cma-es or random.");
}

} // namespace bnof::tuning
