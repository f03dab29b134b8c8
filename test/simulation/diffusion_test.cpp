// SPDX-License-Identifier: Apache-2.0
// Networks in whose neurons protein diffuses, on each executor: against the dense oracle, which
// integrates all compartments by small steps, and to the bit against each other.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "experiment/conditions.hpp"
#include "oracle/comparison.hpp"
#include "simulation/executors.hpp"
#include "simulation/initial_state.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "simulation/small_networks.hpp"
#include "simulation/trace_columns.hpp"

namespace engram::test {
namespace {

constexpr double well_mixed = std::numeric_limits<double>::infinity();

// Electrically points: what is here is about protein.
NeuronParameters cell(double basal_um, double soma_radius_um, double apical_um,
                      double diffusivity_um2_per_s) {
    NeuronParameters neuron;
    Morphology morphology;
    morphology.basal_dendrite_um = basal_um;
    morphology.soma_radius_um = soma_radius_um;
    morphology.apical_dendrite_um = apical_um;
    morphology.axial_resistivity_ohm_cm = 0.0;
    neuron.morphology = morphology;
    neuron.protein_diffusivity_um2_per_s = diffusivity_um2_per_s;
    return neuron;
}

// The synthesis zone straddles two of 13 compartments.
constexpr double diffusivity = 1.5;
NeuronParameters short_cell() {
    return cell(2.5, 2.0, 5.0, diffusivity);
}
DenseCable short_cable() {
    return dense_cable(2.5, 2.0, 5.0, 1.0, diffusivity);
}

Experiment with(Experiment e, const NeuronParameters& neuron) {
    e.neuron = neuron;
    return e;
}

// Three excitatory populations: short cells, long ones with slower diffusion, and points. Each
// has neurons that learn.
Experiment three_kinds(Experiment e) {
    using enum PopulationKind;
    std::vector<Population> list{{"short", excitatory, 0, 6, {}, {}},
                                 {"inhibitory", inhibitory, 0, 2, {}, {}},
                                 {"points", excitatory, 0, 4, {}, {}},
                                 {"long", excitatory, 0, 6, {}, {}}};
    list[0].neuron = short_cell();
    list[1].neuron = NeuronParameters{};
    list[2].neuron = NeuronParameters{};
    list[3].neuron = cell(4.0, 3.0, 9.0, 0.4);
    // Neurons fire by force alone: without inhibition they would never stop.
    for (Population& population : list) population.neuron->v_th_mV = 1000.0;
    e.populations = Populations(list);
    std::vector<Projection> projections;
    for (const std::size_t from : {0u, 2u, 3u})
        for (const std::size_t to : {0u, 2u, 3u}) projections.push_back({from, to, true, 0, 0.7});
    e.given_projections = projections;
    Group fast{"fast", {0, 1, 8, 12, 13}}, slow{"slow", {2, 3, 4, 9, 10, 14, 15, 16}};
    e.groups = {fast, slow};
    e.record.neurons.clear();
    for (NeuronId id = 0; id < e.populations.size(); ++id) e.record.neurons.push_back(id);
    e.record.synapses = {};
    e.record.protein_at_um = {0.0, 3.0, 9.5};
    return e;
}
std::optional<DenseCable> cable_of_three_kinds(NeuronId id) {
    if (id < 6) return short_cable();
    if (id >= 12) return dense_cable(4.0, 3.0, 9.0, 1.0, 0.4);
    return std::nullopt;
}

// What the amplitudes of modes of a neuron come to in compartment i of n.
double in_compartment(const std::vector<double>& protein, std::size_t n_neurons, NeuronId id,
                      std::size_t i, std::size_t n) {
    double p = 0.0;
    for (std::size_t k = 0; k * n_neurons < protein.size(); ++k)
        p += protein[k * n_neurons + id] * (k == 0 ? 1.0 : std::numbers::sqrt2) *
             std::cos(static_cast<double>(k) * std::numbers::pi * (static_cast<double>(i) + 0.5) /
                      static_cast<double>(n));
    return p;
}

class Diffusion : public OnEachExecutor {
  protected:
    // Largest differences from the oracle.
    struct Errors {
        double z = 0;
        double protein = 0;  //!< [umol/l], in any compartment at the end, and of traces
    };
    static Errors errors_of(const CompleteRun& run, const Experiment& e,
                            const std::function<std::optional<DenseCable>(NeuronId)>& cable,
                            double step_s) {
        DenseVariant variant;
        variant.cable = cable;
        variant.diffusion_step_s = step_s;
        DenseSimulator oracle(e, variant);
        oracle.run();
        compare_spikes(run.sink.spikes, oracle.spikes());
        Errors errors;
        const auto note = [](double& error, double a, double b) {
            error = std::max(error, std::fabs(a - b));
        };
        const Network& network = run.simulation.network();
        const SynapseTable& table = network.plastic();
        const NeuronId n = e.populations.size();
        for (NeuronId pre = 0; pre < table.n_sources(); ++pre)
            for (NeuronId post = 0; post < n; ++post)
                if (const SynapseIndex k = table.find(pre, post); k < table.size())
                    note(errors.z, run.sink.snapshots.back().z[k], oracle.z(pre, post));
        const std::vector<double> protein = run.simulation.executor().protein();
        for (NeuronId id = 0; id < n; ++id) {
            note(errors.protein, protein[id], oracle.protein(id));
            const std::vector<double>& along = oracle.protein_along(id);
            for (std::size_t i = 0; i < along.size(); ++i)
                note(errors.protein, in_compartment(protein, n, id, i, along.size()), along[i]);
        }
        const TraceColumns columns(e);
        std::size_t n_samples = 0;
        for (const DenseSimulator::Sample& sample : oracle.samples())
            for (std::size_t row = 0; row < run.sink.n_rows; ++row) {
                if (columns.step(run.sink, row) != sample.step) continue;
                ++n_samples;
                for (std::size_t q = 0; q < e.record.neurons.size(); ++q) {
                    const NeuronId id = e.record.neurons[q];
                    const double* values = &run.sink.rows[row * columns.width() + columns.slow(q)];
                    const std::vector<double>& along = sample.along[id];
                    note(errors.protein, values[1], sample.protein[id][pool_c]);
                    note(errors.protein, values[2],
                         along.empty() ? sample.protein[id][pool_c] : along[0]);
                }
            }
        EXPECT_GT(n_samples, 10u);
        return errors;
    }
    // A quarter of the step, about a quarter of the error: ends of tags and syntheses fall anywhere
    // within a step.
    void follows(const Experiment& e,
                 const std::function<std::optional<DenseCable>(NeuronId)>& cable, double per_step,
                 double step_s = 7.5e-3) const {
        const CompleteRun run(e, executor());
        double highest = 0.0, lowest = 0.0;
        for (const double z : run.sink.snapshots.back().z) {
            highest = std::max(highest, z);
            lowest = std::min(lowest, z);
        }
        EXPECT_GT(highest, 0.05);
        EXPECT_LT(lowest, -0.01);
        const Errors coarse = errors_of(run, e, cable, step_s);
        const Errors fine = errors_of(run, e, cable, step_s / 4.0);
        EXPECT_LT(coarse.z, per_step * step_s);
        EXPECT_LT(coarse.protein, 10.0 * per_step * step_s);
        EXPECT_LT(fine.z, 0.6 * coarse.z);
        EXPECT_LT(fine.protein, 0.6 * coarse.protein);
    }
};

// Spiking, consolidation, in which syntheses and tags end one after the other, spiking again.
TEST_P(Diffusion, FollowsTheOracleThroughAllPhases) {
    Experiment e = with(both_signs_network(), short_cell());
    e.synapses.sigma_pl_mV = 0.0;
    follows(
        e, [](NeuronId id) { return id < 10 ? std::optional(short_cable()) : std::nullopt; }, 0.5);
}

TEST_P(Diffusion, FollowsTheOracleWhileSpiking) {
    Experiment e = with(both_signs_learning(), cell(0.5, 1.0, 1.5, 5.0));
    follows(
        e,
        [](NeuronId id) {
            return id < 10 ? std::optional(dense_cable(0.5, 1.0, 1.5, 1.0, 5.0)) : std::nullopt;
        },
        5.0, 7.5e-4);
}

TEST_P(Diffusion, PopulationsHaveTheirOwnCells) {
    follows(three_kinds(both_signs_network()), cable_of_three_kinds, 0.5);
}

// Changes of the threshold and a pause, within windows and within the consolidation.
TEST_P(Diffusion, FollowsTheOracleUnderConditions) {
    Experiment e = three_kinds(both_signs_network());
    Neuromodulation strong;
    strong.name = "strong";
    strong.amplitude = 4.0;
    strong.start_s = 0.7035;
    strong.duration_s = 60.0;
    e.neuromodulation = {strong};
    e.plasticity_off = {{"pause", 90.0, 20.0}};
    e.changes = condition_changes(e);
    follows(e, cable_of_three_kinds, 0.5);
}

TEST_P(Diffusion, WellMixedProteinHasTheBitsOfPoints) {
    const Experiment points = both_signs_network();
    const CompleteRun expected(points, executor());
    const CompleteRun run(with(points, cell(10, 6, 25, well_mixed)), executor());
    expect_same_results(run.sink, expected.sink);
    // Beside cells in which it diffuses as well.
    Experiment e = three_kinds(both_signs_network());
    Experiment mixed = e;
    for (Experiment* one : {&e, &mixed}) {
        one->synapses.f_int_l_per_umol = 0.0;  // else weights differ, and spikes
        one->record.protein_at_um.clear();
    }
    std::vector<Population> list(mixed.populations.begin(), mixed.populations.end());
    for (Population& population : list) {
        population.neuron = NeuronParameters{};
        population.neuron->v_th_mV = 1000.0;
    }
    mixed.populations = Populations(list);
    const CompleteRun of_cells(e, executor()), of_points(mixed, executor());
    ASSERT_EQ(of_cells.sink.spikes, of_points.sink.spikes);
    // The mean over any cell is that of a point.
    const std::vector<double> means = of_cells.simulation.executor().protein();
    const std::vector<double> amounts = of_points.simulation.executor().protein();
    ASSERT_EQ(means.size(), 20 * amounts.size());
    double highest = 0.0;
    for (std::size_t j = 0; j < amounts.size(); ++j) {
        EXPECT_EQ(means[j], amounts[j]) << j;
        highest = std::max(highest, amounts[j]);
    }
    EXPECT_GT(highest, 1.0);
    const TraceColumns columns(e), of_point(mixed);
    for (std::size_t row = 0; row < of_cells.sink.n_rows; ++row)
        for (std::size_t q = 0; q < e.record.neurons.size(); ++q)
            ASSERT_EQ(of_cells.sink.at(row, columns.slow(q) + 1),
                      of_points.sink.at(row, of_point.slow(q) + 1));
}

TEST_P(Diffusion, HasTheBitsOfTheProcessor) {
    Experiment e = three_kinds(both_signs_network());
    e.synapses.sigma_pl_mV = 0.3;
    expect_same_results(CompleteRun(e, executor()).sink, CompleteRun(e).sink);
}

// In learning, in consolidation, in recall.
TEST_P(Diffusion, GoesOnFromCheckpoints) {
    const Experiment e = three_kinds(both_signs_network());
    const CompleteRun whole(e, executor());
    for (const double time_s : {0.71, 1.2, 90.0, 250.0, 300.2}) {
        SCOPED_TRACE(time_s);
        expect_same_results(interrupted_run(e, executor(), time_s), whole.sink);
    }
    // The modes are part of them.
    MemorySink sink;
    const MemoryCheckpoint checkpoint = run_until(300.1, e, executor(), sink);
    run_rest(checkpoint, e, executor(), sink, "protein_modes_umol_per_l");
    EXPECT_NE(sink.rows, whole.sink.rows);
}

// Snapshots hold what the traces do, in windows and in consolidation.
TEST_P(Diffusion, SnapshotsHaveTheModesOfTheTraces) {
    Experiment e = three_kinds(both_signs_network());
    e.record.every_steps = 1;
    e.record.snapshots_s = {0.7, 1.2, 147.0};
    e.dt_fast_forward_s = 0.5;
    const CompleteRun run(e, executor());
    const TraceColumns columns(e);
    const std::size_t n = e.populations.size();
    for (const Snapshot& snapshot : run.sink.snapshots)
        for (std::size_t row = 0; row < run.sink.n_rows; ++row) {
            if (columns.step(run.sink, row) != snapshot.step) continue;
            for (NeuronId id = 0; id < n; ++id) {
                const std::optional<DenseCable> cable = cable_of_three_kinds(id);
                const double tip = !cable ? snapshot.protein[id]
                                          : in_compartment(snapshot.protein, n, id, 0,
                                                           static_cast<std::size_t>(cable->n));
                EXPECT_NEAR(run.sink.at(row, columns.slow(id) + 2), tip, 1e-11) << id;
                if (cable && id < 6) {
                    EXPECT_NEAR(run.sink.at(row, columns.slow(id) + 5),
                                in_compartment(snapshot.protein, n, id, 3, 13), 1e-11);
                }
            }
        }
}

// Modes are given, and the rest follows; where none are, protein is spread evenly.
TEST_P(Diffusion, BeginsWithGivenModes) {
    Experiment e = with(both_signs_network(), short_cell());
    const auto give = [](Simulation& simulation) {
        const LocalState local = simulation.begin_initial_state();
        const InitialValues values(local, simulation.network(), simulation.experiment());
        ASSERT_EQ(kept_proteins(simulation.experiment()).size(), 13u);
        values.set_protein(0, 3, 2.0);
        values.set_protein(1, 3, 1.5);
        values.set_protein(12, 4, -0.25);
        EXPECT_EQ(values.problem_of_protein(12, -0.25), "");
        EXPECT_NE(values.problem_of_protein(0, -0.25), "");
        EXPECT_NE(values.problem_of_protein(12, 14.2), "");
        simulation.finish_initial_state();
    };
    const CompleteRun run(e, executor(), give);
    const TraceColumns columns(e);
    EXPECT_EQ(run.sink.at(0, columns.slow(3) + 1), 2.0);
    EXPECT_NEAR(run.sink.at(0, columns.slow(3) + 2),
                2.0 + 1.5 * std::numbers::sqrt2 * std::cos(std::numbers::pi / 26), 1e-14);
    EXPECT_EQ(run.sink.at(0, columns.slow(2) + 2), 0.0);
}

ENGRAM_ON_EACH_EXECUTOR(Diffusion);

}  // namespace
}  // namespace engram::test
