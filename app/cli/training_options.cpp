// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/training_options.h"

#include <algorithm>

namespace bnof::cli {
namespace {

std::string joined(const std::vector<std::string>& names)
{
    std::string out;
    for (const std::string& name : names)
        out += (out.empty() ? "" : ", ") + name;
    return out;
}

} // namespace

void describeTraining(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("encoder"),
                      QString::fromStdString("How receptors of the spiking model fire: offset (currents into receptors "
                                             "with staggered thresholds), " +
                                             joined(olfaction::encoderNames()) +
                                             " (default: offset, with more than 20 gases population)."),
                      QStringLiteral("NAME")});
    parser.addOption({QStringLiteral("learning"),
                      QString::fromStdString("How the readout of the spiking model learns: " +
                                             joined(olfaction::learningNames()) + " (default: the first)."),
                      QStringLiteral("RULE")});
    parser.addOption({QStringLiteral("front-end"),
                      QStringLiteral("Optional parts of the front end, separated by commas: climate (take off what "
                                     "temperature and humidity do), freezing-baseline (a slow baseline that stands "
                                     "still during exposures), deconvolution (of the sensors' own slowness)."),
                      QStringLiteral("PART,...")});
}

namespace {

Result<void> readFrontEnd(const std::string& list, olfaction::FrontEndChoice& choice)
{
    for (const QString& item : QString::fromStdString(list).split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        const std::string part = item.trimmed().toStdString();
        if (part == "climate")
            choice.climate = true;
        else if (part == "freezing-baseline")
            choice.baselineSeconds = olfaction::usualBaselineSeconds;
        else if (part == "deconvolution")
            choice.deconvolution = true;
        else
            return makeError(ErrorKind::Usage, "there is no part of the front end \"" + part + '"', "--front-end",
                             "Use climate, freezing-baseline, deconvolution.");
    }
    return {};
}

} // namespace

Result<void> readTraining(const Invocation& invocation, olfaction::TrainingOptions& options)
{
    if (const std::string encoder = invocation.value("encoder"); !encoder.empty()) {
        if (encoder != "offset" && !olfaction::isEncoderName(encoder))
            return makeError(ErrorKind::Usage, "there is no encoder \"" + encoder + '"', "--encoder",
                             "Use offset, " + joined(olfaction::encoderNames()) + ".");
        if (encoder == "offset")
            options.code.encoder.name = encoder;
        else
            options.code.encoder = olfaction::defaultEncoder(encoder);
    }
    if (const std::string learning = invocation.value("learning"); !learning.empty()) {
        const auto& rules = olfaction::learningNames();
        if (std::find(rules.begin(), rules.end(), learning) == rules.end())
            return makeError(ErrorKind::Usage, "there is no learning rule \"" + learning + '"', "--learning",
                             "Use " + joined(rules) + ".");
        options.learning.name = learning;
    }
    return readFrontEnd(invocation.value("front-end"), options.frontEnd);
}

} // namespace bnof::cli
