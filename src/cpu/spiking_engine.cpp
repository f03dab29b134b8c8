#include "cpu/spiking_engine.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "simulation/fold_interval.hpp"

namespace engram {

namespace {
constexpr std::size_t no_row = static_cast<std::size_t>(-1);
}  // namespace

SpikingEngine::SpikingEngine(const Experiment& experiment, const Network& network,
                             PlasticState& state)
    : network_(network),
      state_(state),
      neurons_(network, experiment),
      stimulator_(experiment, network, neurons_.tiles()),
      calcium_(network, experiment),
      active_(network, experiment, state, calcium_),
      epoch_steps_(static_cast<int>(experiment.steps_from_ms(experiment.synapses.t_ax_delay_ms))),
      dt_s_(experiment.dt_ms / 1000.0),
      fold_interval_s_(fold_interval_s(experiment.synapses)),
      h_0_mV_(experiment.synapses.h_0_mV),
      excitatory_(network.excitatory_ranges()),
      arrivals_(network.plastic().n_sources()),
      active_arrivals_(neurons_.tiles().size()),
      synthesis_(network.n_local()),
      sample_rows_(model::max_block_steps) {
    for (const FixedSynapses& fixed : network.fixed())
        fixed_weights_.push_back(model::to_fixed_point(
            network.projections()[fixed.projection].weight_h_0 * experiment.synapses.h_0_mV));
    for (const RecordedSynapse& synapse : experiment.record.synapses)
        active_.mark_row_for_log(synapse.pre);
}

void SpikingEngine::begin_phase(Step begin) {
    neurons_.rest();
    calcium_.rest();
    state_.fold(begin);
}

SharedState SpikingEngine::shared_state() const {
    return {{}, {calcium_.due().begin(), calcium_.due().end()}, calcium_.pre_start()};
}

void SpikingEngine::collect_state(Step step, LocalState& local) {
    local.by_neuron = neurons_.state();
    for (NamedValues& values : stimulator_.state(step))
        local.by_neuron.push_back(std::move(values));
    local.by_neuron.push_back({"calcium_post", calcium_.post_state()});
}

std::vector<Snapshot> SpikingEngine::take_snapshots() {
    return std::exchange(snapshots_, {});
}

WorkCounters SpikingEngine::work() const {
    WorkCounters work = work_;
    work.early_phase_draws = active_.n_draws();
    return work;
}

void SpikingEngine::run_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                              std::vector<PackedSpike>& fired, TraceSampler& sampler) {
    fired.clear();
    if (static_cast<double>(begin - state_.reference()) * dt_s_ >= fold_interval_s_)
        state_.fold(begin);
    std::size_t next = 0;
    for (int offset = 0; offset < steps; offset += model::max_block_steps) {
        const int n = std::min(model::max_block_steps, steps - offset);
        const std::size_t first = next;
        while (next < arriving.size() &&
               step_in_epoch(arriving[next]) < static_cast<std::uint32_t>(offset + n))
            ++next;
        run_block(Block(begin + offset, n, state_), offset, arriving.subspan(first, next - first),
                  fired, sampler);
    }
    neurons_.check_finite(begin + steps);
}

void SpikingEngine::run_block(const Block& block, int offset, std::span<const PackedSpike> arriving,
                              std::vector<PackedSpike>& fired, TraceSampler& sampler) {
    begin_block(block, offset, arriving, sampler);
    for (std::uint32_t tile = 0; tile < neurons_.tiles().size(); ++tile) {
        const bool stimulated = stimulator_.acts_on(tile);
        std::size_t next_active = 0;
        for (int s = 0; s < block.steps; ++s) {
            deliver_active(block, tile, s, next_active);
            if (stimulated) stimulator_.apply(tile, block.begin + s, neurons_);
            if (sample_rows_[s] != no_row) sample_neurons(block, tile, s, sampler);
            fired_.clear();
            neurons_.advance(tile, block.begin + s, s, stimulated, fired_);
            if (stimulated) neurons_.clear_stimulus(tile);
            for (const std::uint32_t neuron : fired_) {
                fired.push_back(pack_spike(offset + s, network_.global_id(neuron)));
                if (network_.excitatory()[neuron] != 0) calcium_.add_post_spike(neuron, s);
            }
        }
    }
    end_block(block, sampler);
}

