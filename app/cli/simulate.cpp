// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "app/cli/command.h"
#include "engine/base/files.h"
#include "engine/olfaction/fusion/leak_scenes.h"
#include "engine/sensing/simulator/device_server.h"
#include "engine/sensing/simulator/simulator_server.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    const auto option = [&](const char* name, const QString& text, const char* value) {
        parser.addOption({QString::fromLatin1(name), text, QString::fromLatin1(value)});
    };
    option("on", QStringLiteral("pty (default), tcp, udp, ws, http, mqtt, modbus-tcp or modbus-rtu."), "WHERE");
    QString devices = QStringLiteral("Simulate this device instead of the nose, with its real messages and commands:");
    for (const auto& info : sensing::simulatedDevices())
        devices += QStringLiteral("\n  %1 %2")
                       .arg(QString::fromStdString(info.name), -19)
                       .arg(QString::fromStdString(info.summary));
    option("device", devices, "NAME");
    option("port", QStringLiteral("Port on 127.0.0.1 (default: any free one; mqtt: the broker's, 1883)."), "N");
    option("symlink", QStringLiteral("Keep a symbolic link to the pseudo-terminal at this path."), "PATH");
    option("format", QStringLiteral("csv (default) or ndjson."), "FORMAT");
    option("seed", QStringLiteral("Seed of noise, drift and exposures (default 1)."), "N");
    option("unit", QStringLiteral("Which specimen of the array (default 1)."), "N");
    option("rate", QStringLiteral("Samples a second (default 20)."), "HZ");
    option("speed", QStringLiteral("Device seconds a second; max: as fast as the client reads."), "X");
    option("duration", QStringLiteral("Stop after S seconds."), "S");
    option("script", QStringLiteral("Exposures from this JSON file instead of random ones."), "FILE");
    option("file", QStringLiteral("Play the rows of a CSV file instead of the nose."), "FILE");
    option("from", QStringLiteral("With --file: begin at this time of the file, in seconds."), "S");
    option("to", QStringLiteral("With --file: end at this time of the file, in seconds."), "S");
    option("omit", QStringLiteral("With --file: leave out these columns (comma-separated), e.g. the labels."), "NAMES");
    option("faults", QStringLiteral("Inject faults: ") + QString::fromStdString(sensing::faultHelp()), "LIST");
    option("dataset", QStringLiteral("Write a labelled data set into this folder at once and stop."), "FOLDER");
    option("leak-scene",
           QStringLiteral(
               "Write made-up leaks as gas sensors, a microphone and a thermal camera see them into this folder "
               "at once and stop; see bnof fuse."),
           "FOLDER");
    option("scenes", QStringLiteral("With --leak-scene: number of scenes (default 40)."), "N");
    option("sessions", QStringLiteral("With --dataset: number of sessions (default 8)."), "N");
}

