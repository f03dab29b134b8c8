#include "cpu/interval_log.hpp"

#include <algorithm>

namespace engram {

void IntervalLog::sort() {
    std::stable_sort(intervals_.begin(), intervals_.end(),
                     [](const Interval& a, const Interval& b) {
                         return a.synapse != b.synapse ? a.synapse < b.synapse : a.from < b.from;
                     });
}

double IntervalLog::h_at(SynapseIndex synapse, int step, const Block& block,
                         const PlasticState& state, const model::RandomStreams& streams) const {
    const model::EarlyPhase& early = state.early_phase;
    const auto relaxed = [&](double h, int from) {
        return early.h_0_mV +
               (h - early.h_0_mV) * block.relaxation[step] * block.inverse_relaxation[from];
    };
    auto it =
        std::lower_bound(intervals_.begin(), intervals_.end(), synapse,
                         [](const Interval& a, SynapseIndex wanted) { return a.synapse < wanted; });
    if (it == intervals_.end() || it->synapse != synapse)
        return state.h_mV(synapse, block.relaxation[step]);
    if (step < it->from) return relaxed(it->h_from, it->from);
    while (it + 1 != intervals_.end() && (it + 1)->synapse == synapse && (it + 1)->from <= step)
        ++it;
    if (step >= it->to) return relaxed(it->h_to, it->to);

    // Every step before the wanted one is filled in as well, each given its predecessor, so that a
    // value does not depend on which other steps are recorded.
    double h = it->h_from;
    for (int s = it->from + 1; s <= step; ++s) {
        const auto words = streams(model::Purpose::recording_bridge, it->pre, it->post,
                                   static_cast<std::uint64_t>(block.begin + s));
        const double noise = model::normal_pair(words.word[0], words.word[1]).first;
        h = early.between(h, 1, it->h_to, it->to - s, it->zone, noise);
    }
    return h;
}

}  // namespace engram
