// SPDX-License-Identifier: Apache-2.0
// Waveforms and spikes as files have them, and what is wrong with such files.
#include "io/stimulus_files.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/errors.hpp"
#include "base/temporary_directory.hpp"
#include "io/hdf5.hpp"
#include "io/hdf5_dataset.hpp"

namespace engram::test {
namespace {

class StimulusFiles : public ::testing::Test {
  protected:
    StimulusFiles() {
        experiment_.duration_s = 30;
        experiment_.populations = {8, 2};
        experiment_.groups = {Group{"some", {1, 4, 7}}};
        Stimulus stimulus;
        stimulus.name = "given";
        stimulus.scheme = Scheme::waveform;
        stimulus.group = "some";
        stimulus.duration_s = 5;
        experiment_.stimuli = {stimulus};
    }
    Stimulus& stimulus() { return experiment_.stimuli[0]; }
    void write(const std::string& text) {
        stimulus().file = directory_.file("given.txt");
        std::ofstream(*stimulus().file) << text;
    }
    const StimulusContent& load() {
        stimulus().content = {};
        load_stimulus_files(experiment_);
        return *stimulus().content.content;
    }
    // Of a text, with its directory taken away.
    std::string problem_of(const std::string& text) {
        write(text);
        return problem();
    }
    std::string problem() {
        try {
            load();
        } catch (const FileError& error) {
            std::string message = error.what();
            const std::string directory = std::filesystem::path(*stimulus().file).parent_path();
            for (std::size_t at; (at = message.find(directory + "/")) != std::string::npos;)
                message.erase(at, directory.size() + 1);
            return message;
        }
        return "";
    }
    template <class T>
    static void write_list(hid_t file, const std::string& name, std::vector<T> values) {
        h5::write_dataset<T>(file, name, {values.size()}, std::span<const T>(values));
    }

