// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/import_fuzz.h"

using namespace bnof;

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    test::plantSeeds({"1;10.000000 1:1.5 2:2.5 3:-3\n2;0.5 1:4 3:6\n", "3 1:1 2:nan\n\n4 1:1e99 2:-0\n"});
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
        test::ImportChecker::check(recording::importUciLines(*lines, options, target));
    }
    return 0;
}
