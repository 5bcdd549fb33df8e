// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/live_compare.h"

#include <QObject>
#include <QSocketNotifier>

#include <unistd.h>

#include "engine/experiments/shadow_replay.h"
#include "engine/recording/reader.h"

namespace bnof::cli {
namespace {

/// Turns lines on standard input into marks while the session runs.
class MarkReader : public QObject {
public:
    explicit MarkReader(session::Session& session) : m_session(session), m_notifier(STDIN_FILENO, QSocketNotifier::Read)
    {
        connect(&m_notifier, &QSocketNotifier::activated, this, [this] { read(); });
    }

private:
    void read()
    {
        char buffer[4096];
        const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (n <= 0) {
            m_notifier.setEnabled(false);
            return;
        }
        m_line.append(buffer, static_cast<std::size_t>(n));
        for (std::size_t end; (end = m_line.find('\n')) != std::string::npos; m_line.erase(0, end + 1)) {
            if (end > 0)
                m_session.mark(m_line.substr(0, end));
        }
    }

    session::Session& m_session;
    QSocketNotifier m_notifier;
    std::string m_line;
};

} // namespace

void describeLiveCompare(QCommandLineParser& parser)
{
    const auto option = [&](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    option("challenger",
           "Compare this model with the one of --model on every exposure that is marked; it never harms "
           "the session. Example: --challenger new.bnofmodel?precision=int8",
           "B");
    option("compare", "The plan of the comparison, TOML or JSON (default: built in).", "PLAN");
    option("store", "Keep the experiment here; it goes on where it was.", "FILE");
}

Result<std::unique_ptr<session::LiveComparison>> startLiveCompare(const Invocation& invocation,
                                                                  session::SessionConfiguration& configuration,
                                                                  session::ActingDecision acting)
{
    if (!invocation.isSet("challenger")) {
        if (invocation.isSet("compare") || invocation.isSet("store"))
            return makeError(ErrorKind::Usage, "--challenger B is missing", "--compare",
                             "Name the model that is to be compared.");
        return std::unique_ptr<session::LiveComparison>();
    }
    if (configuration.modelBytes.empty())
        return makeError(ErrorKind::Usage, "there is no model to compare with", "--challenger",
                         "Name the champion with --model M.");
    session::LiveComparisonOptions options;
    if (invocation.isSet("compare")) {
        BNOF_TRY_ASSIGN(options.plan, experiments::loadPlan(invocation.value("compare")));
    }
    BNOF_TRY_ASSIGN(const experiments::Variant b, experiments::variantFromText(invocation.value("challenger")));
    options.variantA =
        invocation.isSet("model") ? invocation.value("model") : invocation.configuration.text("recognition.model");
    options.variantB = b.text;
    options.modelA = configuration.modelBytes;
    BNOF_TRY_ASSIGN(options.modelB, loadModel(b.model));
    options.optionsB = b.options;
    if (b.text.find("backend=") == std::string::npos)
        options.optionsB.backEnd = configuration.backEnd;
    options.store = invocation.value("store");
    options.operatorName = invocation.configuration.text("general.operator");
    options.where = configuration.sources.empty() ? std::string() : invocation.argument(0);
    if (options.where.starts_with("replay:")) {
        // The recording knows when it was made and which protocol's marks it holds.
        const std::string path = options.where.substr(7, options.where.find('?') - 7);
        BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(path));
        options.wallAtZero = reader->metadata().wallAtZero;
        options.protocol = reader->metadata().configuration["protocol"]["document"];
        options.where = path;
    }
    BNOF_TRY_ASSIGN(auto comparison, session::LiveComparison::start(std::move(options), std::move(acting)));
    configuration.observer = comparison.get();
    return comparison;
}

int finishLiveCompare(session::LiveComparison& comparison, bool json)
{
    const auto finished = comparison.finish();
    const session::LiveComparisonStatus status = comparison.status();
    if (json)
        printLine(session::toJson(status));
    else
        printLine(std::to_string(status.units) + " exposures compared. " + status.words +
                  (status.trouble.empty() ? "" : " Trouble: " + status.trouble));
    return finished.ok() ? Ok : fail(finished.error());
}

std::shared_ptr<void> readMarks(session::Session& session)
{
    return std::make_shared<MarkReader>(session);
}

} // namespace bnof::cli
