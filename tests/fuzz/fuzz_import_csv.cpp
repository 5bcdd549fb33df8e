// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/import_fuzz.h"

using namespace bnof;

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    test::plantSeeds({"\x01t_s,A [ohm],label\n0,1.5,air\n1,2.5,air\n2,nan,ethanol\n",
                      std::string("\x02\xEF\xBB\xBFZeit;A;B\r\ns;kOhm;%\r\n0,5;1,5;2\r\n1,5;2,5;3\r\n"),
                      "\x03# note\nDate\tTime\tA\n2026-03-05\t14:02:11\t1\n2026-03-05\t23:59:59\t2\n",
                      "\x04\"a\",\"b, \"\"c\"\"\nd\",mark\n1,2,x\n3,4,\n",
                      "\x05t_s,device_s,utc,R,gas,confidence,ppm,mark,event\n0,,2026-03-05T14:02:11Z,1,,,,m,\n"});
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 1)
        return 0;
    recording::ImportOptions options;
    options.strict = (data[0] & 8U) != 0;
    options.rateHz = (data[0] & 1U) != 0 ? 10 : 0;
    options.headerLines = (data[0] & 2U) != 0 ? 1 : -1;
    if ((data[0] & 4U) != 0)
        options.map = {{"#1", recording::ColumnRole::Time, "ms", "", ""},
                       {"#2", recording::ColumnRole::Channel, "", "resistance", "ethanol"}};
    const auto lines =
        recording::TextLines::fromText(std::string(reinterpret_cast<const char*>(data) + 1, size - 1), "fuzz");
    test::ImportChecker target;
    test::ImportChecker::check(recording::importCsv(*lines, options, Json(), target));
    return 0;
}
