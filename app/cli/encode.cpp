// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>

#include "app/cli/command.h"
#include "engine/olfaction/encoders/comparison.h"
#include "engine/session/recorded_dataset.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    const auto option = [&](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    parser.addOption({QStringLiteral("compare"), QStringLiteral("All encoders side by side.")});
    option("encoder", "Only this one.", "NAME");
    option("seed", "Seed of the random mixtures and of random codes (default 1).", "N");
    option("rate", "Sample rate of files without a time column, in Hz.", "HZ");
}

void printForPeople(const olfaction::EncoderComparison& comparison)
{
    char text[200];
    std::snprintf(
        text, sizeof text,
        "%zu windows of %.1f s that nothing was fitted to (%s); information of single neurons, bias by shuffling",
        comparison.testWindows, comparison.windowSeconds, comparison.protocol.c_str());
    printLine(std::string(text));
    std::snprintf(text, sizeof text, "%-12s %8s %10s %12s %14s %14s", "encoder", "neurons", "spikes/s", "bits/spike",
                  "LDA on counts", "LDA on times");
    printLine(std::string(text));
    for (const olfaction::EncoderFigures& f : comparison.encoders) {
        std::snprintf(text, sizeof text, "%-12s %8zu %10.0f %12.4f %12.1f %% %12.1f %%", f.name.c_str(), f.neurons,
                      f.spikesPerSecond, f.bitsPerSpike, f.accuracy * 100, f.timingAccuracy * 100);
        printLine(std::string(text));
    }
}

int run(const Invocation& invocation)
{
    const std::string name = invocation.value("encoder");
    if (name.empty() != invocation.isSet("compare"))
        return fail(makeError(ErrorKind::Usage, "say --compare or --encoder NAME", "bnof encode"));
    const auto seed = invocation.number("seed", 1, 0, 9e15);
    const auto rate = invocation.number("rate", 0, 0, 1e6);
    for (const auto* number : {&seed, &rate}) {
        if (!number->ok())
            return fail(number->error());
    }
    olfaction::TrainingOptions options;
    options.seed = static_cast<std::uint64_t>(*seed);
    const auto data = session::openDataset(invocation.argument(0), {.sampleRateHz = *rate});
    if (!data.ok())
        return fail(data.error());
    const auto comparison = olfaction::compareEncoders(
        *data, options, name.empty() ? std::vector<std::string>{} : std::vector<std::string>{name},
        [](double done, std::string_view what) {
            showProgress("encoding, " + std::to_string(static_cast<int>(done * 100)) + " %: " + std::string(what));
            return !interrupted();
        });
    if (!comparison.ok())
        return fail(comparison.error());
    showProgress({});
    if (invocation.json)
        printLine(toJson(*comparison));
    else
        printForPeople(*comparison);
    return Ok;
}

} // namespace

const Command encodeCommand{"encode",
                            "DATASET --compare",
                            "How many spikes each encoder needs for labelled recordings, and what they tell.",
                            "bnof encode my-data --compare",
                            1,
                            1,
                            false,
                            describe,
                            run};

} // namespace bnof::cli
