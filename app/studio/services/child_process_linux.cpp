// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/child_process.h"

#include <csignal>
#include <sys/prctl.h>

namespace bnof::studio {

void endWithParent()
{
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
}

} // namespace bnof::studio
