// State of the plastic synapses onto one rank's neurons, and of their protein pools, on the
// processor; see plasticity::View.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "cpu/host_storage.hpp"
#include "experiment/conditions.hpp"
#include "network/network.hpp"
#include "plasticity/physics.hpp"
#include "plasticity/view.hpp"
#include "simulation/mechanism_setup.hpp"

namespace engram {

template <class M>
class PlasticState {
  public:
    using View = plasticity::View<M>;

    //! All must outlive it.
    PlasticState(const Network& network, const plasticity::Physics<M>& physics,
                 const ConditionsCourse& conditions)
        : network_(network),
          physics_(physics),
          conditions_(conditions),
          storage_(make_host_storage<View>(sizes_of_state(network))),
          view_(physics.late) {
        const SynapseTable& table = network.plastic();
        view_.plastic = {table.offsets().data(), table.targets().data(), table.n_sources()};
        storage_.describe(view_);
    }
    PlasticState(const PlasticState& other)
        : network_(other.network_),
          physics_(other.physics_),
          conditions_(other.conditions_),
          storage_(other.storage_),
          view_(other.view_),
          reference_(other.reference_),
          lowest_watch_(other.lowest_watch_) {
        storage_.describe(view_);
    }
    PlasticState& operator=(const PlasticState&) = delete;

    //! Where it lies, for as long as this lives. Loops take it once.
    const View& view() const { return view_; }
    plasticity::Storage<View, HostArray>& storage() { return storage_; }

    //! Steps of the plastic clock since the reference.
    Step age(Step step) const {
        return conditions_.plastic_steps(step) - conditions_.plastic_steps(reference_);
    }
    //! E(t): factor from g to h - h_0.
    double relaxation(Step step) const { return physics_.early.relaxation(age(step)); }
    Step reference() const { return reference_; }
    //! Declares that g is given relative to `step`.
    void set_reference(Step step) { reference_ = step; }

    //! Makes `step` the reference of both lazy representations: afterwards E = 1, X = 1, and tags
    //! are those of the present early phase.
    void fold(Step step) {
        const double e = relaxation(step);
        const View view = view_;
        const auto& targets = network_.plastic().targets();
        for (SynapseIndex k = 0; k < targets.size(); ++k)
            view.fold(k, targets[k], e, physics_.late);
        for (std::uint32_t j = 0; j < network_.n_local(); ++j) view.reset_shrinkage(j);
        finish_restore(step);
    }

    //! Recomputes what follows from g and the tags, after these have been overwritten.
    void finish_restore(Step reference) {
        reference_ = reference;
        const View view = view_;
        for (int i = 0; i < View::n_sums; ++i)
            std::fill_n(view.sum(i), network_.n_local(), model::FixedPoint{0});
        for_each_row([&](NeuronId source, SynapseIndex begin, SynapseIndex end) {
            double watch = plasticity::no_watch;
            for (SynapseIndex k = begin; k < end; ++k) {
                view.change_sums(view.plastic.targets[k], 0.0, view.g[k]);
                watch = std::min(watch, view.watch(k));
            }
            view.tag_watch[source] = watch;
        });
        find_lowest_watch();
    }

    //! Has a tagged synapse of a row watched for the end of its tag; `size` is |g|.
    void watch_tag(NeuronId source, double size) {
        view_.tag_watch[source] = std::min(view_.tag_watch[source], size);
        lowest_watch_ = std::min(lowest_watch_, size);
    }

    //! Ends the tags of passive synapses that have relaxed below the threshold.
    void expire_tags(double relaxation) {
        const double theta_tag_mV = physics_.late.theta_tag_mV;
        if (!(lowest_watch_ * relaxation < theta_tag_mV)) return;
        const View view = view_;
        for_each_row([&](NeuronId source, SynapseIndex begin, SynapseIndex end) {
            if (!(view.tag_watch[source] * relaxation < theta_tag_mV)) return;
            double watch = plasticity::no_watch;
            for (SynapseIndex k = begin; k < end; ++k)
                watch = std::min(
                    watch, view.expire_tag(k, view.plastic.targets[k], relaxation, physics_.late));
            view.tag_watch[source] = watch;
        });
        find_lowest_watch();
    }

  private:
    template <class Visit>
    void for_each_row(Visit visit) const {
        const SynapseTable& table = network_.plastic();
        for (NeuronId source = 0; source < table.n_sources(); ++source)
            visit(source, table.row_begin(source), table.row_end(source));
    }
    void find_lowest_watch() {
        lowest_watch_ = plasticity::no_watch;
        for (NeuronId source = 0; source < network_.plastic().n_sources(); ++source)
            lowest_watch_ = std::min(lowest_watch_, view_.tag_watch[source]);
    }

    const Network& network_;
    const plasticity::Physics<M>& physics_;
    const ConditionsCourse& conditions_;
    plasticity::Storage<View, HostArray> storage_;
    View view_;
    Step reference_ = 0;
    double lowest_watch_ = plasticity::no_watch;  // of all rows
};

}  // namespace engram
