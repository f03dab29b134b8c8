// SPDX-License-Identifier: Apache-2.0
// What tests ask the runner of PTX.
#pragma once

#include <string>
#include <vector>

namespace engram::test::ptx {

//! Kernels that nothing has run so far in this process, for each architecture.
std::vector<std::string> entries_not_run();

}  // namespace engram::test::ptx
