// SPDX-License-Identifier: Apache-2.0
#include "io/stimulus_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>

#include "base/durable.hpp"
#include "base/errors.hpp"
#include "base/number_text.hpp"
#include "base/plain_text.hpp"
#include "experiment/keys.hpp"
#include "experiment/schemes.hpp"
#include "io/content_checksum.hpp"
#include "io/hdf5.hpp"
#include "io/hdf5_dataset.hpp"

namespace engram {
namespace {

constexpr std::uintmax_t most_text_bytes = 1'000'000'000;
constexpr hsize_t most_rows = 100'000'000;
constexpr double highest_current_nA = 1e6;
constexpr std::size_t most_problems = 10;

// A row of a file: a value, or a time and a value or a node.
struct Row {
    std::size_t number;  //!< of the line or row, from 1
    std::size_t n_columns;
    double first;
    double second;
};

// Gathers what is wrong with a file, as far as a reader wants to know.
class Problems {
  public:
    //! \param row_name  separates the file from the number of a row: ":" of lines
    Problems(std::string path, std::string row_name)
        : path_(std::move(path)), row_name_(std::move(row_name)) {}

    void add(std::size_t row, const std::string& problem) {
        if (++count_ > most_problems) return;
        const std::string place = row > 0 ? path_ + row_name_ + std::to_string(row) : path_;
        if (count_ == 1) {
            first_place_ = place;
            text_ = problem;
        } else {
            text_ += "\n" + one_line(place) + ": " + problem;
        }
    }
    bool any() const { return count_ > 0; }
    bool are_many() const { return count_ > most_problems; }
    void throw_if_any() const {
        if (count_ == 0) return;
        const std::string more =
            count_ > most_problems ? "\n... and " + std::to_string(count_ - most_problems) + " more"
                                   : "";
        throw FileError::of_lines(first_place_, text_ + more);
    }

