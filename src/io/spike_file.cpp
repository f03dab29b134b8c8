// SPDX-License-Identifier: Apache-2.0
#include "io/spike_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/errors.hpp"
#include "base/step_time.hpp"
#include "io/file_format.hpp"
#include "io/gap_attribute.hpp"
#include "io/parallel_file.hpp"

namespace engram {
namespace {

const std::string spike_filetype = "engram spikes";
constexpr std::size_t records_at_once = std::size_t{1} << 16;
constexpr std::size_t record_bytes = sizeof(Step) + sizeof(NeuronId);

void pack(const SpikeEvent& spike, std::byte* record) {
    std::memcpy(record, &spike.step, sizeof(Step));
    std::memcpy(record + sizeof(Step), &spike.neuron, sizeof(NeuronId));
}

SpikeEvent unpack(const std::byte* record) {
    SpikeEvent spike;
    std::memcpy(&spike.step, record, sizeof(Step));
    std::memcpy(&spike.neuron, record + sizeof(Step), sizeof(NeuronId));
    return spike;
}

void write_sorting(hid_t group) {
    const h5::DataType type(H5Tenum_create(H5T_NATIVE_UINT8));
    std::uint8_t value = 0;
    for (const char* name : {"none", "by_id", "by_time"}) {
        H5Tenum_insert(type, name, &value);
        ++value;
    }
    const std::uint8_t by_time = 2;
    h5::write_attribute(group, "sorting", type, &by_time);
}

// The spikes of one population, written piece by piece.
class PopulationWriter {
  public:
    PopulationWriter(FileLayout& layout, const std::string& population, std::uint64_t n_spikes) {
        const h5::Group group = h5::create_group(layout.file(), "spikes/" + population);
        write_sorting(group);
        timestamps_ = layout.add_dataset<double>(group, "timestamps", {n_spikes}, "ms");
        node_ids_ = layout.add_dataset<std::uint64_t>(group, "node_ids", {n_spikes});
    }

    void add(double time_ms, std::uint64_t node_id) {
        times_ms_.push_back(time_ms);
        ids_.push_back(node_id);
    }

    void write(ParallelFile& file) {
        const h5::Slab slab{n_written_, ids_.size()};
        file.write(timestamps_, slab, std::span<const double>(times_ms_));
        file.write(node_ids_, slab, std::span<const std::uint64_t>(ids_));
        n_written_ += ids_.size();
        times_ms_.clear();
        ids_.clear();
    }

  private:
    DatasetPlace<double> timestamps_;
    DatasetPlace<std::uint64_t> node_ids_;
    std::uint64_t n_written_ = 0;
    std::vector<double> times_ms_;
    std::vector<std::uint64_t> ids_;
};

// The same, read again.
class PopulationReader {
  public:
    //! \param first_gid  of the population
    PopulationReader(const h5::File& file, const std::string& population, NeuronId first_gid,
                     double dt_ms)
        : timestamps_(h5::open_dataset(file, "spikes/" + population + "/timestamps")),
          node_ids_(h5::open_dataset(file, "spikes/" + population + "/node_ids")),
          n_spikes_(std::min(h5::shape(timestamps_).front(), h5::shape(node_ids_).front())),
          first_gid_(first_gid),
          dt_ms_(dt_ms) {}

    //! Null at the end; valid until advance().
    const SpikeEvent* next() {
        if (next_ == spikes_.size()) read();
        return next_ == spikes_.size() ? nullptr : &spikes_[next_];
    }
    void advance() { ++next_; }

  private:
    void read() {
        const h5::Slab slab{n_read_, std::min<hsize_t>(records_at_once, n_spikes_ - n_read_)};
        const auto times_ms = h5::read_rows<double>(timestamps_, slab);
        const auto ids = h5::read_rows<std::uint64_t>(node_ids_, slab);
        spikes_.clear();
        for (std::size_t i = 0; i < ids.size(); ++i)
            spikes_.push_back({static_cast<Step>(std::llround(times_ms[i] / dt_ms_)),
                               first_gid_ + static_cast<NeuronId>(ids[i])});
        n_read_ += slab.count;
        next_ = 0;
    }

