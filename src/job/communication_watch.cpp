// SPDX-License-Identifier: Apache-2.0
#include "job/communication_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/blocked_signals.hpp"
#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/messages.hpp"

namespace engram::job {
namespace {

using Seconds = std::chrono::duration<double>;

std::string name_of_rank(MPI_Comm communicator) {
    std::array<char, MPI_MAX_PROCESSOR_NAME> host{};
    int length = 0;
    MPI_Get_processor_name(host.data(), &length);
    return fmt::format("rank {} on {}", rank_of(communicator), host.data());
}

}  // namespace

CommunicationWatch::CommunicationWatch(double timeout_s, MPI_Comm communicator,
                                       std::function<void(const std::string&)> expired)
    : rank_(name_of_rank(communicator)), expired_(std::move(expired)) {
    if (timeout_s <= 0 || size_of(communicator) == 1) return;
    thread_ = with_blocked_signals([&] {
        return std::jthread(
            [this, timeout_s](const std::stop_token& stop) { watch(stop, Seconds(timeout_s)); });
    });
}

void CommunicationWatch::end_this_process(const std::string& message) {
    error(message);
    // No destructors: the rank is within a call of MPI. mpirun and srun end the other ranks.
    _exit(static_cast<int>(ExitCode::numerical_failure));
}

void CommunicationWatch::watch(const std::stop_token& stop, Seconds timeout) {
    using Clock = std::chrono::steady_clock;
    const Seconds tick = std::min<Seconds>(timeout / 20, Seconds(1));
    std::uint64_t seen = 0;
    Seconds waited{0};
    std::unique_lock lock(mutex_);
    for (auto last = Clock::now();;) {
        if (wake_.wait_for(lock, stop, tick, [&] { return stop.stop_requested(); })) return;
        const auto now = Clock::now();
        // A process that was suspended has not waited.
        waited += std::min<Seconds>(now - last, 2 * tick);
        last = now;
        const std::uint64_t moves = n_moves_.load(std::memory_order_relaxed);
        if (moves != seen) {
            seen = moves;
            waited = Seconds(0);
        }
        const Seconds limit = n_long_steps_ > 0 ? patience * timeout : timeout;
        if (waited < limit) continue;
        expired_(fmt::format(
            "{}: no progress for {}: another rank, or the connection to it, seems to be lost; this "
            "rank ends. 'engram resume' continues from the last checkpoint. If all is well and the "
            "machine merely slow, raise simulation.communication_timeout_s",
            rank_, duration_text(limit.count())));
        return;
    }
}

}  // namespace engram::job
