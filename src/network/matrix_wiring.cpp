// SPDX-License-Identifier: Apache-2.0
#include "network/matrix_wiring.hpp"

#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

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
    // At the end of the message, if there is one.
    void advise(const std::string& remedy) { remedy_ = "\n" + one_line(remedy); }
    void throw_if_any() const {
        if (count_ == 0) return;
        const std::string more =
            count_ > most ? "\n... and " + std::to_string(count_ - most) + " more" : "";
        throw FileError::of_lines(first_place_, text_ + more + remedy_);
    }

  private:
    static constexpr std::size_t most = 10;
    const std::string& path_;
    std::size_t count_ = 0;
    std::string first_place_;
    std::string text_;
    std::string remedy_;
};

constexpr std::string_view separators = " \t\r,;";
constexpr const char* converter = "tools/engram-convert";

// A file that is no text.
struct OtherFormat {
    std::string_view begin;
    const char* what;
    const char* remedy = nullptr;  //!< none: the converter reads it
};
constexpr OtherFormat other_formats[] = {
    {"\x93NUMPY", "an array of numpy (.npy)"},
    {"PK\x03\x04", "a zip archive, such as arrays of numpy or scipy (.npz)"},
    {"\x1f\x8b", "compressed with gzip"},
    {"%%MatrixMarket", "a matrix in Matrix Market format (.mtx)"},
    {"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it"},
    {"MATLAB 5.0", "a file of MATLAB (.mat)", "save it as text"},
    {"\x80", "pickled by Python", "save it as text"},
    {"\xff\xfe", "text in UTF-16", "save it in UTF-8"},
    {"\xfe\xff", "text in UTF-16", "save it in UTF-8"},
};

// A command that can be copied, if a shell takes the path as it is.
std::string hint(const std::string& path) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=@%,:";
    const bool is_plain = path.find_first_not_of(plain) == std::string::npos;
    return "convert it with " +
           (is_plain ? "'" + std::string(converter) + " " + path + "'" : std::string(converter));
}

void refuse_other_formats(const std::string& path, std::ifstream& file) {
    std::array<char, 512> bytes{};
    file.read(bytes.data(), bytes.size());
    const std::string_view begin(bytes.data(), static_cast<std::size_t>(file.gcount()));
    for (const OtherFormat& format : other_formats)
        if (begin.starts_with(format.begin))
            throw FileError(path, "is " + std::string(format.what) + "; " +
                                      (format.remedy != nullptr ? format.remedy : hint(path)));
    if (begin.find('\0') != std::string_view::npos)
        throw FileError(path, "is no text; give a matrix of 0 and 1, or edges in SONATA format");
    file.clear();
    file.seekg(0);
}

// However it is written; nothing if it is none.
std::optional<double> number_of(std::string_view entry) {
    if (entry == "0") return 0;
    if (entry == "1") return 1;
    double number = 0;
    const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), number);
    if (error != std::errc() || end != entry.data() + entry.size()) return std::nullopt;
    return number;
}

// Calls `use` with each entry of a line, without its comment.
template <class Use>
void for_each_entry(std::string_view line, Use&& use) {
    line = line.substr(0, line.find('#'));
    for (std::size_t begin = 0;;) {
        begin = line.find_first_not_of(separators, begin);
        if (begin == std::string_view::npos) return;
        const std::size_t end = std::min(line.find_first_of(separators, begin), line.size());
        use(line.substr(begin, end - begin));
        begin = end;
    }
}

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
    refuse_other_formats(path, file);
    MatrixProblems problems(path);
    bool may_be_converted = false;
    std::string line;
    NeuronId pre = 0;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
        if (number == 1 && line.starts_with(byte_order_mark)) line.erase(0, byte_order_mark.size());
        NeuronId post = 0;
        for_each_entry(line, [&](std::string_view entry) {
            const std::optional<double> number_in_it = number_of(entry);
            if (!number_in_it || (*number_in_it != 0 && *number_in_it != 1)) {
                problems.add(number, "entry '" + one_line(shortened(std::string(entry))) +
                                         "' in column " + std::to_string(post + 1) +
                                         " is not 0 or 1");
                may_be_converted = may_be_converted || number_in_it;
            } else if (*number_in_it == 1 && pre < block_.n_sources && post < block_.n_targets) {
                const NeuronId source = block_.first_source + pre;
                if (source == block_.first_target + post)
                    problems.add(number, "neuron " + std::to_string(source) +
                                             " is connected to itself; the diagonal must be 0");
                sources_[post].push_back(source);
            }
            ++post;
        });
        if (post == 0) continue;
        may_be_converted =
            may_be_converted || (post != block_.n_targets && (post == 2 || post == 3));
        if (post != block_.n_targets)
            problems.add(number, "row has " + std::to_string(post) +
                                     " entries; the matrix must be " + expected);
        ++pre;
    }
    if (file.bad()) fail_with_errno(path, "read the file", "check the disk");
    if (pre != block_.n_sources)
        problems.add(0, "has " + std::to_string(pre) + " rows; the matrix must be " + expected);
    if (may_be_converted)
        problems.advise("if it is a list of edges, or has weights: " + hint(path));
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
