// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/audit_log.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "engine/base/build_config.h"
#include "engine/base/files.h"
#include "engine/base/sha256.h"
#include "engine/base/time.h"
#include "engine/recording/library.h"

namespace bnof::recording {

namespace fs = std::filesystem;

namespace {

/// How long to wait for another process, in steps of 20 ms.
constexpr int mostWaits = 250;
constexpr std::uint64_t mostLogBytes = 1ULL << 30;

std::string headPath(const std::string& logPath)
{
    return logPath + ".head";
}

/// The end of the log as it was last confirmed, with its length in bytes.
struct StoredHead {
    AuditHead head;
    std::int64_t bytes = 0;
};

std::optional<StoredHead> readHead(const std::string& logPath)
{
    const auto text = readFile(headPath(logPath), 4096);
    if (!text.ok())
        return std::nullopt;
    const auto json = Json::parse(*text, headPath(logPath));
    if (!json.ok() || !(*json)["count"].isInteger() || (*json)["sha256"].toString().size() != 64)
        return std::nullopt;
    return StoredHead{{(*json)["count"].toInteger(), (*json)["sha256"].toString()}, (*json)["bytes"].toInteger(-1)};
}

Result<void> writeHead(const std::string& logPath, const StoredHead& head)
{
    Json json = Json::object();
    json.set("count", head.head.count).set("sha256", head.head.sha256).set("bytes", head.bytes);
    return writeFileAtomically(headPath(logPath), json.dump() + "\n");
}

/// The log, open and locked against other processes.
class LockedLog {
public:
    static Result<LockedLog> open(const std::string& path)
    {
        const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (fd < 0)
            return errnoError(errno, "the audit log cannot be opened for writing", path);
        LockedLog log(fd);
        for (int tries = 0; ::flock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
            if (errno == EWOULDBLOCK && tries >= mostWaits)
                return makeError(ErrorKind::Storage, "another program is using the audit log", path,
                                 "Try again in a moment.");
            if (errno != EWOULDBLOCK && errno != EINTR)
                break; // a file system without locks is no reason to write nothing
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return log;
    }
    LockedLog(LockedLog&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    LockedLog& operator=(LockedLog&&) = delete;
    ~LockedLog()
    {
        if (m_fd >= 0)
            ::close(m_fd); // and with it the lock
    }

    [[nodiscard]] std::int64_t size() const
    {
        struct stat status {};
        return ::fstat(m_fd, &status) == 0 ? status.st_size : 0;
    }
    [[nodiscard]] Result<std::string> read(std::int64_t from, const std::string& path) const
    {
        const std::int64_t length = size() - from;
        if (length < 0 || static_cast<std::uint64_t>(length) > mostLogBytes)
            return makeError(ErrorKind::BadInput, "the audit log is larger than this program reads", path,
                             "Move it to a safe place; a new one is begun.");
        std::string text(static_cast<std::size_t>(length), '\0');
        std::size_t done = 0;
        while (done < text.size()) {
            const ssize_t n = ::pread(m_fd, text.data() + done, text.size() - done,
                                      static_cast<off_t>(from) + static_cast<off_t>(done));
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                return errnoError(errno, "the audit log cannot be read", path);
            done += static_cast<std::size_t>(n);
        }
        return text;
    }
    /// Write `line` at `at`; what stood behind it is cut off. A write that fails leaves the file as it was.
    Result<void> writeAt(std::int64_t at, std::string_view line, const std::string& path) const
    {
        if (::ftruncate(m_fd, at) != 0)
            return errnoError(errno, "the audit log cannot be written", path);
        std::size_t done = 0;
        while (done < line.size()) {
            const ssize_t n = ::pwrite(m_fd, line.data() + done, line.size() - done,
                                       static_cast<off_t>(at) + static_cast<off_t>(done));
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                return giveUp(at, errno, path);
            done += static_cast<std::size_t>(n);
        }
        return ::fdatasync(m_fd) == 0 ? Result<void>() : giveUp(at, errno, path);
    }

private:
    explicit LockedLog(int fd) : m_fd(fd) {}
    Result<void> giveUp(std::int64_t at, int why, const std::string& path) const
    {
        if (::ftruncate(m_fd, at) != 0)
            return errnoError(errno, "the audit log cannot be mended after a failed write", path);
        return errnoError(why, "the audit log cannot be written", path, "Free some space on this disk.");
    }

    int m_fd;
};

/// Where the next entry goes: behind the confirmed end and the whole lines after it. When the log is shorter than
/// the confirmed end, or its head is missing, the chain goes on so that what is gone stays visible.
Result<StoredHead> findEnd(const LockedLog& log, const std::string& path)
{
    const auto stored = readHead(path);
    const std::int64_t size = log.size();
    if (stored && stored->bytes >= 0 && stored->bytes > size)
        return StoredHead{stored->head, size};
    StoredHead end = stored && stored->bytes >= 0 ? *stored : StoredHead{};
    BNOF_TRY_ASSIGN(const std::string rest, log.read(end.bytes, path));
    std::string_view left = rest;
    while (true) {
        const std::size_t lineEnd = left.find('\n');
        if (lineEnd == std::string_view::npos)
            return end;
        if (const auto entry = parseAuditEntry(left.substr(0, lineEnd)); entry.ok())
            end.head = {entry->number, entry->sha256};
        end.bytes += static_cast<std::int64_t>(lineEnd) + 1;
        left.remove_prefix(lineEnd + 1);
    }
}

/// A log that was cut inside a line keeps that line for the check, on a line of its own.
std::string separator(const LockedLog& log, std::int64_t at, const std::string& path)
{
    if (at == 0)
        return {};
    const auto last = log.read(at - 1, path);
    return last.ok() && !last->empty() && last->front() == '\n' ? "" : "\n";
}

Result<void> hashInto(Sha256& hash, const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    std::array<char, 64 * 1024> buffer{};
    while (stream.read(buffer.data(), buffer.size()) || stream.gcount() > 0)
        hash.update(std::string_view(buffer.data(), static_cast<std::size_t>(stream.gcount())));
    if (!stream.eof())
        return makeError(ErrorKind::Storage, "this file cannot be read", file.string());
    return {};
}

} // namespace

std::string systemUser()
{
    const uid_t uid = ::getuid();
    std::array<char, 16384> buffer{};
    passwd record{};
    passwd* found = nullptr;
    if (::getpwuid_r(uid, &record, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return std::to_string(uid);
}

AuditEntry auditBy(const std::string& operatorName, std::string_view what)
{
    AuditEntry entry;
    entry.utc = wallNow();
    entry.operatorName = operatorName;
    entry.systemUser = systemUser();
    entry.program = std::string("bnof ") + BNOF_VERSION;
    entry.what = what;
    entry.detail = Json::object();
    return entry;
}

Result<std::string> defaultAuditLogPath()
{
    BNOF_TRY_ASSIGN(const std::string catalogue, defaultCataloguePath());
    return (fs::path(catalogue).parent_path() / "audit.ndjson").string();
}

Result<AuditEntry> appendAudit(const std::string& logPath, AuditEntry entry)
{
    BNOF_TRY_ASSIGN(const LockedLog log, LockedLog::open(logPath));
    BNOF_TRY_ASSIGN(const StoredHead end, findEnd(log, logPath));
    entry = chained(end.head, std::move(entry));
    const std::string line = separator(log, end.bytes, logPath) + encode(entry) + '\n';
    if (line.size() > maxAuditEntryBytes)
        return makeError(ErrorKind::BadInput, "this entry is too long for the audit log", logPath);
    BNOF_TRY(log.writeAt(end.bytes, line, logPath));
    BNOF_TRY(writeHead(logPath, {{entry.number, entry.sha256}, end.bytes + static_cast<std::int64_t>(line.size())}));
    return entry;
}

Result<AuditLog> readAuditLog(const std::string& logPath)
{
    const auto stored = readHead(logPath);
    const std::optional<AuditHead> head = stored ? std::optional(stored->head) : std::nullopt;
    if (std::error_code ignored; !fs::exists(logPath, ignored))
        return parseAuditLog({}, head);
    BNOF_TRY_ASSIGN(const std::string text, readFile(logPath, mostLogBytes));
    AuditLog log = parseAuditLog(text, head);
    if (!head && !log.entries.empty() && log.check.intact)
        log.check = {false, log.entries.size(),
                     "The file that keeps where the trail ends (" + headPath(logPath) +
                         ") is missing: whether entries were cut off the end cannot be said."};
    return log;
}

Result<std::string> sha256OfMade(const std::string& path)
{
    Sha256 hash;
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        BNOF_TRY(hashInto(hash, path));
        return hash.hexDigest();
    }
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
        if (at->is_regular_file())
            files.push_back(at->path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files)
        BNOF_TRY(hashInto(hash, file));
    if (error)
        return makeError(ErrorKind::Storage, "this folder cannot be read: " + error.message(), path);
    return hash.hexDigest();
}

Result<void> auditMade(const std::string& operatorName, std::string_view what, const std::string& recordingUuid,
                       const std::string& recordingPath, const std::string& format, const std::string& path)
{
    BNOF_TRY_ASSIGN(const std::string log, defaultAuditLogPath());
    BNOF_TRY_ASSIGN(const std::string hash, sha256OfMade(path));
    AuditEntry entry = auditBy(operatorName, what);
    entry.recording = recordingUuid;
    std::error_code ignored;
    const auto absolute = [&](const std::string& file) { return fs::absolute(file, ignored).string(); };
    entry.detail.set("file", absolute(recordingPath)).set("format", format);
    entry.detail.set("result", absolute(path)).set("sha256", hash);
    BNOF_TRY(appendAudit(log, std::move(entry)));
    return {};
}

} // namespace bnof::recording
