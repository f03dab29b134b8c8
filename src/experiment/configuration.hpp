// Configuration files: YAML text and overrides to a validated Experiment, and back.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

// Settings from the command line, "section.key=value", applied on top of a file.
using Overrides = std::vector<std::string>;

//! Reads, overrides and validates a configuration file.
//! Relative connectivity.file is resolved against the directory of the configuration file.
//! \throw ConfigError with every problem at once; FileError if the file cannot be read
Experiment read_configuration(const std::string& path, const Overrides& overrides = {});

//! Same for text; `file` is the name used in messages, and its directory the base of relative
//! paths.
Experiment parse_configuration(const std::string& text, const std::string& file,
                               const Overrides& overrides = {});

//! The complete configuration with every default written out; parsing it gives an equal Experiment.
std::string resolved_configuration(const Experiment& experiment);

}  // namespace engram
