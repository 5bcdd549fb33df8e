// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/import_fuzz.h"

using namespace bnof;

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    test::plantSeeds({R"({"rawDataBody":{"dataColumns":[{"key":"sensor_index"},{"key":"timestamp_since_poweron"},
{"key":"resistance_gassensor","unit":"Ohms"},{"key":"heater_profile_step_index"},{"key":"label_tag"},
{"key":"temperature"},{"key":"real_time_clock"},{"key":"error_code"}],
"dataBlock":[[0,100,1500.5,0,0,25,1700000000,0],[0,240,1600,1,1001,25,1700000000,0],[3,250,9,0,0,25,0,4],
[0,380,1700,0,2,null,0,0],[99,1,1,1,1,1,1,1],[1],"x",[0,10,1e300,2,-1,1,1,1]]}})",
                      R"({"rawDataBody":{"dataColumns":[],"dataBlock":[]}})"});
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    test::ImportChecker target;
    test::ImportChecker::check(recording::importBme(text, text, "fuzz", {}, target));
    return 0;
}
