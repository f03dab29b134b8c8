// SPDX-License-Identifier: Apache-2.0
// What executors have in common, wherever the state lies: the reference of the lazily kept weights,
// calcium and snapshots to come, and consolidation.
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/contracts.hpp"
#include "experiment/conditions.hpp"
#include "plasticity/operations.hpp"
#include "plasticity/recent_view.hpp"
#include "plasticity/recorded.hpp"
#include "plasticity/window.hpp"
#include "simulation/calcium_influx.hpp"
#include "simulation/cut_epoch.hpp"
#include "simulation/decision_grid.hpp"
#include "simulation/executor.hpp"
#include "simulation/mechanism_setup.hpp"
#include "simulation/spike_history.hpp"

namespace engram {

// How long the lazily kept state goes without being brought to a common reference.
inline constexpr double longest_fold_interval_s = 500.0;

//! Within this time the lazy factors E and X stay far from underflow: above 1/2 and 1/150.
//! \param early_rate_per_s  at which h - h_0 relaxes without calcium; see the early phase
//! \param relative_protein  see model::highest_relative_protein
inline double fold_interval_s(double early_rate_per_s, const SynapseParameters& synapses,
                              double relative_protein = 1.0) {
    return std::min({longest_fold_interval_s, 0.5 / early_rate_per_s,
                     5.0 / (relative_protein * fastest_late_phase_per_s(synapses))});
}

// Derived offers
//   rest()                                         neurons and calcium, at the start of a phase
//   amounts(course, instant)                       of protein; see Executor::protein
//   take_over_views()                              what was written to those of prepare_restore
//   on_synapses(operation), on_neurons(operation)  see plasticity/operations.hpp
//   make_sums()                                    what follows from g and tags
//   sample(course, begin, steps, sampler)          within a consolidation that began at `begin`
//   tell_weights(step, course, instant)            a snapshot; likewise
//   samples_at_once                                at most
template <class M, class Derived>
class PlasticExecutor : public Executor {
  public:
    //! Both must outlive it.
    PlasticExecutor(const Experiment& experiment, const Network& network)
        : network_(network),
          conditions_(experiment),
          physics_(experiment.synapses, experiment.protein_diffusion(), experiment.dt_ms,
                   experiment.seed_of_noise()),
          n_amounts_(protein_amounts(experiment.synapses, experiment.protein_diffusion()).size()),
          grid_(block_grid(experiment)),
          decides_each_block_(decision_grid(experiment).is_each_block()),
          usual_window_s_(
              seconds(decides_each_block_ ? grid_.longest() : decision_grid(experiment).every())),
          influx_(experiment),
          history_(experiment),
          fold_interval_s_(fold_interval_s(
              physics_.early.passive_rate_per_s, experiment.synapses,
              model::highest_relative_protein(experiment.protein_diffusion(), physics_.late))) {}

    void begin_phase(Step begin) final {
        ENGRAM_EXPECT(!within_window_);
        derived().rest();
        influx_.clear();
        history_.clear();
        if (conditions_.at(begin).plasticity) fold(begin);
    }
    int epoch_steps() const final { return grid_.epoch_steps(); }
    void schedule(std::span<const PackedSpike> spikes, Step begin) final {
        influx_.schedule(spikes, begin);
        if constexpr (asks_for_rates) history_.add(spikes, begin);
    }
    void request_snapshot(Step step) final { snapshot_steps_.push_back(step); }
    std::vector<double> protein() const final {
        const Course still(physics_, {0.0, false}, 1.0);
        return derived().amounts(still, still.at(0.0));
    }
    Step reference() const final { return reference_; }
    SharedState shared_state() final { return {{}, influx_.due(), history_.spikes()}; }
    void restore(Step reference, const SharedState* shared) final {
        derived().take_over_views();
        take_as_given(reference);
        if (shared == nullptr) return;
        influx_.restore(shared->calcium_due);
        history_.restore(shared->recent_spikes);
        counts_follow_ = !asks_for_rates;
    }
    std::uint64_t synapse_bytes() const final {
        return plasticity::state_bytes<plasticity::View<M>>({0, 0, network_.plastic().size()});
    }

    bool consolidate(Step begin, Step end, const SampleSteps& sample_steps,
                     const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
                     const OnSampled& sampled, std::vector<Snapshot>& snapshots) final {
        const model::Conditions& conditions = conditions_.at(begin);
        if (conditions.plasticity) fold(begin);
        const Course course(physics_, conditions, relaxation(begin));
        derived().on_neurons(plasticity::BeginConsolidation<M>{course});
        for (std::int64_t done = 0; done < sample_steps.size();) {
            std::vector<Step> steps;
            for (; done < sample_steps.size() && std::ssize(steps) < Derived::samples_at_once;
                 ++done)
                steps.push_back(sample_steps.at(done));
            derived().sample(course, begin, steps, sampler);
            if (!sampled(done)) return false;
        }
        for (const Step step : snapshot_steps)
            snapshots.push_back(
                derived().tell_weights(step, course, course.at(seconds(step - begin))));
        if (!conditions.plasticity) return true;
        const auto at_end = course.at(seconds(end - begin));
        derived().on_synapses(plasticity::ConsolidateSynapses<M>{course, at_end});
        derived().on_neurons(plasticity::ConsolidateNeurons<M>{course, at_end});
        reference_ = end;
        fold(end);
        return true;
    }

  protected:
    using Course = plasticity::Course<M>;
    static constexpr bool asks_for_rates = plasticity::asks_for_rates<typename M::Early>;

