#include "cpu/plastic_state.hpp"

#include <algorithm>
#include <cmath>

namespace engram {

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
    synthesis_end_s.assign(n, 0.0);
    tag_watch_.assign(network.plastic().n_sources(), plasticity::no_watch);
    lowest_watch_ = plasticity::no_watch;
}

void PlasticState::fold(Step step) {
    const double e = relaxation(step);
    const plasticity::View view = this->view();
    const auto& targets = network_.plastic().targets();
    for (SynapseIndex k = 0; k < targets.size(); ++k) view.fold(k, targets[k], e, late_phase);
    shrinkage.assign(shrinkage.size(), 1.0);
    finish_restore(step);
}

void PlasticState::finish_restore(Step reference) {
    reference_ = reference;
    const SynapseTable& table = network_.plastic();
    const auto& targets = table.targets();
    const plasticity::View view = this->view();
    change_sum.assign(change_sum.size(), 0);
    for (NeuronId source = 0; source < table.n_sources(); ++source) {
        double watch = plasticity::no_watch;
        for (SynapseIndex k = table.row_begin(source); k < table.row_end(source); ++k) {
            model::replace_in_sum(change_sum[targets[k]], 0.0, std::fabs(g[k]));
            watch = std::min(watch, view.watch(k));
        }
        tag_watch_[source] = watch;
    }
    find_lowest_watch();
}

void PlasticState::expire_tags(double relaxation) {
    if (!(lowest_watch_ * relaxation < late_phase.theta_tag_mV)) return;
    const SynapseTable& table = network_.plastic();
    const plasticity::View view = this->view();
    for (NeuronId source = 0; source < table.n_sources(); ++source) {
        if (!(tag_watch_[source] * relaxation < late_phase.theta_tag_mV)) continue;
        double watch = plasticity::no_watch;
        for (SynapseIndex k = table.row_begin(source); k < table.row_end(source); ++k)
            watch = std::min(watch, view.expire_tag(k, table.targets()[k], relaxation, late_phase));
        tag_watch_[source] = watch;
    }
    find_lowest_watch();
}

void PlasticState::find_lowest_watch() {
    lowest_watch_ = plasticity::no_watch;
    for (const double watch : tag_watch_) lowest_watch_ = std::min(lowest_watch_, watch);
}

std::uint64_t PlasticState::bytes() const {
    return g.capacity() * sizeof(double) + stored_z.capacity() * sizeof(double) + tag.capacity() +
           tag_watch_.capacity() * sizeof(double);
}

}  // namespace engram
