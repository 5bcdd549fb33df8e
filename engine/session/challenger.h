// SPDX-License-Identifier: GPL-3.0-or-later
// The thread that a challenger runs on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bounded_queue.h"
#include "engine/experiments/exposure_units.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::session {

/// A recogniser fed from a queue. Everything that its thread touches is owned together with it, so that a thread that
/// hangs can be left behind. The producer never waits.
class Challenger : public std::enable_shared_from_this<Challenger> {
public:
    /// Its decisions, on its thread.
    using Told = std::function<void(const Decision& decision, std::int64_t latencyNanoseconds)>;
    static constexpr std::size_t queueFrames = 4096;

    Challenger(std::unique_ptr<olfaction::Recogniser> recogniser, std::size_t labels, Told told);
    /// Starts its thread.
    void start();
    /// Asks the thread to end when its queue is empty.
    void close() { m_queue.close(); }

    /// False: the frame was not taken, because the challenger is too slow. `values` are the model's channels; it came
    /// at `arrival` (monotonic).
    bool show(Timestamp t, std::int64_t arrival, std::vector<float> values);
    /// Between begin and end decisions are counted for this exposure, but for those of the first second.
    void begin(const std::string& unit, Timestamp from);
    void end(const std::string& unit);
    /// A stretch in which it need not look: it forgets what it saw.
    void forget();

    /// The answer, once: `failure` says what went wrong.
    [[nodiscard]] std::optional<experiments::UnitAnswer> takeAnswer(const std::string& unit);
    /// What it failed with; nothing is shown to it any more.
    [[nodiscard]] std::optional<std::string> failure() const;
    /// Seconds that it has been at work on one frame; 0: it waits for the next.
    [[nodiscard]] double busySeconds() const;
    [[nodiscard]] bool ended() const { return m_ended.load(); }
    [[nodiscard]] double cpuSeconds() const { return m_cpuSeconds.load(); }
    [[nodiscard]] std::uint64_t decisions() const { return m_decisions.load(); }
    [[nodiscard]] std::uint64_t spikes() const { return m_spikes.load(); }

private:
    enum class Kind { Frame, Begin, End, Forget };
    struct Item {
        Kind kind = Kind::Frame;
        Timestamp t = 0;
        std::int64_t arrival = 0; ///< monotonic
        std::vector<float> values;
        std::string unit;
    };
    void run();
    void process(const Item& item);
    void finishUnit(const std::string& unit);

    std::unique_ptr<olfaction::Recogniser> m_recogniser;
    std::size_t m_labels;
    int m_background;
    Told m_told;
    BoundedQueue<Item> m_queue{queueFrames};
    std::atomic<std::int64_t> m_busySince{0};
    std::atomic<bool> m_ended{false};
    std::atomic<double> m_cpuSeconds{0};
    std::atomic<std::uint64_t> m_decisions{0}, m_spikes{0};

    mutable std::mutex m_mutex; ///< guards what follows
    std::map<std::string, experiments::UnitAnswer> m_answers;
    std::string m_failure;

    // Of the thread alone.
    olfaction::RecogniserOutput m_output;
    std::optional<experiments::AnswerTally> m_tally;
    experiments::UnitAnswer m_answer;
    Timestamp m_from = 0;
    Timestamp m_now = 0;
    Timestamp m_calmSince = -1; ///< end of the last exposure; -1: there was none
    bool m_saidGas = false;
};

} // namespace bnof::session
