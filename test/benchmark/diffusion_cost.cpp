// SPDX-License-Identifier: Apache-2.0
#include "diffusion_cost.hpp"

#include <mpi.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <vector>

#include "cpu/cpu_executor.hpp"
#include "process_costs.hpp"
#include "simulation/decision_grid.hpp"
#include "simulation/initial_state.hpp"
#include "workloads.hpp"

namespace engram::benchmark {
namespace {

constexpr double well_mixed = std::numeric_limits<double>::infinity();

// Of the first neurons all synapses among each other are potentiated, and there is protein.
class Potentiated {
  public:
    Potentiated(double diffusivity_um2_per_s, NeuronId n_potentiated)
        : experiment_(published_network(28800)),
          network_(experiment_, *make_wiring(experiment_),
                   Partition(experiment_.populations.size(), 1), 0) {
        experiment_.neuron.v_th_mV = 1e9;
        Morphology points;  // electrically; 48 compartments
        points.axial_resistivity_ohm_cm = 0.0;
        experiment_.neuron.morphology = points;
        experiment_.neuron.protein_diffusivity_um2_per_s = diffusivity_um2_per_s;
        executor_ = make_cpu_executor(experiment_, network_, MPI_COMM_SELF);
        const LocalState local = executor_->local_state(0, false);
        const InitialValues values(local, network_, experiment_);
        const SynapseTable& table = network_.plastic();
        for (NeuronId pre = 0; pre < n_potentiated; ++pre)
            for (SynapseIndex k = table.row_begin(pre); k < table.row_end(pre); ++k)
                if (table.targets()[k] < n_potentiated) values.set_weights(k, 7.0, 0.0);
        for (NeuronId j = 0; j < n_potentiated; ++j) values.set_protein(0, j, 1.0);
        executor_->restore(0, nullptr);
    }

    double consolidation_s() {
        TraceSampler sampler(network_, experiment_);
        std::vector<Snapshot> snapshots;
        const double start = processor_s();
        executor_->consolidate(
            0, experiment_.duration_steps(), {}, {}, sampler, [](std::int64_t) { return true; },
            snapshots);
        return processor_s() - start;
    }
    double window_us() {
        constexpr int n_epochs = 10'000;
        TraceSampler sampler(network_, experiment_);
        std::vector<PackedSpike> fired;
        const DecisionGrid decisions = decision_grid(experiment_);
        const int steps = executor_->epoch_steps();
        executor_->begin_phase(0);
        const double start = processor_s();
        for (Step begin = 0; begin < Step{n_epochs} * steps; begin += steps) {
            executor_->run_epoch({begin, steps, decisions.next(0, Step{n_epochs} * steps, begin)},
                                 {}, fired, sampler);
            executor_->finish_epoch(sampler);
        }
        return (processor_s() - start) * 1e6 / (n_epochs * steps) *
               static_cast<double>(decisions.every());
    }

  private:
    Experiment experiment_;
    Network network_;
    std::unique_ptr<Executor> executor_;
};

template <class Measure>
double lowest_of_three(Measure measure) {
    return std::min({measure(), measure(), measure()});
}

}  // namespace

void print_diffusion_costs() {
    std::printf(
        "protein, one core, 2000 neurons, time of the processor (lowest of three)\n"
        "  potentiated neurons   modes   consolidation of 8 h [s]   window of 15 ms [us]\n");
    for (const NeuronId n_potentiated : {0u, 200u, 1600u})
        for (const double diffusivity : {well_mixed, 0.03}) {
            const double consolidation_s = lowest_of_three(
                [&] { return Potentiated(diffusivity, n_potentiated).consolidation_s(); });
            const double window_us = lowest_of_three(
                [&] { return Potentiated(diffusivity, n_potentiated).window_us(); });
            std::printf("  %19u   %5d   %24.4f   %20.2f\n", n_potentiated,
                        diffusivity == well_mixed ? 1 : 48, consolidation_s, window_us);
        }
}

}  // namespace engram::benchmark
