#include "oracle/dense_simulator.hpp"

#include <algorithm>
#include <cmath>

namespace engram::test {

DenseSimulator::DenseSimulator(const Experiment& experiment)
    : experiment_(experiment),
      n_(experiment.populations.size()),
      end_(steps(experiment.duration_s * 1000.0)),
      delay_(steps(experiment.synapses.t_ax_delay_ms)),
      calcium_delay_(steps(experiment.synapses.t_ca_delay_ms)),
      wiring_(experiment),
      stimuli_(experiment),
      streams_{experiment.seed},
      h_(n_ * n_, experiment.synapses.h_0_mV),
      z_(n_ * n_, 0.0),
      calcium_(n_ * n_, 0.0),
      zone_(n_ * n_, 0),
      last_cut_(n_ * n_, 0),
      tag_(n_ * n_, 0),
      protein_(n_, 0.0),
      synthesis_(n_, false),
      i_syn_(n_, 0.0),
      i_bg_(n_, 0.0),
      held_until_(n_, -1),
      i_stim_(stimuli_.size(), std::vector<double>(n_, 0.0)),
      fired_(static_cast<std::size_t>(end_), std::vector<bool>(n_, false)) {
    const double tau_syn_ms = experiment.synapses.tau_syn_ms;
    for (const Population& population : experiment.populations) {
        const NeuronParameters& p = population.neuron ? *population.neuron : experiment.neuron;
        const BackgroundParameters& background =
            population.background ? *population.background : experiment.background;
        common_.push_back({p, DenseNeuron(p, tau_syn_ms, experiment.dt_ms), steps(p.t_ref_ms),
                           background.mean_nA,
                           background.sigma_wn_nA_sqrt_s / std::sqrt(2.0 * tau_syn_ms / 1000.0)});
        v_.insert(v_.end(), population.count, p.v_init_mV);
    }
}

Step DenseSimulator::steps(double time_ms) const {
    return static_cast<Step>(std::floor(time_ms / experiment_.dt_ms + 0.5));
}

// Epochs of one axonal delay are cut into blocks of 16 steps and a rest; so is the run at its end.
bool DenseSimulator::is_block_end(Step step) const {
    const Step in_epoch = step % delay_;
    return in_epoch % 16 == 0 || step == end_;
}

template <class Visit>
void DenseSimulator::for_each_plastic(Visit visit) const {
    for (NeuronId pre = 0; pre < n_; ++pre)
        for (NeuronId post = 0; post < n_; ++post)
            if (plastic(pre, post)) visit(pre, post, pre * n_ + post);
}

void DenseSimulator::run() {
    Step block_begin = 0;
    for (Step step = 0; step <= end_; ++step) {
        add_presynaptic_calcium(step);
        if (is_block_end(step)) {
            // The weights of the ending block come first: arrivals at its end see the new ones.
            end_block(step, block_begin);
            block_begin = step;
        }
        if (step == end_) break;
        deliver_spikes(step);
        for (NeuronId id = 0; id < n_; ++id) advance_neuron(id, step);
        advance_calcium(step);
    }
}

void DenseSimulator::add_presynaptic_calcium(Step step) {
    if (step < calcium_delay_) return;
    for_each_plastic([&](NeuronId pre, NeuronId, std::size_t k) {
        if (fired_[step - calcium_delay_][pre]) calcium_[k] += experiment_.synapses.ca_pre;
    });
}

void DenseSimulator::end_block(Step step, Step block_begin) {
    for_each_plastic(
        [&](NeuronId pre, NeuronId post, std::size_t) { update_synapse(pre, post, step, true); });
    advance_slow_variables(step - block_begin);
    switch_slow_variables();
}

// Draws h over the interval since the last cut if it closes at this step: because it must, or
// because calcium has crossed a threshold.
void DenseSimulator::update_synapse(NeuronId pre, NeuronId post, Step step, bool must_close) {
    const SynapseParameters& p = experiment_.synapses;
    const std::size_t k = pre * n_ + post;
    const int zone = calcium_[k] >= p.theta_p ? 2 : calcium_[k] >= p.theta_d ? 1 : 0;
    if (!must_close && zone == zone_[k]) return;
    const double time_s = static_cast<double>(step - last_cut_[k]) * (experiment_.dt_ms / 1000.0);
    if (time_s > 0.0) {
        const double gp = zone_[k] == 2 ? p.gamma_p : 0.0;
        const double gd = zone_[k] >= 1 ? p.gamma_d : 0.0;
        const double rate = (0.1 + gp + gd) / p.tau_h_s;
        const double fixed_point = (0.1 * p.h_0_mV + gp * 10.0) / p.tau_h_s / rate;
        // dh = ... + amplitude dW with amplitude^2 = (number of thresholds) sigma_pl^2 / tau_h.
        const double amplitude_2 = zone_[k] * p.sigma_pl_mV * p.sigma_pl_mV / p.tau_h_s;
        double noise = 0.0;
        if (zone_[k] > 0 && p.sigma_pl_mV > 0.0) {
            const auto words =
                streams_(model::Purpose::early_phase, pre, post, static_cast<std::uint64_t>(step));
            noise = model::normal_pair(words.word[0], words.word[1]).first;
        }
        h_[k] =
            fixed_point + (h_[k] - fixed_point) * std::exp(-rate * time_s) +
            std::sqrt(amplitude_2 * (1.0 - std::exp(-2.0 * rate * time_s)) / (2.0 * rate)) * noise;
    }
    zone_[k] = zone;
    last_cut_[k] = step;
}

void DenseSimulator::switch_slow_variables() {
    const SynapseParameters& p = experiment_.synapses;
    std::vector<double> sum(n_, 0.0);
    for_each_plastic([&](NeuronId, NeuronId post, std::size_t k) {
        const double change = h_[k] - p.h_0_mV;
        sum[post] += std::fabs(change);
        tag_[k] = change >= p.theta_tag_mV ? 1 : -change >= p.theta_tag_mV ? -1 : 0;
    });
    for (NeuronId post = 0; post < n_; ++post) synthesis_[post] = sum[post] >= p.theta_pro_mV;
}

void DenseSimulator::advance_slow_variables(Step n_steps) {
    const SynapseParameters& p = experiment_.synapses;
    const double time_s = static_cast<double>(n_steps) * (experiment_.dt_ms / 1000.0);
    std::vector<double> shrinkage(n_);
    for (NeuronId post = 0; post < n_; ++post) {
        const double target = synthesis_[post] ? p.p_max_umol_per_l : 0.0;
        const double decay = std::exp(-time_s / p.tau_p_s);
        const double integral =
            target * time_s + (protein_[post] - target) * p.tau_p_s * (1.0 - decay);
        protein_[post] = target + (protein_[post] - target) * decay;
        shrinkage[post] = std::exp(-p.f_int_l_per_umol * integral / p.tau_z_s);
    }
    for_each_plastic([&](NeuronId, NeuronId post, std::size_t k) {
        if (tag_[k] > 0) z_[k] = 1.0 - (1.0 - z_[k]) * shrinkage[post];
        if (tag_[k] < 0) z_[k] = -0.5 + (z_[k] + 0.5) * shrinkage[post];
    });
}

// Weights are those at the time of arrival. The postsynaptic calcium of a spike at this very step
// counts from this step on, but cannot act on them before.
void DenseSimulator::deliver_spikes(Step step) {
    if (step < delay_) return;
    const double h_0 = experiment_.synapses.h_0_mV;
    std::vector<double> input_mV(n_, 0.0);
    for (NeuronId pre = 0; pre < n_; ++pre) {
        if (!fired_[step - delay_][pre]) continue;
        for (NeuronId post = 0; post < n_; ++post) {
            if (!wiring_.connected(pre, post)) continue;
            if (wiring_.plastic(pre, post)) {
                update_synapse(pre, post, step, true);
                input_mV[post] += h_mV(pre, post) + h_0 * z(pre, post);
            } else {
                input_mV[post] += wiring_.weight(pre, post) * h_0;
            }
        }
    }
    for (NeuronId id = 0; id < n_; ++id)
        i_syn_[id] += input_mV[id] / common(id).parameters.r_leak_MOhm;
}

// Fires if V has reached the threshold or a stimulus wants it, then moves on by a step.
void DenseSimulator::advance_neuron(NeuronId id, Step step) {
    const NeuronParameters& p = common(id).parameters;
    const DenseNeuron& neuron = common(id).neuron;
    if (v_[id] >= p.v_th_mV || (step > held_until_[id] && stimuli_.forces(id, step))) {
        v_[id] = p.v_reset_mV;
        held_until_[id] = step + common(id).refractory_steps - 1;
        fired_[step][id] = true;
        spikes_.push_back({step, id});
    }
    double constant = common(id).background_mean_nA;
    double decaying = i_syn_[id];
    double noise_mV = 0.0;
    // A process of the given mean: its deviation decays, and gathers noise.
    const auto add_process = [&](double& deviation, double sigma, double noise) {
        decaying += deviation;
        noise_mV += neuron.noise_mV_per_sigma * sigma * noise;
        deviation = deviation * neuron.current_decay + neuron.noise_per_sigma * sigma * noise;
    };
    if (common(id).background_sigma_nA > 0.0)
        add_process(i_bg_[id], common(id).background_sigma_nA,
                    model::normal_at_step(streams_, model::Purpose::background, id, 0, step));
    for (std::size_t k = 0; k < stimuli_.size(); ++k) {
        const DenseStimuli::Current current = stimuli_.current(k, id, step);
        if (!current.on) continue;
        if (current.starts) i_stim_[k][id] = 0.0;
        constant += current.mean_nA;
        add_process(i_stim_[k][id], current.sigma_nA,
                    model::normal_at_step(streams_, model::Purpose::stimulus, id,
                                          static_cast<std::uint32_t>(k), step));
    }
    const double fixed_point = p.v_rev_mV + p.r_leak_MOhm * constant;
    const double next = fixed_point + (v_[id] - fixed_point) * neuron.membrane_decay +
                        neuron.mV_per_nA * decaying + noise_mV;
    v_[id] = step <= held_until_[id] ? p.v_reset_mV : next;
    i_syn_[id] *= neuron.current_decay;
}

void DenseSimulator::advance_calcium(Step step) {
    const SynapseParameters& p = experiment_.synapses;
    const double decay = std::exp(-experiment_.dt_ms / p.tau_ca_ms);
    for_each_plastic([&](NeuronId pre, NeuronId post, std::size_t k) {
        if (fired_[step][post]) calcium_[k] += p.ca_post;
        update_synapse(pre, post, step, false);
        calcium_[k] *= decay;
    });
}

}  // namespace engram::test
