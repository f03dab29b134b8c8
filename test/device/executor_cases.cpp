#include "device/executor_cases.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <string>

#include "base/errors.hpp"
#include "cpu/cpu_executor.hpp"
#include "simulation/memory_sink.hpp"
#include "simulation/simulation.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

struct CompleteRun {
    explicit CompleteRun(const Experiment& experiment,
                         const ExecutorFactory& factory = make_cpu_executor)
        : simulation(experiment, MPI_COMM_SELF, factory) {
        ProgressListener progress;
        simulation.run(sink, progress);
    }
    Simulation simulation;
    MemorySink sink;
};

void expect_same_bits(const std::vector<double>& a, const std::vector<double>& b,
                      const char* what) {
    ASSERT_EQ(a.size(), b.size()) << what;
    for (std::size_t i = 0; i < a.size(); ++i)
        ASSERT_EQ(std::bit_cast<std::uint64_t>(a[i]), std::bit_cast<std::uint64_t>(b[i]))
            << what << " " << i << ": " << a[i] << " and " << b[i];
}

void expect_equal(const CompleteRun& a, const CompleteRun& b) {
    EXPECT_EQ(a.sink.spikes, b.sink.spikes);
    EXPECT_EQ(a.sink.n_rows, b.sink.n_rows);
    expect_same_bits(a.sink.rows, b.sink.rows, "trace");
    ASSERT_EQ(a.sink.snapshots.size(), b.sink.snapshots.size());
    for (std::size_t i = 0; i < a.sink.snapshots.size(); ++i) {
        SCOPED_TRACE("snapshot " + std::to_string(i));
        EXPECT_EQ(a.sink.snapshots[i].step, b.sink.snapshots[i].step);
        expect_same_bits(a.sink.snapshots[i].h_mV, b.sink.snapshots[i].h_mV, "h");
        expect_same_bits(a.sink.snapshots[i].z, b.sink.snapshots[i].z, "z");
    }
    expect_same_bits(a.simulation.executor().protein(), b.simulation.executor().protein(), "p");
    const WorkCounters wa = a.simulation.work();
    const WorkCounters wb = b.simulation.work();
    EXPECT_EQ(wa.neuron_steps, wb.neuron_steps);
    EXPECT_EQ(wa.delivered_spikes, wb.delivered_spikes);
    EXPECT_EQ(wa.early_phase_draws, wb.early_phase_draws);
}

// All synapses, many times: within blocks, at their boundaries, twice in one block.
void record_everything(Experiment& e) {
    e.record.snapshots_s = {0.0, 0.0002, 0.1246, 0.126, 0.1814, 0.182, 0.3, 0.3438};
    std::erase_if(e.record.snapshots_s, [&](double time_s) { return time_s >= e.duration_s; });
    e.record.neurons = {0, 5, 12, 39, 40, 49};
    make_wiring(e)->visit(0, e.populations.n_exc,
                          [&](NeuronId post, std::span<const NeuronId> sources) {
                              for (const NeuronId pre : sources)
                                  if (pre < e.populations.n_exc)
                                      e.record.synapses.push_back({pre, post});
                          });
    e.record.every_steps = 3;
}

Experiment everything_recorded() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.5;
    record_everything(e);
    return e;
}

Experiment no_noise() {
    Experiment e = noisy_learning_network();
    e.synapses.sigma_pl_mV = 0.0;
    e.background = {1.2, 0.0};
    e.duration_s = 0.5;
    record_everything(e);
    return e;
}

Experiment several_blocks_per_epoch() {
    Experiment e = noisy_learning_network();
    e.dt_ms = 0.05;
    e.duration_s = 0.4307;
    e.stimuli.resize(2);
    record_everything(e);
    return e;
}

Experiment epoch_of_one_step() {
    Experiment e = noisy_learning_network();
    e.synapses.t_ax_delay_ms = 0.2;
    e.duration_s = 0.4;
    return e;
}

Experiment forced_spikes_and_trains() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.8;
    e.stimuli.resize(2);
    e.stimuli.push_back(forced_spikes("recalled"));
    Stimulus train;
    train.name = "train";
    train.scheme = Scheme::stet;
    train.group = "assembly";
    train.start_s = 0.1;
    train.duration_s = 0.6;
    train.rate_Hz = 100;
    e.stimuli.push_back(train);
    record_everything(e);
    return e;
}

// Two windows of spikes and what lies between, with samples and a snapshot there.
Experiment consolidation() {
    Experiment e = noisy_learning_network();
    e.duration_s = 30;
    e.fast_forward = FastForward::automatic;
    e.dt_fast_forward_s = 2;
    e.stimuli[3].start_s = 22.0;
    e.background = {0.15, 0.05};
    record_everything(e);
    e.record.every_steps = 50;
    e.record.snapshots_s = {0.3, 5.5, 11.3, 17.0, 22.05};
    return e;
}

// Long enough for tags to end by themselves and for the state to be folded.
Experiment expiring_tags() {
    Experiment e = noisy_learning_network();
    e.populations = {12, 3};
    e.groups = {group_of("assembly", 0, 6), group_of("recalled", 0, 3)};
    e.duration_s = 12;
    e.background = {0.15, 0.05};
    e.synapses.tau_h_s = 3.0;
    e.synapses.gamma_p = 10.0;
    e.synapses.gamma_d = 2.0;
    return e;
}

}  // namespace

std::vector<ExecutorCase> executor_cases() {
    return {
        {"LearningAndRecall", noisy_learning_network(), 10000},
        {"EverythingRecorded", everything_recorded(), 1000},
        {"NoNoise", no_noise(), 1000},
        {"SeveralBlocksPerEpoch", several_blocks_per_epoch(), 1000},
        {"EpochOfOneStep", epoch_of_one_step(), 1000},
        {"ForcedSpikesAndTrains", forced_spikes_and_trains(), 1000},
        {"Consolidation", consolidation(), 10000},
        {"ExpiringTags", expiring_tags(), 500},
    };
}

std::vector<ExecutorCase> similar_cases(std::size_t n) {
    std::vector<ExecutorCase> cases;
    for (std::size_t i = 0; i < n; ++i) {
        cases.push_back({"Similar", noisy_learning_network(), 100});
        cases.back().experiment.seed = i + 1;
        cases.back().experiment.duration_s = 0.3;
    }
    return cases;
}

std::vector<ExecutorCase> similar_consolidations(std::size_t n, bool recorded) {
    std::vector<ExecutorCase> cases;
    for (std::size_t i = 0; i < n; ++i) {
        cases.push_back({"SimilarConsolidation", consolidation(), 1000});
        Experiment& e = cases.back().experiment;
        e.seed = i + 1;
        e.stimuli.pop_back();  // recall
        e.duration_s = 12;
        e.record = {};
        if (!recorded) continue;
        record_everything(e);
        e.record.every_steps = 50;
        e.record.snapshots_s = {0.3, 8.0};
    }
    return cases;
}

void expect_equal_to_processor(const ExecutorCase& executor_case, const ExecutorFactory& factory) {
    const CompleteRun cpu(executor_case.experiment);
    EXPECT_GE(cpu.simulation.work().early_phase_draws, executor_case.at_least_draws);
    expect_equal(cpu, CompleteRun(executor_case.experiment, factory));
}

Experiment overflowing_network() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.1;
    e.background = {1e308, 1e308};
    return e;
}

std::string error_of_run(const Experiment& experiment, const ExecutorFactory& factory) {
    try {
        const CompleteRun run(experiment, factory);
    } catch (const Error& error) {
        return error.what();
    }
    return "none";
}

}  // namespace engram::test
