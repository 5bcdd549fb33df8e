// SPDX-License-Identifier: GPL-3.0-or-later
#include <iostream>

#include "app/cli/bench.h"
#include "app/cli/command.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("list"), QStringLiteral("List the benchmarks instead of running them.")});
    parser.addOption({QStringLiteral("seconds"), QStringLiteral("Measure each for about this long (default 1)."),
                      QStringLiteral("S")});
}

int run(const Invocation& invocation)
{
    const auto seconds = invocation.number("seconds", 1, 0.001, 3600);
    if (!seconds.ok())
        return fail(seconds.error());
    bench::BenchOptions options;
    options.json = invocation.json;
    options.list = invocation.isSet("list");
    options.secondsEach = seconds.value();
    std::vector<std::string> names;
    for (const QString& name : invocation.arguments)
        names.push_back(name.toStdString());
    return bench::runBench(names, options, std::cout, std::cerr);
}

} // namespace

const Command benchCommand{"bench",
                           "[NAME...|GROUP...] [--list] [--seconds S]",
                           "Measure this machine and program, beside limits and baselines.",
                           "bnof bench limits --json",
                           0,
                           -1,
                           false,
                           describe,
                           run};

} // namespace bnof::cli
