// SPDX-License-Identifier: Apache-2.0
#include "oracle/dense_simulator.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace engram::test {

DenseSimulator::DenseSimulator(const Experiment& experiment, DenseVariant variant)
    : experiment_(experiment),
      variant_(std::move(variant)),
      n_(experiment.populations.size()),
      end_(steps(experiment.duration_s * 1000.0)),
      delay_(steps(experiment.synapses.t_ax_delay_ms)),
      calcium_delay_(steps(experiment.synapses.t_ca_delay_ms)),
      wiring_(experiment),
      stimuli_(experiment),
      late_(experiment.synapses),
      streams_{experiment.noise_seed ? *experiment.noise_seed : experiment.seed},
      h_(n_ * n_, experiment.synapses.h_0_mV),
      z_(n_ * n_, 0.0),
      tag_(n_ * n_, 0),
      protein_(n_, DensePools{}),
      toward_(n_, DensePools{}) {
    const double tau_syn_ms = experiment.synapses.tau_syn_ms;
    for (const Population& population : experiment.populations) {
        const NeuronParameters& p = population.neuron ? *population.neuron : experiment.neuron;
        const BackgroundParameters& background =
            population.background ? *population.background : experiment.background;
        common_.push_back({p, DenseNeuron(p, tau_syn_ms, experiment.dt_ms), steps(p.t_ref_ms),
                           background.mean_nA,
                           background.sigma_wn_nA_sqrt_s / std::sqrt(2.0 * tau_syn_ms / 1000.0),
                           std::nullopt, places_of(p, tau_syn_ms)});
        const auto second = variant_.second_site ? variant_.second_site(p) : std::nullopt;
        if (second)
            common_.back().second = {*second, DenseNeuron(p, second->tau_ms, experiment.dt_ms),
                                     steps(second->silent_ms)};
    }
    set_initial_weights();
    set_cables();
}

std::optional<DenseSimulator::Places> DenseSimulator::places_of(const NeuronParameters& neuron,
                                                                double tau_syn_ms) {
    if (!neuron.morphology) return std::nullopt;
    Places places{};
    const Morphology& m = *neuron.morphology;
    places.resets_at_tip = m.reset == Morphology::Reset::any_compartment;
    places.gain = m.synaptic_gain;
    if (m.axial_resistivity_ohm_cm > 0.0) {
        const DenseMorphology cell(neuron);
        const int soma = cell.soma();
        const auto of_soma = cell.beyond_the_mean_mV(soma, 1.0 / tau_syn_ms);
        const auto of_tip = cell.beyond_the_mean_mV(0, 1.0 / tau_syn_ms);
        const auto constant = cell.beyond_the_mean_mV(soma, 0.0);
        places.soma_by_soma = of_soma[soma];
        places.soma_by_tip = of_tip[soma];
        places.tip_by_tip = of_tip[0];
        places.soma_by_constant = constant[soma];
        places.tip_by_constant = constant[0];
    }
    places.share = neuron.c_mem_nF / DenseMorphology(neuron).c_tot_nF();
    return places;
}

template <class Visit>
void DenseSimulator::for_each_plastic(Visit visit) const {
    for (NeuronId pre = 0; pre < n_; ++pre)
        for (NeuronId post = 0; post < n_; ++post)
            if (plastic(pre, post)) visit(pre, post, pre * n_ + post);
}

// ln(h / h_0) and ln(1 + 2 z / z_max) are normal, but for weights that are stipulated.
void DenseSimulator::set_initial_weights() {
    const InitialWeights& weights = experiment_.initial_weights;
    const SynapseParameters& synapses = experiment_.synapses;
    const model::RandomStreams of_network{experiment_.seed};
    const auto belongs = [&](const std::string& group, NeuronId id) {
        for (const NeuronId member : experiment_.group(group).ids)
            if (member == id) return true;
        return false;
    };
    for_each_plastic([&](NeuronId pre, NeuronId post, std::size_t k) {
        const auto words = of_network(model::Purpose::initial_weight, pre, post, 0);
        const auto [n, m] = model::normal_pair(words.word[0], words.word[1]);
        h_[k] = synapses.h_0_mV * std::exp(weights.h_sigma * n);
        z_[k] = synapses.z_max / 2 * (std::exp(weights.z_sigma * m) - 1);
        z_[k] = std::max(-0.5, std::min(z_[k], synapses.z_max));
        for (const StipulatedWeights& stipulated : weights.stipulated) {
            if (!belongs(stipulated.from, pre) || !belongs(stipulated.to, post)) continue;
            if (stipulated.h_mV) h_[k] = *stipulated.h_mV;
            if (stipulated.z) z_[k] = *stipulated.z;
        }
    });
}

