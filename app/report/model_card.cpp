// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/model_card.h"

#include <algorithm>
#include <span>

#include "app/report/pdf_bytes.h"
#include "app/report/pdf_document.h"
#include "app/report/text.h"
#include "engine/base/files.h"
#include "engine/base/sha256.h"
#include "engine/olfaction/model.h"

namespace bnof::report {
namespace {

using olfaction::Model;

QString joined(const std::vector<std::string>& names)
{
    QStringList out;
    for (const auto& name : names)
        out << printed(name);
    return out.isEmpty() ? ReportText::tr("none") : out.join(QStringLiteral(", "));
}

QString share(const Json& value)
{
    return value.isNumber() ? shareText(value.toDouble()) : QStringLiteral("–");
}

QString interval(const Json& figures)
{
    const auto& ends = figures["interval"].items();
    return ends.size() < 2 ? QStringLiteral("–") : ReportText::tr("%1 to %2").arg(share(ends[0]), share(ends[1]));
}

QString kindText(const std::string& kind)
{
    if (kind == "spiking")
        return ReportText::tr("Spiking network with two pathways (mushroom body and lateral horn)");
    if (kind == "lda")
        return ReportText::tr("Shrinkage linear discriminant analysis");
    if (kind == "template")
        return ReportText::tr("Nearest template");
    return printed(kind);
}

class Card {
public:
    Card(Sheet& sheet, const Model& model, const std::string& digest, std::size_t bytes)
        : m_sheet(sheet), m_model(model), m_evaluation(model.metrics["evaluation"]), m_digest(digest), m_bytes(bytes)
    {}

    void compose()
    {
        m_sheet.title(ReportText::tr("Model card"), printed(m_model.name));
        doubts();
        model();
        data();
        figures();
        confusion();
        channels();
        limits();
    }

private:
    void doubts()
    {
        if (m_model.simulatedTraining)
            m_sheet.banner(ReportText::tr("This model was trained on simulated data: its figures say nothing about a "
                                          "real nose."),
                           true);
        if (m_evaluation.isNull())
            m_sheet.banner(ReportText::tr("This model carries no figures of held-out data: nothing is known of how "
                                          "well it recognises."),
                           true);
        const auto warn = [this](const Json& told) {
            if (!told["warning"].toString().empty())
                m_sheet.banner(printed(told["warning"].toString()), true);
        };
        warn(m_evaluation["leak_test"]);
        for (const Json& told : m_evaluation["confounders"].items())
            warn(told);
        warn(m_evaluation["class_balance"]);
    }

    void model()
    {
        m_sheet.heading(ReportText::tr("The model"));
        std::size_t neurons = 0;
        for (const auto& population : m_model.spiking.network.populations)
            neurons += population.size;
        std::vector<Sheet::Entry> entries{
            {ReportText::tr("Kind"), kindText(m_model.kind), false},
            {ReportText::tr("Gases"), joined(m_model.gases), false},
            {ReportText::tr("Concentrations"), joined(m_model.components), false},
            {ReportText::tr("A decision every"), ReportText::tr("%1 s").arg(valueText(m_model.decisionIntervalSeconds)),
             false},
        };
        if (neurons > 0)
            entries.push_back({ReportText::tr("Neurons"), countText(neurons), false});
        entries.push_back(
            {ReportText::tr("Size of the file"), ReportText::tr("%1 bytes").arg(countText(m_bytes)), false});
        entries.push_back({ReportText::tr("Seed"), QString::number(m_model.seed), false});
        entries.push_back({ReportText::tr("Made by program version"), printed(m_model.programVersion), false});
        entries.push_back({ReportText::tr("SHA-256 of the file"), QString::fromStdString(m_digest), true});
        m_sheet.entries(entries);
    }

    void data()
    {
        m_sheet.heading(ReportText::tr("What it was trained on"));
        m_sheet.entries({
            {ReportText::tr("Data set"), printed(m_evaluation["dataset"].toString()), false},
            {ReportText::tr("SHA-256 of the training data"), QString::fromStdString(m_model.trainingDigest), true},
            {ReportText::tr("Rows"),
             countText(
                 static_cast<std::uint64_t>(std::max<std::int64_t>(0, m_model.metrics["training_rows"].toInteger()))),
             false},
        });
        for (const Json& note : m_evaluation["notes"].items())
            m_sheet.paragraph(printed(note.toString()));
    }

