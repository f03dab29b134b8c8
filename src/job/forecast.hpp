// SPDX-License-Identifier: Apache-2.0
// Forecast of memory and time from the configuration and the number of synapses.
#pragma once

#include <cstdint>

#include "experiment/experiment.hpp"
#include "network/wiring.hpp"

namespace engram::job {

struct Forecast {
    double plastic_synapses = 0;  //!< expected number
    double fixed_synapses = 0;
    double memory_per_rank_MB = 0;      //!< base, and what is of each rank or its share
    double memory_of_rank_0_MB = 0;     //!< the same or more: it writes what is recorded
    double traces_MB = 0;               //!< on the disk
    double files_MB = 0;                //!< on the disk, all together, at most; rough
    double checkpoint_MB = 0;           //!< of one
    double base_MB = 0;                 //!< of any rank, with buffers for files
    double per_rank_MB = 0;             //!< of each rank, proportional to all neurons
    double neurons_MB = 0;              //!< shared, proportional to the neurons
    double synapses_MB = 0;             //!< shared, proportional to the synapses
    double gpu_state_per_rank_MB = 0;   //!< with --device gpu, of each run that takes turns
    double gpu_memory_per_rank_MB = 0;  //!< the same and the stacks of kernels, of all together
    double spiking_s = 0;               //!< simulated time that is not fast-forwarded
    double wall_s = 0;                  //!< rough: a model of the measured costs per unit of work
};

//! For background activity, and what stimuli cause.
//! \param n_ranks each on a core of its own
Forecast make_forecast(const Experiment& experiment, const Wiring& wiring, int n_ranks);

}  // namespace engram::job
