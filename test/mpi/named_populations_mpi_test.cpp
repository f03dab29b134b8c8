// SPDX-License-Identifier: Apache-2.0
// Files of several ranks from a network with several plastic projections, with made-up values.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "base/collective.hpp"
#include "base/temporary_directory.hpp"
#include "experiment/configuration.hpp"
#include "io/checkpoint_file.hpp"
#include "io/hdf5_dataset.hpp"
#include "io/recordings.hpp"
#include "io/result_files.hpp"

namespace engram::test {
namespace {

const std::string network_text =
    "simulation: {duration_s: 1}\n"
    "populations:\n"
    "  I: {count: 33, kind: inhibitory}\n"
    "  A: {count: 70, kind: excitatory}\n"
    "  J: {count: 11, kind: inhibitory}\n"
    "  B: {count: 90, kind: excitatory}\n"
    "projections:\n"
    "  A_A: {from: A, to: A, probability: 0.2, plastic: true}\n"
    "  A_B: {from: A, to: B, probability: 0.1, plastic: true}\n"
    "  B_A: {from: B, to: A, probability: 0.3, plastic: true}\n"
    "  B_J: {from: B, to: J, probability: 0.5, weight_h_0: 2}\n"
    "  I_B: {from: I, to: B, probability: 0.2, weight_h_0: -4}\n";

double value(NeuronId pre, NeuronId post) {
    return pre + post / 1024.0;
}

// By plastic synapse of a table.
std::vector<double> values_of(const Network& network) {
    std::vector<double> values;
    const SynapseTable& table = network.plastic();
    for (NeuronId pre = 0; pre < table.n_sources(); ++pre)
        for (const std::uint32_t target : table.row(pre))
            values.push_back(value(pre, network.global_id(target)));
    return values;
}

class NamedPopulationsOnRanks : public testing::Test {
  protected:
    NamedPopulationsOnRanks()
        : directory_(broadcast_text(temporary_.path().string(), MPI_COMM_WORLD)),
          network_(part(MPI_COMM_WORLD)) {}

    Network part(MPI_Comm comm) const {
        return {experiment_, *make_wiring(experiment_),
                Partition(experiment_.populations.size(), size_of(comm)), rank_of(comm)};
    }

