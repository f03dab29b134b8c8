// SPDX-License-Identifier: Apache-2.0
// Jobs from the request to their files, in one process.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "experiment/configuration.hpp"
#include "io/edge_wiring.hpp"
#include "io/hdf5_dataset.hpp"
#include "job/executor_choice.hpp"
#include "job/run.hpp"
#include "job/small_job.hpp"

namespace engram::test {
namespace {

using job::JobEnd;

std::vector<double> doubles(const std::string& path, const std::string& dataset) {
    return h5::read_dataset<double>(h5::File::open(path, h5::Access::read_only), dataset);
}

// Spikes, traces and weights.
struct Results {
    std::vector<double> spikes;
    std::vector<double> v_mV;
    std::vector<double> h_mV;
    std::vector<double> z;

    bool operator==(const Results&) const = default;
};

Results results_of(const JobDirectory& job, const std::string& duration = "60.5") {
    const std::string snapshot = "edges/exc_exc/snapshots/t_" + duration + "s/";
    return {doubles(job.result("spikes.h5"), "spikes/exc/timestamps"),
            doubles(job.result("traces.h5"), "traces/neurons/1/V_mV"),
            doubles(job.result("network.h5"), snapshot + "h_mV"),
            doubles(job.result("network.h5"), snapshot + "z")};
}

// A run that stops at the first epoch that ends at or behind a time, as on a signal.
void run_until(const JobDirectory& job, double stop_s) {
    Experiment experiment = read_configuration(job.config());
    experiment.output_directory = job.results();
    const OutputDirectory directory = OutputDirectory::prepare(job.results(), false);
    auto simulation =
        std::make_unique<Simulation>(experiment, *open_wiring(experiment), MPI_COMM_SELF,
                                     job::select_executor(job::DeviceChoice::cpu, MPI_COMM_SELF));
    const Simulation& running = *simulation;
    const DirectoryClaim claim;
    job::CommunicationWatch watch(0, MPI_COMM_SELF);
    job::Run run(std::move(simulation), directory, std::nullopt,
                 {MPI_COMM_SELF, claim, watch, true});
    Step reached = 0;
    struct Follow : ProgressListener {
        explicit Follow(Step& step) : step(step) {}
        void epoch_done(Step now, std::size_t, std::size_t) override { step = now; }
        Step& step;
    } progress(reached);
    run.checkpoints().also_stop_if(
        [&] { return reached >= running.experiment().steps_from_s(stop_s); });
    ASSERT_EQ(run.simulate(progress), RunOutcome::stopped);
}

TEST(Job, ANewRunWritesItsResults) {
    const JobDirectory job;
    const job::JobOutcome outcome = job.start();
    EXPECT_EQ(outcome.end, JobEnd::complete);
    expect_contains(outcome.text, "Results: " + job.results());
    EXPECT_GT(results_of(job).spikes.size(), 100u);
    EXPECT_FALSE(std::filesystem::exists(job.result("partial")));
    EXPECT_EQ(nlohmann::json::parse(content(job.result("summary.json")))["duration_s"], 60.5);
    EXPECT_EQ(job.resume().end, JobEnd::nothing_to_do);
}

TEST(Job, TheSummarySaysWhereTheTimeWent) {
    const JobDirectory job;
    const job::JobOutcome outcome = job.start();
    const auto summary = nlohmann::json::parse(content(job.result("summary.json")));
    const nlohmann::json& parts = summary["parts_wall_s"];
    const double whole_s =
        summary["wall_s"]["setup"].get<double>() + summary["wall_s"]["run"].get<double>();
    double sum_s = 0;
    for (const char* name : run_part_names) {
        SCOPED_TRACE(name);
        const double own_s = parts["rank_0"].at(name).get<double>();
        EXPECT_GE(own_s, 0.0);
        // The only rank.
        EXPECT_EQ(parts["mean"].at(name).get<double>(), own_s);
        EXPECT_EQ(parts["highest"].at(name).get<double>(), own_s);
        sum_s += own_s;
    }
    EXPECT_EQ(parts["rank_0"].size(), n_run_parts);
    EXPECT_LE(sum_s, whole_s);
    EXPECT_EQ(parts["rank_0"]["build"], summary["wall_s"]["setup"]);
    for (const char* name : {"delivery", "neurons", "plasticity", "consolidation", "files"})
        EXPECT_GT(parts["rank_0"].at(name).get<double>(), 0.0) << name;
    expect_contains(outcome.text, "\nWall time ");
    EXPECT_EQ(summary["exchange"]["calls"], 0);
}

TEST(Job, ResultsAreNotReplacedUnlessForced) {
    const JobDirectory job;
    job.start();
    const Results before = results_of(job);
    expect_contains(file_error([&] { job.start(); }), "--force");
    EXPECT_EQ(results_of(job), before);
}

// In learning, in consolidation (at its samples) and in recall.
TEST(Job, AResumedRunEndsAsOneThatWasNotStopped) {
    const JobDirectory whole;
    whole.start();
    for (const double stop_s : {0.4, 5.0, 60.2}) {
        SCOPED_TRACE(stop_s);
        const JobDirectory stopped;
        run_until(stopped, stop_s);
        EXPECT_FALSE(std::filesystem::exists(stopped.result("summary.json")));
        EXPECT_EQ(stopped.resume().end, JobEnd::complete);
        EXPECT_EQ(results_of(stopped), results_of(whole));
    }
}

TEST(Job, AnExtendedRunEndsAsOneOfThatLength) {
    const JobDirectory longer;
    longer.start({"simulation.duration_s=60.8"});
    const JobDirectory extended;
    extended.start();
    EXPECT_EQ(extended.resume({"simulation.duration_s=60.8"}).end, JobEnd::complete);
    EXPECT_EQ(results_of(extended, "60.8"), results_of(longer, "60.8"));
    EXPECT_EQ(read_configuration(extended.result("config.yaml")).duration_s, 60.8);
}

TEST(Job, ARunGoesOnOnlyWithItsConnections) {
    const JobDirectory job, first, second;
    first.start();
    second.start({"simulation.seed=77"});
    const std::string file = job.results() + ".h5";
    const auto wire = [&](const JobDirectory& source) {
        std::filesystem::copy_file(source.result("network.h5"), file,
                                   std::filesystem::copy_options::overwrite_existing);
    };
    wire(first);
    job.start({"connectivity.file=" + file});
    const auto go_on = [&] { return job.resume({"simulation.duration_s=60.8"}).end; };
    wire(second);
    expect_contains(file_error(go_on), "connectivity.file_checksum was noted");
    wire(first);
    EXPECT_EQ(go_on(), JobEnd::complete);
}

// What is refused leaves a complete run as it was.
TEST(Job, AnExtensionThatIsNotPossibleChangesNothing) {
    const JobDirectory job;
    job.start();
    const Results before = results_of(job);
    const std::string config = content(job.result("config.yaml"));
    EXPECT_THROW(job.resume({"simulation.duration_s=60.8", "synapses.h_0_mV=3"}), ConfigError);
    EXPECT_THROW(job.resume({"simulation.duration_s=1e9", "simulation.fast_forward=off"}),
                 ConfigError);
    EXPECT_EQ(content(job.result("config.yaml")), config);
    EXPECT_EQ(results_of(job), before);
    EXPECT_EQ(job.resume().end, JobEnd::nothing_to_do);
}

// Whoever kills the program between the two steps of an extension: the wish is in config.yaml, and
// the summary says that the shorter run is complete.
TEST(Job, AnExtensionThatWasKilledInItsFirstMomentIsContinued) {
    const JobDirectory longer;
    longer.start({"simulation.duration_s=60.8"});
    const JobDirectory job;
    job.start();
    Experiment wanted = read_configuration(job.result("config.yaml"));
    wanted.duration_s = 60.8;
    put(job.result("config.yaml"), resolved_configuration(wanted));
    EXPECT_EQ(job.resume().end, JobEnd::complete);
    EXPECT_EQ(results_of(job, "60.8"), results_of(longer, "60.8"));
}

TEST(Job, AnOlderCheckpointTakesThePlaceOfADamagedOne) {
    const JobDirectory whole;
    whole.start();
    const JobDirectory job("checkpoint: {every_simulated_s: 0.1, keep: 3}\n");
    run_until(job, 0.4);
    std::vector<std::filesystem::path> checkpoints;
    for (const auto& entry : std::filesystem::directory_iterator(job.results()))
        if (entry.path().filename().string().starts_with("checkpoint-"))
            checkpoints.push_back(entry.path());
    std::sort(checkpoints.begin(), checkpoints.end());
    ASSERT_GE(checkpoints.size(), 2u);
    std::filesystem::resize_file(checkpoints.back(), 2000);
    EXPECT_EQ(job.resume().end, JobEnd::complete);
    EXPECT_EQ(results_of(job), results_of(whole));
}

void flip_byte(const std::string& path) {
    std::string bytes = content(path);
    bytes.at(bytes.size() / 2) ^= 0x10;
    put(path, bytes);
}

using Gaps = std::vector<std::pair<double, double>>;

Gaps gaps_ms(const std::string& file, const std::string& group) {
    const h5::File opened = h5::File::open(file, h5::Access::read_only);
    const h5::Group found = h5::open_group(opened, group);
    Gaps gaps;
    if (!h5::has_attribute(found, "gaps_ms")) return gaps;
    const auto ends = h5::read_array_attribute<double>(found, "gaps_ms");
    for (std::size_t i = 0; i + 1 < ends.size(); i += 2) gaps.emplace_back(ends[i], ends[i + 1]);
    return gaps;
}

// The results of a salvaged run are those of a whole one, but for gaps that begin and end at
// checkpoints.
void expect_equal_but_for_gaps(const JobDirectory& job, const JobDirectory& whole,
                               const std::string& duration) {
    const auto is_lost = [](const Gaps& gaps, double time_ms) {
        return std::ranges::any_of(
            gaps, [&](const auto& gap) { return gap.first <= time_ms && time_ms < gap.second; });
    };
    Results expected = results_of(whole, duration);
    const Gaps of_spikes = gaps_ms(job.result("spikes.h5"), "spikes");
    EXPECT_EQ(of_spikes.size(), 1u);
    std::erase_if(expected.spikes, [&](double time_ms) { return is_lost(of_spikes, time_ms); });
    const Gaps of_traces = gaps_ms(job.result("traces.h5"), "traces");
    EXPECT_EQ(of_traces.size(), 1u);
    const std::vector<double> times_ms = doubles(whole.result("traces.h5"), "traces/time_ms");
    std::vector<double> kept;
    for (std::size_t i = 0; i < times_ms.size(); ++i)
        if (!is_lost(of_traces, times_ms[i])) kept.push_back(expected.v_mV.at(i));
    EXPECT_GT(kept.size(), 100u);
    EXPECT_LT(kept.size(), expected.v_mV.size());
    expected.v_mV = kept;
    EXPECT_EQ(results_of(job, duration), expected);
    // A checkpoint is taken at the next decision of the plasticity.
    for (const Gaps& gaps : {of_spikes, of_traces})
        EXPECT_LT(gaps.at(0).second - gaps.at(0).first, 115.5);
}

const std::string lossy = "checkpoint: {every_simulated_s: 0.1, keep: 1}\n";

TEST(Job, GoesOnAlthoughRecordingsAreDamaged) {
    const JobDirectory whole;
    whole.start();
    const JobDirectory job(lossy);
    run_until(job, 0.9);
    flip_byte(job.result("partial/spikes.bin"));
    flip_byte(job.result("partial/traces.bin"));
    std::filesystem::remove(job.result("partial/snapshot-0.h5"));
    expect_contains(file_error([&] { job.resume(); }),
                    "'engram resume " + job.results() + " --salvage'");
    EXPECT_EQ(job.salvage().end, JobEnd::complete);
    expect_equal_but_for_gaps(job, whole, "60.5");
    const h5::File network = h5::File::open(job.result("network.h5"), h5::Access::read_only);
    EXPECT_FALSE(h5::exists(network, "edges/exc_exc/snapshots/t_0.5s"));
    EXPECT_TRUE(h5::exists(network, "edges/exc_exc/snapshots/t_30s"));

    const auto summary = nlohmann::json::parse(content(job.result("summary.json")));
    EXPECT_EQ(summary["lost_snapshots_s"], nlohmann::json::array({0.5}));
    ASSERT_EQ(summary["recording_gaps"].size(), 2u);
    const auto [begin_ms, end_ms] = gaps_ms(job.result("spikes.h5"), "spikes").front();
    EXPECT_EQ(summary["recording_gaps"][0]["recording"], "spikes");
    EXPECT_DOUBLE_EQ(summary["recording_gaps"][0]["begin_s"], begin_ms / 1000);
    EXPECT_DOUBLE_EQ(summary["recording_gaps"][0]["end_s"], end_ms / 1000);
    EXPECT_EQ(summary["recording_gaps"][1]["recording"], "traces");
    const auto undisturbed = nlohmann::json::parse(content(whole.result("summary.json")));
    EXPECT_EQ(summary["spikes"], undisturbed["spikes"]) << "counts are those of the simulation";
    EXPECT_FALSE(undisturbed.contains("recording_gaps"));
    EXPECT_FALSE(undisturbed.contains("lost_snapshots_s"));
}

// They are made again from its results, gaps included.
TEST(Job, GapsOutliveAnExtension) {
    const JobDirectory longer;
    longer.start({"simulation.duration_s=60.8"});
    const JobDirectory job(lossy);
    run_until(job, 0.9);
    flip_byte(job.result("partial/spikes.bin"));
    flip_byte(job.result("partial/traces.bin"));
    job.salvage();
    const Gaps before = gaps_ms(job.result("spikes.h5"), "spikes");
    EXPECT_EQ(job.resume({"simulation.duration_s=60.8"}).end, JobEnd::complete);
    EXPECT_EQ(gaps_ms(job.result("spikes.h5"), "spikes"), before);
    expect_equal_but_for_gaps(job, longer, "60.8");
}

// Its results are worth more than its length.
TEST(Job, ACompleteRunWithDamagedResultsIsNotExtended) {
    const JobDirectory job;
    job.start();
    flip_byte(job.result("spikes.h5"));
    const std::string damaged = content(job.result("spikes.h5"));
    const std::string error = file_error([&] { job.salvage({"simulation.duration_s=60.8"}); });
    expect_contains(error, "no usable checkpoint");
    EXPECT_EQ(error.find("--salvage"), std::string::npos) << error;
    EXPECT_EQ(content(job.result("spikes.h5")), damaged);
}

TEST(Job, WithNothingDamagedNothingIsLost) {
    const JobDirectory whole;
    whole.start();
    const JobDirectory job(lossy);
    run_until(job, 0.9);
    EXPECT_EQ(job.salvage().end, JobEnd::complete);
    EXPECT_EQ(results_of(job), results_of(whole));
    EXPECT_EQ(gaps_ms(job.result("spikes.h5"), "spikes"), Gaps());
    EXPECT_EQ(job.salvage().end, JobEnd::nothing_to_do);
}

TEST(Job, WithoutACheckpointAnInterruptedRunBeginsAnew) {
    const JobDirectory whole;
    whole.start();
    const JobDirectory job;
    Experiment experiment = read_configuration(job.config());
    OutputDirectory::prepare(job.results(), false);
    put(job.result("config.yaml"), resolved_configuration(experiment));
    EXPECT_EQ(job.resume().end, JobEnd::complete);
    EXPECT_EQ(results_of(job), results_of(whole));
}

TEST(Job, SaysWhatADirectoryIsNot) {
    const JobDirectory job;
    expect_contains(file_error([&] { job.resume(); }), "does not exist");
    std::filesystem::create_directory(job.results());
    expect_contains(file_error([&] { job.resume(); }), "holds no run of Engram");
}

const std::string two_trials = "trials: 2\nsweep: {synapses.theta_pro_mV: [0.5, 5]}\n";

nlohmann::json measures(const JobDirectory& job) {
    nlohmann::json all;
    const auto summary = nlohmann::json::parse(content(job.result("summary.json")));
    for (const auto& point : summary["points"]) all.push_back(point["measures"]);
    return all;
}

// Those that keep results measure from their recordings, the others while they run.
TEST(EnsembleJob, MeasuresAreTheSameWhetherResultsAreKept) {
    const JobDirectory summary(two_trials + "trial_results: none\n");
    EXPECT_EQ(summary.start().end, JobEnd::complete);
    const JobDirectory all(two_trials + "trial_results: all\n");
    EXPECT_EQ(all.start().end, JobEnd::complete);
    EXPECT_EQ(measures(all), measures(summary));
    EXPECT_GT(measures(all)[0]["rate_exc"]["mean"], 0.1);
    EXPECT_TRUE(std::filesystem::exists(all.result("trials/001/0001/network.h5")));
}

// Its trials are runs like any other.
TEST(EnsembleJob, ATrialEqualsTheRunOfItsSeed) {
    const JobDirectory ensemble(two_trials + "trial_results: all\n");
    ensemble.start();
    const std::string trial = ensemble.result("trials/001/0001/");
    const Experiment experiment = read_configuration(trial + "config.yaml");
    const JobDirectory single;
    single.start({"synapses.theta_pro_mV=5", "simulation.seed=" + std::to_string(experiment.seed)});
    EXPECT_EQ(doubles(trial + "spikes.h5", "spikes/exc/timestamps"),
              doubles(single.result("spikes.h5"), "spikes/exc/timestamps"));
}

// Ended while its directory was being prepared; a directory that has lost a file is another matter.
TEST(EnsembleJob, OneThatEndedBeforeItsFirstTrialBeginsAnew) {
    const JobDirectory job(two_trials + "trial_results: none\n");
    job.start();
    for (const char* name : {"summary.json", "ensemble.h5"})
        std::filesystem::remove(job.result(name));
    expect_contains(file_error([&] { job.resume(); }), "partial/config.yaml: is missing");
    std::filesystem::create_directory(job.result("partial"));
    put(job.result("partial/config.yaml.tmp"), "");
    EXPECT_EQ(job.resume().end, JobEnd::complete);
}

// The error of a trial says which one it is, and what was finished before is kept.
TEST(EnsembleJob, AFailingTrialIsNamedAndTheOthersAreKept) {
    const JobDirectory job(two_trials + "trial_results: all\n");
    job.start();
    std::filesystem::remove(job.result("summary.json"));
    std::filesystem::create_directory(job.result("partial"));
    put(job.result("partial/config.yaml"), content(job.result("config.yaml")));
    // A file where a directory has to be.
    std::filesystem::remove_all(job.result("trials/000/0001"));
    put(job.result("trials/000/0001"), "");
    const std::string error = file_error([&] { job.resume(); });
    expect_contains(error, "trial 1 at synapses.theta_pro_mV=0.5");
    std::filesystem::remove(job.result("trials/000/0001"));
    EXPECT_EQ(job.resume().end, JobEnd::complete);
}

TEST(EnsembleJob, ATrialOfAnUnfinishedEnsembleIsLeftToIt) {
    const JobDirectory job(two_trials + "trial_results: all\n");
    job.start();
    const auto resume_trial = [&](const std::vector<std::string>& overrides) {
        return file_error([&] {
            job::resume(
                {job.result("trials/000/0001"), "", overrides, {job::DeviceChoice::cpu, 0, true}},
                MPI_COMM_SELF);
        });
    };
    EXPECT_EQ(resume_trial({}), "");
    std::filesystem::create_directory(job.result("partial"));
    std::filesystem::copy_file(job.result("config.yaml"), job.result("partial/config.yaml"));
    for (const std::vector<std::string>& overrides :
         {std::vector<std::string>{}, {"simulation.duration_s=61"}})
        expect_contains(resume_trial(overrides),
                        "is a trial of an unfinished ensemble, which goes on with it itself: "
                        "engram resume " +
                            job.results());
}

TEST(EnsembleJob, IsNotSalvaged) {
    const JobDirectory job(two_trials + "trial_results: none\n");
    job.start();
    EXPECT_THROW(job.salvage(), UsageError);
}

TEST(EnsembleJob, ACompleteEnsembleGetsItsSummaryAgain) {
    const JobDirectory job(two_trials + "trial_results: none\n");
    job.start();
    const auto summary = [&] { return nlohmann::json::parse(content(job.result("summary.json"))); };
    const nlohmann::json before = summary();
    std::filesystem::remove(job.result("summary.json"));
    EXPECT_EQ(job.resume().end, JobEnd::complete);
    EXPECT_EQ(summary()["points"], before["points"]);
    EXPECT_EQ(job.resume().end, JobEnd::nothing_to_do);

    std::filesystem::remove(job.result("summary.json"));
    std::string other = content(job.result("config.yaml"));
    other.replace(other.find("seed: 4"), 7, "seed: 5");
    put(job.result("config.yaml"), other);
    expect_contains(file_error([&] { job.resume(); }),
                    "ensemble.h5: is of another ensemble than config.yaml");
}

}  // namespace
}  // namespace engram::test
