// SPDX-License-Identifier: Apache-2.0
// Threads that leave signals to others.
#pragma once

#include <pthread.h>

#include <csignal>

namespace engram {

//! The result of `make`, during which all signals are blocked; a thread that it starts keeps them
//! so.
template <class Make>
auto with_blocked_signals(const Make& make) {
    struct Blocked {
        Blocked() {
            sigset_t all;
            sigfillset(&all);
            pthread_sigmask(SIG_SETMASK, &all, &before);
        }
        ~Blocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
        sigset_t before{};
    };
    const Blocked blocked;
    return make();
}

}  // namespace engram
