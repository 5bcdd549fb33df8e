// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/yield_point.h"

namespace bnof {
namespace {

thread_local YieldHook hook = nullptr;
thread_local void* hookOwner = nullptr;

} // namespace

bool yieldPoint()
{
    return hook == nullptr || hook(hookOwner);
}

void setYieldHook(YieldHook newHook, void* owner)
{
    hook = newHook;
    hookOwner = owner;
}

} // namespace bnof
