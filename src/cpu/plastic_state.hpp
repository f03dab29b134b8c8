// State of the plastic synapses onto one rank's neurons, and of their protein pools.
//
// The early phase relaxes with one common rate, so what is stored is g = (h - h_0) / E(t) with a
// global factor E(t): passive synapses need no update, and S_j = E(t) * sum |g| is kept by adding
// differences. The late phase is stored as in model::LazyLatePhase, constant while its tag is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/early_phase.hpp"
#include "model/fixed_point.hpp"
#include "model/late_phase.hpp"
#include "network/network.hpp"

namespace engram {

class PlasticState {
  public:
    PlasticState(const Network& network, const SynapseParameters& parameters, double dt_ms);

    //! E(t): factor from g to h - h_0.
    double relaxation(Step step) const { return early_phase.relaxation(step - reference_); }
    Step reference() const { return reference_; }
    //! Declares that g is given relative to `step`.
    void set_reference(Step step) { reference_ = step; }

    //! Early-phase weight [mV] and late-phase weight of a synapse at a step; `target` as in the
    //! table's row.
    double h_mV(SynapseIndex k, double relaxation) const {
        return std::fma(g[k], relaxation, early_phase.h_0_mV);
    }
    double z(SynapseIndex k, std::uint32_t target) const {
        return model::LazyLatePhase::load(stored_z[k], static_cast<model::Tag>(tag[k]),
                                          shrinkage[target]);
    }
    //! Summed early-phase change S_j [mV].
    double change_sum_mV(std::uint32_t target, double relaxation) const {
        return relaxation * model::from_fixed_point(change_sum[target]);
    }

    //! Makes `step` the reference of both lazy representations: afterwards E = 1, X = 1, and tags
    //! are those of the present early phase.
    void fold(Step step);

    //! Recomputes what follows from g and the tags, after these have been overwritten.
    void finish_restore(Step reference);

    //! Changes the tag of a synapse at the present shrinkage of its target.
    void set_tag(SynapseIndex k, std::uint32_t target, model::Tag new_tag);

    //! Has a tagged synapse of a row watched for the end of its tag; `size` is |g|.
    void watch_tag(NeuronId source, double size) {
        tag_watch_[source] = std::min(tag_watch_[source], size);
        lowest_watch_ = std::min(lowest_watch_, size);
    }

    //! Ends the tags of passive synapses that have relaxed below the threshold.
    void expire_tags(double relaxation);

    //! Bytes per plastic synapse of everything in this class and the table that grows with them.
    std::uint64_t bytes() const;

    model::EarlyPhase early_phase;
    model::LatePhase late_phase;

    // By synapse, in the order of network.plastic().
    std::vector<double> g;          //!< (h - h_0) / E [mV]
    std::vector<double> stored_z;   //!< see model::LazyLatePhase
    std::vector<std::uint8_t> tag;  //!< model::Tag

    // By local neuron; at rest where it is inhibitory.
    std::vector<model::FixedPoint> change_sum;  //!< sum of |g| over incoming synapses
    std::vector<double> protein;                //!< p [umol/l]
    std::vector<double> shrinkage;              //!< X: product of shrinkages since the reference

  private:
    const Network& network_;
    Step reference_ = 0;
    // By source: no tagged synapse of the row has a smaller |g| (infinity if none is tagged).
    std::vector<double> tag_watch_;
    double lowest_watch_;  // of all rows
};

}  // namespace engram
