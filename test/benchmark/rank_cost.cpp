// SPDX-License-Identifier: Apache-2.0
#include "rank_cost.hpp"

#include <time.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <vector>

#include "cpu/cpu_executor.hpp"
#include "process_costs.hpp"
#include "simulation/decision_grid.hpp"
#include "simulation/sort_spikes.hpp"
#include "workloads.hpp"

namespace engram::benchmark {
namespace {

// Until presynaptic calcium is that of the steady state, and the time that is measured.
constexpr int warm_up_epochs = 300;
constexpr int measured_epochs = 2000;

// Time of the processor, to the nanosecond: what others do on the machine does not count.
double precise_processor_s() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// Spikes of the whole network, epoch by epoch: Poisson.
class GeneratedSpikes {
  public:
    GeneratedSpikes(const Experiment& experiment, const RankOfMany& rank) : random_(1) {
        const double epoch_s = experiment.synapses.t_ax_delay_ms / 1000.0;
        for (const Population& population : experiment.populations) {
            const double rate_Hz = population.is_excitatory() ? rank.exc_rate_Hz : rank.inh_rate_Hz;
            sources_.push_back({population, rate_Hz * epoch_s * population.count});
        }
        steps_ =
            static_cast<std::uint32_t>(experiment.steps_from_ms(experiment.synapses.t_ax_delay_ms));
    }
    //! In any order, as they come from the ranks.
    void next(std::vector<PackedSpike>& spikes) {
        spikes.clear();
        for (const Source& source : sources_)
            for (int i = std::poisson_distribution<int>(source.per_epoch)(random_); i > 0; --i)
                spikes.push_back(
                    pack_spike(static_cast<std::uint32_t>(random_() % steps_),
                               source.population.first +
                                   static_cast<NeuronId>(random_() % source.population.count)));
    }

  private:
    struct Source {
        Population population;
        double per_epoch;
    };
    std::mt19937_64 random_;
    std::vector<Source> sources_;
    std::uint32_t steps_ = 1;
};

}  // namespace

void measure_rank(const RankOfMany& rank) {
    Experiment experiment = network_of(rank.n_neurons, 1e6);
    experiment.connectivity.probability =
        std::min(1.0, rank.inputs_per_neuron / static_cast<double>(rank.n_neurons));
    GeneratedSpikes generated(experiment, rank);
    const double memory_before_MB = resident_memory_B() / 1e6;
    const double build_start = processor_s();
    const Network network(experiment, *make_wiring(experiment),
                          Partition(experiment.populations.size(), rank.n_ranks), rank.n_ranks / 2);
    const std::unique_ptr<Executor> executor =
        make_cpu_executor(experiment, network, MPI_COMM_SELF);
    const double build_s = processor_s() - build_start;

    TraceSampler sampler(network, experiment);
    const DecisionGrid decisions = decision_grid(experiment);
    std::vector<PackedSpike> arriving, received, scratch, fired;
    RunClock& clock = executor->clock();
    const auto seconds = [&](RunPart part) { return clock.seconds(part); };
    double delivery = 0, neurons = 0, plasticity = 0, sorting = 0;
    double work_s = 0;
    double n_fired = 0, n_arriving = 0;
    executor->begin_phase(0);
    for (int epoch = 0; epoch < warm_up_epochs + measured_epochs; ++epoch) {
        if (epoch == warm_up_epochs) {
            delivery = seconds(RunPart::delivery);
            neurons = seconds(RunPart::neurons);
            plasticity = seconds(RunPart::plasticity);
            sorting = seconds(RunPart::exchange);
            work_s = 0;
        }
        double work_start = precise_processor_s();
        const Step begin = static_cast<Step>(epoch) * executor->epoch_steps();
        executor->run_epoch(
            {begin, executor->epoch_steps(), decisions.next(0, experiment.duration_steps(), begin)},
            arriving, fired, sampler);
        executor->finish_epoch(sampler);
        clock.stop();
        work_s += precise_processor_s() - work_start;
        generated.next(received);
        work_start = precise_processor_s();
        clock.enter(RunPart::exchange);
        sort_spikes(received, scratch);
        executor->schedule(received, begin);
        clock.stop();
        work_s += precise_processor_s() - work_start;
        arriving.swap(received);
        n_fired += static_cast<double>(fired.size());
        n_arriving += static_cast<double>(arriving.size());
    }
    const auto us = [&](RunPart part, double before) {
        return (seconds(part) - before) * 1e6 / measured_epochs;
    };
    const double parts[] = {us(RunPart::delivery, delivery), us(RunPart::neurons, neurons),
                            us(RunPart::plasticity, plasticity), us(RunPart::exchange, sorting)};
    double n_fixed = 0;
    for (const FixedSynapses& fixed : network.fixed())
        n_fixed += static_cast<double>(fixed.table.size());
    const double n_plastic = static_cast<double>(network.plastic().size());
    const double n_epochs = warm_up_epochs + measured_epochs;
    const double memory_MB = resident_memory_B() / 1e6 - memory_before_MB;
    std::printf(
        "one rank of %d: %u of %u neurons, %.0f inputs each (%.0f plastic synapses, %.0f fixed)\n"
        "  its work per epoch of %.1f ms %9.1f us, %.1f us of the processor\n"
        "    delivery of %.0f spikes     %9.1f us\n"
        "    neurons                    %9.1f us\n"
        "    plasticity                 %9.1f us\n"
        "    sorting what has arrived   %9.1f us\n"
        "  its neurons fire at %.2f Hz on average\n"
        "  building %.3f s, %.1f ns per synapse; memory %.1f MB, %.1f bytes per synapse or\n"
        "  %.1f bytes per neuron of the network beside 21 and 4 per synapse\n",
        rank.n_ranks, network.n_local(), rank.n_neurons, rank.inputs_per_neuron, n_plastic, n_fixed,
        experiment.synapses.t_ax_delay_ms, parts[0] + parts[1] + parts[2] + parts[3],
        work_s * 1e6 / measured_epochs, n_arriving / n_epochs, parts[0], parts[1], parts[2],
        parts[3],
        n_fired / network.n_local() / (n_epochs * experiment.synapses.t_ax_delay_ms / 1000.0),
        build_s, build_s * 1e9 / (n_plastic + n_fixed), memory_MB,
        memory_MB * 1e6 / (n_plastic + n_fixed),
        (memory_MB * 1e6 - 21.0 * n_plastic - 4.0 * n_fixed) / rank.n_neurons);
}

}  // namespace engram::benchmark
