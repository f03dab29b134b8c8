// SPDX-License-Identifier: Apache-2.0
// Runs on one core of the processor; with any mechanisms.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "cpu/active_synapses.hpp"
#include "cpu/calcium_traces.hpp"
#include "cpu/neurons.hpp"
#include "cpu/plastic_state.hpp"
#include "cpu/recent_counts.hpp"
#include "cpu/stimulator.hpp"
#include "plasticity/weight_within.hpp"
#include "simulation/cut_epoch.hpp"
#include "simulation/plastic_executor.hpp"

namespace engram {

template <class M>
class CpuExecutor : public PlasticExecutor<M, CpuExecutor<M>> {
  public:
    //! \param neurons  see make_neuron_loops
    CpuExecutor(const Experiment& experiment, const Network& network,
                std::vector<std::shared_ptr<NeuronLoops>> neurons)
        : Base(experiment, network),
          experiment_(experiment),
          state_(experiment, network, physics_.late, this->usual_window_s()),
          neurons_(network, experiment, std::move(neurons)),
          stimulator_(experiment, network, neurons_),
          calcium_(network, experiment),
          pre_recent_(network.plastic().n_sources()),
          post_recent_(network.n_local()),
          active_(network, physics_, state_, calcium_, pre_recent_, post_recent_),
          excitatory_(network.excitatory_ranges()),
          synthesis_(network.n_local()),
          sample_rows_(model::max_window_steps),
          due_in_window_(experiment.record.n_recordings()),
          active_arrivals_(neurons_.tiles().size()),
          due_in_block_(experiment.record.n_recordings()) {
        for (const FixedSynapses& fixed : network.fixed())
            fixed_weights_.push_back(model::to_fixed_point(
                network.projections()[fixed.projection].weight_h_0 * experiment.synapses.h_0_mV));
    }

    void run_epoch(const Epoch& epoch, std::span<const PackedSpike> arriving,
                   std::vector<PackedSpike>& fired, TraceSampler& sampler) override {
        this->clock().enter(RunPart::delivery);
        fired.clear();
        this->fold_at_begin_of_epoch(epoch.begin);
        stimulator_.begin_epoch(epoch.begin, epoch.end());
        for (const EpochPart& part :
             cut_epoch(grid_, epoch.begin, epoch.steps, arriving, conditions_)) {
            if (part.offset > 0) {
                finish_block(sampler);
                this->clock().enter(RunPart::delivery);
            }
            begin_block(part, epoch.decision, fired, sampler);
        }
        neurons_.check_finite(epoch.end());
    }
    void finish_epoch(TraceSampler& sampler) override { finish_block(sampler); }
    std::vector<Snapshot> take_snapshots() override { return std::exchange(snapshots_, {}); }
    SnapshotView weights(Step step) override {
        const auto& targets = network_.plastic().targets();
        return {step, targets.size(),
                [this, relaxation = this->relaxation(step)](SynapseIndex first,
                                                            std::span<double> h_mV) {
                    for (std::size_t i = 0; i < h_mV.size(); ++i)
                        h_mV[i] = view().h_mV(first + i, relaxation, physics_.early.h_0_mV);
                },
                [this, &targets](SynapseIndex first, std::span<double> z) {
                    for (std::size_t i = 0; i < z.size(); ++i)
                        z[i] = view().z(first + i, targets[first + i]);
                },
                this->protein()};
    }
    LocalState local_state(Step step, bool within_phase) override {
        LocalState local;
        if (within_phase) {
            neurons_.collect(local);
            for (NamedValues& values : stimulator_.state(step))
                local.by_neuron.push_back(std::move(values));
            calcium_.collect(local);
        }
        collect_saved(state_.storage(), local);
        return local;
    }
    std::vector<std::uint64_t> silent_resets() const override { return neurons_.silent_resets(); }
    std::string device_name() const override { return "CPU"; }
    WorkCounters work() const override {
        WorkCounters work = work_;
        work.early_phase_draws = active_.n_draws();
        return work;
    }

    //! Where the state of the synapses lies.
    const plasticity::View<M>& view() const { return state_.view(); }

  private:
    using Base = PlasticExecutor<M, CpuExecutor<M>>;
    friend Base;
    using Base::conditions_;
    using Base::grid_;
    using Base::influx_;
    using Base::network_;
    using Base::physics_;
    using Course = plasticity::Course<M>;
    using Window = plasticity::Window;
    using RecentCountsOf = RecentCounts<typename M::Early::Recent>;

