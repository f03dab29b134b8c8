// SPDX-License-Identifier: Apache-2.0
// The kernel that advances neurons through a block.
#pragma once

#include "device/arrays.hpp"
#include "device/atomics.hpp"
#include "device/block_task.hpp"
#include "device/event_kernels.hpp"
#include "plasticity/mechanisms.hpp"

namespace engram::device {

// Its class of the background.
using ClassOfNeuron = std::uint16_t;

// The neurons of a mechanism: those of populations that it describes. Each population has a kind of
// them for each background; see experiment/backgrounds.hpp.
template <class Neuron>
struct KindsOf {
    const Neuron* kinds = nullptr;            //!< of no meaning where they are another mechanism's
    const std::uint32_t* kind_of = nullptr;   //!< [setting of the background][class]
    const ClassOfNeuron* class_of = nullptr;  //!< by local neuron
    std::uint32_t n_classes = 0;

    //! Of a local neuron.
    ENGRAM_HD_INLINE std::uint32_t kind(std::uint32_t j, std::int32_t setting) const {
        return kind_of[static_cast<std::uint32_t>(setting) * n_classes + class_of[j]];
    }
};
template <class Neuron>
struct NeuronsOf : KindsOf<Neuron> {
    typename Neuron::View state;
};
template <plasticity::HasSolution Neuron>
struct NeuronsOf<Neuron> : KindsOf<Neuron> {
    typename Neuron::View state;
    //! [kind][0: of the longest blocks, 1: of those that are a step shorter]
    const typename Neuron::Solution* solutions = nullptr;

    ENGRAM_HD_INLINE const typename Neuron::Solution& solution(std::uint32_t kind,
                                                               int steps) const {
        const auto* longest = solutions + 2 * kind;
        return longest[longest->steps - steps];
    }
};

// Item = neuron of the range from a first local one, through all steps of the block: input,
// stimuli, samples, spikes; at the end of a window its protein.
template <class M, class Neuron>
struct AdvanceNeurons {
    static constexpr const char* name = "advance neurons";
    Arrays<M> arrays;
    const Physics<M>* physics;
    NeuronsOf<Neuron> neurons;
    std::uint32_t first;
    const BlockTask* task;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const std::uint32_t j = first + static_cast<std::uint32_t>(item);
        Course course = begin(j);
        if constexpr (plasticity::HasSolution<Neuron>)
            advance_with_solution(course, j);
        else
            for (int s = 0; s < task->steps; ++s) {
                const double noise = neuron(j).has_noise() ? normal_of_step(course, s) : 0.0;
                step_neuron(course, j, s, take_input(course, j, s), noise);
            }
        finish(course, j);
    }

  private:
    // What a neuron has in registers.
    struct Course {
        typename Neuron::State state;
        typename M::Late::Sums sums{};
        typename M::Late::Synthesis synthesis = 0;
        model::StepSet spikes{};  //!< in the block
        model::StepSet jumps{};   //!< spikes in the window
        std::uint32_t id = 0;
        std::uint32_t n_draws = 0;
        bool exc = false;
        bool any_active_arrival = false;
        bool can_fire = true;
        bool was_held = false;
        std::int32_t recorded = -1;
        model::RandomWords noise_words{};
    };

    ENGRAM_HD_INLINE std::uint32_t kind(std::uint32_t j) const {
        return neurons.kind(j, task->window.conditions.background);
    }
    ENGRAM_HD_INLINE const Neuron& neuron(std::uint32_t j) const { return neurons.kinds[kind(j)]; }

    ENGRAM_HD_INLINE Course begin(std::uint32_t j) const {
        Course c;
        c.state = neurons.state.load(j);
        c.id = arrays.global_ids[j];
        c.exc = arrays.populations[arrays.population[j]].excitatory;
        c.recorded = arrays.recorded_neuron[j];
        c.any_active_arrival = arrays.counters->any_active_arrival != 0;
        if (c.exc) {
            c.sums = arrays.sums(j);
            if (task->begins_window) {
                c.synthesis = arrays.synthesis_in(task->window, physics->late, c.sums);
                arrays.synthesising[j] = c.synthesis;
            } else {
                c.synthesis = arrays.synthesising[j];
                c.jumps = arrays.post_jumps[j];
            }
        }
        return c;
    }

