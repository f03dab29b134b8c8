#include "cli/stop_signal.hpp"

#include <unistd.h>

#include <csignal>
#include <ctime>
#include <initializer_list>

namespace engram::cli {

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

void set_handler(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
    set_handler(handle);
}
StopSignal::~StopSignal() {
    set_handler(SIG_DFL);
}
bool StopSignal::requested() {
    return stop_requested != 0;
}

}  // namespace engram::cli
