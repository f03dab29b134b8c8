// SPDX-License-Identifier: Apache-2.0
#include "network/input_sums.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/collective.hpp"
#include "base/number_text.hpp"
#include "experiment/keys.hpp"
#include "experiment/network_keys.hpp"
#include "model/early_phase.hpp"
#include "model/fixed_point.hpp"

namespace engram {
namespace {

// Each sign has half of the range, and the early phase is summed relative to E(t), above 1/2.
constexpr double most_summed_mV = model::fixed_point_limit / 2;
// Draws within this many standard deviations; the chance of one beyond is below 1e-23.
constexpr double most_deviations = 10.0;

// That a binomial number never exceeds.
double most_of(double n, double probability) {
    const double mean = n * probability;
    return std::min(n, mean + most_deviations * std::sqrt(mean) + most_deviations);
}

// What arrives at the neurons of one population from sources of one kind.
struct Inputs {
    double n_plastic = 0;
    bool has_plastic = false;
    double fixed_mV = 0;
    std::size_t largest = 0;  // of the fixed projections, the one that brings most
    double largest_mV = -1;
};

class SumCheck {
  public:
    SumCheck(const Experiment& experiment, const InDegrees& degrees, ConfigProblems& problems)
        : experiment_(experiment),
          projections_(experiment.projections()),
          degrees_(degrees),
          problems_(problems) {}

    void run() {
        const Populations& populations = experiment_.populations;
        for (std::size_t to = 0; to < populations.n_populations(); ++to) {
            if (populations[to].count == 0) continue;
            for (const PopulationKind kind :
                 {PopulationKind::excitatory, PopulationKind::inhibitory}) {
                const Inputs inputs = inputs_of(to, kind);
                if (inputs.fixed_mV > most_summed_mV)
                    check_fixed(inputs);
                else if (inputs.has_plastic)
                    check_plastic(inputs);
            }
        }
    }

  private:
    Inputs inputs_of(std::size_t to, PopulationKind kind) const {
        Inputs inputs;
        for (std::size_t p = 0; p < projections_.size(); ++p) {
            const Projection& projection = projections_[p];
            if (projection.to != to || experiment_.populations[projection.from].kind != kind)
                continue;
            if (projection.plastic) {
                inputs.has_plastic = true;
                inputs.n_plastic += degrees_[p];
                continue;
            }
            const double sum_mV = std::fabs(projection.weight_h_0) * experiment_.synapses.h_0_mV *
                                  std::max(1.0, degrees_[p]);
            inputs.fixed_mV += sum_mV;
            if (sum_mV <= inputs.largest_mV) continue;
            inputs.largest = p;
            inputs.largest_mV = sum_mV;
        }
        return inputs;
    }

    void check_fixed(const Inputs& inputs) {
        const Projection& projection = projections_[inputs.largest];
        const double n = std::max(1.0, degrees_[inputs.largest]);
        const double room_mV = most_summed_mV * (inputs.largest_mV / inputs.fixed_mV);
        // Only named projections write the sign of inhibition.
        const bool is_negative = experiment_.has_named_populations() && projection.weight_h_0 < 0;
        add(weight_key(experiment_, projection), n,
            is_negative ? "must be at least -" : "must be at most ",
            room_mV / n / experiment_.synapses.h_0_mV,
            is_negative ? projection.weight_h_0 : std::fabs(projection.weight_h_0));
    }

    // w = h + h_0 z with z <= z_max; the sum of |h - h_0| is smaller.
    void check_plastic(const Inputs& inputs) {
        const SynapseParameters& s = experiment_.synapses;
        const double noise_mV = most_deviations * model::highest_deviation_mV(s);
        const double n = std::max(1.0, inputs.n_plastic);
        const double weight_mV = (1.0 + s.z_max) * s.h_0_mV + model::highest_change_mV(s);
        const double left_mV = most_summed_mV - inputs.fixed_mV;
        const double room_mV = left_mV / n - weight_mV;
        if (noise_mV <= room_mV) return;
        // A bound above the usual one is to blame if that would do.
        const double highest_z = s.z_max + (room_mV - noise_mV) / s.h_0_mV;
        if (s.z_max > 1.0 && highest_z >= 1.0)
            add(keys::path_of<&SynapseParameters::z_max>(), n, "must be at most ", highest_z,
                s.z_max);
        else if (room_mV > 0.0)
            add(keys::path_of<&SynapseParameters::sigma_pl_mV>(), n, "must be at most ",
                s.sigma_pl_mV / noise_mV * room_mV, s.sigma_pl_mV);
        else
            add(keys::path_of<&SynapseParameters::h_0_mV>(), n, "must be at most ",
                left_mV / n / (2.0 + s.z_max), s.h_0_mV);
    }

