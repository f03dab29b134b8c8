// SPDX-License-Identifier: Apache-2.0
#include "morphology_cost.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <numeric>
#include <vector>

#include "cpu/cpu_executor.hpp"
#include "process_costs.hpp"
#include "simulation/simulation.hpp"
#include "workloads.hpp"

namespace engram::benchmark {
namespace {

// Neurons alone: they cannot fire.
Experiment neurons_only(double duration_s) {
    Experiment e = published_network(duration_s);
    e.neuron.v_th_mV = 1e9;
    return e;
}

// A current of nothing takes all of them step by step.
Experiment by_steps(double duration_s) {
    Experiment e = neurons_only(duration_s);
    Stimulus nothing;
    nothing.name = "nothing";
    nothing.scheme = Scheme::current;
    nothing.group = "all";
    nothing.train_s = duration_s;
    nothing.period_s = duration_s;
    Group all{"all", std::vector<NeuronId>(e.populations.size())};
    std::iota(all.ids.begin(), all.ids.end(), 0);
    e.groups = {all};
    e.stimuli = {nothing};
    return e;
}

double seconds_of(const Experiment& experiment) {
    Simulation simulation(experiment, MPI_COMM_SELF, make_cpu_executor);
    NullSink sink;
    ProgressListener progress;
    const double start = processor_s();
    simulation.run(sink, progress);
    return processor_s() - start;
}

// In turns, so that both see the same machine.
void compare(const char* name, const Experiment& points, int repetitions) {
    const Experiment cables = with_morphology(points);
    double of_points = std::numeric_limits<double>::infinity();
    double of_cables = of_points;
    for (int i = 0; i < repetitions; ++i) {
        of_points = std::min(of_points, seconds_of(points));
        of_cables = std::min(of_cables, seconds_of(cables));
    }
    std::printf("  %-28s %8.4f s  %8.4f s   %.3f\n", name, of_points, of_cables,
                of_cables / of_points);
}

}  // namespace

void measure_morphology() {
    std::printf(
        "neurons with a morphology (one core, 2000 neurons, lowest of some repetitions)\n"
        "                                 points      cables   ratio\n");
    compare("10 s of neurons, in blocks", neurons_only(10), 5);
    compare("2 s of neurons, by steps", by_steps(2), 5);
    compare("recall after 10 s, 25 s", memory_recall(20, 25), 3);
}

}  // namespace engram::benchmark
