// SPDX-License-Identifier: Apache-2.0
// The executors that every machine can run, for tests that each of them must pass.
#pragma once

#include <gtest/gtest.h>

#include <ostream>

#include "cpu/cpu_executor.hpp"
#include "device/kernels_on_host.hpp"

namespace engram::test {

struct NamedExecutor {
    const char* name;
    ExecutorFactory make;
};
inline void PrintTo(const NamedExecutor& executor, std::ostream* stream) {
    *stream << executor.name;
}

inline NamedExecutor processor() {
    return {"Processor", make_cpu_executor};
}
inline NamedExecutor kernels() {
    return {"Kernels", kernels_on_host()};
}

class OnEachExecutor : public testing::TestWithParam<NamedExecutor> {
  protected:
    const ExecutorFactory& executor() const { return GetParam().make; }
};

// Instantiates a suite that is derived from OnEachExecutor.
#define ENGRAM_ON_EACH_EXECUTOR(suite)                                                  \
    INSTANTIATE_TEST_SUITE_P(Executors, suite, testing::Values(processor(), kernels()), \
                             [](const auto& info) { return info.param.name; })

}  // namespace engram::test
