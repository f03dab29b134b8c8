#include "cli/forecast.hpp"

#include <algorithm>
#include <cmath>

#include "device/device_need.hpp"
#include "experiment/schedule.hpp"
#include "experiment/stimulation.hpp"
#include "io/edge_wiring.hpp"

namespace engram::cli {

namespace {

// Measured with engram_benchmark on one core of a server of 2023; the forecast promises no more.
constexpr double ns_per_neuron_step = 2.0;
constexpr double ns_per_block = 800.0;  // work per block of steps that does not depend on size
constexpr double ns_per_built_synapse = 70.0;
constexpr double ns_per_early_phase_draw = 25.0;
constexpr double base_memory_MB = 25.0;     // MPI, HDF5 and the program itself
constexpr double bytes_per_plastic = 21.0;  // see PlasticState and SynapseTable
constexpr double bytes_per_fixed = 4.0;
constexpr double bytes_per_snapshot_value = 16.0;
constexpr double bytes_per_neuron = 300.0;     // state, inputs of a block, rows of the tables
constexpr double active_after_pulse_s = 0.15;  // until calcium has left the thresholds

double expected_synapses(const Experiment& experiment, bool plastic) {
    const double n_exc = experiment.populations.n_exc;
    const double n = experiment.populations.size();
    if (experiment.connectivity.file) {
        double count = 0;
        open_wiring(experiment)
            ->visit(0, experiment.populations.size(),
                    [&](NeuronId target, std::span<const NeuronId> sources) {
                        for (const NeuronId source : sources)
                            count += plastic ==
                                     (std::max(source, target) < experiment.populations.n_exc);
                    });
        return count;
    }
    const double p = experiment.connectivity.probability;
    const double plastic_pairs = n_exc * (n_exc - 1.0);
    return p * (plastic ? plastic_pairs : n * (n - 1.0) - plastic_pairs);
}

// Neuron-seconds during which stimulated neurons keep their synapses active.
double stimulated_neuron_s(const Experiment& experiment) {
    const Stimulation stimulation = make_stimulation(experiment);
    const double dt_s = experiment.dt_ms / 1000.0;
    const auto size_of = [&](std::uint32_t stimulus) {
        return static_cast<double>(experiment.group(experiment.stimuli[stimulus].group).ids.size());
    };
    double total = 0;
    for (const CurrentPulse& pulse : stimulation.pulses)
        total += size_of(pulse.stimulus) *
                 (static_cast<double>(pulse.end - pulse.begin) * dt_s + active_after_pulse_s);
    for (const PoissonTrain& train : stimulation.trains)
        total += size_of(train.stimulus) * static_cast<double>(train.end - train.begin) * dt_s;
    return total;
}

// Of a rank that has its share of everything.
device::RankSizes expected_sizes(const Experiment& experiment, const Forecast& forecast,
                                 int n_ranks) {
    const auto share = [&](double all) {
        return static_cast<std::uint64_t>(std::ceil(all / n_ranks));
    };
    const Populations& populations = experiment.populations;
    return {share(populations.size()),
            share(populations.n_exc),
            populations.n_exc,
            populations.n_inh,
            share(forecast.plastic_synapses),
            share(forecast.fixed_synapses)};
}

}  // namespace

Forecast make_forecast(const Experiment& experiment, int n_ranks) {
    Forecast f;
    f.plastic_synapses = expected_synapses(experiment, true);
    f.fixed_synapses = expected_synapses(experiment, false);
    const double n = experiment.populations.size();
    double steps = 0;
    for (const Phase& phase : make_schedule(experiment).phases)
        if (phase.kind == PhaseKind::spiking) steps += static_cast<double>(phase.end - phase.begin);
    const double dt_s = experiment.dt_ms / 1000.0;
    f.spiking_s = steps * dt_s;
    f.memory_per_rank_MB = base_memory_MB +
                           (f.plastic_synapses * (bytes_per_plastic + bytes_per_snapshot_value) +
                            f.fixed_synapses * bytes_per_fixed + n * bytes_per_neuron) /
                               n_ranks / 1e6 +
                           n * 24.0 / 1e6;  // rows and calcium of all sources
    f.gpu_memory_per_rank_MB = static_cast<double>(device::bytes_on_device(
                                   experiment, expected_sizes(experiment, f, n_ranks))) /
                               1e6;
    const double steps_per_block =
        std::min(16.0, experiment.synapses.t_ax_delay_ms / experiment.dt_ms);
    const double blocks_per_s = 1.0 / (steps_per_block * dt_s);
    // Rows and columns of stimulated neurons; arrivals split about half of the intervals.
    const double synapses_per_neuron =
        f.plastic_synapses / std::max(1u, experiment.populations.n_exc);
    const double draws =
        stimulated_neuron_s(experiment) * blocks_per_s * 2.0 * synapses_per_neuron * 1.5;
    const double n_synapses = f.plastic_synapses + f.fixed_synapses;
    f.wall_s =
        (n_synapses * ns_per_built_synapse / n_ranks + steps * n * ns_per_neuron_step / n_ranks +
         steps / steps_per_block * ns_per_block + draws * ns_per_early_phase_draw / n_ranks) *
        1e-9;
    return f;
}

}  // namespace engram::cli