void SpikingEngine::begin_block(const Block& block, int offset,
                                std::span<const PackedSpike> arriving, TraceSampler& sampler) {
    stimulator_.begin_block(block.begin, block.end());
    calcium_.begin_block(block.begin, block.steps);
    begin_protein(block);
    begin_recording(block, sampler);
    for (ActiveArrivals& list : active_arrivals_) {
        list.arrivals.clear();
        list.synapses.clear();
    }
    for (const PackedSpike spike : arriving)
        deliver(block, neuron_of(spike), static_cast<int>(step_in_epoch(spike)) - offset);
}

void SpikingEngine::deliver(const Block& block, NeuronId neuron, int step) {
    const std::size_t population = network_.populations().index_of(neuron);
    if (network_.populations()[population].is_excitatory()) {
        if (arrivals_[neuron] == 0) arriving_sources_.push_back(neuron);
        arrivals_[neuron] |= 1u << step;
        deliver_plastic(block, neuron, step);
    }
    for (std::size_t i = 0; i < network_.fixed().size(); ++i) {
        const FixedSynapses& fixed = network_.fixed()[i];
        if (fixed.from == population)
            deliver_fixed(fixed.table, neuron - network_.populations()[population].first, step,
                          fixed_weights_[i]);
    }
}

void SpikingEngine::deliver_fixed(const SynapseTable& table, NeuronId row, int step,
                                  model::FixedPoint weight) {
    const auto targets = table.row(row);
    for (const std::uint32_t target : targets) neurons_.add_input(step, target, weight);
    work_.delivered_spikes += targets.size();
}

model::FixedPoint SpikingEngine::plastic_weight(const Block& block, SynapseIndex k,
                                                std::uint32_t target, int step) const {
    return model::to_fixed_point(
        std::fma(h_0_mV_, state_.z(k, target), state_.h_mV(k, block.relaxation[step])));
}

void SpikingEngine::deliver_plastic(const Block& block, NeuronId source, int step) {
    const SynapseTable& table = network_.plastic();
    const std::uint32_t* targets = table.targets().data();
    const SynapseIndex end = table.row_end(source);
    const bool row_may_activate = active_.row_may_activate(source);
    for (SynapseIndex k = table.row_begin(source); k < end; ++k) {
        const std::uint32_t target = targets[k];
        if (row_may_activate && active_.may_activate(source, target))
            put_aside(k, source, target, step);
        else
            neurons_.add_input(step, target, plastic_weight(block, k, target, step));
    }
    work_.delivered_spikes += end - table.row_begin(source);
}

void SpikingEngine::put_aside(SynapseIndex k, NeuronId source, std::uint32_t target, int step) {
    ActiveArrivals& list = active_arrivals_[neurons_.tiles().of(target)];
    const auto position = static_cast<std::uint32_t>(list.synapses.size());
    if (list.arrivals.empty() || list.arrivals.back().source != source ||
        list.arrivals.back().step != step)
        list.arrivals.push_back({source, step, position, position});
    list.synapses.push_back({k, target});
    ++list.arrivals.back().end;
}

void SpikingEngine::deliver_active(const Block& block, std::uint32_t tile, int step,
                                   std::size_t& next) {
    const ActiveArrivals& list = active_arrivals_[tile];
    for (; next < list.arrivals.size() && list.arrivals[next].step == step; ++next) {
        const ActiveArrival& arrival = list.arrivals[next];
        const auto synapses =
            std::span(list.synapses).subspan(arrival.begin, arrival.end - arrival.begin);
        const int from = ActiveSynapses::last_cut(arrivals_[arrival.source], step);
        active_.advance(arrival.source, synapses, from, step, block);
        for (const auto& [k, target] : synapses)
            neurons_.add_input(step, target, plastic_weight(block, k, target, step));
    }
}

void SpikingEngine::begin_protein(const Block& block) {
    double most = 0.0;
    for (const LocalRange& range : excitatory_)
        for (std::uint32_t j = range.begin; j < range.end; ++j) {
            const bool synthesis =
                state_.change_sum_mV(j, block.relaxation[0]) >= state_.late_phase.theta_pro_mV;
            synthesis_[j] = synthesis;
            most = std::max(most, synthesis ? 1.0 : state_.protein[j]);
        }
    any_protein_ = most > 0.0;
}

void SpikingEngine::advance_protein(const Block& block) {
    if (!any_protein_) return;
    const model::LatePhase late = state_.late_phase;
    const double time_s = block.steps * dt_s_;
    double* protein = state_.protein.data();
    double* shrinkage = state_.shrinkage.data();
    const std::uint8_t* synthesis = synthesis_.data();
    for (const LocalRange& range : excitatory_) {
        const std::size_t end = range.end;
#pragma omp simd
        for (std::size_t j = range.begin; j < end; ++j) {
            const model::ProteinState next = late.protein(protein[j], synthesis[j] != 0, time_s);
            protein[j] = next.amount;
            shrinkage[j] *= late.shrinkage(next.integral);
        }
    }
}

