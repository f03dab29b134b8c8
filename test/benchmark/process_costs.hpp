// SPDX-License-Identifier: Apache-2.0
// What this process has taken of the machine.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace engram::benchmark {

//! Time that the processor has worked for this process and the system for it.
inline double processor_s() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

inline double resident_memory_B() {
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    file >> pages >> pages;
    return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace engram::benchmark