std::vector<std::string> splitCommas(const std::string& text)
{
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        if (end > begin)
            parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

Result<sensing::SimulatorOptions> optionsFrom(const Invocation& invocation)
{
    sensing::SimulatorOptions options;
    if (invocation.isSet("on"))
        options.on = invocation.value("on");
    if (invocation.isSet("format"))
        options.format = invocation.value("format");
    options.symlink = invocation.value("symlink");
    BNOF_TRY_ASSIGN(const double port, invocation.number("port", 0, 0, 65535));
    BNOF_TRY_ASSIGN(const double seed, invocation.number("seed", 1, 0, 9e15));
    BNOF_TRY_ASSIGN(const double unit, invocation.number("unit", 1, 0, 9e15));
    BNOF_TRY_ASSIGN(options.nose.rateHz, invocation.number("rate", 20, 0.1, 2000));
    BNOF_TRY_ASSIGN(options.durationSeconds, invocation.number("duration", 0, 0, 1e9));
    options.port = static_cast<int>(port);
    options.nose.seed = static_cast<std::uint64_t>(seed);
    options.nose.unit = static_cast<std::uint64_t>(unit);
    if (invocation.value("speed") == "max") {
        options.speed = 0;
    } else {
        BNOF_TRY_ASSIGN(options.speed, invocation.number("speed", 1, 0.001, 1e6));
    }
    if (invocation.isSet("script")) {
        const std::string path = invocation.value("script");
        BNOF_TRY_ASSIGN(const std::string text, readFile(path, 16U << 20));
        BNOF_TRY_ASSIGN(const Json json, Json::parse(text, path));
        BNOF_TRY_ASSIGN(options.script, sensing::noseScriptFromJson(json));
    }
    if (invocation.isSet("file")) {
        sensing::FileRowsOptions file;
        file.path = invocation.value("file");
        file.omitColumns = splitCommas(invocation.value("omit"));
        BNOF_TRY_ASSIGN(file.fromSeconds, invocation.number("from", 0, 0, 1e12));
        BNOF_TRY_ASSIGN(file.toSeconds, invocation.number("to", 0, 0, 1e12));
        if (invocation.isSet("rate"))
            file.rateHz = options.nose.rateHz;
        options.file = file;
    }
    if (invocation.isSet("faults")) {
        BNOF_TRY_ASSIGN(options.faults, sensing::parseFaults(invocation.value("faults")));
    }
    return options;
}

void append(std::string& out, double number)
{
    char text[40];
    const auto [end, error] = std::to_chars(text, text + sizeof text, number);
    out.append(text, error == std::errc() ? end : text);
}

/// One session of the simulated nose as CSV, and its exposures as lines of the manifest.
Result<void> writeSession(const std::string& folder, int index, const sensing::NoseOptions& nose, double duration,
                          std::string& manifest)
{
    char name[32];
    std::snprintf(name, sizeof name, "session-%02d.csv", index + 1);
    const auto script = sensing::demonstrationScript(nose.seed);
    sensing::SimulatedNose model(nose, script);
    std::string csv = "# simulated data\ntime_s";
    for (const auto& channel : model.channels())
        csv += ',' + channel.name;
    csv += '\n';
    std::string gas;
    double ppm = 0;
    double onset = 0;
    const auto finish = [&](double offset) {
        if (gas.empty())
            return;
        manifest += std::string(name) + ',' + gas + ",session-" + std::to_string(index + 1) + ',';
        append(manifest, onset);
        manifest += ',';
        append(manifest, offset);
        manifest += ',';
        append(manifest, ppm);
        manifest += '\n';
    };
    std::vector<float> values;
    while (model.seconds() < duration) {
        const double t = model.seconds();
        if (model.presentGas() != gas || model.presentPpm() != ppm) {
            finish(t);
            gas = model.presentGas();
            ppm = model.presentPpm();
            onset = t;
        }
        model.next(values);
        append(csv, t);
        for (const float value : values) {
            csv += ',';
            append(csv, value);
        }
        csv += '\n';
    }
    finish(duration);
    return writeFileAtomically(folder + '/' + name, csv);
}

int writeDataset(const Invocation& invocation, const sensing::SimulatorOptions& options)
{
    const std::string folder = invocation.value("dataset");
    const auto sessions = invocation.number("sessions", 8, 1, 1000);
    if (!sessions.ok())
        return fail(sessions.error());
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error || !std::filesystem::is_empty(folder, error))
        return fail(makeError(ErrorKind::Storage, "the folder cannot be made, or is not empty", folder,
                              "Name a folder that does not exist yet."));
    const double duration = options.durationSeconds > 0 ? options.durationSeconds : 600;
    std::string manifest = "file,label,group,onset_s,offset_s,ppm\n";
    for (int i = 0; i < static_cast<int>(*sessions) && !interrupted(); ++i) {
        showProgress("writing session " + std::to_string(i + 1));
        auto nose = options.nose;
        nose.seed += static_cast<std::uint64_t>(i) * 1000;
        if (auto result = writeSession(folder, i, nose, duration, manifest); !result.ok())
            return fail(result.error());
    }
    showProgress({});
    if (auto result = writeFileAtomically(folder + "/manifest.csv", manifest); !result.ok())
        return fail(result.error());
    printLine("wrote simulated data to " + folder);
    return Ok;
}

