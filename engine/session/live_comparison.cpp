// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/live_comparison.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/base/build_config.h"
#include "engine/base/sha256.h"
#include "engine/base/time.h"
#include "engine/experiments/hash_split.h"
#include "engine/experiments/interleaved_blocks.h"
#include "engine/session/challenger.h"
#include "engine/session/exposure_marks.h"

namespace bnof::session {
namespace {

using experiments::ComparedUnit;
using experiments::Outcome;

constexpr std::chrono::milliseconds bookInterval{50};
constexpr std::size_t mostKept = 64;   ///< frames that wait for a decision of the champion
constexpr double recoverySeconds = 30; ///< sensors may still show the gas for so long
constexpr std::int64_t nanosecondsPerDay = 86'400 * nanosecondsPerSecond;

/// Who may speak now. Shared with the challenger's thread, which may outlive the comparison.
struct Speaker {
    std::mutex mutex;
    ActingDecision told;
    std::atomic<bool> byB{false};

    void say(const Decision& decision, bool fromB, std::int64_t latency)
    {
        const std::scoped_lock lock(mutex);
        if (told && fromB == byB.load())
            told(decision, fromB, latency);
    }
};

Result<std::vector<int>> sameGases(const olfaction::RecogniserInfo& a, const olfaction::RecogniserInfo& b,
                                   const std::string& nameB)
{
    std::vector<int> out;
    for (const std::string& gas : b.gases) {
        const auto found = std::find(a.gases.begin(), a.gases.end(), gas);
        if (found == a.gases.end())
            return makeError(ErrorKind::BadInput, "it knows " + gas + ", which the champion does not", nameB,
                             "Compare models of the same gases.");
        out.push_back(static_cast<int>(found - a.gases.begin()));
    }
    if (a.gases.size() != b.gases.size())
        return makeError(ErrorKind::BadInput, "it does not know every gas of the champion", nameB,
                         "Compare models of the same gases.");
    return out;
}

} // namespace

const char* nameOf(ChallengerState state)
{
    switch (state) {
    case ChallengerState::Running: return "running";
    case ChallengerState::Failed: return "failed";
    case ChallengerState::Hung: return "hung";
    }
    return "";
}

Json toJson(const LiveComparisonStatus& status)
{
    const auto resources = [](const VariantResources& of) {
        return Json::object()
            .set("cpu_seconds", of.cpuSeconds)
            .set("decisions", of.decisions)
            .set("spikes", of.spikes > 0 ? Json(of.spikes) : Json())
            .set("model_bytes", of.bytes);
    };
    Json rails = Json::array();
    for (const auto& rail : status.guardrails)
        rails.push(Json::object()
                       .set("name", rail.name)
                       .set("light", experiments::nameOf(rail.light))
                       .set("words", rail.words));
    Json out = Json::object();
    out.set("units", status.units).set("waiting", status.waiting).set("not_shown", status.notShown);
    out.set("acting", status.actingB ? "B" : "A").set("challenger", nameOf(status.challenger));
    out.set("trouble", status.trouble).set("ramp", status.ramp.share).set("rolled_back", status.ramp.rolledBack);
    out.set("reason", status.ramp.reason).set("verdict", experiments::toJson(status.verdict));
    out.set("words", status.words).set("guardrails", std::move(rails));
    return out.set("a", resources(status.a)).set("b", resources(status.b));
}

class LiveComparison::Work {
public:
    Work(LiveComparisonOptions options, std::unique_ptr<experiments::ExperimentStore> store,
         olfaction::RecogniserInfo champion, std::vector<int> gasOfB)
        : m_options(std::move(options)), m_store(std::move(store)), m_champion(std::move(champion)),
          m_gasOfB(std::move(gasOfB)), m_analysis(m_options.plan, m_champion.gases),
          m_speaker(std::make_shared<Speaker>())
    {
        m_metadata.configuration = Json::object();
        if (!m_options.protocol.isNull())
            m_metadata.configuration.set("protocol", Json::object().set("document", m_options.protocol));
        m_analysis.setBytes(static_cast<double>(m_options.modelA.size()), static_cast<double>(m_options.modelB.size()));
    }

