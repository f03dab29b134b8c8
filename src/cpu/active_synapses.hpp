// SPDX-License-Identifier: Apache-2.0
// Early-phase plasticity of the synapses whose calcium is above a threshold.
//
// A synapse is looked at only when the calcium of its two neurons could reach theta_d together, and
// h is drawn once for every interval between changes of zone, arrivals of spikes, and decisions.
// Draws are keyed by (pre, post, step at which the interval closes).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "cpu/calcium_traces.hpp"
#include "cpu/plastic_state.hpp"
#include "cpu/recent_counts.hpp"
#include "model/random.hpp"
#include "model/random_lanes.hpp"
#include "plasticity/intervals.hpp"

namespace engram {

using plasticity::Window;

template <class M>
class ActiveSynapses {
    using Recent = typename M::Early::Recent;

  public:
    //! All must outlive it.
    //! \param pre_recent   arrivals by source
    //! \param post_recent  spikes by local neuron
    ActiveSynapses(const Network& network, const plasticity::Physics<M>& physics,
                   PlasticState<M>& state, const CalciumTraces& calcium,
                   const RecentCounts<Recent>& pre_recent, const RecentCounts<Recent>& post_recent)
        : network_(network),
          physics_(physics),
          state_(state),
          calcium_(calcium),
          pre_recent_(pre_recent),
          post_recent_(post_recent),
          early_(physics.early),
          global_ids_(network.global_ids()) {
        // The targets of a row differ. One more: selecting writes before it decides.
        const std::size_t most = network.n_local() + 1;
        candidates_.resize(most);
        uniform_synapse_.resize(most);
        uniform_target_.resize(most);
        uniform_zone_.resize(most);
        tag_.resize(most);
        mixed_.resize(most);
    }

    //! Whether any synapse of a row could be active in the window until the end of the present
    //! block, whatever fires in it.
    bool row_may_activate(NeuronId source) const {
        return calcium_.pre(source).upper_bound() + calcium_.highest_post() +
                   calcium_.highest_post_gain() >=
               early_.theta_d;
    }

    // What a spike of a source can find at its synapses in the present block.
    struct Arrival {
        double highest_pre;      //!< in the window
        double highest_pre_now;  //!< in the present block
    };
    Arrival arrival(NeuronId source) const {
        return {calcium_.pre(source).upper_bound(), calcium_.highest_pre_now(source)};
    }
    //! Whether a synapse could be active in the present block.
    bool may_be_active(const Arrival& arrival, std::uint32_t target) const {
        return arrival.highest_pre_now + calcium_.post_now()[target] +
                   calcium_.highest_post_gain() >=
               early_.theta_d;
    }
    //! Whether it could have been active in the window before.
    bool may_have_been_active(const Arrival& arrival, std::uint32_t target) const {
        return arrival.highest_pre + calcium_.post_highest()[target] >= early_.theta_d;
    }

    // A synapse and the local index of its target.
    struct Member {
        SynapseIndex synapse;
        std::uint32_t target;
    };

    //! Brings synapses of one source from step `from` to step `to` of the window: a spike arrives
    //! at `to`.
    void advance(NeuronId source, std::span<const Member> synapses, int from, int to,
                 const Window& window) {
        if (from == to) return;
        advance_row(source, synapses.data(), synapses.size(), from, to, window);
    }

    //! Brings all active synapses to the end of the window and updates their tags.
    void finish_window(const Window& window) {
        const double highest_post = calcium_.highest_post();
        if (calcium_.highest_pre() + highest_post < early_.theta_d) return;
        if (highest_post < early_.theta_d) {
            // Whatever the rounding; finish_row looks more closely.
            const double least = early_.theta_d * (1.0 - 1e-12) - highest_post;
            calcium_.sources().for_each_above(least,
                                              [&](NeuronId source) { finish_row(source, window); });
        } else {  // the calcium of a neuron that fires fast is enough for all synapses onto it
            for (NeuronId source = 0; source < network_.plastic().n_sources(); ++source)
                finish_row(source, window);
        }
    }

    //! Draws of h since the start, a measure of the work done.
    std::uint64_t n_draws() const { return n_draws_; }

  private:
    // Steps [from, to) of the window, and presynaptic calcium and arrivals in them.
    struct Profile {
        model::CalciumTrace pre;
        double lowest;
        double highest;
        int from;
        int to;
        Recent recent;
    };
    // A draw of one that changes its zone within the profile.
    struct Segment {
        SynapseIndex synapse;
        std::uint32_t target;
        model::Zone zone;
        int from;
        int to;
    };

    void finish_row(NeuronId source, const Window& window) {
        const double highest_pre = calcium_.pre(source).upper_bound();
        if (highest_pre + calcium_.highest_post() < early_.theta_d) return;
        find_candidates(source, highest_pre);
        if (n_candidates_ == 0) return;
        // Synapses that were brought to an arrival before have been drawn up to there.
        const int from = plasticity::last_cut(calcium_.arrivals(source), window.steps);
        advance_row(source, candidates_.data(), n_candidates_, from, window.steps, window);
        update_tags(source, window.relaxation[window.steps]);
    }

