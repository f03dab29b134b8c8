// SPDX-License-Identifier: Apache-2.0
#include "io/mark_log.hpp"

#include <fcntl.h>

#include <optional>
#include <span>

#include "base/errors.hpp"
#include "io/content_checksum.hpp"

namespace engram {
namespace {

// Step; count and checksum of spikes; those of each recording of traces; checksum of all these.
using Entry = std::vector<std::uint64_t>;

std::size_t n_words(std::size_t n_recordings) {
    return 4 + 2 * n_recordings;
}

std::uint64_t checksum(std::span<const std::uint64_t> entry) {
    const h5::Slab all{0, entry.size() - 1};
    return checksum_of(std::span(&all, 1), entry.first(entry.size() - 1));
}

TimedMarks marks_of(std::span<const std::uint64_t> entry) {
    TimedMarks marks{static_cast<Step>(entry[0]), {entry[1], entry[2]}, {}};
    for (std::size_t i = 3; i + 1 < entry.size(); i += 2)
        marks.traces.push_back({entry[i], entry[i + 1]});
    return marks;
}

std::optional<FileDescriptor> open_log(const std::string& path) {
    try {
        return FileDescriptor(path, O_RDONLY, "open the log of marks");
    } catch (const FileError& error) {
        if (error.fault() == FileFault::environment) throw;
        return std::nullopt;
    }
}

}  // namespace

std::vector<TimedMarks> read_mark_log(const std::string& path, std::size_t n_recordings) {
    std::vector<TimedMarks> log;
    const std::optional<FileDescriptor> file = open_log(path);
    if (!file) return log;
    const std::size_t size = n_words(n_recordings);
    std::vector<std::uint64_t> words(file->size() / (size * sizeof(std::uint64_t)) * size);
    file->read_at(0, words.data(), words.size() * sizeof(std::uint64_t));
    for (std::size_t first = 0; first < words.size(); first += size) {
        const auto entry = std::span(words).subspan(first, size);
        if (entry.back() == checksum(entry)) log.push_back(marks_of(entry));
    }
    return log;
}

MarkLog::MarkLog(const std::string& path, Step last, std::size_t n_recordings) {
    const std::vector<TimedMarks> before = read_mark_log(path, n_recordings);
    // In place: an interruption here costs no more than the log.
    file_.emplace(FileDescriptor::create(path, "create the log of marks"));
    for (const TimedMarks& marks : before)
        if (marks.step <= last) append(marks);
}

void MarkLog::append(const TimedMarks& marks) {
    Entry entry{static_cast<std::uint64_t>(marks.step), marks.spikes.n_records,
                marks.spikes.checksum};
    for (const RecordMark& traces : marks.traces) {
        entry.push_back(traces.n_records);
        entry.push_back(traces.checksum);
    }
    entry.push_back(0);
    entry.back() = checksum(entry);
    const std::size_t bytes = entry.size() * sizeof(std::uint64_t);
    file_->write_at(written_, entry.data(), bytes);
    written_ += bytes;
}

}  // namespace engram
