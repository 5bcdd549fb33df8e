// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/array_child.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/time.h"
#include "engine/recording/interchange/array_protocol.h"

extern char** environ; // NOLINT: POSIX declares it nowhere

namespace bnof::recording {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t maxArrays = 100'000;

class ArrayChild final : public ArrayFile {
public:
    ArrayChild(pid_t pid, int socket, std::string path, ArrayChildLimits limits)
        : m_pid(pid), m_socket(socket), m_path(std::move(path)), m_limits(limits)
    {}
    ~ArrayChild() override
    {
        ::close(m_socket);
        reap(true);
    }
    ArrayChild(const ArrayChild&) = delete;
    ArrayChild& operator=(const ArrayChild&) = delete;

    Result<void> list();
    const std::vector<ArrayInfo>& arrays() const override { return m_arrays; }
    const Json& groups() const override { return m_groups; }
    Result<ArrayBlock> read(const ArrayInfo& info, std::uint64_t firstRow, std::uint64_t rows) override;

private:
    Result<std::string> ask(const std::string& request, char kind);
    Result<void> receive(char* to, std::size_t size, std::int64_t deadline);
    Error ended();
    Error broken(const std::string& what);
    void reap(bool kill);

    pid_t m_pid;
    int m_socket;
    std::string m_path;
    ArrayChildLimits m_limits;
    int m_status = 0;
    std::vector<ArrayInfo> m_arrays;
    Json m_groups = Json::object();
};

void ArrayChild::reap(bool kill)
{
    if (m_pid <= 0)
        return;
    if (kill)
        ::kill(m_pid, SIGKILL);
    while (::waitpid(m_pid, &m_status, 0) < 0 && errno == EINTR) {
    }
    m_pid = -1;
}

/// The process is gone: why, for people.
Error ArrayChild::ended()
{
    reap(false);
    std::string how = "ended early";
    if (WIFSIGNALED(m_status)) {
        const int signal = WTERMSIG(m_status);
        if (signal == SIGXCPU || signal == SIGKILL)
            how = "needed more than " + std::to_string(m_limits.cpuSeconds) + " s of computing";
        else
            how = "crashed (signal " + std::to_string(signal) + ")";
    } else if (WEXITSTATUS(m_status) == 3) {
        how = "needed more than " + std::to_string(m_limits.memoryBytes >> 20U) + " MiB of memory";
    } else if (WEXITSTATUS(m_status) == 127) {
        how = "could not be started";
    }
    return makeError(ErrorKind::BadInput, "the file cannot be read: the process that reads it " + how, m_path,
                     "The file is probably damaged. Copy it again from its source, or rewrite it with the program that "
                     "made it.");
}

Error ArrayChild::broken(const std::string& what)
{
    reap(true);
    return makeError(ErrorKind::BadInput, "the file cannot be read: " + what, m_path,
                     "The file is probably damaged. Copy it again from its source.");
}

Result<void> ArrayChild::receive(char* to, std::size_t size, std::int64_t deadline)
{
    while (size > 0) {
        const std::int64_t left = (deadline - monotonicNow()) / nanosecondsPerMillisecond;
        pollfd ready{m_socket, POLLIN, 0};
        const int got = left <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(std::min<std::int64_t>(left, 600'000)));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return broken("the process that reads it did not answer within " + std::to_string(m_limits.replySeconds) +
                          " s");
        const ssize_t n = ::recv(m_socket, to, size, 0);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return ended();
        to += n;
        size -= static_cast<std::size_t>(n);
    }
    return {};
}

Result<std::string> ArrayChild::ask(const std::string& request, char kind)
{
    if (m_pid <= 0)
        return makeError(ErrorKind::BadInput, "the file cannot be read: the process that reads it is gone", m_path);
    std::string_view rest = request;
    while (!rest.empty()) {
        const ssize_t n = ::send(m_socket, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ended();
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    const std::int64_t deadline = monotonicNow() + m_limits.replySeconds * nanosecondsPerSecond;
    unsigned char head[5];
    BNOF_TRY(receive(reinterpret_cast<char*>(head), sizeof head, deadline));
    const std::uint32_t length =
        head[0] | std::uint32_t{head[1]} << 8U | std::uint32_t{head[2]} << 16U | std::uint32_t{head[3]} << 24U;
    if (length == 0 || length > maxReply)
        return broken("the process that reads it gave an impossible answer");
    std::string payload(length - 1, '\0');
    BNOF_TRY(receive(payload.data(), payload.size(), deadline));
    if (head[4] == 'E')
        return makeError(ErrorKind::BadInput, payload, m_path,
                         "Check that this is the right file, or copy it again from its source.");
    if (static_cast<char>(head[4]) != kind)
        return broken("the process that reads it gave an answer of the wrong kind");
    return payload;
}

Result<void> ArrayChild::list()
{
    BNOF_TRY_ASSIGN(const std::string text, ask("list\n", 'J'));
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, m_path));
    for (const Json& item : json["arrays"].items()) {
        BNOF_TRY_ASSIGN(ArrayInfo info, arrayInfoFromJson(item));
        m_arrays.push_back(std::move(info));
        if (m_arrays.size() > maxArrays)
            return broken("it holds more than 100,000 arrays");
    }
    m_groups = json["groups"];
    return {};
}

Result<ArrayBlock> ArrayChild::read(const ArrayInfo& info, std::uint64_t firstRow, std::uint64_t rows)
{
    std::size_t number = 0;
    while (number < m_arrays.size() && m_arrays[number].name != info.name)
        ++number;
    if (number == m_arrays.size() || firstRow > info.rows() || rows > info.rows() - firstRow)
        return makeError(ErrorKind::Internal, "there are no such rows", info.name);
    BNOF_TRY_ASSIGN(const std::string payload, ask("read " + std::to_string(number) + ' ' + std::to_string(firstRow) +
                                                       ' ' + std::to_string(rows) + '\n',
                                                   'B'));
    auto block = decodeBlock(payload);
    if (!block || block->type != info.type || block->size() != rows * info.columns())
        return broken("the process that reads it gave an answer of the wrong size");
    return std::move(*block);
}

} // namespace

Result<std::string> findArrayReader()
{
    const char* name = "bnof-array-reader";
    std::vector<fs::path> places;
    if (const char* told = std::getenv("BNOF_ARRAY_READER"))
        places.emplace_back(told);
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
    const fs::path folder = program.parent_path();
    places.push_back(folder / name);
    places.push_back(folder.parent_path() / "libexec" / "bnof" / name);
    places.push_back(folder.parent_path() / "bin" / name);
    std::string tried;
    for (const fs::path& place : places) {
        if (::access(place.c_str(), X_OK) == 0 && !fs::is_directory(place, ignored))
            return place.string();
        tried += (tried.empty() ? "" : ", ") + place.string();
    }
    return makeError(ErrorKind::BadInput, "the program that reads HDF5 and MAT files is missing", tried,
                     "Reinstall the program, or set BNOF_ARRAY_READER to its place.");
}

Result<std::unique_ptr<ArrayFile>> openArrayFile(ArrayFileKind kind, const std::string& path,
                                                 const ArrayChildLimits& limits)
{
    if (::access(path.c_str(), R_OK) != 0)
        return errnoError(errno, "cannot open the file", path, "Check the path and that you may read it.");
    BNOF_TRY_ASSIGN(const std::string program, findArrayReader());
    int sockets[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return errnoError(errno, "cannot start the process that reads the file", path);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, sockets[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, sockets[1], STDOUT_FILENO);
    // What its libraries print says nothing that its answers do not.
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::string arguments[] = {program, kind == ArrayFileKind::Hdf5 ? "hdf5" : "mat", path,
                               std::to_string(limits.memoryBytes), std::to_string(limits.cpuSeconds)};
    char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                    arguments[3].data(), arguments[4].data(), nullptr};
    pid_t pid = -1;
    const int failed = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(sockets[1]);
    if (failed != 0) {
        ::close(sockets[0]);
        return errnoError(failed, "cannot start the process that reads the file", program);
    }
    auto child = std::make_unique<ArrayChild>(pid, sockets[0], path, limits);
    BNOF_TRY(child->list());
    return std::unique_ptr<ArrayFile>(std::move(child));
}

} // namespace bnof::recording
