// SPDX-License-Identifier: Apache-2.0
#include "base/peak_memory.hpp"

#include <sys/resource.h>

#include <fstream>
#include <limits>
#include <string>

namespace engram {

double peak_memory_MB() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;
         status.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
        double KiB = 0;
        if (word == "VmHWM:" && status >> KiB) return KiB / 1024.0;
    }
    rusage usage{};  // where there is no /proc, or one that does not tell
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

}  // namespace engram
