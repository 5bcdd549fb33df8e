// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace bnof::studio {

class ActionRegistry;

/// Make every action of the program with its name, symbol, shortcut and command-line twin. What they do is
/// connected by the window and the workspaces.
void createActions(ActionRegistry& actions);

} // namespace bnof::studio
