// SPDX-License-Identifier: Apache-2.0
#include "job/ensemble_run.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "io/ensemble_file.hpp"
#include "io/summary_file.hpp"
#include "io/trial_log.hpp"
#include "job/continuation.hpp"
#include "job/ensemble_channel.hpp"
#include "job/ensemble_progress.hpp"
#include "job/ensemble_summary.hpp"
#include "job/run.hpp"
#include "job/run_summary.hpp"
#include "job/runaway_watch.hpp"
#include "job/stop_signal.hpp"
#include "job/trial_runner.hpp"

namespace engram::job {
namespace {

// Trials that are still to be run, trial by trial, so that all points grow alike.
std::vector<EnsembleItem> pending_items(const Ensemble& ensemble, const OutputDirectory& directory,
                                        MPI_Comm communicator) {
    std::vector<char> finished(ensemble.size(), 0);
    const auto n_points = static_cast<std::uint32_t>(ensemble.points().size());
    on_root(communicator, [&] {
        const TrialArchive archive(directory.partial());
        for (std::uint64_t i = 0; i < ensemble.size(); ++i) {
            const EnsembleItem item{static_cast<std::uint32_t>(i % n_points),
                                    static_cast<std::uint32_t>(i / n_points)};
            // A trial whose results were lost runs again.
            finished[i] = archive.contains(item) &&
                          (!ensemble.keeps_results() ||
                           has_whole_results(directory.trial(item.point, item.trial)));
        }
    });
    MPI_Bcast(finished.data(), static_cast<int>(finished.size()), MPI_CHAR, 0, communicator);
    std::vector<EnsembleItem> pending;
    for (std::uint64_t i = 0; i < ensemble.size(); ++i)
        if (!finished[i])
            pending.push_back({static_cast<std::uint32_t>(i % n_points),
                               static_cast<std::uint32_t>(i / n_points)});
    return pending;
}

// Every n-th pending trial; shifted from trial to trial where otherwise a group would always meet
// the same points, which may cost more than others.
std::vector<EnsembleItem> items_of_group(const std::vector<EnsembleItem>& pending, int group,
                                         int n_groups, std::size_t n_points) {
    const bool shifted = std::gcd<std::size_t, int>(n_points, n_groups) > 1;
    std::vector<EnsembleItem> items;
    for (std::size_t i = 0; i < pending.size(); ++i)
        if ((i + (shifted ? pending[i].trial : 0)) % n_groups == static_cast<std::size_t>(group))
            items.push_back(pending[i]);
    return items;
}

// Says of which trial the error is.
ErrorRecord record_of_trial(const Ensemble& ensemble, EnsembleItem item,
                            const std::exception_ptr& exception) {
    ErrorRecord record = record_of(exception);
    const std::string& point = ensemble.points()[item.point].name;
    const std::string trial =
        fmt::format("trial {}{} ({} {}): ", item.trial, point.empty() ? "" : " at " + point,
                    ensemble.seed_name(), ensemble.seed(item.trial));
    (record.path.empty() ? record.message : record.path).insert(0, trial);
    for (ConfigProblem& problem : record.problems) problem.file.insert(0, trial);
    return record;
}

// Owns the communicator of the ranks that share each trial.
class Group {
  public:
    Group(MPI_Comm all, int index) { MPI_Comm_split(all, index, rank_of(all), &communicator_); }
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    ~Group() { MPI_Comm_free(&communicator_); }
    operator MPI_Comm() const { return communicator_; }

  private:
    MPI_Comm communicator_ = MPI_COMM_NULL;
};

void warn_of_runaway(const Ensemble& ensemble, const std::vector<MeasureStatistics>& measures) {
    const auto runaway = std::ranges::find(measures, std::string("runaway"),
                                           [](const auto& m) { return m.measure.name; });
    if (runaway == measures.end()) return;
    std::size_t n_points = 0;
    std::string first;
    double n_trials = 0;
    for (std::size_t point = 0; point < ensemble.points().size(); ++point) {
        const double share = runaway->by_point.mean(point);
        if (!(share > 0)) continue;
        if (n_points++ == 0) first = ensemble.points()[point].name;
        n_trials += std::round(share * ensemble.trials());
    }
    if (n_points == 0) return;
    const std::string where =
        ensemble.points().size() == 1
            ? ""
            : fmt::format(", at {} (the first is {})", counted(n_points, "point"), first);
    warning(
        "the network runs away in {:.0f} of {} trials{}: excitatory neurons fire at half their "
        "highest rate or more without any stimulus to them; {}",
        n_trials, ensemble.size(), where, runaway_remedy);
}

// The trials of a group, run one after the other or in turns.
class GroupOfTrials {
  public:
    //! All must outlive this.
    //! \param progress  null but on rank 0
    GroupOfTrials(const Ensemble& ensemble, const InputFiles& inputs,
                  const OutputDirectory& directory, const RunContext& context,
                  EnsembleChannel& channel, EnsembleProgress* progress, TrialTurns& turns)
        : ensemble_(ensemble),
          channel_(channel),
          progress_(progress),
          turns_(turns),
          group_(context.communicator),
          runner_(ensemble, inputs, directory, context, channel, turns.make_executor()) {}

