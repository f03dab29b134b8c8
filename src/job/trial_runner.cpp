// SPDX-License-Identifier: Apache-2.0
#include "job/trial_runner.hpp"

#include <filesystem>

#include "analysis/measure_sink.hpp"
#include "base/collective.hpp"
#include "io/edge_wiring.hpp"
#include "io/stimulus_files.hpp"
#include "job/run.hpp"
#include "job/state_source.hpp"
#include "job/take_initial_state.hpp"
#include "network/recorded_synapses.hpp"

namespace engram::job {
namespace {

// Stops a trial of which nothing is kept: it will begin anew.
class StopOnly : public CheckpointStore {
  public:
    StopOnly(EnsembleChannel& channel, CommunicationWatch& watch)
        : channel_(channel), watch_(watch) {}
    std::uint32_t requests(Step) override {
        watch_.moved();
        return channel_.stop_requested() ? std::uint32_t{request_stop} : 0;
    }
    void save(const RunPosition&, const SharedState&, const LocalState&) override {}

  private:
    EnsembleChannel& channel_;
    CommunicationWatch& watch_;
};

TrialRecord make_record(EnsembleItem item, const Simulation& simulation,
                        const MeasureSink& measures) {
    return {item, measures.values(simulation.reports()), simulation.experiment().record.synapses,
            measures.trace_rows()};
}

}  // namespace

std::optional<TrialRecord> TrialRunner::run(EnsembleItem item, ProgressListener& progress) {
    Experiment experiment;
    collectively(context_.communicator,
                 [&] { experiment = with_source(ensemble_.experiment(item)); });
    const std::unique_ptr<Wiring> wiring = read_inputs(experiment);
    return ensemble_.keeps_results()
               ? run_with_files(item, std::move(experiment), *wiring, progress)
               : run_in_memory(item, std::move(experiment), *wiring, progress);
}

// Compared after they were read, so that none changes in between. One that is being changed may be
// none that can be read: then the change is what is told.
std::unique_ptr<Wiring> TrialRunner::read_inputs(Experiment& experiment) {
    std::unique_ptr<Wiring> wiring;
    try {
        // Every rank of the group draws the wiring of the few targets that this looks at.
        collectively(context_.communicator, [&] {
            wiring = open_wiring(experiment);
            load_stimulus_files(experiment);
            ConfigProblems problems("");
            resolve_recorded_synapses(experiment, *wiring, problems);
            problems.throw_if_any();
        });
    } catch (const std::exception&) {
        inputs_.require_same(experiment, context_.communicator);
        throw;
    }
    inputs_.require_same(experiment, context_.communicator);
    return wiring;
}

std::optional<TrialRecord> TrialRunner::run_in_memory(EnsembleItem item, Experiment experiment,
                                                      const Wiring& wiring,
                                                      ProgressListener& progress) {
    Simulation simulation(std::move(experiment), wiring, context_.communicator, make_executor_);
    take_initial_state(simulation, context_.communicator);
    MeasureSink measures(simulation.experiment(), simulation.network(), context_.communicator,
                         ensemble_.averages_traces());
    StopOnly store(channel_, context_.watch);
    if (simulation.run(measures, progress, &store) == RunOutcome::stopped) return std::nullopt;
    return make_record(item, simulation, measures);
}

// From its newest checkpoint, if it was interrupted behind one.
std::unique_ptr<Run> TrialRunner::open_run(const OutputDirectory& directory,
                                           const Experiment& experiment, const Wiring& wiring) {
    int interrupted = 0;
    on_root(context_.communicator,
            [&] { interrupted = std::filesystem::exists(directory.partial()) ? 1 : 0; });
    MPI_Bcast(&interrupted, 1, MPI_INT, 0, context_.communicator);
    std::optional<Restored> restored;
    if (interrupted != 0)
        restored = restore_newest(
                       directory, [&](const std::string&) { return experiment; }, make_executor_,
                       {.quiet = true}, context_.communicator)
                       .restored;
    if (!restored)
        on_root(context_.communicator, [&] { OutputDirectory::prepare(directory.path(), true); });
    auto simulation = restored ? std::move(restored->simulation)
                               : std::make_unique<Simulation>(
                                     experiment, wiring, context_.communicator, make_executor_);
    if (!restored) take_initial_state(*simulation, context_.communicator);
    return std::make_unique<Run>(
        std::move(simulation), directory,
        restored ? std::optional(std::move(restored->recordings)) : std::nullopt, context_);
}

std::optional<TrialRecord> TrialRunner::run_with_files(EnsembleItem item, Experiment experiment,
                                                       const Wiring& wiring,
                                                       ProgressListener& progress) {
    const double begin = MPI_Wtime();
    const OutputDirectory directory = directory_.trial(item.point, item.trial);
    experiment.output_directory = directory.path().string();
    const std::unique_ptr<Run> run = open_run(directory, experiment, wiring);
    const double setup_s = MPI_Wtime() - begin;
    run->files().expect_replay();
    run->checkpoints().also_stop_if([&] { return channel_.stop_requested(); });
    if (run->simulate(progress) == RunOutcome::stopped) return std::nullopt;
    const Simulation& simulation = run->simulation();
    MeasureSink measures(simulation.experiment(), simulation.network(), context_.communicator,
                         ensemble_.averages_traces());
    run->files().replay(measures);
    run->finish(setup_s);
    return make_record(item, simulation, measures);
}

}  // namespace engram::job
