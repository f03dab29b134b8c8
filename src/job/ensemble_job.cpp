// SPDX-License-Identifier: Apache-2.0
#include "job/ensemble_job.hpp"

#include <algorithm>
#include <filesystem>

#include "base/collective.hpp"
#include "base/durable.hpp"
#include "base/list_directory.hpp"
#include "base/messages.hpp"
#include "io/edge_wiring.hpp"
#include "io/ensemble_file.hpp"
#include "io/summary_file.hpp"
#include "job/ensemble_run.hpp"
#include "job/ensemble_summary.hpp"
#include "job/feasibility.hpp"
#include "job/held_directory.hpp"
#include "job/read_experiment.hpp"
#include "job/state_source.hpp"

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
        const Experiment experiment = with_source(ensemble.experiment({point, 0}));
        const Forecast forecast = require_possible(experiment, *open_wiring(experiment),
                                                   ensemble.output_directory(), n_ranks);
        if (ensemble.keeps_results()) files_MB += forecast.files_MB * ensemble.trials();
    }
    return files_MB;
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
                  make_ensemble_summary(ensemble, nullptr, measures, 0, 0.0, n_ranks, {}));
    if (!quiet) notice("the ensemble is complete but for summary.json, which was written again");
    return {JobEnd::complete,
            ensemble_summary_text(ensemble, measures, 0.0, directory.path().string())};
}

// Collective. Rank 0 reads them.
InputFiles read_inputs(const Ensemble& ensemble, MPI_Comm communicator) {
    std::string text;
    on_root(communicator, [&] { text = InputFiles(ensemble).text(); });
    return InputFiles::parse(broadcast_text(std::move(text), communicator), "");
}

// Those of an ensemble that ended before it could note them are what they are.
void require_same_inputs(const OutputDirectory& directory, const InputFiles& inputs) {
    const std::string file = directory.ensemble_inputs();
    if (std::filesystem::exists(file))
        InputFiles::parse(read_text_file(file), file).require_same(inputs);
    else
        write_text_file(file, inputs.text());
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

JobOutcome start_ensemble(GivenConfiguration given, const RunRequest& request,
                          MPI_Comm communicator) {
    const Ensemble ensemble = read_ensemble(std::move(given), communicator);
    double files_MB = 0;  // rank 0
    on_root(communicator, [&] { files_MB = require_possible_trials(ensemble, communicator); });
    const InputFiles inputs = read_inputs(ensemble, communicator);
    TrialTurns turns(ensemble, request.options, communicator);
    on_root(communicator, [&] { OutputDirectory::make(ensemble.output_directory()); });
    const OutputDirectory directory(ensemble.output_directory());
    const HeldDirectory held(directory, communicator);
    on_root(communicator, [&] {
        OutputDirectory::prepare(directory.path(), request.force);
        // In this order resuming can tell one that ended in between from one that has lost a file.
        write_text_file(directory.config(), ensemble.configuration());
        write_text_file(directory.ensemble_config(), ensemble.configuration());
        write_text_file(directory.ensemble_inputs(), inputs.text());
        if (!request.options.quiet) held.describe(files_MB);
    });
    CommunicationWatch watch(ensemble.experiment({0, 0}).communication_timeout_s, communicator);
    return run_ensemble(ensemble, inputs, directory, turns,
                        {communicator, held.claim(), watch, request.options.quiet});
}

JobOutcome resume_ensemble(const ResumeRequest& request, MPI_Comm communicator) {
    const OutputDirectory directory(request.directory);
    const HeldDirectory held(directory, communicator);
    JobOutcome repaired;
    int is_repaired = 0;
    on_root(communicator, [&] {
        if (lacks_summary_alone(directory)) {
            repaired = write_summary_again(directory, request.options.quiet, size_of(communicator));
            is_repaired = 1;
            return;
        }
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
    MPI_Bcast(&is_repaired, 1, MPI_INT, 0, communicator);
    if (is_repaired != 0) return repaired;
    const Ensemble ensemble = read_ensemble(
        read_given({directory.config(), request.overrides, request.directory}, communicator),
        communicator);
    const InputFiles inputs = read_inputs(ensemble, communicator);
    on_root(communicator, [&] {
        require_same_inputs(directory, inputs);
        require_possible_trials(ensemble, communicator);
    });
    TrialTurns turns(ensemble, request.options, communicator);
    CommunicationWatch watch(ensemble.experiment({0, 0}).communication_timeout_s, communicator);
    return run_ensemble(ensemble, inputs, directory, turns,
                        {communicator, held.claim(), watch, request.options.quiet});
}

}  // namespace engram::job