    // To the end of a whole block at once, if V is sure to stay below threshold and nothing else is
    // asked for; else step by step. See model/block_solution.hpp. What is needed at the end is
    // found again there rather than kept: registers are what limits how many neurons are under way.
    ENGRAM_HD_INLINE void advance_with_solution(Course& c, std::uint32_t j) const {
        const auto& solution = neurons.solution(kind(j), task->grid_steps);
        const bool is_stimulated = this->is_stimulated(c, j);
        if (task->is_whole() && !is_stimulated && !is_open(c, j) && advance_at_once(c, j, solution))
            return;
        const BlockTask& t = *task;
        const bool has_noise = neuron(j).has_noise();
        model::NoisePair left = draw_z(c, j);
        if (has_noise)
            for (int k = 0; k < t.grid_steps; ++k)
                solution.take_out(left, k, normal_of_step(c, grid_step(k)));
        typename Neuron::BlockInput sums;
        for (int s = 0; s < t.steps; ++s) {
            const int k = static_cast<int>(t.begin - t.grid_begin) + s;
            const double xi = has_noise ? normal_of_step(c, s) : 0.0;
            const typename Neuron::Input input = take_input(c, j, s);
            Neuron::add_input(sums, solution.input_effect(k), input);
            step_neuron(c, j, s, input, solution.refined(k, xi, left));
            c.was_held |= Neuron::was_held(c.state);
        }
        if (!t.is_whole()) return;
        add_known_currents(sums, j);
        const typename Neuron::State start = neurons.state.load(j);
        c.state =
            neuron(j).refined_end(solution.at_end(start, solution.end(start, draw_z(c, j)), sums),
                                  c.state, c.was_held || is_stimulated);
    }
    // Whether it was done; if not, whether the neuron may fire.
    template <class Solution>
    ENGRAM_HD_INLINE bool advance_at_once(Course& c, std::uint32_t j,
                                          const Solution& solution) const {
        const model::NoisePair z = draw_z(c, j);
        const auto end = solution.end(c.state, z);
        const auto known = known_input(solution, j);
        const bool below = solution.is_below_quickly(c.state, end, known.sums) ||
                           solution.is_below(c.state, z, known.sums);
        c.can_fire = !below;
        if (!below || (c.recorded >= 0 && task->has_samples)) return false;
        c.state = solution.at_end(c.state, end, known.sums);
        known.steps.for_each([&](int s) {
            for (std::uint32_t site = 0; site < Neuron::n_sites; ++site)
                *arrays.input_at(s, site, j) = 0;
        });
        return true;
    }
    ENGRAM_HD_INLINE model::NoisePair draw_z(const Course& c, std::uint32_t j) const {
        if (!neuron(j).has_noise()) return {};
        const auto normals = model::normals_of_block(physics->streams, c.id, task->grid_begin);
        return {normals.first, normals.second};
    }

    template <class Sums>
    struct KnownInput {
        Sums sums;
        model::StepSet steps;  //!< with input
    };
    // Input that the block has already.
    template <class Solution>
    ENGRAM_HD_INLINE auto known_input(const Solution& solution, std::uint32_t j) const {
        KnownInput<typename Neuron::BlockInput> known;
        for (int s = 0; s < task->steps; ++s) {
            model::FixedPoint at_sites[Neuron::n_sites];
            model::FixedPoint any = 0;
            for (int site = 0; site < Neuron::n_sites; ++site)
                any |= at_sites[site] = *arrays.input_at(s, static_cast<std::uint32_t>(site), j);
            if (any == 0) continue;
            Neuron::add_input(known.sums, solution.input_effect(s), neuron(j).input(at_sites));
            known.steps.add(s);
        }
        add_known_currents(known.sums, j);
        return known;
    }
    template <class Sums>
    ENGRAM_HD_INLINE void add_known_currents(Sums& sums, std::uint32_t j) const {
        if constexpr (plasticity::TakesCurrents<Neuron>) {
            const BlockTask& t = *task;
            model::CurrentEffect all;
            for (std::uint32_t i = 0; i < t.pulses.size; ++i) {
                const PulseTask& pulse = t.pulses.items[i];
                if (pulse.known >= 0 && receives(pulse.stimulus, j))
                    all.add(t.known_currents.items[static_cast<std::uint32_t>(pulse.known) +
                                                   arrays.population[j]]);
            }
            Neuron::add_currents(sums, all);
        }
    }
    // Whether some input is still to come.
    ENGRAM_HD_INLINE bool is_open(const Course& c, std::uint32_t j) const {
        if (!c.any_active_arrival) return false;
        for (int s = 0; s < task->steps; ++s)
            if (arrays.arrival_list[s * std::uint64_t{arrays.n_local} + j] != end_of_list)
                return true;
        return false;
    }
    // By anything but known currents that the solution takes in, trains that are silent in the
    // block left out.
    ENGRAM_HD_INLINE bool is_stimulated(const Course& c, std::uint32_t j) const {
        const BlockTask& t = *task;
        bool any = false;
        for (std::uint32_t i = 0; i < t.pulses.size; ++i) {
            const PulseTask& pulse = t.pulses.items[i];
            const bool is_taken = plasticity::TakesCurrents<Neuron> && pulse.known >= 0;
            any |= !is_taken && receives(pulse.stimulus, j);
        }
        for (std::uint32_t i = 0; i < t.trains.size; ++i) {
            const model::PoissonTrain& train = t.trains.items[i];
            if (receives(train.stimulus, j))
                train.for_each_spike(physics->streams, c.id, t.begin, t.begin + t.steps,
                                     [&](std::int64_t) { any = true; });
        }
        for (std::uint32_t i = 0; i < t.forced.size; ++i)
            any |= receives(t.forced.items[i].stimulus, j);
        if (t.forced_by_neuron.size > 0) any |= !arrays.forced[j].empty();
        return any;
    }
    // Step of the block (from before its begin to behind its end) by step of that of the grid.
    ENGRAM_HD_INLINE int grid_step(int k) const {
        return k - static_cast<int>(task->begin - task->grid_begin);
    }

