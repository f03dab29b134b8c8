// SPDX-License-Identifier: Apache-2.0
#include "analysis/measure_sink.hpp"

#include <cmath>
#include <limits>

#include "base/collective.hpp"
#include "base/step_time.hpp"
#include "experiment/schedule.hpp"

namespace engram {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr const char* direction_names[] = {"within", "out", "into", "elsewhere"};
constexpr const char* direction_texts[] = {"within the assembly", "from the assembly to others",
                                           "from others to the assembly", "between others"};

std::size_t direction_of(bool pre_in_assembly, bool post_in_assembly) {
    if (pre_in_assembly) return post_in_assembly ? 0 : 1;
    return post_in_assembly ? 2 : 3;
}

// Integer sums, so that a mean does not depend on how the synapses are shared among ranks. The
// quanta leave room for 1e10 synapses of 50 mV and for 4e9 with z = 1; z begins far below 1.
constexpr double h_quantum_mV = 0x1p-24;
constexpr double z_quantum = 0x1p-31;

std::uint64_t summand(double value, double quantum) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(std::llrint(value / quantum)));
}

double mean_of(std::uint64_t sum, std::uint64_t count, double quantum) {
    if (count == 0) return nothing;
    return static_cast<double>(static_cast<std::int64_t>(sum)) * quantum /
           static_cast<double>(count);
}

void count_within(const std::optional<RateWindow>& window, const SpikeEvent& spike,
                  std::vector<std::uint32_t>& counts) {
    if (window && window->begin <= spike.step && spike.step < window->end) ++counts[spike.neuron];
}

std::vector<Step> snapshot_steps(const Experiment& experiment) {
    std::vector<Step> steps;
    for (const double time_s : experiment.record.snapshots_s)
        if (const Step step = experiment.steps_from_s(time_s); step < experiment.duration_steps())
            steps.push_back(step);
    steps.push_back(experiment.duration_steps());
    return steps;
}

void append_rates(std::vector<double>& values, const SubpopulationRates& rates) {
    for (const double rate : {rates.exc, rates.as, rates.ans, rates.ctrl, rates.inh})
        values.push_back(rate);
}

constexpr SubpopulationRates no_rates{nothing, nothing, nothing, nothing, nothing};

}  // namespace

MeasureSink::MeasureSink(const Experiment& experiment, const Network& network,
                         MPI_Comm communicator)
    : experiment_(experiment),
      network_(network),
      communicator_(communicator),
      setting_(recall_setting(experiment)),
      reference_counts_(experiment.populations.size()),
      recall_counts_(experiment.populations.size()) {}

void MeasureSink::write_spikes(std::span<const SpikeEvent> spikes) {
    for (const SpikeEvent& spike : spikes) {
        count_within(setting_.reference, spike, reference_counts_);
        count_within(setting_.recall, spike, recall_counts_);
        ++(experiment_.populations.is_excitatory(spike.neuron) ? n_exc_spikes_ : n_inh_spikes_);
    }
}

void MeasureSink::write_traces(std::span<const double> rows, std::size_t) {
    rows_.insert(rows_.end(), rows.begin(), rows.end());
}

void MeasureSink::write_snapshot(const SnapshotView& snapshot) {
    std::array<std::uint64_t, 12> sums{};  // h, z, number of synapses, by direction
    const SynapseTable& synapses = network_.plastic();
    for (NeuronId source = 0; source < synapses.n_sources(); ++source) {
        for (SynapseIndex k = synapses.row_begin(source); k < synapses.row_end(source); ++k) {
            const NeuronId target = network_.global_id(synapses.targets()[k]);
            const std::size_t direction =
                direction_of(setting_.is_assembly[source], setting_.is_assembly[target]);
            const PlasticWeights weights = snapshot.weights(k);
            sums[direction] += summand(weights.h_mV, h_quantum_mV);
            sums[4 + direction] += summand(weights.z, z_quantum);
            ++sums[8 + direction];
        }
    }
    sum_over_ranks(communicator_, sums);
    MeanWeights means{snapshot.step, {}, {}};
    for (std::size_t direction = 0; direction < 4; ++direction) {
        means.h_mV[direction] = mean_of(sums[direction], sums[8 + direction], h_quantum_mV);
        means.z[direction] = mean_of(sums[4 + direction], sums[8 + direction], z_quantum);
    }
    weights_.push_back(means);
}

