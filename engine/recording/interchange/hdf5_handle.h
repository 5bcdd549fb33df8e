// SPDX-License-Identifier: GPL-3.0-or-later
// Closes HDF5 identifiers. For files that include the library anyway.
#pragma once

#include <hdf5.h>

#include <utility>

namespace bnof::recording {

/// What was opened is closed by the function of its kind: `Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);`
class Hdf5Handle {
public:
    using Close = herr_t (*)(hid_t);
    Hdf5Handle(hid_t id, Close close) : m_id(id), m_close(close) {}
    ~Hdf5Handle()
    {
        if (m_id >= 0)
            m_close(m_id);
    }
    Hdf5Handle(Hdf5Handle&& other) noexcept : m_id(std::exchange(other.m_id, -1)), m_close(other.m_close) {}
    Hdf5Handle(const Hdf5Handle&) = delete;
    Hdf5Handle& operator=(const Hdf5Handle&) = delete;
    Hdf5Handle& operator=(Hdf5Handle&&) = delete;

    operator hid_t() const { return m_id; } // NOLINT: used as the identifier that it is
    [[nodiscard]] bool ok() const { return m_id >= 0; }
    [[nodiscard]] hid_t release() { return std::exchange(m_id, -1); }

private:
    hid_t m_id;
    Close m_close;
};

} // namespace bnof::recording
