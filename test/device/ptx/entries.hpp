// SPDX-License-Identifier: Apache-2.0
// The kernels, translated from PTX: see translate_ptx.py.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace engram::test::ptx {

class Thread;
//! Runs one thread.
using Code = void (*)(Thread&);

// An entry of the module of an architecture.
struct Entry {
    std::string name;                          //!< mangled
    int architecture;                          //!< compute capability without its point, e.g. 90
    Code code;                                 //!< the same where architectures do not differ
    std::vector<std::size_t> parameter_sizes;  //!< [byte]
};

const std::vector<Entry>& entries();

}  // namespace engram::test::ptx