    Result<void> begin(std::unique_ptr<olfaction::Recogniser> b, ActingDecision acting)
    {
        m_channelsB = b->info().channels;
        m_speaker->told = std::move(acting);
        m_units = m_store->units();
        for (const ComparedUnit& unit : m_units) {
            m_analysis.add(unit);
            m_watch.add(unit);
        }
        m_started = m_units.size();
        BNOF_TRY_ASSIGN(const auto trail, m_store->trail());
        m_ramp = experiments::rampOf(trail, m_store->analysis());
        m_share.store(m_ramp.share);
        m_challenger =
            std::make_shared<Challenger>(std::move(b), m_champion.gases.size(),
                                         [speaker = m_speaker](const Decision& decision, std::int64_t latency) {
                                             speaker->say(decision, true, latency);
                                         });
        m_challenger->start();
        refresh();
        m_books = std::thread([this] { keepBooks(); });
        return {};
    }

    ~Work()
    {
        m_stop.store(true);
        m_wake.notify_all();
        if (m_books.joinable())
            m_books.join();
        m_challenger->close();
        {
            const std::scoped_lock lock(m_speaker->mutex);
            m_speaker->told = {};
        }
        // A model in the middle of a frame is given its time; one that hangs is left behind.
        const std::int64_t patience = monotonicNow() + fromSeconds(m_options.plan.timeLimit);
        while (!m_challenger->ended() && m_state.load() != ChallengerState::Hung && monotonicNow() < patience)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }

    // On the session's compute thread.

    void channels(std::uint32_t source, const std::vector<ChannelInfo>& channels)
    {
        if (m_source && *m_source != source)
            return;
        const auto map = olfaction::matchChannels(m_channelsB, channels);
        const std::scoped_lock lock(m_mutex);
        if (!map.ok()) {
            m_trouble = map.error().message();
            return;
        }
        m_source = source;
        m_map = *map;
    }

    void frame(std::uint32_t source, const SensorFrame& frame)
    {
        if (!m_source || *m_source != source)
            return;
        m_frameCpu = threadCpuNow();
        m_lastFrame = frame.t;
        if (m_zero < 0)
            m_zero = frame.t;
        const bool blocked = m_options.plan.mode == "blocks" && m_open && !m_open->askB;
        if (m_state.load() != ChallengerState::Running || blocked)
            return;
        std::vector<float> values(m_map.size());
        for (std::size_t i = 0; i < m_map.size(); ++i)
            values[i] =
                m_map[i] < frame.values.size() ? frame.values[m_map[i]] : std::numeric_limits<float>::quiet_NaN();
        m_kept.push_back({frame.t, monotonicNow(), std::move(values)});
        if (m_kept.size() >= mostKept)
            handOver();
    }

    void decision(const Decision& decision, std::int64_t latency)
    {
        const double cpu = toSeconds(threadCpuNow() - m_frameCpu);
        const bool number = experiments::allNumbers(decision);
        const bool gas = number && decision.gas >= 0 && decision.gas != m_champion.background;
        const bool calm = !m_open && m_cleanSince >= 0 && toSeconds(decision.t - m_cleanSince) > recoverySeconds;
        m_alarmsA += calm && gas && !m_saidGas ? 1 : 0;
        m_saidGas = gas;
        m_cpuA.store(m_cpuA.load() + cpu);
        m_decisionsA.fetch_add(1);
        if (m_open) {
            m_open->a.cpuSeconds += cpu;
            m_open->a.latencySeconds = std::max(m_open->a.latencySeconds, cpu);
            if (toSeconds(decision.t - m_open->from) >= experiments::firstAnswerSeconds)
                m_open->tally.add(number ? decision.gas : -1);
            if (!number)
                m_open->a.failure = "a decision with a probability that is no number";
        }
        m_speaker->say(decision, false, latency);
        handOver();
    }

