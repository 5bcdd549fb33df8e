// SPDX-License-Identifier: GPL-3.0-or-later
// Prints the table of models:  build/release/tests/model_table > engine/snn/MODELS.md
#include "engine/snn/model_table.h"

#include <cstdio>

int main()
{
    std::fputs(bnof::snn::modelTable().c_str(), stdout);
    return 0;
}
