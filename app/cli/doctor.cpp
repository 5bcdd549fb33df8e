// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/cli/command.h"
#include "engine/base/build_config.h"
#include "engine/compute/cpu.h"
#include "engine/compute/devices.h"
#include "engine/olfaction/recogniser.h"
#include "engine/pipeline/scheduler.h"
#include "engine/recording/catalogue.h"
#include "engine/recording/library.h"
#include "engine/sensing/transports/ports.h"
#include "engine/snn/simulation.h"

namespace bnof::cli {
namespace {

enum class State { Works, Note, Fails };

/// One line of the diagnosis.
struct Finding {
    State state = State::Works;
    std::string subject;
    std::string text;
    std::string remedy;
};

Finding fromError(State state, const std::string& subject, const Error& error)
{
    return {state, subject, error.what + (error.where.empty() ? "" : " (" + error.where + ")"), error.remedy};
}

void checkProcessor(std::vector<Finding>& out)
{
    std::string names;
    for (const auto& name : snn::availableBackEnds())
        names += (names.empty() ? "" : ", ") + name;
    out.push_back({State::Works, "compute back ends", names, {}});
    if (compute::ensureExactFloatingPoint())
        out.push_back({State::Works, "exact arithmetic", "rounding and denormals are as the standard says", {}});
    else
        out.push_back({State::Note,
                       "exact arithmetic",
                       "a library switched off denormal numbers for this process; it was switched on again",
                       {}});
    const auto list = compute::listDevices();
    for (const auto& device : list.devices)
        out.push_back({State::Works, device.id, compute::describe(device), {}});
    if (!list.cudaAbsence.empty())
        out.push_back({State::Note, "CUDA", list.cudaAbsence, "The CPU does the same work, with the same results."});
}

void checkPipeline(std::vector<Finding>& out)
{
    const auto status = pipeline::processScheduler().status();
    const std::string workers = std::to_string(status.workers.size()) + " workers";
    if (status.realTime.granted)
        out.push_back({State::Works, "pipeline", workers + "; critical tasks run in real time (SCHED_FIFO)", {}});
    else
        out.push_back({State::Note, "pipeline",
                       workers + "; critical tasks have a thread of their own, not in real time",
                       status.realTime.reason});
}

void checkDevices(std::vector<Finding>& out)
{
    const auto ports = sensing::listPorts();
    if (ports.empty())
        out.push_back({State::Note, "serial ports", "none found", "Plug in a sensor, or try \"bnof simulate\"."});
    for (const auto& port : ports) {
        if (const auto problem = sensing::diagnosePort(port.path))
            out.push_back(fromError(State::Fails, port.path, *problem));
        else
            out.push_back({State::Works, port.path, port.suggestion.empty() ? "can be opened" : port.suggestion, {}});
    }
}

void checkFolders(const Configuration& configuration, std::vector<Finding>& out)
{
    namespace fs = std::filesystem;
    const std::string folder = recording::recordingsFolder(configuration.text("recording.folder"));
    fs::path existing = folder;
    std::error_code ignored;
    while (!existing.empty() && !fs::exists(existing, ignored) && existing != existing.parent_path())
        existing = existing.parent_path();
    struct statvfs disk {};
    if (access(existing.c_str(), W_OK) != 0) {
        out.push_back({State::Fails, "recordings folder", folder + " cannot be written",
                       "Set recording.folder to a folder that you may write to."});
    } else if (statvfs(existing.c_str(), &disk) == 0) {
        const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
        const bool tight = free < configuration.number("recording.minimum_free") * 1e6;
        out.push_back({tight ? State::Fails : State::Works, "recordings folder",
                       folder + ", " + formatBytes(free) + " free", tight ? "Free some space before recording." : ""});
    }
}

void checkCatalogue(std::vector<Finding>& out)
{
    const auto path = recording::defaultCataloguePath();
    const auto fitness =
        path.ok() ? recording::catalogueFitness(*path) : Result<recording::CatalogueFitness>(path.error());
    if (!fitness.ok()) {
        out.push_back(fromError(State::Fails, "catalogue", fitness.error()));
        return;
    }
    switch (*fitness) {
    case recording::CatalogueFitness::Ready: out.push_back({State::Works, "catalogue", *path, {}}); break;
    case recording::CatalogueFitness::OlderVersion:
        out.push_back({State::Note, "catalogue", *path + " is of an older version and will be upgraded",
                       "The recordings that it names are read again when they are listed next (bnof list)."});
        break;
    case recording::CatalogueFitness::NewerVersion:
        out.push_back({State::Note, "catalogue", *path + " was made by a newer program and will be put aside",
                       "Use that program, or let this one make a new list of the recordings (bnof list)."});
        break;
    case recording::CatalogueFitness::Damaged:
        out.push_back(
            {State::Fails, "catalogue", *path + " is damaged", "\"bnof reindex\" makes it anew from the recordings."});
        break;
    }
}

void checkModel(const Configuration& configuration, std::vector<Finding>& out)
{
    const std::string name = configuration.text("recognition.model");
    const auto bytes = loadModel(name);
    if (!bytes.ok()) {
        out.push_back(fromError(State::Fails, "model", bytes.error()));
        return;
    }
    const auto recogniser = olfaction::makeRecogniser(*bytes);
    if (!recogniser.ok()) {
        out.push_back(fromError(State::Fails, "model", recogniser.error()));
        return;
    }
    const auto& info = (*recogniser)->info();
    std::string gases;
    for (const auto& gas : info.gases)
        gases += (gases.empty() ? "" : ", ") + gas;
    out.push_back({State::Works, "model", name + ": " + info.modelName + " for " + gases, {}});
}

int run(const Invocation& invocation)
{
    std::vector<Finding> findings;
    findings.push_back({State::Works, "program", "bnof " BNOF_VERSION, {}});
    checkProcessor(findings);
    checkPipeline(findings);
    checkDevices(findings);
    checkFolders(invocation.configuration, findings);
    checkCatalogue(findings);
    checkModel(invocation.configuration, findings);
    const std::string configPath = Configuration::defaultPath();
    if (std::error_code ignored; !std::filesystem::exists(configPath, ignored)) {
        findings.push_back({State::Works, "configuration", "defaults (no file at " + configPath + ")", {}});
    } else {
        for (const Error& problem : Configuration::check(configPath))
            findings.push_back(fromError(State::Fails, "configuration", problem));
    }
    bool failed = false;
    for (const Finding& finding : findings) {
        failed = failed || finding.state == State::Fails;
        const char* words[] = {"ok", "note", "FAILS"};
        const char* state = words[static_cast<int>(finding.state)];
        if (invocation.json)
            printLine(Json::object()
                          .set("state", state)
                          .set("subject", finding.subject)
                          .set("text", finding.text)
                          .set("remedy", finding.remedy));
        else
            printLine(std::string(state) + std::string(7 - std::string_view(state).size(), ' ') + finding.subject +
                      ": " + finding.text + (finding.remedy.empty() ? "" : ". " + finding.remedy));
    }
    return failed ? FailedCheck : Ok;
}

} // namespace

const Command doctorCommand{"doctor", "", "What works on this machine, and why not.", "bnof doctor", 0, 0, false,
                            nullptr,  run};

} // namespace bnof::cli
