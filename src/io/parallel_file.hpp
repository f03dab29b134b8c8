// SPDX-License-Identifier: Apache-2.0
// A new HDF5 file that all ranks fill, each its own rows.
//
// Nothing that one rank alone can fail in makes another wait: the file gets its structure and all
// its space from rank 0 before any value is written, ranks write on their own, and what failed on
// any of them is told to all at the end. That is why this is not MPI-IO, whose calls are collective
// even where they fail, and which takes locks that some file systems refuse. Ranks never write the
// same byte, which is all that network file systems ask for.
#pragma once

#include <mpi.h>

#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/contracts.hpp"
#include "base/errors.hpp"
#include "base/file_descriptor.hpp"
#include "io/content_checksum.hpp"
#include "io/file_layout.hpp"

namespace engram {

class ParallelFile {
  public:
    //! Collective. Reserves the space of the file under its temporary name and puts the structure
    //! there. All ranks pass the same layout.
    //! \throw FileError on every rank, e.g. if the disk has not enough space
    ParallelFile(const std::string& path, FileLayout layout, MPI_Comm comm);
    //! Of an unfinished file: removes it.
    ~ParallelFile();
    ParallelFile(const ParallelFile&) = delete;
    ParallelFile& operator=(const ParallelFile&) = delete;

    MPI_Comm communicator() const { return comm_; }

    //! Write rows of a dataset: slabs in any order, values in the order of the slabs. Not
    //! collective, and fails in finish() only.
    template <h5::Number T>
    void write(const DatasetPlace<T>& place, std::span<const h5::Slab> slabs,
               std::span<const T> values) {
        if (!sums_.shape.empty())
            found_sums_[place.offset] += checksum_of(slabs, values, h5::row_length(place.shape));
        const auto bytes = std::as_bytes(values);
        std::size_t done = 0;
        for (const h5::Slab& slab : slabs) {
            const std::size_t size = slab.count * place.row_bytes();
            write_bytes(place.offset + slab.first * place.row_bytes(), bytes.subspan(done, size));
            done += size;
        }
        ENGRAM_EXPECT(done == bytes.size());
    }
    template <h5::Number T>
    void write(const DatasetPlace<T>& place, h5::Slab slab, std::span<const T> values) {
        write(place, std::span<const h5::Slab>(&slab, 1), values);
    }

    //! Run some work of this rank for the file; a FileError that it throws is thrown by finish().
    void attempt(const std::function<void()>& work);

    //! Collective. Puts the complete file on the disk and gives it its name.
    //! \throw FileError on every rank if anything failed on any
    void finish();

  private:
    void write_checksums();
    void write_bytes(std::uint64_t offset, std::span<const std::byte> bytes);

    std::string path_;
    std::string temporary_;
    MPI_Comm comm_;
    std::optional<FileDescriptor> file_;
    std::vector<FileLayout::Summed> summed_;
    DatasetPlace<std::uint64_t> sums_;                   //!< no shape: none are wanted
    std::map<std::uint64_t, std::uint64_t> found_sums_;  //!< of what this rank wrote, by offset
    std::exception_ptr failure_;                         //!< the first one of this rank
    bool finished_ = false;
};

}  // namespace engram
