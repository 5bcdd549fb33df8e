// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/actions.h"

#include <QAction>
#include <QCoreApplication>

#include "app/studio/shell/action_registry.h"

namespace bnof::studio {
namespace {

class Texts {
    Q_DECLARE_TR_FUNCTIONS(Actions)

public:
    static void create(ActionRegistry& actions);

private:
    static void createSession(ActionRegistry& actions);
    static void createRecordings(ActionRegistry& actions);
    static void createProtocol(ActionRegistry& actions);
    static void createNetwork(ActionRegistry& actions);
    static void createTraining(ActionRegistry& actions);
    static void createCompare(ActionRegistry& actions);
    static void createView(ActionRegistry& actions);
};

QString id(const char* text)
{
    return QLatin1String(text);
}

void Texts::createSession(ActionRegistry& actions)
{
    actions.add(id("connect"), tr("&Connect a sensor…"), id("connect"), QKeySequence(Qt::CTRL | Qt::Key_N),
                id("bnof devices"));
    actions.add(id("simulate"), tr("Try the &simulated nose"), id("nose"), {}, id("bnof simulate"));
    actions.add(id("open"), tr("&Open a recording…"), id("open"), QKeySequence(QKeySequence::Open), id("bnof info"));
    actions.add(id("import"), tr("&Import a file…"), id("open"), QKeySequence(Qt::CTRL | Qt::Key_I), id("bnof import"));
    actions.add(id("disconnect"), tr("&End session"), id("disconnect"), QKeySequence(Qt::CTRL | Qt::Key_W));
    actions.add(id("quit"), tr("&Quit"), {}, QKeySequence(Qt::CTRL | Qt::Key_Q));
    actions.add(id("record"), tr("&Record"), id("record"), QKeySequence(Qt::Key_R), id("bnof record"));
    actions.add(id("mark"), tr("&Mark"), id("mark"), QKeySequence(Qt::Key_Space));
    for (int number = 1; number <= 9; ++number)
        actions.add(QStringLiteral("mark-%1").arg(number), tr("Mark %1").arg(number), id("mark"),
                    QKeySequence(Qt::Key_0 + number));
    actions.add(id("calibrate"), tr("Cali&brate a sensor…"), {}, {}, id("bnof calibrate capture"));
    actions.add(id("anchor"), tr("Re-&anchor with one puff per gas…"), {}, {}, id("bnof calibrate anchor"));
    actions.add(id("explain"), tr("Wh&y this answer?"), {}, QKeySequence(Qt::Key_Y), id("bnof explain"));
    actions.add(id("decoder-editor"), tr("&Device formats…"), {}, {}, id("bnof devices --decoders"));
    actions.add(id("freeze"), tr("&Freeze"), id("freeze"), QKeySequence(Qt::Key_F))->setCheckable(true);
    actions.add(id("pause-replay"), tr("Pause or resume the replay"), id("pause"), QKeySequence(Qt::Key_P));
    actions.add(id("go-to-time"), tr("Go to a time in the replay…"), {}, QKeySequence(Qt::CTRL | Qt::Key_G));
}

void Texts::createRecordings(ActionRegistry& actions)
{
    actions.add(id("show"), tr("Show"), id("live"), {}, id("bnof info"));
    actions.add(id("replay"), tr("Replay"), id("play"), QKeySequence(Qt::CTRL | Qt::Key_R), id("bnof replay"));
    actions.add(id("replay-10x"), tr("Replay at 10×"), id("play"), {}, id("bnof replay --speed 10"));
    actions.add(id("replay-max"), tr("Replay at once"), id("play"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R),
                id("bnof replay --speed max"));
    actions.add(id("verify"), tr("Verify"), id("verify"), {}, id("bnof verify"));
    actions.add(id("verify-all"), tr("Verify all that is not verified"), id("verify"), {}, id("bnof list --verify"));
    actions.add(id("repair"), tr("Repair"), id("repair"), {}, id("bnof repair"));
    actions.add(id("export"), tr("Export…"), id("export"), QKeySequence(Qt::CTRL | Qt::Key_E), id("bnof export"));
    actions.add(id("report"), tr("PDF report…"), id("report"), QKeySequence(Qt::CTRL | Qt::Key_P), id("bnof report"));
    actions.add(id("describe"), tr("Title and notes…"), id("notes"), QKeySequence(Qt::Key_F2));
    actions.add(id("reveal"), tr("Show in folder"), id("folder"));
    actions.add(id("remove"), tr("Take off the list"), id("remove"));
    actions.add(id("forget"), tr("Forget"), id("remove"), {}, id("bnof list --missing --forget"));
    actions.add(id("delete"), tr("Delete the recording…"), id("trash"));
    actions.add(id("search"), tr("Search the recordings"), id("search"), QKeySequence(QKeySequence::Find),
                id("bnof list --search"));
    actions.add(id("reindex"), tr("Rebuild the list"), {}, {}, id("bnof reindex"));
    // What fits on the buttons beside the list, in every language.
    actions.action(id("replay-10x"))->setIconText(tr("10×", "short for Replay at 10×"));
    actions.action(id("replay-max"))->setIconText(tr("At once", "short for Replay at once"));
    actions.action(id("export"))->setIconText(tr("Export", "short for Export…"));
    actions.action(id("report"))->setIconText(tr("Report", "short for PDF report…"));
    actions.action(id("describe"))->setIconText(tr("Notes", "short for Title and notes…"));
    actions.action(id("remove"))->setIconText(tr("Remove", "short for Take off the list"));
}

void Texts::createProtocol(ActionRegistry& actions)
{
    actions.add(id("protocol"), tr("Exposure &protocol"), id("protocol"), {}, id("bnof protocol"));
    actions.add(id("protocol-start"), tr("Start the protocol"), id("play"), {}, id("bnof protocol run"));
    actions.add(id("protocol-override"), tr("Start although a gate is shut"), {}, {},
                id("bnof protocol run --override-gates"));
    actions.add(id("protocol-pause"), tr("Pause the protocol"), id("pause"));
    actions.add(id("protocol-abort"), tr("Abort the protocol…"), id("record-stop"));
    actions.add(id("protocol-again"), tr("Prepare another run"), id("undo"));
    actions.add(id("protocol-dataset"), tr("Make a training set…"), id("export"), {}, id("bnof protocol dataset"));
    actions.add(id("protocol-edit"), tr("Edit the protocol…"), id("notes"));
    actions.add(id("protocol-new"), tr("New protocol…"), id("notes"));
    actions.action(id("protocol-start"))->setIconText(tr("Start", "short for Start the protocol"));
    actions.action(id("protocol-override"))
        ->setIconText(tr("Start although …", "short for Start although a gate is shut"));
    actions.action(id("protocol-abort"))->setIconText(tr("Abort", "short for Abort the protocol…"));
    actions.action(id("protocol-again"))->setIconText(tr("Another run", "short for Prepare another run"));
    actions.action(id("protocol-dataset"))->setIconText(tr("Training set…", "short for Make a training set…"));
    actions.action(id("protocol-edit"))->setIconText(tr("Edit…", "short for Edit the protocol…"));
    actions.action(id("protocol-new"))->setIconText(tr("New…", "short for New protocol…"));
    actions.add(id("role"), tr("Switch role…"), id("role"));
    actions.add(id("engineer-pin"), tr("PIN for engineers…"));
    for (const char* action :
         {"protocol-override", "protocol-edit", "protocol-new", "engineer-pin", "network-apply", "network-revert",
          "network-save", "delete", "forget", "repair", "calibrate", "decoder-editor"})
        actions.markEngineering(id(action));
}

void Texts::createNetwork(ActionRegistry& actions)
{
    actions.add(id("network-apply"), tr("Run the changed network"), {}, QKeySequence(Qt::CTRL | Qt::Key_Return));
    actions.add(id("network-revert"), tr("Discard changes"));
    actions.add(id("network-save"), tr("Save the model as…"), {}, QKeySequence(QKeySequence::SaveAs));
}

void Texts::createTraining(ActionRegistry& actions)
{
    actions.add(id("train"), tr("&Train a model"), {}, QKeySequence(Qt::CTRL | Qt::Key_T), id("bnof train"));
    actions.add(id("training-folder"), tr("Train on a folder or file…"), id("folder"));
    actions.add(id("model-use"), tr("Recognise with this model"));
    actions.add(id("model-card"), tr("Model card…"), id("report"), {}, id("bnof model card"));
    actions.add(id("model-reveal"), tr("Show the model in its folder"), id("folder"));
    actions.add(id("model-delete"), tr("Delete the model…"), id("trash"));
    actions.action(id("train"))->setIconText(tr("Train", "short for Train a model"));
    actions.action(id("model-reveal"))->setIconText(tr("Show in folder", "short for Show the model in its folder"));
    actions.action(id("model-delete"))->setIconText(tr("Delete…", "short for Delete the model…"));
    for (const char* action : {"train", "training-folder", "model-use", "model-delete"})
        actions.markEngineering(id(action));
}

void Texts::createCompare(ActionRegistry& actions)
{
    actions.add(id("compare-start"), tr("&Compare two models"), {}, {}, id("bnof compare"));
    actions.add(id("compare-open"), tr("Open an experiment…"), id("open"), {}, id("bnof compare status"));
    actions.add(id("compare-report"), tr("Report of the comparison…"), id("report"), {}, id("bnof compare report"));
    actions.add(id("compare-promote"), tr("Promote B by one step"), {}, {}, id("bnof compare promote"));
    actions.add(id("compare-rollback"), tr("Roll back to A"), id("undo"), {}, id("bnof compare rollback"));
    actions.action(id("compare-start"))->setIconText(tr("Compare", "short for Compare two models"));
    actions.action(id("compare-promote"))->setIconText(tr("Promote", "short for Promote B by one step"));
    actions.action(id("compare-rollback"))->setIconText(tr("Roll back", "short for Roll back to A"));
    actions.action(id("compare-report"))->setIconText(tr("Report…", "short for Report of the comparison…"));
    for (const char* action : {"compare-start", "compare-promote"})
        actions.markEngineering(id(action));
}

void Texts::createView(ActionRegistry& actions)
{
    actions.add(id("undo"), tr("Undo"), id("undo"), QKeySequence(Qt::CTRL | Qt::Key_Z));
    actions.add(id("redo"), tr("Redo"), {}, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z));
    actions.add(id("workspace-live"), tr("Live"), id("live"), QKeySequence(Qt::CTRL | Qt::Key_1), id("bnof watch"));
    actions.add(id("workspace-recordings"), tr("Recordings"), id("recordings"), QKeySequence(Qt::CTRL | Qt::Key_2),
                id("bnof list"));
    actions.add(id("workspace-training"), tr("Training"), id("training"), QKeySequence(Qt::CTRL | Qt::Key_3),
                id("bnof train"));
    actions.add(id("workspace-network"), tr("Network"), id("network"), QKeySequence(Qt::CTRL | Qt::Key_4));
    actions.add(id("workspace-settings"), tr("Settings"), id("settings"), QKeySequence(Qt::CTRL | Qt::Key_5),
                id("bnof config show"));
    actions.add(id("workspace-compare"), tr("Compare"), id("compare"), QKeySequence(Qt::CTRL | Qt::Key_6),
                id("bnof compare"));
    for (const char* workspace : {"workspace-live", "workspace-recordings", "workspace-training", "workspace-network",
                                  "workspace-settings", "workspace-compare"})
        actions.action(id(workspace))->setCheckable(true);
    actions.add(id("palette"), tr("Command palette"), id("search"), QKeySequence(Qt::CTRL | Qt::Key_K));
    actions.add(id("problems"), tr("Problems"), {}, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P));
    actions.add(id("theme-system"), tr("Theme: as the system"))->setCheckable(true);
    actions.add(id("theme-light"), tr("Theme: light"))->setCheckable(true);
    actions.add(id("theme-dark"), tr("Theme: dark"))->setCheckable(true);
    actions.add(id("reset-layout"), tr("Reset layout"));
    actions.add(id("operator-view"), tr("Operator view"), {}, QKeySequence(Qt::Key_F11))->setCheckable(true);
    actions.add(id("back"), tr("Back"), {}, QKeySequence(Qt::Key_Escape));
    actions.add(id("copy-diagnostics"), tr("Copy a problem report"), id("copy"), {}, id("bnof doctor"));
    actions.add(id("about"), tr("About this program"));
}

void Texts::create(ActionRegistry& actions)
{
    createSession(actions);
    createRecordings(actions);
    createNetwork(actions);
    createTraining(actions);
    createCompare(actions);
    createProtocol(actions);
    createView(actions);
}

} // namespace

void createActions(ActionRegistry& actions)
{
    Texts::create(actions);
}

} // namespace bnof::studio
