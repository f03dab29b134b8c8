// SPDX-License-Identifier: Apache-2.0
// Reads the JSON configurations of the published program arbor_network_consolidation, and of its
// sequel with morphological neurons, arbor_network_consolidation_mc.
#pragma once

#include <string>
#include <vector>

#include "experiment/config_tree.hpp"

namespace engram {

struct ArborImport {
    ConfigNode root;                   //!< the equivalent configuration of Engram
    std::vector<std::string> notices;  //!< what has no equivalent, or was completed
};

// What a diffusivity d [m2/s] of such a file means. Two versions of Arbor computed something else
// than what was written, and files were made for them.
enum class ArborDiffusivity {
    not_given,   //!< files of the sequel are refused
    arbor_0_10,  //!< of 0.10 and before, which left out the volume: 1e6 d r / 2 um2/s, r in um
    arbor_0_11,  //!< of 0.11 and 0.12: 1e13 d dx um2/s, dx in um, the length of a compartment
    si,          //!< what is written: 1e12 d um2/s
    point        //!< none: the neurons are taken as points
};

//! \throw UsageError if there is none of that name
ArborDiffusivity arbor_diffusivity_of(const std::string& name);

//! \param path         of the text; a connectivity file is searched in its directory and in the
//!                     present one
//! \param diffusivity  how a file of the sequel was meant
//! \throw ConfigError with every problem if the text is no such configuration
ArborImport import_arbor_configuration(const std::string& text, const std::string& path,
                                       ArborDiffusivity diffusivity = ArborDiffusivity::not_given);

}  // namespace engram
