// SPDX-License-Identifier: Apache-2.0
// How currents act on the membrane potential within one step. The integrals over the step are done
// numerically, so that no closed form is shared with the code under test, and equal time constants
// of membrane and synapse are no special case.
#pragma once

#include "model/parameters.hpp"

namespace engram::test {

struct DenseNeuron {
    //! \param dt_ms  one step
    DenseNeuron(const NeuronParameters& neuron, double tau_syn_ms, double dt_ms);

    double membrane_decay;   //!< of V towards its fixed point, within a step
    double current_decay;    //!< of a current towards its mean
    double mV_per_nA;        //!< effect on V of a decaying current, by its value at the start
    double noise_per_sigma;  //!< gathered by a current, per stationary deviation
    //! Effect on V of that same noise [mV/nA]: by convention the part that is linear in what the
    //! current has gathered.
    double noise_mV_per_sigma;
};

}  // namespace engram::test
