#include "experiment/schemes.hpp"

#include <algorithm>

namespace engram {

const std::vector<std::string>& scheme_names() {
    static const std::vector<std::string> names = {"RECT", "ONEPULSE", "TRIPLET",
                                                   "STET", "FULL",     "EXPLICIT"};
    return names;
}

const std::vector<SchemeKey>& scheme_keys(Scheme scheme) {
    static const std::vector<SchemeKey> rect = {
        {"start_s"}, {"duration_s"}, {"n_inputs"}, {"rate_Hz"}};
    static const std::vector<SchemeKey> pulses = {{"start_s"}, {"n_inputs"}, {"rate_Hz"}};
    static const std::vector<SchemeKey> stet = {{"start_s"}, {"duration_s", false}, {"rate_Hz"}};
    static const std::vector<SchemeKey> full = {{"start_s", false}, {"n_inputs"}, {"rate_Hz"}};
    static const std::vector<SchemeKey> explicit_spikes = {{"spike_times_ms"}};
    switch (scheme) {
        case Scheme::rect:
            return rect;
        case Scheme::onepulse:
        case Scheme::triplet:
            return pulses;
        case Scheme::stet:
            return stet;
        case Scheme::full:
            return full;
        default:
            return explicit_spikes;
    }
}

bool scheme_takes(Scheme scheme, const std::string& key) {
    const std::vector<SchemeKey>& keys = scheme_keys(scheme);
    return std::any_of(keys.begin(), keys.end(), [&](const SchemeKey& k) { return k.name == key; });
}

}  // namespace engram
