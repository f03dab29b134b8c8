// SPDX-License-Identifier: Apache-2.0
// How an ensemble runs its trials. Of a single run these are checked like all other keys.
#pragma once

#include <cstdint>

#include "experiment/config_reader.hpp"

namespace engram {

inline constexpr std::uint32_t most_runs = 10'000'000;  //!< of an ensemble

//! What differs between the trials of a point: network and noise, or the noise alone.
enum class TrialsVary { seed, noise_seed };

struct EnsembleSettings {
    std::uint32_t trials = 1;
    std::uint32_t trials_per_batch =
        0;                              //!< consecutive trials whose averages are averaged; 0: none
    std::uint32_t ranks_per_trial = 1;  //!< MPI ranks that share a run
    TrialsVary trials_vary = TrialsVary::seed;
    bool keeps_results = true;    //!< whether each run leaves a results directory of its own
    bool averages_traces = true;  //!< whether traces are averaged over the trials
};

//! \param reader  at the root of the configuration
EnsembleSettings read_ensemble_settings(ConfigReader& reader);

}  // namespace engram
