// SPDX-License-Identifier: Apache-2.0
#include "job/forecast.hpp"

#include <algorithm>
#include <cmath>

#include "device/device_need.hpp"
#include "device/stack_need.hpp"
#include "experiment/schedule.hpp"
#include "experiment/stimulation.hpp"
#include "io/edge_layout.hpp"
#include "io/trace_file.hpp"
#include "model/fixed_point.hpp"
#include "network/make_wiring.hpp"
#include "network/synapse_table.hpp"
#include "network/synapse_table_builder.hpp"
#include "plasticity/calcium_view.hpp"
#include "plasticity/mechanisms.hpp"
#include "plasticity/view.hpp"
#include "simulation/block_grid.hpp"
#include "simulation/decision_grid.hpp"
#include "simulation/mechanism_setup.hpp"
#include "simulation/recorded_columns.hpp"
#include "simulation/spike.hpp"

namespace engram::job {

namespace {

// Measured with engram_benchmark on one core of a server of 2023 (docs/scaling.md); the forecast
// promises no more.
constexpr double ns_per_neuron_block = 10.5;  // taken at once, with its input
// More for each neuron of a rank beyond those that its caches hold.
constexpr double neurons_in_cache = 50'000;
constexpr double ns_per_uncached_neuron_block = 13.5;
constexpr double ns_per_neuron_step = 4.0;  // of a stimulated neuron, which goes step by step
constexpr double ns_per_block = 1200.0;     // work per block of steps that does not depend on size
constexpr double ns_per_built_synapse = 20.0;
constexpr double ns_per_built_row = 15.0;  // of the whole network, on every rank
constexpr double ns_per_sample = 50.0;
// Of protein along a cell: to add a mode to the value at a place, and to bring it up to date.
constexpr double ns_per_sampled_mode = 10.0;
constexpr double ns_per_file_byte = 3.0;
constexpr double start_s = 0.05;
// A spike of the whole network, on every rank: sorted, marked, and its rows looked up.
constexpr double ns_per_arrival = 120.0;
// To deliver it to n synapses of this rank takes about n^0.6 times this, for 1 to 1,000 of them:
// the fewer, the more memory lies between their targets.
constexpr double ns_per_delivery = 100.0;
constexpr double delivery_exponent = 0.6;
// With choosing the active synapse, and the step of the neuron that a spike arrives at; the draw
// alone takes 8 ns.
constexpr double ns_per_early_phase_draw = 30.0;
// Of a synapse in a window of a stimulus: the end of the window, arrivals, and changes of zone.
constexpr double draws_per_window = 3.0;
constexpr double active_after_pulse_s = 0.15;  // until calcium has left the thresholds
// Stated, not measured: a network of a cluster.
constexpr double hop_s = 1.5e-6;
constexpr double exchanged_bytes_per_s = 12e9;

constexpr double base_memory_MB = 30.0;  // MPI, HDF5 and the program itself

// What is not state of a mechanism. Of a synapse: its target in SynapseTable, and its values in a
// snapshot.
constexpr std::uint64_t bytes_per_target = sizeof(std::uint32_t);
constexpr std::uint64_t bytes_per_synapse_of_snapshot = 2 * sizeof(double);
// Of a row in a SynapseTable, and of a source in HotSources.
constexpr std::uint64_t bytes_per_row = sizeof(SynapseIndex);
constexpr std::uint64_t bytes_per_slot = sizeof(std::uint32_t);
// Of a neuron, in Neurons: effect and value of stimuli, and the input of each step of a block.
constexpr std::uint64_t bytes_of_stimuli_per_neuron = 2 * sizeof(double);
constexpr std::uint64_t bytes_of_input_per_neuron_step = sizeof(model::FixedPoint);
// What remains, measured: ids, tiles, receivers of stimuli, spikes, buffers of files.
constexpr std::uint64_t other_bytes_per_neuron = 140;

// Of an edge that is being brought into the order of a file.
constexpr double buffer_bytes_per_edge = 30;

// Of a synapse or a neuron in network.h5 and in a checkpoint.
constexpr double bytes_per_edge = 12;
constexpr double bytes_per_edge_of_source_index = 16;  // at most
constexpr double network_bytes_per_neuron = 34;
constexpr double bytes_per_synapse_of_checkpoint = 17;
constexpr double checkpoint_bytes_per_neuron = 63;
// Of spikes no more is known than that they are few; and how many stimuli cause, counted in the
// published network, those of other neurons included.
constexpr double spikes_per_neuron_s = 0.4;
constexpr double spikes_per_stimulated_neuron_s = 450;
constexpr double bytes_per_spike = 16;

double MB(std::uint64_t bytes) {
    return static_cast<double>(bytes) / 1e6;
}

// State of the mechanisms that an experiment asks for, in the memory of the host.
double state_MB(const Experiment& experiment, const plasticity::StateSizes& sizes) {
    const std::uint64_t bytes =
        plasticity::with_mechanisms(experiment.synapses, experiment.protein_diffusion(),
                                    [&]<class M>(M) {
                                        return plasticity::state_bytes<plasticity::View<M>>(
                                            with_modes<M>(sizes, experiment.protein_diffusion()));
                                    }) +
        plasticity::state_bytes<plasticity::CalciumView>({sizes.neurons, 0, 0}) +
        sizes.sources * bytes_per_slot + plasticity::BuiltInNeurons::state_bytes(sizes);
    return MB(bytes);
}

// Taken beside the tables while they are built, and given back before there is state of synapses.
double building_MB(const Experiment& experiment, const device::RankSizes& sizes) {
    std::uint64_t n_lists = 0;
    for (const Projection& projection : experiment.projections())
        n_lists += experiment.populations[projection.to].count;
    return MB((sizes.synapses + sizes.fixed_synapses) * SynapseTableBuilder::bytes_per_synapse +
              n_lists * SynapseTableBuilder::bytes_per_list);
}

// Neuron-seconds during which stimulated neurons keep their synapses active.
double stimulated_neuron_s(const Experiment& experiment) {
    const Stimulation stimulation = make_stimulation(experiment);
    const double dt_s = experiment.dt_ms / 1000.0;
    const auto size_of = [&](std::uint32_t stimulus) {
        return static_cast<double>(experiment.receivers(experiment.stimuli[stimulus]).size());
    };
    double total = 0;
    for (const CurrentPulse& pulse : stimulation.pulses)
        total += size_of(pulse.stimulus) *
                 (static_cast<double>(pulse.end - pulse.begin) * dt_s + active_after_pulse_s);
    for (const model::PoissonTrain& train : stimulation.trains)
        total += size_of(train.stimulus) * static_cast<double>(train.end - train.begin) * dt_s;
    return total;
}

// Values of a row.
double sampled_values(const TraceRecording& recording, const Experiment& experiment) {
    const RecordedColumns columns = recorded_columns(recording, experiment);
    std::size_t n_synapses = recording.synapses.size() + recording.synapses_if_present.size();
    for (const SynapseSelection& selection : recording.selections) n_synapses += selection.count;
    return static_cast<double>(columns.of_neuron.size() * recording.neurons.size() +
                               columns.of_synapse.size() * n_synapses);
}

// Rows of a recording, of which there are none if it has no columns.
double sampled_rows(const TraceRecording& recording, const Schedule& schedule,
                    const Experiment& experiment) {
    if (sampled_values(recording, experiment) == 0) return 0;
    const Step begin = experiment.steps_from_s(recording.from_s);
    const Step end =
        recording.to_s ? experiment.steps_from_s(*recording.to_s) : experiment.duration_steps();
    const double steps_per_sample =
        experiment.dt_fast_forward_s / (experiment.dt_ms / 1000.0);  // of a consolidation
    double n_samples = 0;
    for (const Phase& phase : schedule.phases)
        n_samples += static_cast<double>(std::max<Step>(
                         0, std::min(phase.end, end) - std::max(phase.begin, begin))) /
                     (phase.kind == PhaseKind::spiking ? static_cast<double>(recording.every_steps)
                                                       : steps_per_sample);
    return n_samples;
}

// On rank 0, while results are written from it.
double copy_MB(double n_values, double n_rows) {
    return MB(trace_copy_bytes(static_cast<std::size_t>(n_values) + 1,
                               static_cast<std::uint64_t>(std::min(n_rows, 1e18))));
}

}  // namespace

Forecast make_forecast(const Experiment& experiment, const Wiring& wiring, int n_ranks) {
    Forecast f;
    const SynapseCounts synapses = expected_synapses(experiment, wiring);
    f.plastic_synapses = synapses.plastic;
    f.fixed_synapses = synapses.fixed;
    const double n = experiment.populations.size();
    double steps = 0;
    const Recording& record = experiment.record;
    const Schedule schedule = make_schedule(experiment);
    for (const Phase& phase : schedule.phases)
        if (phase.kind == PhaseKind::spiking) steps += static_cast<double>(phase.end - phase.begin);
    const double dt_s = experiment.dt_ms / 1000.0;
    f.spiking_s = steps * dt_s;
    double copied_MB = 0;
    double sampled_modes = 0;
    const double modes = experiment.protein_diffusion().most_modes();
    // Tip and soma are always among them.
    const double n_places = 2.0 + static_cast<double>(record.protein_at_um.size());
    for (std::size_t i = 0; i < record.n_recordings(); ++i) {
        const double n_values = sampled_values(record.recording(i), experiment);
        const double n_rows = sampled_rows(record.recording(i), schedule, experiment);
        f.traces_MB += n_rows * (n_values + 1) * sizeof(double) / 1e6;
        sampled_modes +=
            n_rows * modes * n_places * static_cast<double>(record.recording(i).neurons.size());
        copied_MB = std::max(copied_MB, copy_MB(n_values, n_rows));
    }
    const double n_synapses = f.plastic_synapses + f.fixed_synapses;
    const double stimulated_s = stimulated_neuron_s(experiment);
    const double recorded_share =
        !record.spikes ? 1.0
                       : static_cast<double>(experiment.groups.members(*record.spikes).size()) / n;
    const double n_spikes =
        f.spiking_s * n * spikes_per_neuron_s + stimulated_s * spikes_per_stimulated_neuron_s;
    const auto n_snapshots =
        experiment.writes_network ? static_cast<double>(experiment.record.snapshots_s.size()) : 0.0;
    const auto n_checkpoints = static_cast<double>(experiment.checkpoint.keep + 1);
    const double network_bytes_per_edge = experiment.indexes_sources
                                              ? bytes_per_edge + bytes_per_edge_of_source_index
                                              : bytes_per_edge;
    // Of proteins along the cells, in checkpoints and in each snapshot.
    const double modes_MB = n * modes * sizeof(double) / 1e6;
    // With the values of plastic synapses at the end.
    const double network_MB =
        experiment.writes_network
            ? (n_synapses * network_bytes_per_edge + n * network_bytes_per_neuron +
               f.plastic_synapses * bytes_per_synapse_of_snapshot) /
                      1e6 +
                  modes_MB
            : 0.0;
    f.checkpoint_MB =
        (f.plastic_synapses * bytes_per_synapse_of_checkpoint + n * checkpoint_bytes_per_neuron) /
            1e6 +
        modes_MB;
    // What is recorded lies there twice until the results are complete.
    const double recorded_MB = f.traces_MB + n_snapshots * modes_MB +
                               (f.plastic_synapses * n_snapshots * bytes_per_synapse_of_snapshot +
                                n_spikes * recorded_share * bytes_per_spike) /
                                   1e6;
    f.files_MB = 2 * recorded_MB + network_MB + n_checkpoints * f.checkpoint_MB;
    f.base_MB = base_memory_MB + std::min(static_cast<double>(default_edges_per_round),
                                          f.plastic_synapses / n_ranks) *
                                     buffer_bytes_per_edge / 1e6;
    const device::RankSizes all =
        device::expected_sizes(experiment, f.plastic_synapses, f.fixed_synapses, 1);
    f.per_rank_MB = state_MB(experiment, {0, all.sources, 0}) +
                    MB((all.sources + all.fixed_rows) * bytes_per_row);
    const BlockGrid grid = block_grid(experiment);
    const std::uint64_t bytes_of_inputs =
        bytes_of_stimuli_per_neuron +
        static_cast<std::uint64_t>(grid.longest()) * bytes_of_input_per_neuron_step;
    f.neurons_MB = state_MB(experiment, {all.neurons, 0, 0}) +
                   MB(all.neurons * (bytes_of_inputs + other_bytes_per_neuron));
    const double tables_MB = MB((all.synapses + all.fixed_synapses) * bytes_per_target);
    // That of the end of a run is written from the state itself.
    const double snapshot_MB = experiment.writes_network && !experiment.record.snapshots_s.empty()
                                   ? MB(all.synapses * bytes_per_synapse_of_snapshot)
                                   : 0.0;
    const double synapse_state_MB = state_MB(experiment, {0, 0, all.synapses});
    f.synapses_MB =
        tables_MB + std::max(building_MB(experiment, all), synapse_state_MB + snapshot_MB);
    f.memory_per_rank_MB = f.base_MB + f.per_rank_MB + (f.neurons_MB + f.synapses_MB) / n_ranks;
    // Traces are written before synapses, when no snapshot is held.
    f.memory_of_rank_0_MB =
        std::max(f.memory_per_rank_MB, base_memory_MB + f.per_rank_MB +
                                           (f.neurons_MB + tables_MB + synapse_state_MB) / n_ranks +
                                           copied_MB);
    f.gpu_state_per_rank_MB = static_cast<double>(device::bytes_on_device(
                                  experiment, device::expected_sizes(experiment, f.plastic_synapses,
                                                                     f.fixed_synapses, n_ranks))) /
                              1e6;
    f.gpu_memory_per_rank_MB =
        f.gpu_state_per_rank_MB + static_cast<double>(device::expected_stack_bytes) / 1e6;
    const auto epoch_steps = static_cast<double>(grid.epoch_steps());
    const double steps_per_block = epoch_steps / static_cast<double>(grid.n_blocks());
    const DecisionGrid decisions = decision_grid(experiment);
    const double steps_per_window =
        decisions.is_each_block() ? steps_per_block : static_cast<double>(decisions.every());
    // Rows and columns of stimulated neurons.
    const double synapses_per_neuron =
        f.plastic_synapses / std::max(1u, experiment.populations.count(PopulationKind::excitatory));
    const double draws =
        stimulated_s / (steps_per_window * dt_s) * 2.0 * synapses_per_neuron * draws_per_window;
    const double n_here = n / n_ranks;
    const double neurons_ns =
        n_here * ns_per_neuron_block +
        std::max(0.0, n_here - neurons_in_cache) * ns_per_uncached_neuron_block;
    const double targets_here = n_synapses / std::max(n, 1.0) / n_ranks;
    const double ns_per_spike =
        ns_per_arrival + ns_per_delivery * std::pow(targets_here, delivery_exponent);
    const double rounds = std::ceil(std::log2(static_cast<double>(n_ranks)));
    const double exchange_s = n_ranks == 1
                                  ? 0.0
                                  : steps / epoch_steps * rounds * hop_s +
                                        n_spikes * sizeof(PackedSpike) / exchanged_bytes_per_s;
    const double written_MB = recorded_MB + network_MB + n_checkpoints * f.checkpoint_MB;
    f.wall_s =
        start_s + exchange_s +
        (n_synapses * ns_per_built_synapse / n_ranks +
         static_cast<double>(all.sources + all.fixed_rows) * ns_per_built_row +
         stimulated_s / dt_s * ns_per_neuron_step / n_ranks +
         steps / steps_per_block * (neurons_ns + ns_per_block) + n_spikes * ns_per_spike +
         draws * ns_per_early_phase_draw / n_ranks +
         f.traces_MB * 1e6 / sizeof(double) * ns_per_sample + sampled_modes * ns_per_sampled_mode +
         written_MB * 1e6 * ns_per_file_byte / n_ranks) *
            1e-9;
    return f;
}

}  // namespace engram::job