void SpikingEngine::end_block(const Block& block, TraceSampler& sampler) {
    advance_protein(block);
    active_.finish_block(block, arrivals_);
    finish_recording(block, sampler);
    state_.expire_tags(block.relaxation[block.steps]);
    calcium_.end_block();
    for (const NeuronId source : arriving_sources_) arrivals_[source] = 0;
    arriving_sources_.clear();
    work_.neuron_steps += static_cast<std::uint64_t>(block.steps) * neurons_.size();
}

void SpikingEngine::sample_neurons(const Block& block, std::uint32_t tile, int step,
                                   TraceSampler& sampler) {
    const auto& recorded = sampler.neurons();
    const auto first = std::lower_bound(
        recorded.begin(), recorded.end(), neurons_.tiles()[tile].begin,
        [](const TraceSampler::RecordedNeuron& a, std::uint32_t local) { return a.local < local; });
    const std::size_t row = sample_rows_[step];
    for (auto it = first; it != recorded.end() && it->local < neurons_.tiles()[tile].end; ++it) {
        const auto q = static_cast<std::size_t>(it - recorded.begin());
        const Neurons::Sample sample = neurons_.sample(it->local, step);
        sampler.neuron_value(row, q, column_v) = sample.v_mV;
        sampler.neuron_value(row, q, column_i_total) =
            sample.i_syn_nA + sample.i_bg_nA + sample.i_stim_nA;
        sampler.neuron_value(row, q, column_i_stim) = sample.i_stim_nA;
        sampler.neuron_value(row, q, column_i_bg) = sample.i_bg_nA;
        if (network_.excitatory()[it->local] == 0) continue;
        sampler.neuron_value(row, q, column_s) =
            state_.change_sum_mV(it->local, block.relaxation[step]);
        sampler.neuron_value(row, q, column_p) =
            state_.late_phase
                .protein(state_.protein[it->local], synthesis_[it->local] != 0, step * dt_s_)
                .amount;
    }
}

void SpikingEngine::begin_recording(const Block& block, TraceSampler& sampler) {
    for (int s = 0; s < block.steps; ++s)
        sample_rows_[s] = sampler.due(block.begin + s) ? sampler.add_row(block.begin + s) : no_row;
    sampled_z_.clear();
    for (const auto& recorded : sampler.synapses())
        sampled_z_.push_back(state_.z(recorded.synapse, recorded.target));
    for (const Step step : snapshot_steps_) {
        if (!block.contains(step)) continue;
        Snapshot snapshot{step, {}, {}};
        const auto& targets = network_.plastic().targets();
        snapshot.z.resize(targets.size());
        for (SynapseIndex k = 0; k < targets.size(); ++k) snapshot.z[k] = state_.z(k, targets[k]);
        pending_snapshots_.push_back({static_cast<int>(step - block.begin), std::move(snapshot)});
    }
    std::erase_if(snapshot_steps_, [&](Step step) { return block.contains(step); });
    active_.log_all(!pending_snapshots_.empty());
    active_.log().clear();
}

void SpikingEngine::finish_recording(const Block& block, TraceSampler& sampler) {
    if (sampler.synapses().empty() && pending_snapshots_.empty()) return;
    active_.log().sort();
    const auto h_at = [&](SynapseIndex k, int step) {
        return active_.log().h_at(k, step, block, state_, neurons_.streams());
    };
    for (int s = 0; s < block.steps; ++s) {
        if (sample_rows_[s] == no_row) continue;
        for (std::size_t q = 0; q < sampler.synapses().size(); ++q) {
            const auto& recorded = sampler.synapses()[q];
            sampler.synapse_value(sample_rows_[s], q, column_ca) =
                calcium_.pre(recorded.source).at(s, calcium_.decay()) +
                calcium_.post(recorded.target).at(s, calcium_.decay());
            sampler.synapse_value(sample_rows_[s], q, column_h) = h_at(recorded.synapse, s);
            sampler.synapse_value(sample_rows_[s], q, column_z) = sampled_z_[q];
        }
    }
    for (PendingSnapshot& pending : pending_snapshots_) {
        pending.snapshot.h_mV.resize(network_.plastic().size());
        for (SynapseIndex k = 0; k < network_.plastic().size(); ++k)
            pending.snapshot.h_mV[k] = h_at(k, pending.step_in_block);
        snapshots_.push_back(std::move(pending.snapshot));
    }
    pending_snapshots_.clear();
}

}  // namespace engram