Step DenseSimulator::steps(double time_ms) const {
    return static_cast<Step>(std::floor(time_ms / experiment_.dt_ms + 0.5));
}

// Plasticity is decided after as many epochs as take at most 192 steps and 15 ms, counted from the
// beginning of the phase, or after each block if one epoch takes more; at the end of the phase; and
// where other conditions begin.
bool DenseSimulator::is_decision(Step step) const {
    if (variant_.decides_each_step) return true;
    if (step == phase_.end || conditions_change_at(experiment_, step)) return true;
    Step window = 0;
    while (window + delay_ <= 192 &&
           static_cast<double>(window + delay_) * experiment_.dt_ms < 15.000001)
        window += delay_;
    return window > 0 ? (step - phase_.begin) % window == 0 : is_grid_block_end(step);
}

// Epochs of one axonal delay, counted from the beginning of the phase, are cut into blocks of at
// most 192 steps and 5 ms, equally long but for rounding down. Noise is drawn for each of these.

bool DenseSimulator::is_grid_block_end(Step step) const {
    const Step longest =
        std::clamp<Step>(static_cast<Step>(std::floor(5.000001 / experiment_.dt_ms)), 1, 192);
    const Step n_blocks = (delay_ + longest - 1) / longest;
    const Step within = (step - phase_.begin) % delay_;
    for (Step block = 0; block < n_blocks; ++block)
        if (within == block * delay_ / n_blocks) return true;
    return false;
}

// All of a block of the grid, whatever cuts it.
void DenseSimulator::draw_block_noise(Step begin) {
    int n_steps = 1;
    while (!is_grid_block_end(begin + n_steps)) ++n_steps;
    grid_begin_ = begin;
    noise_.assign(n_, {});
    for (NeuronId id = 0; id < n_; ++id)
        if ((common(id).background_sigma_nA > 0.0 || !experiment_.background_changes.empty()) &&
            !common(id).second)
            noise_[id] = DenseBlockNoise(common(id).neuron, n_steps).draw(streams_, id, begin);
}

// Neurons that are not linear are given that of the step alone.
double DenseSimulator::background_noise(NeuronId id, Step step) const {
    if (common(id).second)
        return model::normal_at_step(streams_, model::Purpose::background, id, 0, step);
    return noise_[id][static_cast<std::size_t>(step - grid_begin_)];
}

void DenseSimulator::run() {
    for (const DensePhase& phase : dense_phases(experiment_, stimuli_)) {
        rest(phase);
        if (phase.spiking)
            spike(phase);
        else
            consolidate(phase);
    }
}

// What is fast begins anew with each phase.
void DenseSimulator::rest(const DensePhase& phase) {
    phase_ = phase;
    window_begin_ = phase.begin;
    v_.clear();
    for (NeuronId id = 0; id < n_; ++id) v_.push_back(common(id).parameters.v_init_mV);
    i_syn_.assign(n_, 0.0);
    i_second_.assign(n_, 0.0);
    i_tip_.assign(n_, 0.0);
    soma_beyond_.assign(n_, 0.0);
    tip_beyond_.assign(n_, 0.0);
    i_bg_.assign(n_, 0.0);
    held_until_.assign(n_, phase.begin - 2);
    i_stim_.assign(stimuli_.size(), std::vector<double>(n_, 0.0));
    calcium_.assign(n_ * n_, 0.0);
    pre_trace_.assign(n_, 0.0);
    zone_.assign(n_ * n_, 0);
    last_cut_.assign(n_ * n_, phase.begin);
    n_recent_pre_.assign(n_, 0);
    n_recent_post_.assign(n_, 0);
    fired_.clear();
    if (phase.spiking) fired_.resize(phase.end - phase.begin, std::vector<bool>(n_, false));
}

