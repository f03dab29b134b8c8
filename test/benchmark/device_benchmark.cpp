// SPDX-License-Identifier: Apache-2.0
// Measures the same networks on one core and on a GPU: time per simulated second, the parts of it,
// and the share of the memory's peak bandwidth. Prints a table in Markdown.
#include <mpi.h>

#include <boost/program_options.hpp>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "cpu/cpu_executor.hpp"
#include "device/cuda_device.hpp"
#include "device/device_executor.hpp"
#include "device/host_device.hpp"
#include "device/launch_batch.hpp"
#include "device/task_turns.hpp"
#include "simulation/simulation.hpp"
#include "workloads.hpp"

namespace {

using namespace engram;
using namespace engram::benchmark;

struct Workload {
    std::string name;
    Experiment experiment;
    bool is_steady;  //!< each second costs the same
};

std::unique_ptr<device::Device> make_device(const std::string& name) {
    if (name == "host-kernels") return std::make_unique<device::HostDevice>();
    const auto devices = device::find_cuda_devices();
    if (devices.count == 0) throw DeviceError(devices.problem);
    return device::make_cuda_device(0);
}

struct Measurement {
    double run_s = 0;  //!< all phases, without building
    double exchange_s = 0;
    std::uint64_t n_exc_spikes = 0;
    std::uint64_t n_plastic = 0;
    NeuronId n_exc = 0;
    WorkCounters work;
    device::Profile profile;
    double peak_bandwidth = 0;
    std::string device;
};

Measurement measure(const Experiment& experiment, const std::string& device, bool with_parts) {
    device::Device* on_device = nullptr;
    const ExecutorFactory factory = [&](const Experiment& e, const Network& network,
                                        MPI_Comm communicator) -> std::unique_ptr<Executor> {
        if (device == "cpu") return make_cpu_executor(e, network, communicator);
        auto its_device = make_device(device);
        on_device = its_device.get();
        return device::make_device_executor(std::move(its_device), e, network);
    };
    Simulation simulation(experiment, MPI_COMM_SELF, factory);
    if (on_device != nullptr) on_device->measure_kernels(with_parts);
    NullSink sink;
    ProgressListener nobody;
    const double start = MPI_Wtime();
    simulation.run(sink, nobody);
    Measurement m;
    m.run_s = MPI_Wtime() - start;
    m.exchange_s = simulation.clock().seconds(RunPart::exchange) +
                   simulation.clock().seconds(RunPart::waiting);
    m.n_plastic = simulation.network().plastic().size();
    m.n_exc = experiment.populations[0].count;
    for (const PhaseReport& report : simulation.reports())
        m.n_exc_spikes += report.spikes_of("exc");
    m.work = simulation.work();
    m.device = simulation.executor().device_name();
    if (on_device == nullptr) return m;
    m.profile = on_device->profile();
    m.peak_bandwidth = on_device->peak_bandwidth();
    return m;
}

double seconds_in(const device::Profile& profile, std::initializer_list<const char*> kernels) {
    double seconds = 0;
    for (const char* kernel : kernels) {
        const auto entry = profile.find(kernel);
        if (entry != profile.end()) seconds += entry->second.seconds;
    }
    return seconds;
}

Experiment lasting(Experiment experiment, double duration_s) {
    experiment.duration_s = duration_s;
    return experiment;
}

// What the two kernels that dominate must move at least: each value once.
double bytes_of_neurons(const Measurement& m) {
    constexpr double per_step = 8;     // input
    constexpr double per_block = 148;  // state, sums, protein and calcium, read and written
    constexpr double steps_per_block = 15;
    return static_cast<double>(m.work.neuron_steps) * (per_step + per_block / steps_per_block);
}
double bytes_of_delivery(const Measurement& m) {
    constexpr double per_synapse = 20;           // target; input, read and written
    constexpr double more_if_plastic = 17 + 16;  // h, z, tag; shrinkage and calcium of the target
    const double plastic =
        static_cast<double>(m.n_exc_spikes) * static_cast<double>(m.n_plastic) / m.n_exc;
    return static_cast<double>(m.work.delivered_spikes) * per_synapse + plastic * more_if_plastic;
}

std::string share_of_peak(double bytes, double seconds, double peak) {
    if (seconds <= 0.0 || peak <= 0.0) return "";
    char text[32];
    std::snprintf(text, sizeof text, " (%.0f %%)", 100.0 * bytes / seconds / peak);
    return text;
}

void print_row(const Workload& workload, const std::string& device) {
    const double simulated_s = workload.experiment.duration_s;
    Measurement whole = measure(workload.experiment, device, false);
    if (workload.is_steady) {
        // The slope: each run also reads and checks all weights at its end.
        const Measurement twice =
            measure(lasting(workload.experiment, 2 * simulated_s), device, false);
        whole.run_s = twice.run_s - whole.run_s;
        whole.exchange_s = twice.exchange_s - whole.exchange_s;
    }
    std::printf("| %s | %s | %.5f |", workload.name.c_str(), whole.device.c_str(),
                whole.run_s / simulated_s);
    if (device == "cpu") {
        std::printf(" | | | | %.5f |\n", whole.exchange_s / simulated_s);
        std::fflush(stdout);
        return;
    }
    // Once more: to measure kernels one by one slows the whole down.
    const Measurement parts = measure(workload.experiment, device, true);
    const double neurons = seconds_in(parts.profile, {"advance neurons"});
    const double delivery = seconds_in(parts.profile, {"mark events", "deliver spikes"});
    const double plasticity = seconds_in(parts.profile, {"select rows", "finish rows", "fold"});
    const double rest = whole.run_s - neurons - delivery - plasticity - whole.exchange_s;
    std::printf(" %.5f%s | %.5f%s | %.5f | %.5f | %.5f |\n", neurons / simulated_s,
                share_of_peak(bytes_of_neurons(parts), neurons, parts.peak_bandwidth).c_str(),
                delivery / simulated_s,
                share_of_peak(bytes_of_delivery(parts),
                              seconds_in(parts.profile, {"deliver spikes"}), parts.peak_bandwidth)
                    .c_str(),
                plasticity / simulated_s, rest / simulated_s, whole.exchange_s / simulated_s);
    std::fflush(stdout);
}

// Trials of one network that take turns, as in an ensemble.
void print_trials(const Experiment& experiment, const std::string& device, std::size_t at_once) {
    device::TaskTurns turns;
    device::LaunchBatch batch(make_device(device), [&] { turns.wait(); });
    const ExecutorFactory factory = [&](const Experiment& e, const Network& network, MPI_Comm) {
        return device::make_device_executor(batch.make_member(), e, network);
    };
    std::vector<std::unique_ptr<Simulation>> simulations;
    for (std::size_t i = 0; i < at_once; ++i) {
        Experiment trial = experiment;
        trial.seed = i + 1;
        simulations.push_back(std::make_unique<Simulation>(trial, MPI_COMM_SELF, factory));
    }
    NullSink sink;
    ProgressListener nobody;
    const double start = MPI_Wtime();
    turns.run(
        at_once, [&](std::size_t i) { simulations[i]->run(sink, nobody); }, [&] { batch.run(); });
    const double wall_s = MPI_Wtime() - start;
    std::printf("| %zu | %.5f | %.1f |\n", at_once,
                wall_s / (experiment.duration_s * static_cast<double>(at_once)),
                static_cast<double>(batch.n_kernels()) / static_cast<double>(batch.n_launches()));
    std::fflush(stdout);
}

int run(int argc, char** argv) {
    namespace po = boost::program_options;
    std::vector<NeuronId> sizes;
    std::vector<std::string> devices;
    std::vector<std::size_t> trials;
    double seconds = 0;
    po::options_description options("Usage: engram_device_benchmark [options]\nOptions");
    options.add_options()("help,h", "this text")(
        "neurons",
        po::value(&sizes)->multitoken()->default_value({2000, 20000, 200000}, "2000 20000 200000"),
        "sizes of networks in the background state, with 1,000 inputs per neuron")(
        "devices", po::value(&devices)->multitoken()->default_value({"cpu", "gpu"}, "cpu gpu"),
        "what to measure on: cpu (one core), gpu, host-kernels")(
        "seconds", po::value(&seconds)->default_value(2.0), "simulated time of each")(
        "trials", po::value(&trials)->multitoken()->default_value({1, 4, 16, 32}, "1 4 16 32"),
        "numbers of trials that take turns")(
        "no-recall", "leave out learning and recall in the published network");
    po::variables_map values;
    po::store(po::parse_command_line(argc, argv, options), values);
    po::notify(values);
    if (values.count("help") > 0) {
        std::cout << options;
        return 0;
    }
    std::vector<Workload> workloads;
    if (values.count("no-recall") == 0) {
        workloads.push_back({"2000, learning and recall", memory_recall(20, 25), false});
        workloads.back().experiment.fast_forward = FastForward::off;
    }
    for (const NeuronId n : sizes)
        workloads.push_back({std::to_string(n) + ", background", network_of(n, seconds), true});
    std::printf(
        "Seconds per simulated second; in brackets the share of the peak memory bandwidth.\n\n");
    std::printf(
        "| neurons | device | whole | neurons | delivery | plasticity | rest: launches, "
        "copies, waiting | exchange |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (const Workload& workload : workloads)
        for (const std::string& device : devices) print_row(workload, device);
    for (const std::string& device : devices) {
        if (device == "cpu" || trials.empty()) continue;
        std::printf(
            "\nTrials of an ensemble that take turns on one device, 2000 neurons, background.\n\n"
            "| trials at once | seconds per simulated second of a trial | kernels per launch |\n"
            "| --- | --- | --- |\n");
        for (const std::size_t at_once : trials)
            print_trials(network_of(2000, seconds), device, at_once);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    int code = 0;
    try {
        code = run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "engram_device_benchmark: error: %s\n", error.what());
        code = 1;
    }
    MPI_Finalize();
    return code;
}
