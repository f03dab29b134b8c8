// SPDX-License-Identifier: Apache-2.0
// Lets the executors of several small networks share a device and launch their kernels together:
// alone, each of them would leave most of the device idle and wait for its launches.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "device/device.hpp"

namespace engram::device {

// Members take turns on one thread. What a member launches is put aside until it wants a result on
// the host; then it waits, and the other members come to the same point. run() launches all that
// was put aside, kernels of one type as one, and copies what the members wait for.
class LaunchBatch {
  public:
    //! \param wait  called by a member that waits for a copy to the host; must not return before
    //!              run() was called. By default it calls run() itself.
    explicit LaunchBatch(std::unique_ptr<Device> device, std::function<void()> wait = {});
    LaunchBatch(const LaunchBatch&) = delete;
    LaunchBatch& operator=(const LaunchBatch&) = delete;
    ~LaunchBatch();

    //! The device as one member sees it. The batch must outlive it.
    std::unique_ptr<Device> make_member();
    //! Does what members have put aside and wait for.
    void run();

    Device& device() { return *device_; }
    //! Kernels that members have launched, and launches that were made of them.
    std::uint64_t n_kernels() const { return n_kernels_; }
    std::uint64_t n_launches() const { return n_launches_; }

  private:
    class Member;
    using Queue = std::deque<Launch>;

    void launch_all();

    std::unique_ptr<Device> device_;
    std::function<void()> wait_;
    std::vector<Queue*> queues_;   //!< of the members
    std::vector<CopyOut> copies_;  //!< that members wait for
    std::uint64_t n_kernels_ = 0;
    std::uint64_t n_launches_ = 0;
};

}  // namespace engram::device
