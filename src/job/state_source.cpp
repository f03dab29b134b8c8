// SPDX-License-Identifier: Apache-2.0
#include "job/state_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/errors.hpp"
#include "base/messages.hpp"
#include "base/number_text.hpp"
#include "base/step_time.hpp"
#include "experiment/config_problems.hpp"
#include "experiment/keys.hpp"
#include "io/checkpoint_directory.hpp"
#include "io/checkpoint_file.hpp"
#include "io/checkpoint_validation.hpp"
#include "io/network_file.hpp"
#include "io/output_directory.hpp"
#include "io/snapshot_reader.hpp"
#include "job/state_proteins.hpp"

namespace engram::job {
namespace {

namespace fs = std::filesystem;
using Kind = StateSource::Kind;

const std::string at_key = keys::path_of<&InitialState::at_s>();

[[noreturn]] void fail(const std::string& key, const std::string& problem) {
    throw ConfigError({{"", 0, key, problem}});
}

bool is_same_time(double a_s, double b_s) {
    return snapshot_label(a_s) == snapshot_label(b_s);
}

// The state of a checkpoint is that of its step, or of an earlier one.
StateSource of_checkpoint(const std::string& path) {
    const CheckpointHeader header =
        read_checkpoint_header(h5::File::open(path, h5::Access::read_only));
    validate_header(header, path);
    const Experiment experiment = parse_configuration(header.configuration, path);
    const Step step = state_step(header.position, experiment);
    return {Kind::checkpoint, path, step_time_ms(step, experiment.dt_ms) / 1000.0};
}

// Ascending by time.
std::vector<StateSource> of_network(const std::string& path) {
    std::vector<StateSource> states;
    for (const double time_s : snapshot_times_s(path))
        states.push_back({Kind::network, path, time_s});
    if (states.empty())
        throw FileError(path,
                        "holds no snapshots of weights, only who is connected to whom; give "
                        "the network.h5 or a checkpoint of a run (" +
                            from_key() + ")");
    return states;
}

std::vector<StateSource> of_file(const std::string& path) {
    const h5::File file = h5::File::open(path, h5::Access::read_only);
    std::string filetype;
    if (h5::has_attribute(file, "filetype")) filetype = h5::read_string_attribute(file, "filetype");
    if (filetype == network_filetype) return of_network(path);
    if (filetype == checkpoint_filetype) return {of_checkpoint(path)};
    throw FileError(path, (filetype.empty() ? "is no file of Engram"
                                            : "is of type '" + shortened(filetype) + "'") +
                              "; give the results directory of a run, its network.h5, or a "
                              "checkpoint (" +
                              from_key() + ")");
}

// Of a run that is complete: else what there is changes under the hands of who reads it.
std::vector<StateSource> of_directory(const std::string& path) {
    const OutputDirectory directory(path);
    const std::vector<std::string> checkpoints = list_checkpoints(directory);
    if (fs::exists(directory.path() / "trials") || fs::exists(directory.ensemble()))
        throw FileError(path, "holds an ensemble; give the directory of one of its trials, below " +
                                  (directory.path() / "trials").string() + " (" + from_key() + ")");
    if (!fs::exists(directory.summary())) {
        if (checkpoints.empty() && !fs::exists(directory.config()))
            throw FileError(path, "holds no run of Engram; give the results directory of one (" +
                                      from_key() + ")");
        throw FileError(
            path,
            "holds a run that is not complete; wait for its end, or continue it (engram "
            "resume " +
                path + ")" +
                (checkpoints.empty()
                     ? ""
                     : ", or give one of its checkpoints, e.g. " + checkpoints.front()) +
                " (" + from_key() + ")");
    }
    std::vector<StateSource> states;
    if (fs::exists(directory.network())) states = of_network(directory.network());
    std::string problem;
    for (const std::string& checkpoint : checkpoints) {
        try {
            const StateSource state = of_checkpoint(checkpoint);
            // network.h5 has the wiring too, and needs no second network to be read.
            if (std::ranges::none_of(states, [&](const StateSource& other) {
                    return is_same_time(other.time_s, state.time_s);
                }))
                states.push_back(state);
        } catch (const Error& error) {
            if (problem.empty()) problem = error.what();
        }
    }
    if (states.empty())
        throw FileError(path, problem.empty()
                                  ? "holds neither network.h5 nor a checkpoint, so that no state "
                                    "of its run is known; run it with output.network: true (" +
                                        from_key() + ")"
                                  : "holds no usable state: " + problem);
    std::ranges::sort(states, {}, &StateSource::time_s);
    return states;
}

std::string times_text(const std::vector<StateSource>& states) {
    constexpr std::size_t most = 20;
    std::string text;
    for (std::size_t i = 0; i < std::min(most, states.size()); ++i)
        text += (i == 0 ? "" : ", ") + number_text(states[i].time_s);
    return text + (states.size() > most ? fmt::format(" and {} others", states.size() - most) : "");
}

// Of a checkpoint's run, whose populations must be those of the experiment.
Experiment experiment_of(const StateSource& source) {
    const CheckpointHeader header =
        read_checkpoint_header(h5::File::open(source.path, h5::Access::read_only));
    return parse_configuration(header.configuration, source.path);
}

Experiment with_wiring_of_run(Experiment experiment, const Experiment& other) {
    bool draws = false;
    if (experiment.connectivity.wired_by_source) {
        if (other.has_named_populations())
            fail(from_key(),
                 "is a run with named populations; give this one the same populations and "
                 "projections");
        experiment.connectivity.probability = other.connectivity.probability;
        experiment.connectivity.file = other.connectivity.file;
        experiment.connectivity.file_checksum = other.connectivity.file_checksum;
        experiment.connectivity.wired_by_source = false;
        draws = !other.connectivity.file;
    }
    if (experiment.has_named_populations())
        for (Projection& projection : *experiment.given_projections) {
            if (!projection.wired_by_source) continue;
            const std::vector<Projection> others = other.projections();
            const auto found = std::ranges::find_if(others, [&](const Projection& candidate) {
                return candidate.from == projection.from && candidate.to == projection.to;
            });
            if (found == others.end())
                fail("projections." + projection.name,
                     "there is no such projection in the run of " + from_key() +
                         "; give it a probability or a file");
            projection.probability = found->probability;
            projection.file = found->file;
            projection.file_checksum = found->file_checksum;
            projection.wired_by_source = false;
            draws = draws || !found->file;
        }
    if (!draws) return experiment;
    if (experiment.wiring_seed && experiment.wiring_seed != other.seed_of_wiring())
        fail(keys::path_of<&Experiment::wiring_seed>(),
             fmt::format("must be {}, that of the run whose wiring is taken over, or be left out "
                         "(is {})",
                         other.seed_of_wiring(), *experiment.wiring_seed));
    experiment.wiring_seed = other.seed_of_wiring();
    return experiment;
}

void take_wiring_of_file(Experiment& experiment, const std::string& path) {
    if (experiment.connectivity.wired_by_source) {
        experiment.connectivity.file = path;
        experiment.connectivity.wired_by_source = false;
    }
    if (!experiment.has_named_populations()) return;
    for (Projection& projection : *experiment.given_projections)
        if (projection.wired_by_source) {
            projection.file = path;
            projection.wired_by_source = false;
        }
}

void require_same_populations(const Experiment& experiment, const Experiment& other) {
    const auto describe = [](const Populations& populations) {
        std::string text;
        for (const Population& population : populations)
            text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", population.count,
                                population.is_excitatory() ? "excitatory" : "inhibitory",
                                population.name);
        return text;
    };
    const std::string own = describe(experiment.populations);
    const std::string theirs = describe(other.populations);
    if (own != theirs)
        fail("populations",
             "must be those of the run of " + from_key() + ", " + theirs + " (are " + own + ")");
}

// See with_source. Returns what cannot be taken over, as lost_proteins.
std::string take_source(Experiment& experiment) {
    if (!experiment.initial_state.from) return "";
    const StateSource source = find_state(experiment.initial_state);
    if (source.kind == Kind::checkpoint) {
        const Experiment other = experiment_of(source);
        require_same_populations(experiment, other);
        experiment = with_wiring_of_run(std::move(experiment), other);
    } else {
        take_wiring_of_file(experiment, source.path);
    }
    experiment.initial_state.at_s = source.time_s;
    return lost_proteins(experiment, source);
}

}  // namespace

