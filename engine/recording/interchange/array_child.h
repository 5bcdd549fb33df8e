// SPDX-License-Identifier: GPL-3.0-or-later
// HDF5 and MAT files, read by a process of their own (bnof-array-reader): their libraries crash on damaged files. The
// process has bounded memory and time; whatever happens to it is an error here.
#pragma once

#include <memory>

#include "engine/recording/interchange/arrays.h"

namespace bnof::recording {

enum class ArrayFileKind { Hdf5, Mat };

struct ArrayChildLimits {
    std::uint64_t memoryBytes = std::uint64_t{2} << 30; ///< address space of the process
    unsigned cpuSeconds = 600;                          ///< for the whole file
    int replySeconds = 60;                              ///< for one answer
};

/// Errors: the reader program is missing, the file is none of its kind or damaged, a limit was reached.
[[nodiscard]] Result<std::unique_ptr<ArrayFile>> openArrayFile(ArrayFileKind kind, const std::string& path,
                                                               const ArrayChildLimits& limits = {});
/// $BNOF_ARRAY_READER, else beside this program, else ../libexec/bnof or ../bin from there.
[[nodiscard]] Result<std::string> findArrayReader();

} // namespace bnof::recording
