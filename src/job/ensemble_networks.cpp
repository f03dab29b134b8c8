// SPDX-License-Identifier: Apache-2.0
#include "job/ensemble_networks.hpp"

#include <algorithm>
#include <map>

#include "base/collective.hpp"
#include "base/number_text.hpp"
#include "experiment/network_keys.hpp"
#include "io/edge_wiring.hpp"
#include "io/stimulus_files.hpp"
#include "job/state_source.hpp"
#include "network/input_sums.hpp"
#include "network/recorded_synapses.hpp"

namespace engram::job {
namespace {

constexpr std::uint32_t most_trials_drawn = 10000;
constexpr std::size_t most_problems = 1000;

// What the numbers of inputs depend on, but for the seed.
std::string wiring_of(const Experiment& experiment) {
    std::string text;
    for (const Population& population : experiment.populations)
        text += std::to_string(population.count) + ' ';
    for (const Projection& p : experiment.projections())
        text += '\n' + std::to_string(p.from) + ' ' + std::to_string(p.to) + ' ' +
                (p.file ? *p.file : number_text(p.probability));
    return text;
}

// Of each point. A file is read once for all points that use it alike.
std::vector<InDegrees> degrees_at_points(const Ensemble& ensemble, MPI_Comm communicator) {
    std::map<std::string, InDegrees> known;
    std::vector<InDegrees> degrees;
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
        Experiment experiment;
        collectively(communicator, [&] {
            experiment = with_source(ensemble.experiment({point, 0}));
        });
        const std::string key = wiring_of(experiment);
        const auto found = known.find(key);
        if (found != known.end()) {
            degrees.push_back(found->second);
            continue;
        }
        std::unique_ptr<Wiring> wiring;
        collectively(communicator, [&] { wiring = open_wiring(experiment); });
        degrees.push_back(highest_in_degrees(experiment, *wiring, communicator));
        known[key] = degrees.back();
    }
    return degrees;
}

// A matrix or file has the same synapses in every trial; groups may still be drawn.
std::uint32_t trials_to_draw(const Ensemble& ensemble, const Experiment& experiment) {
    const Recording& record = experiment.record;
    if (record.synapses.empty() && record.selections.empty()) return 0;
    if (ensemble.shares_network()) return 1;
    if (!draws_wiring(experiment) && record.selections.empty()) return 1;
    return std::min(ensemble.trials(), most_trials_drawn);
}

std::string note_of(const Ensemble& ensemble, EnsembleItem item, bool all_trials) {
    const std::string& point = ensemble.points()[item.point].name;
    if (all_trials) return point.empty() ? "" : " (at " + point + ")";
    return " (trial " + std::to_string(item.trial) + (point.empty() ? "" : " at " + point) + ", " +
           ensemble.seed_name() + " " + std::to_string(ensemble.seed(item.trial)) + ")";
}

void check_point(const Ensemble& ensemble, std::uint32_t point, const InDegrees& degrees,
                 ConfigProblems& all) {
    const ConfigTree tree = ensemble.tree({point, 0});
    ConfigProblems problems(tree.file, &tree.root);
    Experiment experiment = make_sourced_experiment(tree);
    load_stimulus_files(experiment);
    check_input_sums(experiment, degrees, problems);
    std::unique_ptr<Wiring> wiring;
    const std::uint32_t n_trials = trials_to_draw(ensemble, experiment);
    for (std::uint32_t trial = 0; trial < n_trials; ++trial) {
        Experiment run = with_source(ensemble.experiment({point, trial}));
        if (!wiring || draws_wiring(run)) wiring = open_wiring(run);
        resolve_recorded_synapses(run, *wiring, problems,
                                  note_of(ensemble, {point, trial}, n_trials == 1));
        if (problems.list().size() > most_problems) break;
    }
    for (const ConfigProblem& problem : problems.list()) all.add_new(problem);
}

}  // namespace

void check_networks(const Ensemble& ensemble, const Ensemble* as_written, MPI_Comm communicator) {
    const std::vector<InDegrees> degrees = degrees_at_points(ensemble, communicator);
    on_root(communicator, [&] {
        ConfigProblems problems("");
        for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
            check_point(*as_written, point, degrees[point], problems);
            if (problems.list().size() > most_problems) break;
        }
        problems.throw_if_any();
    });
}

}  // namespace engram::job