    // See PlasticExecutor::begin_rates.
    struct Counts {
        RecentCountsOf& pre;
        RecentCountsOf& post;

        void pre_counts(NeuronId source) { pre.count(source); }
        void post_counts(std::uint32_t neuron) { post.count(neuron); }
        void pre_leaves(NeuronId source, int step) { pre.leave(source, step); }
        void post_leaves(std::uint32_t neuron, int step) { post.leave(neuron, step); }
    };

    // See PlasticExecutor.
    void rest() {
        neurons_.rest();
        calcium_.rest();
        pre_recent_.clear();
        post_recent_.clear();
    }
    std::vector<double> amounts(const Course& course,
                                const typename Course::Instant& instant) const {
        std::vector<double> amounts(this->n_protein_values());
        on_neurons(this->protein_after(course, instant, amounts.data()));
        return amounts;
    }
    void take_over_views() {
        calcium_.restore();
        pre_recent_.clear();
        post_recent_.clear();
    }
    static constexpr std::int64_t samples_at_once = 1;
    template <class Operation>
    void on_synapses(const Operation& operation) {
        const plasticity::View<M> view = state_.view();
        const std::vector<std::uint32_t>& targets = network_.plastic().targets();
        for (std::uint64_t k = 0; k < targets.size(); ++k) operation(view, k, targets[k]);
    }
    template <class Operation>
    void on_neurons(const Operation& operation) const {
        const plasticity::View<M> view = state_.view();
        for (std::uint32_t j = 0; j < network_.n_local(); ++j) operation(view, j);
    }
    void make_sums() { state_.make_sums(); }
    void sample(const Course& course, Step begin, std::span<const Step> steps,
                TraceSampler& sampler) const {
        for (const Step step : steps) {
            const auto instant = course.at(this->seconds(step - begin));
            const std::size_t row = sampler.add_consolidation_row(step);
            for (std::size_t q = 0; q < sampler.neurons().size(); ++q) {
                if (!sampler.has_row(row, sampler.neurons()[q].recording)) continue;
                const std::uint32_t neuron = sampler.neurons()[q].local;
                const Population& population =
                    network_.populations().of(network_.global_id(neuron));
                course.sample_neuron(view(), neuron, instant,
                                     experiment_.neuron_of(population).v_init_mV,
                                     population.is_excitatory(), sampler.neuron_values(row, q));
            }
            for (std::size_t q = 0; q < sampler.synapses().size(); ++q) {
                if (!sampler.has_row(row, sampler.recording_of_synapse(q))) continue;
                const auto& recorded = sampler.synapses()[q];
                course.sample_synapse(view(), recorded.synapse, recorded.target, instant,
                                      sampler.synapse_values(row, q));
            }
        }
    }
    Snapshot tell_weights(Step step, const Course& course,
                          const typename Course::Instant& instant) {
        Snapshot snapshot = make_snapshot(step);
        on_synapses(
            plasticity::WeightsAfter<M>{course, instant, snapshot.h_mV.data(), snapshot.z.data()});
        snapshot.protein = amounts(course, instant);
        return snapshot;
    }

    Snapshot make_snapshot(Step step) const {
        const std::size_t n = network_.plastic().size();
        return {step, std::vector<double>(n), std::vector<double>(n)};
    }

    static constexpr auto no_row = static_cast<std::size_t>(-1);

    // A spike that arrives at synapses which may be active: their weights are known only in the
    // step.
    struct ActiveArrival {
        NeuronId source;
        int step;
        std::uint32_t begin;  //!< of its synapses in ActiveArrivals::synapses
        std::uint32_t end;
    };
    struct ActiveArrivals {
        std::vector<ActiveArrival> arrivals;  //!< ascending by step
        std::vector<typename ActiveSynapses<M>::Member> synapses;
    };
    // A block within its window.
    struct Block {
        const EpochPart& part;
        const Window& window;
        int at;  //!< its first step within the window

        double relaxation(int step) const { return window.relaxation[at + step]; }
        bool plasticity() const { return window.conditions.plasticity; }
        //! Step within the block of a spike that arrives in it.
        int step_of(PackedSpike spike) const {
            return static_cast<int>(step_in_epoch(spike)) - part.offset;
        }
    };

