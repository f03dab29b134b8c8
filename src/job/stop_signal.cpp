// SPDX-License-Identifier: Apache-2.0
#include "job/stop_signal.hpp"

#include <unistd.h>

#include <csignal>
#include <ctime>
#include <initializer_list>

namespace engram::job {

namespace {

// The only state a signal handler can reach.
volatile std::sig_atomic_t stop_requested = 0;
volatile std::sig_atomic_t interrupted_at_s = 0;  // 0: not yet

// mpirun may deliver a signal twice at once; a person takes longer.
constexpr long echo_s = 1;

long monotonic_s() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<long>(now.tv_sec) + 1;
}

void handle(int signal) {
    if (signal == SIGINT) {
        const long now = monotonic_s();
        if (interrupted_at_s != 0 && now - interrupted_at_s > echo_s) _exit(128 + SIGINT);
        if (interrupted_at_s == 0) interrupted_at_s = static_cast<std::sig_atomic_t>(now);
    }
    stop_requested = 1;
}

}  // namespace

void handle_stop_signals() {
    struct sigaction action {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
    struct sigaction hang_up {};
    sigaction(SIGHUP, nullptr, &hang_up);
    const bool under_nohup = hang_up.sa_handler == SIG_IGN;
    if (!under_nohup) sigaction(SIGHUP, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

bool stop_is_requested() {
    return stop_requested != 0;
}

}  // namespace engram::job
