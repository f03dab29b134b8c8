// SPDX-License-Identifier: Apache-2.0
#include "io/mark_log.hpp"

#include <fcntl.h>

#include <array>
#include <optional>
#include <span>

#include "base/errors.hpp"
#include "io/content_checksum.hpp"

namespace engram {
namespace {

// Step; count and checksum of spikes; those of traces; checksum of these five.
using Entry = std::array<std::uint64_t, 6>;

std::uint64_t checksum(const Entry& entry) {
    const h5::Slab all{0, entry.size() - 1};
    return checksum_of(std::span(&all, 1), std::span(entry).first(entry.size() - 1));
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

std::vector<TimedMarks> read_mark_log(const std::string& path) {
    std::vector<TimedMarks> log;
    const std::optional<FileDescriptor> file = open_log(path);
    if (!file) return log;
    std::vector<Entry> entries(file->size() / sizeof(Entry));
    file->read_at(0, entries.data(), entries.size() * sizeof(Entry));
    for (const Entry& entry : entries)
        if (entry.back() == checksum(entry))
            log.push_back(
                {static_cast<Step>(entry[0]), {entry[1], entry[2]}, {entry[3], entry[4]}});
    return log;
}

MarkLog::MarkLog(const std::string& path, Step last) {
    const std::vector<TimedMarks> before = read_mark_log(path);
    // In place: an interruption here costs no more than the log.
    file_.emplace(FileDescriptor::create(path, "create the log of marks"));
    for (const TimedMarks& marks : before)
        if (marks.step <= last) append(marks);
}

void MarkLog::append(const TimedMarks& marks) {
    Entry entry{static_cast<std::uint64_t>(marks.step), marks.spikes.n_records,
                marks.spikes.checksum, marks.traces.n_records, marks.traces.checksum};
    entry.back() = checksum(entry);
    file_->write_at(written_, entry.data(), sizeof entry);
    written_ += sizeof entry;
}

}  // namespace engram
