// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/image_reader.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/time.h"
#include "engine/olfaction/image_reader/image_protocol.h"

namespace bnof::olfaction {
namespace {

namespace fs = std::filesystem;

constexpr int replySeconds = 30;

Result<std::string> findReader()
{
    const char* name = "bnof-image-reader";
    std::vector<fs::path> places;
    if (const char* told = std::getenv("BNOF_IMAGE_READER"))
        places.emplace_back(told);
    std::error_code ignored;
    const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    places.push_back(folder / name);
    places.push_back(folder.parent_path() / "libexec" / "bnof" / name);
    places.push_back(folder.parent_path() / "bin" / name);
    std::string tried;
    for (const fs::path& place : places) {
        if (::access(place.c_str(), X_OK) == 0 && !fs::is_directory(place, ignored))
            return place.string();
        tried += (tried.empty() ? "" : ", ") + place.string();
    }
    return makeError(ErrorKind::BadInput, "the program that reads images is missing", tried,
                     "Reinstall the program, or set BNOF_IMAGE_READER to its place.");
}

class ImageChild final : public ImageReader {
public:
    ImageChild(int socket, pid_t pid) : m_socket(socket), m_pid(pid) {}
    ~ImageChild() override { end(); }
    ImageChild(const ImageChild&) = delete;
    ImageChild& operator=(const ImageChild&) = delete;

    Result<RawImage> read(const std::string& path) override
    {
        BNOF_TRY_ASSIGN(std::optional<CapturedFrame> frame, ask("read ", path));
        if (!frame)
            return broken(path);
        return std::move(frame->image);
    }
    Result<void> open(const std::string& source) override
    {
        m_source = source;
        BNOF_TRY(ask("open ", source));
        return {};
    }
    Result<std::optional<CapturedFrame>> next() override { return ask("next ", m_source); }

private:
    void end()
    {
        if (m_socket >= 0)
            ::close(m_socket);
        m_socket = -1;
        if (m_pid > 0) {
            ::kill(m_pid, SIGKILL); // it has nothing to lose
            while (::waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
            }
        }
        m_pid = -1;
    }

    Error broken(const std::string& source)
    {
        end();
        return makeError(ErrorKind::BadInput, "the image cannot be read: the process that reads it ended or hangs",
                         source, "The file is probably damaged. Copy it again from its source.");
    }

    bool receive(char* to, std::size_t size, std::int64_t deadline)
    {
        while (size > 0) {
            const std::int64_t left = (deadline - monotonicNow()) / nanosecondsPerMillisecond;
            pollfd ready{m_socket, POLLIN, 0};
            const int got = left <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left));
            if (got < 0 && errno == EINTR)
                continue;
            const ssize_t n = got <= 0 ? -1 : ::recv(m_socket, to, size, 0);
            if (n < 0 && got > 0 && errno == EINTR)
                continue;
            if (n <= 0)
                return false;
            to += n;
            size -= static_cast<std::size_t>(n);
        }
        return true;
    }

    Result<std::optional<CapturedFrame>> ask(const char* what, const std::string& source)
    {
        if (m_socket < 0)
            return makeError(ErrorKind::BadInput, "the process that reads images is gone", source);
        if (source.find('\n') != std::string::npos)
            return makeError(ErrorKind::BadInput, "the name of an image has a line break", source, "Rename the file.");
        const std::string request = what + source + '\n';
        for (std::size_t at = 0; at < request.size();) {
            const ssize_t n = ::send(m_socket, request.data() + at, request.size() - at, MSG_NOSIGNAL);
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                return broken(source);
            at += static_cast<std::size_t>(n);
        }
        const std::int64_t deadline = monotonicNow() + replySeconds * nanosecondsPerSecond;
        ImageReply head{};
        if (!receive(reinterpret_cast<char*>(&head), sizeof head, deadline))
            return broken(source);
        if (head.kind == ImageReply::Nothing)
            return std::optional<CapturedFrame>();
        if (head.kind == ImageReply::Failure) {
            std::string text(std::min<std::uint32_t>(head.width, 4096), '\0');
            if (!receive(text.data(), text.size(), deadline))
                return broken(source);
            return makeError(ErrorKind::BadInput, text, source, "Check that this is an image, film or camera.");
        }
        if (head.kind != ImageReply::Frame || head.width == 0 || head.height == 0 || head.width > largestSide ||
            head.height > largestSide || (head.bits != 8 && head.bits != 16))
            return broken(source);
        CapturedFrame frame;
        frame.seconds = head.seconds;
        frame.image.width = static_cast<int>(head.width);
        frame.image.height = static_cast<int>(head.height);
        frame.image.bits = static_cast<int>(head.bits);
        frame.image.pixels.resize(std::size_t{head.width} * head.height);
        if (!receive(reinterpret_cast<char*>(frame.image.pixels.data()), 2 * frame.image.pixels.size(), deadline))
            return broken(source);
        return std::optional<CapturedFrame>(std::move(frame));
    }

    int m_socket;
    pid_t m_pid;
    std::string m_source;
};

} // namespace

Result<std::unique_ptr<ImageReader>> startImageReader()
{
    BNOF_TRY_ASSIGN(std::string program, findReader());
    int sockets[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return errnoError(errno, "cannot start the process that reads images");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, sockets[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, sockets[1], STDOUT_FILENO);
    // What its libraries print says nothing that its answers do not.
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::string serve = "serve";
    char* argv[] = {program.data(), serve.data(), nullptr};
    pid_t pid = -1;
    const int failed = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(sockets[1]);
    if (failed != 0) {
        ::close(sockets[0]);
        return errnoError(failed, "cannot start the process that reads images", program);
    }
    return std::unique_ptr<ImageReader>(std::make_unique<ImageChild>(sockets[0], pid));
}

} // namespace bnof::olfaction
