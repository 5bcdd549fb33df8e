// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/dataset_writer.h"

#include <cmath>
#include <cstdio>
#include <filesystem>

namespace bnof::session {
namespace {

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos)
        return text;
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

std::string number(double value)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.9g", value);
    return std::isfinite(value) ? text : "";
}

} // namespace

DatasetWriter::DatasetWriter(std::string folder)
    : m_folder(std::move(folder)), m_frames(m_folder + "/frames.csv", std::ios::binary),
      m_manifest(m_folder + "/manifest.csv", std::ios::binary)
{}

Result<std::unique_ptr<DatasetWriter>> DatasetWriter::create(const std::string& folder,
                                                             const std::vector<ChannelInfo>& channels, bool simulated)
{
    std::error_code code;
    if (std::filesystem::exists(folder, code) || !std::filesystem::create_directories(folder, code))
        return makeError(ErrorKind::Storage, "the folder exists already or cannot be made", folder, "Choose another.");
    std::unique_ptr<DatasetWriter> writer(new DatasetWriter(folder));
    if (simulated)
        writer->m_frames << "# bnof {\"simulated\": true}\n";
    writer->m_frames << "t_s";
    for (const ChannelInfo& channel : channels)
        writer->m_frames << ',' << quoted(channel.name);
    writer->m_frames << '\n';
    writer->m_manifest << "file,label,group,onset_s,offset_s,ppm\n";
    return writer;
}

void DatasetWriter::frame(double seconds, std::span<const float> values)
{
    m_frames << number(seconds);
    for (const float value : values)
        m_frames << ',' << number(value);
    m_frames << '\n';
    ++m_count;
}

void DatasetWriter::exposure(const std::string& label, double from, double to, double ppm)
{
    m_manifest << "frames.csv," << quoted(label) << ",recording," << number(from) << ',' << number(to) << ','
               << number(ppm) << '\n';
}

Result<void> DatasetWriter::finish()
{
    m_frames.flush();
    m_manifest.flush();
    if (!m_frames || !m_manifest)
        return makeError(ErrorKind::Storage, "the training set could not be written", m_folder, "Is the disk full?");
    return {};
}

} // namespace bnof::session