    //! \param at_once  how many of them take turns
    void run(const std::vector<EnsembleItem>& items, std::size_t at_once,
             const std::string& log_directory) {
        if (channel_.leads_group() && !items.empty()) log_.emplace(log_directory, channel_.group());
        auto next = items.begin();
        turns_.run(
            at_once,
            [&](std::size_t worker) {
                // Of trials that run at once, progress follows those of the first worker.
                EnsembleProgress* progress = worker == 0 ? progress_ : nullptr;
                while (next != items.end() && !stop_requested()) run_trial(*next++, progress);
            },
            [&] {
                if (progress_ != nullptr) progress_->update();
            });
        if (log_) log_->flush();
    }

  private:
    bool stop_requested() {
        int stop = channel_.stop_requested() ? 1 : 0;
        MPI_Bcast(&stop, 1, MPI_INT, 0, group_);
        return stop != 0;
    }

    void run_trial(EnsembleItem item, EnsembleProgress* progress) {
        ProgressListener nobody;
        try {
            if (progress != nullptr) progress->trial_begins(item, ensemble_.experiment(item));
            const auto record = runner_.run(item, progress != nullptr ? *progress : nobody);
            if (!record) {
                channel_.request_stop();
            } else if (log_) {
                log_->append(*record);
                channel_.trial_done();
            }
        } catch (const Error&) {
            throw_error(record_of_trial(ensemble_, item, std::current_exception()));
        }
    }

    const Ensemble& ensemble_;
    EnsembleChannel& channel_;
    EnsembleProgress* progress_;
    TrialTurns& turns_;
    MPI_Comm group_;
    TrialRunner runner_;
    std::optional<TrialLog> log_;  //!< on the first rank of the group
};

}  // namespace

JobOutcome run_ensemble(const Ensemble& ensemble, const InputFiles& inputs,
                        const OutputDirectory& directory, TrialTurns& turns,
                        const RunContext& context) {
    const MPI_Comm communicator = context.communicator;
    const double start = MPI_Wtime();
    const int rank = rank_of(communicator);
    const int n_ranks = size_of(communicator);
    const auto ranks_per_trial = static_cast<int>(ensemble.ranks_per_trial());
    handle_stop_signals();
    EnsembleChannel channel(communicator, ranks_per_trial);
    const std::vector<EnsembleItem> pending = pending_items(ensemble, directory, communicator);
    const std::vector<EnsembleItem> items =
        channel.group() < channel.n_groups()
            ? items_of_group(pending, channel.group(), channel.n_groups(), ensemble.points().size())
            : std::vector<EnsembleItem>();
    const std::size_t at_once = turns.at_once(items);
    std::optional<EnsembleProgress> progress;
    if (rank == 0) {
        const std::size_t all_at_once = at_once * static_cast<std::size_t>(channel.n_groups());
        progress.emplace(directory.progress(), ensemble, channel, ensemble.size() - pending.size(),
                         all_at_once, n_ranks, context.quiet);
        if (!context.quiet)
            notice("{} of {} trials to run, {} at a time on {} each", pending.size(),
                   ensemble.size(), std::min(all_at_once, pending.size()),
                   counted(ranks_per_trial, "rank"));
    }
    std::exception_ptr failure;
    {
        const Group group(communicator, channel.group());
        try {
            if (channel.group() < channel.n_groups())
                GroupOfTrials(ensemble, inputs, directory,
                              {group, context.claim, context.watch, true}, channel,
                              progress ? &*progress : nullptr, turns)
                    .run(items, at_once, directory.partial());
        } catch (const Error& error) {
            // Of one rank of several alone: the others of its group wait for it in vain.
            if (!error.is_shared() && size_of(group) > 1) throw;
            failure = std::current_exception();
            channel.request_stop();
        }
    }
    // Other groups may be at work for long; what is lost there, they find.
    channel.wait_for_all([&] {
        context.watch.moved();
        if (progress) progress->update();
    });
    collectively(communicator, [&] {
        if (failure) std::rethrow_exception(failure);
    });
    const bool complete = pending_items(ensemble, directory, communicator).empty();
    if (!complete) {
        if (rank == 0) {
            progress->finish("stopped");
            notice("stopped on request; finished trials are kept, continue with: engram resume {}",
                   directory.path().string());
        }
        return {JobEnd::stopped, ""};
    }
    const std::vector<double> memory_MB = gather_peak_memory_MB(communicator);
    JobOutcome outcome;
    on_root(communicator, [&] {
        context.claim.require();
        const auto measures =
            write_ensemble_file(directory.ensemble(), ensemble, TrialArchive(directory.partial()));
        const double wall_s = MPI_Wtime() - start;
        write_summary(directory.summary(),
                      make_ensemble_summary(ensemble, inputs.summary(), measures, pending.size(),
                                            wall_s, n_ranks, memory_MB));
        // The summary marks the ensemble as complete; only then are the logs no longer needed.
        tidy_up(directory);
        progress->finish("complete");
        warn_of_runaway(ensemble, measures);
        outcome.text = ensemble_summary_text(ensemble, measures, wall_s, directory.path().string());
    });
    return outcome;
}

}  // namespace engram::job
