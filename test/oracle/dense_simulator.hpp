// The oracle: the model of one spiking phase written as naively as possible. Dense matrices, every
// synapse at every step, calcium per synapse, no lazy or shared quantity.
// Numerical conventions that define a result (keys of random numbers, the grid on which slow
// variables are switched) are those documented for the engine; the arithmetic is its own.
#pragma once

#include <vector>

#include "experiment/experiment.hpp"
#include "simulation/spike.hpp"

namespace engram::test {

class DenseSimulator {
  public:
    explicit DenseSimulator(const Experiment& experiment);

    //! Simulates steps [0, duration) as one spiking phase.
    void run();

    const std::vector<SpikeEvent>& spikes() const { return spikes_; }
    bool connected(NeuronId pre, NeuronId post) const { return connected_[pre * n_ + post]; }
    double h_mV(NeuronId pre, NeuronId post) const { return h_[pre * n_ + post]; }
    double z(NeuronId pre, NeuronId post) const { return z_[pre * n_ + post]; }
    double protein(NeuronId post) const { return protein_[post]; }
    double v_mV(NeuronId neuron) const { return v_[neuron]; }

  private:
    void update_synapse(NeuronId pre, NeuronId post, Step step, bool boundary, bool arrival);
    void switch_slow_variables();
    void advance_slow_variables(int steps);
    bool is_boundary(Step step) const;
    double stimulus(NeuronId neuron, Step step, double& effect_mV);
    bool forced(NeuronId neuron, Step step) const;

    const Experiment& experiment_;
    NeuronId n_;
    NeuronId n_exc_;
    Step delay_;
    Step calcium_delay_;
    std::vector<bool> connected_;
    std::vector<double> h_, z_, calcium_;
    std::vector<int> zone_;
    std::vector<Step> last_cut_;
    std::vector<int> tag_;
    std::vector<double> protein_;
    std::vector<bool> synthesis_;
    std::vector<double> v_, i_syn_, i_bg_;
    std::vector<Step> refractory_;
    std::vector<std::vector<double>> i_stim_;  // deviation by pulse and neuron
    std::vector<std::vector<bool>> fired_;     // by step and neuron
    std::vector<SpikeEvent> spikes_;
};

}  // namespace engram::test
