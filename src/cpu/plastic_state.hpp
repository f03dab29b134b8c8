// State of the plastic synapses onto one rank's neurons, and of their protein pools, on the
// processor; see plasticity::View.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/early_phase.hpp"
#include "model/fixed_point.hpp"
#include "model/late_phase.hpp"
#include "network/network.hpp"
#include "plasticity/view.hpp"

namespace engram {

class PlasticState {
  public:
    PlasticState(const Network& network, const SynapseParameters& parameters, double dt_ms);

    //! E(t): factor from g to h - h_0.
    double relaxation(Step step) const { return early_phase.relaxation(step - reference_); }
    Step reference() const { return reference_; }
    //! Declares that g is given relative to `step`.
    void set_reference(Step step) { reference_ = step; }

    //! Where it lies, for as long as this lives. Loops take it once.
    plasticity::View view() {
        const SynapseTable& table = network_.plastic();
        return {{table.offsets().data(), table.targets().data(), table.n_sources()},
                g.data(),
                stored_z.data(),
                tag.data(),
                change_sum.data(),
                protein.data(),
                shrinkage.data(),
                synthesis_end_s.data()};
    }
    double h_mV(SynapseIndex k, double relaxation) {
        return view().h_mV(k, relaxation, early_phase.h_0_mV);
    }
    double z(SynapseIndex k, std::uint32_t target) { return view().z(k, target); }
    double change_sum_mV(std::uint32_t target, double relaxation) {
        return view().change_sum_mV(target, relaxation);
    }

    //! Makes `step` the reference of both lazy representations: afterwards E = 1, X = 1, and tags
    //! are those of the present early phase.
    void fold(Step step);

    //! Recomputes what follows from g and the tags, after these have been overwritten.
    void finish_restore(Step reference);

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
    std::vector<double> synthesis_end_s;        //!< of a consolidation

  private:
    void find_lowest_watch();

    const Network& network_;
    Step reference_ = 0;
    // By source: no tagged synapse of the row has a smaller |g| (infinity if none is tagged).
    std::vector<double> tag_watch_;
    double lowest_watch_;  // of all rows
};

}  // namespace engram
