// SPDX-License-Identifier: GPL-3.0-or-later
// A signal handler may do almost nothing, so it writes a byte to a pipe that the event loop watches.
#include "app/studio/services/end_signals.h"

#include <QSocketNotifier>

#include <array>
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace bnof::studio {
namespace {

constexpr std::array endSignals{SIGINT, SIGTERM, SIGHUP};
std::atomic<int> pipeEnd{-1};
int readEnd = -1;

extern "C" void onEndSignal(int number)
{
    std::signal(number, SIG_DFL);
    const char byte = 0;
    [[maybe_unused]] const auto written = ::write(pipeEnd.load(), &byte, 1);
}

} // namespace

EndSignals::EndSignals(QObject* parent) : QObject(parent)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return; // the signals end the process as they always do
    readEnd = ends[0];
    pipeEnd = ends[1];
    auto* notifier = new QSocketNotifier(readEnd, QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        std::array<char, 16> bytes{};
        while (::read(readEnd, bytes.data(), bytes.size()) > 0) {
        }
        emit asked();
    });
    for (const int number : endSignals)
        std::signal(number, onEndSignal);
}

EndSignals::~EndSignals()
{
    if (pipeEnd < 0)
        return;
    for (const int number : endSignals)
        std::signal(number, SIG_DFL);
    ::close(pipeEnd.exchange(-1));
    ::close(readEnd);
}

} // namespace bnof::studio
