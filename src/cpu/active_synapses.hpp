// SPDX-License-Identifier: Apache-2.0
// Early-phase plasticity of the synapses whose calcium is above a threshold.
//
// A synapse is looked at only when the calcium of its two neurons could reach theta_d together, and
// h is drawn once for every interval between changes of zone, arrivals of spikes, and ends of
// block. Draws are keyed by (pre, post, step at which the interval closes).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "cpu/calcium_traces.hpp"
#include "cpu/plastic_state.hpp"
#include "model/random.hpp"
#include "model/random_lanes.hpp"
#include "plasticity/intervals.hpp"

namespace engram {

using plasticity::Block;

template <class M>
class ActiveSynapses {
  public:
    ActiveSynapses(const Network& network, const plasticity::Physics<M>& physics,
                   PlasticState<M>& state, const CalciumTraces& calcium)
        : network_(network),
          physics_(physics),
          state_(state),
          calcium_(calcium),
          early_(physics.early),
          global_ids_(network.global_ids()),
          post_bounds_(network.n_local()) {
        // The targets of a row differ. One more: selecting writes before it decides.
        const std::size_t most = network.n_local() + 1;
        uniform_synapse_.resize(most);
        uniform_target_.resize(most);
        uniform_zone_.resize(most);
        uniform_g_.resize(most);
        uniform_tag_.resize(most);
        mixed_.resize(most);
    }

    //! Whether any synapse of a row could be active in the block that begins, whatever fires in it.
    bool row_may_activate(NeuronId source) const {
        return calcium_.pre(source).upper_bound() + highest_post_bound() >= early_.theta_d;
    }
    //! Whether a synapse could be.
    bool may_activate(NeuronId source, std::uint32_t target) const {
        return calcium_.pre(source).upper_bound() + calcium_.post_start()[target] +
                   calcium_.highest_post_gain() >=
               early_.theta_d;
    }

    // A synapse and the local index of its target.
    struct Member {
        SynapseIndex synapse;
        std::uint32_t target;
    };

    //! Brings synapses of one source from step `from` to step `to` of the block, before the block
    //! has ended: a spike arrives at `to`.
    void advance(NeuronId source, std::span<const Member> synapses, int from, int to,
                 const Block& block) {
        if (from == to) return;
        const Profile p = profile(source, from, to);
        const double decay = calcium_.decay().factor[block.steps - 1];
        select(
            synapses.size(), [&](std::size_t i) { return synapses[i]; },
            [&](std::uint32_t target) {
                const model::CalciumTrace post = calcium_.post(target);
                return Bounds{post.start * decay, post.upper_bound()};
            },
            p);
        draw_uniform(source, p, block);
        draw_mixed(source, p, block);
    }

    //! Brings all active synapses to the end of the block and updates their tags.
    void finish_block(const Block& block) {
        if (calcium_.highest_pre() + highest_post_bound() < early_.theta_d) return;
        double highest_post = 0.0;
        for (std::uint32_t j = 0; j < post_bounds_.size(); ++j) {
            const model::CalciumTrace trace = calcium_.post(j);
            post_bounds_[j] = {trace.start * calcium_.decay().factor[block.steps - 1],
                               trace.upper_bound()};
            highest_post = std::max(highest_post, post_bounds_[j].highest);
        }
        for (NeuronId source = 0; source < calcium_.n_sources(); ++source) {
            if (calcium_.pre(source).upper_bound() + highest_post < early_.theta_d) continue;
            // Synapses that were brought to an arrival before have been drawn up to there; bounds
            // over the whole block still find all whose tag may have changed.
            Profile p = profile(
                source, plasticity::last_cut(calcium_.arrivals(source), block.steps), block.steps);
            p.highest = std::max(p.highest, calcium_.pre(source).upper_bound());
            finish_row(source, p, block);
        }
    }

    //! Draws of h since the start, a measure of the work done.
    std::uint64_t n_draws() const { return n_draws_; }

  private:
    // Presynaptic calcium over steps [from, to) of the block.
    struct Profile {
        double at[model::max_block_steps];
        double lowest;
        double highest;
        model::Flags flags;
        int from;
        int to;
    };
    // Bounds of a postsynaptic trace over the block.
    struct Bounds {
        double lowest;
        double highest;
    };
    // A draw of one that changes its zone within the profile.
    struct Segment {
        SynapseIndex synapse;
        std::uint32_t target;
        model::Zone zone;
        int from;
        int to;
    };

    double highest_post_bound() const {
        return calcium_.highest_post_start() + calcium_.highest_post_gain();
    }

