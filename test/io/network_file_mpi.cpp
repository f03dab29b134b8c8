// SPDX-License-Identifier: Apache-2.0
// Writes one file of each kind from synthetic data, on any number of ranks:
//     mpirun -n 3 network_file_mpi DIRECTORY N_EXC N_INH MODULUS EDGES_PER_ROUND
// test/python/test_file_formats.py reads the files.
#include <mpi.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "base/collective.hpp"
#include "base/durable.hpp"
#include "base/errors.hpp"
#include "io/network_file.hpp"
#include "io/output_directory.hpp"
#include "io/snapshot_file.hpp"
#include "io/spike_file.hpp"
#include "io/summary_file.hpp"
#include "io/synthetic_network.hpp"
#include "io/trace_file.hpp"
#include "simulation/recorded_columns.hpp"

namespace engram::test {
namespace {

constexpr double dt_ms = 0.2;
constexpr double h_0_mV = 4.20075;

struct Arguments {
    std::string directory;
    Populations populations;
    std::uint64_t modulus = 0;
    std::uint64_t edges_per_round = 0;
};

void write_network(const Arguments& arguments, const OutputDirectory& output, MPI_Comm comm) {
    const auto rank = static_cast<std::uint64_t>(rank_of(comm));
    const auto n_ranks = static_cast<std::uint64_t>(size_of(comm));
    const SyntheticEdges::Population exc{0, arguments.populations[0].count};
    const SyntheticEdges::Population inh{arguments.populations[0].count,
                                         arguments.populations[1].count};
    const std::uint64_t modulus = arguments.modulus;
    const SyntheticEdges exc_exc(exc, exc, modulus, rank, n_ranks);
    const SyntheticEdges exc_inh(exc, inh, modulus, rank, n_ranks);
    const SyntheticEdges inh_exc(inh, exc, modulus, rank, n_ranks);
    const SyntheticEdges inh_inh(inh, inh, modulus, rank, n_ranks);
    const std::array<NetworkEdges, 4> edges{
        {{{"exc_exc", "exc", "exc", exc.size, exc.size, h_0_mV, 3.0, true}, &exc_exc},
         {{"exc_inh", "exc", "inh", exc.size, inh.size, 2 * h_0_mV, 3.0}, &exc_inh},
         {{"inh_exc", "inh", "exc", inh.size, exc.size, -4 * h_0_mV, 3.0}, &inh_exc},
         {{"inh_inh", "inh", "inh", inh.size, inh.size, -4 * h_0_mV, 3.0}, &inh_inh}}};
    const std::uint64_t portion = arguments.edges_per_round;
    std::array<SnapshotPart, 2> parts{
        {{output.snapshot_part(0), 9, 0}, {output.snapshot_part(1), 28810.5, 0}}};
    for (SnapshotPart& part : parts) {
        part.checksum = write_snapshot_part(part.path, {part.time_s, exc_exc.plastic_values(), {}},
                                            exc.size, exc_exc, comm, portion);
        verify_snapshot_part(part, comm);
    }
    write_network_file(output.network(), edges, parts, nullptr, true, comm, portion);
    rebuild_snapshot_part(parts[1], output.network(), {{"exc_exc", 0, 0}}, comm);
    verify_snapshot_part(parts[1], comm);
}

// Neuron k spikes in each step that is a multiple of k + 1.
void write_spikes(const Arguments& arguments, const OutputDirectory& output) {
    SpikeSpool spool(output.spike_spool());
    for (Step step = 1; step <= 100; ++step) {
        std::vector<SpikeEvent> spikes;
        for (NeuronId neuron = 0; neuron < arguments.populations.size(); ++neuron) {
            if (step % (neuron + 1) == 0) spikes.push_back({step, neuron});
        }
        spool.append(spikes);
    }
    write_spike_file(output.spike_spool(), spool.flush(), output.spikes(), arguments.populations,
                     dt_ms);
}

// Row i, column j holds i + j / 64.
void write_traces(const Arguments& arguments, const OutputDirectory& output) {
    Experiment experiment;
    experiment.populations = arguments.populations;
    experiment.dt_ms = dt_ms;
    Recording& record = experiment.record;
    record.neurons = {0};
    if (arguments.populations[1].count > 0)
        record.neurons.push_back(arguments.populations[0].count);
    record.synapses = {{3, 1}, {2, 0}};
    record.every_steps = 10;
    TraceSpool spool(output.trace_spool(), trace_columns(experiment, 0));
    for (int row = 0; row < 20; ++row) {
        std::vector<double> values(trace_columns(experiment, 0));
        for (std::size_t j = 0; j < values.size(); ++j) {
            values[j] = row + static_cast<double>(j) / 64;
        }
        spool.append(values);
    }
    write_trace_file(std::vector<SpooledTraces>{{output.trace_spool(), spool.flush()}},
                     output.traces(), experiment);
}

// A failure of the last rank reaches all of them.
void check_shared_failure(MPI_Comm comm) {
    bool shared = false;
    try {
        collectively(comm, [&] {
            if (rank_of(comm) + 1 == size_of(comm)) throw FileError("path", "problem");
        });
    } catch (const FileError& error) {
        shared = std::string(error.what()) == "path: problem";
    }
    if (!shared) throw std::logic_error("a rank missed the failure of another");
}

void write_all(const Arguments& arguments, MPI_Comm comm) {
    check_shared_failure(comm);
    on_root(comm, [&] { OutputDirectory::prepare(arguments.directory, true); });
    const OutputDirectory output(arguments.directory);
    write_network(arguments, output, comm);
    on_root(comm, [&] {
        write_spikes(arguments, output);
        write_traces(arguments, output);
        write_text_file(output.config(), "simulation: {}\n");
        write_summary(output.summary(), nlohmann::json{{"seed", 1}});
        output.remove_partial();
    });
}

}  // namespace
}  // namespace engram::test

int main(int argc, char** argv) {
    engram::prepare_mpi_environment();
    MPI_Init(&argc, &argv);
    int result = EXIT_FAILURE;
    if (argc == 6) {
        try {
            engram::test::Arguments arguments;
            arguments.directory = argv[1];
            arguments.populations = {static_cast<engram::NeuronId>(std::stoul(argv[2])),
                                     static_cast<engram::NeuronId>(std::stoul(argv[3]))};
            arguments.modulus = std::stoull(argv[4]);
            arguments.edges_per_round = std::stoull(argv[5]);
            engram::test::write_all(arguments, MPI_COMM_WORLD);
            result = EXIT_SUCCESS;
        } catch (const std::exception& error) {
            std::cerr << error.what() << '\n';
        }
    } else {
        std::cerr << "usage: network_file_mpi DIRECTORY N_EXC N_INH MODULUS EDGES_PER_ROUND\n";
    }
    MPI_Finalize();
    return result;
}
