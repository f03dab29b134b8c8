// Forecast of memory and time from the configuration alone.
#pragma once

#include <cstdint>

#include "experiment/experiment.hpp"

namespace engram::cli {

struct Forecast {
    double plastic_synapses = 0;  //!< expected number
    double fixed_synapses = 0;
    double memory_per_rank_MB = 0;
    double gpu_memory_per_rank_MB = 0;  //!< with --device gpu
    double spiking_s = 0;               //!< simulated time that is not fast-forwarded
    double wall_s = 0;                  //!< rough: a model of the measured costs per unit of work
};

//! \param n_ranks each on a core of its own
Forecast make_forecast(const Experiment& experiment, int n_ranks);

}  // namespace engram::cli