    Profile profile(NeuronId source, int from, int to) const {
        const model::CalciumTrace trace = calcium_.pre(source);
        Profile p;
        p.flags = early_.flags(trace);
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

    void finish_row(NeuronId source, const Profile& profile, const Block& block) {
        const SynapseTable& table = network_.plastic();
        const SynapseIndex begin = table.row_begin(source);
        const std::uint32_t* targets = table.targets().data() + begin;
        select(
            table.row_end(source) - begin,
            [&](std::size_t i) {
                return Member{begin + static_cast<SynapseIndex>(i), targets[i]};
            },
            [&](std::uint32_t target) { return post_bounds_[target]; }, profile);
        draw_uniform(source, profile, block);
        draw_mixed(source, profile, block);
        update_tags(source, block.relaxation[block.steps]);
    }

    //! Sorts those of n synapses of a row that could be active into uniform and mixed ones.
    //! \param member_at  Member by number
    //! \param bounds_of  Bounds by target
    // Without branches: which synapses are active can hardly be predicted. Rounding is monotonic:
    // if the sums of the lowest and of the highest values are in one zone, every sum is.
    template <class MemberAt, class BoundsOf>
    void select(std::size_t n, MemberAt member_at, BoundsOf bounds_of, const Profile& profile) {
        const typename M::Early& early = early_;
        const double lowest = profile.lowest;
        const double highest = profile.highest;
        const model::Flags pre_flags = profile.flags;
        SynapseIndex* uniform_synapse = uniform_synapse_.data();
        std::uint32_t* uniform_target = uniform_target_.data();
        std::int32_t* uniform_zone = uniform_zone_.data();
        Member* mixed = mixed_.data();
        std::size_t n_uniform = 0;
        std::size_t n_mixed = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const Member member = member_at(i);
            const Bounds bounds = bounds_of(member.target);
            const model::Flags post_flags = early.flags(calcium_.post(member.target));
            const model::Zone zone = early.zone(highest + bounds.highest, pre_flags, post_flags);
            const bool active = zone != model::Zone::passive;
            const bool one_zone = zone == early.zone(lowest + bounds.lowest, pre_flags, post_flags);
            uniform_synapse[n_uniform] = member.synapse;
            uniform_target[n_uniform] = member.target;
            uniform_zone[n_uniform] = static_cast<std::int32_t>(zone);
            n_uniform += active & one_zone;
            mixed[n_mixed] = member;
            n_mixed += active & !one_zone;
        }
        n_uniform_ = n_uniform;
        n_mixed_ = n_mixed;
    }

    // Draws what was selected.
    void draw_uniform(NeuronId source, const Profile& profile, const Block& block) {
        const std::size_t n = n_uniform_;
        if (n == 0) return;
        const int steps = profile.to - profile.from;
        const SynapseIndex* synapse = uniform_synapse_.data();
        const std::uint32_t* target = uniform_target_.data();
        const std::int32_t* zone = uniform_zone_.data();
        draw_noise(
            source, n, [&](std::size_t q) { return target[q]; },
            model::Same{static_cast<std::uint64_t>(block.begin + profile.to)});
        const float* noise = noise_.data();
        const typename M::Early& early = early_;
        const double relaxation = block.relaxation[profile.from];
        const double inverse = block.inverse_relaxation[profile.to];
        const double h_0 = early.h_0_mV;
        const plasticity::View<M> view = state_.view();
        double* g = view.g;
        double* g_after = uniform_g_.data();
        // Targets of one row differ, so the iterations are independent.
#pragma omp simd
        for (std::size_t q = 0; q < n; ++q) {
            const double before = g[synapse[q]];
            const double h = std::fma(before, relaxation, h_0);
            const double next =
                early.advance(h, static_cast<model::Zone>(zone[q]), steps, noise[q]);
            const double after = (next - h_0) * inverse;
            g[synapse[q]] = after;
            g_after[q] = after;
            view.change_sums(target[q], before, after);
        }
        n_draws_ += n;
    }

    void draw_mixed(NeuronId source, const Profile& profile, const Block& block) {
        segments_.clear();
        for (std::size_t q = 0; q < n_mixed_; ++q) cut(mixed_[q], profile);
        const std::size_t n = segments_.size();
        if (n == 0) return;
        closing_step_.resize(n);
        for (std::size_t q = 0; q < n; ++q)
            closing_step_[q] = static_cast<std::uint64_t>(block.begin + segments_[q].to);
        draw_noise(
            source, n, [&](std::size_t q) { return segments_[q].target; },
            model::OfEach{closing_step_.data()});
        const plasticity::View<M> view = state_.view();
        for (std::size_t q = 0; q < n; ++q) {
            const auto& [k, target, zone, from, to] = segments_[q];
            const double before = view.g[k];
            const double h = std::fma(before, block.relaxation[from], early_.h_0_mV);
            const double next = early_.advance(h, zone, to - from, noise_[q]);
            const double after = (next - early_.h_0_mV) * block.inverse_relaxation[to];
            view.g[k] = after;
            view.change_sums(target, before, after);
        }
        n_draws_ += n;
    }