void DenseSimulator::spike(const DensePhase& phase) {
    for (Step step = phase.begin; step <= phase.end; ++step) {
        if (is_decision(step)) forget_low_calcium();
        add_presynaptic_calcium(step);
        const bool at_once = variant_.counts_presynaptic_at_once;
        count_recent(n_recent_pre_, at_once ? step : step - delay_, !at_once);
        count_recent(n_recent_post_, step, false);
        // The weights of the ending window come first: arrivals at its end see the new ones.
        if (is_decision(step)) decide(step);
        if (step == phase.end) break;
        if (is_grid_block_end(step)) draw_block_noise(step);
        if (step % experiment_.record.every_steps == 0) {
            if (window_begin_ == step) take_sample(step);
            if (variant_.samples_within_windows) take_sample_within_window(step);
        }
        deliver_spikes(step);
        for (NeuronId id = 0; id < n_; ++id) advance_neuron(id, step);
        for (NeuronId id = 0; id < n_; ++id) {
            const int fires = fired_[step - phase_.begin][id] ? 1 : 0;
            n_recent_post_[id] += fires;
            if (at_once) n_recent_pre_[id] += fires;
        }
        advance_calcium(step);
    }
}

// From sample to sample and from change to change.
void DenseSimulator::consolidate(const DensePhase& phase) {
    std::set<Step> samples;
    const Step every = steps(experiment_.dt_fast_forward_s * 1000.0);
    for (Step step = phase.begin; step < phase.end; step += every) samples.insert(step);
    if (phase.end == end_) samples.insert(end_);
    std::set<Step> stops = samples;
    for (const Step step : steps_of_changes(experiment_))
        if (phase.begin < step && step < phase.end) stops.insert(step);
    stops.insert(phase.end);
    Step reached = phase.begin;
    for (const Step step : stops) {
        conditions_ = conditions_at(experiment_, reached);
        if (conditions_.plasticity) consolidate_cells(step - reached);
        reached = step;
        if (samples.contains(step)) take_sample(step);
    }
}

void DenseSimulator::consolidate_cells(Step n_steps) {
    const double h_0 = experiment_.synapses.h_0_mV;
    for (NeuronId post = 0; post < n_; ++post) {
        DenseLatePhase::Cell cell{{}, {}, protein_[post]};
        std::vector<std::size_t> synapses;
        for (NeuronId pre = 0; pre < n_; ++pre) {
            if (!plastic(pre, post)) continue;
            synapses.push_back(index(pre, post));
            cell.change_mV.push_back(h_[synapses.back()] - h_0);
            cell.z.push_back(z_[synapses.back()]);
        }
        if (diffusion_[post]) {
            consolidate_along(post, cell, seconds(n_steps));
        } else {
            late_.consolidate(cell, conditions_.theta_pro_mV, seconds(n_steps));
            protein_[post] = cell.protein;
        }
        for (std::size_t q = 0; q < synapses.size(); ++q) {
            h_[synapses[q]] = h_0 + cell.change_mV[q];
            z_[synapses[q]] = cell.z[q];
        }
    }
}

void DenseSimulator::set_cables() {
    diffusion_.resize(n_);
    along_.resize(n_);
    if (!variant_.cable) return;
    for (NeuronId id = 0; id < n_; ++id) {
        const std::optional<DenseCable> cable = variant_.cable(id);
        if (!cable) continue;
        diffusion_[id].emplace(*cable, experiment_.synapses, variant_.diffusion_step_s);
        along_[id].resize(static_cast<std::size_t>(cable->n));
    }
}

void DenseSimulator::find_mean(NeuronId id) {
    double sum = 0.0;
    for (const double p : along_[id]) sum += p;
    protein_[id] = {};
    protein_[id][pool_c] = sum / static_cast<double>(along_[id].size());
}

// Step by step: whatever is above its threshold at the beginning of one is so throughout.
void DenseSimulator::consolidate_along(NeuronId id, DenseLatePhase::Cell& cell, double time_s) {
    const double longest_s = diffusion_[id]->longest_step_s();
    const auto n_steps = static_cast<long>(std::ceil(time_s / longest_s * (1.0 - 1e-9)));
    const double step_s = n_steps > 0 ? time_s / static_cast<double>(n_steps) : 0.0;
    const double decay = std::exp(-0.1 * step_s / experiment_.synapses.tau_h_s);
    for (long s = 0; s < n_steps; ++s) {
        DenseChanges sum;
        for (const double change : cell.change_mV) sum.add(change);
        const bool synthesis = sum.sums_mV()[pool_c] >= conditions_.theta_pro_mV;
        const DenseLatePhase::Exposure exposed =
            late_.exposure_to(diffusion_[id]->advance(along_[id], synthesis, step_s));
        for (std::size_t q = 0; q < cell.z.size(); ++q) {
            cell.z[q] = late_.z_after(cell.z[q], late_.tag(cell.change_mV[q]), exposed);
            cell.change_mV[q] *= decay;
        }
    }
    find_mean(id);
}

