// SPDX-License-Identifier: Apache-2.0
#include "io/record_salvage.hpp"

#include <fcntl.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "base/file_descriptor.hpp"
#include "io/record_spool.hpp"

namespace engram {
namespace {

constexpr std::size_t scanned_at_once = std::size_t{1} << 20;

// Sums up what a file holds, from front to back. What it lacks counts as zeros: that is what the
// recording goes on with.
class ContentSum {
  public:
    ContentSum(const std::string& path, std::size_t record_bytes,
               const std::vector<RecordGap>& gaps)
        : record_bytes_(record_bytes), gaps_(gaps) {
        try {
            file_.emplace(path, O_RDONLY, "open the recording");
            size_ = file_->size();
        } catch (const FileError& error) {
            if (error.fault() == FileFault::environment) throw;
        }
    }

    //! The checksum of the first records. Ascending, and not within a gap.
    std::uint64_t up_to(std::uint64_t n_records) {
        while (read_ < n_records) {
            if (next_gap_ < gaps_.size() && gaps_[next_gap_].first == read_) {
                const RecordGap& gap = gaps_[next_gap_];
                sum_.skip(gap.count * record_bytes_, gap.checksum);
                read_ += gap.count;
                ++next_gap_;
                continue;
            }
            const std::uint64_t end =
                next_gap_ < gaps_.size() ? std::min(n_records, gaps_[next_gap_].first) : n_records;
            read(std::min<std::uint64_t>(
                end - read_, std::max<std::size_t>(1, scanned_at_once / record_bytes_)));
        }
        return sum_.value();
    }

  private:
    void read(std::uint64_t n_records) {
        buffer_.assign(n_records * record_bytes_, std::byte{0});
        const std::uint64_t first = read_ * record_bytes_;
        if (first < size_)
            file_->read_at(first, buffer_.data(),
                           std::min<std::uint64_t>(buffer_.size(), size_ - first));
        sum_.add(buffer_);
        read_ += n_records;
    }

    std::size_t record_bytes_;
    const std::vector<RecordGap>& gaps_;
    std::optional<FileDescriptor> file_;
    std::uint64_t size_ = 0;
    RecordChecksum sum_;
    std::uint64_t read_ = 0;
    std::size_t next_gap_ = 0;
    std::vector<std::byte> buffer_;
};

bool is_within(std::uint64_t n_records, const std::vector<RecordGap>& gaps) {
    return std::ranges::any_of(gaps, [&](const RecordGap& gap) {
        return gap.first < n_records && n_records < gap.first + gap.count;
    });
}

// Those that help, in the order of time, from the beginning to the end of the recording.
std::vector<RecordAnchor> chain(const RecordMark& mark, Step end,
                                std::span<const RecordAnchor> anchors) {
    std::vector<RecordAnchor> chain{{0, 0, 0}};
    for (const RecordAnchor& anchor : anchors)
        if (0 < anchor.step && anchor.step < end && anchor.n_records <= mark.n_records &&
            !is_within(anchor.n_records, mark.gaps))
            chain.push_back(anchor);
    std::ranges::sort(chain, {}, &RecordAnchor::step);
    chain.push_back({end, mark.n_records, mark.checksum});
    // Of one run their counts ascend. Else no step can be trusted.
    if (!std::ranges::is_sorted(chain, {}, &RecordAnchor::n_records))
        return {chain.front(), chain.back()};
    return chain;
}

// First and last anchor of a stretch that is sound.
using Stretch = std::pair<std::size_t, std::size_t>;

// Between two anchors all is sound if what is missing from the sum is the same at both, whatever
// stands between them.
std::vector<Stretch> sound_stretches(ContentSum& content, const std::vector<RecordAnchor>& chain) {
    std::map<std::uint64_t, Stretch> by_missing;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const std::uint64_t missing = chain[i].checksum - content.up_to(chain[i].n_records);
        by_missing.try_emplace(missing, i, i).first->second.second = i;
    }
    std::vector<Stretch> found;
    for (const auto& [missing, stretch] : by_missing) {
        const bool is_end = stretch.first == 0 || stretch.second + 1 == chain.size();
        if (is_end || stretch.first < stretch.second) found.push_back(stretch);
    }
    std::ranges::sort(found);
    std::vector<Stretch> joined;
    for (const Stretch& stretch : found)
        if (joined.empty() || joined.back().second < stretch.first)
            joined.push_back(stretch);
        else
            joined.back().second = std::max(joined.back().second, stretch.second);
    return joined;
}

// Known gaps and new ones, of which each has no anchor within a known one.
std::vector<RecordGap> united(const std::vector<RecordGap>& known, std::vector<RecordGap> found) {
    for (const RecordGap& gap : known)
        if (std::ranges::none_of(found, [&](const RecordGap& other) {
                return other.first <= gap.first &&
                       gap.first + gap.count <= other.first + other.count;
            }))
            found.push_back(gap);
    std::ranges::sort(found, {}, &RecordGap::first);
    std::vector<RecordGap> gaps;
    for (const RecordGap& gap : found) {
        if (!gaps.empty() && gaps.back().end == gap.begin &&
            gaps.back().first + gaps.back().count == gap.first) {
            gaps.back().end = gap.end;
            gaps.back().count += gap.count;
            gaps.back().checksum += gap.checksum;
        } else {
            gaps.push_back(gap);
        }
    }
    return gaps;
}

}  // namespace

RecordMark salvage_records(const std::string& path, std::size_t record_bytes,
                           const RecordMark& mark, Step end,
                           std::span<const RecordAnchor> anchors) {
    const std::vector<RecordAnchor> all = chain(mark, end, anchors);
    ContentSum content(path, record_bytes, mark.gaps);
    const std::vector<Stretch> sound = sound_stretches(content, all);
    std::vector<RecordGap> found;
    for (std::size_t i = 1; i < sound.size(); ++i) {
        const RecordAnchor& before = all[sound[i - 1].second];
        const RecordAnchor& behind = all[sound[i].first];
        found.push_back({before.step, behind.step, before.n_records,
                         behind.n_records - before.n_records, behind.checksum - before.checksum});
    }
    return {mark.n_records, mark.checksum, united(mark.gaps, std::move(found))};
}

}  // namespace engram
