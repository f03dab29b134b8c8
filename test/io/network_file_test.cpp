// SPDX-License-Identifier: Apache-2.0
#include "io/network_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/durable.hpp"
#include "base/temporary_directory.hpp"
#include "io/hdf5_dataset.hpp"
#include "io/snapshot_file.hpp"
#include "io/synthetic_network.hpp"

namespace engram::test {
namespace {

using Ids = std::vector<std::uint64_t>;

// Edges given by hand: the sources of each target.
class ListedEdges : public EdgeProvider {
  public:
    explicit ListedEdges(std::vector<Ids> sources) : sources_(std::move(sources)) {}
    std::vector<TargetRange> local_targets() const override { return {{0, sources_.size()}}; }
    void in_degrees(std::span<std::uint64_t> degrees) const override {
        for (std::uint64_t i = 0; i < sources_.size(); ++i) degrees[i] = sources_[i].size();
    }
    void sources(LocalTargets targets, std::vector<std::uint32_t>& source_ids) const override {
        source_ids.clear();
        for (const TargetRange& range : targets)
            for (std::uint64_t i = 0; i < range.count; ++i) {
                const Ids& part = sources_[range.first + i];
                source_ids.insert(source_ids.end(), part.begin(), part.end());
            }
    }

  private:
    std::vector<Ids> sources_;
};

class NetworkFileTest : public ::testing::Test {
  protected:
    void write(const EdgeProvider& provider, std::uint64_t n, std::uint64_t edges_per_round,
               std::span<const SnapshotPart> parts = {}, const LastSnapshot* last = nullptr) {
        const std::array<NetworkEdges, 1> edges{
            {{{"exc_exc", "exc", "exc", n, n, 4.2, 3.0, true}, &provider}}};
        write_network_file(path_, edges, parts, last, indexes_sources_, MPI_COMM_WORLD,
                           edges_per_round);
    }
    Ids read(const std::string& name) {
        const h5::File file = h5::File::open(path_, h5::Access::read_only);
        return h5::read_dataset<std::uint64_t>(file, "edges/exc_exc/" + name);
    }
    TemporaryDirectory directory_;
    const std::string path_ = directory_.file("network.h5");
    bool indexes_sources_ = true;
    void write_part(const SyntheticEdges& edges, std::uint64_t edges_per_round = 1000) {
        part_.checksum = write_snapshot_part(part_.path, {part_.time_s, edges.plastic_values(), {}},
                                             20, edges, MPI_COMM_WORLD, edges_per_round);
    }
    SnapshotPart part_{directory_.file("snapshot-0.h5"), 9, 0};
};

TEST_F(NetworkFileTest, IndicesOfAHandMadeNetwork) {
    // Edges 1 and 2 have adjacent ids and source 2: one range, across the empty target 1.
    const ListedEdges edges({{0, 2}, {}, {2, 3}, {0}});
    for (const std::uint64_t edges_per_round : {1, 2, 1000}) {
        write(edges, 4, edges_per_round);
        EXPECT_EQ(read("source_node_id"), (Ids{0, 2, 2, 3, 0}));
        EXPECT_EQ(read("target_node_id"), (Ids{0, 0, 2, 2, 3}));
        const std::string by_target = "indices/target_to_source/";
        EXPECT_EQ(read(by_target + "node_id_to_ranges"), (Ids{0, 1, 1, 1, 1, 2, 2, 3}));
        EXPECT_EQ(read(by_target + "range_to_edge_id"), (Ids{0, 2, 2, 4, 4, 5}));
        const std::string by_source = "indices/source_to_target/";
        EXPECT_EQ(read(by_source + "node_id_to_ranges"), (Ids{0, 2, 2, 2, 2, 3, 3, 4}));
        EXPECT_EQ(read(by_source + "range_to_edge_id"), (Ids{0, 1, 4, 5, 1, 3, 3, 4}));
    }
}

TEST_F(NetworkFileTest, WhatIsTheSameForAllEdgesTakesNoSpace) {
    indexes_sources_ = false;
    const SyntheticEdges edges({0, 500}, {0, 500}, 2, 0, 1);
    write(edges, 500, 1000);
    const h5::File file = h5::File::open(path_, h5::Access::read_only);
    EXPECT_FALSE(h5::exists(file, "edges/exc_exc/indices/source_to_target"));
    const auto weights = h5::read_dataset<double>(file, "edges/exc_exc/0/syn_weight");
    ASSERT_GT(weights.size(), 100'000u);
    EXPECT_EQ(weights, std::vector<double>(weights.size(), 4.2));
    EXPECT_EQ(read("edge_type_id"), Ids(weights.size(), 0));
    EXPECT_EQ(read("edge_group_id"), Ids(weights.size(), 0));
    for (const char* name : {"0/syn_weight", "0/delay", "edge_type_id", "edge_group_id"})
        EXPECT_TRUE(h5::is_constant(h5::open_dataset(file, std::string("edges/exc_exc/") + name)));
    EXPECT_FALSE(h5::is_constant(h5::open_dataset(file, "edges/exc_exc/source_node_id")));
    const std::uint64_t of_targets = 500 * 48;
    const std::uint64_t of_structure = 1 << 15;
    EXPECT_LE(std::filesystem::file_size(path_), 12 * weights.size() + of_targets + of_structure);
}

TEST_F(NetworkFileTest, CountingNumbersAreCompressedUnlessThatTakesLong) {
    indexes_sources_ = false;
    const SyntheticEdges edges({0, 500}, {0, 500}, 2, 0, 1);
    std::vector<std::uint64_t> sizes;
    for (const std::uint64_t edges_per_round : {1000, 5000}) {
        write(edges, 500, edges_per_round);
        const Ids found = read("edge_group_index");
        ASSERT_GT(found.size(), 64'000u);
        ASSERT_LE(found.size(), 64 * 5000u);
        Ids expected(found.size());
        std::iota(expected.begin(), expected.end(), 0);
        EXPECT_EQ(found, expected);
        sizes.push_back(std::filesystem::file_size(path_) / found.size());
    }
    EXPECT_GE(sizes[0], 12u);
    EXPECT_LT(sizes[1], 9u);
}

TEST_F(NetworkFileTest, ParallelEdgesOfAPairShareARange) {
    write(ListedEdges({{1, 1}, {1, 1}}), 2, 1000);
    EXPECT_EQ(read("indices/source_to_target/node_id_to_ranges"), (Ids{0, 0, 0, 1}));
    EXPECT_EQ(read("indices/source_to_target/range_to_edge_id"), (Ids{0, 4}));
}

TEST_F(NetworkFileTest, NoNeuronsAndNoEdgesWork) {
    write(ListedEdges({}), 0, 1000);
    EXPECT_TRUE(read("source_node_id").empty());
    write(ListedEdges({{}, {}}), 2, 1000);
    EXPECT_TRUE(read("edge_group_index").empty());
    EXPECT_EQ(read("indices/source_to_target/node_id_to_ranges"), (Ids{0, 0, 0, 0}));
}

TEST(SnapshotLabel, IsTheShortestDecimal) {
    EXPECT_EQ(snapshot_label(9), "t_9s");
    EXPECT_EQ(snapshot_label(28810), "t_28810s");
    EXPECT_EQ(snapshot_label(1e7), "t_10000000s");
    EXPECT_EQ(snapshot_label(0.1), "t_0.1s");
    EXPECT_EQ(snapshot_label(5.4998000000000005), "t_5.4998s");
    EXPECT_EQ(snapshot_label(0), "t_0s");
}

TEST_F(NetworkFileTest, SnapshotsAreGathered) {
    const SyntheticEdges edges({0, 20}, {0, 20}, 3, 0, 1);
    write_part(edges, 10);
    // A run that was killed while it wrote the file simply writes it again.
    put(temporary_path(path_), "rubbish");
    write(edges, 20, 10, {&part_, 1});

    std::vector<double> expected;
    edges.visit({0, 20}, [&](std::uint64_t source, std::uint64_t target) {
        expected.push_back(synthetic_h_mV(source, target));
    });
    const h5::File file = h5::File::open(path_, h5::Access::read_only);
    const h5::Group snapshot = h5::open_group(file, "edges/exc_exc/snapshots/t_9s");
    EXPECT_EQ(h5::read_attribute<double>(snapshot, "time_s"), 9);
    EXPECT_EQ(h5::read_dataset<double>(snapshot, "h_mV"), expected);
}

TEST_F(NetworkFileTest, WhereZIsOneValueItTakesNoSpace) {
    const SyntheticEdges edges({0, 20}, {0, 20}, 3, 0, 1);
    const PlasticValues values = [&](LocalTargets targets, std::vector<double>& h_mV,
                                     std::vector<double>& z) {
        edges.plastic_values()(targets, h_mV, z);
        std::fill(z.begin(), z.end(), -0.0);
    };
    const auto write_part_of = [&](const CommonBits& z) {
        return write_snapshot_part(part_.path, {part_.time_s, values, z}, 20, edges, MPI_COMM_WORLD,
                                   10);
    };
    const auto is_constant = [&](const std::string& path, const std::string& name) {
        return h5::is_constant(h5::open_dataset(h5::File::open(path, h5::Access::read_only), name));
    };
    const std::string z_of_network = "edges/exc_exc/snapshots/t_9s/z";
    part_.checksum = write_part_of({});
    EXPECT_FALSE(is_constant(part_.path, "z"));
    CommonBits z;
    z.add(-0.0);
    EXPECT_EQ(write_part_of(z), part_.checksum);
    EXPECT_TRUE(is_constant(part_.path, "z"));
    verify_snapshot_part(part_, MPI_COMM_WORLD);
    write(edges, 20, 10, {&part_, 1});
    EXPECT_TRUE(is_constant(path_, z_of_network));
    const std::string part = content(part_.path);
    const std::string network = content(path_);
    // Made again, it is the same file.
    std::filesystem::remove(part_.path);
    rebuild_snapshot_part(part_, path_, {{"exc_exc", 0, 0}}, MPI_COMM_WORLD);
    EXPECT_EQ(content(part_.path), part);
    read_snapshot_part(
        part_, 20, edges,
        [](LocalTargets, std::span<const double> h_mV, std::span<const double> read) {
            EXPECT_EQ(read.size(), h_mV.size());
            for (const double value : read) EXPECT_TRUE(value == 0.0 && std::signbit(value));
        },
        MPI_COMM_WORLD, 10);
    // Without a part.
    const LastSnapshot last{{part_.time_s, values, z}, &edges, 20};
    write(edges, 20, 10, {}, &last);
    EXPECT_EQ(content(path_), network);
    // A constant that has become another one is damage.
    SnapshotPart other = part_;
    ++other.checksum;
    expect_contains(file_error([&] { verify_snapshot_part(other, MPI_COMM_WORLD); }), "damaged");
}

TEST_F(NetworkFileTest, UnusablePartsAreNamed) {
    const SyntheticEdges edges({0, 20}, {0, 20}, 3, 0, 1);
    const SyntheticEdges others({0, 20}, {0, 20}, 4, 0, 1);
    const auto assemble = [&] { write(edges, 20, 10, {&part_, 1}); };
    expect_contains(file_error(assemble), part_.path + ": the file does not exist");
    put(part_.path, "foreign");
    expect_contains(file_error(assemble), part_.path + ": cannot open it as an HDF5 file");
    write(edges, 20, 10);
    std::filesystem::rename(path_, part_.path);
    expect_contains(file_error(assemble), "of type 'engram network', not 'engram snapshot'");
    write_part(others);
    expect_contains(file_error(assemble), "another number of synapses");
    std::filesystem::resize_file(part_.path, 1000);
    expect_contains(file_error(assemble), part_.path);
    EXPECT_FALSE(std::filesystem::exists(path_));
    EXPECT_FALSE(std::filesystem::exists(temporary_path(path_)));
}

TEST_F(NetworkFileTest, DamageOfASnapshotIsFoundAndMended) {
    const SyntheticEdges edges({0, 20}, {0, 20}, 3, 0, 1);
    write_part(edges);
    write(edges, 20, 10, {&part_, 1});
    const std::string intact = content(part_.path);
    std::vector<std::size_t> positions;
    {
        const h5::File file = h5::File::open(part_.path, h5::Access::read_only);
        for (const char* name : {"h_mV", "z"}) {
            const h5::DataSet dataset = h5::open_dataset(file, name);
            const auto first = static_cast<std::size_t>(H5Dget_offset(dataset));
            for (std::size_t i = 0; i < 8 * h5::shape(dataset).front(); i += 13)
                positions.push_back(first + i);
        }
    }
    ASSERT_GT(positions.size(), 50u);
    for (const std::size_t position : positions) {
        std::string damaged = intact;
        damaged[position] ^= 1;
        put(part_.path, damaged);
        expect_contains(file_error([&] { verify_snapshot_part(part_, MPI_COMM_WORLD); }),
                        "the snapshot is damaged");
    }
    const std::string network = content(path_);
    expect_contains(file_error([&] {
                        write(edges, 20, 10, {&part_, 1});
                    }),
                    "the snapshot is damaged");
    EXPECT_EQ(content(path_), network);
    rebuild_snapshot_part(part_, path_, {{"exc_exc", 0, 0}}, MPI_COMM_WORLD);
    verify_snapshot_part(part_, MPI_COMM_WORLD);

    SnapshotPart other = part_;
    ++other.checksum;
    expect_contains(file_error([&] {
                        rebuild_snapshot_part(other, path_, {{"exc_exc", 0, 0}}, MPI_COMM_WORLD);
                    }),
                    "the snapshot is damaged");
    verify_snapshot_part(part_, MPI_COMM_WORLD);
}

TEST_F(NetworkFileTest, UnwritableTargetIsNamed) {
    put(path_, "a file");
    const std::string below = path_ + "/network.h5";
    expect_contains(
        file_error([&] { write_network_file(below, {}, {}, nullptr, false, MPI_COMM_WORLD); }),
        below);
}

}  // namespace
}  // namespace engram::test