int writeScenes(const Invocation& invocation, const sensing::SimulatorOptions& general)
{
    const auto scenes = invocation.number("scenes", 40, 1, 999);
    if (!scenes.ok())
        return fail(scenes.error());
    olfaction::LeakSceneOptions options;
    options.seed = general.nose.seed;
    options.scenes = static_cast<int>(*scenes);
    if (general.durationSeconds > 0)
        options.seconds = general.durationSeconds;
    const std::string folder = invocation.value("leak-scene");
    const auto written = olfaction::writeLeakScenes(folder, options, [](int done) {
        showProgress("writing scene " + std::to_string(done + 1));
        return !interrupted();
    });
    showProgress({});
    if (!written.ok())
        return fail(written.error());
    printLine("wrote simulated data to " + folder);
    return Ok;
}

/// Serves until the end or Ctrl-C.
template <typename Server> Result<void> serve(Server& server)
{
    printLine(server.uri());
    std::atomic<bool> over{false};
    std::thread watcher([&] {
        while (!interrupted() && !over)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        server.stop();
    });
    auto result = server.run();
    over = true;
    watcher.join();
    return result;
}

int simulateDevice(const Invocation& invocation, const sensing::SimulatorOptions& general)
{
    for (const char* other : {"format", "unit", "speed", "script", "file", "from", "to", "omit", "sessions"})
        if (invocation.isSet(other))
            return fail(makeError(ErrorKind::Usage, std::string("--") + other + " is of the simulated nose", "--device",
                                  "Leave it out, or leave out --device."));
    sensing::DeviceServerOptions options;
    options.device = invocation.value("device");
    options.on = general.on;
    options.setting.seed = general.nose.seed;
    if (invocation.isSet("rate"))
        options.setting.rateHz = general.nose.rateHz;
    options.durationSeconds = general.durationSeconds;
    options.faults = general.faults;
    options.port = general.port;
    options.symlink = general.symlink;
    auto server = sensing::DeviceServer::create(std::move(options));
    if (!server.ok())
        return fail(server.error());
    const auto result = serve(**server);
    const auto counts = (*server)->counts();
    if (invocation.json)
        printLine(Json::object()
                      .set("messages", counts.messages)
                      .set("delivered", counts.delivered)
                      .set("bytes_received", counts.bytesReceived)
                      .set("clients", counts.clients));
    return result.ok() ? Ok : fail(result.error());
}

int run(const Invocation& invocation)
{
    auto options = optionsFrom(invocation);
    if (!options.ok())
        return fail(options.error());
    if (invocation.isSet("dataset"))
        return writeDataset(invocation, *options);
    if (invocation.isSet("leak-scene"))
        return writeScenes(invocation, *options);
    if (invocation.isSet("device"))
        return simulateDevice(invocation, *options);
    auto server = sensing::SimulatorServer::create(std::move(*options));
    if (!server.ok())
        return fail(server.error());
    const auto result = serve(**server);
    const auto counts = (*server)->counts();
    if (invocation.json)
        printLine(Json::object()
                      .set("rows", counts.rows)
                      .set("rows_sent", counts.rowsSent)
                      .set("bytes_sent", counts.bytesSent)
                      .set("bytes_discarded", counts.bytesDiscarded)
                      .set("clients", counts.clients));
    return result.ok() ? Ok : fail(result.error());
}

} // namespace

const Command simulateCommand{
    "simulate",
    "[--device NAME] [--on pty|tcp|udp|…] [--seed N] [--rate HZ] [--duration S] [--script FILE] [--faults LIST]",
    "A simulated device that speaks real bytes; the first line printed is its source URI.",
    "bnof simulate --on pty --seed 7",
    0,
    0,
    false,
    describe,
    run};

} // namespace bnof::cli
