// SPDX-License-Identifier: Apache-2.0
// The kernels as nvcc makes them, run thread by thread on the host.
#include <algorithm>
#include <iostream>
#include <memory>
#include <numeric>
#include <set>

#include "device/fake_cuda/state.hpp"
#include "device/ptx/entries.hpp"
#include "device/ptx/ptx.hpp"
#include "device/ptx/thread.hpp"

namespace engram::test::ptx {
namespace {

Memory& memory() {
    static Memory memory;
    return memory;
}

std::set<Code>& codes_run() {
    static std::set<Code> codes;
    return codes;
}

// Like a driver, that of the newest architecture which the machine is not older than.
const Entry& find_entry(const std::string& name) {
    const int architecture = fake_cuda::machine().architecture;
    const Entry* found = nullptr;
    for (const Entry& entry : entries())
        if (entry.name == name && entry.architecture <= architecture &&
            (found == nullptr || found->architecture < entry.architecture))
            found = &entry;
    if (found == nullptr) throw std::out_of_range("no PTX of " + name);
    return *found;
}

// Parameters, as a launch copies them.
class Parameters {
  public:
    Parameters(const std::vector<std::size_t>& sizes, void** arguments) {
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            // An array of words is aligned.
            words_.emplace_back((sizes[i] + 7) / 8);
            std::memcpy(words_.back().data(), arguments[i], sizes[i]);
        }
        for (std::size_t i = 0; i < sizes.size(); ++i)
            spans_.push_back(std::as_bytes(std::span(words_[i])).first(sizes[i]));
    }
    std::span<const std::span<const std::byte>> spans() const { return spans_; }

  private:
    std::vector<std::vector<std::uint64_t>> words_;
    std::vector<std::span<const std::byte>> spans_;
};

// The n-th of so many threads to run: forwards, backwards, or with a long stride.
std::uint64_t in_order(std::uint64_t n, std::uint64_t threads, int order) {
    if (order == 0) return n;
    if (order == 1) return threads - 1 - n;
    std::uint64_t stride = threads * 5 / 8 + 1;
    while (std::gcd(stride, threads) != 1) ++stride;
    return n * stride % threads;
}

void run(const Entry& entry, const Parameters& parameters, dim3 grid, dim3 block) {
    const fake_cuda::Machine& machine = fake_cuda::machine();
    const std::uint64_t threads = std::uint64_t{block.x} * grid.x * grid.y;
    memory().begin_launch(threads);
    for (std::uint64_t n = 0; n < threads; ++n) {
        const std::uint64_t number = in_order(n, threads, machine.order);
        Thread thread(memory(), static_cast<b32>(number));
        thread.tid_x = static_cast<b32>(number % block.x);
        thread.ntid_x = block.x;
        thread.ctaid_x = static_cast<b32>(number / block.x % grid.x);
        thread.nctaid_x = grid.x;
        thread.ctaid_y = static_cast<b32>(number / block.x / grid.x);
        thread.nctaid_y = grid.y;
        thread.parameters = parameters.spans();
        thread.atomics_are_plain = machine.atomics_are_plain;
        entry.code(thread);
    }
}

// What a GPU would not tell ends the run, as what it does tell.
template <class Work>
void report_violations(const std::string& what, const Work& work) {
    try {
        work();
    } catch (const Violation& violation) {
        fake_cuda::State& state = fake_cuda::state();
        state.violation = what + ": " + violation.what();
        std::cerr << "PTX: " << state.violation << "\n";
        state.fatal_error = cudaErrorIllegalAddress;
    }
}

}  // namespace

std::vector<std::string> entries_not_run() {
    std::vector<std::string> names;
    for (const Entry& entry : entries())
        if (!codes_run().contains(entry.code))
            names.push_back(entry.name + " for " + std::to_string(entry.architecture));
    return names;
}

}  // namespace engram::test::ptx

namespace engram::test::fake_cuda {

Runner make_runner(const std::string& device_function, const Launch& launch) {
    const ptx::Entry& entry = ptx::find_entry(device_function);
    // Shared by all copies of the runner.
    const auto parameters =
        std::make_shared<const ptx::Parameters>(entry.parameter_sizes, launch.arguments);
    return [&entry, parameters, grid = launch.grid, block = launch.block] {
        ptx::codes_run().insert(entry.code);
        ptx::report_violations(entry.name, [&] { ptx::run(entry, *parameters, grid, block); });
    };
}

void memory_taken(const void* memory, std::size_t bytes) {
    ptx::memory().take(memory, bytes);
}
void memory_released(const void* memory) {
    ptx::memory().release(memory);
}
void memory_written(const void* memory, std::size_t bytes) {
    ptx::report_violations("copy to the device",
                           [&] { ptx::memory().mark_written(memory, bytes); });
}

}  // namespace engram::test::fake_cuda
