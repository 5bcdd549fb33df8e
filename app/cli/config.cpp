// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

namespace bnof::cli {
namespace {

int check(const std::string& path, bool json)
{
    const auto problems = Configuration::check(path);
    for (const auto& problem : problems) {
        if (json)
            printLine(
                Json::object().set("where", problem.where).set("problem", problem.what).set("remedy", problem.remedy));
        else
            printLine(problem.message());
    }
    if (problems.empty() && !json)
        printLine(path + ": no problems");
    return problems.empty() ? Ok : FailedCheck;
}

int show(const Configuration& configuration, bool json)
{
    for (const Setting& setting : settings()) {
        const std::string& value = configuration.text(setting.key);
        const bool isDefault = configuration.isDefault(setting.key);
        if (json) {
            printLine(Json::object()
                          .set("key", setting.key)
                          .set("value", value)
                          .set("default", setting.defaultValue)
                          .set("is_default", isDefault)
                          .set("unit", setting.unit)
                          .set("choices", setting.choices)
                          .set("summary", setting.summary));
        } else {
            printLine(std::string(isDefault ? "  " : "* ") + std::string(setting.key) + " = " +
                      (value.empty() ? "(empty)" : value) + (setting.unit.empty() ? "" : " ") +
                      std::string(setting.unit) + "    " + std::string(setting.summary));
        }
    }
    return Ok;
}

int run(const Invocation& invocation)
{
    const std::string action = invocation.argument(0);
    std::string path = invocation.isSet("config") ? invocation.value("config") : Configuration::defaultPath();
    if (invocation.arguments.size() > 1)
        path = invocation.argument(1);
    if (action == "check")
        return check(path, invocation.json);
    if (action == "show") {
        if (invocation.arguments.size() < 2)
            return show(invocation.configuration, invocation.json);
        const auto configuration = Configuration::load(path);
        return configuration.ok() ? show(*configuration, invocation.json) : fail(configuration.error());
    }
    return fail(makeError(ErrorKind::Usage, "\"" + action + "\" is neither check nor show", "bnof config"));
}

} // namespace

const Command configCommand{"config",
                            "check|show [FILE]",
                            "Check the configuration file, or show every setting.",
                            "bnof config check",
                            1,
                            2,
                            false,
                            nullptr,
                            run};

} // namespace bnof::cli