void DenseSimulator::take_sample(Step step) {
    if (experiment_.record.neurons.empty() && experiment_.record.synapses.empty()) return;
    samples_.push_back({step, h_, z_, calcium_, changes(), protein_, along_});
}

// A presynaptic trace of less than 1e-4 is taken as none at a decision.
void DenseSimulator::forget_low_calcium() {
    for (NeuronId pre = 0; pre < n_; ++pre) {
        if (pre_trace_[pre] >= 1e-4) continue;
        for (NeuronId post = 0; post < n_; ++post)
            if (plastic(pre, post)) calcium_[index(pre, post)] -= pre_trace_[pre];
        pre_trace_[pre] = 0.0;
    }
}

void DenseSimulator::add_presynaptic_calcium(Step step) {
    if (step - phase_.begin < calcium_delay_) return;
    for_each_plastic([&](NeuronId pre, NeuronId, std::size_t k) {
        if (fired_[step - phase_.begin - calcium_delay_][pre])
            calcium_[k] += experiment_.synapses.ca_pre;
    });
    for (NeuronId pre = 0; pre < n_; ++pre)
        if (fired_[step - phase_.begin - calcium_delay_][pre])
            pre_trace_[pre] += experiment_.synapses.ca_pre;
}

// Keeps the numbers of spikes in the closed window of time that ends at a step.
void DenseSimulator::count_recent(std::vector<int>& n, Step step, bool with_step) const {
    const Step oldest = steps(experiment_.synapses.rate_window_s * 1000.0);
    const auto add = [&](Step at, int sign) {
        if (at < phase_.begin) return;
        for (NeuronId id = 0; id < n_; ++id)
            if (fired_[at - phase_.begin][id]) n[id] += sign;
    };
    if (with_step) add(step, 1);
    add(step - oldest - 1, -1);
}

// A trace jumps with each spike, the presynaptic one later, and decays: all spikes of the phase.
void DenseSimulator::find_gates(Step step) {
    gate_pre_.assign(n_, 0.0);
    gate_post_.assign(n_, 0.0);
    const SynapseParameters& p = experiment_.synapses;
    for (const Spike& spike : spikes_) {
        if (spike.step < phase_.begin) continue;
        const auto left = [&](Step jump) {
            return jump < step ? std::exp(-static_cast<double>(step - jump) * experiment_.dt_ms /
                                          p.tau_ca_ms)
                               : 0.0;
        };
        gate_pre_[spike.neuron] += p.ca_pre * left(spike.step + calcium_delay_);
        gate_post_[spike.neuron] += p.ca_post * left(spike.step);
    }
}

void DenseSimulator::decide(Step step) {
    if (variant_.potentiates) find_gates(step);
    for_each_plastic(
        [&](NeuronId pre, NeuronId post, std::size_t) { update_synapse(pre, post, step, true); });
    if (step > window_begin_ && conditions_.plasticity)
        advance_slow_variables(step - window_begin_);
    window_begin_ = step;
    conditions_ = conditions_at(experiment_, step);
    switch_slow_variables();
}

int DenseSimulator::zone(NeuronId pre, NeuronId post) const {
    const double calcium = calcium_[index(pre, post)];
    const SynapseParameters& p = experiment_.synapses;
    if (p.rate_threshold_p_Hz > 0.0 || p.rate_threshold_d_Hz > 0.0) {
        const auto both_above = [&](double rate_Hz) {
            const double n = rate_Hz * p.rate_window_s;
            return rate_Hz == 0.0 || (n_recent_pre_[pre] > n && n_recent_post_[post] > n);
        };
        if (calcium >= p.theta_p && both_above(p.rate_threshold_p_Hz)) return 2;
        return calcium >= p.theta_d && both_above(p.rate_threshold_d_Hz) ? 1 : 0;
    }
    if (calcium < experiment_.synapses.theta_d) return 0;
    if (calcium < experiment_.synapses.theta_p) return 1;
    if (variant_.potentiates && !variant_.potentiates(gate_pre_[pre], gate_post_[post])) return 1;
    return 2;
}

