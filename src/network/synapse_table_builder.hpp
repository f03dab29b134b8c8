// SPDX-License-Identifier: Apache-2.0
// Makes a SynapseTable of the sources of one target after the other: one pass over the wiring, and
// no sorting by comparison.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "network/synapse_table.hpp"

namespace engram {

class SynapseTableBuilder {
  public:
    //! \param n_sources  rows of the table
    //! \param n_lists  calls of add() to make room for; more may come
    SynapseTableBuilder(NeuronId n_sources, std::size_t n_lists);

    //! Targets ascend from call to call; a target may come again if its other sources are given.
    //! \param target  local index
    //! \param sources  ascending
    //! \param first  id of the source whose row is the first
    void add(std::uint32_t target, std::span<const NeuronId> sources, NeuronId first);

    //! Leaves the builder empty. What it holds is freed.
    SynapseTable finish();

  private:
    // The rows of one call of add(), each given by its distance from the one before: a word for
    // each, more for distances above `longest_step`, and an end.
    using Word = std::uint16_t;
    struct List {
        const Word* next = nullptr;
        NeuronId row = 0;  // where `next` stands
        std::uint32_t target = 0;
    };
    static constexpr Word end_of_list = 0;
    static constexpr Word longest_step = 0xfffe;
    static constexpr Word longer = 0xffff;  // by longest_step, without a synapse

  public:
    // Memory while a table is built, beyond that of the table itself; a list is one call of add().
    static constexpr std::uint64_t bytes_per_synapse = sizeof(Word);
    static constexpr std::uint64_t bytes_per_list = sizeof(List) + sizeof(Word);

  private:
    static Word* write_steps(std::span<const NeuronId> sources, NeuronId before, Word* words);
    Word* room_for(std::size_t n_words);
    void advance(List& list) const;
    NeuronId end_of_part(NeuronId first) const;
    void fill_rows(NeuronId end, std::vector<std::uint32_t>& targets);

    std::vector<SynapseIndex> offsets_;  // from the second on: first the sizes of the rows
    std::vector<List> lists_;
    std::vector<std::unique_ptr<Word[]>> blocks_;
    std::size_t block_words_ = 0;  // of the last one
    std::size_t used_words_ = 0;
};

}  // namespace engram
