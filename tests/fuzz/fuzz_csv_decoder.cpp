// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/fuzz/decoder_fuzz.h"

/// First inputs: what devices really print.
extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    static const char* const seeds[] = {
        "\x05t_ms,a,b\n1,2,3\n2,nan,\n3,4294967295,1e3\nt_ms,a,b\n1,2,3\n",
        "\x01MQ3:1 MQ4:2\nMQ3:1,MQ4:2\nTemp: 2.5 C, Hum: 40 %\n",
        "\x09#bnof {\"simulated\":true,\"channels\":[{\"name\":\"a\",\"unit\":\"counts\",\"range\":[0,9]}]}\na\n5\n",
        "\x03# name=b, unit=ppm\na;b [x]\n1,5;2,5\n",
        "\x20Timestamp,NO2,Label\r\n2024-01-01 10:00:00,31,air\r\n1,2\r1 2 3\r"};
    if (const char* folder = std::getenv("BNOF_FUZZ_SEEDS")) {
        int number = 0;
        for (const char* seed : seeds)
            std::ofstream(std::string(folder) + "/seed" + std::to_string(number++), std::ios::binary) << seed;
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    return bnof::test::fuzzDecoder("csv", data, size);
}