    // Steps in the order of plasticity/window.hpp.
    void begin_block(const EpochPart& part, Step decision, std::vector<PackedSpike>& fired,
                     TraceSampler& sampler) {
        part_ = part;
        if (this->open_window(part, decision)) begin_window(sampler);
        neurons_.set_background(this->window().conditions.background);
        const Block block = present_block();
        mark_events(block);
        find_samples(block, sampler);
        deliver_spikes(block);
        this->clock().enter(RunPart::neurons);
        for (std::uint32_t tile = 0; tile < neurons_.tiles().size(); ++tile)
            advance_neurons(block, tile, fired, sampler);
        neurons_.inputs().end_block();
        work_.neuron_steps += static_cast<std::uint64_t>(part.steps) * neurons_.size();
    }
    // What no spike of the block depends on.
    void finish_block(TraceSampler& sampler) {
        this->clock().enter(RunPart::plasticity);
        forget_arrivals();
        if (this->ends_window(part_))
            end_window(sampler);
        else
            calcium_.end_block(present_block().at + part_.steps);
    }
    Block present_block() const { return {part_, this->window(), this->place_in_window(part_)}; }
    void begin_window(TraceSampler& sampler) {
        if constexpr (Base::asks_for_rates) this->begin_rates(Counts{pre_recent_, post_recent_});
        begin_protein();
        begin_recording(sampler);
    }
    void end_window(TraceSampler& sampler) {
        const Window& window = this->window();
        if (window.conditions.plasticity) {
            advance_protein();
            active_.finish_window(window);
        }
        finish_recording(sampler);
        if (window.conditions.plasticity)
            state_.expire_tags(physics_.late, window.relaxation[window.steps]);
        calcium_.end_window(window.steps);
        pre_recent_.end_window();
        post_recent_.end_window();
        this->close_window();
    }

    void begin_protein() {
        const plasticity::View<M> view = state_.view();
        any_protein_ = false;
        for (const LocalRange& range : excitatory_)
            for (std::uint32_t j = range.begin; j < range.end; ++j) {
                synthesis_[j] = view.synthesis_in(this->window(), physics_.late, view.sums(j));
                any_protein_ |= synthesis_[j] != 0 || view.any_protein(j);
            }
    }

    void begin_recording(TraceSampler& sampler) {
        recorded_g_.clear();
        recorded_z_.clear();
        for (const auto& recorded : sampler.synapses()) {
            recorded_g_.push_back(state_.view().g[recorded.synapse]);
            recorded_z_.push_back(state_.view().z(recorded.synapse, recorded.target));
        }
        for (const Step step : this->take_requests_in_window()) {
            Snapshot& snapshot = begun_snapshots_.emplace_back(make_snapshot(step));
            on_synapses(plasticity::KeepWeights<M>{snapshot.h_mV.data(), snapshot.z.data()});
            snapshot.protein.resize(this->n_protein_values());
            on_neurons(this->protein_within(this->window(), step, snapshot.protein.data()));
        }
    }

    void mark_events(const Block& block) {
        const EpochPart& part = block.part;
        stimulator_.begin_block(part);
        calcium_.begin_block(part.begin, block.at, part.steps, influx_.take_before(part.end()));
        for (const PackedSpike spike : part.arriving)
            if (network_.populations().is_excitatory(neuron_of(spike))) {
                calcium_.mark_arrival(neuron_of(spike), block.at + block.step_of(spike));
                pre_recent_.enter(neuron_of(spike), block.at + block.step_of(spike));
            }
    }

    void find_samples(const Block& block, TraceSampler& sampler) {
        std::fill(due_in_block_.begin(), due_in_block_.end(), 0);
        if (block.at == 0) std::fill(due_in_window_.begin(), due_in_window_.end(), 0);
        for (int s = 0; s < block.part.steps; ++s) {
            const Step step = block.part.begin + s;
            std::size_t& row = sample_rows_[block.at + s];
            row = sampler.due(step) ? sampler.add_row(step) : no_row;
            if (row == no_row) continue;
            for (std::uint32_t i = 0; i < due_in_block_.size(); ++i)
                if (sampler.has_row(row, i)) due_in_block_[i] = due_in_window_[i] = 1;
        }
    }