    //! Those of a row that may have been active in the window: no others can have changed their
    //! tag.
    // Without branches: which synapses are active can hardly be predicted.
    void find_candidates(NeuronId source, double highest_pre) {
        const SynapseTable& table = network_.plastic();
        const auto [begin, end] = table.row_range(source);
        const std::uint32_t* targets = table.targets().data();
        const double* post_highest = calcium_.post_highest();
        const double theta_d = early_.theta_d;
        Member* candidates = candidates_.data();
        std::size_t n = 0;
        for (SynapseIndex k = begin; k < end; ++k) {
            candidates[n] = {k, targets[k]};
            n += highest_pre + post_highest[targets[k]] >= theta_d;
        }
        n_candidates_ = n;
    }

    void advance_row(NeuronId source, const Member* synapses, std::size_t n, int from, int to,
                     const Window& window) {
        const Profile p = profile(source, from, to);
        select(synapses, n, p);
        draw_uniform(source, p, window);
        draw_mixed(source, p, window);
    }

    // Between its jumps a trace falls.
    Profile profile(NeuronId source, int from, int to) const {
        const model::CalciumDecay& decay = calcium_.decay();
        const model::CalciumTrace pre = calcium_.pre(source);
        Profile p{pre, pre.at(to - 1, decay), pre.at(from, decay), from, to, pre_recent_[source]};
        for (int j = from; (j = pre.jumps.first_from(j + 1, to)) < to;) {
            p.lowest = std::min(p.lowest, pre.at(j - 1, decay));
            p.highest = std::max(p.highest, pre.at(j, decay));
        }
        return p;
    }

