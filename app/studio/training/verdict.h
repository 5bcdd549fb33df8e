// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QStringList>

#include <vector>

#include "engine/base/json.h"
#include "widgets/bar_list.h"

namespace bnof::studio {

/// What an evaluation (olfaction::evaluate()) means, in words and pictures for people. Every accuracy stands beside
/// those of the plain competitors.
class Verdict {
    Q_DECLARE_TR_FUNCTIONS(Verdict)

public:
    /// Sentences, the most important first; none for an empty evaluation.
    [[nodiscard]] static QStringList sentences(const Json& evaluation);
    /// What makes the figures doubtful, with the remedy.
    [[nodiscard]] static QStringList warnings(const Json& evaluation);
    /// Accuracy of the model and of every competitor.
    [[nodiscard]] static std::vector<widgets::Bar> accuracies(const Json& evaluation);
    /// "91 %", or a dash where there is none.
    [[nodiscard]] static QString percent(const Json& share);

    struct Confusion {
        QStringList truth;
        QStringList said;
        std::vector<double> counts;
    };
    [[nodiscard]] static Confusion confusion(const Json& evaluation);
    /// "shrinkage LDA", "nearest template", ...
    [[nodiscard]] static QString competitor(const std::string& id);

private:
    [[nodiscard]] static QString comparison(const Json& evaluation);
    [[nodiscard]] static QString speed(const Json& reaction);
};

} // namespace bnof::studio
