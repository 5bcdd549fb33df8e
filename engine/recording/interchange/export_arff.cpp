// SPDX-License-Identifier: GPL-3.0-or-later
// Weka's attribute-relation file format: one row a frame, the mark in force as the nominal class.
#include <algorithm>
#include <map>
#include <memory>

#include "engine/base/build_config.h"
#include "engine/recording/interchange/exporters.h"
#include "engine/recording/interchange/numbers_text.h"
#include "engine/recording/new_file.h"

namespace bnof::recording {
namespace {

bool isPlain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-' ||
           c == '.' || c == '+';
}

/// Names are quoted unless they are plain words. Readers disagree on how a quote inside is written: there is none.
std::string quoted(std::string text)
{
    for (char& c : text) {
        if (c == '\n' || c == '\r' || c == '\t')
            c = ' ';
        else if (c == '\'' || c == '\\')
            c = '_';
    }
    return !text.empty() && std::all_of(text.begin(), text.end(), isPlain) ? text : '\'' + text + '\'';
}

/// Values are plain words, because scipy.io.arff understands quoted ones only where the first row has quotes: what
/// else a mark contains becomes '_', marks that would then be the same get a number.
class ClassNames {
public:
    explicit ClassNames(const std::vector<Mark>& marks)
    {
        std::map<std::string, int> used;
        for (const Mark& mark : marks) {
            if (m_names.contains(mark.label))
                continue;
            std::string name;
            for (const char c : mark.label) {
                if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80) // one for each character of UTF-8
                    name += isPlain(c) ? c : '_';
            }
            if (name.empty())
                name = "_";
            if (const int times = used[name]++; times > 0)
                name += "_" + std::to_string(times + 1);
            m_names[mark.label] = name;
            order.push_back(mark.label);
        }
    }
    [[nodiscard]] const std::string& of(const std::string& label) const { return m_names.at(label); }

    std::vector<std::string> order; ///< labels by first appearance

private:
    std::map<std::string, std::string> m_names;
};

class ArffExport final : public ItemVisitor {
public:
    ArffExport(const RecordingShape& shape, NewFile& file)
        : m_shape(shape), m_file(file), m_names(shape.marks), m_marks(shape.marks)
    {
        std::stable_sort(m_marks.begin(), m_marks.end(), [](const Mark& a, const Mark& b) { return a.t < b.t; });
    }

    Result<void> header(const RecordingMetadata& metadata);
    Result<void> frame(const FrameItem& item) override;

    std::uint64_t infinite = 0; ///< values that the format cannot hold

private:
    const RecordingShape& m_shape;
    NewFile& m_file;
    ClassNames m_names;
    std::vector<Mark> m_marks;
    std::size_t m_next = 0; ///< the first mark that is later than the frame
    std::string m_class = "?";
};

Result<void> ArffExport::header(const RecordingMetadata& metadata)
{
    std::string text = "% Written by BioNeuro Olfactory Fusion " BNOF_VERSION "\n% Recording " + metadata.uuid +
                       ", begun " + formatUtc(metadata.wallAtZero + metadata.start) + "\n";
    text += "@relation " + quoted(metadata.title.empty() ? "recording" : metadata.title) + "\n\n";
    text += "@attribute t_s numeric\n";
    const bool several = m_shape.sources.size() > 1;
    if (several) {
        text += "@attribute source {";
        for (std::size_t s = 0; s < m_shape.sources.size(); ++s)
            text += (s > 0 ? "," : "") + std::to_string(s + 1);
        text += "}\n";
    }
    // Attribute names must differ.
    std::map<std::string, int> used{{"t_s", 1}, {"source", 1}, {"class", 1}};
    for (std::size_t s = 0; s < m_shape.sources.size(); ++s) {
        for (const ChannelInfo& channel : m_shape.sources[s].channels) {
            std::string name = several ? std::to_string(s + 1) + ":" + channel.name : channel.name;
            if (const int times = used[name]++; times > 0)
                name += " (" + std::to_string(times + 1) + ")";
            text += "@attribute " + quoted(name) + " numeric";
            text += channel.unit.empty() ? "\n" : " % " + channel.unit + "\n";
        }
    }
    if (!m_marks.empty()) {
        std::string values;
        for (const std::string& label : m_names.order) {
            values += (values.empty() ? "" : ",") + m_names.of(label);
            if (m_names.of(label) != label)
                text += "% class " + m_names.of(label) + " is the mark " + Json(label).dump() + "\n";
        }
        text += "@attribute class {" + values;
        text += "}\n";
    }
    return m_file.write(text + "\n@data\n");
}

Result<void> ArffExport::frame(const FrameItem& item)
{
    std::string line;
    appendExactSeconds(line, item.t);
    if (m_shape.sources.size() > 1)
        line += ',' + std::to_string(item.source + 1);
    for (std::size_t s = 0; s < m_shape.sources.size(); ++s) {
        for (std::size_t c = 0; c < m_shape.sources[s].channels.size(); ++c) {
            line += ',';
            if (s != item.source || c >= item.values.size() || std::isnan(item.values[c])) {
                line += '?';
            } else if (std::isinf(item.values[c])) {
                line += '?';
                ++infinite;
            } else {
                appendShortest(line, item.values[c]);
            }
        }
    }
    if (!m_marks.empty()) {
        while (m_next < m_marks.size() && m_marks[m_next].t <= item.t)
            m_class = m_names.of(m_marks[m_next++].label);
        line += ',' + m_class;
    }
    return m_file.write(line + '\n');
}

} // namespace

Result<void> exportArff(ExportJob& job)
{
    BNOF_TRY_ASSIGN(const auto file, NewFile::create(job.path));
    BNOF_TRY_ASSIGN(const RecordingShape shape, measure(job));
    ArffExport arff(shape, *file);
    BNOF_TRY(arff.header(job.reader.metadata()));
    BNOF_TRY(walk(job, arff, 0.1, 1));
    BNOF_TRY(file->publish());
    file->keep();
    job.outcome.files = {job.path};
    if (shape.marks.empty())
        job.outcome.notes.emplace_back("the recording has no marks, so there is no class attribute");
    if (arff.infinite > 0)
        job.outcome.notes.push_back(std::to_string(arff.infinite) + " infinite values were written as missing");
    return {};
}

} // namespace bnof::recording