    // Finds the intervals in which a synapse stays in one zone, as plasticity::next_interval, but
    // of all steps of the block at once: this is a hot loop.
    void cut(const Member& member, const Profile& profile) {
        const model::CalciumTrace post = calcium_.post(member.target);
        const model::Flags flags = early_.flags(post);
        double calcium[model::max_block_steps];
        post.at_all(profile.to, calcium_.decay(), calcium);
        std::int8_t zone[model::max_block_steps];
        for (int s = profile.from; s < profile.to; ++s)
            zone[s] = static_cast<std::int8_t>(
                early_.zone(profile.at[s] + calcium[s], profile.flags, flags));
        for (int begin = profile.from; begin < profile.to;) {
            int end = begin + 1;
            while (end < profile.to && zone[end] == zone[begin]) ++end;
            const auto here = static_cast<model::Zone>(zone[begin]);
            if (here != model::Zone::passive)
                segments_.push_back({member.synapse, member.target, here, begin, end});
            begin = end;
        }
    }

    // Standard normal numbers for n draws of a row, each keyed by the step at which it closes.
    template <class TargetOf, class Counter>
    void draw_noise(NeuronId source, std::size_t n, TargetOf target_of, Counter closing_step) {
        if (noise_.size() < n) {
            noise_.resize(n);
            post_.resize(n);
            words_.resize(2 * n);
        }
        float* noise = noise_.data();
        if (!physics_.noisy_early_phase) {
            std::fill_n(noise, n, 0.0f);
            return;
        }
        for (std::size_t q = 0; q < n; ++q) post_[q] = global_ids_[target_of(q)];
        std::uint32_t* first = words_.data();
        std::uint32_t* second = first + n;
        model::random_words<2>(physics_.streams, model::Purpose::early_phase, model::Same{source},
                               model::OfEach{post_.data()}, closing_step, n, {first, second});
#pragma omp simd
        for (std::size_t q = 0; q < n; ++q)
            noise[q] = model::normal_pair(first[q], second[q]).first;
    }

    void update_tags(NeuronId source, double relaxation) {
        const typename M::Late::Parameters late = physics_.late;
        const plasticity::View<M> view = state_.view();
        const double* g = uniform_g_.data();
        std::int32_t* tag = uniform_tag_.data();
        double smallest = std::numeric_limits<double>::infinity();
#pragma omp simd reduction(min : smallest)
        for (std::size_t q = 0; q < n_uniform_; ++q) {
            const model::Tag here = late.tag(g[q] * relaxation);
            tag[q] = static_cast<std::int32_t>(here);
            const double size = here != model::Tag::none ? std::fabs(g[q])
                                                         : std::numeric_limits<double>::infinity();
            smallest = size < smallest ? size : smallest;
        }
        for (std::size_t q = 0; q < n_uniform_; ++q)
            if (tag[q] != view.tag[uniform_synapse_[q]])
                view.set_tag(uniform_synapse_[q], uniform_target_[q],
                             static_cast<model::Tag>(tag[q]));
        for (std::size_t q = 0; q < n_mixed_; ++q) {
            const auto [k, target] = mixed_[q];
            smallest = std::min(smallest, view.update_tag(k, target, relaxation, late));
        }
        state_.watch_tag(source, smallest);
    }

    const Network& network_;
    const plasticity::Physics<M>& physics_;
    PlasticState<M>& state_;
    const CalciumTraces& calcium_;
    const typename M::Early early_;
    std::vector<NeuronId> global_ids_;

    // Bounds of the postsynaptic traces within a block, by local neuron.
    std::vector<Bounds> post_bounds_;

    // The selected synapses of a row: uniform ones stay in one zone, and are worked on together.
    std::size_t n_uniform_ = 0;
    std::vector<SynapseIndex> uniform_synapse_;
    std::vector<std::uint32_t> uniform_target_;
    std::vector<std::int32_t> uniform_zone_;
    std::vector<double> uniform_g_;  //!< after the draw
    std::vector<std::int32_t> uniform_tag_;
    std::size_t n_mixed_ = 0;
    std::vector<Member> mixed_;
    std::vector<Segment> segments_;

    // Of the draws in hand:
    std::vector<NeuronId> post_;
    std::vector<std::uint64_t> closing_step_;
    std::vector<std::uint32_t> words_;  //!< random: all first words, all second words
    std::vector<float> noise_;

    std::uint64_t n_draws_ = 0;
};

}  // namespace engram
