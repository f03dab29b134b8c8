// SPDX-License-Identifier: Apache-2.0
#include "io/trial_log.hpp"

#include <fcntl.h>

#include <bit>
#include <filesystem>

#include "base/errors.hpp"
#include "base/list_directory.hpp"
#include "base/version.hpp"
#include "io/content_checksum.hpp"

namespace engram {
namespace {

// Begins each record: a text, and in the highest byte the version of the results.
constexpr std::uint64_t record_text = 0x0030'4c41'4952'5445;
constexpr int version_shift = 56;
constexpr std::uint64_t record_mark = record_text | std::uint64_t{results_version} << version_shift;
static_assert(results_version < 256);

// The words of a record are: mark, item, three lengths, their contents, checksum.
constexpr std::size_t n_head_words = 5;

std::uint64_t item_word(EnsembleItem item) {
    return std::uint64_t{item.point} << 32 | item.trial;
}

std::uint64_t checksum(const std::vector<std::uint64_t>& words) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < words.size(); ++i) sum += checksum_of(i, words[i]);
    return sum;
}

std::vector<std::uint64_t> encode(const TrialRecord& record) {
    std::vector<std::uint64_t> words = {record_mark, item_word(record.item), record.measures.size(),
                                        record.synapses.size(), record.trace_rows.size()};
    for (const double value : record.measures) words.push_back(std::bit_cast<std::uint64_t>(value));
    for (const RecordedSynapse& synapse : record.synapses)
        words.push_back(std::uint64_t{synapse.pre} << 32 | synapse.post);
    for (const double value : record.trace_rows)
        words.push_back(std::bit_cast<std::uint64_t>(value));
    words.push_back(checksum(words));
    return words;
}

bool is_mark(std::uint64_t word) {
    return word << (64 - version_shift) == record_text << (64 - version_shift);
}

void require_same_results(const FileDescriptor& file, std::uint64_t mark) {
    const std::uint64_t version = mark >> version_shift;
    if (version == results_version) return;
    throw FileError(file.path(), "its trials have results of version " + std::to_string(version) +
                                     ", and this program computes those of version " +
                                     std::to_string(results_version) +
                                     ", which have other bits; resume the ensemble with "
                                     "the Engram that began it, or run it anew in another "
                                     "directory");
}

// The words of the record at an offset, without the checksum; nothing if it is not whole.
std::optional<std::vector<std::uint64_t>> read_words(const FileDescriptor& file,
                                                     std::uint64_t offset, std::uint64_t size) {
    const std::uint64_t room = (size - offset) / sizeof(std::uint64_t);
    if (room < n_head_words + 1) return {};
    std::vector<std::uint64_t> words(n_head_words);
    file.read_at(offset, words.data(), n_head_words * sizeof(std::uint64_t));
    std::uint64_t content = 0;
    for (std::size_t i = 2; i < n_head_words; ++i) {
        if (words[i] > room) return {};
        content += words[i];
    }
    if (!is_mark(words[0]) || content + n_head_words + 1 > room) return {};
    words.resize(n_head_words + content + 1);
    file.read_at(offset, words.data(), words.size() * sizeof(std::uint64_t));
    const std::uint64_t expected = words.back();
    words.pop_back();
    if (checksum(words) != expected) return {};
    require_same_results(file, words[0]);
    return words;
}

EnsembleItem item_of(const std::vector<std::uint64_t>& words) {
    return {static_cast<std::uint32_t>(words[1] >> 32), static_cast<std::uint32_t>(words[1])};
}

// Calls visit(item, offset) for each whole record; returns where the last one ends.
template <class Visitor>
std::uint64_t scan(const FileDescriptor& file, const Visitor& visit) {
    const std::uint64_t size = file.size();
    std::uint64_t offset = 0;
    while (const auto words = read_words(file, offset, size)) {
        visit(item_of(*words), offset);
        offset += (words->size() + 1) * sizeof(std::uint64_t);
    }
    return offset;
}

std::string log_path(const std::string& directory, int group) {
    return (std::filesystem::path(directory) / ("trials-" + std::to_string(group) + ".bin"))
        .string();
}

// None where there is no directory. That it cannot be read does not mean that there are none.
std::vector<std::string> logs_in(const std::string& directory) {
    std::vector<std::string> paths;
    try {
        for (const auto& path : list_directory(directory))
            if (path.filename().string().starts_with("trials-")) paths.push_back(path.string());
    } catch (const FileError& error) {
        if (error.fault() == FileFault::environment) throw;
    }
    return paths;
}

}  // namespace

TrialLog::TrialLog(const std::string& directory, int group)
    : file_(log_path(directory, group), O_RDWR | O_CREAT, "open the log of finished trials") {
    end_ = scan(file_, [](EnsembleItem, std::uint64_t) {});
    file_.truncate(end_);
}

void TrialLog::append(const TrialRecord& record) {
    constexpr std::chrono::seconds sync_interval{1};
    const std::vector<std::uint64_t> words = encode(record);
    const std::size_t bytes = words.size() * sizeof(std::uint64_t);
    file_.write_at(end_, words.data(), bytes);
    end_ += bytes;
    if (Clock::now() - last_sync_ < sync_interval) return;
    flush();
}

void TrialLog::flush() {
    file_.sync();
    last_sync_ = Clock::now();
}

TrialArchive::TrialArchive(const std::string& directory) : directory_(directory) {
    for (const std::string& path : logs_in(directory)) {
        files_.emplace_back(path, O_RDONLY, "open the log of finished trials");
        scan(files_.back(), [&](EnsembleItem item, std::uint64_t offset) {
            places_[item] = {files_.size() - 1, offset};
        });
    }
}

TrialRecord TrialArchive::read(EnsembleItem item) const {
    const auto place = places_.find(item);
    if (place == places_.end())
        throw FileError(directory_, "the logs do not hold trial " + std::to_string(item.trial) +
                                        " of point " + std::to_string(item.point) +
                                        "; resume the ensemble");
    const FileDescriptor& file = files_[place->second.file];
    const auto words = read_words(file, place->second.offset, file.size());
    if (!words || item_of(*words) != item)
        throw FileError(file.path(), "changed while it was read; resume the ensemble");
    TrialRecord record;
    record.item = item;
    const std::uint64_t* next = words->data() + n_head_words;
    for (std::uint64_t i = 0; i < (*words)[2]; ++i)
        record.measures.push_back(std::bit_cast<double>(*next++));
    for (std::uint64_t i = 0; i < (*words)[3]; ++i, ++next)
        record.synapses.push_back(
            {static_cast<NeuronId>(*next >> 32), static_cast<NeuronId>(*next)});
    for (std::uint64_t i = 0; i < (*words)[4]; ++i)
        record.trace_rows.push_back(std::bit_cast<double>(*next++));
    return record;
}

}  // namespace engram
