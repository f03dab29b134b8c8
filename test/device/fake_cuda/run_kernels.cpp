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
Runner run(const Launch& launch) {
    const K kernel = *static_cast<const K*>(launch.arguments[0]);
    const dim3 grid = launch.grid;
    const dim3 block = launch.block;
    if constexpr (device::TeamKernel<K>) {
        if (block.x != K::team_lanes) throw std::invalid_argument("threads of a team");
        return [=] {
            const std::uint64_t items = kernel.n_items();
            for_each_thread(grid, block, [&](std::uint64_t b, std::uint64_t t) {
                for (std::uint64_t item = b; item < items; item += grid.x)
                    kernel(item, static_cast<int>(t), static_cast<int>(block.x));
            });
        };
    } else {
        const auto items = *static_cast<const std::uint64_t*>(launch.arguments[1]);
        return [=] {
            const std::uint64_t stride = std::uint64_t{grid.x} * block.x;
            for_each_thread(grid, block, [&](std::uint64_t b, std::uint64_t t) {
                for (std::uint64_t item = b * block.x + t; item < items; item += stride)
                    kernel(item);
            });
        };
    }
}

using MakeRunner = Runner (*)(const Launch&);

template <class... K>
std::map<std::string, MakeRunner> runners(const std::variant<K...>*) {
    return {{demangled(typeid(K).name()), &run<K>}...};
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
    static const auto by_name = runners(static_cast<const device::Kernel*>(nullptr));
    return by_name.at(kernel_of(demangled(device_function.c_str())))(launch);
}

}  // namespace engram::test::fake_cuda
