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
    bool is_full(const TraceSampler& sampler) const { return sampler.n_rows() >= rows_per_flush_; }

    //! Collective. Hands all rows to the sink (on rank 0) and clears the sampler.
    void flush(TraceSampler& sampler, ResultSink& sink);

  private:
    void gather(const TraceSampler& sampler, std::size_t first, std::size_t n_rows,
                ResultSink& sink);

    MPI_Comm communicator_;
    int rank_;
    double dt_ms_;
    std::size_t row_width_;
    std::size_t rows_per_flush_;
    std::vector<std::size_t> columns_;  //!< in the file, of each value of this rank
};

}  // namespace engram