  private:
    std::string path_;
    std::string row_name_;
    std::size_t count_ = 0;
    std::string first_place_;
    std::string text_;
};

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == ',';
}

std::optional<double> number_in(std::string_view word) {
    double value = 0;
    if (word.starts_with('+')) word.remove_prefix(1);
    const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
    if (result.ec != std::errc() || result.ptr != word.data() + word.size()) return {};
    if (!std::isfinite(value)) return {};
    return value;
}

// The numbers of a line, as many as there may be; comments begin with #.
void read_line(std::string_view line, std::size_t number, std::vector<Row>& rows,
               Problems& problems) {
    line = line.substr(0, line.find('#'));
    Row row{number, 0, 0, 0};
    while (!line.empty()) {
        if (is_space(line.front())) {
            line.remove_prefix(1);
            continue;
        }
        const auto end = std::ranges::find_if(line, is_space);
        const std::string_view word(line.begin(), end);
        line.remove_prefix(word.size());
        if (++row.n_columns > 2) return problems.add(number, "has more than two numbers");
        const std::optional<double> value = number_in(word);
        if (!value)
            return problems.add(
                number, "'" + one_line(shortened(std::string(word), 40)) + "' is not a number");
        (row.n_columns == 1 ? row.first : row.second) = *value;
    }
    if (row.n_columns == 0) return;
    if (!rows.empty() && rows.front().n_columns != row.n_columns)
        return problems.add(number, "has " + std::to_string(row.n_columns) +
                                        " numbers; the lines before have " +
                                        std::to_string(rows.front().n_columns));
    rows.push_back(row);
}

std::vector<Row> read_text_rows(const std::string& path, Problems& problems) {
    if (std::filesystem::file_size(path) > most_text_bytes)
        throw FileError(path, "is larger than a text of values may be (1 GB); use HDF5");
    const std::string text = read_text_file(path);
    std::string_view left = text;
    if (left.starts_with(byte_order_mark)) left.remove_prefix(byte_order_mark.size());
    std::vector<Row> rows;
    for (std::size_t number = 1; !left.empty() && !problems.are_many(); ++number) {
        const std::size_t end = std::min(left.find('\n'), left.size());
        read_line(left.substr(0, end), number, rows, problems);
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return rows;
}

bool is_hdf5(const std::string& path) {
    return h5::quietly([&] { return H5Fis_hdf5(path.c_str()); }) > 0;
}

void require_few(const std::string& path, const std::string& name, hsize_t n) {
    if (n > most_rows)
        throw FileError(path, fmt::format("{} has {} rows; at most {} are read", name, n,
                                          std::uint64_t{most_rows}));
}

std::vector<Row> read_waveform_rows(const std::string& path, const Stimulus& stimulus) {
    const std::string& name = stimulus.dataset;
    const h5::File file = h5::File::open(path, h5::Access::read_only);
    if (name.empty())
        throw FileError(path, "is in HDF5 format: name the dataset of the waveform (" +
                                  std::string(keys::name_of<&Stimulus::dataset>()) + ")");
    if (!h5::exists(file, name)) throw FileError(path, "has no dataset '" + name + "'");
    const h5::DataSet dataset = h5::open_dataset(file, name);
    const h5::Shape shape = h5::shape(dataset);
    if (shape.size() != 1 && !(shape.size() == 2 && shape[1] == 2))
        throw FileError(path, "'" + name +
                                  "' must be a list of values, or have two columns, time in ms "
                                  "and value");
    require_few(path, "'" + name + "'", shape[0]);
    const std::vector<double> values = h5::read_rows<double>(dataset, {0, shape[0]});
    std::vector<Row> rows;
    for (std::size_t i = 0; i < shape[0]; ++i)
        rows.push_back(shape.size() == 1 ? Row{i + 1, 1, values[i], 0}
                                         : Row{i + 1, 2, values[2 * i], values[2 * i + 1]});
    return rows;
}

std::vector<std::string> children_of(hid_t location) {
    std::vector<std::string> names;
    H5Literate(
        location, H5_INDEX_NAME, H5_ITER_INC, nullptr,
        [](hid_t, const char* name, const H5L_info_t*, void* result) -> herr_t {
            static_cast<std::vector<std::string>*>(result)->emplace_back(name);
            return 0;
        },
        &names);
    return names;
}

// Spikes as SONATA has them: /spikes/<population>/timestamps and node_ids.
std::vector<Row> read_spike_rows(const std::string& path, const Stimulus& stimulus) {
    const std::string population_key = keys::name_of<&Stimulus::population>();
    const h5::File file = h5::File::open(path, h5::Access::read_only);
    if (!h5::exists(file, "spikes") || !h5::is_group(file, "spikes"))
        throw FileError(path,
                        "holds no /spikes; give a file of SONATA spikes, or a text with a "
                        "time in ms and a node on each line");
    std::string population = stimulus.population;
    if (population.empty()) {
        const std::vector<std::string> names = children_of(h5::open_group(file, "spikes"));
        if (names.size() != 1) {
            std::string list;
            for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 20); ++i)
                list += (i == 0 ? "" : ", ") + names[i];
            throw FileError(path, "has the spikes of " + std::to_string(names.size()) +
                                      " populations; name one (" + population_key + "): " + list);
        }
        population = names.front();
    }
    const std::string group = "spikes/" + population;
    for (const char* name : {"timestamps", "node_ids"})
        if (!h5::exists(file, group + "/" + name))
            throw FileError(path, fmt::format("has no /{}/{} ({})", group, name, population_key));
    const h5::DataSet times = h5::open_dataset(file, group + "/timestamps");
    const h5::DataSet nodes = h5::open_dataset(file, group + "/node_ids");
    const h5::Shape shape = h5::shape(times);
    if (shape.size() != 1 || h5::shape(nodes) != shape)
        throw FileError(path, "/" + group + "/timestamps and node_ids must be lists of one length");
    if (h5::has_attribute(times, "units")) {
        const std::string units = h5::read_string_attribute(times, "units");
        if (units != "milliseconds" && units != "ms")
            throw FileError(path, "/" + group + "/timestamps are in '" + units +
                                      "'; they must be in milliseconds");
    }
    require_few(path, "/" + group + "/timestamps", shape[0]);
    const auto times_ms = h5::read_rows<double>(times, {0, shape[0]});
    const auto ids = h5::read_rows<std::int64_t>(nodes, {0, shape[0]});
    std::vector<Row> rows;
    for (std::size_t i = 0; i < times_ms.size(); ++i)
        rows.push_back({i + 1, 2, times_ms[i], static_cast<double>(ids[i])});
    return rows;
}

class ContentReader {
  public:
    ContentReader(const Experiment& experiment, const Stimulus& stimulus)
        : experiment_(experiment),
          stimulus_(stimulus),
          is_hdf5_(is_hdf5(*stimulus.file)),
          problems_(*stimulus.file, is_hdf5_ ? ": row " : ":") {}

    StimulusContent read() {
        const bool is_waveform =
            scheme_entry(stimulus_.scheme).effect != StimulusEffect::spikes_of_file;
        const std::string& path = *stimulus_.file;
        const std::vector<Row> rows = !is_hdf5_     ? read_text_rows(path, problems_)
                                      : is_waveform ? read_waveform_rows(path, stimulus_)
                                                    : read_spike_rows(path, stimulus_);
        // No neuron may have fired in another run whose spikes these are.
        if (is_waveform && rows.empty() && !problems_.any())
            problems_.add(0, "holds no values; give one");
        if (!is_hdf5_ && !stimulus_.dataset.empty()) leave_out(keys::name_of<&Stimulus::dataset>());
        if (!is_hdf5_ && !stimulus_.population.empty())
            leave_out(keys::name_of<&Stimulus::population>());
        StimulusContent content;
        if (!problems_.any())
            is_waveform ? take_waveform(rows, content) : take_spikes(rows, content);
        problems_.throw_if_any();
        return content;
    }

