// SPDX-License-Identifier: Apache-2.0
// The kernels of src/device, run on the host in the shape in which launch.cuh launches them.
#include <cxxabi.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <typeinfo>
#include <variant>

#include "device/fake_cuda/fake_cuda.hpp"
#include "device/kernel.hpp"
#include "item_counts.hpp"

namespace engram::test::fake_cuda {
namespace {

std::string demangled(const char* name) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(
        abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
    return status == 0 ? text.get() : name;
}

// The last block first: no result may depend on the order.
template <class Work>
void for_each_thread(dim3 grid, dim3 block, const Work& work) {
    for (unsigned b = grid.x; b > 0; --b)
        for (unsigned t = 0; t < block.x; ++t) work(std::uint64_t{b - 1}, std::uint64_t{t});
}

template <class K>
void run_items(const K& kernel, std::uint64_t items, dim3 grid, dim3 block) {
    const std::uint64_t stride = std::uint64_t{grid.x} * block.x;
    for_each_thread(grid, block, [&](std::uint64_t b, std::uint64_t t) {
        for (std::uint64_t item = b * block.x + t; item < items; item += stride) kernel(item);
    });
}

template <class K>
void run_teams(const K& kernel, dim3 grid, dim3 block) {
    const std::uint64_t items = kernel.n_items();
    for_each_thread(grid, block, [&](std::uint64_t b, std::uint64_t t) {
        for (std::uint64_t item = b; item < items; item += grid.x)
            kernel(item, static_cast<int>(t), static_cast<int>(block.x));
    });
}

template <class K>
void check_team(dim3 block) {
    if constexpr (device::TeamKernel<K>)
        if (block.x != K::team_lanes) throw std::invalid_argument("threads of a team");
}

template <class K>
Runner run_one(const Launch& launch) {
    check_team<K>(launch.block);
    const K kernel = *static_cast<const K*>(launch.arguments[0]);
    if constexpr (device::TeamKernel<K>) {
        return [kernel, launch] { run_teams(kernel, launch.grid, launch.block); };
    } else {
        const auto items = *static_cast<const std::uint64_t*>(launch.arguments[1]);
        return [kernel, items, launch] { run_items(kernel, items, launch.grid, launch.block); };
    }
}

// The kernels lie in device memory, and are there once what was queued before is done.
template <class K>
Runner run_many(const Launch& launch) {
    check_team<K>(launch.block);
    const K* kernels = *static_cast<const K* const*>(launch.arguments[0]);
    if constexpr (device::TeamKernel<K>) {
        return [kernels, launch] {
            for (unsigned row = launch.grid.y; row > 0; --row)
                run_teams(kernels[row - 1], launch.grid, launch.block);
        };
    } else {
        const auto counts = *static_cast<const device::ItemCounts*>(launch.arguments[1]);
        return [kernels, counts, launch] {
            for (unsigned row = launch.grid.y; row > 0; --row)
                run_items(kernels[row - 1], counts.of[row - 1], launch.grid, launch.block);
        };
    }
}

struct Runners {
    Runner (*one)(const Launch&);
    Runner (*many)(const Launch&);
};

template <class... K>
std::map<std::string, Runners> runners(const std::variant<K...>*) {
    return {{demangled(typeid(K).name()), {&run_one<K>, &run_many<K>}}...};
}

// "void engram::device::run_items<NAME>(NAME, unsigned long)"
std::string kernel_of(const std::string& function) {
    const std::size_t begin = function.find("<", function.find("run_")) + 1;
    const std::size_t end = function.find(">(", begin);
    std::string name = function.substr(begin, end - begin);
    while (!name.empty() && name.back() == ' ') name.pop_back();
    return name;
}

}  // namespace

Runner make_runner(const std::string& device_function, const Launch& launch) {
    static const auto by_name = runners(static_cast<const device::AnyKernel*>(nullptr));
    const std::string function = demangled(device_function.c_str());
    const Runners& known = by_name.at(kernel_of(function));
    return (function.find("_of_many<") == std::string::npos ? known.one : known.many)(launch);
}

// The address sanitizer is there for this.
void memory_taken(const void*, std::size_t) {}
void memory_released(const void*) {}
void memory_written(const void*, std::size_t) {}

}  // namespace engram::test::fake_cuda
