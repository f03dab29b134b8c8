// SPDX-License-Identifier: Apache-2.0
#include "device/device_need.hpp"

#include <gtest/gtest.h>

#include "device/device_executor.hpp"
#include "device/host_device.hpp"
#include "network/partition.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

// Adds up what is allocated.
class CountingDevice : public device::HostDevice {
  public:
    explicit CountingDevice(std::uint64_t& bytes) : bytes_(bytes) {}
    void* allocate(std::size_t bytes) override {
        bytes_ += bytes;
        return HostDevice::allocate(bytes);
    }

  private:
    std::uint64_t& bytes_;
};

TEST(DeviceNeed, IsWhatAnExecutorAllocates) {
    Experiment e = noisy_learning_network();
    e.populations = {400, 100};
    for (int rank = 0; rank < 3; ++rank) {
        const Network network(e, *make_wiring(e), Partition(500, 3), rank);
        std::uint64_t allocated = 0;
        const auto executor =
            device::make_device_executor(std::make_unique<CountingDevice>(allocated), e, network);
        const auto need =
            static_cast<double>(device::bytes_on_device(e, device::sizes_of(network)));
        // Small arrays of fixed size and the marks of what is recorded are not in it.
        EXPECT_GT(static_cast<double>(allocated), 0.98 * need);
        EXPECT_LT(static_cast<double>(allocated), 1.05 * need + 20000);
    }
}

}  // namespace
}  // namespace engram::test
