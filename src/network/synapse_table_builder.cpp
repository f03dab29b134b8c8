// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_table_builder.hpp"

#include <algorithm>
#include <numeric>

namespace engram {
namespace {

// Blocks double, so that little is left over of a small table. The largest are those that the C
// library always gives back to the system.
constexpr std::size_t first_block_words = std::size_t{1} << 10;
constexpr std::size_t largest_block_words = std::size_t{1} << 24;

// Each part of the table is filled by walking through all lists. It has so few rows that the places
// where they grow stay in the cache and their pages in the translation buffer, but so many synapses
// that walking costs little for each.
constexpr NeuronId rows_of_part = 2048;
constexpr SynapseIndex synapses_per_list_of_part = 8;

// Lists that are fetched ahead.
constexpr std::size_t lists_ahead = 16;

}  // namespace

SynapseTableBuilder::SynapseTableBuilder(NeuronId n_sources, std::size_t n_lists)
    : offsets_(std::size_t{n_sources} + 1, 0) {
    lists_.reserve(n_lists);
}

void SynapseTableBuilder::add(std::uint32_t target, std::span<const NeuronId> sources,
                              NeuronId first) {
    if (sources.empty()) return;
    ENGRAM_EXPECT(sources.front() >= first && sources.back() - first < offsets_.size() - 1);
    ENGRAM_EXPECT(lists_.empty() || lists_.back().target <= target);
    Word* const begin = room_for(sources.size() + offsets_.size() / longest_step + 1);
    Word* const end = write_steps(sources, first - 1, begin);
    *end = end_of_list;
    used_words_ += static_cast<std::size_t>(end - begin) + 1;
    SynapseIndex* const sizes = offsets_.data() + 1;
    for (const NeuronId source : sources) ++sizes[source - first];
    List list{begin, NeuronId{0} - 1, target};
    advance(list);
    lists_.push_back(list);
}

// Returns the end of what is written; `before` is the number in front of the first row.
SynapseTableBuilder::Word* SynapseTableBuilder::write_steps(std::span<const NeuronId> sources,
                                                            NeuronId before, Word* words) {
    // Steps are rarely long: tried in a loop without branches, which takes several at once.
    const NeuronId* const source = sources.data();
    const std::size_t n = sources.size();
    NeuronId widest = source[0] - before;
    words[0] = static_cast<Word>(widest);
    for (std::size_t i = 1; i < n; ++i) {
        const NeuronId step = source[i] - source[i - 1];
        words[i] = static_cast<Word>(step);
        widest = std::max(widest, step);
    }
    if (widest <= longest_step) return words + n;
    for (std::size_t i = 0; i < n; ++i) {
        NeuronId step = source[i] - before;
        for (; step > longest_step; step -= longest_step) *words++ = longer;
        *words++ = static_cast<Word>(step);
        before = source[i];
    }
    return words;
}

SynapseTableBuilder::Word* SynapseTableBuilder::room_for(std::size_t n_words) {
    if (block_words_ - used_words_ < n_words) {
        block_words_ = std::clamp(2 * block_words_, first_block_words, largest_block_words);
        block_words_ = std::max(block_words_, n_words);
        // Without values: pages that are not written to are never in memory.
        blocks_.push_back(std::make_unique_for_overwrite<Word[]>(block_words_));
        used_words_ = 0;
    }
    return blocks_.back().get() + used_words_;
}

// To the next row, or behind all rows.
void SynapseTableBuilder::advance(List& list) const {
    Word word = *list.next++;
    for (; word == longer; word = *list.next++) list.row += longest_step;
    list.row = word == end_of_list ? static_cast<NeuronId>(offsets_.size() - 1) : list.row + word;
}

SynapseTable SynapseTableBuilder::finish() {
    std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
    std::vector<std::uint32_t> targets;
    targets.reserve(offsets_.back());
    const auto n_rows = static_cast<NeuronId>(offsets_.size() - 1);
    for (NeuronId first = 0; first < n_rows;) {
        const NeuronId end = end_of_part(first);
        // The part that is about to be filled, and is in the cache then.
        targets.resize(offsets_[end]);
        fill_rows(end, targets);
        first = end;
    }
    lists_ = {};
    blocks_.clear();
    block_words_ = used_words_ = 0;
    // Each offset has moved to the end of its row, which is the start of the next.
    std::copy_backward(offsets_.begin(), offsets_.end() - 1, offsets_.end());
    offsets_.front() = 0;
    SynapseTable table(offsets_, std::move(targets));
    offsets_.assign(1, 0);
    return table;
}

// The offsets from `first` on have not moved yet.
NeuronId SynapseTableBuilder::end_of_part(NeuronId first) const {
    const SynapseIndex enough = offsets_[first] + synapses_per_list_of_part * lists_.size();
    const auto begin = offsets_.begin() + first;
    const auto n_rows =
        static_cast<NeuronId>(std::lower_bound(begin, offsets_.end() - 1, enough) - begin);
    const auto left = static_cast<NeuronId>(offsets_.size() - 1) - first;
    return first + std::min(std::max(n_rows, rows_of_part), left);
}

// Rows as far as `end`; those before the part are behind the lists.
void SynapseTableBuilder::fill_rows(NeuronId end, std::vector<std::uint32_t>& targets) {
    SynapseIndex* const places = offsets_.data();
    std::uint32_t* const to = targets.data();
    for (std::size_t i = 0; i < lists_.size(); ++i) {
        if (i + lists_ahead < lists_.size()) __builtin_prefetch(lists_[i + lists_ahead].next);
        List list = lists_[i];
        if (list.row >= end) continue;
        do {
            to[places[list.row]++] = list.target;
            advance(list);
        } while (list.row < end);
        lists_[i] = list;
    }
}

}  // namespace engram
