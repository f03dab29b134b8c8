// SPDX-License-Identifier: Apache-2.0
// Spikes, traces and edges of networks with other populations than exc and inh.
#include <gtest/gtest.h>

#include "base/temporary_directory.hpp"
#include "experiment/configuration.hpp"
#include "io/edge_wiring.hpp"
#include "io/hdf5_dataset.hpp"
#include "io/result_files.hpp"
#include "io/spike_file.hpp"
#include "io/trace_file.hpp"
#include "simulation/recorded_columns.hpp"

namespace engram::test {
namespace {

using Ids = std::vector<std::uint64_t>;

const Populations three({{"I", PopulationKind::inhibitory, 0, 2, {}, {}},
                         {"A", PopulationKind::excitatory, 0, 3, {}, {}},
                         {"B", PopulationKind::excitatory, 0, 4, {}, {}}});

class NamedPopulationFiles : public testing::Test {
  protected:
    TemporaryDirectory directory_;
    const std::string spool_ = directory_.file("spool.bin");
    const std::string target_ = directory_.file("target.h5");
};

TEST_F(NamedPopulationFiles, spikes_are_by_population_and_back) {
    std::vector<SpikeEvent> spikes;
    for (Step step = 0; step < 50; ++step)
        for (NeuronId neuron = 0; neuron < 9; ++neuron)
            if ((step + neuron) % 3 == 0) spikes.push_back({step, neuron});
    SpikeSpool spool(spool_);
    spool.append(spikes);
    const RecordMark mark = spool.flush();
    write_spike_file(spool_, mark, target_, three, 1.0);
    const h5::File file = h5::File::open(target_, h5::Access::read_only);
    const auto first = [&](const std::string& population) {
        auto ids = h5::read_dataset<std::uint64_t>(file, "spikes/" + population + "/node_ids");
        ids.resize(4);
        return ids;
    };
    EXPECT_EQ(first("I"), (Ids{0, 1, 0, 1}));
    EXPECT_EQ(first("A"), (Ids{1, 0, 2, 1}));
    EXPECT_EQ(first("B"), (Ids{1, 0, 3, 2}));
    EXPECT_EQ(rebuild_spike_spool(directory_.file("again.bin"), target_, three, 1.0, spikes.size()),
              mark)
        << "ties are in the order of ids";
}

TEST_F(NamedPopulationFiles, traces_name_populations) {
    Experiment experiment;
    experiment.populations = three;
    experiment.record.neurons = {1, 6};
    experiment.record.synapses = {{2, 8}};
    TraceSpool spool(spool_, trace_columns(experiment, 0));
    write_trace_file(std::vector<SpooledTraces>{{spool_, spool.flush()}}, target_, experiment);
    const h5::File file = h5::File::open(target_, h5::Access::read_only);
    const auto population = [&](const std::string& group) {
        return h5::read_string_attribute(h5::open_group(file, "traces/" + group), "population");
    };
    EXPECT_EQ(population("neurons/1"), "I");
    EXPECT_EQ(population("neurons/6"), "B");
    EXPECT_EQ(population("synapses/2_8"), "A_B");
    EXPECT_EQ(
        h5::read_attribute<std::uint64_t>(h5::open_group(file, "traces/neurons/6"), "node_id"), 1u);
}

const std::string network =
    "simulation: {duration_s: 1}\n"
    "populations:\n"
    "  I: {count: 20, kind: inhibitory}\n"
    "  A: {count: 30, kind: excitatory}\n"
    "  B: {count: 40, kind: excitatory}\n"
    "projections:\n"
    "  A_B: {from: A, to: B, probability: 0.2, plastic: true}\n"
    "  B_B: {from: B, to: B, probability: 0.1, plastic: true}\n"
    "  I_B: {from: I, to: B, probability: 0.3, weight_h_0: -4}\n";

using SourceLists = std::vector<std::vector<NeuronId>>;

SourceLists sources_of(const Experiment& experiment) {
    SourceLists lists;
    open_wiring(experiment)
        ->visit(0, experiment.populations.size(), [&](NeuronId, std::span<const NeuronId> sources) {
            lists.emplace_back(sources.begin(), sources.end());
        });
    return lists;
}

class EdgesOfProjections : public NamedPopulationFiles {
  protected:
    void write(const Experiment& e) {
        const Network part(e, *open_wiring(e), Partition(e.populations.size(), 1), 0);
        OutputDirectory::prepare(directory_.path() / "run", false);
        ResultFiles(OutputDirectory(directory_.path() / "run"), e, part, MPI_COMM_SELF).finish();
    }
    const std::string file_ = (directory_.path() / "run/network.h5").string();
};

TEST_F(EdgesOfProjections, of_a_run_give_the_same_wiring) {
    const Experiment drawn = parse_configuration(network, "c.yaml");
    write(drawn);
    const Overrides listed = {
        "projections.A_B={from: A, to: B, plastic: true, file: " + file_ + "}",
        "projections.I_B={from: I, to: B, weight_h_0: -4, file: " + file_ + "}"};
    const Experiment half = parse_configuration(network, "c.yaml", {listed.front()});
    const auto of_a = [](const std::vector<NeuronId>& sources) {
        std::vector<NeuronId> own;
        for (const NeuronId source : sources)
            if (source >= 20 && source < 50) own.push_back(source);
        return own;
    };
    const SourceLists all = sources_of(drawn);
    const SourceLists of_half = sources_of(half);
    for (std::size_t target = 0; target < all.size(); ++target)
        EXPECT_EQ(of_a(of_half[target]), of_a(all[target]));
    EXPECT_EQ(sources_of(parse_configuration(
                  network, "c.yaml",
                  {listed[0], listed[1],
                   "projections.B_B={from: B, to: B, plastic: true, file: " + file_ + "}"})),
              all);
    const auto wiring = open_wiring(half);
    EXPECT_EQ(expected_synapses(half, *wiring).plastic,
              wiring->expected_synapses(half.populations)[1 * 3 + 2] + 0.1 * 40 * 39);
}

TEST_F(EdgesOfProjections, must_be_those_of_the_network) {
    write(parse_configuration(network, "c.yaml"));
    const auto problem = [&](const Overrides& overrides) {
        const Experiment e = parse_configuration(network, "c.yaml", overrides);
        return file_error([&] { sources_of(e); });
    };
    expect_contains(
        problem({"projections.B_A={from: B, to: A, weight_h_0: 1, file: " + file_ + "}"}),
        "holds no group /edges/B_A; the edges of the projection must be there "
        "(projections.B_A.file)");
    const std::string from_file =
        "projections.A_B={from: A, to: B, plastic: true, file: " + file_ + "}";
    expect_contains(problem({from_file, "populations.B.count=41"}),
                    "population B has 41 neurons; set populations.B.count to the number of the "
                    "file, or index every node (projections.A_B.file)");
    expect_contains(problem({from_file, "populations.A.count=10"}),
                    "than population A has neurons (10); write the index of the file again "
                    "(projections.A_B.file)");
}

}  // namespace
}  // namespace engram::test