    ENGRAM_HD_INLINE typename Neuron::Input take_input(Course& c, std::uint32_t j, int s) const {
        model::FixedPoint at_sites[Neuron::n_sites];
        for (int site = 0; site < Neuron::n_sites; ++site) {
            model::FixedPoint& place = *arrays.input_at(s, static_cast<std::uint32_t>(site), j);
            model::FixedPoint sum = place;
            if (sum != 0) place = 0;
            if (site == 0 && c.any_active_arrival) sum += deliver_active(c, j, s);
            at_sites[site] = sum;
        }
        return neuron(j).input(at_sites);
    }

    // Input of the spikes whose synapses may be active, once these have been brought to step s.
    ENGRAM_HD_INLINE model::FixedPoint deliver_active(Course& c, std::uint32_t j, int s) const {
        const BlockTask& t = *task;
        std::uint32_t& head = arrays.arrival_list[s * std::uint64_t{arrays.n_local} + j];
        model::FixedPoint input = 0;
        for (std::uint32_t entry = head; entry != end_of_list;) {
            const ActiveArrival arrival = arrays.active_arrivals[entry];
            const plasticity::ActiveSynapse<M> synapse{
                arrays.pre(arrival.source, t.parity, *physics),
                arrays.post(j, t.parity, *physics, c.jumps),
                arrival.source,
                c.id,
                arrays.recent_of_source(arrival.source, t.parity),
                arrays.recent_of_neuron(j, t.parity, c.jumps)};
            const double before = arrays.g[arrival.synapse];
            double g = before;
            const int to = t.at + s;
            const int from =
                plasticity::last_cut(arrays.calcium[t.parity].arrivals[arrival.source], to);
            c.n_draws += plasticity::advance_early_phase(*physics, t.window, synapse, from, to, g);
            arrays.g[arrival.synapse] = g;
            for (int i = 0; i < M::Late::n_sums; ++i)
                c.sums.of[i] += arrays.change_of_sum(i, before, g);
            input += arrays.weight(arrival.synapse, j, t.relaxation(s), physics->early.h_0_mV);
            entry = arrival.next;
        }
        head = end_of_list;
        return input;
    }

    ENGRAM_HD_INLINE void step_neuron(Course& c, std::uint32_t j, int s,
                                      const typename Neuron::Input& input, double noise) const {
        const std::int64_t step = task->begin + s;
        const model::StimulusSum stimulus = stimulate(c, j, step);
        if (c.recorded >= 0 && task->sample_row[task->at + s] != no_sample)
            sample(c, j, s, input, stimulus.current_nA);
        const Neuron& here = neuron(j);
        if constexpr (plasticity::HasSolution<Neuron>)
            here.advance(c.state, input, noise, stimulus.effect, c.can_fire);
        else
            here.advance(c.state, input, noise, stimulus.effect);
        if (Neuron::spike_measure(c.state) == here.measure_of_spike()) note_spike(c, s);
    }
    ENGRAM_HD_INLINE void note_spike(Course& c, int s) const {
        c.spikes.add(s);
        c.jumps.add(task->at + s);
    }

    // Four consecutive steps share one call of the generator; call for steps one after the other.
    ENGRAM_HD_INLINE double normal_of_step(Course& c, int s) const {
        const std::int64_t step = task->begin + s;
        const auto lane = static_cast<int>(step & 3);
        const bool is_first = step == task->begin || step == task->grid_begin;
        if (is_first || lane == 0)
            c.noise_words = physics->streams(model::Purpose::background, c.id, 0,
                                             static_cast<std::uint64_t>(step) >> 2);
        const auto& word = c.noise_words.word;
        const model::NormalPair pair =
            lane < 2 ? model::normal_pair(word[0], word[1]) : model::normal_pair(word[2], word[3]);
        return (lane & 1) != 0 ? pair.second : pair.first;
    }

