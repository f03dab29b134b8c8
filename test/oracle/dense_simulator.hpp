// SPDX-License-Identifier: Apache-2.0
// The oracle: the model written as naively as possible. Dense matrices, every synapse at every
// step, calcium per synapse, no lazy or shared quantity.
//
// It shares with the code under test the structures of its input and the keys of random numbers
// (model/random.hpp), nothing else. Conventions that define a result are those documented: the
// order of events within a step, h drawn over whole intervals, and tags, protein synthesis and the
// conditions of a run decided at the ends of windows.
#pragma once

#include <optional>
#include <vector>

#include "experiment/experiment.hpp"
#include "model/random.hpp"
#include "oracle/dense_block_noise.hpp"
#include "oracle/dense_conditions.hpp"
#include "oracle/dense_late_phase.hpp"
#include "oracle/dense_morphology.hpp"
#include "oracle/dense_neuron.hpp"
#include "oracle/dense_phases.hpp"
#include "oracle/dense_stimuli.hpp"
#include "oracle/dense_variant.hpp"
#include "oracle/dense_wiring.hpp"

namespace engram::test {

class DenseSimulator {
  public:
    explicit DenseSimulator(const Experiment& experiment, DenseVariant variant = {});

    //! Instead of h_0 and 0, or of what initial_weights gives; before run().
    void begin_with_weights(NeuronId pre, NeuronId post, double h_mV, double z) {
        h_[index(pre, post)] = h_mV;
        z_[index(pre, post)] = z;
    }
    //! Instead of 0; before run().
    void begin_with_protein(NeuronId id, DensePool pool, double amount) {
        protein_[id][pool] = amount;
    }
    //! Simulates steps [0, duration).
    void run();

    struct Spike {
        Step step;
        NeuronId neuron;
    };
    //! By step, then neuron.
    const std::vector<Spike>& spikes() const { return spikes_; }
    //! By a plastic synapse.
    bool plastic(NeuronId pre, NeuronId post) const {
        return wiring_.connected(pre, post) && wiring_.plastic(pre, post);
    }
    //! Index by [pre][post].
    std::size_t index(NeuronId pre, NeuronId post) const { return pre * n_ + post; }
    double h_mV(NeuronId pre, NeuronId post) const { return h_[pre * n_ + post]; }
    double z(NeuronId pre, NeuronId post) const { return z_[pre * n_ + post]; }
    double protein(NeuronId post, DensePool pool = pool_c) const { return protein_[post][pool]; }

    //! Protein in the compartments of a neuron with a cable; none of others.
    const std::vector<double>& protein_along(NeuronId id) const { return along_[id]; }

    struct Sample {
        Step step;
        std::vector<double> h_mV, z, calcium;    //!< by [pre][post]
        std::vector<DenseChanges> changes;       //!< by neuron
        std::vector<DensePools> protein;         //!< likewise
        std::vector<std::vector<double>> along;  //!< see protein_along
        //! By neuron, once who fires or is silenced has been reset; none of consolidations.
        std::vector<double> v_mV = {}, current_nA = {}, stimulus_nA = {}, background_nA = {};
    };
    //! If anything is to be recorded: of a spiking phase those that are due at the beginning of a
    //! window, and all of consolidations.
    const std::vector<Sample>& samples() const { return samples_; }
    // Of all recorded steps; see DenseVariant.
    struct SampleWithin {
        Step step;
        std::vector<double> h_mV, calcium;  //!< by [pre][post]
    };
    const std::vector<SampleWithin>& samples_within_windows() const { return samples_within_; }
    //! How often neurons were silenced without a spike.
    std::size_t n_silenced() const { return n_silenced_; }

