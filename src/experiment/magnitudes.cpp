// SPDX-License-Identifier: Apache-2.0
#include "experiment/magnitudes.hpp"

#include <algorithm>

#include "base/number_text.hpp"
#include "experiment/keys.hpp"
#include "experiment/neuron_sections.hpp"
#include "experiment/schemes.hpp"
#include "experiment/stimulation.hpp"

namespace engram {
namespace {

constexpr double highest_current_nA = 1e9;

class MagnitudeCheck {
  public:
    MagnitudeCheck(const Experiment& experiment, ConfigProblems& problems)
        : experiment_(experiment), problems_(problems) {}

    void run() {
        check_membrane(keys::neuron.name, experiment_.neuron);
        for (const NeuronSection& section : own_neuron_sections(experiment_, problems_))
            check_membrane(section.path, section.parameters);
        check_early_phase();
        for (const Stimulus& stimulus : experiment_.stimuli) check_current(stimulus);
    }

  private:
    void check_membrane(const std::string& path, const NeuronParameters& neuron) {
        const std::string key = path + "." + keys::name_of<&NeuronParameters::c_mem_nF>();
        const std::string resistance = keys::name_of<&NeuronParameters::r_leak_MOhm>();
        const double tau = neuron.r_leak_MOhm * neuron.c_mem_nF;
        if (!problems_.sound({key, path + "." + resistance}) || tau_ms.contains(tau)) return;
        problems_.add(key, "R_leak_MOhm * C_mem_nF, the membrane time constant, must be " +
                               tau_ms.description() + " ms (is " + three_digits(tau) + ")");
    }

    void check_early_phase() {
        const SynapseParameters& synapses = experiment_.synapses;
        const std::string key = keys::path_of<&SynapseParameters::tau_h_s>();
        const std::string delay_key = keys::path_of<&SynapseParameters::t_ax_delay_ms>();
        const double delay_s = synapses.t_ax_delay_ms / 1000.0;
        if (problems_.sound({key, delay_key}) && synapses.tau_h_s < delay_s)
            problems_.add(key, "must be at least " + delay_key + " = " +
                                   number_text(synapses.t_ax_delay_ms) + " ms (is " +
                                   number_text(synapses.tau_h_s) + ")");
    }

    void check_current(const Stimulus& stimulus) {
        if (!scheme_takes(stimulus.scheme, keys::name_of<&Stimulus::n_inputs>())) return;
        const std::string path = "stimuli." + stimulus.name;
        if (!problems_.sound({path, keys::path_of<&SynapseParameters::h_0_mV>(),
                              keys::path_of<&NeuronParameters::r_leak_MOhm>()}))
            return;
        if (experiment_.has_named_populations() && !problems_.sound({"populations"})) return;
        double mean_nA = 0.0;
        for (const Population* population : receiving_populations(experiment_, stimulus))
            mean_nA = std::max(mean_nA, stimulus.n_inputs * stimulus.rate_Hz *
                                            experiment_.synapses.h_0_mV /
                                            experiment_.neuron_of(*population).r_leak_MOhm);
        if (mean_nA > highest_current_nA)
            problems_.add(path,
                          "its current, n_inputs * rate_Hz * h_0_mV / R_leak_MOhm, must be "
                          "at most " +
                              short_number_text(highest_current_nA) + " nA (is " +
                              three_digits(mean_nA) + ")");
    }

    const Experiment& experiment_;
    ConfigProblems& problems_;
};

}  // namespace

void check_magnitudes(const Experiment& experiment, ConfigProblems& problems) {
    MagnitudeCheck(experiment, problems).run();
}

}  // namespace engram
