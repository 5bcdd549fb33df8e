// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/build_config.h"

#if BNOF_WITH_CUDA
#include <algorithm>
#include <utility>

#include "engine/compute/cuda_memory.h"

namespace bnof::compute {
namespace {

constexpr const char* onTheCpu = "The CPU back ends do the same work with the same results.";

/// Keeps freed memory in the pool, so that the next allocation does not have to ask the driver.
void keepPool(int device)
{
    cudaMemPool_t pool = nullptr;
    if (cudaDeviceGetDefaultMemPool(&pool, device) != cudaSuccess)
        return;
    std::uint64_t threshold = ~std::uint64_t{0};
    cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &threshold);
}

} // namespace

Error cudaFailure(cudaError_t status, const std::string& action)
{
    cudaGetLastError();
    const std::string detail = std::string(cudaGetErrorName(status)) + ": " + cudaGetErrorString(status);
    switch (status) {
    case cudaErrorMemoryAllocation:
        return makeError(ErrorKind::Device, "the GPU has too little free memory to " + action, "cuda",
                         std::string("Close other programs that use the GPU. ") + onTheCpu, detail);
    case cudaErrorInsufficientDriver:
        return makeError(ErrorKind::Device, "the CUDA driver is missing or too old to " + action, "cuda",
                         std::string("Update the NVIDIA driver. ") + onTheCpu, detail);
    case cudaErrorNoDevice:
        return makeError(ErrorKind::Device, "there is no CUDA device to " + action, "cuda", onTheCpu, detail);
    case cudaErrorDevicesUnavailable:
        return makeError(ErrorKind::Device, "the GPU is taken by another program", "cuda", onTheCpu, detail);
    case cudaErrorECCUncorrectable:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorUnknown:
        return makeError(ErrorKind::Device, "the GPU was lost while it was to " + action, "cuda",
                         std::string("Look at nvidia-smi and the system's log; a restart may be needed. ") + onTheCpu,
                         detail);
    default:
        return makeError(ErrorKind::Device, "CUDA could not " + action + " (" + cudaGetErrorString(status) + ')',
                         "cuda", onTheCpu, detail);
    }
}

Result<std::unique_ptr<CudaStream>> CudaStream::create(int device, std::uint64_t limitBytes)
{
    std::unique_ptr<CudaStream> stream(new CudaStream);
    stream->m_device = device;
    stream->m_limit = limitBytes;
    if (const cudaError_t status = cudaSetDevice(device); status != cudaSuccess)
        return cudaFailure(status, "open the device");
    if (const cudaError_t status = cudaStreamCreateWithFlags(&stream->m_stream, cudaStreamNonBlocking);
        status != cudaSuccess)
        return cudaFailure(status, "make a stream");
    keepPool(device);
    return stream;
}

CudaStream::~CudaStream()
{
    if (m_stream != nullptr)
        cudaStreamDestroy(m_stream);
}

void CudaStream::use() const
{
    cudaSetDevice(m_device);
}

Result<void> CudaStream::wait(const std::string& action) const
{
    if (const cudaError_t status = cudaStreamSynchronize(m_stream); status != cudaSuccess)
        return cudaFailure(status, action);
    return {};
}

bool CudaStream::reserve(std::uint64_t bytes)
{
    if (m_limit != 0 && m_used + bytes > m_limit)
        return false;
    m_used += bytes;
    return true;
}

Result<CudaBuffer> CudaBuffer::create(CudaStream& stream, std::uint64_t bytes, const std::string& what)
{
    bytes = std::max<std::uint64_t>(bytes, 256);
    if (!stream.reserve(bytes))
        return cudaFailure(cudaErrorMemoryAllocation, "hold " + what);
    stream.use();
    void* data = nullptr;
    if (const cudaError_t status = cudaMallocAsync(&data, bytes, stream.get()); status != cudaSuccess) {
        stream.release(bytes);
        return cudaFailure(status, "hold " + what);
    }
    CudaBuffer buffer;
    buffer.m_stream = &stream;
    buffer.m_data = data;
    buffer.m_bytes = bytes;
    return buffer;
}

void CudaBuffer::free()
{
    if (m_data == nullptr)
        return;
    m_stream->use();
    cudaFreeAsync(m_data, m_stream->get());
    m_stream->release(m_bytes);
    m_data = nullptr;
}

CudaBuffer::~CudaBuffer()
{
    free();
}

CudaBuffer::CudaBuffer(CudaBuffer&& other) noexcept
    : m_stream(other.m_stream), m_data(std::exchange(other.m_data, nullptr)), m_bytes(std::exchange(other.m_bytes, 0))
{}

CudaBuffer& CudaBuffer::operator=(CudaBuffer&& other) noexcept
{
    if (this != &other) {
        free();
        m_stream = other.m_stream;
        m_data = std::exchange(other.m_data, nullptr);
        m_bytes = std::exchange(other.m_bytes, 0);
    }
    return *this;
}

Result<PinnedBuffer> PinnedBuffer::create(std::uint64_t bytes)
{
    PinnedBuffer buffer;
    if (const cudaError_t status = cudaMallocHost(&buffer.m_data, std::max<std::uint64_t>(bytes, 256));
        status != cudaSuccess)
        return cudaFailure(status, "lock memory of the host for copies");
    buffer.m_bytes = bytes;
    return buffer;
}

PinnedBuffer::~PinnedBuffer()
{
    if (m_data != nullptr)
        cudaFreeHost(m_data);
}

PinnedBuffer::PinnedBuffer(PinnedBuffer&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr)), m_bytes(std::exchange(other.m_bytes, 0))
{}

PinnedBuffer& PinnedBuffer::operator=(PinnedBuffer&& other) noexcept
{
    std::swap(m_data, other.m_data);
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

} // namespace bnof::compute
#endif
