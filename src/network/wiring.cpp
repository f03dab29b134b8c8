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
    : blocks_{{n_neurons, {make_segment(0, n_neurons, probability)}}}, seed_(seed) {}

RandomWiring::RandomWiring(const Populations& populations, std::span<const Projection> projections,
                           std::uint64_t seed)
    : seed_(seed) {
    const std::size_t n = populations.n_populations();
    std::vector<const Projection*> drawn(n * n);
    for (const Projection& projection : projections)
        if (!projection.file) drawn[projection.from * n + projection.to] = &projection;
    for (std::size_t to = 0; to < n; ++to) {
        Block block{populations[to].end(), {}};
        bool continues = false;
        for (std::size_t from = 0; from < n; ++from) {
            const Projection* projection = drawn[from * n + to];
            if (projection == nullptr) {
                continues = false;
                continue;
            }
            if (continues && block.segments.back().probability == projection->probability)
                block.segments.back().end = populations[from].end();
            else
                block.segments.push_back(make_segment(
                    populations[from].first, populations[from].end(), projection->probability));
            continues = true;
        }
        blocks_.push_back(std::move(block));
    }
}

RandomWiring::Segment RandomWiring::make_segment(NeuronId first, NeuronId end, double probability) {
    return {first, end, probability, probability < 1.0 ? model::log_exact(1.0 - probability) : 0.0};
}

void RandomWiring::visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const {
    std::vector<NeuronId> sources;
    auto block = blocks_.begin();
    for (NeuronId target = first; target < first + count; ++target) {
        while (target >= block->end) ++block;
        sources.clear();
        std::uint32_t number = 0;
        for (const Segment& segment : block->segments) draw(segment, number++, target, sources);
        visitor(target, sources);
    }
}

// The gaps between successes of independent trials are geometric: one draw per connection.
void RandomWiring::draw(const Segment& segment, std::uint32_t number, NeuronId target,
                        std::vector<NeuronId>& sources) const {
    const model::RandomStreams streams{seed_};
    const double probability = segment.probability;
    // A probability below the resolution of 1 - p draws nothing.
    if (probability < 1.0 && 1.0 - probability >= 1.0) return;
    // Candidate sources are numbered without the target itself.
    const bool has_target = segment.first <= target && target < segment.end;
    const std::uint64_t n_candidates = segment.end - segment.first - (has_target ? 1 : 0);
    std::uint64_t candidate = 0;
    for (std::uint64_t draw = 0;; ++candidate) {
        if (probability < 1.0) {
            const auto words = streams(model::Purpose::wiring, target, number, draw++);
            const double u = model::uniform52(words.word[0], words.word[1]);
            const double gap = std::floor(model::log_exact(u) / segment.log_failure);
            if (gap >= static_cast<double>(n_candidates - candidate)) break;
            candidate += static_cast<std::uint64_t>(gap);
        }
        if (candidate >= n_candidates) break;
        const auto source = segment.first + static_cast<NeuronId>(candidate);
        sources.push_back(has_target && source >= target ? source + 1 : source);
    }
}

std::vector<double> RandomWiring::expected_synapses(const Populations& populations) const {
    const std::size_t n = populations.n_populations();
    std::vector<double> expected(n * n);
    for (std::size_t to = 0; to < n; ++to) {
        auto block = blocks_.begin();
        while (populations[to].end() > block->end) ++block;
        for (std::size_t from = 0; from < n; ++from)
            for (const Segment& segment : block->segments) {
                if (populations[from].first < segment.first ||
                    populations[from].end() > segment.end)
                    continue;
                const double n_sources = populations[from].count - (from == to ? 1.0 : 0.0);
                expected[from * n + to] =
                    segment.probability * std::max(0.0, n_sources) * populations[to].count;
            }
    }
    return expected;
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

MatrixWiring::MatrixWiring(const std::string& path, NeuronId n_neurons)
    : MatrixWiring(
          path, {0, n_neurons, 0, n_neurons, "n_exc + n_inh in populations", "connectivity.file"}) {
}

MatrixWiring::MatrixWiring(const std::string& path, MatrixBlock block)
    : block_(std::move(block)), sources_(block_.n_targets) {
    std::ifstream file(path);
    if (!file) throw FileError(path, "cannot be read; check " + block_.key);
    const std::string expected = std::to_string(block_.n_sources) + " x " +
                                 std::to_string(block_.n_targets) + " (" + block_.sizes + ")";
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
            if (entry != "1" || pre >= block_.n_sources || post >= block_.n_targets) continue;
            const NeuronId source = block_.first_source + pre;
            if (source == block_.first_target + post)
                problems.add(number, "neuron " + std::to_string(source) +
                                         " is connected to itself; the diagonal must be 0");
            sources_[post].push_back(source);
        }
        if (post == 0) continue;
        if (post != block_.n_targets)
            problems.add(number, "row has " + std::to_string(post) +
                                     " entries; the matrix must be " + expected);
        ++pre;
    }
    if (pre != block_.n_sources)
        problems.add(0, "has " + std::to_string(pre) + " rows; the matrix must be " + expected);
    problems.throw_if_any();
}

void MatrixWiring::visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const {
    for (NeuronId target = first; target < first + count; ++target) {
        const bool is_column =
            target >= block_.first_target && target - block_.first_target < block_.n_targets;
        visitor(target, is_column
                            ? std::span<const NeuronId>(sources_[target - block_.first_target])
                            : std::span<const NeuronId>());
    }
}

std::vector<double> MatrixWiring::expected_synapses(const Populations& populations) const {
    const std::size_t n = populations.n_populations();
    std::vector<double> counts(n * n);
    for (NeuronId column = 0; column < sources_.size(); ++column) {
        const std::size_t to = populations.index_of(block_.first_target + column);
        for (const NeuronId source : sources_[column])
            ++counts[populations.index_of(source) * n + to];
    }
    return counts;
}

}  // namespace engram