    double seconds(Step steps) const { return static_cast<double>(steps) * physics_.dt_s; }
    //! E(t): factor from g to h - h_0.
    double relaxation(Step step) const { return physics_.early.relaxation(age(step)); }
    //! Begins a window if none has been begun.
    //! \param decision  see Epoch
    //! \return whether it has
    bool open_window(const EpochPart& part, Step decision) {
        if (within_window_) return false;
        within_window_ = true;
        ENGRAM_EXPECT(part.begin >= reference_);
        const Step last = decides_each_block_ ? part.end() : decision;
        const Step steps = conditions_.next_change(part.begin, last) - part.begin;
        ENGRAM_EXPECT(steps >= 1 && steps <= model::max_window_steps);
        window_ = {part.begin, static_cast<int>(steps), conditions_.at(part.begin), physics_.early,
                   age(part.begin)};
        return true;
    }
    bool is_within_window() const { return within_window_; }
    const plasticity::Window& window() const { return window_; }
    //! First step of a part within the window.
    int place_in_window(const EpochPart& part) const {
        return static_cast<int>(part.begin - window_.begin);
    }
    bool ends_window(const EpochPart& part) const { return part.end() == window_.end(); }
    //! \pre ends_window() of the last part
    void close_window() { within_window_ = false; }

    //! Makes `step` the reference of all that is kept lazily: afterwards E = 1, X = 1, and tags are
    //! those of the present early phase.
    void fold(Step step) {
        derived().on_synapses(plasticity::Fold<M>{physics_.late, relaxation(step)});
        derived().on_neurons(plasticity::ResetShrinkages<M>{});
        take_as_given(step);
    }
    //! Declares that g is given relative to `reference`.
    void take_as_given(Step reference) {
        reference_ = reference;
        derived().make_sums();
    }
    //! Folds before lazy factors underflow. Nothing is folded while plasticity is off, or within a
    //! window.
    void fold_at_begin_of_epoch(Step begin) {
        if (within_window_ || !conditions_.at(begin).plasticity ||
            seconds(age(begin)) < fold_interval_s_)
            return;
        const RunClock::Within folding(this->clock(), RunPart::plasticity);
        fold(begin);
    }
    //! Whether the numbers of recent spikes are at hand, and not to be made from the history.
    bool counts_follow() const { return counts_follow_; }
    //! Tells how the numbers of recent spikes change in the present window, when it begins, by
    //! counts.pre_leaves(source, step of the window) and counts.post_leaves(local neuron, step);
    //! and after a restart, when all numbers are 0, by counts.pre_counts(source) and
    //! counts.post_counts(local neuron), called once for each spike.
    template <class Counts>
    void begin_rates(Counts counts) {
        const Step begin = window_.begin;
        const Step delay = history_.axonal_delay();
        const Partition& partition = network_.partition();
        if (!std::exchange(counts_follow_, true)) {
            history_.for_each_before(delay, begin,
                                     [&](NeuronId neuron) { counts.pre_counts(neuron); });
            history_.for_each_before(0, begin, [&](NeuronId neuron) {
                if (network_.owns(neuron)) counts.post_counts(partition.local_index(neuron));
            });
        }
        history_.for_each_leaving(delay, begin, window_.end(), [&](Step step, NeuronId neuron) {
            counts.pre_leaves(neuron, static_cast<int>(step - begin));
        });
        history_.for_each_leaving(0, begin, window_.end(), [&](Step step, NeuronId neuron) {
            if (network_.owns(neuron))
                counts.post_leaves(partition.local_index(neuron), static_cast<int>(step - begin));
        });
        history_.forget_before(begin);
    }
    //! How many values there are of the proteins of all neurons; see plasticity::AmountsOfProtein.
    std::size_t n_protein_values() const { return n_amounts_ * network_.n_local(); }
    //! What tells them at a step of a window that begins.
    //! \param values  n_protein_values() of them
    plasticity::ProteinWithin<M> protein_within(const plasticity::Window& window, Step step,
                                                double* values) const {
        return {physics_.late,
                window.conditions,
                window.relaxation[0],
                seconds(step - window.begin),
                {values, network_.n_local()}};
    }
    //! The same some time after the start of a piece of a consolidation.
    plasticity::ProteinAfter<M> protein_after(const Course& course,
                                              const typename Course::Instant& instant,
                                              double* values) const {
        return {course, instant, {values, network_.n_local()}};
    }
    //! Length of most windows.
    double usual_window_s() const { return usual_window_s_; }
    //! Takes out the snapshots that are wanted within the window.
    std::vector<Step> take_requests_in_window() {
        const auto later = std::ranges::stable_partition(
            snapshot_steps_, [&](Step step) { return window_.contains(step); });
        const std::vector<Step> taken(snapshot_steps_.begin(), later.begin());
        snapshot_steps_.erase(snapshot_steps_.begin(), later.begin());
        return taken;
    }

    const Network& network_;
    const ConditionsCourse conditions_;
    const plasticity::Physics<M> physics_;
    const std::size_t n_amounts_;
    const BlockGrid grid_;
    const bool decides_each_block_;
    const double usual_window_s_;
    CalciumInflux influx_;

  private:
    Derived& derived() { return static_cast<Derived&>(*this); }
    const Derived& derived() const { return static_cast<const Derived&>(*this); }
    //! Steps of the plastic clock since the reference.
    Step age(Step step) const {
        return conditions_.plastic_steps(step) - conditions_.plastic_steps(reference_);
    }

    SpikeHistory history_;       //!< empty if nothing asks for rates
    bool counts_follow_ = true;  //!< from the history: numbers of recent spikes
    double fold_interval_s_;
    Step reference_ = 0;
    bool within_window_ = false;
    plasticity::Window window_;
    std::vector<Step> snapshot_steps_;
};

}  // namespace engram
