// SPDX-License-Identifier: GPL-3.0-or-later
#include <dlfcn.h>

#include "engine/compute/shared_library.h"

namespace bnof::compute {

Result<SharedLibrary> SharedLibrary::open(const std::string& path)
{
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        const char* reason = dlerror();
        return makeError(ErrorKind::Device, "the library cannot be loaded", path, {}, reason != nullptr ? reason : "");
    }
    return SharedLibrary(handle);
}

SharedLibrary::~SharedLibrary()
{
    if (m_handle != nullptr)
        dlclose(m_handle);
}

void* SharedLibrary::symbol(const char* name) const
{
    return dlsym(m_handle, name);
}

} // namespace bnof::compute
