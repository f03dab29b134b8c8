// SPDX-License-Identifier: Apache-2.0
#include "job/ensemble_job.hpp"

#include <filesystem>
#include <optional>

#include "base/collective.hpp"
#include "base/durable.hpp"
#include "base/messages.hpp"
#include "io/edge_wiring.hpp"
#include "io/ensemble_file.hpp"
#include "io/summary_file.hpp"
#include "job/ensemble_run.hpp"
#include "job/ensemble_summary.hpp"
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

// Only a complete ensemble has its results, but no logs any more.
bool lacks_summary_alone(const OutputDirectory& directory) {
    return std::filesystem::exists(directory.ensemble()) &&
           !std::filesystem::exists(directory.partial());
}

// Rank 0.
JobOutcome write_summary_again(const OutputDirectory& directory, bool quiet, int n_ranks) {
    Ensemble ensemble(read_config_tree(directory.config()));
    ensemble.set_output_directory(directory.path().string());
    const auto measures = read_ensemble_file(directory.ensemble(), ensemble);
    write_summary(directory.summary(),
                  make_ensemble_summary(ensemble, measures, 0, 0.0, n_ranks, {}));
    if (!quiet) notice("the ensemble is complete but for summary.json, which was written again");
    return {JobEnd::complete,
            ensemble_summary_text(ensemble, measures, 0.0, directory.path().string())};
}

}  // namespace

JobOutcome start_ensemble(const RunRequest& request, MPI_Comm communicator) {
    const Ensemble ensemble = read_ensemble(request.source, communicator);
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
    JobOutcome repaired;
    int is_repaired = 0;
    on_root(communicator, [&] {
        lock.emplace(directory.path());
        if (lacks_summary_alone(directory)) {
            repaired = write_summary_again(directory, request.options.quiet, size_of(communicator));
            is_repaired = 1;
            return;
        }
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
    MPI_Bcast(&is_repaired, 1, MPI_INT, 0, communicator);
    if (is_repaired != 0) return repaired;
    const Ensemble ensemble =
        read_ensemble({directory.config(), request.overrides, request.directory}, communicator);
    on_root(communicator, [&] { require_ranks(ensemble, communicator); });
    TrialTurns turns(ensemble, request.options, communicator);
    return run_ensemble(ensemble, directory, turns, request.options.quiet, communicator);
}

}  // namespace engram::job