  private:
    void set_initial_weights();
    Step steps(double time_ms) const;
    double seconds(Step n_steps) const {
        return static_cast<double>(n_steps) * (experiment_.dt_ms / 1000.0);
    }
    void spike(const DensePhase& phase);
    void consolidate(const DensePhase& phase);
    void rest(const DensePhase& phase);
    bool is_decision(Step step) const;
    bool is_grid_block_end(Step step) const;
    void draw_block_noise(Step begin);
    double background_noise(NeuronId id, Step step) const;
    void take_sample(Step step);
    std::vector<DenseChanges> changes() const;
    template <class Visit>
    void for_each_plastic(Visit visit) const;
    void forget_low_calcium();
    void add_presynaptic_calcium(Step step);
    void decide(Step step);
    void count_recent(std::vector<int>& n, Step step, bool with_step = true) const;
    void find_gates(Step step);
    int zone(NeuronId pre, NeuronId post) const;
    double h_after(std::size_t k, Step n_steps, double noise) const;
    void take_sample_within_window(Step step);
    void update_synapse(NeuronId pre, NeuronId post, Step step, bool must_close);
    void switch_slow_variables();
    void advance_slow_variables(Step n_steps);
    void consolidate_cells(Step n_steps);
    void set_cables();
    void find_mean(NeuronId id);
    void consolidate_along(NeuronId id, DenseLatePhase::Cell& cell, double time_s);
    void deliver_spikes(Step step);
    void advance_neuron(NeuronId id, Step step);
    void advance_calcium(Step step);

    // Of neurons with a second site.
    struct SecondSite {
        DenseSecondSite parameters;
        DenseNeuron neuron;  //!< how its current acts
        Step silent_steps;
    };
    bool is_silenced(NeuronId id, Step step) const;

    // Of neurons with a morphology: what currents add to the mean potential at the soma and at the
    // tip of the basal dendrite [MOhm].
    struct Places {
        double soma_by_soma, soma_by_tip, tip_by_tip;
        double soma_by_constant, tip_by_constant;  //!< of constant currents at the soma
        double share;                              //!< of the membrane's response to currents
        double gain;                               //!< of synapses at the tip
        bool resets_at_tip;
    };
    static std::optional<Places> places_of(const NeuronParameters& neuron, double tau_syn_ms);
    bool ends_at_tip(NeuronId pre, NeuronId post) const;
    double background_mean_nA(NeuronId id) const;
    bool is_at_release(NeuronId id, Step step) const { return step == held_until_[id] + 1; }
    double soma_mV(NeuronId id) const;
    double tip_mV(NeuronId id) const;

    const Experiment& experiment_;
    DenseVariant variant_;
    NeuronId n_;
    Step end_;
    Step delay_;
    Step calcium_delay_;
    // What the neurons of a population have in common.
    struct Common {
        NeuronParameters parameters;
        DenseNeuron neuron;
        Step refractory_steps;
        double background_mean_nA;
        double background_sigma_nA;
        std::optional<SecondSite> second;
        std::optional<Places> places;
    };
    const Common& common(NeuronId id) const { return common_[wiring_.population(id)]; }

    DenseWiring wiring_;
    DenseStimuli stimuli_;
    DenseLatePhase late_;
    std::vector<Common> common_;
    model::RandomStreams streams_;
    // By [pre][post].
    std::vector<double> h_, z_, calcium_;
    std::vector<int> zone_;
    std::vector<Step> last_cut_;
    std::vector<double> pre_trace_;  // presynaptic part of the calcium, by neuron
    std::vector<int> tag_;
    // By neuron.
    std::vector<DensePools> protein_;
    std::vector<DensePools> toward_;  // amounts that the present synthesis leads to
    std::vector<std::optional<DenseDiffusion>> diffusion_;
    std::vector<std::vector<double>> along_;  // the protein of those
    std::vector<double> v_, i_syn_, i_second_, i_tip_;
    // Of neurons with a morphology, before what arrives at the present step: what currents add to
    // the potential of soma and tip, but for the mean of the background.
    std::vector<double> soma_beyond_, tip_beyond_;
    // Spikes that count for the rate thresholds, of presynaptic neurons when they have arrived.
    std::vector<int> n_recent_pre_, n_recent_post_;
    std::vector<double> gate_pre_, gate_post_;  // traces at the beginning of the window
    std::vector<double> i_bg_;                  // deviation from the mean
    std::vector<Step> held_until_;              // last step at whose end V is at V_reset
    std::vector<std::vector<double>> i_stim_;   // deviation from the mean, by stimulus and neuron
    std::vector<std::vector<bool>> fired_;      // by step of the phase and neuron
    std::vector<std::vector<double>> noise_;    // by neuron and step of the block of the grid
    Step grid_begin_ = 0;                       // of that block
    // Of the present phase and window.
    DensePhase phase_{};
    Step window_begin_ = 0;
    DenseConditions conditions_{};
    std::vector<Spike> spikes_;
    std::vector<Sample> samples_;
    std::vector<SampleWithin> samples_within_;
    std::size_t n_silenced_ = 0;
};

}  // namespace engram::test
