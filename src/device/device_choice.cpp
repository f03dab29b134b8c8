#include "device/device_choice.hpp"

#include <optional>
#include <set>
#include <vector>

#include "device/cuda_device.hpp"
#include "device/device_executor.hpp"
#include "device/host_device.hpp"
#include "experiment/errors.hpp"
#include "network/collective.hpp"
#include "simulation/cpu_executor.hpp"

namespace engram::device {

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
    //! Collective. Whether two ranks use the same GPU. They may not see the same ones.
    bool shares(const DeviceUuid& uuid) const {
        std::vector<DeviceUuid> uuids(static_cast<std::size_t>(size_of(communicator_)));
        MPI_Allgather(uuid.data(), sizeof(DeviceUuid), MPI_BYTE, uuids.data(), sizeof(DeviceUuid),
                      MPI_BYTE, communicator_);
        return std::set(uuids.begin(), uuids.end()).size() < uuids.size();
    }
    int n_ranks() const { return size_of(communicator_); }

  private:
    MPI_Comm communicator_ = MPI_COMM_NULL;
};

// Collective. The problem of the lowest rank that has one, on every rank.
std::optional<std::string> first_problem(const std::optional<std::string>& problem,
                                         MPI_Comm communicator) {
    const int n_ranks = size_of(communicator);
    int speaker = problem ? rank_of(communicator) : n_ranks;
    MPI_Allreduce(MPI_IN_PLACE, &speaker, 1, MPI_INT, MPI_MIN, communicator);
    if (speaker == n_ranks) return std::nullopt;
    std::string text;
    if (speaker == rank_of(communicator))
        text = (n_ranks > 1 ? "rank " + std::to_string(speaker) + ": " : "") + *problem;
    int length = static_cast<int>(text.size());
    MPI_Bcast(&length, 1, MPI_INT, speaker, communicator);
    text.resize(static_cast<std::size_t>(length));
    MPI_Bcast(text.data(), length, MPI_CHAR, speaker, communicator);
    return text;
}

// Makes executors on GPUs, or says why not.
class GpuSelector {
  public:
    GpuSelector(DeviceChoice choice, MPI_Comm communicator, Notice notice)
        : choice_(choice), communicator_(communicator), notice_(std::move(notice)) {}

    //! Collective. Whether every rank has a GPU; under `gpu`, throws if not.
    bool find() {
        const Node node(communicator_);
        const CudaDevices devices = find_cuda_devices();
        const auto problem = devices.count > 0 ? std::nullopt : std::optional(devices.problem);
        if (gives_up(problem, communicator_)) return false;
        index_ = node.rank() % devices.count;
        int sharing =
            node.shares(devices.uuids[static_cast<std::size_t>(index_)]) ? node.n_ranks() : 0;
        MPI_Allreduce(MPI_IN_PLACE, &sharing, 1, MPI_INT, MPI_MAX, communicator_);
        if (sharing > 0)
            say(std::to_string(sharing) +
                    " ranks of one node share its GPUs; one rank per GPU is faster",
                communicator_);
        return true;
    }

    //! Collective over `communicator`, which may be a part of the other.
    std::unique_ptr<Executor> operator()(const Experiment& experiment, const Network& network,
                                         MPI_Comm communicator) const {
        std::unique_ptr<Executor> executor;
        std::optional<std::string> problem;
        try {
            executor =
                std::make_unique<DeviceExecutor>(make_cuda_device(index_), experiment, network);
        } catch (const DeviceError& error) {
            problem = error.what();
        }
        if (gives_up(problem, communicator))
            return make_cpu_executor(experiment, network, communicator);
        return executor;
    }

  private:
    bool gives_up(const std::optional<std::string>& problem, MPI_Comm communicator) const {
        const auto first = first_problem(problem, communicator);
        if (!first) return false;
        if (choice_ == DeviceChoice::gpu) throw SharedDeviceError("--device gpu: " + *first);
        say("running on the CPU: " + *first, communicator);
        return true;
    }

    void say(const std::string& text, MPI_Comm communicator) const {
        if (rank_of(communicator) == 0) notice_(text);
    }

    DeviceChoice choice_;
    MPI_Comm communicator_;
    Notice notice_;
    int index_ = 0;
};

}  // namespace

DeviceChoice parse_device_choice(const std::string& text) {
    if (text == "cpu") return DeviceChoice::cpu;
    if (text == "gpu") return DeviceChoice::gpu;
    if (text == "auto") return DeviceChoice::automatic;
    if (text == "host-kernels") return DeviceChoice::host_kernels;
    throw UsageError("--device must be cpu, gpu or auto, is '" + text + "'");
}

ExecutorFactory select_executor(DeviceChoice choice, MPI_Comm communicator, const Notice& notice) {
    switch (choice) {
        case DeviceChoice::cpu:
            return make_cpu_executor;
        case DeviceChoice::host_kernels:
            return [](const Experiment& experiment, const Network& network, MPI_Comm) {
                return std::make_unique<DeviceExecutor>(std::make_unique<HostDevice>(), experiment,
                                                        network);
            };
        case DeviceChoice::gpu:
        case DeviceChoice::automatic:
            break;
    }
    GpuSelector selector(choice, communicator, notice);
    if (selector.find()) return selector;
    return make_cpu_executor;
}

}  // namespace engram::device
