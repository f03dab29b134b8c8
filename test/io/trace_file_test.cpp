// SPDX-License-Identifier: Apache-2.0
#include "io/trace_file.hpp"

#include <gtest/gtest.h>

#include "base/temporary_directory.hpp"
#include "io/hdf5_dataset.hpp"
#include "simulation/recorded_columns.hpp"

namespace engram::test {
namespace {

Experiment recording() {
    Experiment experiment;
    experiment.populations = Populations(1000, 1000);
    return experiment;
}

double value(std::size_t row, std::size_t column) {
    return static_cast<double>(row) * 10'000 + static_cast<double>(column);
}

void append_rows(TraceSpool& spool, std::size_t n_columns, std::size_t begin, std::size_t end) {
    std::vector<double> row(n_columns);
    for (std::size_t i = begin; i < end; ++i) {
        for (std::size_t j = 0; j < n_columns; ++j) row[j] = value(i, j);
        spool.append(row);
    }
}

class TraceFileTest : public ::testing::Test {
  protected:
    void expect_column(const std::string& name, std::size_t column, std::size_t n_rows) {
        const h5::File file = h5::File::open(target_, h5::Access::read_only);
        const auto values = h5::read_dataset<double>(
            file, name.starts_with("../") ? name.substr(3) : "traces/" + name);
        ASSERT_EQ(values.size(), n_rows) << name;
        for (std::size_t row = 0; row < n_rows; ++row) {
            ASSERT_EQ(values[row], value(row, column)) << name;
        }
    }
    void write_file(const RecordMark& mark, const Experiment& experiment) const {
        write_trace_file(std::vector<SpooledTraces>{{spool_, mark}}, target_, experiment);
    }
    TemporaryDirectory directory_;
    const std::string spool_ = directory_.file("traces.bin");
    const std::string target_ = directory_.file("traces.h5");
};

// Each recording in a group of its own, with its variables, times and losses; each can be made
// again.
TEST_F(TraceFileTest, NamedRecordings) {
    Experiment e = recording();
    e.record.neurons = {3};
    TraceRecording named;
    named.name = "fast";
    named.neurons = {68, 1500};
    named.synapses = {{6, 68}};
    named.variables = {"p", "V_mV", "h_mV"};
    named.every_steps = 7;
    e.record.named = {named};
    ASSERT_EQ(trace_columns(e, 0), 7u);
    ASSERT_EQ(trace_columns(e, 1), 6u);
    const std::string other = directory_.file("traces-1.bin");
    TraceSpool own(spool_, 7);
    TraceSpool fast(other, 6);
    append_rows(own, 7, 0, 4);
    append_rows(fast, 6, 0, 9);
    const std::vector<SpooledTraces> spools = {{spool_, own.flush()}, {other, fast.flush()}};
    write_trace_file(spools, target_, e);
    expect_column("time_ms", 0, 4);
    expect_column("neurons/3/p", 6, 4);
    expect_column("../recordings/fast/time_ms", 0, 9);
    expect_column("../recordings/fast/neurons/68/V_mV", 1, 9);
    expect_column("../recordings/fast/neurons/68/p", 2, 9);
    expect_column("../recordings/fast/neurons/1500/p", 4, 9);
    expect_column("../recordings/fast/synapses/6_68/h_mV", 5, 9);
    const h5::File file = h5::File::open(target_, h5::Access::read_only);
    EXPECT_FALSE(h5::exists(file, "recordings/fast/neurons/68/I_bg_nA"));
    const h5::Group group = h5::open_group(file, "recordings/fast");
    EXPECT_EQ(h5::read_attribute<std::int64_t>(group, "every_steps"), 7);
    EXPECT_EQ(rebuild_trace_spool(other, target_, e, 1, 9), spools[1].mark);
    EXPECT_EQ(rebuild_trace_spool(spool_, target_, e, 0, 4), spools[0].mark);
}

TEST_F(TraceFileTest, ColumnsFollowTheOrderOfTheRecording) {
    Experiment e = recording();
    e.record.neurons = {68, 1500};
    e.record.synapses = {{6, 68}, {5, 2}};
    ASSERT_EQ(trace_columns(e, 0), 19u);
    TraceSpool spool(spool_, 19);
    append_rows(spool, 19, 0, 7);
    EXPECT_EQ(spool.position(), 7u);
    write_file(spool.flush(), e);
    expect_column("time_ms", 0, 7);
    expect_column("neurons/68/V_mV", 1, 7);
    expect_column("neurons/68/p", 6, 7);
    expect_column("neurons/1500/V_mV", 7, 7);
    expect_column("synapses/6_68/Ca", 13, 7);
    expect_column("synapses/6_68/z", 15, 7);
    expect_column("synapses/5_2/h_mV", 17, 7);
}

TEST_F(TraceFileTest, EachPoolOfProteinsHasItsColumn) {
    Experiment e = recording();
    e.record.neurons = {3, 68};
    e.record.synapses = {{5, 2}};
    e.synapses.protein_pools = ProteinPools::p_c_and_d;
    ASSERT_EQ(trace_columns(e, 0), 22u);
    TraceSpool spool(spool_, 22);
    append_rows(spool, 22, 0, 7);
    const RecordMark mark = spool.flush();
    write_file(mark, e);
    const std::vector<std::string> names = {
        "V_mV", "I_total_nA", "I_stim_nA", "I_bg_nA", "S_P_mV", "S_D_mV", "p_P", "p_C", "p_D"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        expect_column("neurons/3/" + names[i], 1 + i, 7);
        expect_column("neurons/68/" + names[i], 10 + i, 7);
    }
    expect_column("synapses/5_2/Ca", 19, 7);
    EXPECT_EQ(rebuild_trace_spool(spool_, target_, e, 0, 7), mark);
    e.synapses.protein_pools = ProteinPools::p_and_d;
    EXPECT_EQ(trace_columns(e, 0), 20u);
}

TEST_F(TraceFileTest, ManyColumnsAreConvertedBlockByBlock) {
    Experiment e = recording();
    for (NeuronId gid = 0; gid < 700; ++gid) e.record.neurons.push_back(gid);
    const std::size_t n_columns = trace_columns(e, 0);
    constexpr std::size_t n_rows = 1200;  // more than one block of 32 MiB
    TraceSpool spool(spool_, n_columns);
    append_rows(spool, n_columns, 0, n_rows);
    write_file(spool.flush(), e);
    expect_column("time_ms", 0, n_rows);
    expect_column("neurons/0/V_mV", 1, n_rows);
    expect_column("neurons/699/p", n_columns - 1, n_rows);
}

TEST_F(TraceFileTest, RowsThatWereLostAreLeftOutAndNamed) {
    Experiment e = recording();
    e.record.neurons = {3};
    const std::size_t n_columns = trace_columns(e, 0);
    TraceSpool spool(spool_, n_columns);
    append_rows(spool, n_columns, 0, 12);
    RecordMark mark = spool.flush();
    const std::string intact = content(spool_);
    std::string damaged = intact;
    damaged[5 * n_columns * sizeof(double) + 6] ^= 1;
    put(spool_, damaged);
    const RecordMark before = [&] {
        TraceSpool first(directory_.file("first.bin"), n_columns);
        append_rows(first, n_columns, 0, 9);
        return first.flush();
    }();
    const std::vector<RecordAnchor> anchors{{90, before.n_records, before.checksum}};
    mark = salvage_trace_spool(spool_, mark, 120, anchors, n_columns);
    ASSERT_EQ(mark.gaps.size(), 1u);
    EXPECT_EQ(mark.n_kept(), 3u);
    write_file(mark, e);
    {
        const h5::File file = h5::File::open(target_, h5::Access::read_only);
        EXPECT_EQ(h5::shape(h5::open_dataset(file, "traces/neurons/3/V_mV")), h5::Shape{3});
        EXPECT_EQ(h5::read_array_attribute<double>(h5::open_group(file, "traces"), "gaps_ms"),
                  (std::vector<double>{0, 90 * e.dt_ms}));
    }
    EXPECT_EQ(rebuild_trace_spool(spool_, target_, e, 0, 12, mark.gaps), mark);
    EXPECT_NO_THROW(verify_trace_spool(spool_, mark, n_columns));
    EXPECT_EQ(content(spool_).substr(9 * n_columns * sizeof(double)),
              intact.substr(9 * n_columns * sizeof(double)));
}

TEST_F(TraceFileTest, NothingRecordedLeavesTheTimes) {
    TraceSpool spool(spool_, 1);
    append_rows(spool, 1, 0, 3);
    write_file(spool.flush(), recording());
    expect_column("time_ms", 0, 3);
}

TEST_F(TraceFileTest, NoRowsGiveEmptyDatasets) {
    Experiment e = recording();
    e.record.neurons = {1};
    write_file(TraceSpool(spool_, 7).flush(), e);
    expect_column("neurons/1/p", 6, 0);
}

TEST_F(TraceFileTest, ContinuationEqualsAnUninterruptedRecording) {
    RecordMark mark;
    {
        TraceSpool spool(spool_, 4);
        append_rows(spool, 4, 0, 5001);
        mark = spool.flush();
        append_rows(spool, 4, 5001, 9000);
        spool.flush();
    }
    {
        TraceSpool spool(spool_, 4, mark);
        EXPECT_EQ(spool.position(), 5001u);
        append_rows(spool, 4, 5001, 8000);
        mark = spool.flush();
    }
    const std::string continued = content(spool_);
    TraceSpool whole(spool_, 4);
    append_rows(whole, 4, 0, 8000);
    EXPECT_EQ(whole.flush(), mark);
    EXPECT_EQ(continued, content(spool_));
    ++mark.n_records;
    expect_contains(file_error([&] { TraceSpool(spool_, 4, mark); }), "the checkpoint needs 8001");
}

TEST_F(TraceFileTest, RecordingOfAnotherRunIsRefused) {
    TraceSpool spool(spool_, 4);
    append_rows(spool, 4, 0, 3);
    const RecordMark mark = spool.flush();
    Experiment e = recording();
    e.record.neurons = {1};
    const auto convert = [&] { write_file(mark, e); };
    expect_contains(file_error(convert), "the checkpoint needs 3");
    append_rows(spool, 4, 0, 3);
    spool.flush();
    expect_contains(file_error(convert), "is damaged");
    EXPECT_FALSE(std::filesystem::exists(target_));
}

TEST_F(TraceFileTest, RecordingIsRebuiltFromTheFinishedFile) {
    Experiment e = recording();
    e.record.neurons = {1500, 3};
    e.record.synapses = {{6, 68}};
    const std::size_t n_columns = trace_columns(e, 0);
    TraceSpool spool(spool_, n_columns);
    append_rows(spool, n_columns, 0, 80'000);  // more than one block of 8 MiB
    const RecordMark prefix = spool.flush();
    append_rows(spool, n_columns, 80'000, 90'000);
    const RecordMark mark = spool.flush();
    const std::string original = content(spool_);
    write_file(mark, e);
    EXPECT_EQ(rebuild_trace_spool(spool_, target_, e, 0, 90'000), mark);
    EXPECT_EQ(content(spool_), original);
    EXPECT_EQ(rebuild_trace_spool(spool_, target_, e, 0, 80'000), prefix);
    expect_contains(file_error([&] { rebuild_trace_spool(spool_, target_, e, 0, 90'001); }),
                    "fewer rows");
}

}  // namespace
}  // namespace engram::test
