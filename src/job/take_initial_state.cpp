// SPDX-License-Identifier: Apache-2.0
#include "job/take_initial_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "cpu/cpu_executor.hpp"
#include "experiment/configuration.hpp"
#include "experiment/keys.hpp"
#include "io/checkpoint_file.hpp"
#include "io/checkpoint_validation.hpp"
#include "io/edge_wiring.hpp"
#include "io/snapshot_reader.hpp"
#include "job/state_source.hpp"
#include "simulation/initial_state.hpp"

namespace engram::job {
namespace {

// Rank 0 looks for it.
StateSource agree_on_state(const InitialState& wanted, MPI_Comm communicator) {
    StateSource source;
    int kind = 0;
    on_root(communicator, [&] {
        source = find_state(wanted);
        kind = static_cast<int>(source.kind);
    });
    source.path = broadcast_text(std::move(source.path), communicator);
    MPI_Bcast(&source.time_s, 1, MPI_DOUBLE, 0, communicator);
    MPI_Bcast(&kind, 1, MPI_INT, 0, communicator);
    source.kind = static_cast<StateSource::Kind>(kind);
    return source;
}

// The local part of a network that is given its weights, and which of them it has got.
class Receiver {
  public:
    Receiver(const Simulation& simulation, const LocalState& local, std::string path)
        : network_(simulation.network()),
          values_(local, network_, simulation.experiment()),
          path_(std::move(path)),
          received_(network_.plastic().size()) {}

    const Network& network() const { return network_; }

    //! Of any synapse to a local neuron; one that the network does not have is passed over.
    //! \param target  local index
    void set(NeuronId source, std::uint32_t target, double h_mV, double z) {
        const SynapseTable& table = network_.plastic();
        if (source >= table.n_sources()) return;
        const auto row = table.row(source);
        const auto found = std::lower_bound(row.begin(), row.end(), target);
        if (found == row.end() || *found != target) return;
        set(table.row_begin(source) + static_cast<SynapseIndex>(found - row.begin()), source,
            target, h_mV, z);
    }
    void set_protein(std::size_t pool, std::uint32_t target, double amount) {
        const std::string problem = values_.problem_of_protein(pool, amount);
        if (!problem.empty())
            fail("neuron " + std::to_string(network_.global_id(target)) + " has " + problem);
        values_.set_protein(pool, target, amount);
    }

    void require_sums() const {
        const std::string problem = values_.problem_of_sums();
        if (!problem.empty()) fail(problem);
    }

    //! Collective.
    void require_all(MPI_Comm communicator) const {
        const SynapseTable& table = network_.plastic();
        std::array<std::uint64_t, 2> counts{0, table.size()};
        std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
        for (NeuronId source = 0; source < table.n_sources(); ++source)
            for (SynapseIndex k = table.row_begin(source); k < table.row_end(source); ++k) {
                if (received_[k] != 0) continue;
                ++counts[0];
                first = std::min(
                    first, std::uint64_t{source} << 32 | network_.global_id(table.targets()[k]));
            }
        sum_over_ranks(communicator, counts);
        if (counts[0] == 0) return;
        std::uint64_t lowest = ~first;
        highest_over_ranks(communicator, std::span(&lowest, 1));
        first = ~lowest;
        throw as_shared(ConfigError(
            {{"", 0, from_key(),
              fmt::format("{} of {} plastic synapses have no match in {}, the first of them from "
                          "neuron {} to neuron {}; take over the wiring of that run too, by giving "
                          "none (neither connectivity.probability nor file, or those of the "
                          "projection)",
                          counts[0], counts[1], path_, first >> 32, first & 0xffffffffU)}}));
    }

  private:
    void set(SynapseIndex k, NeuronId source, std::uint32_t target, double h_mV, double z) {
        const auto name = [&] {
            return fmt::format("the synapse from neuron {} to neuron {}", source,
                               network_.global_id(target));
        };
        if (received_[k] != 0) fail("holds " + name() + " twice");
        const std::string problem = values_.problem_of_weights(h_mV, z);
        if (!problem.empty()) fail(name() + " has " + problem);
        received_[k] = 1;
        values_.set_weights(k, h_mV, z);
    }
    [[noreturn]] void fail(const std::string& problem) const {
        throw FileError(path_, problem + "; use another state (" + from_key() + ")");
    }

