// SPDX-License-Identifier: Apache-2.0
// Runs on a device: the state lives there for the whole of a phase, the host decides what happens
// when and passes on the spikes.
#pragma once

#include <memory>

#include "device/device.hpp"
#include "simulation/executor.hpp"

namespace engram::device {

//! With the mechanisms that the experiment asks for.
//! \throw DeviceError if the device is too small
std::unique_ptr<Executor> make_device_executor(std::unique_ptr<Device> device,
                                               const Experiment& experiment,
                                               const Network& network);

}  // namespace engram::device