// In the present zone of a synapse, from its last cut on.
double DenseSimulator::h_after(std::size_t k, Step n_steps, double noise) const {
    const SynapseParameters& p = experiment_.synapses;
    const double time_s = seconds(n_steps);
    const double gp = zone_[k] == 2 ? p.gamma_p : 0.0;
    const double gd = zone_[k] >= 1 ? p.gamma_d : 0.0;
    const double rate = (0.1 + gp + gd) / p.tau_h_s;
    const double fixed_point = (0.1 * p.h_0_mV + gp * variant_.h_max_mV) / p.tau_h_s / rate;
    // dh = ... + amplitude dW with amplitude^2 = (number of thresholds) sigma_pl^2 / tau_h.
    const double amplitude_2 = zone_[k] * p.sigma_pl_mV * p.sigma_pl_mV / p.tau_h_s;
    return fixed_point + (h_[k] - fixed_point) * std::exp(-rate * time_s) +
           std::sqrt(amplitude_2 * (1.0 - std::exp(-2.0 * rate * time_s)) / (2.0 * rate)) * noise;
}

void DenseSimulator::take_sample_within_window(Step step) {
    samples_within_.push_back({step, h_, calcium_});
    if (!conditions_.plasticity) return;
    for_each_plastic([&](NeuronId, NeuronId, std::size_t k) {
        samples_within_.back().h_mV[k] = h_after(k, step - last_cut_[k], 0.0);
    });
}

// Draws h over the interval since the last cut if it closes at this step: because it must, or
// because calcium has crossed a threshold. Without plasticity h stands still meanwhile.
void DenseSimulator::update_synapse(NeuronId pre, NeuronId post, Step step, bool must_close) {
    const std::size_t k = pre * n_ + post;
    const int present = zone(pre, post);
    if (!must_close && present == zone_[k]) return;
    if (step > last_cut_[k] && conditions_.plasticity) {
        double noise = 0.0;
        if (zone_[k] > 0 && experiment_.synapses.sigma_pl_mV > 0.0) {
            const auto words =
                streams_(model::Purpose::early_phase, pre, post, static_cast<std::uint64_t>(step));
            noise = model::normal_pair(words.word[0], words.word[1]).first;
        }
        h_[k] = h_after(k, step - last_cut_[k], noise);
    }
    zone_[k] = present;
    last_cut_[k] = step;
}

std::vector<DenseChanges> DenseSimulator::changes() const {
    std::vector<DenseChanges> changes(n_);
    for_each_plastic([&](NeuronId, NeuronId post, std::size_t k) {
        changes[post].add(h_[k] - experiment_.synapses.h_0_mV);
    });
    return changes;
}

void DenseSimulator::switch_slow_variables() {
    for_each_plastic([&](NeuronId, NeuronId, std::size_t k) {
        tag_[k] = late_.tag(h_[k] - experiment_.synapses.h_0_mV);
    });
    const std::vector<DenseChanges> sums = changes();
    for (NeuronId post = 0; post < n_; ++post)
        toward_[post] = late_.targets(sums[post], conditions_.theta_pro_mV);
}

void DenseSimulator::advance_slow_variables(Step n_steps) {
    const double time_s = seconds(n_steps);
    std::vector<DenseLatePhase::Exposure> exposed;
    for (NeuronId post = 0; post < n_; ++post) {
        if (diffusion_[post]) {
            exposed.push_back(late_.exposure_to(
                diffusion_[post]->advance(along_[post], toward_[post][pool_c] > 0.0, time_s)));
            find_mean(post);
            continue;
        }
        exposed.push_back(late_.exposure(protein_[post], toward_[post], time_s));
        protein_[post] = late_.after(protein_[post], toward_[post], time_s);
    }
    for_each_plastic([&](NeuronId, NeuronId post, std::size_t k) {
        z_[k] = late_.z_after(z_[k], tag_[k], exposed[post]);
    });
}

