// SPDX-License-Identifier: Apache-2.0
// Measures speed and memory: nanoseconds per neuron-step, per delivered spike and per draw of the
// early phase, the real-time factor, bytes and building time per synapse, and what an exchange of
// spikes takes. Run on one rank or under mpirun.
#include <mpi.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/peak_memory.hpp"
#include "cpu/cpu_executor.hpp"
#include "diffusion_cost.hpp"
#include "io/output_directory.hpp"
#include "job/checkpoint_writer.hpp"
#include "morphology_cost.hpp"
#include "process_costs.hpp"
#include "rank_cost.hpp"
#include "simulation/decision_grid.hpp"
#include "simulation/simulation.hpp"
#include "simulation/spike_exchange.hpp"
#include "workloads.hpp"

namespace {

using namespace engram;
using namespace engram::benchmark;

double sum_over_ranks(double value) {
    double sum = 0;
    MPI_Allreduce(&value, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return sum;
}

// Memory of a built network: what its containers hold, and what the process has grown by.
void print_memory(const Simulation& simulation, double growth_B) {
    const Network& network = simulation.network();
    double fixed_B = 0;
    double n_fixed = 0;
    for (const FixedSynapses& fixed : network.fixed()) {
        fixed_B += static_cast<double>(fixed.table.bytes());
        n_fixed += static_cast<double>(fixed.table.size());
    }
    const double plastic_B = sum_over_ranks(
        static_cast<double>(network.plastic().bytes() + simulation.executor().synapse_bytes()));
    const double n_plastic = sum_over_ranks(static_cast<double>(network.plastic().size()));
    fixed_B = sum_over_ranks(fixed_B);
    n_fixed = sum_over_ranks(n_fixed);
    growth_B = sum_over_ranks(growth_B);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank != 0) return;
    std::printf("  plastic synapses %.0f: %.2f bytes each; fixed synapses %.0f: %.2f bytes each\n",
                n_plastic, plastic_B / n_plastic, n_fixed, fixed_B / n_fixed);
    std::printf(
        "  process memory grew by %.0f MB while building, all included: %.2f times the "
        "synapses' %.0f MB\n",
        growth_B / 1e6, growth_B / (plastic_B + fixed_B), (plastic_B + fixed_B) / 1e6);
}

// What each rank spends on a synapse of its own, in steps that each include the one before.
void measure_building(const char* name, const Experiment& experiment) {
    int rank = 0;
    int n_ranks = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
    const auto wiring = make_wiring(experiment);
    const Partition partition(experiment.populations.size(), n_ranks);
    double n_synapses = 0;
    const auto ns_per_synapse = [&](const auto& build) {
        const double start = processor_s();
        build();
        return sum_over_ranks(processor_s() - start) * 1e9 / sum_over_ranks(n_synapses);
    };
    const double wiring_ns = ns_per_synapse([&] {
        for (const NeuronRange& range : partition.ranges(rank))
            wiring->visit(range.first, range.count,
                          [&](NeuronId, std::span<const NeuronId> sources) {
                              n_synapses += static_cast<double>(sources.size());
                          });
    });
    const double network_ns =
        ns_per_synapse([&] { const Network network(experiment, *wiring, partition, rank); });
    const double all_ns = ns_per_synapse(
        [&] { const Simulation simulation(experiment, MPI_COMM_WORLD, make_cpu_executor); });
    n_synapses = sum_over_ranks(n_synapses);
    if (rank != 0) return;
    std::printf(
        "%s: %d ranks, %.0f synapses, time of the processor per synapse\n"
        "  wiring                        %8.2f ns\n"
        "  and tables                    %8.2f ns\n"
        "  and state, all of building    %8.2f ns\n"
        "  peak memory %.0f MB per rank\n",
        name, n_ranks, n_synapses, wiring_ns, network_ns, all_ns, peak_memory_MB());
}

// The three kinds of work, each alone on one rank: the engine is fed with spikes by hand, and
// neurons cannot fire.
class UnitCosts {
  public:
    UnitCosts() {
        experiment_ = published_network(1);
        experiment_.neuron.v_th_mV = 1e9;
    }

