// SPDX-License-Identifier: Apache-2.0
#include "job/read_experiment.hpp"

#include <optional>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "base/plain_text.hpp"
#include "experiment/configuration.hpp"
#include "experiment/keys.hpp"
#include "io/edge_wiring.hpp"
#include "io/stimulus_files.hpp"
#include "job/ensemble_networks.hpp"
#include "job/input_files.hpp"
#include "job/state_source.hpp"
#include "network/input_sums.hpp"
#include "network/recorded_synapses.hpp"
#include "simulation/recorded_columns.hpp"

namespace engram::job {

void print_notes(const ConfigTree& tree) {
    for (const std::string& text : tree.notices) note("{}", text);
}

namespace {

// Of a file of all connections: one that leaves a whole population alone is rarely meant.
void note_unconnected(const Experiment& experiment, const Wiring& wiring) {
    if (experiment.has_named_populations() || !experiment.connectivity.file) return;
    const Populations& populations = experiment.populations;
    const std::size_t n = populations.n_populations();
    const std::vector<double> counts = wiring.expected_synapses(populations);
    for (std::size_t i = 0; i < n; ++i) {
        if (populations[i].count == 0) continue;
        double n_into = 0;
        double n_out = 0;
        for (std::size_t k = 0; k < n; ++k) {
            n_into += counts[k * n + i];
            n_out += counts[i * n + k];
        }
        if (n_into > 0 && n_out > 0) continue;
        const char* what = n_into > 0  ? "no synapse begins at"
                           : n_out > 0 ? "no synapse ends at"
                                       : "no synapse begins or ends at";
        note(
            "{}: {} the {} neurons of {}; if that is not meant, the file lists only some of the "
            "connections ({})",
            one_line(*experiment.connectivity.file), what, populations[i].count,
            populations[i].name, keys::path_of<&Connectivity::file>());
    }
}

}  // namespace

GivenConfiguration read_given(const ConfigurationSource& source, MPI_Comm communicator) {
    GivenConfiguration given;
    given.source = source;
    bool is_of_ensemble = false;
    on_root(communicator, [&] {
        if (const auto unwanted = find_unwanted(source.output))
            throw ConfigError({{"--output", 0, "",
                                "holds " + unwanted->what +
                                    "; the files of a run name its directory in UTF-8, so choose "
                                    "another name"}});
        given.tree = read_config_tree(source.file, source.overrides, source.arbor_diffusivity);
        print_notes(given.tree);
        is_of_ensemble = Ensemble::is_wanted(given.tree);
    });
    given.is_of_ensemble = !broadcast_text(is_of_ensemble ? "yes" : "", communicator).empty();
    return given;
}

Ensemble read_ensemble(GivenConfiguration given, MPI_Comm communicator) {
    const ConfigurationSource& source = given.source;
    std::string text;
    std::optional<Ensemble> as_written;  // rank 0
    on_root(communicator, [&] {
        as_written.emplace(std::move(given.tree));
        as_written->set_output_directory(source.output.empty() ? as_written->output_directory()
                                                               : source.output);
        text = as_written->configuration();
    });
    Ensemble ensemble(
        parse_config_tree(broadcast_text(std::move(text), communicator), source.file));
    check_networks(ensemble, as_written ? &*as_written : nullptr, communicator);
    return ensemble;
}

WiredExperiment read_experiment(const GivenConfiguration& given, MPI_Comm communicator,
                                CheckSums check_sums) {
    const ConfigurationSource& source = given.source;
    const ConfigTree& tree = given.tree;  // of rank 0, like the following
    std::optional<ConfigProblems> problems;
    std::unique_ptr<Wiring> wiring;
    std::string text;
    on_root(communicator, [&] {
        Experiment experiment = make_sourced_experiment(tree);
        if (!source.output.empty()) experiment.output_directory = source.output;
        load_stimulus_files(experiment);
        wiring = open_wiring(experiment);
        note_unconnected(experiment, *wiring);
        problems.emplace(tree.file, &tree.root);
        resolve_recorded_synapses(experiment, *wiring, *problems);
        check_recorded_variables(experiment, *problems);
        text = resolved_configuration(experiment);
    });
    // Rank 0 too, so that what is stored can be read again.
    Experiment experiment =
        parse_configuration(broadcast_text(std::move(text), communicator), source.file);
    collectively(communicator, [&] {
        load_stimulus_files(experiment);
        if (!wiring) wiring = open_wiring(experiment);
    });
    note_checksums(experiment, communicator);
    const InDegrees degrees = highest_in_degrees(experiment, *wiring, communicator);
    on_root(communicator, [&] {
        if (check_sums == CheckSums::yes) check_input_sums(experiment, degrees, *problems);
        problems->throw_if_any();
    });
    return {std::move(experiment), std::move(wiring)};
}

}  // namespace engram::job
