// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace bnof::studio {

/// Called in a child process before its program begins: let the system end the child when the thread that
/// started it ends, even after a crash. Does nothing where the system cannot.
void endWithParent();

} // namespace bnof::studio
