#include "device/host_device.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include "device/kernel.hpp"

namespace engram::device {

namespace {

template <class Work>
void for_each(std::uint64_t n, HostDevice::Order order, const Work& work) {
    if (order == HostDevice::Order::forward)
        for (std::uint64_t i = 0; i < n; ++i) work(i);
    else
        for (std::uint64_t i = n; i > 0; --i) work(i - 1);
}

template <class K>
void run(const K& kernel, std::uint64_t items, int lanes, HostDevice::Order order) {
    if constexpr (TeamKernel<K>)
        for_each(kernel.n_items(), order, [&](std::uint64_t item) {
            for_each(static_cast<std::uint64_t>(lanes), order,
                     [&](std::uint64_t lane) { kernel(item, static_cast<int>(lane), lanes); });
        });
    else
        for_each(items, order, [&](std::uint64_t item) { kernel(item); });
}

// As on a GPU, each thread finds out by itself how many items there are. The threads are new ones
// for each kernel: what a kernel does happens before the next one, and within it nothing is
// ordered.
template <class K>
void run_on_threads(const K& kernel, std::uint64_t items, std::uint64_t lanes,
                    std::uint64_t threads) {
    const auto share = [&](std::uint64_t thread) {
        if constexpr (TeamKernel<K>) {
            const std::uint64_t n = kernel.n_items() * lanes;
            for (std::uint64_t i = thread; i < n; i += threads)
                kernel(i / lanes, static_cast<int>(i % lanes), static_cast<int>(lanes));
        } else {
            for (std::uint64_t i = thread; i < items; i += threads) kernel(i);
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

std::uint64_t HostDevice::free_bytes() const {
    return static_cast<std::uint64_t>(sysconf(_SC_AVPHYS_PAGES)) *
           static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t HostDevice::total_bytes() const {
    return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void* HostDevice::allocate(std::size_t bytes) {
    void* memory = std::malloc(bytes);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void HostDevice::release(void* memory) noexcept {
    std::free(memory);
}

void HostDevice::fill(void* to, int byte, std::size_t bytes) {
    std::memset(to, byte, bytes);
}

void HostDevice::copy_in(void* to, const void* from, std::size_t bytes) {
    std::memcpy(to, from, bytes);
}

void HostDevice::copy_out(std::span<const CopyOut> copies) {
    for (const CopyOut& copy : copies) std::memcpy(copy.to, copy.from, copy.bytes);
}

void HostDevice::launch(const Kernel& kernel, std::uint64_t items) {
    if (recording_ != nullptr) {
        recording_->push_back({kernel, items});
        return;
    }
    using Clock = std::chrono::steady_clock;
    const auto start = measuring_ ? Clock::now() : Clock::time_point();
    std::visit(
        [&](const auto& k) {
            if (threads_ > 1)
                run_on_threads(k, items, static_cast<std::uint64_t>(lanes_),
                               static_cast<std::uint64_t>(threads_));
            else
                run(k, items, lanes_, order_);
        },
        kernel);
    if (!measuring_) return;
    const char* name = std::visit([](const auto& k) { return k.name; }, kernel);
    KernelTime& time = profile_[name];
    ++time.calls;
    time.seconds += std::chrono::duration<double>(Clock::now() - start).count();
}

void HostDevice::launch_as_one(std::span<const Launch> launches) {
    for_each(launches.size(), order_,
             [&](std::uint64_t i) { launch(launches[i].kernel, launches[i].items); });
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

void HostDevice::measure_kernels(bool on) {
    measuring_ = on;
}

}  // namespace engram::device
