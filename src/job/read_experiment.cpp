// SPDX-License-Identifier: Apache-2.0
#include "job/read_experiment.hpp"

#include <optional>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "experiment/configuration.hpp"
#include "io/edge_wiring.hpp"
#include "job/ensemble_networks.hpp"
#include "network/input_sums.hpp"
#include "network/recorded_synapses.hpp"

namespace engram::job {

void print_notes(const ConfigTree& tree) {
    for (const std::string& text : tree.notices) note("{}", text);
}

bool wants_ensemble(const ConfigurationSource& source) {
    return Ensemble::is_wanted(read_config_tree(source.file, source.overrides));
}

bool wants_ensemble(const ConfigurationSource& source, MPI_Comm communicator) {
    int wanted = 0;
    on_root(communicator, [&] { wanted = wants_ensemble(source) ? 1 : 0; });
    MPI_Bcast(&wanted, 1, MPI_INT, 0, communicator);
    return wanted != 0;
}

Ensemble read_ensemble(const ConfigurationSource& source, MPI_Comm communicator) {
    std::string text;
    std::optional<Ensemble> as_written;  // rank 0
    on_root(communicator, [&] {
        ConfigTree tree = read_config_tree(source.file, source.overrides);
        print_notes(tree);
        as_written.emplace(std::move(tree));
        as_written->set_output_directory(source.output.empty() ? as_written->output_directory()
                                                               : source.output);
        text = as_written->configuration();
    });
    Ensemble ensemble(
        parse_config_tree(broadcast_text(std::move(text), communicator), source.file));
    check_networks(ensemble, as_written ? &*as_written : nullptr, communicator);
    return ensemble;
}

WiredExperiment read_experiment(const ConfigurationSource& source, MPI_Comm communicator,
                                CheckSums check_sums) {
    ConfigTree tree;  // of rank 0, like the following
    std::optional<ConfigProblems> problems;
    std::unique_ptr<Wiring> wiring;
    std::string text;
    on_root(communicator, [&] {
        tree = read_config_tree(source.file, source.overrides);
        print_notes(tree);
        Experiment experiment = make_experiment(tree);
        if (!source.output.empty()) experiment.output_directory = source.output;
        wiring = open_wiring(experiment);
        problems.emplace(tree.file, &tree.root);
        resolve_recorded_synapses(experiment, *wiring, *problems);
        text = resolved_configuration(experiment);
    });
    const Experiment experiment =
        parse_configuration(broadcast_text(std::move(text), communicator), source.file);
    collectively(communicator, [&] {
        if (!wiring) wiring = open_wiring(experiment);
    });
    const InDegrees degrees = highest_in_degrees(experiment, *wiring, communicator);
    on_root(communicator, [&] {
        if (check_sums == CheckSums::yes) check_input_sums(experiment, degrees, *problems);
        problems->throw_if_any();
    });
    return {experiment, std::move(wiring)};
}

}  // namespace engram::job
