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
