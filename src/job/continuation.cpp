// SPDX-License-Identifier: Apache-2.0
#include "job/continuation.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/durable.hpp"
#include "base/number_text.hpp"
#include "experiment/configuration.hpp"
#include "experiment/ensemble.hpp"
#include "experiment/network_keys.hpp"
#include "io/checkpoint_directory.hpp"
#include "io/checkpoint_file.hpp"
#include "io/edge_wiring.hpp"
#include "io/stimulus_files.hpp"
#include "job/state_source.hpp"
#include "network/recorded_synapses.hpp"
#include "simulation/recorded_columns.hpp"

namespace engram::job {
namespace {

namespace fs = std::filesystem;

const std::string duration_key = "simulation.duration_s";

bool may_change(const ConfigDifference& difference) {
    return difference.key == "simulation.description" ||
           difference.key == "simulation.communication_timeout_s" ||
           difference.key.starts_with("output.") || difference.key.starts_with("checkpoint.");
}

ConfigProblem only_extended(const std::string& file, const std::string& before,
                            const std::string& after) {
    return {file, 0, duration_key,
            "can only be extended when a run is resumed (was " + before + ", is " + after + ")"};
}

// The directory that is resumed is where the run goes on, wherever it was moved to.
void require_same_directory(const Experiment& wanted, const OutputDirectory& directory,
                            const ResumeRequest& request) {
    const auto names_it = [](const std::string& text) {
        return text.starts_with("output.directory=") || text.starts_with("output=");
    };
    std::error_code ignored;
    if (std::none_of(request.overrides.begin(), request.overrides.end(), names_it) ||
        fs::equivalent(wanted.output_directory, directory.path(), ignored))
        return;
    throw ConfigError(
        {{"--set", 0, "output.directory",
          "a run goes on in the directory that is resumed; to have it elsewhere, "
          "move the directory, and resume it there (is " +
              wanted.output_directory + ", resumed is " + directory.path().string() + ")"}});
}

bool is_valid(const std::string& file) {
    try {
        read_configuration(file);
        return true;
    } catch (const ConfigError&) {
        return false;
    }
}

// What a run has taken over from another when it began, it need not look for again: that one may be
// gone by now.
Experiment with_recorded_source(Experiment wanted, const std::string& saved) {
    if (!wanted.initial_state.from) return wanted;
    const Experiment begun = parse_configuration(saved, "the checkpoint");
    if (!wanted.initial_state.at_s) wanted.initial_state.at_s = begun.initial_state.at_s;
    if (wanted.initial_state.file_checksum.empty())
        wanted.initial_state.file_checksum = begun.initial_state.file_checksum;
    return with_wiring_of(std::move(wanted), begun);
}

// A run goes on with the wiring that it began with, whatever its files hold by now.
Experiment with_recorded_wiring(Experiment wanted, const std::string& saved) {
    const Experiment begun = parse_configuration(saved, "the checkpoint");
    for_each_wiring(begun, [&](const auto& before, const std::string& of) {
        for_each_wiring(wanted, [&](auto& now, const std::string& path) {
            if (path == of && now.file == before.file && now.file_checksum.empty())
                now.file_checksum = before.file_checksum;
        });
    });
    return wanted;
}

// The configuration that is wanted, where it comes from, and what can be done about its problems.
Experiment wanted_experiment(const std::string& saved, const OutputDirectory& directory,
                             const ResumeRequest& request) {
    if (!request.configuration.empty()) {
        const ConfigTree tree = read_config_tree(request.configuration, request.overrides);
        Experiment experiment =
            with_recorded_wiring(with_recorded_source(make_experiment(tree), saved), saved);
        load_stimulus_files(experiment);
        ConfigProblems problems(tree.file, &tree.root);
        resolve_recorded_synapses(experiment, *open_wiring(experiment), problems);
        check_recorded_variables(experiment, problems);
        problems.throw_if_any();
        return experiment;
    }
    if (!fs::exists(directory.config()))
        return parse_configuration(saved, "the checkpoint", request.overrides);
    try {
        return read_configuration(directory.config(), request.overrides);
    } catch (const ConfigError& error) {
        std::vector<ConfigProblem> problems = error.problems();
        if (is_valid(directory.config())) {
            // Then the command line is to blame, wherever a value that no longer fits was written.
            for (ConfigProblem& problem : problems) {
                if (problem.file == directory.config()) problem.file = "--set";
                problem.line = 0;
            }
        } else if (problems.front().file == directory.config())
            problems.push_back({directory.config(), 0, "",
                                "undo the change, or remove the file: the checkpoints hold the "
                                "configuration too"});
        throw ConfigError(std::move(problems));
    }
}

double completed_duration_s(const OutputDirectory& directory) {
    const std::string text = read_text_file(directory.summary());
    try {
        return nlohmann::json::parse(text).at("duration_s");
    } catch (const nlohmann::json::exception&) {
        throw FileError(directory.summary(),
                        "is damaged; remove it and resume the run, which then writes it again");
    }
}

// What is wrong with a file that a complete run has left, if that can be seen without reading it
// all.
std::string problem_of_result(const std::string& file) {
    if (!fs::exists(file)) return "is missing";
    if (!file.ends_with(".h5")) return "";
    try {
        h5::File::open(file, h5::Access::read_only);
        return "";
    } catch (const FileError& error) {
        if (error.fault() == FileFault::environment) throw;
        return "is not usable (" + error.problem() + ")";
    }
}

// Configuration of the newest checkpoint that tells, else of the run as it stands in config.yaml.
std::string completed_configuration(const OutputDirectory& directory) {
    for (const std::string& path : list_checkpoints(directory)) {
        try {
            return read_checkpoint_header(h5::File::open(path, h5::Access::read_only))
                .configuration;
        } catch (const FileError& error) {
            if (error.fault() == FileFault::environment) throw;
            continue;  // restoring reports it
        }
    }
    return fs::exists(directory.config())
               ? resolved_configuration(read_configuration(directory.config()))
               : std::string();
}

}  // namespace

ConfigProblem forbidden_change(const std::string& file, const std::string& of,
                               const ConfigDifference& difference) {
    const auto text = [](const std::string& value) {
        return value.empty() ? std::string("absent") : value;
    };
    return {file, 0, difference.key,
            "cannot be changed when the " + of + " is resumed (was " + text(difference.before) +
                ", is " + text(difference.after) + "); undo the change, or start a new " + of};
}

bool holds_ensemble(const OutputDirectory& directory) {
    if (fs::exists(directory.config())) {
        try {
            return Ensemble::is_wanted(read_config_tree(directory.config(), {}));
        } catch (const ConfigError&) {
            return false;  // of a run this is reported where it matters
        }
    }
    if (!fs::exists(directory.path() / "trials") && !fs::exists(directory.ensemble_config()))
        return false;
    throw FileError(directory.config(),
                    fs::exists(directory.ensemble_config())
                        ? "is missing; copy " + directory.ensemble_config() + " to it"
                        : "is missing; restore the file with which the ensemble began");
}

void require_unchanged_ensemble(const OutputDirectory& directory, const ResumeRequest& request) {
    if (!request.asks_for_changes()) return;
    const std::string& source =
        request.configuration.empty() ? directory.config() : request.configuration;
    Ensemble wanted(read_config_tree(source, request.overrides));
    Ensemble stored(read_config_tree(directory.config(), {}));
    for (Ensemble* ensemble : {&wanted, &stored}) ensemble->set_output_directory(request.directory);
    std::vector<ConfigProblem> problems;
    for (const auto& difference :
         configuration_differences(stored.configuration(), wanted.configuration())) {
        if (difference.key == "ranks_per_trial") continue;  // no result depends on it
        problems.push_back(
            forbidden_change(request.configuration.empty() ? "--set" : request.configuration,
                             "ensemble", difference));
    }
    if (!problems.empty()) throw ConfigError(std::move(problems));
}

bool has_whole_results(const OutputDirectory& run) {
    const auto is_whole = [](const std::string& file) { return problem_of_result(file).empty(); };
    const auto files = run.result_files();
    return is_whole(run.summary()) && std::all_of(files.begin(), files.end(), is_whole);
}

void require_results(const OutputDirectory& directory) {
    const bool is_ensemble = holds_ensemble(directory);
    const std::string remedy = std::string(", though the ") + (is_ensemble ? "ensemble" : "run") +
                               " is complete; restore it from a copy, or run again: engram run " +
                               directory.config() + " --output " + directory.path().string() +
                               " --force";
    const auto require = [&](const std::string& file) {
        const std::string problem = problem_of_result(file);
        if (!problem.empty()) throw FileError(file, problem + remedy);
    };
    const auto require_all_of = [&](const OutputDirectory& run) {
        require(run.summary());
        for (const auto& file : run.result_files()) require(file);
    };
    if (!is_ensemble) return require_all_of(directory);
    require(directory.ensemble());
    const Ensemble ensemble(read_config_tree(directory.config(), {}));
    if (!ensemble.keeps_results()) return;
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point)
        for (std::uint32_t trial = 0; trial < ensemble.trials(); ++trial)
            require_all_of(directory.trial(point, trial));
}

