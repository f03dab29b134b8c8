// SPDX-License-Identifier: Apache-2.0
// A raw file of records of one size, written while the simulation runs.
//
// Unlike an open HDF5 file it stays readable if the program is killed; a checkpoint stores the mark
// that flush() gives, and a resumed run continues from there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"
#include "io/recording_marks.hpp"

namespace engram {

//! Checksum of bytes that arrive in pieces; of all but the last the size is a multiple of 4.
class RecordChecksum {
  public:
    RecordChecksum() = default;
    //! Continues behind what is known already.
    RecordChecksum(std::uint64_t n_bytes, std::uint64_t value)
        : n_words_(n_bytes / word_bytes), value_(value) {}

    void add(std::span<const std::byte> bytes);
    //! Bytes that are not there, but whose part in the checksum is known.
    void skip(std::uint64_t n_bytes, std::uint64_t value) {
        n_words_ += n_bytes / word_bytes;
        value_ += value;
    }
    std::uint64_t value() const { return value_; }

  private:
    static constexpr std::size_t word_bytes = sizeof(std::uint32_t);
    std::uint64_t n_words_ = 0;
    std::uint64_t value_ = 0;
};

class RecordSpool {
  public:
    //! Start an empty file. `record_bytes` is a multiple of 4.
    RecordSpool(const std::string& path, std::size_t record_bytes, std::size_t buffered_records);
    //! Continue behind the records of a mark, dropping what lies behind them. Their content was
    //! verified by verify_recording. If some were lost, what the file lacks is taken to be among
    //! them.
    //! \throw FileError if the file is absent or shorter than that, though nothing was lost
    RecordSpool(const std::string& path, std::size_t record_bytes, std::size_t buffered_records,
                const RecordMark& mark);

    //! Room for one more record; valid until the next call.
    std::byte* add();
    //! Place for records that were lost; they come next.
    void add_gap(const RecordGap& gap);
    //! Number of records appended so far, whether or not they have left the buffer.
    std::uint64_t position() const;
    //! Returns once every record is on the disk; what a checkpoint stores.
    //! \throw FileError if the file was removed, replaced or truncated meanwhile: no checkpoint
    //! may rely on it
    RecordMark flush();

  private:
    void write_buffer();
    void require_untouched() const;

    FileDescriptor file_;
    std::size_t record_bytes_;
    std::size_t capacity_;  //!< of the buffer [bytes]
    std::vector<std::byte> buffer_;
    std::uint64_t written_ = 0;  //!< bytes in the file
    RecordChecksum checksum_;    //!< of these
    std::vector<RecordGap> gaps_;
};

//! Reads the first records of a spool from front to back, but for those that were lost.
class RecordReader {
  public:
    //! \throw FileError if the file is absent, or shorter than the mark says
    RecordReader(const std::string& path, std::size_t record_bytes, const RecordMark& mark);

    //! The next records, at most `limit`; empty at the end. Valid until the next call.
    //! \throw FileError at the end if the content is not that of the mark
    std::span<const std::byte> next(std::size_t limit);

  private:
    void skip_gap();

    FileDescriptor file_;
    std::size_t record_bytes_;
    RecordMark mark_;
    RecordChecksum checksum_;
    std::uint64_t read_ = 0;    //!< records, lost ones included
    std::size_t next_gap_ = 0;  //!< of the mark
    std::vector<std::byte> buffer_;
};

//! \throw FileError if the first records of a spool are not those of the mark
void verify_recording(const std::string& path, std::size_t record_bytes, const RecordMark& mark);

}  // namespace engram
