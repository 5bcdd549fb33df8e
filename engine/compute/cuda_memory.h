// SPDX-License-Identifier: GPL-3.0-or-later
// Device memory from CUDA's stream-ordered pool, host memory that the device can copy from at full speed, and the
// errors of the CUDA runtime as values. Only for builds with CUDA.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "engine/base/result.h"

namespace bnof::compute {

/// The error for a CUDA status, named for people: out of memory, lost device, driver too old, anything else. Clears
/// the runtime's own note of it where that can be cleared.
[[nodiscard]] Error cudaFailure(cudaError_t status, const std::string& action);

/// A stream of one device, and how much of the device's memory its owner may take. Not thread-safe.
class CudaStream {
public:
    /// `limitBytes`: 0 for no limit but the device's.
    [[nodiscard]] static Result<std::unique_ptr<CudaStream>> create(int device, std::uint64_t limitBytes = 0);
    ~CudaStream();
    CudaStream(const CudaStream&) = delete;
    CudaStream& operator=(const CudaStream&) = delete;

    [[nodiscard]] cudaStream_t get() const { return m_stream; }
    [[nodiscard]] int device() const { return m_device; }
    /// Makes the device the calling thread's.
    void use() const;
    /// Waits for everything that was enqueued.
    [[nodiscard]] Result<void> wait(const std::string& action) const;

    /// Counts `bytes` against the limit; false when they do not fit.
    [[nodiscard]] bool reserve(std::uint64_t bytes);
    void release(std::uint64_t bytes) { m_used -= bytes; }

private:
    CudaStream() = default;
    cudaStream_t m_stream = nullptr;
    int m_device = 0;
    std::uint64_t m_limit = 0;
    std::uint64_t m_used = 0;
};

/// A piece of device memory. Given back in the order of its stream.
class CudaBuffer {
public:
    CudaBuffer() = default;
    [[nodiscard]] static Result<CudaBuffer> create(CudaStream& stream, std::uint64_t bytes, const std::string& what);
    ~CudaBuffer();
    CudaBuffer(CudaBuffer&& other) noexcept;
    CudaBuffer& operator=(CudaBuffer&& other) noexcept;

    template <class T> [[nodiscard]] T* as() const { return static_cast<T*>(m_data); }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    void free();
    CudaStream* m_stream = nullptr; ///< outlives the buffer
    void* m_data = nullptr;
    std::uint64_t m_bytes = 0;
};

/// Page-locked host memory, for copies at full speed.
class PinnedBuffer {
public:
    PinnedBuffer() = default;
    [[nodiscard]] static Result<PinnedBuffer> create(std::uint64_t bytes);
    ~PinnedBuffer();
    PinnedBuffer(PinnedBuffer&& other) noexcept;
    PinnedBuffer& operator=(PinnedBuffer&& other) noexcept;

    template <class T> [[nodiscard]] T* as() const { return static_cast<T*>(m_data); }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    void* m_data = nullptr;
    std::uint64_t m_bytes = 0;
};

} // namespace bnof::compute
