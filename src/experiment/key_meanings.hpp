// SPDX-License-Identifier: Apache-2.0
// Keys that are not where they were looked for, or have another name in other programs.
#pragma once

#include <string>
#include <vector>

namespace engram {

//! The key that a user means by an unknown one: of another section, or what others call by its
//! name, such as simulation.seed for seed, synapses.h_0_mV for w_ee. Empty if there is none.
//! \param path   of the section that has the unknown key; empty: the root
//! \param valid  keys of that section
std::string meant_key(const std::string& path, const std::string& key,
                      const std::vector<std::string>& valid);

}  // namespace engram