std::vector<double> MeasureSink::values() const {
    const Populations& populations = experiment_.populations;
    const auto rates = [&](const std::optional<RateWindow>& window,
                           const std::vector<std::uint32_t>& counts) {
        return window ? subpopulation_rates(setting_, populations, counts) : no_rates;
    };
    const SubpopulationRates recall = rates(setting_.recall, recall_counts_);
    std::vector<double> values;
    append_rates(values, recall);
    append_rates(values, rates(setting_.reference, reference_counts_));
    values.push_back(recall.as > 0 ? (recall.ans - recall.ctrl) / recall.as : nothing);
    const bool both = setting_.reference && setting_.recall;
    const auto at_reference = excitatory_counts(populations, reference_counts_);
    const auto at_recall = excitatory_counts(populations, recall_counts_);
    const double reference_entropy = setting_.reference ? entropy_bits(at_reference) : nothing;
    values.push_back(both ? reference_entropy + entropy_bits(at_recall) -
                                joint_entropy_bits(at_reference, at_recall)
                          : nothing);
    values.push_back(reference_entropy);
    double spiking_time_s = 0;
    for (const Phase& phase : make_schedule(experiment_).phases)
        if (phase.kind == PhaseKind::spiking)
            spiking_time_s += step_time_ms(phase.end - phase.begin, experiment_.dt_ms) / 1000.0;
    const auto mean_rate = [&](std::uint64_t n_spikes, NeuronId n) {
        return n == 0 || spiking_time_s == 0 ? nothing
                                             : static_cast<double>(n_spikes) / n / spiking_time_s;
    };
    values.push_back(mean_rate(n_exc_spikes_, populations.count(PopulationKind::excitatory)));
    values.push_back(mean_rate(n_inh_spikes_, populations.count(PopulationKind::inhibitory)));
    for (const MeanWeights& weights : weights_) {
        values.insert(values.end(), weights.h_mV.begin(), weights.h_mV.end());
        values.insert(values.end(), weights.z.begin(), weights.z.end());
    }
    return values;
}

std::vector<MeasureName> measure_names(const Experiment& experiment) {
    std::vector<MeasureName> names;
    const std::pair<const char*, const char*> populations[] = {
        {"exc", "excitatory neurons"},
        {"as", "assembly neurons that are stimulated at recall"},
        {"ans", "assembly neurons that are not stimulated at recall"},
        {"ctrl", "other excitatory neurons"},
        {"inh", "inhibitory neurons"}};
    for (const auto& [name, text] : populations)
        names.push_back({std::string("nu_") + name, "Hz",
                         std::string("rate of the ") + text +
                             ", 0.5 s around 0.1 s after the onset of recall"});
    for (const auto& [name, text] : populations)
        names.push_back({std::string("nu_") + name + "_ref", "Hz",
                         std::string("rate of the ") + text +
                             ", 0.5 s around 1.0 s after the onset of learning"});
    names.push_back({"Q", "1", "pattern completion (nu_ans - nu_ctrl) / nu_as"});
    names.push_back({"MI", "bit", "mutual information of the rates at learning and recall"});
    names.push_back({"selfMI", "bit", "entropy of the rates at learning"});
    names.push_back({"rate_exc", "Hz", "rate of the excitatory neurons over all spiking phases"});
    names.push_back({"rate_inh", "Hz", "rate of the inhibitory neurons over all spiking phases"});
    for (const Step step : snapshot_steps(experiment)) {
        const std::string label =
            "@" + snapshot_label(step_time_ms(step, experiment.dt_ms) / 1000.0);
        for (std::size_t d = 0; d < 4; ++d)
            names.push_back({std::string("h_") + direction_names[d] + label, "mV",
                             std::string("mean early-phase weight ") + direction_texts[d]});
        for (std::size_t d = 0; d < 4; ++d)
            names.push_back({std::string("z_") + direction_names[d] + label, "1",
                             std::string("mean late-phase weight ") + direction_texts[d]});
    }
    return names;
}

}  // namespace engram
