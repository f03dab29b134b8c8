// SPDX-License-Identifier: Apache-2.0
#include "device/host_device.hpp"

#include <chrono>
#include <thread>

#include "device/kernel.hpp"

namespace engram::device {

namespace {

// As on a GPU, each thread finds out by itself how many items there are. The threads are new ones
// for each kernel: what a kernel does happens before the next one, and within it nothing is
// ordered.
template <class K>
void run(const K& kernel, std::uint64_t items, HostDevice::Order order, std::uint64_t lanes,
         std::uint64_t threads) {
    const auto share = [&](std::uint64_t thread) {
        std::uint64_t n = items;
        if constexpr (TeamKernel<K>) n = kernel.n_items() * lanes;
        for (std::uint64_t i = thread; i < n; i += threads) {
            const std::uint64_t number = order == HostDevice::Order::forward ? i : n - 1 - i;
            if constexpr (TeamKernel<K>)
                kernel(number / lanes, static_cast<int>(number % lanes), static_cast<int>(lanes));
            else
                kernel(number);
        }
    };
    std::vector<std::jthread> others;
    for (std::uint64_t thread = 1; thread < threads; ++thread) others.emplace_back(share, thread);
    share(0);
}

}  // namespace

HostDevice::HostDevice(int lanes, Order order, int threads)
    : lanes_(lanes), order_(order), threads_(threads) {}

HostDevice::~HostDevice() = default;

void HostDevice::launch(const Kernel& kernel, std::uint64_t items) {
    if (recording_ != nullptr) {
        recording_->push_back({kernel, items});
        return;
    }
    using Clock = std::chrono::steady_clock;
    const auto start = measuring_ ? Clock::now() : Clock::time_point();
    std::visit(
        [&](const auto& k) {
            run(k, items, order_, static_cast<std::uint64_t>(lanes_),
                static_cast<std::uint64_t>(threads_));
        },
        kernel);
    if (!measuring_) return;
    const char* name = std::visit([](const auto& k) { return k.name; }, kernel);
    KernelTime& time = profile_[name];
    ++time.calls;
    time.seconds += std::chrono::duration<double>(Clock::now() - start).count();
}

void HostDevice::launch_as_one(std::span<const Launch> launches) {
    for (std::size_t i = 0; i < launches.size(); ++i) {
        const Launch& one = launches[order_ == Order::forward ? i : launches.size() - 1 - i];
        launch(one.kernel, one.items);
    }
}

void HostDevice::launch_together(const SequenceKey& key, const std::function<void()>& record) {
    auto known = sequences_.find(key);
    if (known == sequences_.end()) {
        if (sequences_.size() >= most_sequences) sequences_.clear();
        known = sequences_.emplace(key, std::vector<Launch>()).first;
        recording_ = &known->second;
        record();
        recording_ = nullptr;
    } else {
        ++n_repeats_;
    }
    for (const Launch& kept : known->second) launch(kept.kernel, kept.items);
}

}  // namespace engram::device
