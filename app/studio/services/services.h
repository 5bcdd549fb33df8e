// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <memory>

#include "app/studio/network/network_draft.h"
#include "app/studio/services/configuration_store.h"
#include "app/studio/services/jobs.h"
#include "app/studio/services/library.h"
#include "app/studio/services/problem_hub.h"
#include "app/studio/services/protocol_controller.h"
#include "app/studio/services/roles.h"
#include "app/studio/services/session_controller.h"
#include "app/studio/services/ui_state.h"
#include "engine/pipeline/executor.h"

namespace bnof::studio {

/// Where the program keeps its things.
struct Paths {
    QString configuration; ///< settings file, shared with `bnof`
    QString state;         ///< folder for window state, start counter, lock
    QString catalogue;     ///< database of recordings

    /// Following the environment: $BNOF_CONFIG, $XDG_CONFIG_HOME, $XDG_DATA_HOME.
    [[nodiscard]] static Paths standard();
};

/// What the window works with and what outlives it. In order of construction; destroyed in reverse, the
/// executor last, after everything that could still submit to it.
class Services {
public:
    explicit Services(const Paths& paths);
    ~Services();

    Paths paths;
    /// The pool ends with the window: its threads draw reports, and what they leave behind at their end are fonts,
    /// which need the application.
    struct Pool {
        ~Pool();
    } pool;
    std::unique_ptr<Executor> executor;
    UiState state;
    ConfigurationStore configuration;
    Roles roles;
    ProblemHub problems;
    Library library;
    JobList jobs;
    SessionController session;
    ProtocolController protocol;
    NetworkDraft network;

private:
    void noteRole();
};

} // namespace bnof::studio