    void figures()
    {
        if (m_evaluation.isNull())
            return;
        m_sheet.heading(ReportText::tr("What held-out data said"));
        m_sheet.paragraph(m_evaluation["protocol"].toString() == "held-out"
                              ? ReportText::tr("Every recording tested once what the others taught. Answers are never "
                                               "split by row.")
                              : ReportText::tr("The later part of every recording tested what the earlier part taught. "
                                               "Answers are never split by row."));
        std::vector<QStringList> rows;
        const auto add = [&](const QString& name, const Json& figures) {
            rows.push_back({name, share(figures["accuracy"]), interval(figures), share(figures["balanced_accuracy"]),
                            share(figures["macro_f1"]), share(figures["settled_accuracy"])});
        };
        add(ReportText::tr("Spiking network"), m_evaluation);
        for (const auto& [id, baseline] : m_evaluation["baselines"].members())
            add(competitor(id), baseline);
        m_sheet.table({{ReportText::tr("Recogniser"), 2.4, false, false},
                       {ReportText::tr("Accuracy"), 1, true, false},
                       {ReportText::tr("95 % interval"), 1.6, true, false},
                       {ReportText::tr("Balanced"), 1, true, false},
                       {ReportText::tr("Macro F1"), 1, true, false},
                       {ReportText::tr("Settled"), 1, true, false}},
                      rows);
        const Json& reaction = m_evaluation["reaction"];
        std::vector<Sheet::Entry> entries;
        const auto figure = [&](const QString& name, const Json& value, const QString& unit) {
            if (value.isNumber())
                entries.push_back({name, valueText(value.toDouble()) + unit, false});
        };
        figure(ReportText::tr("Median time to the first right answer"), reaction["first_median"], QStringLiteral(" s"));
        figure(ReportText::tr("Median time to the stable right answer"), reaction["stable_median"],
               QStringLiteral(" s"));
        figure(ReportText::tr("False alarms an hour in clean air"), reaction["false_alarms_per_hour"], {});
        for (const auto& [gas, rmse] : m_evaluation["rmse_settled"].members())
            figure(ReportText::tr("%1: error of the concentration, settled").arg(printed(gas)), rmse,
                   QStringLiteral(" ppm"));
        if (m_evaluation["reliability"]["ece"].isNumber())
            entries.push_back(
                {ReportText::tr("Stated probability is off by"), share(m_evaluation["reliability"]["ece"]), false});
        entries.push_back({ReportText::tr("Answers called unknown"), share(m_evaluation["unknown"]), false});
        m_sheet.entries(entries);
    }

    void confusion()
    {
        const auto& truths = m_evaluation["confusion"].members();
        if (truths.empty())
            return;
        m_sheet.heading(ReportText::tr("Which gas was taken for which"));
        std::vector<QStringList> rows;
        for (const auto& [truth, said] : truths) {
            double all = 0;
            for (const auto& [name, count] : said.members())
                all += count.toDouble();
            std::vector<std::pair<double, QString>> wrong;
            for (const auto& [name, count] : said.members()) {
                if (name != truth && count.toDouble() > 0)
                    wrong.emplace_back(count.toDouble() / all, printed(name));
            }
            std::stable_sort(wrong.begin(), wrong.end(),
                             [](const auto& a, const auto& b) { return a.first > b.first; });
            QStringList texts;
            for (std::size_t i = 0; i < std::min<std::size_t>(wrong.size(), 4); ++i)
                texts << QStringLiteral("%1 %2").arg(wrong[i].second, shareText(wrong[i].first));
            const double right = said[truth].toDouble();
            rows.push_back({printed(truth), all > 0 ? shareText(right / all) : QStringLiteral("–"),
                            texts.isEmpty() ? ReportText::tr("none") : texts.join(QStringLiteral(", "))});
        }
        m_sheet.table({{ReportText::tr("Gas"), 1.2, false, false},
                       {ReportText::tr("Right"), 0.6, true, false},
                       {ReportText::tr("Taken for"), 3, false, false}},
                      rows);
    }

    void channels()
    {
        m_sheet.heading(ReportText::tr("Channels"));
        std::vector<QStringList> rows;
        for (const ChannelInfo& c : m_model.channels)
            rows.push_back({printed(c.name), printed(c.quantity), printed(c.unit), printed(c.gas)});
        m_sheet.table({{ReportText::tr("Channel"), 1.5, false, false},
                       {ReportText::tr("Quantity"), 1, false, false},
                       {ReportText::tr("Unit"), 0.7, false, false},
                       {ReportText::tr("Target gas"), 1, false, false}},
                      rows);
    }

    void limits()
    {
        m_sheet.heading(ReportText::tr("What it is not for"));
        m_sheet.paragraph(ReportText::tr(
            "It knows the gases above, with the sensors above. Other gases are meant to be answered with "
            "\"unknown\", which is not certain. Sensors drift: recalibrate with one puff per gas and "
            "compare. It is not a certified safety device."));
    }

    [[nodiscard]] static QString competitor(const std::string& id)
    {
        if (id == "lda")
            return ReportText::tr("Shrinkage LDA");
        if (id == "nearest_template")
            return ReportText::tr("Nearest template");
        if (id == "majority")
            return ReportText::tr("Always the most frequent gas");
        return printed(id);
    }

    Sheet& m_sheet;
    const Model& m_model;
    const Json& m_evaluation;
    const std::string& m_digest;
    std::size_t m_bytes;
};

} // namespace

Result<void> writeModelCard(const std::string& modelPath, const std::string& pdfPath, const std::string& language)
{
    BNOF_TRY(refuseExisting(pdfPath));
    BNOF_TRY_ASSIGN(const auto words, ReportLanguage::load(language));
    const ReportText::Scope scope(words.get());
    BNOF_TRY_ASSIGN(const std::string content, readFile(modelPath));
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
    BNOF_TRY_ASSIGN(const Model model, olfaction::modelFromBytes(bytes, modelPath));
    const std::string digest = sha256Hex(bytes);
    const QString title = ReportText::tr("Model %1").arg(printed(model.name));
    BNOF_TRY_ASSIGN(QByteArray pdf,
                    drawPdf(title, title, [&](Sheet& sheet) { Card(sheet, model, digest, content.size()).compose(); }));
    makeReproducible(pdf, 0, digest);
    return publishPdf(pdf, pdfPath);
}

} // namespace bnof::report
