// Early-phase plasticity of the synapses whose calcium is above a threshold.
//
// A synapse is looked at only when the calcium of its two neurons could reach theta_d together, and
// h is drawn once for every interval between changes of zone, arrivals of spikes, and ends of
// block. Draws are keyed by (pre, post, step at which the interval closes).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/calcium_traces.hpp"
#include "cpu/plastic_state.hpp"
#include "model/random.hpp"
#include "plasticity/intervals.hpp"

namespace engram {

using plasticity::Block;

template <class M>
class ActiveSynapses {
  public:
    ActiveSynapses(const Network& network, const plasticity::Physics<M>& physics,
                   PlasticState<M>& state, const CalciumTraces& calcium);

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
                 const Block& block);

    //! Brings all active synapses to the end of the block and updates their tags.
    void finish_block(const Block& block);

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

    double highest_post_bound() const {
        return calcium_.highest_post_start() + calcium_.highest_post_gain();
    }
    Profile profile(NeuronId source, int from, int to) const;
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
    //! Sorts those of n synapses of a row that could be active into uniform and mixed ones.
    //! \param member_at  Member by number
    //! \param bounds_of  Bounds by target
    template <class MemberAt, class BoundsOf>
    void select(std::size_t n, MemberAt member_at, BoundsOf bounds_of, const Profile& profile);
    template <class TargetOf, class Counter>
    void draw_noise(NeuronId source, std::size_t n, TargetOf target_of, Counter closing_step);
    //! Draws what was selected.
    void draw_uniform(NeuronId source, const Profile& profile, const Block& block);
    void draw_mixed(NeuronId source, const Profile& profile, const Block& block);
    void cut(const Member& member, const Profile& profile);
    void finish_row(NeuronId source, const Profile& profile, const Block& block);
    void update_tags(NeuronId source, double relaxation);

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