    TemporaryDirectory directory_;
    Experiment experiment_;
};

TEST_F(StimulusFiles, ValuesAtIntervals) {
    stimulus().interval_ms = 0.6;
    write("# nA\n1\n\n  -2.5  # less\r\n+3e-1");
    const StimulusContent content = load();
    EXPECT_EQ(content.values_nA, (std::vector{1.0, -2.5, 0.3}));
    EXPECT_EQ(content.times_ms, (std::vector{0.0, 0.6, 1.2}));
    const std::string checksum = stimulus().file_checksum;
    EXPECT_TRUE(checksum.starts_with("sum-")) << checksum;
    EXPECT_EQ(problem(), "");
    write("1\n-2.5\n0.3\n");  // the same values
    EXPECT_EQ(problem(), "");
    EXPECT_EQ(stimulus().file_checksum, checksum);
    const std::string changed = problem_of("1\n-2.5\n0.30001\n");
    EXPECT_NE(changed.find("given.txt: does not hold what it held when "
                           "stimuli.given.file_checksum was noted"),
              std::string::npos)
        << changed;
}

TEST_F(StimulusFiles, TimesAndValues) {
    write("0 1\n0.61, 2\n100\t3\n");
    const StimulusContent content = load();
    EXPECT_EQ(content.times_ms, (std::vector{0.0, 0.61, 100.0}));
    EXPECT_EQ(content.values_nA, (std::vector{1.0, 2.0, 3.0}));
}

TEST_F(StimulusFiles, WaveformsThatAreNone) {
    EXPECT_EQ(problem_of("1\n2\n"),
              "given.txt: has values without times; give their distance, "
              "stimuli.given.interval_ms");
    EXPECT_EQ(problem_of("0 1\n1 x\n2 3 4\n3\n"),
              "given.txt:2: 'x' is not a number\n"
              "given.txt:3: has more than two numbers\n"
              "given.txt:4: has 1 numbers; the lines before have 2");
    EXPECT_EQ(problem_of("0 1\n1 inf\n"), "given.txt:2: 'inf' is not a number");
    EXPECT_EQ(problem_of("0 1\n1 2e6\n"),
              "given.txt:2: a value must be in [-1e6, 1e6] nA (is 2000000)");
    EXPECT_EQ(problem_of("1 1\n"),
              "given.txt:1: the first time must be 0, the start of the stimulus (is 1)");
    EXPECT_EQ(problem_of("0 1\n1 1\n1.05 1\n"),
              "given.txt:3: times must ascend, by a time step at least (is 1.05)");
    EXPECT_EQ(problem_of("# nothing\n"), "given.txt: holds no values; give one");
    EXPECT_EQ(problem_of("\x01\n"), "given.txt:1: '\\x01' is not a number");
    stimulus().interval_ms = 1;
    EXPECT_EQ(problem_of("0 1\n"),
              "given.txt: has times of its own; leave out stimuli.given.interval_ms");
    std::string many;
    for (int i = 0; i < 100; ++i) many += "a\n";
    EXPECT_NE(problem_of(many).find("\n... and 1 more"), std::string::npos);
    stimulus().interval_ms = 0;
    stimulus().dataset = "/current";
    EXPECT_EQ(problem_of("0 1\n"),
              "given.txt: is a text, of which there is no part to name; leave out "
              "stimuli.given.dataset");
}

TEST_F(StimulusFiles, WaveformsInHdf5) {
    stimulus().file = directory_.file("given.h5");
    {
        const h5::File file = h5::File::create(*stimulus().file);
        write_list<double>(file, "list", {1, 2, 3});
        const std::vector<float> rows{0, 1, 2.5, 3};
        h5::write_dataset<float>(file, "rows", {2, 2}, std::span<const float>(rows));
    }
    EXPECT_EQ(problem(), "given.h5: is in HDF5 format: name the dataset of the waveform (dataset)");
    stimulus().dataset = "absent";
    EXPECT_EQ(problem(), "given.h5: has no dataset 'absent'");
    stimulus().dataset = "/rows";
    EXPECT_EQ(load().times_ms, (std::vector{0.0, 2.5}));
    stimulus().file_checksum = "";
    stimulus().dataset = "list";
    stimulus().interval_ms = 10;
    EXPECT_EQ(load().times_ms, (std::vector{0.0, 10.0, 20.0}));
}

TEST_F(StimulusFiles, SpikesAsText) {
    stimulus().scheme = Scheme::spikes;
    write("5.5 2\n0.1 0\n5.5 2\n");
    const StimulusContent content = load();
    EXPECT_EQ(content.times_ms, (std::vector{5.5, 0.1, 5.5}));
    EXPECT_EQ(content.nodes, (std::vector<std::uint32_t>{2, 0, 2}));
    stimulus().file_checksum = "";
    EXPECT_EQ(problem_of("1 3\n-1 0\n1 0.5\n"),
              "given.txt:1: the neuron must be an integer in [0, 2], its place among the receivers "
              "(is 3)\n"
              "given.txt:2: the time must be in [0, 1e13] ms after the start (is -1)\n"
              "given.txt:3: the neuron must be an integer in [0, 2], its place among the receivers "
              "(is 0.5)");
    EXPECT_EQ(problem_of("1\n"), "given.txt:1: must have a time in ms and the number of a neuron");
    EXPECT_EQ(problem_of("# of a run in which nobody fired\n"), "");
    EXPECT_TRUE(load().nodes.empty());
}

TEST_F(StimulusFiles, SpikesOfSonata) {
    stimulus().scheme = Scheme::spikes;
    stimulus().file = directory_.file("given.h5");
    {
        const h5::File file = h5::File::create(*stimulus().file);
        write_list<double>(file, "other", {1});
    }
    EXPECT_NE(problem().find("given.h5: holds no /spikes"), std::string::npos) << problem();
    {
        const h5::File file = h5::File::create(*stimulus().file);
        const h5::Group spikes = h5::create_group(file, "spikes");
        const h5::Group silent = h5::create_group(spikes, "silent");
        write_list<double>(silent, "timestamps", {});
        write_list<std::uint64_t>(silent, "node_ids", {});
        for (const char* name : {"A", "B"}) {
            const h5::Group population = h5::create_group(spikes, name);
            write_list<double>(population, "timestamps", {3.0, 1.25});
            write_list<std::uint64_t>(population, "node_ids", {1, *name == 'A' ? 2u : 3u});
        }
    }
    EXPECT_EQ(problem(),
              "given.h5: has the spikes of 3 populations; name one (population): A, B, silent");
    stimulus().population = "C";
    EXPECT_EQ(problem(), "given.h5: has no /spikes/C/timestamps (population)");
    stimulus().population = "B";
    EXPECT_EQ(problem(),
              "given.h5: row 2: the neuron must be an integer in [0, 2], its place among the "
              "receivers (is 3)");
    stimulus().population = "A";
    EXPECT_EQ(load().times_ms, (std::vector{3.0, 1.25}));
    EXPECT_EQ(load().nodes, (std::vector<std::uint32_t>{1, 2}));
    stimulus().population = "silent";
    stimulus().file_checksum = "";
    EXPECT_TRUE(load().times_ms.empty());
}

}  // namespace
}  // namespace engram::test
