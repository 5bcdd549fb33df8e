// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/start_guard.h"

#include <QDir>
#include <QFile>
#include <QLockFile>

#include <charconv>

#include "engine/base/files.h"
#include "engine/base/log.h"

namespace bnof::studio {
namespace {

int readCounter(const QString& path)
{
    const auto content = readFile(path.toStdString(), 64);
    int count = 0;
    if (content.ok())
        std::from_chars(content->data(), content->data() + content->size(), count);
    return count;
}

void writeCounter(const QString& path, int count)
{
    if (auto result = writeFileAtomically(path.toStdString(), std::to_string(count) + "\n"); !result.ok())
        log::warning("studio", "the start counter cannot be written", {{"why", result.error().message()}});
}

} // namespace

StartGuard::StartGuard(const QString& folder) : m_counterFile(folder + QStringLiteral("/failed-starts"))
{
    QDir().mkpath(folder);
    m_lock = std::make_unique<QLockFile>(folder + QStringLiteral("/studio.lock"));
    m_lock->setStaleLockTime(0); // a lock is stale only when its process is gone
    if (!m_lock->tryLock(0)) {
        qint64 process = 0;
        QString host;
        QString program;
        m_lock->getLockInfo(&process, &host, &program);
        m_otherInstance = process;
        return; // the counter belongs to the first instance
    }
    m_failedStarts = readCounter(m_counterFile);
    writeCounter(m_counterFile, m_failedStarts + 1);
}

StartGuard::~StartGuard() = default;

void StartGuard::succeeded()
{
    if (!m_otherInstance)
        writeCounter(m_counterFile, 0);
}

} // namespace bnof::studio
