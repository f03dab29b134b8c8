// SPDX-License-Identifier: Apache-2.0
#include "oracle/dense_wiring.hpp"

#include <fstream>

namespace engram::test {

DenseWiring::DenseWiring(const Experiment& experiment)
    : n_populations_(experiment.populations.n_populations()) {
    std::vector<Population> populations;
    for (std::size_t p = 0; p < n_populations_; ++p) {
        populations.push_back(experiment.populations[p]);
        population_.insert(population_.end(), populations[p].count, p);
    }
    n_ = static_cast<NeuronId>(population_.size());
    connected_.resize(n_ * n_, false);
    read_kinds(experiment);
    if (!experiment.given_projections && experiment.connectivity.file) {
        // One matrix of all neurons.
        Population all;
        all.count = n_;
        read(*experiment.connectivity.file, all, all);
        return;
    }
    const model::RandomStreams streams{experiment.seed};
    for (NeuronId post = 0; post < n_; ++post) draw(post, streams);
    for (std::size_t from = 0; from < n_populations_; ++from)
        for (std::size_t to = 0; to < n_populations_; ++to)
            if (const Kind& one = kinds_[from * n_populations_ + to]; !one.file.empty())
                read(one.file, populations[from], populations[to]);
}

void DenseWiring::read_kinds(const Experiment& experiment) {
    kinds_.resize(n_populations_ * n_populations_);
    if (experiment.given_projections) {
        for (const Projection& one : *experiment.given_projections)
            kinds_[one.from * n_populations_ + one.to] = {
                true,    one.plastic, one.weight_h_0, one.probability, one.file.value_or(""),
                one.site};
        return;
    }
    const Connectivity& c = experiment.connectivity;
    kinds_ = {{true, true, 0.0, c.probability, "", 0},
              {true, false, c.w_ei, c.probability, "", 0},
              {true, false, -c.w_ie, c.probability, "", 0},
              {true, false, -c.w_ii, c.probability, "", 0}};
}

// Neighbouring sources of equal probability are one stretch. In a stretch one uniform number per
// connection: each candidate source that is passed over lowers the probability of having found none
// by a factor of 1 - p; the first with which it falls below the number is connected.
void DenseWiring::draw(NeuronId post, const model::RandomStreams& streams) {
    double probability = -1.0;  // of the present stretch; none
    std::uint32_t n_stretches = 0;
    std::uint64_t n_draws = 0;
    double number = 0.0;
    double none_so_far = 1.0;
    const auto next_number = [&] {
        const auto words = streams(model::Purpose::wiring, post, n_stretches - 1, n_draws++);
        number = model::uniform52(words.word[0], words.word[1]);
        none_so_far = 1.0;
    };
    for (NeuronId pre = 0; pre < n_; ++pre) {
        const Kind& here = kind(pre, post);
        const double p = here.exists && here.file.empty() ? here.probability : -1.0;
        if (p != probability) {
            probability = p;
            if (p >= 0.0) {
                ++n_stretches;
                n_draws = 0;
                next_number();
            }
        }
        if (p < 0.0 || pre == post) continue;
        none_so_far *= 1.0 - p;
        if (none_so_far >= number) continue;
        connected_[pre * n_ + post] = true;
        next_number();
    }
}

void DenseWiring::read(const std::string& path, const Population& from, const Population& to) {
    std::ifstream file(path);
    for (NeuronId row = 0; row < from.count; ++row)
        for (NeuronId column = 0; column < to.count; ++column) {
            int entry = 0;
            file >> entry;
            connected_[(from.first + row) * n_ + to.first + column] = entry == 1;
        }
}

}  // namespace engram::test
