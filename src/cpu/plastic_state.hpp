// SPDX-License-Identifier: Apache-2.0
// State of the plastic synapses onto one rank's neurons, and of their protein pools, on the
// processor; see plasticity::View.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "cpu/host_storage.hpp"
#include "network/network.hpp"
#include "plasticity/view.hpp"
#include "simulation/mechanism_setup.hpp"

namespace engram {

template <class M>
class PlasticState {
  public:
    using View = plasticity::View<M>;

    //! The network must outlive it.
    //! \param usual_window_s  see set_up_modes
    PlasticState(const Experiment& experiment, const Network& network,
                 const typename M::Late::Parameters& late, double usual_window_s)
        : network_(network),
          storage_(make_host_storage<View>(with_modes<M>(
              {network.n_local(), 0, network.plastic().size()}, experiment.protein_diffusion()))),
          watches_((network.plastic().n_sources() + rows_of_watch - 1) / rows_of_watch,
                   plasticity::no_watch),
          view_(late) {
        storage_.describe(view_);
        set_up_modes<M>(
            storage_, experiment, network, late, usual_window_s,
            [](const auto& values, auto& array) { std::ranges::copy(values, array.begin()); });
    }
    PlasticState(const PlasticState&) = delete;
    PlasticState& operator=(const PlasticState&) = delete;

    //! Where it lies, for as long as this lives. Loops take it once.
    const View& view() const { return view_; }
    plasticity::Storage<View, HostArray>& storage() { return storage_; }

    //! Computes what follows from g and the tags.
    void make_sums() {
        const View view = view_;
        for (int i = 0; i < View::n_sums; ++i)
            std::fill_n(view.sum(i), network_.n_local(), model::FixedPoint{0});
        renew_watches([](double) { return true; },
                      [&](SynapseIndex k, std::uint32_t target) {
                          view.change_sums(target, 0.0, view.g[k]);
                          return view.watch(k);
                      });
    }

    //! Has a tagged synapse of a row watched for the end of its tag; `size` is |g|.
    void watch_tag(NeuronId source, double size) {
        double& watch = watches_[source / rows_of_watch];
        watch = std::min(watch, size);
        lowest_watch_ = std::min(lowest_watch_, size);
    }

    //! Ends the tags of passive synapses that have relaxed below the threshold.
    void expire_tags(const typename M::Late::Parameters& late, double relaxation) {
        const double theta_tag_mV = late.theta_tag_mV;
        if (!(lowest_watch_ * relaxation < theta_tag_mV)) return;
        const View view = view_;
        renew_watches([&](double watch) { return watch * relaxation < theta_tag_mV; },
                      [&](SynapseIndex k, std::uint32_t target) {
                          return view.expire_tag(k, target, relaxation, late);
                      });
    }

  private:
    // Rows that are watched together: tags end so rarely that it costs nothing.
    static constexpr NeuronId rows_of_watch = 64;

    //! Watches those rows anew that are due, for the least of what their synapses give.
    template <class IsDue, class WatchOf>
    void renew_watches(IsDue is_due, WatchOf watch_of) {
        const SynapseTable& table = network_.plastic();
        lowest_watch_ = plasticity::no_watch;
        for (NeuronId group = 0; group < watches_.size(); ++group) {
            double& watch = watches_[group];
            if (is_due(watch)) {
                watch = plasticity::no_watch;
                const NeuronId first = group * rows_of_watch;
                const NeuronId last =
                    first + std::min(rows_of_watch, table.n_sources() - first) - 1;
                for (SynapseIndex k = table.row_begin(first); k < table.row_end(last); ++k)
                    watch = std::min(watch, watch_of(k, table.targets()[k]));
            }
            lowest_watch_ = std::min(lowest_watch_, watch);
        }
    }

    const Network& network_;
    plasticity::Storage<View, HostArray> storage_;
    std::vector<double> watches_;  // no tagged synapse of these rows has a smaller |g|
    View view_;
    double lowest_watch_ = plasticity::no_watch;  // of all rows
};

}  // namespace engram
