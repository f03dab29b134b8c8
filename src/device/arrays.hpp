// SPDX-License-Identifier: Apache-2.0
// Where the state of one rank lies in device memory: sizes and pointers, copied into each kernel.
#pragma once

#include <cstdint>

#include "plasticity/calcium_view.hpp"
#include "plasticity/intervals.hpp"
#include "plasticity/physics.hpp"
#include "plasticity/recent_view.hpp"
#include "plasticity/samples.hpp"
#include "plasticity/view.hpp"

namespace engram::device {

using plasticity::Physics;
using plasticity::Rows;

// What kernels know of a population, whatever the mechanism of its neurons.
struct PopulationInfo {
    std::uint32_t end = 0;  //!< one more than its last id
    double v_init_mV = 0;
    bool excitatory = false;
};

// Where the spikes of a population go: its rows in one table.
struct Delivery {
    Rows rows;
    std::uint32_t first_source = 0;  //!< global id of the first row
    bool plastic = false;
    model::FixedPoint weight = 0;  //!< of fixed synapses
    std::uint32_t site = 0;        //!< of the target cells
};

// A spike that arrives at a synapse which may be active; one entry of a list by step and target.
struct ActiveArrival {
    std::uint64_t synapse;
    std::uint32_t source;
    std::uint32_t next;  //!< index of the next entry, or end_of_list
};
inline constexpr std::uint32_t end_of_list = 0xffffffffu;

// A row of plastic synapses that the end of a block has work in.
struct RowTask {
    std::uint32_t source = 0;
    std::uint16_t active = 0;    //!< some synapse may be active
    std::uint16_t expiring = 0;  //!< some tag may end
    bool operator==(const RowTask&) const = default;
};

// What kernels of one block tell each other.
struct BlockCounters {
    std::uint32_t any_active_arrival = 0;
    std::uint32_t n_row_tasks = 0;
    double highest_post = 0;  //!< no postsynaptic calcium trace has been above this in the window
};

// First words of the output of an epoch; packed spikes follow.
enum OutputWord { word_n_spikes, word_first_bad_neuron, first_spike_word };

inline constexpr std::uint32_t n_draw_counters = 1024;

// What does not outlive a window.
struct WindowScratch {
    model::StepSet* post_jumps = nullptr;
    double* post_now = nullptr;
    double* post_highest = nullptr;
    std::uint8_t* synthesising = nullptr;
    model::StepSet* forced = nullptr;
    RowTask* row_tasks = nullptr;

    static constexpr auto variables() {
        using enum plasticity::InCheckpoint;
        using enum plasticity::By;
        using plasticity::Variable;
        return std::tuple{Variable{&WindowScratch::post_jumps, "post_jumps", "", neuron,
                                   model::StepSet{}, no, "steps at which the neuron fires"},
                          Variable{&WindowScratch::post_now, "post_now", "1", neuron, 0.0, no,
                                   "its calcium trace at the start of a block but the first"},
                          Variable{&WindowScratch::post_highest, "post_highest", "1", neuron, 0.0,
                                   no, "bound of its calcium trace until now"},
                          Variable{&WindowScratch::synthesising, "synthesising", "", neuron,
                                   std::uint8_t{0}, no, "which proteins it synthesises"},
                          Variable{&WindowScratch::forced, "forced", "", neuron, model::StepSet{},
                                   no, "steps of the block at which a file forces it to fire"},
                          Variable{&WindowScratch::row_tasks, "row_tasks", "", source, RowTask{},
                                   no, "rows with work, in any order"}};
    }
};

// What is recorded, and where its samples go.
struct RecordingArrays {
    const std::int32_t* recorded_neuron = nullptr;  //!< by neuron: first position among them, or -1
    const std::uint32_t* recorded_neurons = nullptr;  //!< local indices, ascending
    const SampledSynapse* recorded_synapses = nullptr;
    std::uint32_t n_recorded_neurons = 0;
    std::uint32_t n_recorded_synapses = 0;
    double* recorded_g = nullptr;  //!< of synapses, at the start of the block
    double* recorded_z = nullptr;
    double* samples = nullptr;       //!< rows as in TraceSampler
    std::uint32_t sample_width = 0;  //!< values of a row; of a neuron in it; of a synapse
    std::uint32_t neuron_width = 0;
    std::uint32_t synapse_width = 0;

