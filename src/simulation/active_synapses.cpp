#include "simulation/active_synapses.hpp"

#include <algorithm>
#include <cmath>

#include "model/random_lanes.hpp"

namespace engram {

ActiveSynapses::ActiveSynapses(const Network& network, const Experiment& experiment,
                               PlasticState& state, const CalciumTraces& calcium)
    : network_(network),
      state_(state),
      calcium_(calcium),
      early_(state.early_phase),
      streams_{experiment.seed},
      noisy_(experiment.synapses.sigma_pl_mV > 0.0),
      global_ids_(network.n_local_exc()),
      post_lowest_(network.n_local_exc()),
      post_highest_(network.n_local_exc()),
      uniform_(network.n_local_exc()),
      uniform_target_(network.n_local_exc()),
      uniform_post_(network.n_local_exc()),
      uniform_zone_(network.n_local_exc()),
      uniform_noise_(network.n_local_exc()),
      logged_rows_(network.populations().n_exc) {
    for (std::uint32_t j = 0; j < network.n_local_exc(); ++j) global_ids_[j] = network.global_id(j);
}

ActiveSynapses::Profile ActiveSynapses::profile(NeuronId source, int from, int to) const {
    const model::CalciumTrace trace = calcium_.pre(source);
    Profile p;
    p.from = from;
    p.to = to;
    p.lowest = p.highest = trace.at(from, calcium_.decay());
    for (int s = from; s < to; ++s) {
        p.at[s] = trace.at(s, calcium_.decay());
        p.lowest = std::min(p.lowest, p.at[s]);
        p.highest = std::max(p.highest, p.at[s]);
    }
    return p;
}

void ActiveSynapses::draw(SynapseIndex k, NeuronId source, std::uint32_t target, model::Zone zone,
                          int from, int to, const Block& block, bool logged) {
    double noise = 0.0;
    if (noisy_) {
        const auto words = streams_(model::Purpose::early_phase, source, global_ids_[target],
                                    static_cast<std::uint64_t>(block.begin + to));
        noise = model::normal_pair(words.word[0], words.word[1]).first;
    }
    const double g = state_.g[k];
    const double h = std::fma(g, block.relaxation[from], early_.h_0_mV);
    const double next = early_.advance(h, zone, to - from, noise);
    const double next_g = (next - early_.h_0_mV) * block.inverse_relaxation[to];
    state_.g[k] = next_g;
    state_.change_sum[target] +=
        model::to_fixed_point(std::fabs(next_g)) - model::to_fixed_point(std::fabs(g));
    ++n_draws_;
    if (logged) log_.add({k, source, global_ids_[target], zone, from, to, h, next});
}

void ActiveSynapses::advance_mixed(SynapseIndex k, NeuronId source, std::uint32_t target,
                                   const Profile& profile, const Block& block, bool logged) {
    const model::CalciumTrace post = calcium_.post(target);
    int begin = profile.from;
    model::Zone zone = model::Zone::passive;
    for (int s = profile.from; s <= profile.to; ++s) {
        const model::Zone here = s < profile.to
                                     ? early_.zone(profile.at[s] + post.at(s, calcium_.decay()))
                                     : model::Zone::passive;
        if (s > profile.from && s < profile.to && here == zone) continue;
        if (s > begin && zone != model::Zone::passive)
            draw(k, source, target, zone, begin, s, block, logged);
        zone = here;
        begin = s;
    }
}

void ActiveSynapses::advance_one(const Member& member, NeuronId source, const Profile& profile,
                                 double post_lowest, double post_highest, const Block& block,
                                 bool logged) {
    // Rounding is monotonic: if the sums of the lowest and of the highest values are in one zone,
    // every sum is.
    const model::Zone zone = early_.zone(profile.highest + post_highest);
    if (zone == model::Zone::passive) return;
    if (!logged && zone == early_.zone(profile.lowest + post_lowest)) {
        uniform_.push_back(member.synapse);
        uniform_target_.push_back(member.target);
        uniform_post_.push_back(global_ids_[member.target]);
        uniform_zone_.push_back(static_cast<std::int32_t>(zone));
    } else {
        advance_mixed(member.synapse, source, member.target, profile, block, logged);
    }
}

void ActiveSynapses::advance(NeuronId source, std::span<const Member> synapses, int from, int to,
                             const Block& block) {
    if (from == to) return;
    const Profile p = profile(source, from, to);
    const bool logged = log_all_ || logged_rows_[source] != 0;
    const double decay = calcium_.decay().factor[block.steps - 1];
    clear_uniform();
    for (const Member& member : synapses) {
        const model::CalciumTrace post = calcium_.post(member.target);
        advance_one(member, source, p, post.start * decay, post.upper_bound(), block, logged);
    }
    draw_uniform(source, p, block);
}

void ActiveSynapses::clear_uniform() {
    uniform_.clear();
    uniform_target_.clear();
    uniform_post_.clear();
    uniform_zone_.clear();
}

void ActiveSynapses::update_tag(SynapseIndex k, NeuronId source, std::uint32_t target,
                                double relaxation) {
    const model::Tag tag = state_.late_phase.tag(state_.g[k] * relaxation);
    if (static_cast<std::uint8_t>(tag) != state_.tag[k]) state_.set_tag(k, target, tag);
    if (tag != model::Tag::none) state_.watch_tag(source, std::fabs(state_.g[k]));
}

void ActiveSynapses::draw_uniform(NeuronId source, const Profile& profile, const Block& block) {
    const std::size_t n = uniform_.size();
    if (n == 0) return;
    uniform_noise_.resize(n);
    const int steps = profile.to - profile.from;
    float* noise = uniform_noise_.data();
    const NeuronId* post = uniform_post_.data();
    const std::uint32_t* target = uniform_target_.data();
    const std::int32_t* zone = uniform_zone_.data();
    const SynapseIndex* synapse = uniform_.data();
    if (noisy_) {
        uniform_words_.resize(2 * n);
        std::uint32_t* words[] = {uniform_words_.data(), uniform_words_.data() + n};
        model::random_words<2>(streams_, model::Purpose::early_phase, model::SameWord{source},
                               model::WordOfEach{post},
                               static_cast<std::uint64_t>(block.begin + profile.to), n, words);
#pragma omp simd
        for (std::size_t q = 0; q < n; ++q)
            noise[q] = model::normal_pair(words[0][q], words[1][q]).first;
    } else {
        std::fill(uniform_noise_.begin(), uniform_noise_.end(), 0.0f);
    }
    const double relaxation = block.relaxation[profile.from];
    const double inverse = block.inverse_relaxation[profile.to];
    const double h_0 = early_.h_0_mV;
    double* g = state_.g.data();
    model::FixedPoint* change_sum = state_.change_sum.data();
    // Targets of one row differ, so the iterations are independent.
#pragma omp simd
    for (std::size_t q = 0; q < n; ++q) {
        const double before = g[synapse[q]];
        const double h = std::fma(before, relaxation, h_0);
        const double next = early_.advance(h, static_cast<model::Zone>(zone[q]), steps, noise[q]);
        const double after = (next - h_0) * inverse;
        g[synapse[q]] = after;
        change_sum[target[q]] +=
            model::to_fixed_point(std::fabs(after)) - model::to_fixed_point(std::fabs(before));
    }
    n_draws_ += n;
}

void ActiveSynapses::finish_row(NeuronId source, const Profile& profile, const Block& block) {
    const SynapseTable& table = network_.plastic();
    const SynapseIndex begin = table.row_begin(source);
    const SynapseIndex end = table.row_end(source);
    const std::uint32_t* targets = table.targets().data();
    const bool logged = log_all_ || logged_rows_[source] != 0;
    clear_uniform();
    const double relaxation = block.relaxation[block.steps];
    for (SynapseIndex k = begin; k < end; ++k) {
        const std::uint32_t target = targets[k];
        if (profile.highest + post_highest_[target] < early_.theta_d) continue;
        const std::size_t n_before = uniform_.size();
        advance_one({k, target}, source, profile, post_lowest_[target], post_highest_[target],
                    block, logged);
        if (uniform_.size() == n_before) update_tag(k, source, target, relaxation);
    }
    draw_uniform(source, profile, block);
    for (std::size_t q = 0; q < uniform_.size(); ++q)
        update_tag(uniform_[q], source, uniform_target_[q], relaxation);
}

void ActiveSynapses::finish_block(const Block& block,
                                  const std::vector<model::BlockMask>& arrivals) {
    if (calcium_.highest_pre() + highest_post_bound() < early_.theta_d) return;
    double highest_post = 0.0;
    for (std::uint32_t j = 0; j < post_highest_.size(); ++j) {
        const model::CalciumTrace trace = calcium_.post(j);
        post_highest_[j] = trace.upper_bound();
        post_lowest_[j] = trace.start * calcium_.decay().factor[block.steps - 1];
        highest_post = std::max(highest_post, post_highest_[j]);
    }
    for (NeuronId source = 0; source < calcium_.n_sources(); ++source) {
        if (calcium_.pre(source).upper_bound() + highest_post < early_.theta_d) continue;
        // Synapses that were brought to an arrival before have been drawn up to there; bounds over
        // the whole block still find all whose tag may have changed.
        Profile p = profile(source, last_cut(arrivals[source], block.steps), block.steps);
        p.highest = std::max(p.highest, calcium_.pre(source).upper_bound());
        finish_row(source, p, block);
    }
}

}  // namespace engram
