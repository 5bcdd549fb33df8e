// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pipeline/thread_settings.h"

#include <cerrno>
#include <cstring>
#include <pthread.h>
#include <sched.h>

namespace bnof::pipeline {

RealTimeState askForRealTime(int priority)
{
    sched_param parameters{};
    parameters.sched_priority = priority;
    const int error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
    if (error == 0)
        return {true, priority, {}};
    if (error == EPERM)
        return {false, 0,
                "SCHED_FIFO is not permitted; allow it with \"rtprio\" in /etc/security/limits.conf or the capability "
                "CAP_SYS_NICE"};
    return {false, 0, std::string("SCHED_FIFO was refused: ") + std::strerror(error)};
}

void nameThread(const std::string& name)
{
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

std::vector<unsigned> allowedProcessors()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<unsigned> processors;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        for (unsigned i = 0; i < CPU_SETSIZE; ++i) {
            if (CPU_ISSET(i, &set))
                processors.push_back(i);
        }
    }
    return processors;
}

bool pinThread(unsigned processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0;
}

} // namespace bnof::pipeline
