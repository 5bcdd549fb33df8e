// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_hdf.h"

#include <algorithm>
#include <hdf5.h>

namespace bnof::bench {
namespace {

constexpr hsize_t rowsPerChunk = 65536;

std::int64_t makeColumn(std::int64_t file, const char* name)
{
    const hsize_t none = 0;
    const hsize_t unlimited = H5S_UNLIMITED;
    const hid_t space = H5Screate_simple(1, &none, &unlimited);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 1, &rowsPerChunk);
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, 1);
    const hid_t column = H5Dcreate2(file, name, H5T_STD_U32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    H5Pclose(properties);
    H5Sclose(space);
    return column;
}

void append(std::int64_t column, hsize_t from, const std::vector<std::uint32_t>& values)
{
    const hsize_t count = values.size();
    const hsize_t end = from + count;
    H5Dset_extent(column, &end);
    const hid_t space = H5Dget_space(column);
    const hid_t memory = H5Screate_simple(1, &count, nullptr);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, nullptr, &count, nullptr);
    H5Dwrite(column, H5T_NATIVE_UINT32, memory, space, H5P_DEFAULT, values.data());
    H5Sclose(memory);
    H5Sclose(space);
}

void read(std::int64_t column, hsize_t from, std::vector<std::uint32_t>& values)
{
    const hsize_t count = values.size();
    const hid_t space = H5Dget_space(column);
    const hid_t memory = H5Screate_simple(1, &count, nullptr);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, nullptr, &count, nullptr);
    H5Dread(column, H5T_NATIVE_UINT32, memory, space, H5P_DEFAULT, values.data());
    H5Sclose(memory);
    H5Sclose(space);
}

} // namespace

IndexedHdf::IndexedHdf(const std::string& path, std::uint64_t most)
    : m_most(most), m_file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)),
      m_times(makeColumn(m_file, "times")), m_neurons(makeColumn(m_file, "neurons"))
{}

IndexedHdf::~IndexedHdf()
{
    H5Dclose(m_neurons);
    H5Dclose(m_times);
    H5Fclose(m_file);
}

void IndexedHdf::add(const storage::SpikeColumns& spikes)
{
    for (std::size_t i = 0; i < spikes.size() && m_rows < m_most; ++i, ++m_rows) {
        m_tickBuffer.push_back(spikes.ticks[i]);
        m_neuronBuffer.push_back(spikes.neurons[i]);
        m_lastTick = spikes.ticks[i];
        if (m_tickBuffer.size() == rowsPerChunk)
            flush();
    }
}

void IndexedHdf::flush()
{
    if (m_tickBuffer.empty())
        return;
    m_index.push_back(m_tickBuffer.front());
    append(m_times, m_written, m_tickBuffer);
    append(m_neurons, m_written, m_neuronBuffer);
    m_written += m_tickBuffer.size();
    m_tickBuffer.clear();
    m_neuronBuffer.clear();
}

void IndexedHdf::finish()
{
    flush();
    H5Fflush(m_file, H5F_SCOPE_GLOBAL);
}

std::size_t IndexedHdf::ask(std::uint64_t from, std::uint64_t to, std::uint32_t first, std::uint32_t end)
{
    const auto behind = std::lower_bound(m_index.begin(), m_index.end(), from);
    const auto chunk = static_cast<std::uint64_t>(behind - m_index.begin()) - (behind == m_index.begin() ? 0 : 1);
    const auto last =
        static_cast<std::uint64_t>(std::lower_bound(m_index.begin(), m_index.end(), to) - m_index.begin());
    const std::uint64_t row = chunk * rowsPerChunk;
    m_tickBuffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(last * rowsPerChunk, m_written) - row));
    m_neuronBuffer.resize(m_tickBuffer.size());
    read(m_times, row, m_tickBuffer);
    read(m_neurons, row, m_neuronBuffer);
    std::size_t found = 0;
    for (std::size_t i = 0; i < m_tickBuffer.size(); ++i)
        found +=
            m_tickBuffer[i] >= from && m_tickBuffer[i] < to && m_neuronBuffer[i] >= first && m_neuronBuffer[i] < end;
    return found;
}

} // namespace bnof::bench