void require_run(const OutputDirectory& directory) {
    if (fs::exists(directory.config()) || !list_checkpoints(directory).empty()) return;
    throw FileError(
        directory.path().string(),
        "holds no run of Engram (neither config.yaml nor a checkpoint); give the output "
        "directory of an interrupted run");
}

Experiment continued_experiment(const std::string& saved, const OutputDirectory& directory,
                                const ResumeRequest& request) {
    const Experiment before = parse_configuration(saved, "the checkpoint");
    Experiment after = wanted_experiment(saved, directory, request);
    require_same_directory(after, directory, request);
    after.output_directory = before.output_directory;
    std::vector<ConfigProblem> problems;
    const std::string file = !request.configuration.empty() ? request.configuration
                             : !request.overrides.empty()   ? "--set"
                                                            : directory.config();
    for (const auto& difference :
         configuration_differences(resolved_configuration(before), resolved_configuration(after))) {
        if (may_change(difference)) continue;
        if (difference.key == duration_key) {
            if (after.duration_s <= before.duration_s)
                problems.push_back(only_extended(file, difference.before, difference.after));
            continue;
        }
        problems.push_back(forbidden_change(file, "run", difference));
    }
    if (!problems.empty()) throw DifferentRun(std::move(problems));
    return after;
}

bool asks_for_extension(const OutputDirectory& directory, const ResumeRequest& request) {
    const std::string saved = completed_configuration(directory);
    if (saved.empty()) return false;
    const double wanted_s = continued_experiment(saved, directory, request).duration_s;
    const double completed_s = completed_duration_s(directory);
    if (wanted_s < completed_s)
        throw ConfigError({only_extended("", number_text(completed_s), number_text(wanted_s))});
    return wanted_s > completed_s;
}

}  // namespace engram::job
