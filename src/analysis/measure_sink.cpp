// SPDX-License-Identifier: Apache-2.0
#include "analysis/measure_sink.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "analysis/nothing.hpp"
#include "base/step_time.hpp"
#include "experiment/measure_reader.hpp"
#include "experiment/schedule.hpp"

namespace engram {
namespace {

using Direction = GroupWeights::Direction;
constexpr struct {
    Direction direction;
    const char* name;
    const char* text;
} directions[] = {{Direction::within, "within", "within the assembly"},
                  {Direction::out, "out", "from the assembly to others"},
                  {Direction::into, "into", "from others to the assembly"},
                  {Direction::elsewhere, "elsewhere", "between others"}};

// More would have too many pairs.
constexpr std::size_t most_paired = 16;

bool has_pairs(std::size_t n_memories) {
    return n_memories >= 1 && n_memories <= most_paired;
}

void count_within(const std::optional<RateWindow>& window, std::span<const SpikeEvent> spikes,
                  std::vector<std::uint32_t>& counts) {
    if (!window || spikes.back().step < window->begin || spikes.front().step >= window->end) return;
    for (const SpikeEvent& spike : spikes)
        if (window->begin <= spike.step && spike.step < window->end) ++counts[spike.neuron];
}

std::vector<std::vector<char>> members_of(const std::vector<Memory>& memories) {
    std::vector<std::vector<char>> members;
    for (const Memory& memory : memories) members.push_back(memory.setting.is_assembly);
    return members;
}

void append_directions(std::vector<double>& values, const GroupWeights& weights,
                       std::size_t group) {
    for (const auto& entry : directions)
        values.push_back(weights.mean(group, entry.direction).h_mV);
    for (const auto& entry : directions) values.push_back(weights.mean(group, entry.direction).z);
}

// Names of what values() holds, in its order.
class Names {
  public:
    explicit Names(const Experiment& experiment) : experiment_(experiment) {}

    std::vector<MeasureName> all() {
        add_recall("", "");
        add("rate_exc", "Hz", "rate of the excitatory neurons over all spiking phases");
        add("rate_inh", "Hz", "rate of the inhibitory neurons over all spiking phases");
        const std::vector<std::string> labels = snapshot_labels();
        for (const std::string& label : labels) add_weights("", label, "");
        add("runaway", "1",
            "whether excitatory neurons fired at half their highest rate without a stimulus to "
            "them");
        const std::vector<Memory> memories = measured_memories(experiment_);
        for (const Memory& memory : memories)
            add_recall("." + memory.name, " (memory " + memory.name + ")");
        for (const std::string& label : labels) {
            for (const Memory& memory : memories)
                add_weights("." + memory.name, label, " (memory " + memory.name + ")");
            if (has_pairs(memories.size())) add_pairs(memories, label);
        }
        if (experiment_.measures.recorded_synapses)
            for (const MeasureName& name : induction_names(experiment_)) names_.push_back(name);
        for (const Population& population : experiment_.populations)
            if (experiment_.resets_silently(population))
                add("silent_resets_" + population.name, "1",
                    "resets without a spike of the population " + population.name);
        return std::move(names_);
    }

  private:
    void add(const std::string& name, const char* units, const std::string& description) {
        names_.push_back({name, units, description});
    }

    void add_rates(const std::string& suffix, const std::string& when) {
        constexpr std::pair<const char*, const char*> populations[] = {
            {"exc", "excitatory neurons"},
            {"as", "assembly neurons that are stimulated at recall"},
            {"ans", "assembly neurons that are not stimulated at recall"},
            {"ctrl", "other excitatory neurons"},
            {"inh", "inhibitory neurons"}};
        for (const auto& [name, text] : populations)
            add(std::string("nu_") + name + suffix, "Hz",
                std::string("rate of the ") + text + ", " + when);
    }

    void add_recall(const std::string& suffix, const std::string& whose) {
        add_rates(suffix, "in the window of recall" + whose);
        add_rates("_ref" + suffix, "0.5 s around 1.0 s after the onset of learning" + whose);
        add("Q" + suffix, "1", "pattern completion (nu_ans - nu_ctrl) / nu_as" + whose);
        add("MI" + suffix, "bit", "mutual information of the rates at learning and recall" + whose);
        add("selfMI" + suffix, "bit", "entropy of the rates at learning" + whose);
    }

