// SPDX-License-Identifier: Apache-2.0
#include "network/matrix_wiring.hpp"

#include <fstream>
#include <sstream>

#include "base/errors.hpp"
#include "base/file_descriptor.hpp"
#include "experiment/keys.hpp"

namespace engram {
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
            text_ += "\n" + one_line(place) + ": " + problem;
        }
    }
    void throw_if_any() const {
        if (count_ == 0) return;
        const std::string more =
            count_ > most ? "\n... and " + std::to_string(count_ - most) + " more" : "";
        throw FileError::of_lines(first_place_, text_ + more);
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
    : MatrixWiring(path, {0, n_neurons, 0, n_neurons, "n_exc + n_inh in populations",
                          keys::path_of<&Connectivity::file>()}) {}

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
        if (number == 1 && line.starts_with(byte_order_mark)) line.erase(0, byte_order_mark.size());
        std::istringstream row(line);
        std::string entry;
        NeuronId post = 0;
        for (; row >> entry; ++post) {
            if (entry != "0" && entry != "1")
                problems.add(number, "entry '" + one_line(shortened(entry)) + "' in column " +
                                         std::to_string(post + 1) + " is not 0 or 1");
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
    if (file.bad()) fail_with_errno(path, "read the file", "check the disk");
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
