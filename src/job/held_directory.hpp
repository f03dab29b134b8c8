// SPDX-License-Identifier: Apache-2.0
// The output directory of a job: kept from other jobs, and seen by all its ranks.
#pragma once

#include <mpi.h>

#include <optional>

#include "io/directory_lock.hpp"
#include "io/output_directory.hpp"
#include "io/place.hpp"

namespace engram::job {

// The directory is free again when this ends on rank 0.
class HeldDirectory {
  public:
    //! Collective. The directory must exist on rank 0.
    //! \throw FileError on every rank if another job holds it, or a rank does not see it
    HeldDirectory(const OutputDirectory& directory, MPI_Comm communicator);

    //! On every rank.
    const DirectoryClaim& claim() const { return claim_; }
    //! Rank 0. Says on the log what the place is like, and warns if it has less room than needed.
    //! \param needed_MB  forecast of what the job adds
    void describe(double needed_MB) const;

  private:
    OutputDirectory directory_;
    std::optional<DirectoryLock> lock_;  //!< on rank 0
    DirectoryClaim claim_;
    DirectoryPlace place_;
};

}  // namespace engram::job
