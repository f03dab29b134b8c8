#include "network/wiring.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "model/random.hpp"

namespace engram {

VisitedShare::VisitedShare(const Populations& populations, MPI_Comm communicator) {
    const auto begin_of = [&](int rank) {
        return static_cast<NeuronId>(std::uint64_t{populations.size()} *
                                     static_cast<std::uint64_t>(rank) /
                                     static_cast<std::uint64_t>(size_of(communicator)));
    };
    first = begin_of(rank_of(communicator));
    count = begin_of(rank_of(communicator) + 1) - first;
}

void Wiring::visit_all(const Populations& populations, const TargetVisitor& visitor,
                       MPI_Comm communicator) const {
    const VisitedShare share(populations, communicator);
    collectively(communicator, [&] { visit(share.first, share.count, visitor); });
}

RandomWiring::RandomWiring(NeuronId n_neurons, double probability, std::uint64_t seed)
    : n_neurons_(n_neurons), probability_(probability), seed_(seed) {}

void RandomWiring::visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const {
    const model::RandomStreams streams{seed_};
    std::vector<NeuronId> sources;
    // The gaps between successes of independent trials are geometric: one draw per connection.
    // A probability below the resolution of 1 - p draws nothing.
    const bool possible = probability_ >= 1.0 || 1.0 - probability_ < 1.0;
    const double log_failure = probability_ < 1.0 ? model::log_exact(1.0 - probability_) : 0.0;
    for (NeuronId target = first; target < first + count; ++target) {
        sources.clear();
        std::uint64_t draw = 0;
        // Candidate sources are numbered without the target itself.
        std::uint64_t candidate = 0;
        const std::uint64_t n_candidates = n_neurons_ - 1;
        while (possible) {
            if (probability_ < 1.0) {
                const auto words = streams(model::Purpose::wiring, target, 0, draw++);
                const double u = model::uniform52(words.word[0], words.word[1]);
                const double gap = std::floor(model::log_exact(u) / log_failure);
                if (gap >= static_cast<double>(n_candidates - candidate)) break;
                candidate += static_cast<std::uint64_t>(gap);
            }
            if (candidate >= n_candidates) break;
            const auto source = static_cast<NeuronId>(candidate);
            sources.push_back(source < target ? source : source + 1);
            ++candidate;
        }
        visitor(target, sources);
    }
}

SynapseCounts RandomWiring::expected_synapses(const Populations& populations) const {
    const double n = populations.size();
    const double n_exc = populations.n_exc();
    const double plastic_pairs = n_exc * (n_exc - 1.0);
    return {probability_ * plastic_pairs, probability_ * (n * (n - 1.0) - plastic_pairs)};
}

namespace {

// What is wrong with a matrix file, as far as a reader wants to know.
class MatrixProblems {
  public:
    explicit MatrixProblems(const std::string& path) : path_(path) {}

    // Of a line, or (0) of the whole file.
    void add(std::size_t line, const std::string& problem) {
        if (++count_ > most) return;
        const std::string place = line > 0 ? path_ + ":" + std::to_string(line) : path_;
        if (count_ == 1) {
            first_place_ = place;
            text_ = problem;
        } else {
            text_ += "\n" + place + ": " + problem;
        }
    }
    void throw_if_any() const {
        if (count_ == 0) return;
        const std::string more =
            count_ > most ? "\n... and " + std::to_string(count_ - most) + " more" : "";
        throw FileError(first_place_, text_ + more);
    }

  private:
    static constexpr std::size_t most = 10;
    const std::string& path_;
    std::size_t count_ = 0;
    std::string first_place_;
    std::string text_;
};

}  // namespace

MatrixWiring::MatrixWiring(const std::string& path, NeuronId n_neurons) : sources_(n_neurons) {
    std::ifstream file(path);
    if (!file) throw FileError(path, "cannot be read; check connectivity.file");
    const std::string expected = std::to_string(n_neurons) + " x " + std::to_string(n_neurons) +
                                 " (n_exc + n_inh in populations)";
    MatrixProblems problems(path);
    std::string line;
    NeuronId pre = 0;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
        std::istringstream row(line);
        std::string entry;
        NeuronId post = 0;
        for (; row >> entry; ++post) {
            if (entry != "0" && entry != "1")
                problems.add(number, "entry '" + entry + "' in column " + std::to_string(post + 1) +
                                         " is not 0 or 1");
            if (entry != "1" || pre >= n_neurons || post >= n_neurons) continue;
            if (pre == post)
                problems.add(number, "neuron " + std::to_string(pre) +
                                         " is connected to itself; the diagonal must be 0");
            sources_[post].push_back(pre);
        }
        if (post == 0) continue;
        if (post != n_neurons)
            problems.add(number, "row has " + std::to_string(post) +
                                     " entries; the matrix must be " + expected);
        ++pre;
    }
    if (pre != n_neurons)
        problems.add(0, "has " + std::to_string(pre) + " rows; the matrix must be " + expected);
    problems.throw_if_any();
}

void MatrixWiring::visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const {
    for (NeuronId target = first; target < first + count; ++target)
        visitor(target, sources_.at(target));
}

SynapseCounts MatrixWiring::expected_synapses(const Populations& populations) const {
    SynapseCounts counts;
    for (NeuronId target = 0; target < sources_.size(); ++target)
        for (const NeuronId source : sources_[target])
            ++(std::max(source, target) < populations.n_exc() ? counts.plastic : counts.fixed);
    return counts;
}

}  // namespace engram