    h5::DataSet timestamps_;
    h5::DataSet node_ids_;
    hsize_t n_spikes_;
    hsize_t n_read_ = 0;
    NeuronId first_gid_;
    double dt_ms_;
    std::vector<SpikeEvent> spikes_;
    std::size_t next_ = 0;
};

// By population.
std::vector<std::uint64_t> count_spikes(const std::string& spool_path, const RecordMark& mark,
                                        const Populations& populations) {
    std::vector<std::uint64_t> counts(populations.n_populations());
    read_spike_spool(spool_path, mark, populations.size(), [&](std::span<const SpikeEvent> spikes) {
        for (const SpikeEvent& spike : spikes) ++counts[populations.index_of(spike.neuron)];
    });
    return counts;
}

}  // namespace

SpikeSpool::SpikeSpool(const std::string& path) : records_(path, record_bytes, records_at_once) {}

SpikeSpool::SpikeSpool(const std::string& path, const RecordMark& mark)
    : records_(path, record_bytes, records_at_once, mark) {}

void SpikeSpool::append(std::span<const SpikeEvent> spikes) {
    ENGRAM_EXPECT(std::ranges::is_sorted(
        spikes, {}, [](const SpikeEvent& s) { return std::pair(s.step, s.neuron); }));
    for (const SpikeEvent& spike : spikes) pack(spike, records_.add());
}

void verify_spike_spool(const std::string& spool_path, const RecordMark& mark) {
    verify_recording(spool_path, record_bytes, mark);
}

RecordMark salvage_spike_spool(const std::string& spool_path, const RecordMark& mark, Step end,
                               std::span<const RecordAnchor> anchors) {
    return salvage_records(spool_path, record_bytes, mark, end, anchors);
}

void read_spike_spool(const std::string& spool_path, const RecordMark& mark, NeuronId n_neurons,
                      const std::function<void(std::span<const SpikeEvent>)>& receive) {
    RecordReader records(spool_path, record_bytes, mark);
    std::vector<SpikeEvent> spikes;
    for (auto bytes = records.next(records_at_once); !bytes.empty();
         bytes = records.next(records_at_once)) {
        spikes.clear();
        for (std::size_t begin = 0; begin < bytes.size(); begin += record_bytes) {
            spikes.push_back(unpack(bytes.data() + begin));
            if (spikes.back().neuron < n_neurons) continue;
            throw FileError(spool_path, "the recording names neuron " +
                                            std::to_string(spikes.back().neuron) +
                                            ", which the network has not; it is of another run: "
                                            "run the simulation again");
        }
        receive(spikes);
    }
}

void write_spike_file(const std::string& spool_path, const RecordMark& mark,
                      const std::string& target_path, const Populations& populations,
                      double dt_ms) {
    const std::vector<std::uint64_t> counts = count_spikes(spool_path, mark, populations);
    FileLayout layout;
    write_sonata_format(layout.file(), spike_filetype);
    std::vector<PopulationWriter> writers;
    for (std::size_t p = 0; p < counts.size(); ++p)
        writers.emplace_back(layout, populations[p].name, counts[p]);
    if (!mark.gaps.empty()) write_gaps(h5::open_group(layout.file(), "spikes"), mark.gaps, dt_ms);
    ParallelFile file(target_path, std::move(layout), MPI_COMM_SELF);
    read_spike_spool(spool_path, mark, populations.size(), [&](std::span<const SpikeEvent> spikes) {
        for (const SpikeEvent& spike : spikes) {
            const std::size_t p = populations.index_of(spike.neuron);
            writers[p].add(step_time_ms(spike.step, dt_ms), spike.neuron - populations[p].first);
        }
        for (PopulationWriter& writer : writers) writer.write(file);
    });
    file.finish();
}

RecordMark rebuild_spike_spool(const std::string& spool_path, const std::string& spike_path,
                               const Populations& populations, double dt_ms, std::uint64_t n_spikes,
                               const std::vector<RecordGap>& gaps) {
    const h5::File file = h5::File::open(spike_path, h5::Access::read_only);
    check_format(file, spike_filetype);
    std::vector<PopulationReader> readers;
    for (const Population& population : populations)
        readers.emplace_back(file, population.name, population.first, dt_ms);
    SpikeSpool spool(spool_path);
    auto gap = gaps.begin();
    while (spool.position() < n_spikes) {
        if (gap != gaps.end() && gap->first == spool.position()) {
            spool.append_gap(*gap++);
            continue;
        }
        // Of the earliest spikes, that of the first population has the smallest id.
        const SpikeEvent* earliest = nullptr;
        PopulationReader* chosen = nullptr;
        for (PopulationReader& reader : readers) {
            const SpikeEvent* spike = reader.next();
            if (spike == nullptr || (earliest != nullptr && earliest->step <= spike->step))
                continue;
            earliest = spike;
            chosen = &reader;
        }
        if (earliest == nullptr)
            throw FileError(spike_path, "has fewer spikes than the checkpoint needs");
        spool.append({earliest, 1});
        chosen->advance();
    }
    return spool.flush();
}

}  // namespace engram
