// SPDX-License-Identifier: Apache-2.0
#include "device/cuda_device.hpp"

#include <cuda_runtime.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "cuda_handles.hpp"
#include "device/stack_need.hpp"
#include "launch.cuh"

namespace engram::device {

namespace {

std::string version_text(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string megabytes(std::uint64_t bytes) {
    return std::to_string(bytes / 1000000) + " MB";
}

// Why there is no GPU to use.
std::string why_none(cudaError_t error) {
    const std::string needed = "CUDA " + version_text(CUDART_VERSION / 1000 * 1000) + " or newer";
    int driver = 0;
    cudaDriverGetVersion(&driver);
    if (driver == 0) return "no NVIDIA driver on this machine; a GPU needs a driver for " + needed;
    if (error == cudaErrorInsufficientDriver)
        return "the NVIDIA driver is too old: it supports CUDA " + version_text(driver) +
               ", and this engram needs " + needed + "; update the driver";
    return std::string("no GPU can be used (") +
           (error == cudaSuccess ? "none found" : cudaGetErrorString(error)) +
           "); see nvidia-smi and CUDA_VISIBLE_DEVICES";
}

// A pair of events around a launch, waiting to be read.
struct TimedLaunch {
    const char* name;
    Event begin;
    Event end;
};

cudaError_t uuids_of(int count, std::vector<DeviceUuid>& uuids) {
    for (int index = 0; index < count; ++index) {
        cudaDeviceProp properties{};
        const cudaError_t error = cudaGetDeviceProperties(&properties, index);
        if (error != cudaSuccess) return error;
        std::copy_n(properties.uuid.bytes, sizeof(DeviceUuid), uuids.emplace_back().begin());
    }
    return cudaSuccess;
}

// Whether the program holds no code that this GPU and this driver can run.
bool is_no_code(cudaError_t error) {
    return error == cudaErrorNoKernelImageForDevice || error == cudaErrorInvalidDeviceFunction ||
           error == cudaErrorUnsupportedPtxVersion || error == cudaErrorInvalidPtx ||
           error == cudaErrorJitCompilerNotFound;
}

std::string gpu(int index) {
    return "GPU " + std::to_string(index);
}

class CudaDevice : public Device {
  public:
    explicit CudaDevice(int index) : index_(index) {
        const cudaError_t chosen = cudaSetDevice(index_);
        if (chosen == cudaErrorDevicesUnavailable)
            fail(gpu(index_) +
                 " is in use and set up for one process at a time (see its compute "
                 "mode in nvidia-smi); run one rank per GPU, or start the MPS daemon "
                 "(nvidia-cuda-mps-control -d)");
        check_cuda(chosen, "choosing the GPU");
        check_cuda(cudaGetDeviceProperties(&properties_, index_), "asking for its properties");
        // Whatever is wrong with the build shows here, not in the run.
        std::size_t stack_of_thread = 0;
        const cudaError_t loaded = load_kernels(std::type_identity<AnyKernel>{}, stack_of_thread);
        if (is_no_code(loaded))
            fail(name() + " has compute capability " + std::to_string(properties_.major) + "." +
                 std::to_string(properties_.minor) + " and this engram is " + cuda_support() +
                 ": " + cudaGetErrorString(loaded) +
                 "; rebuild with -DCMAKE_CUDA_ARCHITECTURES=" + std::to_string(properties_.major) +
                 std::to_string(properties_.minor) + ", or use --device cpu");
        check_cuda(loaded, "loading the kernels");
        stack_bytes_ = device::stack_bytes(
            static_cast<std::uint64_t>(properties_.multiProcessorCount),
            static_cast<std::uint64_t>(properties_.maxThreadsPerMultiProcessor), stack_of_thread);
        stream_ = make_stream();
    }

    std::string name() const override {
        return std::string(properties_.name) + " (" + gpu(index_) + ")";
    }
    std::uint64_t free_bytes() const override { return memory().free; }
    std::uint64_t total_bytes() const override { return memory().total; }
    std::uint64_t stack_bytes() const override { return stack_bytes_; }
    double peak_bandwidth() const override {
        const double clock_Hz = 1e3 * attribute(cudaDevAttrMemoryClockRate);
        const double bus_bytes = attribute(cudaDevAttrGlobalMemoryBusWidth) / 8.0;
        return 2.0 * clock_Hz * bus_bytes;  // two transfers per cycle
    }

    void* allocate(std::size_t bytes) override {
        void* memory_of_device = nullptr;
        const cudaError_t error = cudaMalloc(&memory_of_device, bytes);
        if (error == cudaErrorMemoryAllocation) {
            const Memory now = memory();
            fail(name() + " is out of memory: " + megabytes(bytes) + " more are needed and " +
                 megabytes(now.free) + " of " + megabytes(now.total) +
                 " are free; use more GPUs with one rank each, or --device cpu");
        }
        check_cuda(error, "allocating memory");
        return memory_of_device;
    }
    void release(void* memory_of_device) noexcept override {
        finish_work();
        cudaFree(memory_of_device);
    }
    void* allocate_host(std::size_t bytes) override {
        void* memory_of_host = nullptr;
        check_cuda(cudaMallocHost(&memory_of_host, bytes), "allocating pinned memory");
        return memory_of_host;
    }
    void release_host(void* memory_of_host) noexcept override {
        finish_work();
        cudaFreeHost(memory_of_host);
    }

    void fill(void* to, int byte, std::size_t bytes) override {
        check_cuda(cudaMemsetAsync(to, byte, bytes, stream_.get()), "filling memory");
    }
    void copy_in(void* to, const void* from, std::size_t bytes) override {
        check_cuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_.get()),
                   "copying to the GPU");
        // CUDA leaves open whether it is done with memory that is not pinned; where the GPU reads
        // such memory itself, it need not be.
        if (!is_pinned(from)) check_cuda(cudaStreamSynchronize(stream_.get()), "computing");
    }
    void copy_out(std::span<const CopyOut> copies) override {
        for (const CopyOut& copy : copies)
            check_cuda(cudaMemcpyAsync(copy.to, copy.from, copy.bytes, cudaMemcpyDeviceToHost,
                                       stream_.get()),
                       "copying from the GPU");
        synchronize();
        if (measuring_) read_timed();
    }