    void mark(const Mark& mark)
    {
        m_marks.push_back(mark);
        handOver();
        const auto course = courseOf(m_metadata, m_marks, m_options.where);
        if (!course.ok())
            return;
        const bool completed = course->exposures.size() > m_exposures;
        if (completed && m_open)
            closeUnit();
        else if (m_open)
            m_open.reset(); // interrupted: it is no unit
        m_exposures = course->exposures.size();
        m_speaker->byB.store(false);
        // What has no end yet is told as spoilt to the end of time.
        const bool open = !course->spoilt.empty() &&
                          course->spoilt.back().second == std::numeric_limits<Timestamp>::max() &&
                          course->spoilt.back().first == mark.t;
        if (open)
            openUnit(mark);
        else
            m_cleanSince = mark.t;
    }

    // From any thread.

    [[nodiscard]] LiveComparisonStatus status() const
    {
        const std::scoped_lock lock(m_mutex);
        LiveComparisonStatus out = m_status;
        out.waiting = m_pending.size();
        out.notShown = m_notShown.load();
        out.actingB = m_speaker->byB.load();
        out.challenger = m_state.load();
        if (out.trouble.empty())
            out.trouble = m_trouble;
        out.a = {m_cpuA.load(), m_decisionsA.load(), 0, m_options.modelA.size()};
        out.b = {m_challenger->cpuSeconds(), m_challenger->decisions(), m_challenger->spikes(),
                 m_options.modelB.size()};
        return out;
    }

    Result<experiments::RampState> promote()
    {
        const std::scoped_lock lock(m_storeMutex);
        if (m_state.load() != ChallengerState::Running)
            return makeError(ErrorKind::BadInput, "B does not run any more", m_options.variantB, "Mend it first.");
        BNOF_TRY_ASSIGN(m_ramp, experiments::promote(*m_store, experiments::promotionRules(m_options.plan, m_analysis,
                                                                                           m_units, m_champion.gases)));
        m_share.store(m_ramp.share);
        refresh();
        return m_ramp;
    }

    Result<experiments::RampState> rollBack(const std::string& reason, const std::string& cause)
    {
        m_share.store(0);
        m_speaker->byB.store(false);
        const std::scoped_lock lock(m_storeMutex);
        m_ramp = {0, true, reason};
        BNOF_TRY_ASSIGN(m_ramp, experiments::rollBack(*m_store, reason, cause));
        refresh();
        return m_ramp;
    }

