// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/fuzz/decoder_fuzz.h"

/// First inputs: what devices really print.
extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    static const char* const seeds[] = {
        "\x05{\"t_ms\":1,\"g\":{\"a\":1.5,\"b\":null},\"s\":[1,2],\"x\":\"nan\"}\n{\"s\":[3]}\n",
        "\x01{\"bnof\":{\"device\":\"d\",\"channels\":[{\"name\":\"a\"}]}}\n{\"a\":NaN,\"simulated\":true},\n# note\n",
        "\x02{\"time\":\"2024-01-01T00:00:00Z\",\"a\":-1e999}\r\n"};
    if (const char* folder = std::getenv("BNOF_FUZZ_SEEDS")) {
        int number = 0;
        for (const char* seed : seeds)
            std::ofstream(std::string(folder) + "/seed" + std::to_string(number++), std::ios::binary) << seed;
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    return bnof::test::fuzzDecoder("ndjson", data, size);
}