    void deliver_spikes(const Block& block) {
        for (const PackedSpike spike : block.part.arriving)
            deliver(block, neuron_of(spike), block.step_of(spike));
        for (const LocalInput& input : stimulator_.inputs())
            neurons_.inputs().add(static_cast<int>(input.step - block.part.begin), input.site,
                                  input.neuron, input.weight);
    }
    void deliver(const Block& block, NeuronId neuron, int step) {
        const std::size_t population = network_.populations().index_of(neuron);
        const Population& source = network_.populations()[population];
        if (source.is_excitatory()) deliver_plastic(block, neuron, step);
        for (std::size_t i = 0; i < network_.fixed().size(); ++i) {
            const FixedSynapses& fixed = network_.fixed()[i];
            if (fixed.from != population) continue;
            const auto targets = fixed.table.row(neuron - source.first);
            neurons_.inputs().add(step, network_.projections()[fixed.projection].site, targets,
                                  fixed_weights_[i]);
            work_.delivered_spikes += targets.size();
        }
    }
    void deliver_plastic(const Block& block, NeuronId source, int step) {
        if (block.plasticity() && active_.row_may_activate(source))
            return deliver_to_active(block, source, step);
        const SynapseTable& table = network_.plastic();
        const auto [begin, end] = table.row_range(source);
        for (SynapseIndex k = begin; k < end; ++k)
            add_plastic_input(block, k, table.targets()[k], step);
        work_.delivered_spikes += end - begin;
    }
    void deliver_to_active(const Block& block, NeuronId source, int step) {
        const SynapseTable& table = network_.plastic();
        const auto [begin, end] = table.row_range(source);
        const auto arrival = active_.arrival(source);
        std::vector<typename ActiveSynapses<M>::Member>& passed = passed_;
        passed.clear();
        for (SynapseIndex k = begin; k < end; ++k) {
            const std::uint32_t target = table.targets()[k];
            if (active_.may_be_active(arrival, target))
                put_aside(k, source, target, step);
            else if (active_.may_have_been_active(arrival, target))
                passed.push_back({k, target});
            else
                add_plastic_input(block, k, target, step);
        }
        const int at = block.at + step;
        active_.advance(source, passed, plasticity::last_cut(calcium_.arrivals(source), at), at,
                        block.window);
        for (const auto& [k, target] : passed) add_plastic_input(block, k, target, step);
        work_.delivered_spikes += end - begin;
    }
    void add_plastic_input(const Block& block, SynapseIndex k, std::uint32_t target, int step) {
        neurons_.inputs().add(
            step, 0, target,
            state_.view().weight(k, target, block.relaxation(step), physics_.early.h_0_mV));
    }
    void put_aside(SynapseIndex k, NeuronId source, std::uint32_t target, int step) {
        ActiveArrivals& list = active_arrivals_[neurons_.tiles().of(target)];
        const auto position = static_cast<std::uint32_t>(list.synapses.size());
        if (list.arrivals.empty() || list.arrivals.back().source != source ||
            list.arrivals.back().step != step)
            list.arrivals.push_back({source, step, position, position});
        list.synapses.push_back({k, target});
        ++list.arrivals.back().end;
    }

