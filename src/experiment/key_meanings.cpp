// SPDX-License-Identifier: Apache-2.0
#include "experiment/key_meanings.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "experiment/keys.hpp"

namespace engram {
namespace {

struct Meaning {
    const char* word;  //!< in lower case, without underscores
    const char* key;   //!< one without a dot is a key of stimuli
};

// Words of the published programs, of NEST, Brian and Arbor.
constexpr Meaning meanings[] = {
    {"wee", "synapses.h_0_mV"},
    {"runtime", "simulation.duration_s"},
    {"tmax", "simulation.duration_s"},
    {"tstop", "simulation.duration_s"},
    {"simtime", "simulation.duration_s"},
    {"dtff", "simulation.dt_fast_forward_s"},
    {"timestep", "simulation.dt_ms"},
    {"resolution", "simulation.dt_ms"},
    {"rngseed", "simulation.seed"},
    {"randomseed", "simulation.seed"},
    {"nca", "groups.assembly.count"},
    {"pr", "groups.recalled.fraction"},
    {"pc", "connectivity.probability"},
    {"connfile", "connectivity.file"},
    {"i0", "background.mean_nA"},
    {"sigmawn", "background.sigma_wn_nA_sqrt_s"},
    {"outputperiod", "record.every_steps"},
    {"samplegidlist", "record.neurons"},
    {"sampleprelist", "record.synapses"},
    {"vrest", "neuron.V_rev_mV"},
    {"el", "neuron.V_rev_mV"},
    {"taumem", "neuron.C_mem_nF"},
    {"taum", "neuron.C_mem_nF"},
    {"delay", "synapses.t_ax_delay_ms"},
    {"freq", "rate_Hz"},
    {"nstim", "n_inputs"},
    {"timestart", "start_s"},
    {"stimtimes", "spike_times_ms"},
    {"receivers", "group"},
};

std::string plain(const std::string& name) {
    std::string text;
    for (const char c : name)
        if (c != '_') text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

// Keys of sections that have this name, with or without their unit.
class OtherSections {
  public:
    explicit OtherSections(const std::string& key) : key_(plain(key)) {}

    template <class... Keys>
    void look_in(const keys::Section<Keys...>& section) {
        section.for_each([&](const auto& key) {
            const std::string name = plain(key.name);
            if (name == key_)
                same_.push_back(std::string(section.name) + "." + key.name);
            else if (key_.size() >= shortest_stem && name.starts_with(key_))
                begin_.push_back(std::string(section.name) + "." + key.name);
        });
    }
    //! Empty if none, or several, may be meant.
    std::string only_one() const {
        const std::vector<std::string>& found = same_.empty() ? begin_ : same_;
        return found.size() == 1 ? found.front() : "";
    }

  private:
    static constexpr std::size_t shortest_stem = 3;
    std::string key_;
    std::vector<std::string> same_;
    std::vector<std::string> begin_;
};

}  // namespace

std::string meant_key(const std::string& path, const std::string& key,
                      const std::vector<std::string>& valid) {
    const std::string word = plain(key);
    const auto known =
        std::ranges::find_if(meanings, [&](const Meaning& m) { return word == m.word; });
    const bool is_entry = path.find('.') != std::string::npos;
    if (known != std::end(meanings)) {
        const bool is_of_stimuli = std::strchr(known->key, '.') == nullptr;
        if (!is_of_stimuli) return known->key;
        return std::ranges::count(valid, known->key) > 0 ? known->key : "";
    }
    // Entries have keys that sections have too, such as duration_s.
    if (is_entry) return "";
    OtherSections others(key);
    others.look_in(keys::simulation);
    others.look_in(keys::published_populations);
    others.look_in(keys::connectivity);
    others.look_in(keys::background);
    others.look_in(keys::neuron);
    others.look_in(keys::synapses);
    others.look_in(keys::checkpoint);
    others.look_in(keys::output);
    const std::string found = others.only_one();
    return found.starts_with(path + ".") ? "" : found;
}

}  // namespace engram