StateSource find_state(const InitialState& wanted) {
    const std::string& path = *wanted.from;
    std::error_code ignored;
    const fs::file_status status = fs::status(path, ignored);
    if (!fs::exists(status)) fail(from_key(), "there is no file or directory " + path);
    if (!fs::is_directory(status) && !fs::is_regular_file(status))
        fail(from_key(), path + " is neither a directory nor a regular file");
    const std::vector<StateSource> states =
        fs::is_directory(status) ? of_directory(path) : of_file(path);
    if (!wanted.at_s) return states.back();
    for (const StateSource& state : states)
        if (is_same_time(state.time_s, *wanted.at_s)) return state;
    fail(at_key, "there is no state of " + number_text(*wanted.at_s) + " s in " + path +
                     "; there is one of " + times_text(states) + " s");
}

Experiment with_wiring_of(Experiment experiment, const Experiment& other) {
    return with_wiring_of_run(std::move(experiment), other);
}

Experiment make_sourced_experiment(const ConfigTree& tree) {
    Experiment experiment = make_experiment(tree);
    try {
        const std::string lost = take_source(experiment);
        if (!lost.empty()) note("{}", lost);
        return experiment;
    } catch (const ConfigError& error) {
        ConfigProblems problems(tree.file, &tree.root);
        for (const ConfigProblem& problem : error.problems())
            if (problem.file.empty())
                problems.add(problem.key, problem.message);
            else
                problems.add_new(problem);
        problems.throw_if_any();
        throw;
    }
}

Experiment with_source(Experiment experiment) {
    take_source(experiment);
    return experiment;
}

}  // namespace engram::job
