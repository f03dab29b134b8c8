// SPDX-License-Identifier: Apache-2.0
// Datasets of numbers with one or two dimensions, read and written by rows (the first dimension).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "io/hdf5.hpp"

namespace engram::h5 {

using Shape = std::vector<hsize_t>;  //!< {rows} or {rows, columns}

struct DatasetOptions {
    hsize_t chunk_rows = 0;   //!< 0: contiguous; else stored in pieces of that many rows
    bool checksum = false;    //!< detect flipped bits on reading (fletcher32); chunked only
    bool compressed = false;  //!< shuffled and deflated; chunked only
};

//! A run of whole rows.
struct Slab {
    hsize_t first = 0;
    hsize_t count = 0;
};

//! Number of values that a dataset row holds.
hsize_t row_length(const Shape& shape);
Shape shape(hid_t dataset);
//! Whether no values of it are stored, since all are the same. It reads like any other.
bool is_constant(hid_t dataset);
//! \throw FileError if there is none, if its values lie in other files, or if it declares more than
//!        the file holds; one that is constant, more than the whole file has room for
DataSet open_dataset(hid_t location, const std::string& name);
//! The same, but not open if there is none.
DataSet find_dataset(hid_t location, const std::string& name);

namespace detail {
DataSet create(hid_t location, const std::string& name, hid_t type, const Shape& shape,
               const DatasetOptions& options);
DataSet create_constant(hid_t location, const std::string& name, hid_t type, const Shape& shape,
                        const void* value);
void write(hid_t dataset, hid_t type, Slab rows, std::size_t n_values, const void* values);
void read(hid_t dataset, hid_t type, Slab rows, std::size_t n_values, void* values);
}  // namespace detail

template <Number T>
DataSet create_dataset(hid_t location, const std::string& name, const Shape& shape,
                       const DatasetOptions& options = {}) {
    return detail::create(location, name, native_type<T>(), shape, options);
}

//! A dataset all of whose values are one: the file holds that alone, as the fill value.
//! \param shape  without an extent of 0
template <Number T>
DataSet create_constant(hid_t location, const std::string& name, const Shape& shape, T value) {
    return detail::create_constant(location, name, native_type<T>(), shape, &value);
}

//! Rows beginning at `first`.
template <Number T>
void write_rows(hid_t dataset, hsize_t first, std::span<const T> values) {
    const Slab slab{first, values.size() / row_length(shape(dataset))};
    detail::write(dataset, native_type<T>(), slab, values.size(), values.data());
}

//! One chunk, as the filters leave it.
void write_chunk(hid_t dataset, hsize_t first_row, std::span<const std::byte> stored);

//! The whole of a new dataset, by one process.
template <Number T>
DataSet write_dataset(hid_t location, const std::string& name, const Shape& shape,
                      std::span<const T> values, const DatasetOptions& options = {}) {
    DataSet dataset = create_dataset<T>(location, name, shape, options);
    write_rows(dataset, 0, values);
    return dataset;
}

//! A dataset of texts in the order of its rows, by one process.
void write_texts(hid_t location, const std::string& name, const Shape& shape,
                 const std::vector<std::string>& texts);

//! All texts of a dataset of one dimension.
std::vector<std::string> read_texts(hid_t location, const std::string& name);

template <Number T>
std::vector<T> read_rows(hid_t dataset, Slab slab) {
    std::vector<T> values(slab.count * row_length(shape(dataset)));
    detail::read(dataset, native_type<T>(), slab, values.size(), values.data());
    return values;
}

template <Number T>
std::vector<T> read_dataset(hid_t location, const std::string& name) {
    const DataSet dataset = open_dataset(location, name);
    return read_rows<T>(dataset, {0, shape(dataset).front()});
}

}  // namespace engram::h5