    Result<void> finish()
    {
        const std::int64_t patience = monotonicNow() + fromSeconds(m_options.plan.timeLimit + 10);
        while (monotonicNow() < patience) {
            {
                const std::scoped_lock lock(m_mutex);
                if (m_pending.empty())
                    break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        const std::scoped_lock lock(m_storeMutex);
        m_analysis.finish();
        const Json told = m_analysis.toJson();
        BNOF_TRY_ASSIGN(const auto verdict, experiments::verdictOf(m_options.plan, m_analysis, m_units));
        Json measured = Json::object();
        for (const char* key : {"bytes_a", "bytes_b", "joules_a", "joules_b"})
            measured.set(key, told[key]);
        refresh();
        return m_store->note("verdict",
                             Json::object()
                                 .set("units", m_analysis.units())
                                 .set("measured", std::move(measured))
                                 .set("verdict", experiments::toJson(verdict))
                                 .set("words", experiments::inWords(verdict, m_options.variantA, m_options.variantB,
                                                                    m_options.plan.margin)));
    }

private:
    struct Open {
        std::string id;
        Timestamp from = 0;
        int label = -1;
        bool askA = true, askB = true;
        std::uint64_t notShown = 0;
        experiments::AnswerTally tally;
        Outcome a;
    };
    struct Pending {
        ComparedUnit unit;
        bool askB = true;
        std::uint64_t notShown = 0;
    };

    /// Frames wait until the champion has decided: the challenger then works while the champion waits for the next
    /// one, and does not take caches and processor from it just when it computes.
    void handOver()
    {
        for (Kept& kept : m_kept) {
            if (m_challenger->show(kept.t, kept.arrival, std::move(kept.values)))
                continue;
            m_notShown.fetch_add(1);
            if (m_open)
                ++m_open->notShown;
        }
        m_kept.clear();
    }

    [[nodiscard]] std::int64_t wall(Timestamp t) const
    {
        return m_options.wallAtZero > 0 ? m_options.wallAtZero + t : wallNow() - (m_lastFrame - t);
    }

    void openUnit(const Mark& mark)
    {
        // The course tells the gas when the exposure is complete; until then it is asked as if it ended now.
        auto marks = m_marks;
        marks.push_back({mark.t + 1, m_options.protocol.isNull() ? "end" : "recovery"});
        const auto course = courseOf(m_metadata, marks, m_options.where);
        if (!course.ok() || course->exposures.size() <= m_exposures)
            return;
        const std::string& gas = course->exposures.back().gas;
        const auto known = std::find(m_champion.gases.begin(), m_champion.gases.end(), gas);
        int label = static_cast<int>(known - m_champion.gases.begin());
        if (known == m_champion.gases.end()) {
            label = gas == "air" ? m_champion.background : -1;
            if (label < 0) {
                const std::scoped_lock lock(m_mutex);
                m_trouble = "an exposure to " + gas + " was left out: the models do not know it";
                return;
            }
        }
        const experiments::Plan& plan = m_options.plan;
        Open open{std::to_string(wall(mark.t)),
                  mark.t,
                  label,
                  true,
                  true,
                  0,
                  experiments::AnswerTally(m_champion.gases.size()),
                  {}};
        const std::string seed = std::to_string(plan.seed);
        const std::size_t place = m_started++;
        if (plan.mode == "split")
            open.askB = !experiments::goesToA(seed, open.id, 1 - plan.weight);
        else if (plan.mode == "blocks")
            open.askB = experiments::interleavedArms(plan.seed, place + 1)[place] == experiments::Arm::B;
        if (plan.mode != "shadow")
            open.askA = !open.askB;
        open.a.falseAlarms = std::exchange(m_alarmsA, 0);
        const bool runs = m_state.load() == ChallengerState::Running;
        const bool ramped = !experiments::goesToA(seed, open.id, 1 - m_share.load());
        m_speaker->byB.store(runs && (plan.mode == "shadow" ? ramped : open.askB));
        if (open.askB && runs) {
            if (plan.mode == "blocks")
                m_challenger->forget();
            m_challenger->begin(open.id, mark.t);
        }
        m_open.emplace(std::move(open));
    }

    void closeUnit()
    {
        Pending pending;
        ComparedUnit& unit = pending.unit;
        unit.id = m_open->id;
        unit.label = m_open->label;
        unit.group = static_cast<int>(wall(m_open->from) / nanosecondsPerDay);
        unit.recording = m_options.where;
        unit.seconds = toSeconds(m_open->from - std::max<Timestamp>(m_zero, 0));
        unit.a = m_open->a;
        unit.a.said = m_open->tally.winner();
        unit.a.decisions = m_open->tally.decisions();
        unit.a.missing = unit.a.decisions == 0;
        if (!m_open->askA) {
            unit.a = {};
            unit.a.asked = false;
        }
        pending.askB = m_open->askB;
        pending.notShown = m_open->notShown;
        if (pending.askB)
            m_challenger->end(unit.id);
        m_open.reset();
        {
            const std::scoped_lock lock(m_mutex);
            m_pending.push_back(std::move(pending));
        }
        m_wake.notify_all();
    }

    // On the thread of the books.

    void keepBooks()
    {
        while (!m_stop.load()) {
            {
                std::unique_lock lock(m_mutex);
                m_wake.wait_for(lock, bookInterval);
            }
            watchChallenger();
            if (!m_options.store.empty()) {
                if (const auto reason = experiments::takeRollBackRequest(m_options.store))
                    note(rollBack(*reason, "person"));
                if (experiments::takePromotionRequest(m_options.store))
                    note(promote());
            }
            closePending();
        }
    }

    void note(const Result<experiments::RampState>& done)
    {
        if (done.ok())
            return;
        const std::scoped_lock lock(m_mutex);
        m_trouble = done.error().message();
    }

    void watchChallenger()
    {
        if (m_state.load() != ChallengerState::Running)
            return;
        std::string why;
        if (m_challenger->busySeconds() > m_options.plan.timeLimit) {
            m_state.store(ChallengerState::Hung);
            why = "it hung: no answer to a frame within the time limit";
        } else if (const auto failure = m_challenger->failure()) {
            m_state.store(ChallengerState::Failed);
            why = *failure;
        } else {
            return;
        }
        {
            const std::scoped_lock lock(m_mutex);
            m_why = why;
            m_trouble = m_options.variantB + ": " + why;
        }
        m_speaker->byB.store(false);
        if (m_share.load() > 0)
            note(rollBack(m_options.variantB + ": " + why, "failures"));
    }

    /// B's answer to this exposure; nothing: it may still come.
    std::optional<Outcome> outcomeOfB(const Pending& pending)
    {
        Outcome out;
        if (!pending.askB) {
            out.asked = false;
            return out;
        }
        if (const auto answer = m_challenger->takeAnswer(pending.unit.id)) {
            out = experiments::toOutcome(*answer);
            out.said = answer->said < 0 || answer->missing ? -1 : m_gasOfB[static_cast<std::size_t>(answer->said)];
            if (pending.notShown > 0 && out.failure.empty())
                out.failure = "too slow: " + std::to_string(pending.notShown) + " frames could not be shown to it";
            return out;
        }
        if (m_state.load() == ChallengerState::Running)
            return std::nullopt;
        out.missing = true;
        const std::scoped_lock lock(m_mutex);
        out.failure = m_why;
        return out;
    }

    void closePending()
    {
        while (true) {
            Pending pending;
            {
                const std::scoped_lock lock(m_mutex);
                if (m_pending.empty())
                    return;
                pending = m_pending.front();
            }
            const auto outcome = outcomeOfB(pending);
            if (!outcome)
                return;
            pending.unit.b = *outcome;
            std::optional<experiments::RollBackReason> reason;
            {
                const std::scoped_lock lock(m_storeMutex);
                if (const auto stored = m_store->add(pending.unit); !stored.ok()) {
                    const std::scoped_lock inner(m_mutex);
                    m_trouble = stored.error().message();
                }
                const bool known = std::any_of(m_units.begin(), m_units.end(),
                                               [&](const ComparedUnit& unit) { return unit.id == pending.unit.id; });
                if (!known) {
                    m_analysis.add(pending.unit);
                    m_watch.add(pending.unit);
                    m_units.push_back(pending.unit);
                }
                if (m_share.load() > 0)
                    reason = experiments::reasonToRollBack(m_analysis, m_watch);
                refresh();
            }
            if (reason)
                note(rollBack(reason->words, reason->cause));
            const std::scoped_lock lock(m_mutex);
            m_pending.pop_front();
        }
    }

    /// With m_storeMutex held, or before the threads run.
    void refresh()
    {
        LiveComparisonStatus now;
        now.units = m_analysis.units();
        now.ramp = m_ramp;
        now.verdict = m_analysis.verdict();
        now.words = experiments::inWords(now.verdict, m_options.variantA, m_options.variantB, m_options.plan.margin);
        now.guardrails = m_analysis.guardrails();
        const std::scoped_lock lock(m_mutex);
        m_status = std::move(now);
    }

    const LiveComparisonOptions m_options;
    recording::RecordingMetadata m_metadata;

    std::mutex m_storeMutex; ///< guards store, analysis and ramp; never taken by the session's thread
    std::unique_ptr<experiments::ExperimentStore> m_store;
    const olfaction::RecogniserInfo m_champion;
    const std::vector<int> m_gasOfB;
    experiments::ShadowAnalysis m_analysis;
    experiments::DisagreementWatch m_watch;
    std::vector<ComparedUnit> m_units;
    experiments::RampState m_ramp;

    std::shared_ptr<Speaker> m_speaker;
    std::shared_ptr<Challenger> m_challenger;
    std::vector<ChannelInfo> m_channelsB;
    std::atomic<ChallengerState> m_state{ChallengerState::Running};
    std::atomic<double> m_share{0}, m_cpuA{0};
    std::atomic<std::uint64_t> m_notShown{0}, m_decisionsA{0};

    mutable std::mutex m_mutex; ///< guards what follows; held for moments only
    std::condition_variable m_wake;
    std::deque<Pending> m_pending;
    LiveComparisonStatus m_status;
    std::string m_trouble, m_why;
    std::atomic<bool> m_stop{false};
    std::thread m_books;

    // Of the session's compute thread alone.
    std::optional<std::uint32_t> m_source;
    std::vector<std::size_t> m_map;
    std::vector<Mark> m_marks;
    std::size_t m_exposures = 0;
    std::size_t m_started = 0;
    std::optional<Open> m_open;
    struct Kept {
        Timestamp t = 0;
        std::int64_t arrival = 0; ///< monotonic
        std::vector<float> values;
    };
    std::vector<Kept> m_kept; ///< frames that the challenger has not been given yet
    std::int64_t m_frameCpu = 0;
    std::uint32_t m_alarmsA = 0; ///< since the last exposure
    bool m_saidGas = false;
    Timestamp m_lastFrame = 0, m_zero = -1, m_cleanSince = -1;
};

LiveComparison::LiveComparison(std::unique_ptr<Work> work) : m_work(std::move(work)) {}
LiveComparison::~LiveComparison() = default;

Result<std::unique_ptr<LiveComparison>> LiveComparison::start(LiveComparisonOptions options, ActingDecision acting)
{
    BNOF_TRY_ASSIGN(const auto a, olfaction::makeRecogniser(options.modelA));
    BNOF_TRY_ASSIGN(auto b,
                    options.makeB ? options.makeB() : olfaction::makeRecogniser(options.modelB, options.optionsB));
    BNOF_TRY_ASSIGN(auto gasOfB, sameGases(a->info(), b->info(), options.variantB));
    experiments::LockedPlan locked{
        options.plan, options.variantA, options.variantB, sha256Hex(options.modelA), sha256Hex(options.modelB), {},
        BNOF_VERSION, a->info().gases,  options.where};
    BNOF_TRY_ASSIGN(auto store, experiments::ExperimentStore::open(options.store, locked, options.operatorName));
    auto work = std::make_unique<Work>(std::move(options), std::move(store), a->info(), std::move(gasOfB));
    BNOF_TRY(work->begin(std::move(b), std::move(acting)));
    return std::unique_ptr<LiveComparison>(new LiveComparison(std::move(work)));
}

void LiveComparison::channels(std::uint32_t source, const std::vector<ChannelInfo>& channels)
{
    m_work->channels(source, channels);
}
void LiveComparison::frame(std::uint32_t source, const SensorFrame& frame)
{
    m_work->frame(source, frame);
}
void LiveComparison::decision(const Decision& decision, std::int64_t latencyNanoseconds)
{
    m_work->decision(decision, latencyNanoseconds);
}
void LiveComparison::mark(const Mark& mark)
{
    m_work->mark(mark);
}
LiveComparisonStatus LiveComparison::status() const
{
    return m_work->status();
}
Result<experiments::RampState> LiveComparison::promote()
{
    return m_work->promote();
}
Result<experiments::RampState> LiveComparison::rollBack(const std::string& reason)
{
    return m_work->rollBack(reason, "person");
}
Result<void> LiveComparison::finish()
{
    return m_work->finish();
}

} // namespace bnof::session
