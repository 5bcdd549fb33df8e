// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/import_fuzz.h"

using namespace bnof;

namespace {

std::string windTunnelLine(int time)
{
    std::string line = std::to_string(time);
    for (int column = 1; column < 92; ++column)
        line += '\t' + std::to_string(column * 7 % 500);
    return line + "\t\n";
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    test::plantSeeds({windTunnelLine(0) + windTunnelLine(20) + "1\t2\n" + windTunnelLine(10)});
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const bool strict : {false, true}) {
        recording::ImportOptions options;
        options.strict = strict;
        const auto lines = recording::TextLines::fromText(text, "fuzz");
        test::ImportChecker target;
        test::ImportChecker::check(recording::importWindTunnel(*lines, options, target));
    }
    return 0;
}
