// SPDX-License-Identifier: Apache-2.0
// What the oracle may be told to do otherwise than the published model says, for tests of
// mechanisms that are not built in.
#pragma once

#include <functional>
#include <optional>

#include "experiment/populations.hpp"
#include "model/parameters.hpp"
#include "oracle/dense_cable.hpp"

namespace engram::test {

// A second place at which fixed synapses end: a current of its own, part of which reaches the
// membrane, and which silences the neuron without a spike.
struct DenseSecondSite {
    double tau_ms;
    double attenuation;  //!< part of the current that reaches the membrane
    //! Silent from where V plus this times the current is above the bound, if V is below V_th.
    double mV_per_nA;
    double bound_mV;
    double silent_ms;  //!< how long V is then held at V_reset
};

struct DenseVariant {
    double h_max_mV = 10.0;  //!< that potentiation tends to
    //! Whether the calcium of potentiation potentiates, by what the trace of the presynaptic and
    //! that of the postsynaptic neuron were when the window began, before what comes at its first
    //! step; if not, it depresses. None: it does.
    std::function<bool(double pre, double post)> potentiates;
    //! Of the neurons with these parameters. None: there is no second site.
    std::function<std::optional<DenseSecondSite>(const NeuronParameters&)> second_site;
    //! The cable along which the protein of a neuron diffuses. None: it is one pool.
    std::function<std::optional<DenseCable>(NeuronId)> cable;
    double diffusion_step_s = 1e-3;  //!< longest of its integration
    //! Whether samples of weights and calcium are wanted within windows too. Noise of the early
    //! phase must be off: what a recording draws is not the oracle's business.
    bool samples_within_windows = false;
    //! Whether plasticity is decided at each step, as in the published equations, and not at the
    //! ends of windows.
    bool decides_each_step = false;
    //! Whether presynaptic spikes count for the rate thresholds when they are fired, as in the
    //! published program, and not when they have arrived.
    bool counts_presynaptic_at_once = false;
};

}  // namespace engram::test