    void print() const {
        const double neuron_step = time_per_epoch(0, false).seconds;
        const Epochs delivery = time_per_epoch(spikes_per_epoch, false);
        const Epochs active = time_per_epoch(spikes_per_epoch, true);
        const double n_neuron_steps = experiment_.populations.size() * 15.0;
        std::printf("units of work (one core, 2000 neurons):\n");
        std::printf("  neuron-step with noise       %8.2f ns\n",
                    neuron_step * 1e9 / n_neuron_steps);
        std::printf("  delivered spike              %8.2f ns\n",
                    (delivery.seconds - neuron_step) * 1e9 / delivery.deliveries);
        std::printf(
            "  active-synapse update        %8.2f ns  (%.0f per epoch; one update covers up "
            "to 15 steps)\n",
            (active.seconds - delivery.seconds) * 1e9 / active.draws, active.draws);
    }

  private:
    static constexpr int spikes_per_epoch = 200;
    struct Epochs {
        double seconds = 0;     // per epoch
        double deliveries = 0;  // per epoch
        double draws = 0;       // per epoch
    };

    // \param calcium  whether the spikes also bring calcium, so that their rows become active
    Epochs time_per_epoch(int n_spikes, bool calcium) const {
        const Network network(experiment_, *make_wiring(experiment_),
                              Partition(experiment_.populations.size(), 1), 0);
        const std::unique_ptr<Executor> executor =
            make_cpu_executor(experiment_, network, MPI_COMM_SELF);
        TraceSampler sampler(network, experiment_);
        std::vector<PackedSpike> spikes;
        std::vector<PackedSpike> fired;
        for (int i = 0; i < n_spikes; ++i) spikes.push_back(pack_spike(i * 15 / n_spikes, i));
        executor->begin_phase(0);
        constexpr int warm_up = 100;
        constexpr int epochs = 2000;
        constexpr Step end = (warm_up + epochs) * 15;
        const DecisionGrid decisions = decision_grid(experiment_);
        double start = 0;
        WorkCounters before;
        for (int epoch = 0; epoch < warm_up + epochs; ++epoch) {
            if (epoch == warm_up) {
                start = MPI_Wtime();
                before = executor->work();
            }
            const Step begin = epoch * 15;
            executor->run_epoch({begin, 15, decisions.next(0, end, begin)}, spikes, fired, sampler);
            executor->finish_epoch(sampler);
            if (calcium) executor->schedule(spikes, epoch * 15);
        }
        const WorkCounters work = executor->work();
        return {(MPI_Wtime() - start) / epochs,
                static_cast<double>(work.delivered_spikes - before.delivered_spikes) / epochs,
                static_cast<double>(work.early_phase_draws - before.early_phase_draws) / epochs};
    }

    Experiment experiment_;
};

// An exchange of spikes, as often as an epoch ends: with nothing between begin and finish, and with
// work of 20 us, which the exchange may be hidden behind; beside an all-gather of 32 bytes per
// rank.
class ExchangeCosts {
  public:
    explicit ExchangeCosts(MPI_Comm communicator) : communicator_(communicator) {
        MPI_Comm_rank(communicator_, &rank_);
        MPI_Comm_size(communicator_, &n_ranks_);
    }

    void print() const {
        if (rank_ == 0)
            std::printf(
                "exchange of spikes: %d ranks, us per epoch, mean over ranks and epochs (lowest of "
                "%d repetitions)\n"
                "  spikes    send, sort  wait    behind work:  send, sort  wait    all-gather   "
                "bytes received\n",
                n_ranks_, repetitions);
        for (const double spikes_per_rank : {0.0, 0.3, 3.0, 30.0, 1000.0}) {
            const Cost bare = lowest(spikes_per_rank, 0.0);
            const Cost behind_work = lowest(spikes_per_rank, 20e-6);
            const double all_gather_us = lowest_of_all_gather();
            if (rank_ == 0)
                std::printf(
                    "  %6.1f    %10.2f  %6.2f                %10.2f  %6.2f    %10.2f   %.0f\n",
                    spikes_per_rank, bare.busy_us, bare.waiting_us, behind_work.busy_us,
                    behind_work.waiting_us, all_gather_us, bare.bytes_received);
        }
    }

  private:
    static constexpr int repetitions = 7;
    static constexpr int epochs = 1000;
    struct Cost {
        double busy_us = 0;
        double waiting_us = 0;
        double bytes_received = 0;
    };

