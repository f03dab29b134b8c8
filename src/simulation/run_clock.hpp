// SPDX-License-Identifier: Apache-2.0
// Where the wall time of a run goes on this rank.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace engram {

// Each instant of a run belongs to one part.
enum class RunPart : std::size_t {
    build,          //!< all preparation: configuration, network, restoring
    delivery,       //!< events are marked, and spikes reach the inputs of neurons
    neurons,        //!< on a GPU all that an epoch computes
    plasticity,     //!< protein, active synapses, tags, and calcium
    consolidation,  //!< fast-forward
    exchange,       //!< of spikes: sending and sorting
    waiting,        //!< for other ranks
    recording,      //!< samples and snapshots within blocks; spikes and samples on their way out
    checkpoints,
    files,  //!< results that are written at the end
    other,
};
inline constexpr std::array<const char*, 11> run_part_names = {
    "build",   "delivery",  "neurons",     "plasticity", "consolidation", "exchange",
    "waiting", "recording", "checkpoints", "files",      "other"};
inline constexpr std::size_t n_run_parts = run_part_names.size();
static_assert(n_run_parts == static_cast<std::size_t>(RunPart::other) + 1);

// Costs one reading of the clock per change of the part, some 25 ns.
class RunClock {
  public:
    //! From now on time is spent on this part.
    void enter(RunPart part) { enter(static_cast<std::size_t>(part)); }
    //! From now on time belongs to no part, as before the first one.
    void stop() { enter(n_run_parts); }
    double seconds(RunPart part) const {
        return std::chrono::duration<double>(spent_[static_cast<std::size_t>(part)]).count();
    }

    // As long as it lives, time is spent on a part; then again on the one before.
    class Within {
      public:
        Within(RunClock& clock, RunPart part) : clock_(clock), before_(clock.present_) {
            clock_.enter(part);
        }
        ~Within() { clock_.enter(before_); }
        Within(const Within&) = delete;
        Within& operator=(const Within&) = delete;

      private:
        RunClock& clock_;
        std::size_t before_;
    };

  private:
    using Clock = std::chrono::steady_clock;

    void enter(std::size_t part) {
        const Clock::time_point now = Clock::now();
        spent_[present_] += now - since_;
        present_ = part;
        since_ = now;
    }

    std::array<Clock::duration, n_run_parts + 1> spent_{};  //!< and on no part
    std::size_t present_ = n_run_parts;
    Clock::time_point since_ = Clock::now();
};

}  // namespace engram
