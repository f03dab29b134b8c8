// SPDX-License-Identifier: Apache-2.0
#include "job/ensemble_job.hpp"

#include <filesystem>
#include <optional>

#include "base/collective.hpp"
#include "base/durable.hpp"
#include "base/messages.hpp"
#include "io/edge_wiring.hpp"
#include "job/ensemble_run.hpp"
#include "job/feasibility.hpp"
#include "job/read_experiment.hpp"

namespace engram::job {
namespace {

// Before anything is written.
void require_ranks(const Ensemble& ensemble, MPI_Comm communicator) {
    const auto n_ranks = static_cast<int>(ensemble.ranks_per_trial());
    const int present = size_of(communicator);
    if (present < n_ranks)
        throw UsageError(fmt::format(
            "ranks_per_trial is {}, but there {} {}; start more ranks, or lower ranks_per_trial",
            n_ranks, present == 1 ? "is" : "are", counted(present, "rank")));
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
        const Experiment experiment = ensemble.experiment({point, 0});
        require_possible(experiment, *open_wiring(experiment), ensemble.output_directory(),
                         n_ranks);
    }
}

}  // namespace

JobOutcome start_ensemble(GivenConfiguration given, const RunRequest& request,
                          MPI_Comm communicator) {
    const Ensemble ensemble = read_ensemble(std::move(given), communicator);
    on_root(communicator, [&] { require_ranks(ensemble, communicator); });
    TrialTurns turns(ensemble, request.options, communicator);
    std::optional<DirectoryLock> lock;  // rank 0
    on_root(communicator, [&] {
        const auto directory =
            OutputDirectory::prepare(ensemble.output_directory(), request.force, lock);
        write_text_file(directory.ensemble_config(), ensemble.configuration());
        write_text_file(directory.config(), ensemble.configuration());
    });
    return run_ensemble(ensemble, OutputDirectory(ensemble.output_directory()), turns,
                        request.options.quiet, communicator);
}

JobOutcome resume_ensemble(const ResumeRequest& request, MPI_Comm communicator) {
    const OutputDirectory directory(request.directory);
    std::optional<DirectoryLock> lock;  // rank 0
    on_root(communicator, [&] {
        lock.emplace(directory.path());
        if (!std::filesystem::exists(directory.ensemble_config()))
            throw FileError(
                directory.ensemble_config(),
                fmt::format("is missing; it records what the finished trials were run with. "
                            "Restore the directory from a copy, or begin anew: engram run {} "
                            "--output {} --force",
                            directory.config(), request.directory));
        if (read_text_file(directory.config()) != read_text_file(directory.ensemble_config()))
            throw FileError(
                directory.config(),
                fmt::format("was changed since the ensemble began, so that its trials would be of "
                            "different experiments; restore it from {}, or start another ensemble",
                            directory.ensemble_config()));
    });
    const Ensemble ensemble = read_ensemble(
        read_given({directory.config(), request.overrides, request.directory}, communicator),
        communicator);
    on_root(communicator, [&] { require_ranks(ensemble, communicator); });
    TrialTurns turns(ensemble, request.options, communicator);
    return run_ensemble(ensemble, directory, turns, request.options.quiet, communicator);
}

}  // namespace engram::job