    //! Of this rank, in some epochs.
    std::vector<std::vector<PackedSpike>> epochs_of_spikes(double spikes_per_rank) const {
        std::mt19937_64 random(static_cast<std::uint64_t>(rank_));
        std::poisson_distribution<int> number(std::max(spikes_per_rank, 1e-9));
        std::vector<std::vector<PackedSpike>> all(64);
        for (auto& spikes : all)
            for (int i = number(random); i > 0; --i)
                spikes.push_back(pack_spike(static_cast<std::uint32_t>(random() % 15),
                                            static_cast<NeuronId>(random() % 200'000)));
        return all;
    }
    Cost lowest(double spikes_per_rank, double work_s) const {
        const auto spikes = epochs_of_spikes(spikes_per_rank);
        Cost lowest{1e9, 1e9, 0};
        for (int i = 0; i < repetitions; ++i) {
            const Cost cost = once(spikes, work_s);
            if (cost.busy_us + cost.waiting_us < lowest.busy_us + lowest.waiting_us) lowest = cost;
        }
        return lowest;
    }
    Cost once(const std::vector<std::vector<PackedSpike>>& spikes, double work_s) const {
        RunClock clock;
        SpikeExchange exchange(communicator_, clock);
        std::vector<PackedSpike> all;
        MPI_Barrier(communicator_);
        for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
            exchange.begin(spikes[epoch % spikes.size()], 0);
            if (work_s > 0) {
                clock.enter(RunPart::plasticity);
                work(work_s);
            }
            exchange.finish(all);
        }
        clock.stop();
        const auto mean_us = [&](RunPart part) {
            return sum_over_ranks(clock.seconds(part)) * 1e6 / epochs / n_ranks_;
        };
        return {mean_us(RunPart::exchange), mean_us(RunPart::waiting),
                static_cast<double>(exchange.counters().bytes_received) / epochs};
    }
    static void work(double seconds) {
        const double start = MPI_Wtime();
        while (MPI_Wtime() - start < seconds) {
        }
    }
    double lowest_of_all_gather() const {
        constexpr int words = 4;
        std::vector<std::uint64_t> own(words);
        std::vector<std::uint64_t> all(words * static_cast<std::size_t>(n_ranks_));
        double lowest_us = 1e9;
        for (int i = 0; i < repetitions; ++i) {
            MPI_Barrier(communicator_);
            const double start = MPI_Wtime();
            for (int epoch = 0; epoch < epochs; ++epoch)
                MPI_Allgather(own.data(), words, MPI_UINT64_T, all.data(), words, MPI_UINT64_T,
                              communicator_);
            const double wall_us = (MPI_Wtime() - start) * 1e6 / epochs;
            lowest_us = std::min(lowest_us, sum_over_ranks(wall_us) / n_ranks_);
        }
        return lowest_us;
    }

    MPI_Comm communicator_;
    int rank_ = 0;
    int n_ranks_ = 1;
};

void measure(const char* name, const Experiment& experiment) {
    int rank = 0;
    int n_ranks = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = MPI_Wtime();
    const double memory_before = resident_memory_B();
    Simulation simulation(experiment, MPI_COMM_WORLD, make_cpu_executor);
    MPI_Barrier(MPI_COMM_WORLD);
    const double build_s = MPI_Wtime() - start;
    const double growth_B = resident_memory_B() - memory_before;
    NullSink sink;
    ProgressListener progress;
    const double run_start = MPI_Wtime();
    simulation.run(sink, progress);
    const double run_s = MPI_Wtime() - run_start;

    double spiking_s = 0;
    for (const Phase& phase : simulation.schedule().phases)
        if (phase.kind == PhaseKind::spiking)
            spiking_s += static_cast<double>(phase.end - phase.begin) * experiment.dt_ms / 1000.0;
    print_memory(simulation, growth_B);
    // Of rank 0: times per unit of work are those of one core.
    const WorkCounters work = simulation.work();
    const auto per = [&](std::uint64_t n) {
        return n == 0 ? 0.0 : run_s * 1e9 / static_cast<double>(n);
    };
    if (rank != 0) return;
    std::printf("%s: %d ranks, %zu spikes, build %.3f s, run %.3f s\n", name, n_ranks,
                sink.n_spikes, build_s, run_s);
    std::printf("  per simulated spiking second  %10.5f s   (real-time factor %.1f)\n",
                run_s / spiking_s, spiking_s / run_s);
    std::printf("  per neuron-step               %10.3f ns  (whole run time / neuron-steps)\n",
                per(work.neuron_steps));
    std::printf("  %llu spikes delivered, %llu active-synapse updates\n",
                static_cast<unsigned long long>(work.delivered_spikes),
                static_cast<unsigned long long>(work.early_phase_draws));
    for (const PhaseReport& report : simulation.reports())
        std::printf("  phase %-12s %10.3f s wall\n", report.phase.label.c_str(), report.wall_s);
    std::printf("  peak memory %.0f MB per rank\n", peak_memory_MB());
}

// What the question whether a checkpoint is due costs, when none is: once per epoch.
void measure_idle_checkpoints() {
    const Experiment experiment = published_network(1);
    const auto directory = std::filesystem::temp_directory_path() / "engram_benchmark";
    Simulation simulation(experiment, MPI_COMM_WORLD, make_cpu_executor);
    ResultFiles files(OutputDirectory::prepare(directory, true), experiment, simulation.network(),
                      MPI_COMM_WORLD);
    const DirectoryClaim claim;
    job::CommunicationWatch watch(experiment.communication_timeout_s, MPI_COMM_WORLD);
    const job::RunContext context{MPI_COMM_WORLD, claim, watch, true};
    job::CheckpointWriter checkpoints(experiment, simulation.network(), files, 0, context);
    constexpr int n_requests = 10'000'000;
    std::uint32_t wanted = 0;
    const double start = MPI_Wtime();
    for (int i = 0; i < n_requests; ++i) wanted |= checkpoints.requests(0);
    const double per_epoch_s = (MPI_Wtime() - start) / n_requests;

    NullSink sink;
    ProgressListener progress;
    const double run_start = MPI_Wtime();
    simulation.run(sink, progress);
    const double run_s = MPI_Wtime() - run_start;
    const double n_epochs = experiment.duration_s * 1000.0 / experiment.synapses.t_ax_delay_ms;
    std::printf(
        "checkpoints when none is due%s: %.1f ns per epoch, %.4f %% of background activity\n",
        wanted == 0 ? "" : " (one was due)", per_epoch_s * 1e9,
        100.0 * per_epoch_s * n_epochs / run_s);
    std::filesystem::remove_all(directory);
}

// Arguments behind "rank".
RankOfMany rank_of(int argc, char** argv) {
    namespace po = boost::program_options;
    RankOfMany rank;
    po::options_description options("engram_benchmark rank");
    options.add_options()("neurons", po::value(&rank.n_neurons), "of the network")(
        "ranks", po::value(&rank.n_ranks), "among which it is shared out")(
        "inputs", po::value(&rank.inputs_per_neuron), "of each neuron")(
        "exc-rate", po::value(&rank.exc_rate_Hz), "Hz")("inh-rate", po::value(&rank.inh_rate_Hz),
                                                        "Hz");
    po::variables_map values;
    po::store(po::parse_command_line(argc, argv, options), values);
    po::notify(values);
    return rank;
}

}  // namespace

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    const std::string wanted = argc > 1 ? argv[1] : "all";
    const auto is_wanted = [&](const char* name) { return wanted == "all" || wanted == name; };
    int n_ranks = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
    if (is_wanted("units") && n_ranks == 1) UnitCosts().print();
    if (is_wanted("diffusion") && n_ranks == 1) print_diffusion_costs();
    if (is_wanted("checkpoints") && n_ranks == 1) measure_idle_checkpoints();
    if (is_wanted("exchange") && n_ranks > 1) ExchangeCosts(MPI_COMM_WORLD).print();
    if (is_wanted("build")) measure_building("build", network_of(20000, 1));
    // Takes several GB: only if it is asked for.
    if (wanted == "build_200000") measure_building(wanted.c_str(), network_of(200000, 1));
    if (wanted == "rank") measure_rank(rank_of(argc - 1, argv + 1));
    if (is_wanted("background")) measure("background", published_network(20));
    if (is_wanted("morphology") && n_ranks == 1) measure_morphology();
    if (is_wanted("large")) measure("large", network_of(20000, 1));
    if (is_wanted("recall10s")) measure("recall10s", memory_recall(20, 25));
    if (is_wanted("recall8h")) measure("recall8h", memory_recall(28810, 28820));
    MPI_Finalize();
    return 0;
}
