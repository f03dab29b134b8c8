// The kernel that advances neurons through a block.
#pragma once

#include "device/arrays.hpp"
#include "device/atomics.hpp"
#include "device/block_task.hpp"
#include "device/event_kernels.hpp"

namespace engram::device {

// Item = local neuron, through all steps of the block: input, stimuli, samples, spikes; then its
// protein.
struct AdvanceNeurons {
    static constexpr const char* name = "advance neurons";
    Arrays arrays;
    Physics physics;
    const BlockTask* task;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const auto j = static_cast<std::uint32_t>(item);
        const BlockTask& t = *task;
        Course course = begin(j);
        for (int s = 0; s < t.steps; ++s) {
            model::FixedPoint& place = arrays.input[s * std::uint64_t{arrays.n_local} + j];
            model::FixedPoint input = place;
            if (input != 0) place = 0;
            if (course.any_active_arrival) input += deliver_active(course, j, s);
            step_neuron(course, j, s, static_cast<double>(input) * population(j).nA_per_quantum);
        }
        finish(course, j);
    }

  private:
    // What a neuron has in registers.
    struct Course {
        model::NeuronState state;
        double protein = 0;
        model::FixedPoint change_sum = 0;
        model::BlockMask spikes = 0;
        std::uint32_t id = 0;
        std::uint32_t n_draws = 0;
        bool exc = false;
        bool synthesis = false;
        bool any_active_arrival = false;
        std::int32_t recorded = -1;
        model::RandomWords noise_words{};
    };
    struct StimulusEffect {
        double on_v_mV = 0;
        double current_nA = 0;
    };

    ENGRAM_HD_INLINE const PopulationPhysics& population(std::uint32_t j) const {
        return arrays.populations[arrays.population[j]];
    }

    ENGRAM_HD_INLINE Course begin(std::uint32_t j) const {
        Course c;
        c.state = {arrays.v_mV[j], arrays.i_syn_nA[j], arrays.i_bg_nA[j], arrays.refractory[j]};
        c.id = arrays.global_ids[j];
        c.exc = population(j).excitatory;
        c.recorded = arrays.recorded_neuron[j];
        c.any_active_arrival = arrays.counters->any_active_arrival != 0;
        if (c.exc) {
            c.change_sum = arrays.change_sum[j];
            c.protein = arrays.protein[j];
            c.synthesis = task->relaxation[0] * model::from_fixed_point(c.change_sum) >=
                          physics.late.theta_pro_mV;
        }
        return c;
    }

    // Input of the spikes whose synapses may be active, once these have been brought to step s.
    ENGRAM_HD_INLINE model::FixedPoint deliver_active(Course& c, std::uint32_t j, int s) const {
        const BlockTask& t = *task;
        std::uint32_t& head = arrays.arrival_list[s * std::uint64_t{arrays.n_local} + j];
        model::FixedPoint input = 0;
        for (std::uint32_t entry = head; entry != end_of_list;) {
            const ActiveArrival arrival = arrays.active_arrivals[entry];
            const plasticity::ActiveSynapse synapse{
                arrays.pre(arrival.source, t.parity, physics),
                {arrays.post_start[t.parity][j], physics.ca_post, c.spikes},
                arrival.source,
                c.id};
            const double before = arrays.g[arrival.synapse];
            double g = before;
            const int from = plasticity::last_cut(arrays.arrivals[t.parity][arrival.source], s);
            c.n_draws += plasticity::advance_early_phase(physics, t, synapse, from, s, g);
            arrays.g[arrival.synapse] = g;
            c.change_sum += plasticity::change_of_sum(before, g);
            input += arrays.weight(arrival.synapse, j, t.relaxation[s], physics.early.h_0_mV);
            entry = arrival.next;
        }
        head = end_of_list;
        return input;
    }

    ENGRAM_HD_INLINE void step_neuron(Course& c, std::uint32_t j, int s, double input_nA) const {
        const std::int64_t step = task->begin + s;
        const StimulusEffect stimulus = stimulate(c, j, step);
        if (c.recorded >= 0 && task->sample_row[s] != no_sample)
            sample(c, j, s, input_nA, stimulus.current_nA);
        const PopulationPhysics& of_population = population(j);
        const double noise = of_population.noisy_background ? background_noise(c, s, step) : 0.0;
        of_population.step_neuron(c.state, input_nA, noise, stimulus.on_v_mV);
        // Only the step of a spike leaves the full refractory period.
        const auto just_fired =
            static_cast<double>(of_population.step_neuron.propagator.refractory_steps);
        if (c.state.refractory == just_fired) c.spikes |= 1u << s;
    }

    // Four consecutive steps share one call of the generator.
    ENGRAM_HD_INLINE double background_noise(Course& c, int s, std::int64_t step) const {
        const auto lane = static_cast<int>(step & 3);
        if (s == 0 || lane == 0)
            c.noise_words = physics.streams(model::Purpose::background, c.id, 0,
                                            static_cast<std::uint64_t>(step) >> 2);
        const auto& word = c.noise_words.word;
        const model::NormalPair pair =
            lane < 2 ? model::normal_pair(word[0], word[1]) : model::normal_pair(word[2], word[3]);
        return (lane & 1) != 0 ? pair.second : pair.first;
    }

