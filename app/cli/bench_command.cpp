// SPDX-License-Identifier: GPL-3.0-or-later
#include <iostream>

#include "app/cli/bench.h"
#include "app/cli/command.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("list"), QStringLiteral("List the benchmarks instead.")});
}

int run(const Invocation& invocation)
{
    std::vector<std::string> names;
    for (const QString& name : invocation.arguments)
        names.push_back(name.toStdString());
    if (invocation.isSet("list"))
        names = {"--list"};
    return runBench(names, invocation.json, std::cout);
}

} // namespace

const Command benchCommand{"bench", "[NAME...|GROUP...] [--list]",
                           "Measure this machine and program, beside limits and baselines.", "bnof bench limits --json",
                           0, -1, false, describe, run};

} // namespace bnof::cli
