// SPDX-License-Identifier: Apache-2.0
#include "device/ptx/memory.hpp"

#include <algorithm>
#include <string>

namespace engram::test::ptx {
namespace {

std::uint64_t number(const void* memory) {
    return reinterpret_cast<std::uint64_t>(memory);
}

}  // namespace

void Memory::take(const void* memory, std::size_t bytes) {
    const std::uint64_t begin = number(memory);
    blocks_[begin] = {begin, begin + bytes, std::vector<Cell>(bytes)};
    lately_.fill(nullptr);
}

void Memory::release(const void* memory) {
    blocks_.erase(number(memory));
    lately_.fill(nullptr);
}

void Memory::mark_written(const void* memory, std::size_t bytes) {
    if (bytes > 0) std::fill_n(cells_of(number(memory), bytes), bytes, is_written);
}

void Memory::begin_launch(std::uint64_t threads) {
    if (threads > most_threads) throw Violation("more threads than can be told apart");
    ++launch_;
}

Memory::Block* Memory::find(std::uint64_t address, std::size_t bytes) {
    auto block = blocks_.upper_bound(address);
    if (block == blocks_.begin() || address + bytes > (--block)->second.end)
        throw Violation("access to memory that is not the device's, or out of bounds");
    return &block->second;
}

void Memory::fail_unwritten() {
    throw Violation("reads memory that was never written");
}

void Memory::fail_race(std::uint64_t thread, std::uint64_t other, std::uint64_t address) {
    throw Violation("race of thread " + std::to_string(thread) + " with thread " +
                    std::to_string(other) + " at address " + std::to_string(address));
}

}  // namespace engram::test::ptx
