// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QMetaObject>
#include <QPointer>

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "engine/pipeline/executor.h"

namespace bnof::studio {

/// Run `work()` on the executor and hand its value to `then` on the GUI thread, unless `receiver` is gone
/// by then. Both must be copyable. Call from the GUI thread. This is how the window touches disk and
/// devices: it never waits for them itself.
template <typename Work, typename Then>
void inBackground(Executor& executor, QObject* receiver, std::string_view name, Work work, Then then,
                  Priority priority = Priority::Normal)
{
    const QPointer<QObject> guard(receiver);
    executor.submit(priority, name, [guard, work = std::move(work), then = std::move(then)]() mutable {
        using Value = std::invoke_result_t<Work&>;
        if constexpr (std::is_void_v<Value>) {
            work();
            QMetaObject::invokeMethod(
                qApp,
                [guard, then = std::move(then)]() mutable {
                    if (guard)
                        then();
                },
                Qt::QueuedConnection);
        } else {
            auto value = std::make_shared<Value>(work());
            QMetaObject::invokeMethod(
                qApp,
                [guard, value, then = std::move(then)]() mutable {
                    if (guard)
                        then(std::move(*value));
                },
                Qt::QueuedConnection);
        }
    });
}

} // namespace bnof::studio
