// SPDX-License-Identifier: Apache-2.0
// On what a rank runs the trials of an ensemble, and how many of them at once: on a GPU, trials of
// small networks take turns and launch their kernels together.
#pragma once

#include <mpi.h>

#include <functional>
#include <vector>

#include "device/task_turns.hpp"
#include "experiment/ensemble.hpp"
#include "job/executor_choice.hpp"
#include "job/request.hpp"

namespace engram::job {

class TrialTurns {
  public:
    //! Collective. Trials are only run at once if each has one rank of its own.
    //! \param options  trials_at_once 0: as many as have room on the GPU, but no more than gain
    //!                 from it
    //! \throw DeviceError as select_executor
    TrialTurns(const Ensemble& ensemble, const JobOptions& options, MPI_Comm communicator);
    TrialTurns(const TrialTurns&) = delete;
    TrialTurns& operator=(const TrialTurns&) = delete;

    const ExecutorFactory& make_executor() const { return executors_.make_executor; }

    //! How many of these trials this rank runs at once; at least 1.
    std::size_t at_once(const std::vector<EnsembleItem>& items) const;

    //! Runs `worker` so many times, in turns if that is more than once.
    //! \param worker  is given 0 ... n-1; trials are made with make_executor()
    //! \param idle    called now and then while several run
    //! \throw what a worker throws first, when the others have been ended where they were
    void run(std::size_t n, const std::function<void(std::size_t)>& worker,
             const std::function<void()>& idle);

  private:
    const Ensemble& ensemble_;
    std::size_t wanted_;
    device::TaskTurns turns_;
    BatchExecutors executors_;
};

}  // namespace engram::job
