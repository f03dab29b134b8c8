// SPDX-License-Identifier: Apache-2.0
// A group as the configuration describes it, before the groups it refers to are known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/populations.hpp"

namespace engram {

// A group that another is made from, and the key that names it.
struct GroupReference {
    std::string group;
    std::string path;
};

struct GroupSpec {
    //! Whether its ids are known; of one that is begun, its references are being followed.
    enum class State { open, begun, resolved };
    enum class Form { ids, share, union_of, intersection };

    Form form = Form::ids;
    bool valid = true;
    State state = State::open;
    bool random = false;
    std::vector<NeuronId> ids;  //!< ascending
    //! Of a share: that which it is of, then those that are left out.
    std::vector<GroupReference> references;
    std::string path;                //!< of the map that holds count or fraction
    NeuronId count = 0;              //!< of a share; 0 if it has none
    std::optional<double> fraction;  //!< of a share
    bool round_up = false;           //!< of a fraction: to the next whole number, not the nearest
};

//! As many ids from `first` on.
std::vector<NeuronId> consecutive(NeuronId first, NeuronId count);

//! \param path  of the group
//! \param size  of the network: ids from here on are problems
//! \return one that is not valid if it has problems
GroupSpec read_group_spec(ConfigReader reader, const std::string& path, NeuronId size);

}  // namespace engram
