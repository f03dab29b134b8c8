#include "cpu/plastic_state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace engram {

namespace {
constexpr double no_watch = std::numeric_limits<double>::infinity();
}

PlasticState::PlasticState(const Network& network, const SynapseParameters& parameters,
                           double dt_ms)
    : early_phase(parameters, dt_ms), late_phase(parameters), network_(network) {
    const auto n_synapses = network.plastic().size();
    const std::uint32_t n = network.n_local();
    g.assign(n_synapses, 0.0);
    stored_z.assign(n_synapses, 0.0);
    tag.assign(n_synapses, static_cast<std::uint8_t>(model::Tag::none));
    change_sum.assign(n, 0);
    protein.assign(n, 0.0);
    shrinkage.assign(n, 1.0);
    tag_watch_.assign(network.plastic().n_sources(), no_watch);
    lowest_watch_ = no_watch;
}

void PlasticState::fold(Step step) {
    const double e = relaxation(step);
    const auto& targets = network_.plastic().targets();
    for (SynapseIndex k = 0; k < targets.size(); ++k) {
        const double late = z(k, targets[k]);
        const double change = g[k] * e;
        const model::Tag new_tag = late_phase.tag(change);
        g[k] = change;
        stored_z[k] = model::LazyLatePhase::store(late, new_tag, 1.0);
        tag[k] = static_cast<std::uint8_t>(new_tag);
    }
    shrinkage.assign(shrinkage.size(), 1.0);
    finish_restore(step);
}

void PlasticState::finish_restore(Step reference) {
    reference_ = reference;
    const SynapseTable& table = network_.plastic();
    const auto& targets = table.targets();
    change_sum.assign(change_sum.size(), 0);
    for (NeuronId source = 0; source < table.n_sources(); ++source) {
        double watch = no_watch;
        for (SynapseIndex k = table.row_begin(source); k < table.row_end(source); ++k) {
            model::replace_in_sum(change_sum[targets[k]], 0.0, std::fabs(g[k]));
            if (static_cast<model::Tag>(tag[k]) != model::Tag::none)
                watch = std::min(watch, std::fabs(g[k]));
        }
        tag_watch_[source] = watch;
    }
    lowest_watch_ = *std::min_element(tag_watch_.begin(), tag_watch_.end());
}

void PlasticState::set_tag(SynapseIndex k, std::uint32_t target, model::Tag new_tag) {
    stored_z[k] = model::LazyLatePhase::store(z(k, target), new_tag, shrinkage[target]);
    tag[k] = static_cast<std::uint8_t>(new_tag);
}

void PlasticState::expire_tags(double relaxation) {
    if (!(lowest_watch_ * relaxation < late_phase.theta_tag_mV)) return;
    const SynapseTable& table = network_.plastic();
    for (NeuronId source = 0; source < table.n_sources(); ++source) {
        if (!(tag_watch_[source] * relaxation < late_phase.theta_tag_mV)) continue;
        double watch = no_watch;
        for (SynapseIndex k = table.row_begin(source); k < table.row_end(source); ++k) {
            if (static_cast<model::Tag>(tag[k]) == model::Tag::none) continue;
            const double size = std::fabs(g[k]);
            if (size * relaxation < late_phase.theta_tag_mV)
                set_tag(k, table.targets()[k], model::Tag::none);
            else
                watch = std::min(watch, size);
        }
        tag_watch_[source] = watch;
    }
    lowest_watch_ = *std::min_element(tag_watch_.begin(), tag_watch_.end());
}

std::uint64_t PlasticState::bytes() const {
    return g.capacity() * sizeof(double) + stored_z.capacity() * sizeof(double) + tag.capacity() +
           tag_watch_.capacity() * sizeof(double);
}

}  // namespace engram