    //! Sorts synapses of a row into those that are in one zone all the time, those that are not,
    //! and those that are passive.
    // Rounding is monotonic: if the sums of the lowest and of the highest values are in one zone,
    // with the fewest and with the most flags that are set, every sum is.
    void select(const Member* synapses, std::size_t n, const Profile& profile) {
        const typename M::Early& early = early_;
        const int from = profile.from, to = profile.to;
        const model::FlagRange pre_flags =
            early.flags_between(profile.pre, profile.recent, from, to);
        const double* post_start = calcium_.post_start();
        const double* post_highest = calcium_.post_highest();
        const double first_factor = calcium_.decay().factor[profile.from];
        const double last_factor = calcium_.decay().factor[profile.to - 1];
        SynapseIndex* uniform_synapse = uniform_synapse_.data();
        std::uint32_t* uniform_target = uniform_target_.data();
        std::int32_t* uniform_zone = uniform_zone_.data();
        Member* mixed = mixed_.data();
        std::size_t n_uniform = 0;
        std::size_t n_mixed = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const Member member = synapses[i];
            const double start = post_start[member.target];
            const double bound = post_highest[member.target];
            const double highest = bound > start ? bound : start * first_factor;
            const model::FlagRange post_flags = early.flags_between(
                calcium_.post(member.target), post_recent_[member.target], from, to);
            const model::Zone zone =
                early.zone(profile.highest + highest, pre_flags.any, post_flags.any);
            const bool active = zone != model::Zone::passive;
            const bool one_zone = zone == early.zone(profile.lowest + start * last_factor,
                                                     pre_flags.all, post_flags.all);
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
    void draw_uniform(NeuronId source, const Profile& profile, const Window& window) {
        const std::size_t n = n_uniform_;
        if (n == 0) return;
        const int steps = profile.to - profile.from;
        const SynapseIndex* synapse = uniform_synapse_.data();
        const std::uint32_t* target = uniform_target_.data();
        const std::int32_t* zone = uniform_zone_.data();
        draw_noise(
            source, n, [&](std::size_t q) { return target[q]; },
            model::Same{static_cast<std::uint64_t>(window.begin + profile.to)});
        const float* noise = noise_.data();
        const typename M::Early& early = early_;
        const double relaxation = window.relaxation[profile.from];
        const double inverse = window.inverse_relaxation[profile.to];
        const double h_0 = early.h_0_mV;
        const plasticity::View<M> view = state_.view();
        double* g = view.g;
        // Targets of one row differ, so the iterations are independent.
#pragma omp simd
        for (std::size_t q = 0; q < n; ++q) {
            const double before = g[synapse[q]];
            const double h = std::fma(before, relaxation, h_0);
            const double next =
                early.advance(h, static_cast<model::Zone>(zone[q]), steps, noise[q]);
            const double after = (next - h_0) * inverse;
            g[synapse[q]] = after;
            view.change_sums(target[q], before, after);
        }
        n_draws_ += n;
    }

    void draw_mixed(NeuronId source, const Profile& profile, const Window& window) {
        if (n_mixed_ == 0) return;
        for (int s = profile.from; s < profile.to; ++s)
            pre_at_[static_cast<std::size_t>(s)] = profile.pre.at(s, calcium_.decay());
        segments_.clear();
        for (std::size_t q = 0; q < n_mixed_; ++q) cut(mixed_[q], profile);
        const std::size_t n = segments_.size();
        if (n == 0) return;
        closing_step_.resize(n);
        for (std::size_t q = 0; q < n; ++q)
            closing_step_[q] = static_cast<std::uint64_t>(window.begin + segments_[q].to);
        draw_noise(
            source, n, [&](std::size_t q) { return segments_[q].target; },
            model::OfEach{closing_step_.data()});
        const plasticity::View<M> view = state_.view();
        for (std::size_t q = 0; q < n; ++q) {
            const auto& [k, target, zone, from, to] = segments_[q];
            const double before = view.g[k];
            const double h = std::fma(before, window.relaxation[from], early_.h_0_mV);
            const double next = early_.advance(h, zone, to - from, noise_[q]);
            const double after = (next - early_.h_0_mV) * window.inverse_relaxation[to];
            view.g[k] = after;
            view.change_sums(target, before, after);
        }
        n_draws_ += n;
    }

    // Finds the intervals in which a synapse stays in one zone.
    void cut(const Member& member, const Profile& profile) {
        const model::CalciumTrace post = calcium_.post(member.target);
        const Recent post_recent = post_recent_[member.target];
        const bool jumps = !post.jumps.empty();
        const auto zone_at = [&](int s) {
            const double of_post =
                jumps ? post.at(s, calcium_.decay()) : post.start * calcium_.decay().factor[s];
            return early_.zone(pre_at_[static_cast<std::size_t>(s)] + of_post,
                               early_.flags(profile.pre, profile.recent, s),
                               early_.flags(post, post_recent, s));
        };
        const auto jump_after = [&](int s) {
            return jumps ? plasticity::next_jump(profile.pre, post, s, profile.to)
                         : profile.pre.jumps.first_from(s + 1, profile.to);
        };
        for (int from = profile.from; from < profile.to;) {
            const auto interval = plasticity::next_interval(from, profile.to, zone_at, jump_after);
            if (interval.zone == model::Zone::passive) return;
            segments_.push_back(
                {member.synapse, member.target, interval.zone, interval.from, interval.to});
            from = interval.to;
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

    // Of the candidates.
    void update_tags(NeuronId source, double relaxation) {
        const typename M::Late::Parameters late = physics_.late;
        const plasticity::View<M> view = state_.view();
        const Member* candidates = candidates_.data();
        std::int32_t* tag = tag_.data();
        double smallest = plasticity::no_watch;
#pragma omp simd reduction(min : smallest)
        for (std::size_t q = 0; q < n_candidates_; ++q) {
            const double g = view.g[candidates[q].synapse];
            const model::Tag here = late.tag(g * relaxation);
            tag[q] = static_cast<std::int32_t>(here);
            const double size = here != model::Tag::none ? std::fabs(g) : plasticity::no_watch;
            smallest = size < smallest ? size : smallest;
        }
        for (std::size_t q = 0; q < n_candidates_; ++q)
            if (tag[q] != view.tag[candidates[q].synapse])
                view.set_tag(candidates[q].synapse, candidates[q].target,
                             static_cast<model::Tag>(tag[q]));
        state_.watch_tag(source, smallest);
    }

    const Network& network_;
    const plasticity::Physics<M>& physics_;
    PlasticState<M>& state_;
    const CalciumTraces& calcium_;
    const RecentCounts<Recent>& pre_recent_;
    const RecentCounts<Recent>& post_recent_;
    const typename M::Early early_;
    std::vector<NeuronId> global_ids_;

    // Of the row in hand.
    std::size_t n_candidates_ = 0;
    std::vector<Member> candidates_;
    std::vector<std::int32_t> tag_;

    // Selected of its synapses: uniform ones stay in one zone, and are worked on together.
    std::size_t n_uniform_ = 0;
    std::vector<SynapseIndex> uniform_synapse_;
    std::vector<std::uint32_t> uniform_target_;
    std::vector<std::int32_t> uniform_zone_;
    std::size_t n_mixed_ = 0;
    std::vector<Member> mixed_;
    std::vector<Segment> segments_;
    std::array<double, model::max_window_steps>
        pre_at_{};  //!< presynaptic calcium by step of the profile

    // Of the draws in hand:
    std::vector<NeuronId> post_;
    std::vector<std::uint64_t> closing_step_;
    std::vector<std::uint32_t> words_;  //!< random: all first words, all second words
    std::vector<float> noise_;

    std::uint64_t n_draws_ = 0;
};

}  // namespace engram