    const Network& network_;
    InitialValues values_;
    std::string path_;
    std::vector<std::uint8_t> received_;
};

// How many of the proteins of this run another one has kept: all, or the amounts without the modes,
// which are then spread evenly along the cells.
std::size_t common_proteins(const std::vector<std::string>& ours,
                            const std::vector<std::string>& theirs, const std::string& path) {
    const auto n_amounts = [](const std::vector<std::string>& names) {
        return std::ranges::find_if(names, is_protein_mode) - names.begin();
    };
    const auto n = n_amounts(ours);
    if (!std::equal(ours.begin(), ours.begin() + n, theirs.begin(),
                    theirs.begin() + n_amounts(theirs)))
        throw FileError(path,
                        "is of a run with other pools of proteins; set synapses.protein_pools as "
                        "in that run, or initial_state.proteins to false (" +
                            from_key() + ")");
    if (ours == theirs) return ours.size();
    if (std::ssize(ours) > n && std::ssize(theirs) > n)
        throw FileError(
            path, fmt::format("is of a run whose proteins have {} modes along the cell, where "
                              "this one has {}; set neuron.morphology as in that run, or "
                              "initial_state.proteins to false ({})",
                              std::ssize(theirs) - n, std::ssize(ours) - n, from_key()));
    return static_cast<std::size_t>(n);
}

// Each rank reads what concerns its neurons.
void read_snapshot(SnapshotReader& snapshot, const Experiment& experiment, Receiver& receiver) {
    const Partition& partition = receiver.network().partition();
    const auto ranges = partition.ranges(receiver.network().rank());
    for (const NeuronRange& range : ranges)
        snapshot.visit(range.first, range.count,
                       [&](NeuronId from, NeuronId to, double h_mV, double z) {
                           receiver.set(from, partition.local_index(to), h_mV, z);
                       });
    if (!experiment.initial_state.proteins || !snapshot.has_proteins()) return;
    const std::vector<std::string> pools = kept_proteins(experiment);
    // Pools that are missing are told of as they are read.
    std::vector<std::string> theirs;
    std::ranges::copy_if(pools, std::back_inserter(theirs), std::not_fn(is_protein_mode));
    for (int k = 1; snapshot.has_protein("p_mode_" + std::to_string(k)); ++k)
        theirs.push_back("p_mode_" + std::to_string(k));
    const std::size_t n_common = common_proteins(pools, theirs, snapshot.path());
    for (std::size_t pool = 0; pool < n_common; ++pool)
        for (const NeuronRange& range : ranges) {
            const auto amounts = snapshot.proteins(pools[pool], range.first, range.count);
            for (NeuronId i = 0; i < range.count; ++i)
                receiver.set_protein(pool, range.local + i, amounts[i]);
        }
}

// The other run as its checkpoint has left it, on these ranks: what it has stored is told by what
// has stored it. Restoring checks all of it.
std::unique_ptr<Simulation> restored_run(const std::string& path, MPI_Comm communicator) {
    const CheckpointHeader header = read_checkpoint_header(path, communicator);
    Experiment experiment;
    collectively(communicator, [&] {
        validate_header(header, path);
        experiment = parse_configuration(header.configuration, path);
    });
    experiment.record = {};  // nothing of it is asked for
    experiment.initial_weights = {};
    std::unique_ptr<Wiring> wiring;
    collectively(communicator, [&] { wiring = open_wiring(experiment); });
    auto run = std::make_unique<Simulation>(experiment, *wiring, communicator, make_cpu_executor);
    RunPosition position = header.position;
    const LocalState local = run->begin_restore(position);
    SharedState shared =
        read_checkpoint_state(path, header.checksums, local, run->network(), communicator);
    validate_state(position, shared, local, experiment, path, communicator);
    position.step = state_step(position, experiment);
    run->finish_restore(position, std::move(shared));
    return run;
}

void copy_state(Simulation& other, const StateSource& source, const Experiment& experiment,
                Receiver& receiver) {
    const SynapseTable& table = other.network().plastic();
    const SnapshotView weights = other.weights();
    for (NeuronId from = 0; from < table.n_sources(); ++from)
        weights.for_each(table.row_begin(from), table.row_end(from),
                         [&](SynapseIndex k, const PlasticWeights& here) {
                             receiver.set(from, table.targets()[k], here.h_mV, here.z);
                         });
    if (!experiment.initial_state.proteins) return;
    const std::size_t n_pools =
        common_proteins(kept_proteins(experiment), kept_proteins(other.experiment()), source.path);
    const std::vector<double> amounts = other.executor().protein();
    const std::uint32_t n = other.network().n_local();
    for (std::size_t pool = 0; pool < n_pools; ++pool)
        for (std::uint32_t j = 0; j < n; ++j) receiver.set_protein(pool, j, amounts[pool * n + j]);
}

}  // namespace

void take_initial_state(Simulation& simulation, MPI_Comm communicator) {
    const Experiment& experiment = simulation.experiment();
    if (!experiment.initial_state.from) return;
    const StateSource source = agree_on_state(experiment.initial_state, communicator);
    std::unique_ptr<Simulation> other;
    if (source.kind == StateSource::Kind::checkpoint)
        other = restored_run(source.path, communicator);
    if (other && other->experiment().populations != experiment.populations)
        throw as_shared(
            FileError(source.path, "is of a run with other populations (" + from_key() + ")"));
    const LocalState local = simulation.begin_initial_state();
    Receiver receiver(simulation, local, source.path);
    std::optional<SnapshotReader> snapshot;
    collectively(communicator, [&] {
        if (other) {
            copy_state(*other, source, experiment, receiver);
        } else {
            snapshot.emplace(source.path, source.time_s, experiment, from_key());
            read_snapshot(*snapshot, experiment, receiver);
        }
        receiver.require_sums();
    });
    if (snapshot) snapshot->require_sums(communicator);
    receiver.require_all(communicator);
    simulation.finish_initial_state();
}

}  // namespace engram::job
