#include <cstdio>
#include <optional>

#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "cli/progress_log.hpp"
#include "cli/run_summary.hpp"
#include "experiment/configuration.hpp"
#include "io/result_files.hpp"
#include "io/summary_file.hpp"
#include "simulation/simulation.hpp"

namespace engram::cli {

namespace {

std::string broadcast(std::string text, MPI_Comm communicator) {
    std::uint64_t size = text.size();
    MPI_Bcast(&size, 1, MPI_UINT64_T, 0, communicator);
    text.resize(size);
    MPI_Bcast(text.data(), static_cast<int>(size), MPI_CHAR, 0, communicator);
    return text;
}

int rank_of(MPI_Comm communicator) {
    int rank = 0;
    MPI_Comm_rank(communicator, &rank);
    return rank;
}

int size_of(MPI_Comm communicator) {
    int size = 1;
    MPI_Comm_size(communicator, &size);
    return size;
}

}  // namespace

Experiment read_everywhere(const CommandLine& line, MPI_Comm communicator) {
    std::string text;
    on_rank_0(communicator, [&] {
        Experiment experiment = read_configuration(line.configuration, line.overrides);
        if (!line.output.empty()) experiment.output_directory = line.output;
        text = resolved_configuration(experiment);
    });
    return parse_configuration(broadcast(std::move(text), communicator), line.configuration);
}

void run_command(const CommandLine& line, MPI_Comm communicator) {
    const double start = MPI_Wtime();
    const int rank = rank_of(communicator);
    const Experiment experiment = read_everywhere(line, communicator);
    // Whatever can be found wrong is found before an existing result is touched.
    on_rank_0(communicator, [&] {
        Partition(experiment.populations.size(), size_of(communicator));
        make_wiring(experiment);
    });
    Simulation simulation(experiment, communicator);
    on_rank_0(communicator,
              [&] { OutputDirectory::prepare(experiment.output_directory, line.force); });
    ResultFiles files(OutputDirectory(experiment.output_directory), simulation.experiment(),
                      simulation.network(), communicator);
    const double setup_s = MPI_Wtime() - start;
    if (rank == 0 && !line.quiet)
        std::fprintf(stderr, "engram: %s on %d rank(s), schedule: %s\n", line.configuration.c_str(),
                     size_of(communicator), simulation.schedule().name.c_str());

    ProgressLog progress(simulation.experiment(), simulation.schedule(), line.quiet);
    const double run_start = MPI_Wtime();
    simulation.run(files, progress);
    files.finish();
    const auto summary = make_summary(simulation, setup_s, MPI_Wtime() - run_start, communicator);
    if (rank != 0) return;
    write_summary(files.directory().summary(), summary);
    std::printf("%s", summary_text(summary, experiment.output_directory).c_str());
}

}  // namespace engram::cli
