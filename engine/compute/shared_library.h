// SPDX-License-Identifier: GPL-3.0-or-later
// A shared library that is loaded while the program runs, because a machine may lack it.
#pragma once

#include <string>
#include <utility>

#include "engine/base/result.h"

namespace bnof::compute {

/// Owns the loaded library; its symbols are valid while this lives.
class SharedLibrary {
public:
    /// `path` is a file, or a bare name that the system's loader searches for. The error says why it was refused.
    [[nodiscard]] static Result<SharedLibrary> open(const std::string& path);
    SharedLibrary(SharedLibrary&& other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) {}
    SharedLibrary& operator=(SharedLibrary&& other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        return *this;
    }
    ~SharedLibrary();

    /// Address of an exported symbol, or null.
    [[nodiscard]] void* symbol(const char* name) const;

private:
    explicit SharedLibrary(void* handle) : m_handle(handle) {}
    void* m_handle;
};

} // namespace bnof::compute
