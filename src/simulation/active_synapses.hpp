// Early-phase plasticity of the synapses whose calcium is above a threshold.
//
// A synapse is looked at only when the calcium of its two neurons could reach theta_d together, and
// h is drawn once for every interval between changes of zone, arrivals of spikes, and ends of
// block. Draws are keyed by (pre, post, step at which the interval closes).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/random.hpp"
#include "simulation/block.hpp"
#include "simulation/calcium_traces.hpp"
#include "simulation/interval_log.hpp"
#include "simulation/plastic_state.hpp"

namespace engram {

class ActiveSynapses {
  public:
    ActiveSynapses(const Network& network, const Experiment& experiment, PlasticState& state,
                   const CalciumTraces& calcium);

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
    //! \param arrivals by source: steps at which its spikes arrived in this block
    void finish_block(const Block& block, const std::vector<model::BlockMask>& arrivals);

    //! What is logged: nothing, the rows marked, or all.
    void log_all(bool on) { log_all_ = on; }
    void mark_row_for_log(NeuronId source) { logged_rows_[source] = 1; }
    IntervalLog& log() { return log_; }

    //! Draws of h since the start, a measure of the work done.
    std::uint64_t n_draws() const { return n_draws_; }

    //! Last arrival before a step, or 0: the step to which a row's active synapses have been
    //! brought.
    static int last_cut(model::BlockMask arrivals, int before) {
        const model::BlockMask earlier = arrivals & ((1u << before) - 1u);
        return earlier == 0 ? 0 : 31 - __builtin_clz(earlier);
    }

  private:
    // Presynaptic calcium over steps [from, to) of the block.
    struct Profile {
        double at[model::max_block_steps];
        double lowest;
        double highest;
        int from;
        int to;
    };

    double highest_post_bound() const {
        return calcium_.highest_post_start() + calcium_.highest_post_gain();
    }
    Profile profile(NeuronId source, int from, int to) const;
    //! \param post_lowest, post_highest  bounds of the postsynaptic trace over the block
    void advance_one(const Member& member, NeuronId source, const Profile& profile,
                     double post_lowest, double post_highest, const Block& block, bool logged);
    void advance_mixed(SynapseIndex k, NeuronId source, std::uint32_t target,
                       const Profile& profile, const Block& block, bool logged);
    void draw(SynapseIndex k, NeuronId source, std::uint32_t target, model::Zone zone, int from,
              int to, const Block& block, bool logged);
    void finish_row(NeuronId source, const Profile& profile, const Block& block);
    //! Draws all synapses that advance_one has put aside because they stay in one zone.
    void draw_uniform(NeuronId source, const Profile& profile, const Block& block);
    void clear_uniform();
    void update_tag(SynapseIndex k, NeuronId source, std::uint32_t target, double relaxation);

    const Network& network_;
    PlasticState& state_;
    const CalciumTraces& calcium_;
    const model::EarlyPhase early_;
    model::RandomStreams streams_;
    bool noisy_;
    std::vector<NeuronId> global_ids_;

    // Bounds of the postsynaptic traces within a block, by local neuron.
    std::vector<double> post_lowest_;
    std::vector<double> post_highest_;

    // Synapses of a row that stay in one zone, worked on together.
    std::vector<SynapseIndex> uniform_;
    std::vector<std::uint32_t> uniform_target_;
    std::vector<NeuronId> uniform_post_;
    std::vector<std::int32_t> uniform_zone_;
    std::vector<std::uint32_t> uniform_words_;  //!< random: all first words, all second words
    std::vector<float> uniform_noise_;

    bool log_all_ = false;
    std::vector<std::uint8_t> logged_rows_;
    IntervalLog log_;
    std::uint64_t n_draws_ = 0;
};

}  // namespace engram