// Weights are those at the time of arrival. The postsynaptic calcium of a spike at this very step
// counts from this step on, but cannot act on them before.
void DenseSimulator::deliver_spikes(Step step) {
    const double h_0 = experiment_.synapses.h_0_mV;
    for (NeuronId id = 0; id < n_; ++id)
        i_syn_[id] += stimuli_.input_h_0(id, step) * h_0 / common(id).parameters.r_leak_MOhm;
    if (step - phase_.begin < delay_) return;
    std::vector<double> input_mV(n_, 0.0), second_mV(n_, 0.0), tip_mV(n_, 0.0);
    for (NeuronId pre = 0; pre < n_; ++pre) {
        if (!fired_[step - phase_.begin - delay_][pre]) continue;
        for (NeuronId post = 0; post < n_; ++post) {
            if (!wiring_.connected(pre, post)) continue;
            if (wiring_.plastic(pre, post)) {
                update_synapse(pre, post, step, true);
                const double w = h_mV(pre, post) + h_0 * z(pre, post);
                (common(post).places ? tip_mV : input_mV)[post] += w;
            } else if (common(post).places) {
                (ends_at_tip(pre, post) ? tip_mV : input_mV)[post] +=
                    wiring_.weight(pre, post) * h_0;
            } else {
                (wiring_.site(pre, post) == 1 ? second_mV : input_mV)[post] +=
                    wiring_.weight(pre, post) * h_0;
            }
        }
    }
    for (NeuronId id = 0; id < n_; ++id) {
        i_syn_[id] += input_mV[id] / common(id).parameters.r_leak_MOhm;
        i_second_[id] += second_mV[id] / common(id).parameters.r_leak_MOhm;
        if (!common(id).places) continue;
        const double tip_nA =
            common(id).places->gain * tip_mV[id] / common(id).parameters.r_leak_MOhm;
        i_tip_[id] += tip_nA;
        i_syn_[id] += tip_nA;
    }
}

bool DenseSimulator::ends_at_tip(NeuronId pre, NeuronId post) const {
    if (!experiment_.given_projections) return false;
    for (const Projection& projection : *experiment_.given_projections)
        if (projection.from == wiring_.population(pre) && projection.to == wiring_.population(post))
            return projection.ends_at == SynapseSite::tip;
    return false;
}

double DenseSimulator::background_mean_nA(NeuronId id) const {
    return conditions_.background.empty() ? common(id).background_mean_nA
                                          : conditions_.background[id].mean_nA;
}

double DenseSimulator::soma_mV(NeuronId id) const {
    return v_[id] + soma_beyond_[id] + common(id).places->soma_by_constant * background_mean_nA(id);
}

double DenseSimulator::tip_mV(NeuronId id) const {
    return v_[id] + tip_beyond_[id] + common(id).places->tip_by_constant * background_mean_nA(id);
}

bool DenseSimulator::is_silenced(NeuronId id, Step step) const {
    if (const std::optional<Places>& places = common(id).places)
        return places->resets_at_tip && step > held_until_[id] && !is_at_release(id, step) &&
               tip_mV(id) >= common(id).parameters.v_th_mV;
    const std::optional<SecondSite>& second = common(id).second;
    return second && step > held_until_[id] &&
           v_[id] + second->parameters.mV_per_nA * i_second_[id] > second->parameters.bound_mV;
}

