// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/vectors/check.h"
#include "engine/base/files.h"

namespace bnof::cli {
namespace {

Result<std::vector<vectors::CaseResult>> checkFile(const std::string& path)
{
    BNOF_TRY_ASSIGN(const std::string text, readFile(path));
    BNOF_TRY_ASSIGN(const Json document, Json::parse(text, path));
    auto results = vectors::checkVectors(document);
    if (results.ok())
        return results;
    Error error = results.error();
    error.where = path + ": " + error.where;
    return error;
}

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("check-vectors"),
                      QStringLiteral("Recompute every case of this file of reference vectors and compare."),
                      QStringLiteral("FILE")});
}

int run(const Invocation& invocation)
{
    if (!invocation.isSet("check-vectors")) {
        return fail(makeError(ErrorKind::Usage, "there is nothing to do", "bnof compare",
                              "Give a file of reference vectors with --check-vectors."));
    }
    const auto results = checkFile(invocation.value("check-vectors"));
    if (!results.ok())
        return fail(results.error());
    std::size_t failed = 0;
    for (const vectors::CaseResult& result : *results) {
        const bool passed = result.difference.empty();
        failed += passed ? 0 : 1;
        if (invocation.json) {
            printLine(Json::object()
                          .set("section", result.section)
                          .set("id", result.id)
                          .set("passed", passed)
                          .set("difference", passed ? Json() : Json(result.difference)));
        } else if (!passed) {
            printLine("FAILED " + result.section + (result.id.empty() ? "" : " " + result.id) + ": " +
                      result.difference);
        }
    }
    const std::size_t passed = results->size() - failed;
    if (invocation.json)
        printLine(Json::object().set("passed", passed).set("failed", failed));
    else
        printLine(std::to_string(passed) + " passed, " + std::to_string(failed) + " failed");
    return failed > 0 ? FailedCheck : Ok;
}

} // namespace

const Command compareCommand{"compare",
                             "--check-vectors FILE",
                             "Check the statistics and detectors against reference vectors.",
                             "bnof compare --check-vectors ab_reference.json",
                             0,
                             0,
                             false,
                             describe,
                             run};

} // namespace bnof::cli
