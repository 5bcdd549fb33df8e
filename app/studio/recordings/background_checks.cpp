// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/background_checks.h"

#include <chrono>

#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "engine/base/log.h"
#include "engine/recording/reader.h"

namespace bnof::studio {

using recording::CatalogueEntry;

namespace {

/// The list is read again after so long: reading it for each of thousands of files would take longer than the checks.
constexpr auto roundLength = std::chrono::seconds(3);
constexpr std::size_t mostInARound = 256;

QString keyOf(const CatalogueEntry& entry)
{
    return QStringLiteral("%1|%2|%3").arg(toQString(entry.path)).arg(entry.bytes).arg(entry.modified);
}

struct Round {
    int kept = 0;
    std::vector<CatalogueEntry> failed;
};

/// Check one after the other until told to stop.
Round checkAll(const std::vector<CatalogueEntry>& entries, const std::string& database, const std::atomic<bool>& stop)
{
    const auto begin = std::chrono::steady_clock::now();
    const auto catalogue = recording::Catalogue::openOrRebuild(database);
    Round round;
    if (!catalogue.ok())
        return {0, entries};
    for (const CatalogueEntry& entry : entries) {
        const auto found = (*catalogue)->check(entry.path, [&stop](double) { return !stop.load(); });
        if (stop.load())
            break;
        if (found.ok() && found->has_value()) {
            ++round.kept;
        } else {
            round.failed.push_back(entry);
            if (!found.ok())
                log::info("catalogue", found.error().message());
        }
        if (std::chrono::steady_clock::now() - begin > roundLength)
            break;
    }
    return round;
}

} // namespace

BackgroundChecks::BackgroundChecks(Services& services, QObject* parent) : QObject(parent), m_services(services)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &BackgroundChecks::begin);
    connect(&services.library, &Library::entriesChanged, this, &BackgroundChecks::consider);
    connect(&services.jobs, &JobList::changed, this, &BackgroundChecks::consider);
    connect(&services.session, &SessionController::statusChanged, this, [this] {
        if (isBusy() || !m_timer.isActive())
            consider();
    });
    connect(&services.configuration, &ConfigurationStore::changed, this, [this](const QString& key) {
        if (key == QLatin1String("recording.check_when_idle"))
            consider();
    });
    consider();
}

BackgroundChecks::~BackgroundChecks()
{
    if (m_stop)
        *m_stop = true;
    if (m_thread)
        m_thread->wait();
}

bool BackgroundChecks::isBusy() const
{
    return m_services.session.isRecording() || m_services.jobs.runningCount() > 0;
}

std::vector<CatalogueEntry> BackgroundChecks::pending() const
{
    std::vector<CatalogueEntry> out;
    for (const CatalogueEntry& entry : m_services.library.entries()) {
        if (out.size() < mostInARound && !entry.missing && !entry.isVerified() &&
            entry.state != recording::RecordingState::BeingWritten && !m_tried.contains(keyOf(entry)))
            out.push_back(entry);
    }
    return out;
}

void BackgroundChecks::consider()
{
    if (isBusy() || !m_services.configuration.values().boolean("recording.check_when_idle")) {
        m_timer.stop();
        if (m_stop)
            *m_stop = true;
        m_more = false;
        return;
    }
    if (m_thread || m_timer.isActive() || pending().empty())
        return;
    m_timer.start(m_more ? 0 : m_delay);
}

void BackgroundChecks::begin()
{
    const auto entries = pending();
    if (m_thread || entries.empty() || isBusy())
        return;
    m_stop = std::make_shared<std::atomic<bool>>(false);
    auto round = std::make_shared<Round>();
    m_thread.reset(
        QThread::create([entries, round, stop = m_stop, database = m_services.library.database().toStdString()] {
            *round = checkAll(entries, database, *stop);
        }));
    connect(m_thread.get(), &QThread::finished, this, [this, round] {
        for (const CatalogueEntry& entry : round->failed)
            m_tried.insert(keyOf(entry)); // not again until it changes
        finish(round->kept);
    });
    m_thread->setObjectName(QStringLiteral("bnof-checks"));
    m_thread->start(QThread::IdlePriority);
}

void BackgroundChecks::finish(int count)
{
    m_thread->wait();
    m_thread.release()->deleteLater(); // this is called by its signal
    m_more = !m_stop->load();
    if (count > 0) {
        m_services.library.refresh(); // consider() follows
        emit checked(count);
    } else {
        consider();
    }
}

} // namespace bnof::studio