    void add_weights(const std::string& suffix, const std::string& label,
                     const std::string& whose) {
        for (const auto& entry : directions)
            add(std::string("h_").append(entry.name).append(suffix).append(label), "mV",
                std::string("mean early-phase weight ").append(entry.text).append(whose));
        for (const auto& entry : directions)
            add(std::string("z_").append(entry.name).append(suffix).append(label), "1",
                std::string("mean late-phase weight ").append(entry.text).append(whose));
    }

    void add_pairs(const std::vector<Memory>& memories, const std::string& label) {
        std::vector<std::string> groups;
        for (const Memory& memory : memories) groups.push_back(memory.name);
        groups.emplace_back(no_memory);
        for (const std::string& from : groups)
            for (const std::string& to : groups) {
                const std::string pair =
                    std::string(".").append(from).append(".").append(to).append(label);
                const std::string ends = std::string(" from ").append(from).append(" to ") + to;
                add("h" + pair, "mV", "mean early-phase weight" + ends);
                add("z" + pair, "1", "mean late-phase weight" + ends);
            }
    }

    // Of all that are taken, that of the end last.
    std::vector<std::string> snapshot_labels() const {
        std::vector<std::string> labels;
        const auto add_label = [&](Step step) {
            labels.push_back("@" + snapshot_label(step_time_ms(step, experiment_.dt_ms) / 1000.0));
        };
        for (const double time_s : experiment_.record.snapshots_s)
            if (const Step step = experiment_.steps_from_s(time_s);
                step < experiment_.duration_steps())
                add_label(step);
        add_label(experiment_.duration_steps());
        return labels;
    }