    // In the order of Stimulator: pulses, trains, forced spikes.
    ENGRAM_HD_INLINE model::StimulusSum stimulate(Course& c, std::uint32_t j,
                                                  std::int64_t step) const {
        const BlockTask& t = *task;
        model::StimulusSum total;
        for (std::uint32_t i = 0; i < t.pulses.size; ++i) {
            const PulseTask& pulse = t.pulses.items[i];
            if (!pulse.is_on(step) || !receives(pulse.stimulus, j)) continue;
            model::StimulusCurrent current = pulse.current[arrays.population[j]];
            if (pulse.waveform >= 0)
                current.mean_nA = t.waveforms.items[pulse.waveform + (step - t.begin)];
            total.add(model::step_stimulus(neuron(j).propagator(), current, physics->streams,
                                           pulse.stimulus, c.id, step, pulse.deviation_nA[j]));
        }
        for (std::uint32_t i = 0; i < t.trains.size; ++i) {
            const model::PoissonTrain& train = t.trains.items[i];
            if (train.is_on(step) && receives(train.stimulus, j) &&
                train.fires(physics->streams, c.id, step))
                neuron(j).force_spike(c.state);
        }
        for (std::uint32_t i = 0; i < t.forced.size; ++i)
            if (t.forced.items[i].step == step && receives(t.forced.items[i].stimulus, j))
                neuron(j).force_spike(c.state);
        if (t.forced_by_neuron.size > 0 && arrays.forced[j].has(static_cast<int>(step - t.begin)))
            neuron(j).force_spike(c.state);
        return total;
    }

    ENGRAM_HD_INLINE bool receives(std::uint32_t stimulus, std::uint32_t j) const {
        return arrays.receives[stimulus * std::uint64_t{arrays.n_local} + j] != 0;
    }

    ENGRAM_HD_INLINE void sample(const Course& c, std::uint32_t j, int s,
                                 const typename Neuron::Input& input, double stimulus_nA) const {
        const BlockTask& t = *task;
        for (auto q = static_cast<std::uint32_t>(c.recorded);
             q < arrays.n_recorded_neurons && arrays.recorded_neurons[q] == j; ++q) {
            double* value = arrays.neuron_values(t.sample_row[t.at + s], q);
            neuron(j).sample(c.state, input, stimulus_nA, value);
            if (!c.exc) continue;
            arrays.sample(physics->late, j, c.sums, t.relaxation(s), c.synthesis,
                          t.plasticity() ? (t.at + s) * physics->dt_s : 0.0,
                          value + n_membrane_columns);
        }
    }

    ENGRAM_HD_INLINE void finish(const Course& c, std::uint32_t j) const {
        const BlockTask& t = *task;
        neurons.state.store(j, c.state);
        if (t.forced_by_neuron.size > 0) arrays.forced[j] = {};
        c.spikes.for_each([&](int s) { put_out(t.offset + s, c.id); });
        if (t.last_of_epoch && !(c.state.v_mV * 0.0 == 0.0))
            atomic_min(&arrays.output[word_first_bad_neuron], std::uint64_t{j});
        if (!c.exc) return;
        for (int i = 0; i < M::Late::n_sums; ++i) arrays.sum(i)[j] = c.sums.of[i];
        arrays.post_jumps[j] = c.jumps;
        const model::CalciumTrace post = arrays.post(j, t.parity, *physics, c.jumps);
        const double highest = post.upper_bound();
        arrays.post_highest[j] = highest;
        atomic_max_nonnegative(&arrays.counters->highest_post, highest);
        if (!t.ends_window)
            arrays.post_now[j] = post.at_end(t.at + t.steps, physics->calcium_decay);
        else if (t.plasticity())
            arrays.advance_protein(physics->late, j, c.synthesis, t.window.steps * physics->dt_s);
        if (c.n_draws > 0)
            fetch_add(&arrays.n_draws[j % n_draw_counters], model::FixedPoint{c.n_draws});
    }

    ENGRAM_HD_INLINE void put_out(int step_in_epoch, std::uint32_t id) const {
        const std::uint64_t place = fetch_add(&arrays.output[word_n_spikes], 1);
        arrays.output[first_spike_word + place] =
            static_cast<std::uint64_t>(step_in_epoch) << 32 | id;
    }
};

// Item = neuron of the range, at the start of a phase.
template <class Neuron>
struct RestNeurons {
    static constexpr const char* name = "rest";
    NeuronsOf<Neuron> neurons;
    std::uint32_t first;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const std::uint32_t j = first + static_cast<std::uint32_t>(item);
        // Whichever background they have.
        neurons.state.store(j, neurons.kinds[neurons.kind(j, 0)].at_rest());
    }
};

}  // namespace engram::device
