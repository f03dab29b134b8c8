#include <cstdio>

#include "base/collective.hpp"
#include "cli/collective_failure.hpp"
#include "cli/commands.hpp"
#include "experiment/configuration.hpp"
#include "io/edge_wiring.hpp"
#include "network/input_sums.hpp"
#include "network/recorded_synapses.hpp"

namespace engram::cli {

void print_notices(const ConfigTree& tree) {
    for (const std::string& notice : tree.notices)
        std::fprintf(stderr, "engram: note: %s\n", notice.c_str());
}

WiredExperiment read_everywhere(const CommandLine& line, MPI_Comm communicator,
                                CheckSums check_sums) {
    ConfigTree tree;  // of rank 0, like the following
    std::optional<ConfigProblems> problems;
    std::unique_ptr<Wiring> wiring;
    std::string text;
    on_rank_0(communicator, [&] {
        tree = read_config_tree(line.argument, line.overrides);
        print_notices(tree);
        Experiment experiment = make_experiment(tree);
        if (!line.output.empty()) experiment.output_directory = line.output;
        wiring = open_wiring(experiment);
        problems.emplace(tree.file, &tree.root);
        resolve_recorded_synapses(experiment, *wiring, *problems);
        text = resolved_configuration(experiment);
    });
    const Experiment experiment =
        parse_configuration(broadcast_text(std::move(text), communicator), line.argument);
    collectively(communicator, [&] {
        if (!wiring) wiring = open_wiring(experiment);
    });
    const InDegrees degrees = highest_in_degrees(experiment, *wiring, communicator);
    on_rank_0(communicator, [&] {
        if (check_sums == CheckSums::yes) check_input_sums(experiment, degrees, *problems);
        problems->throw_if_any();
    });
    return {experiment, std::move(wiring)};
}

}  // namespace engram::cli
