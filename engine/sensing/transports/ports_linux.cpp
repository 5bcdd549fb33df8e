// SPDX-License-Identifier: GPL-3.0-or-later
// Contract of this file (a twin per operating system): diagnosePort() finds out why a port cannot be opened
// without opening it, because opening a port resets many boards; needsPerson() tells its findings apart.
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>

#include "engine/base/files.h"
#include "engine/sensing/transports/ports.h"

namespace bnof::sensing {
namespace {

namespace fs = std::filesystem;

constexpr const char* permissionContext = "permission";
constexpr const char* kindContext = "not a serial port";

std::string groupName(gid_t gid)
{
    std::array<char, 4096> buffer;
    group entry{};
    group* found = nullptr;
    if (getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->gr_name;
    return std::to_string(gid);
}

/// Is this user a member of the group according to the system's tables (not this login session's)?
bool listedInGroup(gid_t gid)
{
    std::array<char, 4096> buffer;
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return false;
    std::array<gid_t, 256> groups;
    int count = static_cast<int>(groups.size());
    if (getgrouplist(found->pw_name, found->pw_gid, groups.data(), &count) < 0)
        return false;
    return std::find(groups.begin(), groups.begin() + count, gid) != groups.begin() + count;
}

Error permissionError(const std::string& path, const struct stat& info)
{
    const std::string group = groupName(info.st_gid);
    const bool groupMayUse = (info.st_mode & 0060) == 0060;
    std::string remedy;
    if (!groupMayUse)
        remedy = "Run:  sudo chmod a+rw " + path + "  (until the device is plugged in again).";
    else if (listedInGroup(info.st_gid))
        remedy = "You are a member of \"" + group + "\" already: log out and in again for it to take effect.";
    else
        remedy = "Run:  sudo usermod -aG " + group + " $USER  then log out and in again.";
    const std::string why = groupMayUse ? "you are not a member of the group \"" + group + "\", which may use the port"
                                        : "only its owner may use the port";
    return makeError(ErrorKind::Device, "no permission: " + why, path, remedy, permissionContext);
}

std::string processName(const std::string& pid)
{
    // readFile() asks for a size, which /proc does not give.
    std::error_code code;
    const fs::path program = fs::read_symlink("/proc/" + pid + "/exe", code);
    std::string name = code ? "process" : program.filename().string();
    return name + " (process " + pid + ")";
}

bool isNumber(const std::string& text)
{
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// The process that has the node open (this one only where no other has), as far as we are permitted to see.
std::string holderOf(const struct stat& node)
{
    const std::string self = std::to_string(getpid());
    bool ours = false;
    std::error_code code;
    for (fs::directory_iterator process("/proc", code), end; !code && process != end; process.increment(code)) {
        const std::string pid = process->path().filename().string();
        if (!isNumber(pid))
            continue;
        std::error_code denied;
        for (fs::directory_iterator fd(process->path() / "fd", denied); !denied && fd != end; fd.increment(denied)) {
            struct stat open {};
            if (::stat(fd->path().c_str(), &open) == 0 && S_ISCHR(open.st_mode) && open.st_rdev == node.st_rdev &&
                open.st_ino == node.st_ino && open.st_dev == node.st_dev) {
                if (pid != self)
                    return processName(pid);
                ours = true;
            }
        }
    }
    return ours ? "another source of this program" : std::string();
}

/// The process named by a lock file of the old convention (/run/lock/LCK..ttyUSB0); empty: none alive.
std::string lockHolder(const std::string& path)
{
    const std::string name = fs::path(path).filename().string();
    for (const char* folder : {"/run/lock/LCK..", "/var/lock/LCK.."}) {
        const auto text = readFile(folder + name, 64);
        if (!text.ok())
            continue;
        const auto first = text->find_first_not_of(" \n");
        if (first == std::string::npos)
            continue;
        int pid = 0;
        const auto [stop, code] = std::from_chars(text->data() + first, text->data() + text->size(), pid);
        if (code == std::errc() && pid > 0 && pid != getpid() && (kill(pid, 0) == 0 || errno == EPERM))
            return processName(std::to_string(pid));
    }
    return {};
}

bool isTerminal(const struct stat& info)
{
    if (!S_ISCHR(info.st_mode))
        return false;
    const unsigned number = major(info.st_rdev);
    if (number >= 136 && number <= 143) // slaves of pseudo-terminals (Linux, Documentation/admin-guide/devices.txt)
        return true;
    std::error_code code;
    const fs::path subsystem = fs::read_symlink(
        "/sys/dev/char/" + std::to_string(number) + ":" + std::to_string(minor(info.st_rdev)) + "/subsystem", code);
    return code || subsystem.filename() == "tty";
}

} // namespace

bool needsPerson(const Error& error)
{
    return error.context == permissionContext || error.context == kindContext;
}

std::optional<Error> diagnosePort(const std::string& path)
{
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        if (errno == EACCES)
            return makeError(ErrorKind::Device, "no permission to look into the folder of the port", path,
                             "Check the path, or ask the administrator.", permissionContext);
        return makeError(ErrorKind::Device, "there is no such port", path,
                         "Plug the device in; `bnof devices` lists the ports that are there.", "missing");
    }
    if (!isTerminal(info))
        return makeError(ErrorKind::Device, "this is not a serial port", path,
                         "`bnof devices` lists the serial ports of this computer.", kindContext);
    if (faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
        return permissionError(path, info);
    std::string holder = holderOf(info);
    if (holder.empty())
        holder = lockHolder(path);
    if (!holder.empty())
        return makeError(ErrorKind::Device, "the port is in use by " + holder, path,
                         "Close that one, then connect again.", "busy");
    return std::nullopt;
}

} // namespace bnof::sensing
