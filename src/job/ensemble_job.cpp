// SPDX-License-Identifier: Apache-2.0
#include "job/ensemble_job.hpp"

#include <algorithm>
#include <filesystem>

#include "base/collective.hpp"
#include "base/durable.hpp"
#include "base/list_directory.hpp"
#include "base/messages.hpp"
#include "io/edge_wiring.hpp"
#include "job/ensemble_run.hpp"
#include "job/feasibility.hpp"
#include "job/held_directory.hpp"
#include "job/read_experiment.hpp"

namespace engram::job {
namespace {

// Before anything is written. Returns what the files will take [MB].
double require_possible_trials(const Ensemble& ensemble, MPI_Comm communicator) {
    const auto n_ranks = static_cast<int>(ensemble.ranks_per_trial());
    const int present = size_of(communicator);
    if (present < n_ranks)
        throw UsageError(fmt::format(
            "ranks_per_trial is {}, but there {} {}; start more ranks, or lower ranks_per_trial",
            n_ranks, present == 1 ? "is" : "are", counted(present, "rank")));
    double files_MB = 0;
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
        const Experiment experiment = ensemble.experiment({point, 0});
        const Forecast forecast = require_possible(experiment, *open_wiring(experiment),
                                                   ensemble.output_directory(), n_ranks);
        if (ensemble.keeps_results()) files_MB += forecast.files_MB * ensemble.trials();
    }
    return files_MB;
}

// Ended before its first trial could begin, when its directory was being prepared.
bool has_not_begun(const OutputDirectory& directory) {
    if (!std::filesystem::is_directory(directory.partial()) ||
        std::filesystem::exists(directory.path() / "trials"))
        return false;
    const auto files = list_directory(directory.partial());
    return std::all_of(files.begin(), files.end(), [](const std::filesystem::path& file) {
        return file.filename().string().ends_with(temporary_suffix);
    });
}

}  // namespace

JobOutcome start_ensemble(const RunRequest& request, MPI_Comm communicator) {
    const Ensemble ensemble = read_ensemble(request.source, communicator);
    double files_MB = 0;  // rank 0
    on_root(communicator, [&] { files_MB = require_possible_trials(ensemble, communicator); });
    TrialTurns turns(ensemble, request.options, communicator);
    on_root(communicator, [&] { OutputDirectory::make(ensemble.output_directory()); });
    const OutputDirectory directory(ensemble.output_directory());
    const HeldDirectory held(directory, communicator);
    on_root(communicator, [&] {
        OutputDirectory::prepare(directory.path(), request.force);
        // In this order resuming can tell one that ended in between from one that has lost a file.
        write_text_file(directory.config(), ensemble.configuration());
        write_text_file(directory.ensemble_config(), ensemble.configuration());
        if (!request.options.quiet) held.describe(files_MB);
    });
    return run_ensemble(ensemble, directory, held.claim(), turns, request.options.quiet,
                        communicator);
}

JobOutcome resume_ensemble(const ResumeRequest& request, MPI_Comm communicator) {
    const OutputDirectory directory(request.directory);
    const HeldDirectory held(directory, communicator);
    on_root(communicator, [&] {
        if (has_not_begun(directory))
            write_text_file(directory.ensemble_config(), read_text_file(directory.config()));
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
    const Ensemble ensemble =
        read_ensemble({directory.config(), request.overrides, request.directory}, communicator);
    on_root(communicator, [&] { require_possible_trials(ensemble, communicator); });
    TrialTurns turns(ensemble, request.options, communicator);
    return run_ensemble(ensemble, directory, held.claim(), turns, request.options.quiet,
                        communicator);
}

}  // namespace engram::job
