// SPDX-License-Identifier: Apache-2.0
// Streams, events, graphs and launches.
#include <utility>

#include "device/fake_cuda/state.hpp"

namespace engram::test::fake_cuda {

cudaError_t enqueue(cudaStream_t stream, Runner work) {
    if (!state().streams.contains(stream)) return done(cudaErrorInvalidResourceHandle);
    (stream->recording ? stream->recorded : stream->queue).push_back(std::move(work));
    return done(cudaSuccess);
}

namespace {

void run_queue(cudaStream_t stream) {
    for (const Runner& work : std::exchange(stream->queue, {})) {
        if (state().fatal_error != cudaSuccess) return;
        work();
    }
}

cudaError_t launch(const void* function, const Launch& launch, cudaStream_t stream) {
    State& s = state();
    if (s.fatal_error != cudaSuccess) return done(s.fatal_error);
    if (launch.grid.x == 0 || launch.block.x == 0 || launch.block.x > 1024)
        return done(cudaErrorInvalidConfiguration);
    if (!s.loaded.contains(function) && spoils_recording())
        return done(cudaErrorStreamCaptureUnsupported);
    return enqueue(stream, [kernel = make_runner(s.functions.at(function), launch)] {
        ++state().counts.kernels;
        if (fails_now(state().machine.until_kernel_crashes))
            state().fatal_error = cudaErrorIllegalAddress;
        else
            kernel();
    });
}

}  // namespace

}  // namespace engram::test::fake_cuda

using namespace engram::test::fake_cuda;

extern "C" {

// Registration and launch of kernels, as nvcc generates the calls.
void** __cudaRegisterFatBinary(void* binary) {
    return static_cast<void**>(binary);
}
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void**) {}
char __cudaInitModule(void**) {
    return 1;
}
void __cudaRegisterFunction(void**, const char* stub, char*, const char* name, int, uint3*, uint3*,
                            dim3*, dim3*, int*) {
    state().functions[stub] = name;
}
unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t, cudaStream_t stream) {
    state().next_launch = {grid, block, stream};
    return 0;
}
cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, size_t* shared, void* stream) {
    *grid = state().next_launch.grid;
    *block = state().next_launch.block;
    *shared = 0;
    *static_cast<cudaStream_t*>(stream) = state().next_launch.stream;
    return cudaSuccess;
}
cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* stub) {
    *kernel = reinterpret_cast<cudaKernel_t>(const_cast<void*>(stub));
    return cudaSuccess;
}
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments, size_t,
                               cudaStream_t stream) {
    return launch(kernel, {grid, block, arguments}, stream);
}
cudaError_t cudaLaunchKernel(const void* stub, dim3 grid, dim3 block, void** arguments, size_t,
                             cudaStream_t stream) {
    return launch(stub, {grid, block, arguments}, stream);
}
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* stub) {
    if (state().machine.no_code) return done(cudaErrorNoKernelImageForDevice);
    *attributes = {};
    attributes->localSizeBytes = state().machine.stack_of_thread;
    state().loaded.insert(stub);
    return done(cudaSuccess);
}

// Streams and events.
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
    *stream = keep(std::make_unique<CUstream_st>().release());
    state().streams.insert(*stream);
    return done(cudaSuccess);
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    state().streams.erase(stream);
    return drop(stream);
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    if (spoils_recording()) return done(cudaErrorStreamCaptureUnsupported);
    ++state().counts.waits;
    run_queue(stream);
    return done(cudaSuccess);
}
cudaError_t cudaEventCreate(cudaEvent_t* event) {
    *event = keep(std::make_unique<CUevent_st>().release());
    return done(cudaSuccess);
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
    return drop(event);
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    return enqueue(stream, [=] { *event = {true, std::chrono::steady_clock::now()}; });
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t begin, cudaEvent_t end) {
    if (!begin->recorded || !end->recorded) return done(cudaErrorNotReady);
    *milliseconds = std::chrono::duration<float, std::milli>(end->time - begin->time).count();
    return done(cudaSuccess);
}

// Graphs.
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
    stream->recording = true;
    stream->recording_failed = false;
    return done(cudaSuccess);
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    stream->recording = false;
    std::vector<Runner> nodes = std::exchange(stream->recorded, {});
    *graph = nullptr;
    if (stream->recording_failed) return done(cudaErrorStreamCaptureInvalidated);
    *graph = keep(std::make_unique<CUgraph_st>(CUgraph_st{std::move(nodes)}).release());
    return done(cudaSuccess);
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long) {
    *executable = keep(std::make_unique<CUgraphExec_st>(CUgraphExec_st{graph->nodes}).release());
    ++state().counts.graphs;
    return done(cudaSuccess);
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
    ++state().counts.graph_launches;
    for (const Runner& node : executable->nodes)
        if (const cudaError_t error = enqueue(stream, node); error != cudaSuccess) return error;
    return done(cudaSuccess);
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    return drop(graph);
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
    return drop(executable);
}
}