    void launch(const Kernel& kernel, std::uint64_t items) override {
        measured(kernel, [&] {
            std::visit([&](const auto& k) { launch_on(stream_.get(), k, items, most_blocks()); },
                       kernel);
        });
    }

    void launch_as_one(std::span<const Launch> launches) override {
        for (; !launches.empty();
             launches = launches.subspan(std::min(launches.size(), most_launches_as_one))) {
            if (launches.size() == 1) return launch(launches[0].kernel, launches[0].items);
            if (next_table_ == tables_.size())
                tables_.push_back(std::make_unique<KernelTable>(*this));
            KernelTable& table = *tables_[next_table_++];
            const auto some = launches.first(std::min(launches.size(), most_launches_as_one));
            measured(some[0].kernel, [&] { table.launch(stream_.get(), some, most_blocks()); });
        }
    }

    void launch_together(const SequenceKey& key, const std::function<void()>& record) override {
        // Kernels that are measured one by one cannot be launched as one.
        if (measuring_) return record();
        auto known = graphs_.find(key);
        if (known == graphs_.end()) {
            if (graphs_.size() >= most_sequences) graphs_.clear();
            known = graphs_.emplace(key, record_graph(stream_.get(), record)).first;
        }
        check_cuda(cudaGraphLaunch(known->second.get(), stream_.get()), "launching");
    }

    void measure_kernels(bool on) override { measuring_ = on; }
    Profile profile() override {
        synchronize();
        read_timed();
        return profile_;
    }

  private:
    struct Memory {
        std::size_t free = 0;
        std::size_t total = 0;
    };
    int attribute(cudaDeviceAttr which) const {
        int value = 0;
        check_cuda(cudaDeviceGetAttribute(&value, which, index_), "asking for its properties");
        return value;
    }
    Memory memory() const {
        Memory now;
        check_cuda(cudaMemGetInfo(&now.free, &now.total), "asking for its memory");
        return now;
    }

    static bool is_pinned(const void* memory_of_host) {
        cudaPointerAttributes attributes{};
        check_cuda(cudaPointerGetAttributes(&attributes, memory_of_host), "copying to the GPU");
        return attributes.type == cudaMemoryTypeHost;
    }
    // Before memory is given back, which queued work may still use. Errors of that work stay, and
    // show at the next call.
    void finish_work() const noexcept { cudaStreamSynchronize(stream_.get()); }
    void synchronize() {
        check_cuda(cudaStreamSynchronize(stream_.get()), "computing");
        next_table_ = 0;
    }
    std::uint64_t most_blocks() const {
        constexpr std::uint64_t blocks_per_processor = 32;
        return blocks_per_processor * static_cast<std::uint64_t>(properties_.multiProcessorCount);
    }

    template <class Run>
    void measured(const Kernel& kernel, const Run& run) {
        if (!measuring_) return run();
        Event begin = record_event(stream_.get());
        run();
        timed_.push_back({std::visit([](const auto& k) { return k.name; }, kernel),
                          std::move(begin), record_event(stream_.get())});
    }

    // Call when the stream is idle.
    void read_timed() {
        for (const TimedLaunch& launch : timed_) {
            float milliseconds = 0;
            check_cuda(cudaEventElapsedTime(&milliseconds, launch.begin.get(), launch.end.get()),
                       "measuring");
            KernelTime& time = profile_[launch.name];
            ++time.calls;
            time.seconds += static_cast<double>(milliseconds) / 1000.0;
        }
        timed_.clear();
    }

    int index_;
    cudaDeviceProp properties_{};
    std::uint64_t stack_bytes_ = 0;
    Stream stream_;
    bool measuring_ = false;
    std::vector<TimedLaunch> timed_;
    Profile profile_;
    std::map<SequenceKey, Graph> graphs_;
    std::vector<std::unique_ptr<KernelTable>> tables_;  // one for each launch between two waits
    std::size_t next_table_ = 0;
};

}  // namespace

std::string cuda_support() {
    return "CUDA " + version_text(CUDART_VERSION) + " (" ENGRAM_CUDA_ARCHITECTURES ")";
}

CudaDevices find_cuda_devices() {
    CudaDevices devices;
    cudaError_t error = cudaGetDeviceCount(&devices.count);
    if (error == cudaSuccess && devices.count > 0) error = uuids_of(devices.count, devices.uuids);
    if (error == cudaSuccess && devices.count > 0) return devices;
    cudaGetLastError();
    return {0, why_none(error), {}};
}

std::unique_ptr<Device> make_cuda_device(int index) {
    return std::make_unique<CudaDevice>(index);
}

}  // namespace engram::device
