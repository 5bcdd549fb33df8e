// SPDX-License-Identifier: GPL-3.0-or-later
// bnof-array-reader hdf5|mat FILE MEMORY_BYTES CPU_SECONDS: answers requests for arrays (array_protocol.h) on its
// standard input and output, which are one socket. Ends with 3 when the memory does not suffice.
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

#include <csignal>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/recording/array_reader/hdf5_arrays.h"
#include "engine/recording/array_reader/mat_arrays.h"
#include "engine/recording/interchange/array_protocol.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BNOF_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define BNOF_SANITIZED 1
#endif
#endif

using namespace bnof;
using namespace bnof::recording;

namespace {

constexpr int outOfMemory = 3;

void limit(int what, rlim_t value)
{
    const rlimit both{value, value};
    ::setrlimit(static_cast<__rlimit_resource>(what), &both);
}

void setLimits(std::uint64_t memory, unsigned cpu)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // no reader without its reader
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CPU, cpu);
#ifdef BNOF_SANITIZED
    static_cast<void>(memory); // a sanitizer's shadow needs more address space than there is memory
#else
    limit(RLIMIT_AS, memory);
#endif
}

bool reply(char kind, const std::string& payload)
{
    if (payload.size() >= maxReply)
        return reply('E', "more than 64 MiB were asked for at once");
    const std::string frame = encodeReply(kind, payload);
    std::size_t at = 0;
    while (at < frame.size()) {
        const ssize_t n = ::write(STDOUT_FILENO, frame.data() + at, frame.size() - at);
        if (n <= 0)
            return false;
        at += static_cast<std::size_t>(n);
    }
    return true;
}

Json listing(const ArrayFile& file)
{
    Json arrays = Json::array();
    for (const ArrayInfo& info : file.arrays())
        arrays.push(toJson(info));
    return Json::object().set("arrays", std::move(arrays)).set("groups", file.groups());
}

bool answer(ArrayFile& file, const char* request)
{
    if (std::string(request) == "list\n")
        return reply('J', listing(file).dump());
    unsigned long long number = 0;
    unsigned long long first = 0;
    unsigned long long rows = 0;
    if (std::sscanf(request, "read %llu %llu %llu", &number, &first, &rows) != 3 || number >= file.arrays().size())
        return reply('E', "this request is not understood");
    const ArrayInfo& info = file.arrays()[number];
    if (first > info.rows() || rows > info.rows() - first ||
        (info.columns() > 0 &&
         rows > maxReply / 2 / std::max<std::size_t>(elementBytes(info.type), 1) / info.columns()))
        return reply('E', "these rows of \"" + info.name + "\" cannot be read at once");
    const auto block = file.read(info, first, rows);
    return block.ok() ? reply('B', encodeBlock(*block)) : reply('E', block.error().what);
}

int run(const char* kind, const char* path)
{
    auto file = std::string(kind) == "mat" ? openMatHere(path) : openHdf5Here(path);
    char request[256];
    while (std::fgets(request, sizeof request, stdin) != nullptr) {
        const bool sent = file.ok() ? answer(**file, request) : reply('E', file.error().what);
        if (!sent)
            break;
    }
    // Without the libraries' own clearing up: on damaged files that crashes too.
    std::_Exit(0);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 5) {
        std::fputs("bnof-array-reader reads HDF5 and MAT files for bnof; it is not called by people.\n", stderr);
        return 2;
    }
    setLimits(std::strtoull(argv[3], nullptr, 10), static_cast<unsigned>(std::strtoul(argv[4], nullptr, 10)));
    try {
        return run(argv[1], argv[2]);
    } catch (const std::bad_alloc&) {
        std::_Exit(outOfMemory);
    }
}
