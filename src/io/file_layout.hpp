// SPDX-License-Identifier: Apache-2.0
// The structure of an HDF5 file, made in memory before any of it reaches a disk.
//
// HDF5 cannot cope with a failure of its own writes: in a parallel file the other ranks wait for
// the one that failed, and a file that cannot be completed crashes the program at its end. So HDF5
// never writes to a disk: it lays the file out, groups, attributes and the places of all datasets,
// and a ParallelFile takes it from there.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"
#include "io/content_checksum.hpp"
#include "io/hdf5_dataset.hpp"

namespace engram {

//! Where a dataset has its values in the file.
template <h5::Number T>
struct DatasetPlace {
    std::uint64_t offset = 0;  //!< of the first value [bytes]; undefined if there are none
    h5::Shape shape;

    std::uint64_t row_bytes() const { return h5::row_length(shape) * sizeof(T); }
};

// The group that tells the checksums of a file's datasets.
inline constexpr const char* checksums_group = "checksums";

class FileLayout {
  public:
    //! A file of the compatible layout gets checksums of the datasets added here.
    explicit FileLayout(h5::Layout layout = h5::Layout::compatible);

    //! To create groups and attributes in.
    const h5::File& file() const { return file_; }

    template <h5::Number T>
    DatasetPlace<T> add_dataset(hid_t location, const std::string& name, const h5::Shape& shape) {
        return place_of<T>(h5::create_dataset<T>(location, name, shape));
    }
    //! The same with the attribute that most datasets have.
    template <h5::Number T>
    DatasetPlace<T> add_dataset(hid_t location, const std::string& name, const h5::Shape& shape,
                                const std::string& units) {
        const h5::DataSet dataset = h5::create_dataset<T>(location, name, shape);
        h5::write_attribute(dataset, "units", units);
        return place_of<T>(dataset);
    }
    //! All of whose values are one, and take no space. Its checksum is that of the value in row 0.
    template <h5::Number T>
    h5::DataSet add_constant(hid_t location, const std::string& name, const h5::Shape& shape,
                             T value) {
        if (std::find(shape.begin(), shape.end(), hsize_t{0}) != shape.end()) {
            h5::DataSet dataset = h5::create_dataset<T>(location, name, shape);
            remember(dataset, {});
            return dataset;
        }
        h5::DataSet dataset = h5::create_constant<T>(location, name, shape, value);
        remember(dataset, {std::nullopt, checksum_of(0, value)});
        return dataset;
    }
    //! The same with the attribute that most datasets have.
    template <h5::Number T>
    void add_constant(hid_t location, const std::string& name, const h5::Shape& shape, T value,
                      const std::string& units) {
        h5::write_attribute(add_constant(location, name, shape, value), "units", units);
    }
    //! The numbers 0 … n - 1, compressed to a hundredth unless they are few. Every rank does so, at
    //! some 5 ns each.
    void add_counting(hid_t location, const std::string& name, std::uint32_t n);
    //! \param dataset contiguous, of this layout
    template <h5::Number T>
    DatasetPlace<T> place_of(hid_t dataset) {
        const DatasetPlace<T> place{H5Dget_offset(dataset), h5::shape(dataset)};
        remember(dataset, {place.offset, 0});
        return place;
    }

    //! No more additions; all handles must be closed. Returns the size of the file [bytes].
    std::uint64_t finish();
    // A dataset whose checksum is wanted.
    struct Summed {
        std::optional<std::uint64_t> offset;  //!< of its values; none: they are not stored
        std::uint64_t sum = 0;                //!< of values that are not stored
    };
    //! After finish(): the datasets whose checksums are wanted, and where these go, in the same
    //! order.
    const std::vector<Summed>& summed() const { return summed_; }
    const DatasetPlace<std::uint64_t>& sums() const { return sums_; }
    //! Write the structure, without values, to a file of at least that size.
    void copy_to(FileDescriptor& target) const;

  private:
    void remember(hid_t dataset, Summed summed);

    FileDescriptor memory_;
    h5::File file_;
    bool has_checksums_;
    std::vector<std::string> names_;
    std::vector<Summed> summed_;
    DatasetPlace<std::uint64_t> sums_;
};

}  // namespace engram
