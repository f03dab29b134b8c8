// SPDX-License-Identifier: Apache-2.0
// Reads what a job is to do, once, and gives it to every rank. Commands that run nothing pass
// `alone` (base/collective.hpp).
#pragma once

#include <mpi.h>

#include <memory>

#include "experiment/ensemble.hpp"
#include "experiment/experiment.hpp"
#include "job/request.hpp"
#include "network/wiring.hpp"

namespace engram::job {

// A configuration that has been read, and is not yet understood.
struct GivenConfiguration {
    ConfigurationSource source;
    ConfigTree tree;              //!< rank 0
    bool is_of_ensemble = false;  //!< whether it asks for trials or a sweep
};

//! Collective. Rank 0 reads the file, and says what the user should know about an imported one.
GivenConfiguration read_given(const ConfigurationSource& source, MPI_Comm communicator);

//! Collective. Rank 0 validates and distributes the ensemble.
Ensemble read_ensemble(GivenConfiguration given, MPI_Comm communicator);

// An experiment and the wiring that it asks for.
struct WiredExperiment {
    Experiment experiment;
    std::unique_ptr<Wiring> wiring;
};

enum class CheckSums { no, yes };

//! Collective. Rank 0 validates and distributes the configuration; all ranks open the wiring and
//! check it.
//! \param check_sums  whether inputs that exceed the range of sums are problems
WiredExperiment read_experiment(const GivenConfiguration& given, MPI_Comm communicator,
                                CheckSums check_sums = CheckSums::yes);

//! Says what the user should know about an imported configuration.
void print_notes(const ConfigTree& tree);

}  // namespace engram::job
