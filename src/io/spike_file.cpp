#include "io/spike_file.hpp"

#include <cstring>
#include <vector>

#include "experiment/errors.hpp"
#include "experiment/step_time.hpp"
#include "io/durable.hpp"
#include "io/file_format.hpp"
#include "io/hdf5_dataset.hpp"

namespace engram {
namespace {

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

// The spikes of one population, appended piece by piece.
class PopulationWriter {
  public:
    PopulationWriter(hid_t file, const std::string& population)
        : group_(h5::create_group(file, "spikes/" + population)),
          timestamps_(h5::create_dataset<double>(group_, "timestamps", {0}, growing)),
          node_ids_(h5::create_dataset<std::uint64_t>(group_, "node_ids", {0}, growing)) {
        write_sorting(group_);
        h5::write_attribute(timestamps_, "units", "ms");
    }

    void add(double time_ms, std::uint64_t node_id) {
        times_ms_.push_back(time_ms);
        ids_.push_back(node_id);
    }

    void write() {
        if (ids_.empty()) return;
        h5::append_rows(timestamps_, std::span<const double>(times_ms_));
        h5::append_rows(node_ids_, std::span<const std::uint64_t>(ids_));
        times_ms_.clear();
        ids_.clear();
    }

  private:
    static constexpr h5::DatasetOptions growing{.chunk_rows = records_at_once / 4,
                                                .extendible = true};
    h5::Group group_;
    h5::DataSet timestamps_;
    h5::DataSet node_ids_;
    std::vector<double> times_ms_;
    std::vector<std::uint64_t> ids_;
};

}  // namespace

SpikeSpool::SpikeSpool(const std::string& path) : records_(path, record_bytes, records_at_once) {}

SpikeSpool::SpikeSpool(const std::string& path, std::uint64_t position)
    : records_(path, record_bytes, records_at_once, position) {}

void SpikeSpool::append(std::span<const SpikeEvent> spikes) {
    for (const SpikeEvent& spike : spikes) pack(spike, records_.add());
}

void read_spike_spool(const std::string& spool_path, NeuronId n_neurons,
                      const std::function<void(std::span<const SpikeEvent>)>& receive) {
    RecordReader records(spool_path, record_bytes);
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

void write_spike_file(const std::string& spool_path, const std::string& target_path,
                      const Populations& populations, double dt_ms) {
    h5::File file = h5::File::create(temporary_path(target_path));
    write_sonata_format(file, "engram spikes");
    {
        PopulationWriter exc(file, "exc");
        PopulationWriter inh(file, "inh");
        read_spike_spool(spool_path, populations.size(), [&](std::span<const SpikeEvent> spikes) {
            for (const SpikeEvent& spike : spikes) {
                const double time_ms = step_time_ms(spike.step, dt_ms);
                if (spike.neuron < populations.n_exc) {
                    exc.add(time_ms, spike.neuron);
                } else {
                    inh.add(time_ms, spike.neuron - populations.n_exc);
                }
            }
            exc.write();
            inh.write();
        });
        file.flush();
    }
    file.close();
    finish_file(target_path);
}

}  // namespace engram
