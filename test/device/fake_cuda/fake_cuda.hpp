// SPDX-License-Identifier: Apache-2.0
// A CUDA runtime over host memory, to be linked in place of the real one: it runs the kernels on
// the host, as late as CUDA allows, and fails when told to. So it can be tested without a GPU what
// the program asks of CUDA, and in which order.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace engram::test::fake_cuda {

// What there is, and what fails. Set from ENGRAM_FAKE_CUDA at the start, e.g. "driver=12040
// gpus=2".
struct Machine {
    int gpus = 1;  //!< CUDA_VISIBLE_DEVICES chooses among them
    int driver = CUDART_VERSION;
    std::size_t memory = std::size_t{1} << 30;  //!< of a GPU [byte]; only this process uses it
    std::size_t stack_of_thread = 0;            //!< that kernels take [byte]
    // If above 0: how many more calls succeed before one fails.
    int until_allocation_fails = 0;
    int until_pinned_allocation_fails = 0;
    int until_kernel_crashes = 0;
    bool taken = false;           //!< by another process, to itself
    bool no_code = false;         //!< no kernel can be loaded
    bool forget_memsets = false;  //!< memory is not filled when it should be
    // Where kernels are run from PTX.
    int architecture = 90;           //!< compute capability without its point
    int order = 0;                   //!< of threads: 0 forwards, 1 backwards, 2 with a long stride
    bool atomics_are_plain = false;  //!< as if they were an ordinary load and store
};

// What has been done so far.
struct Counts {
    std::uint64_t kernels = 0;
    std::uint64_t graphs = 0;
    std::uint64_t graph_launches = 0;
    std::uint64_t waits = 0;  //!< for a stream
    //! Of memory, while there was work that might use it. CUDA waits then, but does not say so.
    std::uint64_t early_releases = 0;
};

Machine& machine();
Counts& counts();
//! What the last launch or copy did that a GPU would not tell, e.g. a race; empty if nothing.
const std::string& violation();
//! Allocations, streams, events and graphs that have not been given back.
std::size_t n_live_objects();
//! Forgets errors, fatal ones too, as a new process would, and makes the machine a sound one.
void reset();

//! The item or lanes of one kernel launch; see Runner.
struct Launch {
    dim3 grid;
    dim3 block;
    void** arguments;
};
// What runs a launch. Copies the arguments, as a launch does.
using Runner = std::function<void()>;
//! By name of the kernel's function. Throws std::out_of_range for one that is not known.
Runner make_runner(const std::string& device_function, const Launch& launch);

// The runner of kernels is told what else happens to the device's memory.
void memory_taken(const void* memory, std::size_t bytes);
void memory_released(const void* memory);
void memory_written(const void* memory, std::size_t bytes);

}  // namespace engram::test::fake_cuda
