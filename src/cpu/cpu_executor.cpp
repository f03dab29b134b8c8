// SPDX-License-Identifier: Apache-2.0
#include "cpu/cpu_executor.hpp"

#include "cpu/cpu_executor_impl.hpp"
#include "plasticity/mechanisms.hpp"

namespace engram {

std::unique_ptr<Executor> make_cpu_executor(const Experiment& experiment, const Network& network,
                                            MPI_Comm) {
    return plasticity::with_mechanisms(
        experiment.synapses, experiment.protein_diffusion(),
        [&]<class M>(M) -> std::unique_ptr<Executor> {
            return std::make_unique<CpuExecutor<M>>(
                experiment, network,
                make_neuron_loops(plasticity::BuiltInNeurons{}, network, experiment));
        });
}

}  // namespace engram
