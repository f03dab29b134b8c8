// Several launches kept as a CUDA graph, which costs about as much to launch as one kernel.
#pragma once

#include <cuda_runtime.h>

#include <functional>

#include "cuda_error.hpp"

namespace engram::device {

class LaunchGraph {
  public:
    //! Keeps what `record` launches on the stream; nothing is run yet.
    LaunchGraph(cudaStream_t stream, const std::function<void()>& record) {
        check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
                   "recording launches");
        cudaGraph_t graph = nullptr;
        try {
            record();
        } catch (...) {
            cudaStreamEndCapture(stream, &graph);
            if (graph != nullptr) cudaGraphDestroy(graph);
            throw;
        }
        check_cuda(cudaStreamEndCapture(stream, &graph), "recording launches");
        const cudaError_t made = cudaGraphInstantiate(&executable_, graph, 0);
        cudaGraphDestroy(graph);
        check_cuda(made, "preparing recorded launches");
    }
    ~LaunchGraph() { cudaGraphExecDestroy(executable_); }
    LaunchGraph(const LaunchGraph&) = delete;
    LaunchGraph& operator=(const LaunchGraph&) = delete;

    void launch(cudaStream_t stream) const {
        check_cuda(cudaGraphLaunch(executable_, stream), "launching");
    }

  private:
    cudaGraphExec_t executable_ = nullptr;
};

}  // namespace engram::device
