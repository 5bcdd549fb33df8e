// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include <filesystem>

#include "engine/recording/convert.h"
#include "engine/recording/segments.h"

namespace bnof::cli {
namespace {

void describeConvert(QCommandLineParser& parser)
{
    parser.addOption(
        {QStringLiteral("out"), QStringLiteral("The new recording. Example: --out small.bnr"), QStringLiteral("FILE")});
    parser.addOption(
        {QStringLiteral("cold"), QStringLiteral("As small as possible, for keeping: slower to read at a place.")});
    parser.addOption(
        {QStringLiteral("codec"),
         QStringLiteral("none, lz4, zstd, gzip or auto, for what has no codec of its own. Example: --codec "
                        "zstd"),
         QStringLiteral("NAME"), QStringLiteral("auto")});
    parser.addOption({QStringLiteral("segment"),
                      QStringLiteral("Begin another file after so many megabytes. Example: --segment 100"),
                      QStringLiteral("MB"), QStringLiteral("1024")});
}

std::uint64_t bytesOf(const std::string& path)
{
    std::error_code error;
    std::uint64_t bytes = std::filesystem::file_size(path, error);
    for (const recording::SegmentFile& file : recording::laterSegments(path))
        bytes += std::filesystem::file_size(file.path, error);
    return error ? 0 : bytes;
}

int runConvert(const Invocation& invocation)
{
    const std::string out = invocation.value("out");
    if (out.empty())
        return fail(makeError(ErrorKind::Usage, "the new recording has no name", "--out", "Example: --out small.bnr"));
    const auto segment = invocation.number("segment", 1024, 0.1, 1'000'000);
    if (!segment.ok())
        return fail(segment.error());
    recording::ConvertOptions options;
    options.cold = invocation.isSet("cold");
    options.codec = invocation.value("codec");
    options.segmentBytes = static_cast<std::uint64_t>(*segment * 1e6);
    const std::string file = invocation.argument(0);
    const auto converted = recording::convert(file, out, options, [](double share) {
        showProgress("writing, " + std::to_string(static_cast<int>(share * 100)) + " %");
        return !interrupted();
    });
    showProgress({});
    if (!converted.ok())
        return fail(converted.error());
    const std::uint64_t before = bytesOf(file);
    const std::uint64_t after = bytesOf(out);
    if (invocation.json)
        printLine(Json::object().set("file", out).set("bytes_before", before).set("bytes", after));
    else
        printLine("wrote " + out + ": " + std::to_string(after) + " bytes instead of " + std::to_string(before));
    return Ok;
}

} // namespace

const Command convertCommand{"convert",
                             "FILE --out FILE [--cold] [--codec NAME] [--segment MB]",
                             "Write a recording anew: in the newest format, packed otherwise, or as small as possible.",
                             "bnof convert run.bnr --out keep.bnr --cold",
                             1,
                             1,
                             false,
                             describeConvert,
                             runConvert};

} // namespace bnof::cli
