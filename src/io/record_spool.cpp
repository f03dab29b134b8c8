// SPDX-License-Identifier: Apache-2.0
#include "io/record_spool.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

#include "base/contracts.hpp"
#include "base/errors.hpp"
#include "io/content_checksum.hpp"

namespace engram {
namespace {

constexpr std::size_t bytes_at_once = std::size_t{1} << 20;

void require_records(const FileDescriptor& file, std::size_t record_bytes, std::uint64_t needed) {
    const std::uint64_t n_records = file.size() / record_bytes;
    if (n_records >= needed) return;
    throw FileError(file.path(), "the recording has " + std::to_string(n_records) +
                                     " records, but the checkpoint needs " +
                                     std::to_string(needed));
}

[[noreturn]] void fail_damaged(const std::string& path, std::uint64_t n_records) {
    throw FileError(path, "the recording is damaged (its first " + std::to_string(n_records) +
                              " records do not match their checksum)");
}

}  // namespace

void RecordChecksum::add(std::span<const std::byte> bytes) {
    const std::size_t n = bytes.size() / word_bytes;
    for (std::size_t i = 0; i < n; ++i) {
        std::uint32_t word;
        std::memcpy(&word, bytes.data() + i * word_bytes, word_bytes);
        value_ += checksum_of(n_words_ + i, word);
    }
    n_words_ += n;
}

RecordSpool::RecordSpool(const std::string& path, std::size_t record_bytes,
                         std::size_t buffered_records)
    : file_(FileDescriptor::create(path, "create the recording")),
      record_bytes_(record_bytes),
      capacity_(record_bytes * std::max<std::size_t>(buffered_records, 1)) {
    buffer_.reserve(capacity_);
}

RecordSpool::RecordSpool(const std::string& path, std::size_t record_bytes,
                         std::size_t buffered_records, const RecordMark& mark)
    : file_(path, O_RDWR | (mark.gaps.empty() ? 0 : O_CREAT),
            "open the recording of the interrupted run"),
      record_bytes_(record_bytes),
      capacity_(record_bytes * std::max<std::size_t>(buffered_records, 1)),
      written_(mark.n_records * record_bytes),
      checksum_(written_, mark.checksum),
      gaps_(mark.gaps) {
    if (gaps_.empty()) require_records(file_, record_bytes, mark.n_records);
    file_.truncate(written_);
    buffer_.reserve(capacity_);
}

std::byte* RecordSpool::add() {
    if (buffer_.size() == capacity_) write_buffer();
    buffer_.resize(buffer_.size() + record_bytes_);
    return buffer_.data() + buffer_.size() - record_bytes_;
}

void RecordSpool::add_gap(const RecordGap& gap) {
    write_buffer();
    ENGRAM_EXPECT(position() == gap.first);
    const std::uint64_t n_bytes = gap.count * record_bytes_;
    written_ += n_bytes;
    file_.truncate(written_);
    checksum_.skip(n_bytes, gap.checksum);
    gaps_.push_back(gap);
}

std::uint64_t RecordSpool::position() const {
    return (written_ + buffer_.size()) / record_bytes_;
}

RecordMark RecordSpool::flush() {
    write_buffer();
    file_.sync();
    return {position(), checksum_.value(), gaps_};
}

// Before anything is written: a file that was truncated would become as long as before, with zeros.
void RecordSpool::require_untouched() const {
    const bool is_there = file_.is_at(file_.path());
    if (is_there && file_.size() >= written_) return;
    throw FileError(file_.path(),
                    std::string("the recording was ") +
                        (is_there ? "truncated" : "removed or replaced") +
                        " by something else while the run went on; the run ends here, and its "
                        "earlier checkpoints are kept: put the file back and use 'engram resume', "
                        "or go on without what is lost by 'engram resume --salvage'");
}

void RecordSpool::write_buffer() {
    require_untouched();
    file_.write_at(written_, buffer_.data(), buffer_.size());
    checksum_.add(buffer_);
    written_ += buffer_.size();
    buffer_.clear();
}

RecordReader::RecordReader(const std::string& path, std::size_t record_bytes,
                           const RecordMark& mark)
    : file_(path, O_RDONLY, "open the recording"), record_bytes_(record_bytes), mark_(mark) {
    require_records(file_, record_bytes, mark.n_records);
}

std::span<const std::byte> RecordReader::next(std::size_t limit) {
    skip_gap();
    const std::uint64_t end =
        next_gap_ < mark_.gaps.size() ? mark_.gaps[next_gap_].first : mark_.n_records;
    const std::uint64_t count = std::min<std::uint64_t>(limit, end - read_);
    buffer_.resize(count * record_bytes_);
    file_.read_at(read_ * record_bytes_, buffer_.data(), buffer_.size());
    checksum_.add(buffer_);
    read_ += count;
    skip_gap();
    if (read_ == mark_.n_records && checksum_.value() != mark_.checksum)
        fail_damaged(file_.path(), mark_.n_records);
    return buffer_;
}

void RecordReader::skip_gap() {
    while (next_gap_ < mark_.gaps.size() && mark_.gaps[next_gap_].first == read_) {
        const RecordGap& gap = mark_.gaps[next_gap_];
        checksum_.skip(gap.count * record_bytes_, gap.checksum);
        read_ += gap.count;
        ++next_gap_;
    }
}

void verify_recording(const std::string& path, std::size_t record_bytes, const RecordMark& mark) {
    RecordReader records(path, record_bytes, mark);
    const std::size_t at_once = std::max<std::size_t>(1, bytes_at_once / record_bytes);
    while (!records.next(at_once).empty()) {
    }
}

}  // namespace engram