    const Experiment& experiment_;
    std::vector<MeasureName> names_;
};

}  // namespace

MeasureSink::MeasureSink(const Experiment& experiment, const Network& network,
                         MPI_Comm communicator, bool keeps_traces)
    : experiment_(experiment),
      network_(network),
      communicator_(communicator),
      setting_(recall_setting(experiment)),
      memories_(measured_memories(experiment)),
      phases_(make_schedule(experiment).phases),
      detector_(experiment),
      keeps_traces_(keeps_traces),
      weights_({setting_.is_assembly}),
      weights_of_memories_(members_of(memories_)) {
    const std::vector<std::uint32_t> none(experiment.populations.size());
    counts_ = {none, none};
    counts_of_memories_.assign(memories_.size(), counts_);
    if (experiment.measures.recorded_synapses) induction_.emplace(experiment);
}

void MeasureSink::write_spikes(std::span<const SpikeEvent> spikes) {
    if (spikes.empty()) return;
    count_within(setting_.reference, spikes, counts_.reference);
    count_within(setting_.recall, spikes, counts_.recall);
    for (std::size_t i = 0; i < memories_.size(); ++i) {
        count_within(memories_[i].setting.reference, spikes, counts_of_memories_[i].reference);
        count_within(memories_[i].setting.recall, spikes, counts_of_memories_[i].recall);
    }
    watch(spikes);
}

// Step by step, so that it does not matter in which portions the spikes come.
void MeasureSink::watch(std::span<const SpikeEvent> spikes) {
    for (std::size_t begin = 0, end = 0; begin < spikes.size(); begin = end) {
        const Step step = spikes[begin].step;
        for (end = begin; end < spikes.size() && spikes[end].step == step; ++end)
            ++(experiment_.populations.is_excitatory(spikes[end].neuron) ? n_exc_spikes_
                                                                         : n_inh_spikes_);
        const std::size_t before = phase_;
        while (step >= phases_[phase_].end) ++phase_;
        if (!has_begun_ || phase_ != before) detector_.begin(phases_[phase_].begin);
        has_begun_ = true;
        runs_away_ |= detector_.add(step + 1, spikes.subspan(begin, end - begin)).has_value();
    }
}

void MeasureSink::write_traces(std::size_t recording, std::span<const double> rows, std::size_t) {
    // Measures are of what the section `record` itself lists.
    if (recording != 0) return;
    if (induction_) induction_->add(rows);
    if (keeps_traces_) rows_.insert(rows_.end(), rows.begin(), rows.end());
}

void MeasureSink::write_snapshot(const SnapshotView& snapshot) {
    weights_.take(network_, snapshot, communicator_);
    append_directions(mean_weights_, weights_, 0);
    if (memories_.empty()) return;
    weights_of_memories_.take(network_, snapshot, communicator_);
    for (std::size_t group = 0; group < memories_.size(); ++group)
        append_directions(mean_weights_of_memories_, weights_of_memories_, group);
    if (!has_pairs(memories_.size())) return;
    for (std::size_t from = 0; from <= memories_.size(); ++from)
        for (std::size_t to = 0; to <= memories_.size(); ++to) {
            const MeanWeight mean = weights_of_memories_.mean_between(from, to);
            mean_weights_of_memories_.push_back(mean.h_mV);
            mean_weights_of_memories_.push_back(mean.z);
        }
}

void MeasureSink::append_recall(std::vector<double>& values, const RecallSetting& setting,
                                const Counts& counts) const {
    const Populations& populations = experiment_.populations;
    const auto rates = [&](const std::optional<RateWindow>& window,
                           const std::vector<std::uint32_t>& counted) {
        return window ? subpopulation_rates(setting, populations, counted, window->length_s)
                      : SubpopulationRates{nothing, nothing, nothing, nothing, nothing};
    };
    const SubpopulationRates recall = rates(setting.recall, counts.recall);
    for (const SubpopulationRates& all : {recall, rates(setting.reference, counts.reference)})
        for (const double rate : {all.exc, all.as, all.ans, all.ctrl, all.inh})
            values.push_back(rate);
    values.push_back(recall.as > 0 ? (recall.ans - recall.ctrl) / recall.as : nothing);
    const auto at_reference = excitatory_counts(populations, counts.reference);
    const auto at_recall = excitatory_counts(populations, counts.recall);
    const double reference_entropy = setting.reference ? entropy_bits(at_reference) : nothing;
    values.push_back(setting.reference && setting.recall
                         ? reference_entropy + entropy_bits(at_recall) -
                               joint_entropy_bits(at_reference, at_recall)
                         : nothing);
    values.push_back(reference_entropy);
}

std::vector<double> MeasureSink::values(const std::vector<PhaseReport>& reports) const {
    const Populations& populations = experiment_.populations;
    std::vector<double> values;
    append_recall(values, setting_, counts_);
    double spiking_time_s = 0;
    for (const Phase& phase : phases_)
        if (phase.kind == PhaseKind::spiking)
            spiking_time_s += step_time_ms(phase.end - phase.begin, experiment_.dt_ms) / 1000.0;
    const auto mean_rate = [&](std::uint64_t n_spikes, NeuronId n) {
        return n == 0 || spiking_time_s == 0 ? nothing
                                             : static_cast<double>(n_spikes) / n / spiking_time_s;
    };
    values.push_back(mean_rate(n_exc_spikes_, populations.count(PopulationKind::excitatory)));
    values.push_back(mean_rate(n_inh_spikes_, populations.count(PopulationKind::inhibitory)));
    values.insert(values.end(), mean_weights_.begin(), mean_weights_.end());
    values.push_back(runs_away_ ? 1.0 : 0.0);
    for (std::size_t i = 0; i < memories_.size(); ++i)
        append_recall(values, memories_[i].setting, counts_of_memories_[i]);
    values.insert(values.end(), mean_weights_of_memories_.begin(), mean_weights_of_memories_.end());
    if (induction_) {
        const std::vector<double> induced = induction_->values();
        values.insert(values.end(), induced.begin(), induced.end());
    }
    for (const Population& population : populations) {
        if (!experiment_.resets_silently(population)) continue;
        double n = 0;
        for (const PhaseReport& report : reports)
            n += static_cast<double>(report.silent_resets_of(population.name));
        values.push_back(n);
    }
    return values;
}

std::vector<MeasureName> measure_names(const Experiment& experiment) {
    return Names(experiment).all();
}

}  // namespace engram
