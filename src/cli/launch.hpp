// SPDX-License-Identifier: Apache-2.0
// How this process was started, as its environment tells without MPI: which of several it is, and
// what MPI has to be spared.
#pragma once

#include <functional>
#include <string>

namespace engram::cli {

enum class Launcher {
    none,      //!< a shell, also one inside a job of Slurm
    open_mpi,  //!< mpirun of Open MPI, on its own or inside a job of Slurm
    pmix,      //!< srun --mpi=pmix, or another launcher that speaks PMIx
    pmi,       //!< mpiexec of MPICH or Intel MPI, or srun --mpi=pmi2
    slurm      //!< srun --mpi=none: processes that cannot find each other
};

struct Launch {
    Launcher launcher = Launcher::none;
    int rank = 0;  //!< of this process among those that were started together
    int size = 1;  //!< their number; 0 if the environment does not tell

    bool operator==(const Launch&) const = default;
};

//! Value of a variable of the environment, or null.
using Environment = std::function<const char*(const char* name)>;

//! Of this process.
Launch read_launch();
//! \param has_terminal  whether there is a terminal that controls this process
Launch read_launch(const Environment& environment, bool has_terminal);

//! Call before MPI_Init, and before there are threads. Takes from the environment what makes MPI
//! look for others that are not there: in an interactive shell of Slurm it would wait for them, or
//! fail.
void hide_missing_ranks(const Launch& launch);

//! \param n_ranks  of MPI
//! \throw UsageError if several processes were started together, but each is alone for MPI: every
//!        one would do the whole work, in the same directory
void require_company(const Launch& launch, int n_ranks);

}  // namespace engram::cli
