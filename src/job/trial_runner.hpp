// SPDX-License-Identifier: Apache-2.0
// Runs single trials of an ensemble on a group of ranks.
#pragma once

#include <mpi.h>

#include <memory>
#include <optional>

#include "experiment/ensemble.hpp"
#include "io/output_directory.hpp"
#include "io/trial_log.hpp"
#include "job/ensemble_channel.hpp"
#include "job/input_files.hpp"
#include "job/restore.hpp"
#include "job/run.hpp"
#include "simulation/simulation.hpp"

namespace engram::job {

class TrialRunner {
  public:
    //! All must outlive this.
    //! \param inputs   that the ensemble began with
    //! \param context  of the ranks that share each trial
    TrialRunner(const Ensemble& ensemble, const InputFiles& inputs, OutputDirectory directory,
                const RunContext& context, EnsembleChannel& channel,
                const ExecutorFactory& make_executor)
        : ensemble_(ensemble),
          inputs_(inputs),
          directory_(std::move(directory)),
          context_(context),
          channel_(channel),
          make_executor_(make_executor) {}

    //! Collective over the group. Runs a trial from its newest checkpoint, or from the start.
    //! \return complete on the first rank of the group; nothing if the trial was stopped
    //! \throw as Simulation and ResultFiles; an error may be of one rank alone
    std::optional<TrialRecord> run(EnsembleItem item, ProgressListener& progress);

  private:
    std::unique_ptr<Wiring> read_inputs(Experiment& experiment);
    std::optional<TrialRecord> run_in_memory(EnsembleItem item, Experiment experiment,
                                             const Wiring& wiring, ProgressListener& progress);
    std::unique_ptr<Run> open_run(const OutputDirectory& directory, const Experiment& experiment,
                                  const Wiring& wiring);
    std::optional<TrialRecord> run_with_files(EnsembleItem item, Experiment experiment,
                                              const Wiring& wiring, ProgressListener& progress);

    const Ensemble& ensemble_;
    const InputFiles& inputs_;
    OutputDirectory directory_;
    RunContext context_;
    EnsembleChannel& channel_;
    const ExecutorFactory& make_executor_;
};

}  // namespace engram::job