    void advance_neurons(const Block& block, std::uint32_t tile, std::vector<PackedSpike>& fired,
                         TraceSampler& sampler) {
        const bool at_once = block.part.is_whole() && neurons_.has_solution(tile) &&
                             !stimulator_.acts_by_steps(tile) &&
                             active_arrivals_[tile].arrivals.empty();
        if (at_once)
            advance_at_once(block, tile, fired, sampler);
        else
            advance_by_steps(block, tile, fired, sampler);
        neurons_.inputs().clear(neurons_.tiles()[tile]);
    }
    void note_spike(const Block& block, const BlockSpike& spike, std::vector<PackedSpike>& fired) {
        fired.push_back(
            pack_spike(block.part.offset + spike.step, network_.global_id(spike.neuron)));
        if (network_.excitatory()[spike.neuron] == 0) return;
        calcium_.add_post_spike(spike.neuron, block.at + spike.step);
        post_recent_.enter(spike.neuron, block.at + spike.step);
    }
    void advance_at_once(const Block& block, std::uint32_t tile, std::vector<PackedSpike>& fired,
                         TraceSampler& sampler) {
        WatchedNeurons watched;
        find_recorded(tile, sampler);
        if (!recorded_.empty()) {
            watched.neurons = recorded_;
            watched.on_step = [&](std::uint32_t neuron, int step, double stimulus_nA) {
                if (sample_rows_[block.at + step] != no_row)
                    sample_neuron(block, neuron, step, stimulus_nA, sampler);
            };
        }
        block_spikes_.clear();
        work_.stepped_blocks += neurons_.advance_block(
            tile, block.part, stimulator_.known_currents(tile), watched, block_spikes_);
        for (const BlockSpike& spike : block_spikes_) note_spike(block, spike, fired);
    }
    void advance_by_steps(const Block& block, std::uint32_t tile, std::vector<PackedSpike>& fired,
                          TraceSampler& sampler) {
        const bool stimulated = stimulator_.acts_on(tile);
        const std::uint32_t first = neurons_.tiles()[tile].begin;
        stepped_.is_whole = block.part.is_whole();
        stepped_.is_stimulated.fill(0);
        stepped_.is_open.fill(0);
        stimulator_.for_each_stimulated(
            tile, [&](std::uint32_t neuron) { stepped_.is_stimulated[neuron - first] = 1; });
        for (const auto& [k, target] : active_arrivals_[tile].synapses)
            stepped_.is_open[target - first] = 1;
        const TileCurrents& currents = stimulator_.known_currents(tile);
        neurons_.begin_steps(tile, block.part, currents, stepped_);
        find_recorded(tile, sampler);
        std::size_t next_active = 0;
        for (int s = 0; s < block.part.steps; ++s) {
            deliver_active(block, tile, s, next_active);
            if (stimulated) stimulator_.apply(tile, block.part.begin + s);
            if (sample_rows_[block.at + s] != no_row)
                for (const std::uint32_t neuron : recorded_)
                    sample_neuron(block, neuron, s, neurons_.stimulus_nA(neuron), sampler);
            fired_.clear();
            neurons_.advance(tile, block.part, s, stimulated, fired_);
            if (stimulated) neurons_.clear_stimulus(tile);
            for (const std::uint32_t neuron : fired_) note_spike(block, {neuron, s}, fired);
        }
        neurons_.end_steps(tile, block.part, currents, stepped_);
        work_.stepped_blocks += neurons_.tiles()[tile].size();
    }
    void deliver_active(const Block& block, std::uint32_t tile, int step, std::size_t& next) {
        const ActiveArrivals& list = active_arrivals_[tile];
        for (; next < list.arrivals.size() && list.arrivals[next].step == step; ++next) {
            const ActiveArrival& arrival = list.arrivals[next];
            const auto synapses =
                std::span(list.synapses).subspan(arrival.begin, arrival.end - arrival.begin);
            const int at = block.at + step;
            active_.advance(arrival.source, synapses,
                            plasticity::last_cut(calcium_.arrivals(arrival.source), at), at,
                            block.window);
            for (const auto& [k, target] : synapses) add_plastic_input(block, k, target, step);
        }
    }
    static std::span<const TraceSampler::RecordedNeuron> recorded_within(
        std::span<const TraceSampler::RecordedNeuron> recorded, std::uint32_t begin,
        std::uint32_t end) {
        const auto at = [&](std::uint32_t neuron) {
            return std::ranges::lower_bound(recorded, neuron, {},
                                            &TraceSampler::RecordedNeuron::local);
        };
        return {at(begin), at(end)};
    }
    //! Those of a tile that are sampled within the block, each once.
    void find_recorded(std::uint32_t tile, const TraceSampler& sampler) {
        const Tile& here = neurons_.tiles()[tile];
        recorded_.clear();
        for (const auto& one : recorded_within(sampler.neurons(), here.begin, here.end))
            if (due_in_block_[one.recording] != 0 &&
                (recorded_.empty() || recorded_.back() != one.local))
                recorded_.push_back(one.local);
    }
    //! For each recording that it belongs to and that is due.
    void sample_neuron(const Block& block, std::uint32_t neuron, int step, double stimulus_nA,
                       TraceSampler& sampler) {
        const plasticity::View<M> view = state_.view();
        const auto recorded = recorded_within(sampler.neurons(), neuron, neuron + 1);
        const int at = block.at + step;
        for (const auto& one : recorded) {
            const auto q = static_cast<std::size_t>(&one - sampler.neurons().data());
            double* values = sampler.neuron_values(sample_rows_[at], q);
            if (values == nullptr) continue;
            neurons_.sample(neuron, step, stimulus_nA, values);
            if (network_.excitatory()[neuron] == 0) continue;
            view.sample(physics_.late, neuron, view.sums(neuron), block.relaxation(step),
                        synthesis_[neuron], block.plasticity() ? at * physics_.dt_s : 0.0,
                        values + n_membrane_columns);
        }
    }

