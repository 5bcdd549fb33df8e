// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QRegularExpression>
#include <QtTest/QTest>

namespace bnof::test {

/// Base of every suite: a Qt warning that a test did not announce with QTest::ignoreMessage fails it.
class Suite : public QObject {
    Q_OBJECT

public slots:
    /// The offscreen platform's remarks about what it cannot do (raise a window, grab the keyboard) are
    /// no fault of ours.
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral("^(?!This plugin does not support ).*"))); }
};

} // namespace bnof::test

/// Compare a Result: on failure print the message that a person would see.
#define BNOF_VERIFY_OK(result)                                                                                         \
    do {                                                                                                               \
        const auto& bnofChecked = (result); /* evaluated once */                                                       \
        QVERIFY2(bnofChecked.ok(), bnofChecked.ok() ? "" : bnofChecked.error().message().c_str());                     \
    } while (false)
