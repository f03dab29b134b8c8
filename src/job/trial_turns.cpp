// SPDX-License-Identifier: Apache-2.0
#include "job/trial_turns.hpp"

#include <algorithm>

#include "base/collective.hpp"
#include "device/launch_batch.hpp"
#include "io/edge_wiring.hpp"
#include "job/forecast.hpp"
#include "job/state_source.hpp"

namespace engram::job {
namespace {

constexpr std::size_t most_at_once = 32;
constexpr double share_of_memory = 0.9;  // of what is free on the GPU
// What a trial takes besides while it runs, at most: samples that wait to be read, and a note for
// each synapse that a spike reaches.
constexpr double samples_MB = 6.0;
constexpr double arrivals_B_per_plastic = 24.0;

bool gains_from_turns(const Ensemble& ensemble, int wanted, MPI_Comm communicator) {
    return wanted != 1 && ensemble.ranks_per_trial() == 1 &&
           ensemble.size() > static_cast<std::uint64_t>(size_of(communicator));
}

}  // namespace

TrialTurns::TrialTurns(const Ensemble& ensemble, const JobOptions& options, MPI_Comm communicator)
    : ensemble_(ensemble),
      wanted_(static_cast<std::size_t>(options.trials_at_once)),
      executors_(
          gains_from_turns(ensemble, options.trials_at_once, communicator)
              ? select_batch_executors(options.device, communicator, [this] { turns_.wait(); })
              : BatchExecutors{select_executor(options.device, communicator), nullptr}) {}

std::size_t TrialTurns::at_once(const std::vector<EnsembleItem>& items) const {
    if (!executors_.batch) return 1;
    std::size_t n = wanted_;
    if (n == 0) {
        double need_MB = 0.0;
        for (std::uint32_t point = 0; point < ensemble_.points().size(); ++point) {
            const Experiment experiment = with_source(ensemble_.experiment({point, 0}));
            const Forecast one = make_forecast(experiment, *open_wiring(experiment), 1);
            need_MB = std::max(need_MB, one.gpu_state_per_rank_MB + samples_MB +
                                            one.plastic_synapses * arrivals_B_per_plastic / 1e6);
        }
        const device::Device& device = executors_.batch->device();
        const double have_MB =
            (static_cast<double>(device.free_bytes()) / executors_.ranks_per_device -
             static_cast<double>(device.stack_bytes())) /
            1e6;
        n = std::min(most_at_once,
                     static_cast<std::size_t>(std::max(0.0, have_MB) * share_of_memory / need_MB));
    }
    return std::clamp<std::size_t>(n, 1, std::max<std::size_t>(1, items.size()));
}

void TrialTurns::run(std::size_t n, const std::function<void(std::size_t)>& worker,
                     const std::function<void()>& idle) {
    if (!executors_.batch) {
        for (std::size_t i = 0; i < n; ++i) worker(i);
        return;
    }
    turns_.run(n, worker, [&] {
        executors_.batch->run();
        idle();
    });
}

}  // namespace engram::job
