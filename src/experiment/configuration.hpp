// SPDX-License-Identifier: Apache-2.0
// Configuration files: YAML text and overrides to a validated Experiment, and back.
#pragma once

#include <string>
#include <vector>

#include "experiment/arbor_import.hpp"
#include "experiment/config_tree.hpp"
#include "experiment/experiment.hpp"

namespace engram {

// Settings from the command line, "section.key=value", applied on top of a file.
using Overrides = std::vector<std::string>;

// A configuration before it is understood, with what is already known to be wrong with it.
struct ConfigTree {
    ConfigNode root;
    std::string file;  //!< name for messages; its directory is the base of relative paths
    std::vector<ConfigProblem> problems;
    std::vector<std::string> notices;  //!< what a user should know about an imported file
};

//! Path that stands for standard input, of which messages speak as of a file stdin.
inline constexpr const char* standard_input = "-";

//! A file whose name ends in .json is imported from the published program's format. What standard
//! input holds is YAML; paths in it are relative to the present directory.
//! \param diffusivity  of imported files; it is an error with any other
//! \throw ConfigError at a syntax error; FileError if the file cannot be read
ConfigTree read_config_tree(const std::string& path, const Overrides& overrides = {},
                            ArborDiffusivity diffusivity = ArborDiffusivity::not_given);
ConfigTree parse_config_tree(const std::string& text, const std::string& file,
                             const Overrides& overrides = {});

//! The single run that a tree describes; its trials and sweep are not looked at.
//! \throw ConfigError with every problem at once
Experiment make_experiment(const ConfigTree& tree);

//! Reads, overrides and validates a configuration file.
//! Relative paths of files that are read are resolved against the directory of the configuration
//! file.
//! \throw ConfigError with every problem at once; FileError if the file cannot be read
Experiment read_configuration(const std::string& path, const Overrides& overrides = {});

//! Same for text; `file` is the name used in messages, and its directory the base of relative
//! paths.
Experiment parse_configuration(const std::string& text, const std::string& file,
                               const Overrides& overrides = {});

//! The complete configuration with every default written out; parsing it gives an equal Experiment.
std::string resolved_configuration(const Experiment& experiment);

}  // namespace engram