    void advance_protein() {
        if (!any_protein_) return;
        const typename M::Late::Parameters late = physics_.late;
        const plasticity::View<M> view = state_.view();
        const double time_s = this->window().steps * physics_.dt_s;
        const auto* synthesis = synthesis_.data();
        for (const LocalRange& range : excitatory_) {
            const std::size_t end = range.end;
#pragma omp simd
            for (std::size_t j = range.begin; j < end; ++j)
                view.advance_protein(late, j, synthesis[j], time_s);
        }
    }

    void finish_recording(TraceSampler& sampler) {
        if (sampler.synapses().empty() && begun_snapshots_.empty()) return;
        const RunClock::Within recording(this->clock(), RunPart::recording);
        const Window& window = this->window();
        for (std::size_t q = 0; q < sampler.synapses().size(); ++q) {
            if (due_in_window_[sampler.recording_of_synapse(q)] == 0) continue;
            const auto& recorded = sampler.synapses()[q];
            const auto within = weight_within(recorded.source, recorded.target, recorded_g_[q]);
            for (int s = 0; s < window.steps; ++s) {
                if (sample_rows_[s] == no_row) continue;
                if (double* values = sampler.synapse_values(sample_rows_[s], q))
                    within.sample(s, recorded_z_[q], values);
            }
        }
        const SynapseTable& table = network_.plastic();
        for (Snapshot& snapshot : begun_snapshots_) {
            const auto step = static_cast<int>(snapshot.step - window.begin);
            std::vector<double>& g_then_h = snapshot.h_mV;
            for (NeuronId source = 0; source < table.n_sources(); ++source)
                for (SynapseIndex k = table.row_begin(source); k < table.row_end(source); ++k)
                    g_then_h[k] = weight_within(source, table.targets()[k], g_then_h[k]).h_mV(step);
            snapshots_.push_back(std::move(snapshot));
        }
        begun_snapshots_.clear();
    }
    plasticity::WeightWithin<M> weight_within(NeuronId source, std::uint32_t target,
                                              double g_before) const {
        return {physics_,
                this->window(),
                {calcium_.pre(source), calcium_.post(target), source, network_.global_id(target),
                 pre_recent_[source], post_recent_[target]},
                calcium_.arrivals(source),
                g_before};
    }

    void forget_arrivals() {
        for (ActiveArrivals& list : active_arrivals_) {
            list.arrivals.clear();
            list.synapses.clear();
        }
    }

    const Experiment& experiment_;
    PlasticState<M> state_;
    Neurons neurons_;
    Stimulator stimulator_;
    CalciumTraces calcium_;
    RecentCountsOf pre_recent_;   //!< arrivals, by source
    RecentCountsOf post_recent_;  //!< spikes, by local neuron
    ActiveSynapses<M> active_;
    std::vector<model::FixedPoint> fixed_weights_;  //!< of Network::fixed
    std::vector<LocalRange> excitatory_;

    // State of the present window.
    std::vector<typename M::Late::Synthesis> synthesis_;  //!< by local neuron
    bool any_protein_ = false;                            //!< any synthesis or protein in it
    std::vector<std::size_t> sample_rows_;                //!< by step; no_row if none is due
    std::vector<std::uint8_t> due_in_window_;             //!< by recording: at any step
    std::vector<double> recorded_g_;                      //!< of recorded synapses, at its start
    std::vector<double> recorded_z_;
    std::vector<Snapshot> begun_snapshots_;  //!< as of its start: g for h

    // State of the present block.
    EpochPart part_;
    std::vector<ActiveArrivals> active_arrivals_;             //!< by tile
    std::vector<typename ActiveSynapses<M>::Member> passed_;  //!< that were active, of a row
    std::vector<std::uint32_t> fired_;
    std::vector<BlockSpike> block_spikes_;
    std::vector<std::uint8_t> due_in_block_;  //!< by recording: at any step
    std::vector<std::uint32_t> recorded_;     //!< of the present tile
    SteppedNeurons stepped_{};

    std::vector<Snapshot> snapshots_;
    WorkCounters work_;
};

}  // namespace engram
