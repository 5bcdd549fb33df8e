// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/npy.h"
#include "tests/fuzz/import_fuzz.h"

using namespace bnof;
using namespace bnof::recording;

namespace {

std::string withHeader(const std::string& dict, const std::string& elements)
{
    std::string out("\x93NUMPY\x01\0", 8);
    out += static_cast<char>(dict.size());
    out += '\0';
    return out + dict + elements;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    test::plantSeeds(
        {npyHeader(ElementType::Float32, {2, 3}) + std::string(24, 'a'),
         withHeader("{'descr': [('time', '>f8'), ('a', '<f2'), ('s', '<U2')], 'fortran_order': False, 'shape': (2,), }",
                    std::string(36, '\x01')),
         withHeader("{'descr': '<i8', 'fortran_order': True, 'shape': (2, 2), }", std::string(32, '\x02')),
         // The largest number is no float.
         withHeader("{'descr': '<u4', 'fortran_order': False, 'shape': (2, 2), }", std::string(16, '\xFF'))});
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto file = openNpyBytes(std::string(reinterpret_cast<const char*>(data), size), "fuzz");
    if (!file.ok()) {
        test::ImportChecker::require(!file.error().what.empty());
        return 0;
    }
    for (const double rate : {0.0, 10.0}) {
        ImportOptions options;
        options.rateHz = rate;
        test::ImportChecker target;
        test::ImportChecker::check(importArrays(**file, "fuzz", options, target));
    }
    return 0;
}
