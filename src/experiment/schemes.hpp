// The published stimulus schemes, one entry of a table each: its name, the configuration keys that
// it takes, and what happens when. All that depends on the scheme of a stimulus follows from its
// entry.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

struct SchemeKey {
    std::string name;
    bool required = true;
};

//! What a stimulus does to its receivers while it is on.
enum class StimulusEffect { current, poisson_spikes, one_spike };

// Steps [begin, end).
struct StepRange {
    Step begin = 0;
    Step end = 0;
};

struct SchemeEntry {
    std::string name;
    std::vector<SchemeKey> keys;  //!< besides scheme, group and role
    StimulusEffect effect = StimulusEffect::current;
    //! When a stimulus is on: each pulse, train, or step of a spike. Not clipped to the run.
    std::vector<StepRange> (*ranges)(const Experiment& experiment, const Stimulus& stimulus);
    double pulse_s = 0;  //!< length of its pulses or trains, if no key gives it
    double standard_duration_s = 0;
    double shortest_duration_s = 0;  //!< 0: any above 0
};

const SchemeEntry& scheme_entry(Scheme scheme);
//! Null if there is none of that name.
const SchemeEntry* find_scheme(const std::string& name);

//! Names in the order of the enumeration.
const std::vector<std::string>& scheme_names();

bool scheme_takes(const SchemeEntry& scheme, const std::string& key);
inline bool scheme_takes(Scheme scheme, const std::string& key) {
    return scheme_takes(scheme_entry(scheme), key);
}

}  // namespace engram
