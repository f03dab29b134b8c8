// SPDX-License-Identifier: Apache-2.0
#include "analysis/group_weights.hpp"

#include <cmath>
#include <span>

#include "analysis/nothing.hpp"
#include "base/collective.hpp"

namespace engram {
namespace {

// They leave room for 1e10 synapses of 50 mV and for 4e9 with z = 1; z begins far below 1.
constexpr double h_quantum_mV = 0x1p-24;
constexpr double z_quantum = 0x1p-31;

std::uint64_t quanta(double value, double quantum) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(std::llrint(value / quantum)));
}

double mean_of_quanta(std::uint64_t sum, std::uint64_t count, double quantum) {
    return static_cast<double>(static_cast<std::int64_t>(sum)) * quantum /
           static_cast<double>(count);
}

template <class Sums>
void add(Sums& sums, const Sums& others) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += others[i];
}

template <class Sums>
Sums difference(const Sums& a, const Sums& b) {
    Sums result{};
    for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
    return result;
}

template <class Sums>
std::span<std::uint64_t> values_of(std::vector<Sums>& sums) {
    return {sums.empty() ? nullptr : sums.front().data(), sums.size() * std::tuple_size_v<Sums>};
}

}  // namespace

GroupWeights::GroupWeights(const std::vector<std::vector<char>>& members)
    : n_groups_(members.size()),
      between_((n_groups_ + 1) * (n_groups_ + 1)),
      from_(n_groups_),
      to_(n_groups_) {
    const std::size_t n_neurons = members.empty() ? 0 : members.front().size();
    first_.push_back(0);
    for (std::size_t id = 0; id < n_neurons; ++id) {
        for (std::size_t group = 0; group < n_groups_; ++group)
            if (members[group][id] != 0) groups_.push_back(static_cast<std::uint32_t>(group));
        if (groups_.size() == first_.back())
            groups_.push_back(static_cast<std::uint32_t>(no_group()));
        first_.push_back(static_cast<std::uint32_t>(groups_.size()));
    }
}

void GroupWeights::take(const Network& network, const SnapshotView& snapshot,
                        MPI_Comm communicator) {
    between_.assign(between_.size(), {});
    from_.assign(from_.size(), {});
    to_.assign(to_.size(), {});
    all_ = {};
    const auto groups_of = [&](NeuronId id) {
        return std::span(groups_).subspan(first_[id], first_[id + 1] - first_[id]);
    };
    const SynapseTable& synapses = network.plastic();
    for (NeuronId source = 0; source < synapses.n_sources(); ++source) {
        const auto add_synapse = [&](SynapseIndex k, const PlasticWeights& weights) {
            const Sums one{quanta(weights.h_mV, h_quantum_mV), quanta(weights.z, z_quantum), 1};
            const auto targets = groups_of(network.global_id(synapses.targets()[k]));
            add(all_, one);
            for (const std::uint32_t from : groups_of(source)) {
                if (from != no_group()) add(from_[from], one);
                for (const std::uint32_t to : targets) add(between_[place(from, to)], one);
            }
            for (const std::uint32_t to : targets)
                if (to != no_group()) add(to_[to], one);
        };
        snapshot.for_each(synapses.row_begin(source), synapses.row_end(source), add_synapse);
    }
    sum_over_ranks(communicator, values_of(between_));
    sum_over_ranks(communicator, values_of(from_));
    sum_over_ranks(communicator, values_of(to_));
    sum_over_ranks(communicator, all_);
}

MeanWeight GroupWeights::mean(std::size_t group, Direction direction) const {
    const Sums& inside = between_[place(group, group)];
    switch (direction) {
        case within:
            return mean_of(inside);
        case out:
            return mean_of(difference(from_[group], inside));
        case into:
            return mean_of(difference(to_[group], inside));
        case elsewhere:
            break;
    }
    const Sums others = difference(all_, from_[group]);
    return mean_of(difference(others, difference(to_[group], inside)));
}

MeanWeight GroupWeights::mean_between(std::size_t from, std::size_t to) const {
    return mean_of(between_[place(from, to)]);
}

MeanWeight GroupWeights::mean_of(const Sums& sums) {
    if (sums[2] == 0) return {nothing, nothing};
    return {mean_of_quanta(sums[0], sums[2], h_quantum_mV),
            mean_of_quanta(sums[1], sums[2], z_quantum)};
}

}  // namespace engram