    const Experiment experiment_ = parse_configuration(network_text, "c.yaml");
    TemporaryDirectory temporary_;
    const std::string directory_;
    const Network network_;
};

TEST_F(NamedPopulationsOnRanks, SnapshotsAreSplitByProjection) {
    const OutputDirectory output(directory_ + "/run");
    on_root(MPI_COMM_WORLD, [&] { OutputDirectory::prepare(output.path(), false); });
    ResultFiles files(output, experiment_, network_, MPI_COMM_WORLD);
    Snapshot snapshot{experiment_.steps_from_s(0.5), values_of(network_), {}};
    for (const double h : snapshot.h_mV) snapshot.z.push_back(-h);
    files.write_snapshot(snapshot.view());
    const RecordingMarks marks = files.flush();
    files.finish();

    const auto read = [&](const std::string& projection, const std::string& name) {
        const h5::File file = h5::File::open(output.network(), h5::Access::read_only);
        return h5::read_dataset<double>(file, "edges/" + projection + "/snapshots/t_0.5s/" + name);
    };
    for (const Projection& projection : network_.projections()) {
        const std::string name = projection_name(experiment_.populations, projection);
        const h5::File file = h5::File::open(output.network(), h5::Access::read_only);
        EXPECT_EQ(h5::exists(file, "edges/" + name + "/snapshots"), projection.plastic);
        if (!projection.plastic) continue;
        const auto sources =
            h5::read_dataset<std::uint64_t>(file, "edges/" + name + "/source_node_id");
        const auto targets =
            h5::read_dataset<std::uint64_t>(file, "edges/" + name + "/target_node_id");
        ASSERT_GT(sources.size(), 100u);
        std::vector<double> expected;
        for (std::size_t i = 0; i < sources.size(); ++i)
            expected.push_back(value(
                experiment_.populations[projection.from].first + static_cast<NeuronId>(sources[i]),
                experiment_.populations[projection.to].first + static_cast<NeuronId>(targets[i])));
        EXPECT_EQ(read(name, "h_mV"), expected) << name;
        for (double& z : expected) z = -z;
        EXPECT_EQ(read(name, "z"), expected) << name;
    }

    // The part can be made again from its pieces.
    MPI_Barrier(MPI_COMM_WORLD);
    on_root(MPI_COMM_WORLD, [&] { std::filesystem::remove_all(output.partial()); });
    RecordingMarks known = marks;
    known.snapshots = {SnapshotMark{snapshot.step, 0}};
    std::uint64_t checksum = rank_of(MPI_COMM_WORLD) == 0 ? marks.snapshots.front().checksum : 0;
    MPI_Bcast(&checksum, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    known.snapshots.front().checksum = checksum;
    on_root(MPI_COMM_WORLD, [&] { put(output.summary(), "{}"); });
    EXPECT_EQ(provide_recordings(output, experiment_, known, MPI_COMM_WORLD), "");
    verify_snapshot_part(snapshot_parts(output, known.snapshots, experiment_).front(),
                         MPI_COMM_WORLD);
}

// That of the end needs no part; where z is one value, it takes no space.
TEST_F(NamedPopulationsOnRanks, TheLastSnapshotIsWrittenFromMemory) {
    const OutputDirectory output(directory_ + "/last");
    on_root(MPI_COMM_WORLD, [&] { OutputDirectory::prepare(output.path(), false); });
    const auto write = [&](double z) {
        ResultFiles files(output, experiment_, network_, MPI_COMM_WORLD);
        Snapshot snapshot{experiment_.duration_steps(), values_of(network_), {}};
        snapshot.z.assign(snapshot.h_mV.size(), z);
        files.write_snapshot(snapshot.view());
        EXPECT_TRUE(files.flush().snapshots.empty());
        EXPECT_FALSE(std::filesystem::exists(output.snapshot_part(0)));
        files.finish();
    };
    const auto expect_z = [&](bool is_constant, const std::string& trace) {
        SCOPED_TRACE(trace);
        const h5::File file = h5::File::open(output.network(), h5::Access::read_only);
        for (const Projection& projection : network_.projections()) {
            if (!projection.plastic) continue;
            const std::string name = projection_name(experiment_.populations, projection);
            const auto snapshot = h5::open_group(file, "edges/" + name + "/snapshots/t_1s");
            EXPECT_FALSE(h5::is_constant(h5::open_dataset(snapshot, "h_mV")));
            EXPECT_EQ(h5::is_constant(h5::open_dataset(snapshot, "z")), is_constant);
            const auto h_mV = h5::read_dataset<double>(snapshot, "h_mV");
            const auto z = h5::read_dataset<double>(snapshot, "z");
            ASSERT_EQ(z.size(), h_mV.size());
            const auto sources =
                h5::read_dataset<std::uint64_t>(file, "edges/" + name + "/source_node_id");
            const auto targets =
                h5::read_dataset<std::uint64_t>(file, "edges/" + name + "/target_node_id");
            for (std::size_t i = 0; i < h_mV.size(); ++i)
                ASSERT_EQ(h_mV[i], value(experiment_.populations[projection.from].first +
                                             static_cast<NeuronId>(sources[i]),
                                         experiment_.populations[projection.to].first +
                                             static_cast<NeuronId>(targets[i])));
            if (!is_constant) continue;
            EXPECT_EQ(z, std::vector<double>(z.size(), -0.25));
        }
        MPI_Barrier(MPI_COMM_WORLD);  // all have read the file
    };
    write(-0.25);
    expect_z(true, "the same on all ranks");
    const bool differ = size_of(MPI_COMM_WORLD) > 1;
    write(-0.25 * (1 + rank_of(MPI_COMM_WORLD)));
    expect_z(!differ, "each rank has its own");
}

// State of a part of the network, as the engines lay it out.
struct MadeUpState {
    explicit MadeUpState(const Network& network)
        : by_source(network.plastic().n_sources()), h(values_of(network)), tags(h.size()) {
        std::iota(by_source.begin(), by_source.end(), 0.25);
        for (std::uint32_t local = 0; local < network.n_local(); ++local) {
            const NeuronId id = network.global_id(local);
            by_neuron.push_back(id + 0.5);
        }
        for (std::size_t k = 0; k < h.size(); ++k) tags[k] = static_cast<std::uint8_t>(h[k]) % 3;
    }
    LocalState view() {
        return {{{"p", by_neuron}}, {{"s", by_source}}, {{"h", h}}, {{"tag", tags}}};
    }
    bool operator==(const MadeUpState&) const = default;

    std::vector<double> by_neuron, by_source, h;
    std::vector<std::uint8_t> tags;
};

TEST_F(NamedPopulationsOnRanks, CheckpointsAreInGlobalOrder) {
    const std::string path = directory_ + "/checkpoint.h5";
    MadeUpState state(network_);
    CheckpointHeader header;
    header.position.reports.push_back({});
    header.position.reports.back().spikes = {{"A", 3}, {"J", 5}};
    write_checkpoint(path, header, {}, state.view(), network_,
                     SynapseOrder(network_, MPI_COMM_WORLD), MPI_COMM_WORLD);
    {
        const h5::File file = h5::File::open(path, h5::Access::read_only);
        std::vector<double> expected;
        for (NeuronId id = 0; id < experiment_.populations.size(); ++id)
            expected.push_back(id + 0.5);
        EXPECT_EQ(h5::read_dataset<double>(file, "neurons/p"), expected);
    }
    // Each rank for itself reads all of it.
    const Network whole = part(MPI_COMM_SELF);
    MadeUpState restored(whole);
    const MadeUpState expected = restored;
    for (auto* values : {&restored.by_neuron, &restored.by_source, &restored.h})
        std::fill(values->begin(), values->end(), 0.0);
    std::fill(restored.tags.begin(), restored.tags.end(), std::uint8_t{0});
    const CheckpointHeader read = read_checkpoint_header(path, MPI_COMM_SELF);
    EXPECT_EQ(read.position.reports.front().spikes, header.position.reports.front().spikes);
    read_checkpoint_state(path, read.checksums, restored.view(), whole, MPI_COMM_SELF);
    EXPECT_EQ(restored, expected);
    MPI_Barrier(MPI_COMM_WORLD);  // all have read the file
}

// Only what all ranks have alike is a constant, and one variable is stored always.
TEST_F(NamedPopulationsOnRanks, ConstantsOfCheckpointsAreThoseOfAllRanks) {
    const std::string path = directory_ + "/constants.h5";
    const auto rank = static_cast<std::uint8_t>(rank_of(MPI_COMM_WORLD));
    const bool differ = size_of(MPI_COMM_WORLD) > 1;
    std::vector<double> same(network_.plastic().size(), 4.5);
    std::vector<double> other(same.size(), 1.5 + rank);
    std::vector<std::uint8_t> tags(same.size(), rank);
    const auto write_and_read = [&](LocalState local) {
        const CheckpointHeader header;
        write_checkpoint(path, header, {}, local, network_, SynapseOrder(network_, MPI_COMM_WORLD),
                         MPI_COMM_WORLD);
        const auto same_before = same, other_before = other;
        const auto tags_before = tags;
        for (auto* values : {&same, &other}) std::fill(values->begin(), values->end(), 0.0);
        std::fill(tags.begin(), tags.end(), std::uint8_t{77});
        const CheckpointHeader read = read_checkpoint_header(path, MPI_COMM_WORLD);
        read_checkpoint_state(path, read.checksums, local, network_, MPI_COMM_WORLD);
        for (const NamedValues& entry : local.by_synapse) {
            const auto& expected = entry.values.data() == same.data() ? same_before : other_before;
            EXPECT_TRUE(std::ranges::equal(entry.values, expected)) << entry.name;
        }
        EXPECT_EQ(tags, tags_before);
        same = same_before;
        other = other_before;
        tags = tags_before;
    };
    const auto is_constant = [&](const char* name) {
        const h5::File file = h5::File::open(path, h5::Access::read_only);
        const bool found = h5::is_constant(h5::open_dataset(file, name));
        MPI_Barrier(MPI_COMM_WORLD);  // all have read the file
        return found;
    };
    write_and_read({{}, {}, {{"other", other}, {"same", same}}, {{"tag", tags}}});
    if (differ) {
        EXPECT_FALSE(is_constant("synapses/other"));
        EXPECT_FALSE(is_constant("synapses/tag"));
    }
    EXPECT_TRUE(is_constant("synapses/same"));
    std::fill(tags.begin(), tags.end(), std::uint8_t{2});
    write_and_read({{}, {}, {{"same", same}}, {{"tag", tags}}});
    EXPECT_FALSE(is_constant("synapses/same"));  // nothing else that is as wide
    EXPECT_TRUE(is_constant("synapses/tag"));
    write_and_read({{}, {}, {}, {{"tag", tags}}});
    EXPECT_FALSE(is_constant("synapses/tag"));
}

}  // namespace
}  // namespace engram::test