    void add(const std::string& key, double n_inputs, const std::string& must, double limit,
             double value) {
        if (problems_.concern(key)) return;  // told of another population
        problems_.add(key, "the sum of up to " + short_number_text(std::ceil(n_inputs)) +
                               " inputs that arrive at once must stay below " +
                               number_text(most_summed_mV) + " mV; " + must + three_digits(limit) +
                               " here (is " + number_text(value) + ")");
    }

    const Experiment& experiment_;
    std::vector<Projection> projections_;
    const InDegrees& degrees_;
    ConfigProblems& problems_;
};

// By projection, the most of those that are listed.
InDegrees counted_in_degrees(const Populations& populations,
                             const std::vector<Projection>& projections, const Wiring& wiring,
                             MPI_Comm communicator) {
    const std::size_t n = populations.n_populations();
    std::vector<double> highest(n * n);
    wiring.visit_all(
        populations,
        [&](NeuronId target, std::span<const NeuronId> sources) {
            const std::size_t to = populations.index_of(target);
            auto begin = sources.begin();
            for (std::size_t from = 0; from < n; ++from) {
                const auto end = std::lower_bound(begin, sources.end(), populations[from].end());
                highest[from * n + to] =
                    std::max(highest[from * n + to], static_cast<double>(end - begin));
                begin = end;
            }
        },
        communicator);
    highest_over_ranks(communicator, highest);
    InDegrees result;
    for (const Projection& projection : projections)
        result.push_back(highest[projection.from * n + projection.to]);
    return result;
}

// Beyond the half of the range that each sign of the network has, a quarter is left to spikes of
// files: at most so much at once.
constexpr double most_given_mV = most_summed_mV / 2;

// Most spikes that a neuron gets in one step.
std::size_t most_at_once(const Experiment& experiment, const Stimulus& stimulus) {
    std::vector<std::pair<Step, std::uint32_t>> spikes;
    for (std::size_t i = 0; i < stimulus.content->nodes.size(); ++i)
        spikes.push_back(
            {experiment.steps_from_ms(stimulus.content->times_ms[i]), stimulus.content->nodes[i]});
    std::ranges::sort(spikes);
    std::size_t most = 0;
    for (std::size_t begin = 0, end = 0; begin < spikes.size(); begin = end) {
        while (end < spikes.size() && spikes[end] == spikes[begin]) ++end;
        most = std::max(most, end - begin);
    }
    return most;
}

void check_given_spikes(const Experiment& experiment, ConfigProblems& problems) {
    const auto is_input = [](const Stimulus& stimulus) {
        return stimulus.weight_h_0 && stimulus.content;
    };
    const auto n_stimuli = static_cast<double>(std::ranges::count_if(experiment.stimuli, is_input));
    for (const Stimulus& stimulus : experiment.stimuli) {
        if (!is_input(stimulus)) continue;
        const std::size_t most = most_at_once(experiment, stimulus);
        const double limit =
            most_given_mV / n_stimuli / static_cast<double>(most) / experiment.synapses.h_0_mV;
        if (std::fabs(*stimulus.weight_h_0) > limit)
            problems.add("stimuli." + stimulus.name + "." + keys::name_of<&Stimulus::weight_h_0>(),
                         "up to " + std::to_string(most) +
                             " spikes reach a neuron in one time step; the weight must be in [-" +
                             three_digits(limit) + ", " + three_digits(limit) + "] here (is " +
                             number_text(*stimulus.weight_h_0) + ")");
    }
}

}  // namespace

InDegrees highest_in_degrees(const Experiment& experiment, const Wiring& wiring,
                             MPI_Comm communicator) {
    const Populations& populations = experiment.populations;
    const std::vector<Projection> projections = experiment.projections();
    if (!wiring_files(experiment).empty())
        return counted_in_degrees(populations, projections, wiring, communicator);
    InDegrees result;
    for (const Projection& projection : projections)
        result.push_back(most_of(populations[projection.from].count, projection.probability));
    return result;
}

void check_input_sums(const Experiment& experiment, const InDegrees& degrees,
                      ConfigProblems& problems) {
    SumCheck(experiment, degrees, problems).run();
    check_given_spikes(experiment, problems);
}

}  // namespace engram
