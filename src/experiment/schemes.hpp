// The published stimulus schemes: their names, and the configuration keys each one takes.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

struct SchemeKey {
    std::string name;
    bool required = true;
};

//! Names in the order of the enumeration.
const std::vector<std::string>& scheme_names();

//! Keys besides scheme, group and role.
const std::vector<SchemeKey>& scheme_keys(Scheme scheme);

bool scheme_takes(Scheme scheme, const std::string& key);

}  // namespace engram
