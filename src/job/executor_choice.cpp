// SPDX-License-Identifier: Apache-2.0
#include "job/executor_choice.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/messages.hpp"
#include "cpu/cpu_executor.hpp"
#include "device/cuda_device.hpp"
#include "device/device_executor.hpp"
#include "device/host_device.hpp"
#include "device/launch_batch.hpp"

namespace engram::job {

namespace {

// The ranks of one node.
class Node {
  public:
    explicit Node(MPI_Comm communicator) {
        MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, rank_of(communicator),
                            MPI_INFO_NULL, &communicator_);
    }
    ~Node() { MPI_Comm_free(&communicator_); }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    int rank() const { return rank_of(communicator_); }
    //! Collective. How many ranks use this GPU. They may not see the same ones.
    int n_sharing(const device::DeviceUuid& uuid) const {
        std::vector<device::DeviceUuid> uuids(static_cast<std::size_t>(size_of(communicator_)));
        MPI_Allgather(uuid.data(), sizeof(device::DeviceUuid), MPI_BYTE, uuids.data(),
                      sizeof(device::DeviceUuid), MPI_BYTE, communicator_);
        return static_cast<int>(std::count(uuids.begin(), uuids.end(), uuid));
    }
    int n_ranks() const { return size_of(communicator_); }

  private:
    MPI_Comm communicator_ = MPI_COMM_NULL;
};

// Collective. What keeps a rank from using its device, the lowest that has such a problem.
std::optional<std::string> first_problem(const std::function<void()>& try_device,
                                         MPI_Comm communicator) {
    try {
        collectively(communicator, try_device);
        return std::nullopt;
    } catch (const DeviceError& error) {
        return error.what();
    }
}

using DeviceFactory = std::function<std::unique_ptr<device::Device>()>;

// Makes executors on GPUs, or says why not.
class GpuSelector {
  public:
    GpuSelector(DeviceChoice choice, MPI_Comm communicator)
        : choice_(choice), communicator_(communicator) {}

    //! Collective. Whether every rank has a GPU; under `gpu`, throws if not.
    bool find() {
        const Node node(communicator_);
        const device::CudaDevices devices = device::find_cuda_devices();
        if (!works([&] {
                if (devices.count == 0) throw DeviceError(devices.problem);
            }))
            return false;
        index_ = node.rank() % devices.count;
        ranks_per_device_ = node.n_sharing(devices.uuids[static_cast<std::size_t>(index_)]);
        int sharing = ranks_per_device_ > 1 ? node.n_ranks() : 0;
        MPI_Allreduce(MPI_IN_PLACE, &sharing, 1, MPI_INT, MPI_MAX, communicator_);
        if (sharing > 0)
            say(fmt::format("{} ranks of one node share its GPUs; one rank per GPU is faster",
                            sharing),
                communicator_);
        return true;
    }

    int ranks_per_device() const { return ranks_per_device_; }
    //! The GPU that find() found.
    std::unique_ptr<device::Device> make_device() const { return device::make_cuda_device(index_); }

    //! Makes executors, each with a device of its own; collective over its communicator, which may
    //! be a part of the other.
    ExecutorFactory executors(DeviceFactory new_device) const {
        return [self = *this, new_device = std::move(new_device)](
                   const Experiment& experiment, const Network& network,
                   MPI_Comm communicator) -> std::unique_ptr<Executor> {
            std::unique_ptr<Executor> executor;
            const auto make = [&] {
                executor = device::make_device_executor(new_device(), experiment, network);
            };
            if (!self.works(make, communicator))
                return make_cpu_executor(experiment, network, communicator);
            return executor;
        };
    }

    //! Collective. Whether every rank can use its GPU: `try_device` throws a DeviceError if not.
    //! Under `gpu`, throws then.
    bool works(const std::function<void()>& try_device) const {
        return works(try_device, communicator_);
    }

  private:
    bool works(const std::function<void()>& try_device, MPI_Comm communicator) const {
        const auto problem = first_problem(try_device, communicator);
        if (!problem) return true;
        if (choice_ == DeviceChoice::gpu) throw as_shared(DeviceError("--device gpu: " + *problem));
        say("running on the CPU: " + *problem, communicator);
        return false;
    }

    void say(const std::string& text, MPI_Comm communicator) const {
        if (rank_of(communicator) == 0) notice("{}", text);
    }

    DeviceChoice choice_;
    MPI_Comm communicator_;
    int index_ = 0;
    int ranks_per_device_ = 1;
};

ExecutorFactory executors_on(DeviceFactory new_device) {
    return [new_device = std::move(new_device)](const Experiment& experiment,
                                                const Network& network, MPI_Comm) {
        return device::make_device_executor(new_device(), experiment, network);
    };
}

}  // namespace

ExecutorFactory select_executor(DeviceChoice choice, MPI_Comm communicator) {
    switch (choice) {
        case DeviceChoice::cpu:
            return make_cpu_executor;
        case DeviceChoice::host_kernels:
            return executors_on([] { return std::make_unique<device::HostDevice>(); });
        case DeviceChoice::gpu:
        case DeviceChoice::automatic:
            break;
    }
    GpuSelector selector(choice, communicator);
    if (selector.find()) return selector.executors([selector] { return selector.make_device(); });
    return make_cpu_executor;
}

BatchExecutors select_batch_executors(DeviceChoice choice, MPI_Comm communicator,
                                      std::function<void()> wait) {
    const auto batch_on = [&](std::unique_ptr<device::Device> device) {
        return std::make_shared<device::LaunchBatch>(std::move(device), std::move(wait));
    };
    switch (choice) {
        case DeviceChoice::cpu:
            return {make_cpu_executor, nullptr};
        case DeviceChoice::host_kernels: {
            const auto batch = batch_on(std::make_unique<device::HostDevice>());
            return {executors_on([batch] { return batch->make_member(); }), batch};
        }
        case DeviceChoice::gpu:
        case DeviceChoice::automatic:
            break;
    }
    GpuSelector selector(choice, communicator);
    std::shared_ptr<device::LaunchBatch> batch;
    if (!selector.find() || !selector.works([&] { batch = batch_on(selector.make_device()); }))
        return {make_cpu_executor, nullptr};
    return {selector.executors([batch] { return batch->make_member(); }), batch,
            selector.ranks_per_device()};
}

}  // namespace engram::job
