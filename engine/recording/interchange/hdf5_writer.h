// SPDX-License-Identifier: GPL-3.0-or-later
// Writing HDF5 files. The library keeps state of the process and is not safe for threads in Debian's build: a writer
// holds a lock from create() to its end, so exports to HDF5 follow each other. Private to this folder.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/recording/interchange/arrays.h"

namespace bnof::recording {

class Hdf5Writer {
public:
    /// Into an existing empty file `temporary`; `path` is for messages.
    [[nodiscard]] static Result<std::unique_ptr<Hdf5Writer>> create(const std::string& temporary,
                                                                    const std::string& path);
    ~Hdf5Writer();
    Hdf5Writer(const Hdf5Writer&) = delete;
    Hdf5Writer& operator=(const Hdf5Writer&) = delete;

    Result<void> group(const std::string& path);
    /// Text of one value; an array of texts; what a name stands for is `path`'s attribute.
    Result<void> attribute(const std::string& path, const char* name, const std::string& value);
    Result<void> attribute(const std::string& path, const char* name, const std::vector<std::string>& values);
    Result<void> attribute(const std::string& path, const char* name, float value);
    Result<void> attribute(const std::string& path, const char* name, double value);
    Result<void> attribute(const std::string& path, const char* name, std::int32_t value);
    /// The attribute is a reference to another object.
    Result<void> reference(const std::string& path, const char* name, const std::string& target);
    Result<void> text(const std::string& path, const std::string& value);
    Result<void> texts(const std::string& path, const std::vector<std::string>& values);
    /// An array that grows by rows (compressed chunks); `columns` 0: a vector. Gives its number for append().
    Result<std::size_t> array(const std::string& path, ElementType type, std::uint64_t columns);
    Result<void> append(std::size_t array, const void* data, std::uint64_t rows);
    [[nodiscard]] std::uint64_t rows(std::size_t array) const { return m_arrays[array].rows; }
    Result<void> softLink(const std::string& path, const std::string& target);
    /// Write everything that waits and close.
    Result<void> finish();

private:
    struct Array {
        std::int64_t dataset = -1;
        std::int64_t type = -1;
        std::uint64_t columns = 0;
        std::uint64_t rows = 0;
        std::size_t rowBytes = 0;
        std::vector<std::uint8_t> waiting;
        std::string path;
    };
    Hdf5Writer(std::int64_t file, std::string path, std::unique_lock<std::mutex> lock);
    [[nodiscard]] Error failed(const std::string& what) const;
    Result<void> flush(Array& array);
    Result<void> numberAttribute(const std::string& path, const char* name, std::int64_t type, const void* value);
    bool closeAll();

    std::int64_t m_file;
    std::string m_path;
    std::unique_lock<std::mutex> m_lock;
    std::vector<Array> m_arrays;
};

} // namespace bnof::recording