// Fires if V has reached the threshold or a stimulus wants it, then moves on by a step.
void DenseSimulator::advance_neuron(NeuronId id, Step step) {
    const NeuronParameters& p = common(id).parameters;
    const DenseNeuron& neuron = common(id).neuron;
    const std::optional<Places>& places = common(id).places;
    const bool is_above =
        places ? step > held_until_[id] && !is_at_release(id, step) && soma_mV(id) >= p.v_th_mV
               : v_[id] >= p.v_th_mV;
    if (is_above || (step > held_until_[id] && stimuli_.forces(id, step))) {
        v_[id] = p.v_reset_mV;
        held_until_[id] = step + common(id).refractory_steps - 1;
        fired_[step - phase_.begin][id] = true;
        spikes_.push_back({step, id});
    } else if (is_silenced(id, step)) {
        v_[id] = p.v_reset_mV;
        held_until_[id] =
            step + (places ? common(id).refractory_steps : common(id).second->silent_steps) - 1;
        ++n_silenced_;
    }
    // What holds in this window; its deviation from the mean decays even without noise.
    const double shown_mV =
        !places || step <= held_until_[id] || is_at_release(id, step) ? v_[id] : soma_mV(id);
    double constant = common(id).background_mean_nA;
    double background_sigma_nA = common(id).background_sigma_nA;
    if (!conditions_.background.empty()) {
        const BackgroundParameters& background = conditions_.background[id];
        constant = background.mean_nA;
        background_sigma_nA = background.sigma_wn_nA_sqrt_s /
                              std::sqrt(2.0 * experiment_.synapses.tau_syn_ms / 1000.0);
    }
    double decaying = i_syn_[id];
    const double background_nA = constant + i_bg_[id];
    double stimulus_nA = 0.0;
    double noise_mV = 0.0;
    double stimulus_soma_mV = 0.0, stimulus_tip_mV = 0.0;  // that stimuli add, at the end
    // A process of the given mean: its deviation decays, and gathers noise.
    const auto add_process = [&](double& deviation, double sigma, double noise) {
        decaying += deviation;
        noise_mV += neuron.noise_mV_per_sigma * sigma * noise;
        deviation = deviation * neuron.current_decay + neuron.noise_per_sigma * sigma * noise;
    };
    add_process(i_bg_[id], background_sigma_nA,
                background_sigma_nA > 0.0 ? background_noise(id, step) : 0.0);
    for (std::size_t k = 0; k < stimuli_.size(); ++k) {
        const DenseStimuli::Current current = stimuli_.current(k, id, step);
        if (!current.on) continue;
        if (current.starts) i_stim_[k][id] = 0.0;
        constant += current.mean_nA;
        stimulus_nA += current.mean_nA + i_stim_[k][id];
        add_process(i_stim_[k][id], current.sigma_nA,
                    model::normal_at_step(streams_, model::Purpose::stimulus, id,
                                          static_cast<std::uint32_t>(k), step));
        if (!places) continue;
        stimulus_soma_mV +=
            places->soma_by_constant * current.mean_nA + places->soma_by_soma * i_stim_[k][id];
        // As a current at the soma acts on the soma, so it acts on the tip.
        stimulus_tip_mV +=
            places->soma_by_tip *
            (i_stim_[k][id] +
             (places->soma_by_soma > 0.0 ? places->soma_by_constant / places->soma_by_soma : 1.0) *
                 current.mean_nA);
    }
    double current_nA = constant + decaying;
    const double share = places ? places->share : 1.0;
    const double fixed_point = p.v_rev_mV + p.r_leak_MOhm * share * constant;
    double next = fixed_point + (v_[id] - fixed_point) * neuron.membrane_decay +
                  share * (neuron.mV_per_nA * decaying + noise_mV);
    if (const std::optional<SecondSite>& second = common(id).second) {
        const double reaching_nA = second->parameters.attenuation * i_second_[id];
        current_nA += reaching_nA;
        next += second->neuron.mV_per_nA * reaching_nA;
        i_second_[id] *= second->neuron.current_decay;
    }
    if (!samples_.empty() && samples_.back().step == step) {
        samples_.back().v_mV.push_back(shown_mV);
        samples_.back().current_nA.push_back(current_nA);
        samples_.back().stimulus_nA.push_back(stimulus_nA);
        samples_.back().background_nA.push_back(background_nA);
    }
    v_[id] = step <= held_until_[id] ? p.v_reset_mV : next;
    i_syn_[id] *= neuron.current_decay;
    if (!places) return;
    i_tip_[id] *= neuron.current_decay;
    const double at_soma = i_syn_[id] - i_tip_[id] + i_bg_[id];
    soma_beyond_[id] =
        places->soma_by_soma * at_soma + places->soma_by_tip * i_tip_[id] + stimulus_soma_mV;
    tip_beyond_[id] =
        places->soma_by_tip * at_soma + places->tip_by_tip * i_tip_[id] + stimulus_tip_mV;
}

void DenseSimulator::advance_calcium(Step step) {
    const SynapseParameters& p = experiment_.synapses;
    const double decay = std::exp(-experiment_.dt_ms / p.tau_ca_ms);
    const bool sampled = !samples_.empty() && samples_.back().step == step;
    const bool sampled_within = !samples_within_.empty() && samples_within_.back().step == step;
    for_each_plastic([&](NeuronId pre, NeuronId post, std::size_t k) {
        if (fired_[step - phase_.begin][post]) calcium_[k] += p.ca_post;
        update_synapse(pre, post, step, false);
        if (sampled) samples_.back().calcium[k] = calcium_[k];
        if (sampled_within) samples_within_.back().calcium[k] = calcium_[k];
        calcium_[k] *= decay;
    });
    for (double& trace : pre_trace_) trace *= decay;
}

}  // namespace engram::test
