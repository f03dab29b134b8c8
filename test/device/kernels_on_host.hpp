// SPDX-License-Identifier: Apache-2.0
// The executor of devices with its kernels run over host memory.
#pragma once

#include "device/device_executor.hpp"
#include "device/host_device.hpp"

namespace engram::test {

inline ExecutorFactory kernels_on_host(
    int lanes = 1, device::HostDevice::Order order = device::HostDevice::Order::forward,
    int threads = 1) {
    return [=](const Experiment& experiment, const Network& network, MPI_Comm) {
        return device::make_device_executor(
            std::make_unique<device::HostDevice>(lanes, order, threads), experiment, network);
    };
}

}  // namespace engram::test
