// Where the state of one rank lies in device memory: sizes and pointers, copied into each kernel.
#pragma once

#include <cstdint>

#include "model/neuron.hpp"
#include "plasticity/intervals.hpp"
#include "plasticity/physics.hpp"
#include "plasticity/samples.hpp"
#include "plasticity/view.hpp"

namespace engram::device {

using plasticity::Physics;
using plasticity::Rows;

// What the neurons of a population have in common.
struct PopulationPhysics {
    model::StepNeuron step_neuron;
    double nA_per_quantum = 0;  //!< synaptic current per unit of fixed-point input
    double v_init_mV = 0;
    bool noisy_background = false;
    bool excitatory = false;
};

// Where the spikes of a population go: its rows in one table.
struct Delivery {
    Rows rows;
    std::uint32_t first_source = 0;  //!< global id of the first row
    bool plastic = false;
    model::FixedPoint weight = 0;  //!< of fixed synapses
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
    std::uint32_t source;
    std::uint16_t active;    //!< some synapse may be active
    std::uint16_t expiring;  //!< some tag may end
};

// What kernels of one block tell each other.
struct BlockCounters {
    std::uint32_t any_active_arrival = 0;
    std::uint32_t n_row_tasks = 0;
    double highest_post = 0;  //!< no postsynaptic calcium trace is above this in the block
};

// First words of the output of an epoch; packed spikes follow.
enum OutputWord { word_n_spikes, word_first_bad_neuron, first_spike_word };

inline constexpr std::uint32_t n_draw_counters = 1024;

struct Arrays : plasticity::View {
    std::uint32_t n_local = 0;
    std::uint32_t n_deliveries = 0;  //!< tables that the spikes of a population reach at most

    const std::uint32_t* population_end = nullptr;  //!< by population: one more than its last id
    const Delivery* deliveries = nullptr;           //!< [population][n_deliveries]
    const PopulationPhysics* populations = nullptr;
    const std::uint8_t* population = nullptr;  //!< by local neuron
    const std::uint32_t* global_ids = nullptr;

    // By local neuron.
    double* v_mV = nullptr;
    double* i_syn_nA = nullptr;
    double* i_bg_nA = nullptr;                 //!< minus its mean
    double* refractory = nullptr;              //!< see model::NeuronState
    model::FixedPoint* input = nullptr;        //!< [step in block][neuron]
    std::uint32_t* arrival_list = nullptr;     //!< [step in block][neuron]: into active_arrivals
    std::int32_t* recorded_neuron = nullptr;   //!< first position among the recorded, or -1
    const std::uint8_t* receives = nullptr;    //!< [stimulus][neuron]
    ActiveArrival* active_arrivals = nullptr;  //!< a place for each plastic synapse reached

    // By local neuron, for excitatory ones.
    model::BlockMask* post_jumps = nullptr;
    double* post_highest = nullptr;  //!< bound of the calcium trace in the block

    // Calcium traces at the start of a block and its events, for alternating blocks: see parity.
    double* pre_start[2] = {};             //!< by source of plastic rows
    model::BlockMask* pre_jumps[2] = {};   //!< likewise
    model::BlockMask* arrivals[2] = {};    //!< likewise: steps at which its spikes arrive
    double* post_start[2] = {};            //!< by local neuron
    double* tag_watch = nullptr;           //!< by source, see PlasticState
    RowTask* row_tasks = nullptr;          //!< filled in any order
    BlockCounters* counters = nullptr;     //!< of the present block
    std::uint64_t* output = nullptr;       //!< see OutputWord
    model::FixedPoint* n_draws = nullptr;  //!< spread over n_draw_counters

    // Recording.
    const std::uint32_t* recorded_neurons = nullptr;  //!< local indices, ascending
    std::uint32_t n_recorded_neurons = 0;
    std::uint32_t n_recorded_synapses = 0;
    const std::uint64_t* recorded_synapses = nullptr;
    const std::uint32_t* recorded_sources = nullptr;
    const std::uint32_t* recorded_targets = nullptr;  //!< local
    double* recorded_g = nullptr;                     //!< at the start of the block
    double* recorded_z = nullptr;
    double* samples = nullptr;  //!< rows as in TraceSampler
    std::uint32_t sample_width = 0;
    std::uint32_t neuron_width = 0;   //!< values of a neuron in a row
    std::uint32_t synapse_width = 0;  //!< of a synapse

    ENGRAM_HD_INLINE std::uint32_t population_of(std::uint32_t id) const {
        std::uint32_t p = 0;
        while (id >= population_end[p]) ++p;
        return p;
    }
    ENGRAM_HD_INLINE model::CalciumTrace pre(std::uint32_t source, int parity,
                                             const Physics& physics) const {
        return {pre_start[parity][source], physics.ca_pre, pre_jumps[parity][source]};
    }
    //! Complete once the neurons have been advanced.
    ENGRAM_HD_INLINE model::CalciumTrace post(std::uint32_t neuron, int parity,
                                              const Physics& physics) const {
        return {post_start[parity][neuron], physics.ca_post, post_jumps[neuron]};
    }
};

}  // namespace engram::device