  private:
    std::string key(const char* name) const { return "stimuli." + stimulus_.name + "." + name; }
    void leave_out(const char* name) {
        problems_.add(0, "is a text, of which there is no part to name; leave out " + key(name));
    }

    void take_waveform(const std::vector<Row>& rows, StimulusContent& content) {
        const std::string interval_key = key(keys::name_of<&Stimulus::interval_ms>());
        const bool has_times = rows.front().n_columns == 2;
        if (has_times && stimulus_.interval_ms > 0.0)
            problems_.add(0, "has times of its own; leave out " + interval_key);
        if (!has_times && stimulus_.interval_ms == 0.0)
            problems_.add(0, "has values without times; give their distance, " + interval_key);
        if (problems_.any()) return;
        Step last = -1;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const Row& row = rows[i];
            const double time_ms =
                has_times ? row.first : static_cast<double>(i) * stimulus_.interval_ms;
            const double value_nA = has_times ? row.second : row.first;
            if (!(std::fabs(value_nA) <= highest_current_nA))
                problems_.add(row.number, "a value must be in [-1e6, 1e6] nA (is " +
                                              number_text(value_nA) + ")");
            if (!is_time(row, time_ms)) continue;
            const Step step = experiment_.steps_from_ms(time_ms);
            if (i == 0 && step != 0)
                problems_.add(row.number,
                              "the first time must be 0, the start of the stimulus (is " +
                                  number_text(time_ms) + ")");
            else if (step <= last)
                problems_.add(row.number, "times must ascend, by a time step at least (is " +
                                              number_text(time_ms) + ")");
            last = step;
            content.times_ms.push_back(time_ms);
            content.values_nA.push_back(value_nA);
        }
    }

    void take_spikes(const std::vector<Row>& rows, StimulusContent& content) {
        if (!rows.empty() && rows.front().n_columns != 2)
            return problems_.add(rows.front().number,
                                 "must have a time in ms and the number of a neuron");
        const std::size_t n = experiment_.receivers(stimulus_).size();
        for (const Row& row : rows) {
            if (!is_time(row, row.first)) continue;
            if (row.second < 0 || row.second != std::floor(row.second) ||
                row.second >= static_cast<double>(n)) {
                problems_.add(row.number, "the neuron must be an integer in [0, " +
                                              std::to_string(n - 1) +
                                              "], its place among the receivers (is " +
                                              number_text(row.second) + ")");
                continue;
            }
            content.times_ms.push_back(row.first);
            content.nodes.push_back(static_cast<std::uint32_t>(row.second));
        }
    }

    bool is_time(const Row& row, double time_ms) {
        if (time_ms >= 0.0 && time_ms <= 1000.0 * longest_time_s) return true;
        problems_.add(row.number, "the time must be in [0, 1e13] ms after the start (is " +
                                      number_text(time_ms) + ")");
        return false;
    }

    const Experiment& experiment_;
    const Stimulus& stimulus_;
    bool is_hdf5_;
    Problems problems_;
};

std::string checksum_text(const StimulusContent& content) {
    std::uint64_t sum = 0;
    std::uint64_t row = 0;
    for (const double time : content.times_ms) sum += checksum_of(row++, time);
    for (const double value : content.values_nA) sum += checksum_of(row++, value);
    for (const std::uint32_t node : content.nodes) sum += checksum_of(row++, std::uint64_t{node});
    return fmt::format("sum-{:016x}", sum);
}

}  // namespace

void load_stimulus_files(Experiment& experiment) {
    for (Stimulus& stimulus : experiment.stimuli) {
        if (!stimulus.file || stimulus.content) continue;
        auto content =
            std::make_shared<StimulusContent>(ContentReader(experiment, stimulus).read());
        const std::string checksum = checksum_text(*content);
        const std::string key =
            "stimuli." + stimulus.name + "." + keys::name_of<&Stimulus::file_checksum>();
        if (!stimulus.file_checksum.empty() && stimulus.file_checksum != checksum)
            throw FileError(*stimulus.file,
                            fmt::format("does not hold what it held when {} was noted (is {}, was "
                                        "{}); restore the file, or for a new run leave the key out",
                                        key, checksum, stimulus.file_checksum));
        stimulus.file_checksum = checksum;
        stimulus.content.content = std::move(content);
    }
}

}  // namespace engram
