#include "io/record_spool.hpp"

#include <fcntl.h>

#include <algorithm>

#include "experiment/errors.hpp"

namespace engram {

RecordSpool::RecordSpool(const std::string& path, std::size_t record_bytes,
                         std::size_t buffered_records)
    : file_(path, O_RDWR | O_CREAT | O_TRUNC, "create the recording"),
      record_bytes_(record_bytes),
      capacity_(record_bytes * std::max<std::size_t>(buffered_records, 1)) {
    buffer_.reserve(capacity_);
}

RecordSpool::RecordSpool(const std::string& path, std::size_t record_bytes,
                         std::size_t buffered_records, std::uint64_t position)
    : file_(path, O_RDWR, "open the recording of the interrupted run"),
      record_bytes_(record_bytes),
      capacity_(record_bytes * std::max<std::size_t>(buffered_records, 1)),
      written_(position * record_bytes) {
    const std::uint64_t size = file_.size();
    if (size < written_) {
        throw FileError(path, "the recording has " + std::to_string(size / record_bytes) +
                                  " records, but the checkpoint needs " + std::to_string(position) +
                                  "; restore the file, or start the run anew with --force");
    }
    file_.truncate(written_);
    buffer_.reserve(capacity_);
}

std::byte* RecordSpool::add() {
    if (buffer_.size() == capacity_) write_buffer();
    buffer_.resize(buffer_.size() + record_bytes_);
    return buffer_.data() + buffer_.size() - record_bytes_;
}

std::uint64_t RecordSpool::position() const {
    return (written_ + buffer_.size()) / record_bytes_;
}

void RecordSpool::flush() {
    write_buffer();
    file_.sync();
}

void RecordSpool::write_buffer() {
    file_.write_at(written_, buffer_.data(), buffer_.size());
    written_ += buffer_.size();
    buffer_.clear();
}

RecordReader::RecordReader(const std::string& path, std::size_t record_bytes)
    : file_(path, O_RDONLY, "open the recording"), record_bytes_(record_bytes) {
    const std::uint64_t size = file_.size();
    if (size % record_bytes != 0) {
        throw FileError(path, "the recording ends within a record of " +
                                  std::to_string(record_bytes) +
                                  " bytes; it was truncated, or is of another run: run the "
                                  "simulation again");
    }
    n_records_ = size / record_bytes;
}

std::span<const std::byte> RecordReader::next(std::size_t limit) {
    const std::uint64_t count = std::min<std::uint64_t>(limit, n_records_ - read_);
    buffer_.resize(count * record_bytes_);
    file_.read_at(read_ * record_bytes_, buffer_.data(), buffer_.size());
    read_ += count;
    return buffer_;
}

}  // namespace engram
