// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "engine/pipeline/priority.h"

namespace bnof::pipeline {

/// Asks the tasks that carry it not to run, or to end early at their next yield point. An empty token (the default)
/// is never cancelled; copies share one state. Safe from any thread.
class CancelToken {
public:
    CancelToken() = default;
    [[nodiscard]] static CancelToken make()
    {
        CancelToken token;
        token.m_cancelled = std::make_shared<std::atomic<bool>>(false);
        return token;
    }

    void cancel() const
    {
        if (m_cancelled)
            m_cancelled->store(true, std::memory_order_release);
    }
    [[nodiscard]] bool cancelled() const { return m_cancelled && m_cancelled->load(std::memory_order_acquire); }

private:
    std::shared_ptr<std::atomic<bool>> m_cancelled;
};

/// Something to run once, and optionally what to do instead when it is dropped. Moves only. What it captures (both
/// functions together) is kept inside up to `inlineBytes`, so that making, queueing and running a task allocates
/// nothing; larger captures are put on the heap. Neither function may throw.
class Task {
public:
    static constexpr std::size_t inlineBytes = 48;

    Task() = default;
    template <typename Work>
    requires(std::is_invocable_v<Work&> && !std::is_same_v<std::decay_t<Work>, Task>) Task(Work&& work)
    {
        emplace<Plain<std::decay_t<Work>>>(std::forward<Work>(work));
    }
    /// `dropped` is called with the reason, on whatever thread finds out, when the task was taken but will not run.
    template <typename Work, typename Dropped>
    requires(std::is_invocable_v<Work&>&& std::is_invocable_v<Dropped&, DropReason>)
        Task(Work&& work, Dropped&& dropped)
    {
        emplace<WithNotice<std::decay_t<Work>, std::decay_t<Dropped>>>(std::forward<Work>(work),
                                                                       std::forward<Dropped>(dropped));
    }
    Task(Task&& other) noexcept { take(other); }
    Task& operator=(Task&& other) noexcept
    {
        if (this != &other) {
            clear();
            take(other);
        }
        return *this;
    }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task() { clear(); }

    explicit operator bool() const { return m_operations != nullptr; }

    /// Run it. What it captured is destroyed by clear(), not here.
    void run() { m_operations->run(m_storage); }
    /// Tell it that it will not run.
    void drop(DropReason reason) { m_operations->drop(m_storage, reason); }
    void clear()
    {
        if (m_operations != nullptr && m_operations->destroy != nullptr)
            m_operations->destroy(m_storage);
        m_operations = nullptr;
    }

    // Filled in by the scheduler from TaskOptions.
    std::int64_t queuedAt = 0; ///< the scheduler's clock, ns
    std::int64_t deadline = 0; ///< the same; 0: none
    std::uint64_t key = 0;     ///< 0: none
    const char* name = "";     ///< of static lifetime
    CancelToken cancel;
    Priority priority = Priority::Normal;
    bool kept = false;

private:
    template <typename Work> struct Plain {
        explicit Plain(Work&& given) : work(std::move(given)) {}
        explicit Plain(const Work& given) : work(given) {}
        void run() { work(); }
        void drop(DropReason) {}
        Work work;
    };
    template <typename Work, typename Dropped> struct WithNotice {
        template <typename W, typename D>
        WithNotice(W&& w, D&& d) : work(std::forward<W>(w)), dropped(std::forward<D>(d))
        {}
        void run() { work(); }
        void drop(DropReason reason) { dropped(reason); }
        Work work;
        Dropped dropped;
    };
    struct Operations {
        void (*run)(std::byte*);
        void (*drop)(std::byte*, DropReason);
        void (*relocate)(std::byte* from, std::byte* to); ///< nullptr: a copy of the bytes does
        void (*destroy)(std::byte*);                      ///< nullptr: nothing to do
    };
    template <typename Body>
    static constexpr bool fits = sizeof(Body) <= inlineBytes &&
                                 alignof(Body) <= alignof(void*) && std::is_nothrow_move_constructible_v<Body>;
    template <typename Body> static Body& inlineBody(std::byte* storage)
    {
        return *std::launder(reinterpret_cast<Body*>(storage));
    }
    template <typename Body> static Body*& heapBody(std::byte* storage)
    {
        return *std::launder(reinterpret_cast<Body**>(storage));
    }
    template <typename Body> static constexpr Operations inlineOperations{
        [](std::byte* s) { inlineBody<Body>(s).run(); },
        [](std::byte* s, DropReason reason) { inlineBody<Body>(s).drop(reason); },
        std::is_trivially_copyable_v<Body> ? nullptr : +[](std::byte* from, std::byte* to) {
            new (to) Body(std::move(inlineBody<Body>(from)));
            inlineBody<Body>(from).~Body();
        },
        std::is_trivially_destructible_v<Body> ? nullptr : +[](std::byte* s) { inlineBody<Body>(s).~Body(); }};
    template <typename Body>
    static constexpr Operations heapOperations{[](std::byte* s) { heapBody<Body>(s)->run(); },
                                               [](std::byte* s, DropReason reason) { heapBody<Body>(s)->drop(reason); },
                                               nullptr, [](std::byte* s) { delete heapBody<Body>(s); }};

    template <typename Body, typename... Arguments> void emplace(Arguments&&... arguments)
    {
        if constexpr (fits<Body>) {
            new (m_storage) Body(std::forward<Arguments>(arguments)...);
            m_operations = &inlineOperations<Body>;
        } else {
            new (m_storage) Body*(new Body(std::forward<Arguments>(arguments)...));
            m_operations = &heapOperations<Body>;
        }
    }
    void take(Task& other) noexcept
    {
        queuedAt = other.queuedAt;
        deadline = other.deadline;
        key = other.key;
        name = other.name;
        cancel = std::move(other.cancel);
        priority = other.priority;
        kept = other.kept;
        m_operations = std::exchange(other.m_operations, nullptr);
        if (m_operations == nullptr)
            return;
        if (m_operations->relocate != nullptr)
            m_operations->relocate(other.m_storage, m_storage);
        else
            std::memcpy(m_storage, other.m_storage, inlineBytes);
    }

    const Operations* m_operations = nullptr;
    alignas(void*) std::byte m_storage[inlineBytes];
};

} // namespace bnof::pipeline