    // In the order of Stimulator: pulses, trains, forced spikes.
    ENGRAM_HD_INLINE StimulusEffect stimulate(Course& c, std::uint32_t j, std::int64_t step) const {
        const BlockTask& t = *task;
        StimulusEffect total;
        for (std::uint32_t i = 0; i < t.pulses.size; ++i)
            add_pulse(t.pulses.items[i], c.id, j, step, total);
        for (std::uint32_t i = 0; i < t.trains.size; ++i) {
            const TrainTask& train = t.trains.items[i];
            if (step < train.begin || step >= train.end || !receives(train.stimulus, j)) continue;
            const auto words = physics.streams(model::Purpose::forced_spikes, c.id, train.stimulus,
                                               static_cast<std::uint64_t>(step) >> 2);
            if (model::uniform(words.word[step & 3]) < train.probability_per_step)
                force_spike(c, j);
        }
        for (std::uint32_t i = 0; i < t.forced.size; ++i)
            if (t.forced.items[i].step == step && receives(t.forced.items[i].stimulus, j))
                force_spike(c, j);
        return total;
    }

    ENGRAM_HD_INLINE bool receives(std::uint32_t stimulus, std::uint32_t j) const {
        return arrays.receives[stimulus * std::uint64_t{arrays.n_local} + j] != 0;
    }

    ENGRAM_HD_INLINE void force_spike(Course& c, std::uint32_t j) const {
        if (model::StepNeuron::can_fire(c.state.refractory))
            c.state.v_mV = population(j).step_neuron.propagator.v_th_mV;
    }

    ENGRAM_HD_INLINE void add_pulse(const PulseTask& pulse, std::uint32_t id, std::uint32_t j,
                                    std::int64_t step, StimulusEffect& total) const {
        if (step < pulse.begin || step >= pulse.end || !receives(pulse.stimulus, j)) return;
        const model::NeuronPropagator& p = population(j).step_neuron.propagator;
        const StimulusCurrent& current = pulse.current[arrays.population[j]];
        const double noise =
            current.sigma_nA > 0.0
                ? static_cast<double>(model::normal_at_step(
                      physics.streams, model::Purpose::stimulus, id, pulse.stimulus, step))
                : 0.0;
        const model::PulseStep effect =
            model::step_pulse(p, current.mean_nA, current.sigma_nA, pulse.deviation_nA[j], noise);
        total.on_v_mV += effect.on_v_mV;
        total.current_nA += effect.current_nA;
        pulse.deviation_nA[j] = effect.deviation_nA;
    }

    ENGRAM_HD_INLINE void sample(const Course& c, std::uint32_t j, int s, double input_nA,
                                 double stimulus_nA) const {
        const BlockTask& t = *task;
        double* row = arrays.samples + t.sample_row[s] * arrays.sample_width;
        for (auto q = static_cast<std::uint32_t>(c.recorded);
             q < arrays.n_recorded_neurons && arrays.recorded_neurons[q] == j; ++q) {
            double* value = row + q * arrays.neuron_width;
            plasticity::sample_currents(population(j).step_neuron, c.state, input_nA, stimulus_nA,
                                        value);
            if (!c.exc) continue;
            value[column_s] = t.relaxation[s] * model::from_fixed_point(c.change_sum);
            value[column_p] = physics.late.protein(c.protein, c.synthesis, s * physics.dt_s).amount;
        }
    }

    ENGRAM_HD_INLINE void finish(const Course& c, std::uint32_t j) const {
        const BlockTask& t = *task;
        arrays.v_mV[j] = c.state.v_mV;
        arrays.i_syn_nA[j] = c.state.i_syn_nA;
        arrays.i_bg_nA[j] = c.state.i_bg_nA;
        arrays.refractory[j] = c.state.refractory;
        for (model::BlockMask m = c.spikes; m != 0; m &= m - 1)
            put_out(t.offset + model::CalciumTrace::lowest(m), c.id);
        if (t.last_of_epoch && !(c.state.v_mV * 0.0 == 0.0)) report_bad(j);
        if (!c.exc) return;
        arrays.change_sum[j] = c.change_sum;
        arrays.post_jumps[j] = c.spikes;
        const double highest =
            model::CalciumTrace{arrays.post_start[t.parity][j], physics.ca_post, c.spikes}
                .upper_bound();
        arrays.post_highest[j] = highest;
        atomic_max_nonnegative(&arrays.counters->highest_post, highest);
        const model::ProteinState next =
            physics.late.protein(c.protein, c.synthesis, t.steps * physics.dt_s);
        arrays.protein[j] = next.amount;
        arrays.shrinkage[j] *= physics.late.shrinkage(next.integral);
        if (c.n_draws > 0)
            atomic_add(&arrays.n_draws[j % n_draw_counters], model::FixedPoint{c.n_draws});
    }

    ENGRAM_HD_INLINE void put_out(int step_in_epoch, std::uint32_t id) const {
        const std::uint64_t place = fetch_add(&arrays.output[word_n_spikes], 1);
        arrays.output[first_spike_word + place] =
            static_cast<std::uint64_t>(step_in_epoch) << 32 | id;
    }

    ENGRAM_HD_INLINE void report_bad(std::uint32_t j) const {
        atomic_min(&arrays.output[word_first_bad_neuron], std::uint64_t{j});
    }
};

}  // namespace engram::device
