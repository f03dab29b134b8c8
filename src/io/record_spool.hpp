// A raw file of records of one size, written while the simulation runs.
//
// Unlike an open HDF5 file it stays readable if the program is killed; a checkpoint stores
// position(), and a resumed run continues from there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/file_descriptor.hpp"

namespace engram {

class RecordSpool {
  public:
    //! Start an empty file.
    RecordSpool(const std::string& path, std::size_t record_bytes, std::size_t buffered_records);
    //! Continue behind the first `position` records, dropping what lies behind them.
    //! \throw FileError if the file is absent or shorter than that
    RecordSpool(const std::string& path, std::size_t record_bytes, std::size_t buffered_records,
                std::uint64_t position);

    //! Room for one more record; valid until the next call.
    std::byte* add();
    //! Number of records appended so far, whether or not they have left the buffer.
    std::uint64_t position() const;
    //! Return once every record is on the disk. Call before a checkpoint stores position().
    void flush();

  private:
    void write_buffer();

    FileDescriptor file_;
    std::size_t record_bytes_;
    std::size_t capacity_;  //!< of the buffer [bytes]
    std::vector<std::byte> buffer_;
    std::uint64_t written_ = 0;  //!< bytes in the file
};

//! Reads a finished spool from front to back.
class RecordReader {
  public:
    //! \throw FileError if the file is absent or does not consist of whole records
    RecordReader(const std::string& path, std::size_t record_bytes);

    std::uint64_t size() const { return n_records_; }
    //! The next records, at most `limit`; empty at the end. Valid until the next call.
    std::span<const std::byte> next(std::size_t limit);

  private:
    FileDescriptor file_;
    std::size_t record_bytes_;
    std::uint64_t n_records_ = 0;
    std::uint64_t read_ = 0;  //!< records
    std::vector<std::byte> buffer_;
};

}  // namespace engram