    ENGRAM_HD_INLINE double* neuron_values(std::int64_t row, std::uint64_t q) const {
        return samples + row * sample_width + q * neuron_width;
    }
    ENGRAM_HD_INLINE double* synapse_values(std::int64_t row, std::uint64_t q) const {
        return neuron_values(row, n_recorded_neurons) + q * synapse_width;
    }
};

using plasticity::asks_for_rates;

template <class M>
struct Arrays : plasticity::View<M>, WindowScratch, RecordingArrays {
    using Recent = typename M::Early::Recent;

    Arrays() = default;
    explicit Arrays(const typename M::Late::Parameters& late) : plasticity::View<M>(late) {}

    std::uint32_t n_local = 0;
    std::uint32_t n_sites = 1;       //!< most that neurons have
    std::uint32_t n_deliveries = 0;  //!< tables that the spikes of a population reach at most

    const Delivery* deliveries = nullptr;         //!< [population][n_deliveries]
    const PopulationInfo* populations = nullptr;  //!< by id
    const std::uint8_t* population = nullptr;     //!< by local neuron
    const std::uint32_t* global_ids = nullptr;
    const std::uint8_t* receives = nullptr;  //!< [stimulus][neuron]

    plasticity::CalciumView calcium[2];        //!< of alternating windows: see parity
    plasticity::RecentView<Recent> recent[2];  //!< likewise
    model::FixedPoint* input = nullptr;        //!< [step in block][site][neuron]
    std::uint32_t* arrival_list = nullptr;     //!< [step in block][neuron]: first active arrival
    ActiveArrival* active_arrivals = nullptr;  //!< a place for each plastic synapse reached
    BlockCounters* counters = nullptr;         //!< of the present block
    std::uint64_t* output = nullptr;           //!< see OutputWord
    model::FixedPoint* n_draws = nullptr;      //!< spread over n_draw_counters

    ENGRAM_HD_INLINE model::FixedPoint* input_at(int step, std::uint32_t site,
                                                 std::uint32_t neuron) const {
        return &input[(static_cast<std::uint64_t>(step) * n_sites + site) * n_local + neuron];
    }
    ENGRAM_HD_INLINE std::uint32_t population_of(std::uint32_t id) const {
        std::uint32_t p = 0;
        while (id >= populations[p].end) ++p;
        return p;
    }
    ENGRAM_HD_INLINE model::CalciumTrace pre(std::uint32_t source, int parity,
                                             const Physics<M>& physics) const {
        return {calcium[parity].pre_start[source], physics.ca_pre,
                calcium[parity].pre_jumps[source]};
    }
    //! \param spikes  of the neuron in the window until now
    ENGRAM_HD_INLINE model::CalciumTrace post(std::uint32_t neuron, int parity,
                                              const Physics<M>& physics,
                                              const model::StepSet& spikes) const {
        return {calcium[parity].post_start[neuron], physics.ca_post, spikes};
    }
    //! With the spikes of the window until the end of the last block.
    ENGRAM_HD_INLINE model::CalciumTrace post(std::uint32_t neuron, int parity,
                                              const Physics<M>& physics) const {
        return post(neuron, parity, physics, post_jumps[neuron]);
    }
    ENGRAM_HD_INLINE Recent recent_of_source(std::uint32_t source, int parity) const {
        if constexpr (asks_for_rates<typename M::Early>)
            return {recent[parity].pre_recent[source], calcium[parity].arrivals[source],
                    recent[parity].pre_leaving[source]};
        else
            return {};
    }
    //! \param spikes  of the neuron in the window until now
    ENGRAM_HD_INLINE Recent recent_of_neuron(std::uint32_t neuron, int parity,
                                             const model::StepSet& spikes) const {
        if constexpr (asks_for_rates<typename M::Early>)
            return {recent[parity].post_recent[neuron], spikes,
                    recent[parity].post_leaving[neuron]};
        else
            return {};
    }
    //! With what has happened in the window until the end of the last block.
    ENGRAM_HD_INLINE plasticity::ActiveSynapse<M> synapse(const model::CalciumTrace& pre,
                                                          std::uint32_t source,
                                                          std::uint32_t target, int parity,
                                                          const Physics<M>& physics) const {
        return {pre,
                post(target, parity, physics),
                source,
                global_ids[target],
                recent_of_source(source, parity),
                recent_of_neuron(target, parity, post_jumps[target])};
    }
};

}  // namespace engram::device
