#include "oracle/dense_wiring.hpp"

#include <fstream>

#include "model/random.hpp"

namespace engram::test {

DenseWiring::DenseWiring(const Experiment& experiment)
    : n_(experiment.populations.size()), connected_(n_ * n_, false) {
    if (experiment.connectivity.file)
        read(*experiment.connectivity.file);
    else
        draw(experiment.connectivity.probability, experiment.seed);
}

// One uniform number per connection: each candidate source that is passed over lowers the
// probability of having found none by a factor of 1 - p; the first with which it falls below the
// number is connected.
void DenseWiring::draw(double probability, std::uint64_t seed) {
    const model::RandomStreams streams{seed};
    for (NeuronId post = 0; post < n_; ++post) {
        std::uint64_t n_draws = 0;
        const auto next_number = [&] {
            const auto words = streams(model::Purpose::wiring, post, 0, n_draws++);
            return model::uniform52(words.word[0], words.word[1]);
        };
        double number = next_number();
        double none_so_far = 1.0;
        for (NeuronId pre = 0; pre < n_; ++pre) {
            if (pre == post) continue;
            none_so_far *= 1.0 - probability;
            if (none_so_far >= number) continue;
            connected_[pre * n_ + post] = true;
            number = next_number();
            none_so_far = 1.0;
        }
    }
}

void DenseWiring::read(const std::string& path) {
    std::ifstream file(path);
    for (std::size_t i = 0; i < connected_.size(); ++i) {
        int entry = 0;
        file >> entry;
        connected_[i] = entry == 1;
    }
}

}  // namespace engram::test
