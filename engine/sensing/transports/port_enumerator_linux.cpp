// SPDX-License-Identifier: GPL-3.0-or-later
// Contract of this file (a twin per operating system): makeSystemEnumerator() lists serial ports without opening
// them; makeHotPlugMonitor() tells of changes without polling. Here: sysfs; the messages that udev sends when it has
// finished with a device (netlink, NETLINK_KOBJECT_UEVENT group 2), and inotify on the folder of device nodes,
// which also works where no udev runs (containers) and sees permissions that are set later.
#include <linux/netlink.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string_view>

#include "engine/base/files.h"
#include "engine/sensing/transports/port_enumerator.h"

namespace bnof::sensing {
namespace {

namespace fs = std::filesystem;

/// A one-line attribute; empty when it is not there.
std::string attribute(const fs::path& folder, const char* name)
{
    const auto text = readFile((folder / name).string(), 4096);
    return text.ok() ? text->substr(0, text->find_last_not_of(" \r\n") + 1) : std::string();
}

std::uint16_t hexAttribute(const fs::path& folder, const char* name)
{
    const std::string text = attribute(folder, name);
    unsigned value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    return code == std::errc() && value <= 0xFFFF ? static_cast<std::uint16_t>(value) : 0;
}

/// Fills in what the USB device above `folder` says, if there is one below `root`.
void describeUsb(const fs::path& device, const fs::path& root, PortInfo& port)
{
    std::error_code code;
    for (fs::path at = device; at != root && at.has_relative_path(); at = at.parent_path()) {
        if (port.interface.empty() && fs::exists(at / "bInterfaceNumber", code))
            port.interface = attribute(at, "bInterfaceNumber");
        if (!fs::exists(at / "idVendor", code))
            continue;
        port.vendorId = hexAttribute(at, "idVendor");
        port.productId = hexAttribute(at, "idProduct");
        port.vendor = attribute(at, "manufacturer");
        port.product = attribute(at, "product");
        port.serialNumber = attribute(at, "serial");
        port.location = at.filename().string();
        return;
    }
}

class SysfsEnumerator final : public PortEnumerator {
public:
    explicit SysfsEnumerator(PortRoots roots) : m_roots(std::move(roots)) {}

    [[nodiscard]] std::vector<PortInfo> ports() const override
    {
        std::vector<PortInfo> ports;
        std::error_code code;
        const fs::path root = fs::canonical(m_roots.sys, code);
        for (fs::directory_iterator entry(fs::path(m_roots.sys) / "class/tty", code), end; !code && entry != end;
             entry.increment(code)) {
            std::error_code missing;
            const fs::path device = fs::canonical(entry->path() / "device", missing);
            PortInfo port;
            port.path = m_roots.dev + "/" + entry->path().filename().string();
            // Without a device behind it a terminal is one of the kernel's own; type 0 is a place on the board
            // where no UART was found (linux/serial_core.h, PORT_UNKNOWN).
            if (missing || attribute(entry->path(), "type") == "0" || !fs::exists(port.path, missing))
                continue;
            describeUsb(device, root, port);
            ports.push_back(std::move(port));
        }
        std::ranges::sort(ports, {}, &PortInfo::path);
        return ports;
    }

private:
    PortRoots m_roots;
};

bool portName(std::string_view name)
{
    return name.starts_with("tty") || name.starts_with("rfcomm");
}

class LinuxMonitor final : public HotPlugMonitor {
public:
    LinuxMonitor(const PortRoots& roots, const std::vector<std::string>& files)
    {
        if (roots.dev == "/dev")
            listenToUdev();
        m_inotify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (m_inotify < 0)
            return;
        bool watching = watch(roots.dev);
        for (const std::string& file : files) {
            const fs::path path(file);
            // Terminals of every shell come and go in /dev/pts.
            if (path.parent_path() == "/dev/pts" || !path.has_parent_path())
                continue;
            m_names.push_back(path.filename().string());
            watching = watch(path.parent_path().string()) || watching;
        }
        if (watching)
            return;
        ::close(m_inotify);
        m_inotify = -1;
    }
    ~LinuxMonitor() override
    {
        for (const int descriptor : {m_netlink, m_inotify})
            if (descriptor >= 0)
                ::close(descriptor);
    }
    LinuxMonitor(const LinuxMonitor&) = delete;
    LinuxMonitor& operator=(const LinuxMonitor&) = delete;

    [[nodiscard]] std::vector<int> descriptors() const override
    {
        // udev's messages alone do not do: where no udev runs there are none.
        std::vector<int> all;
        if (m_inotify < 0)
            return all;
        all.push_back(m_inotify);
        if (m_netlink >= 0)
            all.push_back(m_netlink);
        return all;
    }

    bool take(int descriptor) override { return descriptor == m_netlink ? takeMessages() : takeEvents(); }

private:
    void listenToUdev()
    {
        constexpr std::uint32_t udevGroup = 2; // systemd, sd-device: MONITOR_GROUP_UDEV
        m_netlink = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
        sockaddr_nl address{};
        address.nl_family = AF_NETLINK;
        address.nl_groups = udevGroup;
        if (m_netlink < 0 || ::bind(m_netlink, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
            return;
        ::close(m_netlink);
        m_netlink = -1;
    }

    bool watch(const std::string& folder) const
    {
        return ::inotify_add_watch(m_inotify, folder.c_str(), IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_ATTRIB) >= 0;
    }

    /// The messages only wake us: what they say is read from sysfs.
    bool takeMessages() const
    {
        bool relevant = false;
        std::array<char, 8192> buffer;
        for (ssize_t count = 0; (count = ::recv(m_netlink, buffer.data(), buffer.size(), 0)) > 0;) {
            const std::string_view message(buffer.data(), static_cast<std::size_t>(count));
            relevant = relevant || message.find("SUBSYSTEM=tty") != std::string_view::npos;
        }
        return relevant;
    }

    bool takeEvents() const
    {
        bool relevant = false;
        alignas(inotify_event) std::array<char, 8192> buffer;
        for (ssize_t count = 0; (count = ::read(m_inotify, buffer.data(), buffer.size())) > 0;) {
            for (const char* at = buffer.data(); at < buffer.data() + count;) {
                const auto* event = reinterpret_cast<const inotify_event*>(at);
                const std::string_view name = event->len > 0 ? std::string_view(event->name) : std::string_view();
                relevant = relevant || portName(name) || std::ranges::find(m_names, name) != m_names.end();
                at += sizeof(inotify_event) + event->len;
            }
        }
        return relevant;
    }

    int m_netlink = -1;
    int m_inotify = -1;
    std::vector<std::string> m_names;
};

} // namespace

std::unique_ptr<PortEnumerator> makeSystemEnumerator(const PortRoots& roots)
{
    std::error_code code;
    if (!fs::is_directory(fs::path(roots.sys) / "class/tty", code))
        return nullptr;
    return std::make_unique<SysfsEnumerator>(roots);
}

std::unique_ptr<HotPlugMonitor> makeHotPlugMonitor(const PortRoots& roots, const std::vector<std::string>& files)
{
    return std::make_unique<LinuxMonitor>(roots, files);
}

} // namespace bnof::sensing
