// SPDX-License-Identifier: GPL-3.0-or-later
// The source that the precompiled header of the test programs is made for.
