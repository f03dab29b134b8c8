// SPDX-License-Identifier: Apache-2.0
// Gathers the samples of all ranks into rows in file order on rank 0.
#pragma once

#include <mpi.h>

#include <vector>

#include "simulation/result_sink.hpp"
#include "simulation/trace_sampler.hpp"

namespace engram {

class TraceGatherer {
  public:
    //! Collective.
    TraceGatherer(MPI_Comm communicator, const Experiment& experiment, const TraceSampler& sampler);

    //! Collective. Whether enough rows are waiting; the same on every rank.
    bool is_full(const TraceSampler& sampler) const;

    //! Collective. Hands all rows to the sink (on rank 0) and clears the sampler.
    void flush(TraceSampler& sampler, ResultSink& sink);

  private:
    // How the rows of one recording are made from samples.
    struct Layout {
        std::size_t row_width = 0;
        std::size_t rows_per_flush = 1;
        std::vector<std::size_t> columns;  //!< in the file, of each value of this rank
    };

    void gather(const TraceSampler& sampler, std::size_t recording, std::size_t first,
                std::size_t n_rows, ResultSink& sink);

    MPI_Comm communicator_;
    int rank_;
    double dt_ms_;
    std::vector<Layout> layouts_;  //!< by recording
};

}  // namespace engram
