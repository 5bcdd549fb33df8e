// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/training/verdict.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

#include "app/studio/services/format.h"
#include "widgets/theme.h"

namespace bnof::studio {
namespace {

QString number(double value, int digits)
{
    return QLocale().toString(value, 'f', digits);
}

/// Percentage points of a difference, with its sign.
QString points(double difference)
{
    return (difference > 0 ? QStringLiteral("+") : QString()) + number(difference * 100, 1);
}

} // namespace

QString Verdict::percent(const Json& share)
{
    return share.isNumber() ? number(share.toDouble() * 100, 1) + QStringLiteral(" %") : QStringLiteral("–");
}

QString Verdict::competitor(const std::string& id)
{
    if (id == "lda")
        return tr("shrinkage LDA");
    if (id == "nearest_template")
        return tr("nearest template");
    if (id == "majority")
        return tr("always the most frequent gas");
    if (id == "svm")
        return tr("support vector machine");
    if (id == "forest")
        return tr("random forest");
    if (id == "knn")
        return tr("nearest neighbours");
    return toQString(id);
}

QString Verdict::comparison(const Json& evaluation)
{
    const Json& paired = evaluation["paired"]["lda"];
    const auto& interval = paired["interval"].items();
    if (!paired["difference"].isNumber() || interval.size() < 2)
        return {};
    const double low = interval[0].toDouble();
    const double high = interval[1].toDouble();
    const QString figures =
        tr("%1 points, 95 % interval %2 to %3").arg(points(paired["difference"].toDouble()), points(low), points(high));
    if (low > 0)
        return tr("Better than shrinkage LDA on the same answers (%1).").arg(figures);
    if (high < 0)
        return tr("Shrinkage LDA is better on the same answers (%1): use it, or record more exposures.").arg(figures);
    return tr("No difference to shrinkage LDA can be shown on these answers (%1).").arg(figures);
}

QString Verdict::speed(const Json& reaction)
{
    QStringList parts;
    if (reaction["first_median"].isNumber())
        parts << tr("first right answer after %1 s").arg(number(reaction["first_median"].toDouble(), 1));
    if (reaction["stable_median"].isNumber())
        parts << tr("right for good after %1 s").arg(number(reaction["stable_median"].toDouble(), 1));
    if (reaction["false_alarms_per_hour"].isNumber())
        parts
            << tr("%1 false alarms an hour in clean air").arg(number(reaction["false_alarms_per_hour"].toDouble(), 1));
    return parts.isEmpty() ? QString() : tr("Median: %1.").arg(parts.join(QStringLiteral(", ")));
}

QStringList Verdict::sentences(const Json& evaluation)
{
    QStringList out;
    if (!evaluation["accuracy"].isNumber())
        return out;
    const auto& interval = evaluation["interval"].items();
    QString first = evaluation["protocol"].toString() == "held-out"
                        ? tr("Right in %1 of the answers on recordings that it was not trained on")
                        : tr("Right in %1 of the answers on later time that it was not trained on");
    first = first.arg(percent(evaluation["accuracy"]));
    if (interval.size() >= 2)
        first += tr(" (95 % interval %1 to %2)").arg(percent(interval[0]), percent(interval[1]));
    out << first + QLatin1Char('.');
    out << comparison(evaluation) << speed(evaluation["reaction"]);
    if (evaluation["unknown"].toDouble() > 0)
        out << tr("It says \"unknown\" in %1 of the answers.").arg(percent(evaluation["unknown"]));
    if (evaluation["reliability"]["ece"].isNumber())
        out << tr("Its stated probability is off by %1 on average.").arg(percent(evaluation["reliability"]["ece"]));
    for (const auto& [gas, rmse] : evaluation["rmse_settled"].members()) {
        if (rmse.isNumber())
            out << tr("%1: concentration off by %2 ppm (root mean square, settled).")
                       .arg(toQString(gas), QLocale().toString(rmse.toDouble(), 'g', 3));
    }
    if (evaluation["simulated"].toBool())
        out << tr("All of this is simulated data: it says nothing about a real nose.");
    out.removeAll(QString());
    return out;
}

QStringList Verdict::warnings(const Json& evaluation)
{
    QStringList out;
    out << toQString(evaluation["leak_test"]["warning"].toString());
    for (const Json& told : evaluation["confounders"].items())
        out << toQString(told["warning"].toString());
    out << toQString(evaluation["class_balance"]["warning"].toString());
    out.removeAll(QString());
    return out;
}

std::vector<widgets::Bar> Verdict::accuracies(const Json& evaluation)
{
    std::vector<widgets::Bar> out;
    const auto add = [&](const QString& name, const Json& share, bool ours) {
        if (!share.isNumber())
            return;
        widgets::Bar bar;
        bar.name = name;
        bar.value = share.toDouble();
        bar.text = percent(share);
        bar.strong = ours;
        bar.colour = ours ? QColor() : widgets::Theme::current().neutral;
        out.push_back(std::move(bar));
    };
    add(tr("spiking network"), evaluation["accuracy"], true);
    for (const auto& [id, figures] : evaluation["baselines"].members())
        add(competitor(id), figures["accuracy"], false);
    return out;
}

Verdict::Confusion Verdict::confusion(const Json& evaluation)
{
    Confusion out;
    for (const auto& [truth, said] : evaluation["confusion"].members())
        out.truth << toQString(truth);
    out.said = out.truth;
    for (const auto& [truth, row] : evaluation["confusion"].members()) {
        for (const auto& [said, count] : row.members()) {
            if (!out.said.contains(toQString(said)))
                out.said << toQString(said);
        }
    }
    for (const auto& [truth, row] : evaluation["confusion"].members()) {
        for (const QString& said : out.said)
            out.counts.push_back(row[said.toStdString()].toDouble());
    }
    return out;
}

} // namespace bnof::studio
