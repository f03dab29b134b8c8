// SPDX-License-Identifier: Apache-2.0
#include "experiment/initial_state_reader.hpp"

#include <algorithm>

#include "experiment/group_reader.hpp"
#include "experiment/keys.hpp"

namespace engram {

InitialState read_initial_state(ConfigReader reader) {
    InitialState state;
    const std::string from = keys::name_of<&InitialState::from>();
    keys::read_keys(reader, keys::initial_state, state);
    if (reader.node(from) == nullptr)
        for (const char* key :
             {keys::name_of<&InitialState::at_s>(), keys::name_of<&InitialState::proteins>()})
            if (reader.node(key) != nullptr)
                reader.problem(key, "needs " + reader.path_of(from) +
                                        ", the run whose state this one begins with; give it, or "
                                        "remove the key");
    reader.finish();
    return state;
}

InitialWeights read_initial_weights(ConfigReader reader, const Groups& groups,
                                    const Populations& populations) {
    InitialWeights weights;
    const std::string key = keys::name_of<&InitialWeights::stipulated>();
    std::size_t index = 0;
    for (const ConfigNode* item : reader.items(key)) {
        ConfigReader entry(item, reader.path_of(key) + "[" + std::to_string(index++) + "]",
                           reader.problems());
        StipulatedWeights stipulated;
        keys::read_section(entry, keys::stipulated_weights, stipulated);
        const auto check = [&](const std::string& name, const char* end) {
            const std::string path = entry.path_of(end);
            if (reader.problems().concern(path)) return;
            const Group* group = find_group(groups, name, path, reader.problems());
            if (group != nullptr && std::ranges::none_of(group->ids, [&](NeuronId id) {
                    return populations.is_excitatory(id);
                }))
                entry.problem(end, "group '" + name +
                                       "' has no excitatory neurons, between which all plastic "
                                       "synapses are");
        };
        check(stipulated.from, keys::name_of<&StipulatedWeights::from>());
        check(stipulated.to, keys::name_of<&StipulatedWeights::to>());
        weights.stipulated.push_back(stipulated);
    }
    keys::read_section(std::move(reader), keys::initial_weights, weights);
    return weights;
}

}  // namespace engram
