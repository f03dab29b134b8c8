// Datasets of numbers with one or two dimensions, read and written by rows (the first dimension).
#pragma once

#include <mpi.h>

#include <span>
#include <string>
#include <vector>

#include "io/hdf5.hpp"

namespace engram::h5 {

using Shape = std::vector<hsize_t>;  //!< {rows} or {rows, columns}

struct DatasetOptions {
    hsize_t chunk_rows = 0;   //!< 0: contiguous; else stored in pieces of that many rows
    bool checksum = false;    //!< detect flipped bits on reading (fletcher32); chunked only
    bool extendible = false;  //!< further rows may be appended; chunked only
};

//! A run of whole rows.
struct Slab {
    hsize_t first = 0;
    hsize_t count = 0;
};

//! Number of values that a dataset row holds.
hsize_t row_length(const Shape& shape);
Shape shape(hid_t dataset);
DataSet open_dataset(hid_t location, const std::string& name);

namespace detail {
DataSet create(hid_t location, const std::string& name, hid_t type, const Shape& shape,
               const DatasetOptions& options);
enum class Transfer { independent, collective };
void write(hid_t dataset, hid_t type, std::span<const Slab> slabs, std::size_t n_values,
           const void* values, Transfer transfer);
void read(hid_t dataset, hid_t type, std::span<const Slab> slabs, std::size_t n_values,
          void* values, Transfer transfer);
void extend(hid_t dataset, hsize_t additional_rows);
hsize_t n_rows(std::span<const Slab> slabs);
}  // namespace detail

//! Collective in a parallel file.
template <Number T>
DataSet create_dataset(hid_t location, const std::string& name, const Shape& shape,
                       const DatasetOptions& options = {}) {
    return detail::create(location, name, native_type<T>(), shape, options);
}

//! Rows beginning at `first`; independent of other ranks.
template <Number T>
void write_rows(hid_t dataset, hsize_t first, std::span<const T> values) {
    const Slab slab{first, values.size() / row_length(shape(dataset))};
    detail::write(dataset, native_type<T>(), {&slab, 1}, values.size(), values.data(),
                  detail::Transfer::independent);
}

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

//! Add rows behind the last one of an extendible dataset; serial files only.
template <Number T>
void append_rows(hid_t dataset, std::span<const T> values) {
    const Shape before = shape(dataset);
    detail::extend(dataset, values.size() / row_length(before));
    write_rows(dataset, before.front(), values);
}

template <Number T>
std::vector<T> read_rows(hid_t dataset, Slab slab) {
    std::vector<T> values(slab.count * row_length(shape(dataset)));
    detail::read(dataset, native_type<T>(), {&slab, 1}, values.size(), values.data(),
                 detail::Transfer::independent);
    return values;
}

template <Number T>
std::vector<T> read_dataset(hid_t location, const std::string& name) {
    const DataSet dataset = open_dataset(location, name);
    return read_rows<T>(dataset, {0, shape(dataset).front()});
}

//! Each rank writes its own rows: slabs ascending and disjoint, values in the order of the rows.
//! A rank may pass no slabs, but all ranks of the file must call. Collective.
template <Number T>
void write_slabs(hid_t dataset, std::span<const Slab> slabs, std::span<const T> values) {
    detail::write(dataset, native_type<T>(), slabs, values.size(), values.data(),
                  detail::Transfer::collective);
}

template <Number T>
void write_slab(hid_t dataset, Slab slab, std::span<const T> values) {
    write_slabs(dataset, std::span<const Slab>(&slab, 1), values);
}

//! Counterpart of write_slabs. Collective.
template <Number T>
std::vector<T> read_slabs(hid_t dataset, std::span<const Slab> slabs) {
    std::vector<T> values(detail::n_rows(slabs) * row_length(shape(dataset)));
    detail::read(dataset, native_type<T>(), slabs, values.size(), values.data(),
                 detail::Transfer::collective);
    return values;
}

template <Number T>
std::vector<T> read_slab(hid_t dataset, Slab slab) {
    return read_slabs<T>(dataset, std::span<const Slab>(&slab, 1));
}

}  // namespace engram::h5
