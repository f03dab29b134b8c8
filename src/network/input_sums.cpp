#include "network/input_sums.hpp"

#include <algorithm>
#include <cmath>

#include "base/number_text.hpp"
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

// Largest |h - h_0| without noise: h tends to points between 0 and the larger of h_0 and h_max.
double highest_change_mV(const SynapseParameters& synapses) {
    return std::max(synapses.h_0_mV, model::h_max_mV);
}

// Largest standard deviation of h.
double highest_deviation_mV(const SynapseParameters& s) {
    const double depression = 1.0 / (model::relaxation_rate + s.gamma_d);
    const double potentiation = 2.0 / (model::relaxation_rate + s.gamma_p + s.gamma_d);
    return s.sigma_pl_mV * std::sqrt(std::max(depression, potentiation) / 2.0);
}

class SumCheck {
  public:
    SumCheck(const Experiment& experiment, const InDegrees& degrees, ConfigProblems& problems)
        : experiment_(experiment), degrees_(degrees), problems_(problems) {}

    void run() {
        const Connectivity& c = experiment_.connectivity;
        check_fixed("connectivity.w_ei", c.w_ei, degrees_.exc, experiment_.populations.n_inh());
        check_fixed("connectivity.w_ie", c.w_ie, degrees_.inh, experiment_.populations.n_exc());
        check_fixed("connectivity.w_ii", c.w_ii, degrees_.inh, experiment_.populations.n_inh());
        check_plastic();
    }

  private:
    void check_fixed(const std::string& key, double weight, double n_inputs, NeuronId n_targets) {
        if (n_targets == 0) return;
        const double weight_mV = weight * experiment_.synapses.h_0_mV;
        const double n = std::max(1.0, n_inputs);
        if (weight_mV * n <= most_summed_mV) return;
        add(key, n, most_summed_mV / n / experiment_.synapses.h_0_mV, weight);
    }

    // w = h + h_0 z with z <= 1; the sum of |h - h_0| is smaller.
    void check_plastic() {
        const SynapseParameters& s = experiment_.synapses;
        const double noise_mV = most_deviations * highest_deviation_mV(s);
        const double n = std::max(1.0, degrees_.exc);
        const double weight_mV = 2.0 * s.h_0_mV + highest_change_mV(s);
        const double room_mV = most_summed_mV / n - weight_mV;
        if (noise_mV <= room_mV) return;
        if (room_mV > 0.0)
            add("synapses.sigma_pl_mV", n, s.sigma_pl_mV / noise_mV * room_mV, s.sigma_pl_mV);
        else
            add("synapses.h_0_mV", n, most_summed_mV / n / 3.0, s.h_0_mV);
    }

    void add(const std::string& key, double n_inputs, double highest, double value) {
        problems_.add(key, "the sum of up to " + short_number_text(std::ceil(n_inputs)) +
                               " inputs that arrive at once must stay below " +
                               number_text(most_summed_mV) + " mV; must be at most " +
                               three_digits(highest) + " here (is " + number_text(value) + ")");
    }

    const Experiment& experiment_;
    const InDegrees& degrees_;
    ConfigProblems& problems_;
};

}  // namespace

InDegrees highest_in_degrees(const Experiment& experiment, const Wiring& wiring,
                             MPI_Comm communicator) {
    const Populations& populations = experiment.populations;
    const double p = experiment.connectivity.probability;
    if (!experiment.connectivity.file)
        return {most_of(populations.n_exc(), p), most_of(populations.n_inh(), p)};
    double highest[2] = {0, 0};
    wiring.visit_all(
        populations,
        [&](NeuronId, std::span<const NeuronId> sources) {
            const auto first_inh =
                std::lower_bound(sources.begin(), sources.end(), populations.n_exc());
            highest[0] = std::max(highest[0], static_cast<double>(first_inh - sources.begin()));
            highest[1] = std::max(highest[1], static_cast<double>(sources.end() - first_inh));
        },
        communicator);
    MPI_Allreduce(MPI_IN_PLACE, highest, 2, MPI_DOUBLE, MPI_MAX, communicator);
    return {highest[0], highest[1]};
}

void check_input_sums(const Experiment& experiment, const InDegrees& degrees,
                      ConfigProblems& problems) {
    SumCheck(experiment, degrees, problems).run();
}

}  // namespace engram
