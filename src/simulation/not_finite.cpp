#include "simulation/not_finite.hpp"

namespace engram {

std::string not_finite_message(NeuronId neuron, Step step) {
    return "membrane potential of neuron " + std::to_string(neuron) +
           " is no finite number at step " + std::to_string(step) +
           "; check the neuron and stimulus parameters, or use a smaller dt_ms";
}

}  // namespace engram
