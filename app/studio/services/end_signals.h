// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace bnof::studio {

/// Tells when somebody asks this process to end: Ctrl-C in its terminal, a session that logs out, `kill`. The second
/// such signal ends it at once. At most one of these lives at a time.
class EndSignals : public QObject {
    Q_OBJECT

public:
    explicit EndSignals(QObject* parent = nullptr);
    ~EndSignals() override;

signals:
    void asked();
};

} // namespace bnof::studio
