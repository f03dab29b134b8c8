// SPDX-License-Identifier: Apache-2.0
#include "cli/mpi_session.hpp"

#include <mpi.h>

#include "base/collective.hpp"

namespace engram::cli {

MpiSession::MpiSession(int& argc, char**& argv, const Launch& launch) {
    prepare_mpi_environment();
    hide_missing_ranks(launch);
    MPI_Init(&argc, &argv);
}

MpiSession::~MpiSession() {
    MPI_Finalize();
}

}  // namespace engram::cli
