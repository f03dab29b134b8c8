#include "oracle/dense_simulator.hpp"

#include <cmath>

#include "experiment/stimulation.hpp"
#include "model/neuron.hpp"
#include "model/random.hpp"
#include "network/network.hpp"

namespace engram::test {

DenseSimulator::DenseSimulator(const Experiment& experiment)
    : experiment_(experiment),
      n_(experiment.populations.size()),
      n_exc_(experiment.populations.n_exc),
      delay_(experiment.steps_from_ms(experiment.synapses.t_ax_delay_ms)),
      calcium_delay_(experiment.steps_from_ms(experiment.synapses.t_ca_delay_ms)),
      connected_(n_ * n_, false),
      h_(n_ * n_, experiment.synapses.h_0_mV),
      z_(n_ * n_, 0.0),
      calcium_(n_ * n_, 0.0),
      zone_(n_ * n_, 0),
      last_cut_(n_ * n_, 0),
      tag_(n_ * n_, 0),
      protein_(n_, 0.0),
      synthesis_(n_, false),
      v_(n_, experiment.neuron.v_init_mV),
      i_syn_(n_, 0.0),
      i_bg_(n_, experiment.background.mean_nA),
      refractory_(n_, -1) {
    make_wiring(experiment)->visit(0, n_, [&](NeuronId post, std::span<const NeuronId> sources) {
        for (const NeuronId pre : sources) connected_[pre * n_ + post] = true;
    });
}

bool DenseSimulator::is_boundary(Step step) const {
    return (step % delay_) % 16 == 0 || step == experiment_.duration_steps();
}

// Draws h over the interval since the last cut if one closes at this step.
void DenseSimulator::update_synapse(NeuronId pre, NeuronId post, Step step, bool boundary,
                                    bool arrival) {
    const SynapseParameters& p = experiment_.synapses;
    const std::size_t k = pre * n_ + post;
    const int zone = calcium_[k] >= p.theta_p ? 2 : calcium_[k] >= p.theta_d ? 1 : 0;
    if (!boundary && !arrival && zone == zone_[k]) return;
    const double dt_s = experiment_.dt_ms / 1000.0;
    const double time_s = static_cast<double>(step - last_cut_[k]) * dt_s;
    if (time_s > 0.0) {
        const double gp = zone_[k] == 2 ? p.gamma_p : 0.0;
        const double gd = zone_[k] >= 1 ? p.gamma_d : 0.0;
        const double rate = (0.1 + gp + gd) / p.tau_h_s;
        const double fixed_point = (0.1 * p.h_0_mV + gp * 10.0) / p.tau_h_s / rate;
        // dh = ... + amplitude dW with amplitude^2 = (number of thresholds) sigma_pl^2 / tau_h.
        const double amplitude_2 = zone_[k] * p.sigma_pl_mV * p.sigma_pl_mV / p.tau_h_s;
        double noise = 0.0;
        if (zone_[k] > 0 && p.sigma_pl_mV > 0.0) {
            const auto words = model::RandomStreams{experiment_.seed}(
                model::Purpose::early_phase, pre, post, static_cast<std::uint64_t>(step));
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
    for (NeuronId post = 0; post < n_exc_; ++post) {
        double sum = 0.0;
        for (NeuronId pre = 0; pre < n_exc_; ++pre) {
            if (!connected(pre, post)) continue;
            const double change = h_[pre * n_ + post] - p.h_0_mV;
            sum += std::fabs(change);
            tag_[pre * n_ + post] = change >= p.theta_tag_mV    ? 1
                                    : -change >= p.theta_tag_mV ? -1
                                                                : 0;
        }
        synthesis_[post] = sum >= p.theta_pro_mV;
    }
}

void DenseSimulator::advance_slow_variables(int steps) {
    const SynapseParameters& p = experiment_.synapses;
    const double time_s = steps * experiment_.dt_ms / 1000.0;
    for (NeuronId post = 0; post < n_exc_; ++post) {
        const double target = synthesis_[post] ? p.p_max_umol_per_l : 0.0;
        const double decay = std::exp(-time_s / p.tau_p_s);
        const double integral =
            target * time_s + (protein_[post] - target) * p.tau_p_s * (1.0 - decay);
        protein_[post] = target + (protein_[post] - target) * decay;
        const double factor = std::exp(-p.f_int_l_per_umol * integral / p.tau_z_s);
        for (NeuronId pre = 0; pre < n_exc_; ++pre) {
            double& z = z_[pre * n_ + post];
            if (tag_[pre * n_ + post] > 0) z = 1.0 - (1.0 - z) * factor;
            if (tag_[pre * n_ + post] < 0) z = -0.5 + (z + 0.5) * factor;
        }
    }
}

void DenseSimulator::run() {
    const SynapseParameters& p = experiment_.synapses;
    const NeuronParameters& neuron = experiment_.neuron;
    const Stimulation stimulation = make_stimulation(experiment_);
    const model::RandomStreams streams{experiment_.seed};
    const Step end = experiment_.duration_steps();
    const double dt = experiment_.dt_ms;
    const auto propagator = model::make_neuron_propagator(neuron, p.tau_syn_ms, dt);
    const double bg_sigma =
        model::background_sigma_nA(experiment_.background.sigma_wn_nA_sqrt_s, p.tau_syn_ms);
    const auto receives = [&](std::uint32_t stimulus, NeuronId id) {
        for (const NeuronId member : experiment_.group(experiment_.stimuli[stimulus].group).ids)
            if (member == id) return true;
        return false;
    };
    i_stim_.assign(stimulation.pulses.size(), std::vector<double>(n_, 0.0));
    fired_.assign(end, std::vector<bool>(n_, false));
    Step block_begin = 0;

    for (Step step = 0; step <= end; ++step) {
        const bool boundary = is_boundary(step);
        for (NeuronId pre = 0; pre < n_exc_; ++pre)
            for (NeuronId post = 0; post < n_exc_; ++post) {
                if (!connected(pre, post)) continue;
                double& calcium = calcium_[pre * n_ + post];
                if (step >= calcium_delay_ && fired_[step - calcium_delay_][pre])
                    calcium += p.ca_pre;
            }
        // Weights are those at the time of arrival; the postsynaptic calcium of a spike at this
        // very step counts from this step on, but cannot act on them before.
        std::vector<double> input(n_, 0.0);
        if (step > 0 && boundary) {
            // The weights of the ending block come first: arrivals at a boundary see the new ones.
            for (NeuronId pre = 0; pre < n_exc_; ++pre)
                for (NeuronId post = 0; post < n_exc_; ++post)
                    if (connected(pre, post)) update_synapse(pre, post, step, true, false);
            advance_slow_variables(static_cast<int>(step - block_begin));
        }
        if (boundary) {
            switch_slow_variables();
            block_begin = step;
        }
        if (step == end) break;
        if (step >= delay_)
            for (NeuronId pre = 0; pre < n_; ++pre) {
                if (!fired_[step - delay_][pre]) continue;
                for (NeuronId post = 0; post < n_; ++post) {
                    if (!connected(pre, post)) continue;
                    double w = 0.0;
                    if (pre < n_exc_ && post < n_exc_) {
                        update_synapse(pre, post, step, false, true);
                        w = h_[pre * n_ + post] + p.h_0_mV * z_[pre * n_ + post];
                    } else if (pre < n_exc_) {
                        w = experiment_.connectivity.w_ei * p.h_0_mV;
                    } else {
                        w = -(post < n_exc_ ? experiment_.connectivity.w_ie
                                            : experiment_.connectivity.w_ii) *
                            p.h_0_mV;
                    }
                    input[post] += w / neuron.r_leak_MOhm;
                }
            }
        for (NeuronId id = 0; id < n_; ++id) {
            i_syn_[id] += input[id];
            bool fires = v_[id] >= neuron.v_th_mV;
            for (const ForcedSpike& spike : stimulation.forced)
                if (spike.step == step && step > refractory_[id] && receives(spike.stimulus, id))
                    fires = true;
            if (fires) {
                v_[id] = neuron.v_reset_mV;
                refractory_[id] = step + experiment_.steps_from_ms(neuron.t_ref_ms) - 1;
                fired_[step][id] = true;
                spikes_.push_back({step, id});
            }
            const double tau_m = neuron.r_leak_MOhm * neuron.c_mem_nF;
            const double tau_s = p.tau_syn_ms;
            double constant = experiment_.background.mean_nA;
            double decaying = i_syn_[id] + i_bg_[id] - experiment_.background.mean_nA;
            double noise_mV = 0.0;
            if (bg_sigma > 0.0) {
                const double noise =
                    model::normal_at_step(streams, model::Purpose::background, id, 0, step);
                noise_mV += propagator.drive_noise_per_sigma * bg_sigma * noise;
                i_bg_[id] = experiment_.background.mean_nA +
                            (i_bg_[id] - experiment_.background.mean_nA) * std::exp(-dt / tau_s) +
                            bg_sigma * std::sqrt(1.0 - std::exp(-2.0 * dt / tau_s)) * noise;
            }
            for (std::size_t k = 0; k < stimulation.pulses.size(); ++k) {
                const CurrentPulse& pulse = stimulation.pulses[k];
                if (step < pulse.begin || step >= pulse.end || !receives(pulse.stimulus, id))
                    continue;
                const double noise = model::normal_at_step(streams, model::Purpose::stimulus, id,
                                                           pulse.stimulus, step);
                constant += pulse.mean_nA;
                decaying += i_stim_[k][id];
                noise_mV += propagator.drive_noise_per_sigma * pulse.sigma_nA * noise;
                i_stim_[k][id] =
                    i_stim_[k][id] * std::exp(-dt / tau_s) +
                    pulse.sigma_nA * std::sqrt(1.0 - std::exp(-2.0 * dt / tau_s)) * noise;
            }
            const double em = std::exp(-dt / tau_m);
            const double es = std::exp(-dt / tau_s);
            const double v_inf = neuron.v_rev_mV + neuron.r_leak_MOhm * constant;
            const double next =
                v_inf + (v_[id] - v_inf) * em +
                neuron.r_leak_MOhm * decaying * (es - em) * tau_s / (tau_s - tau_m) + noise_mV;
            v_[id] = step <= refractory_[id] ? neuron.v_reset_mV : next;
            i_syn_[id] *= es;
        }
        const double calcium_decay = std::exp(-dt / p.tau_ca_ms);
        for (NeuronId pre = 0; pre < n_exc_; ++pre)
            for (NeuronId post = 0; post < n_exc_; ++post) {
                if (!connected(pre, post)) continue;
                if (fired_[step][post]) calcium_[pre * n_ + post] += p.ca_post;
                update_synapse(pre, post, step, false, false);
                calcium_[pre * n_ + post] *= calcium_decay;
            }
    }
}

}  // namespace engram::test
