#!/bin/bash
# Runs the job scripts on a private Slurm cluster of one node, interrupts the jobs in every way, and compares
# their results with those of a run that was never interrupted.
# Functions are called by their names.
# shellcheck disable=SC2317
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tools/common.sh
source tools/common.sh
# shellcheck source=test/slurm/private_cluster.sh
source test/slurm/private_cluster.sh

usage() {
    cat <<'END'
Usage: test/slurm/run_slurm_test.sh [PROGRAM]

Tests slurm/*.sh with the engram executable PROGRAM (default: build/release/engram).
The environment variable RANKS (2) sets the ranks of each job.
Prints a line PASS or FAIL for each job. Exit codes: 0 all passed, 1 failures, 77 skipped.
Needs Slurm and munge; as root on Debian or Ubuntu it installs them. They are not started as services.
END
}

case "${1-}" in
    -h | --help)
        usage
        exit 0
        ;;
esac
ENGRAM=$(realpath "${1:-build/release/engram}")
export ENGRAM
patience_s=150 # for each event waited for; machines may be busy
ranks=${RANKS:-2} # of each job

skip() {
    echo "SKIP: $*"
    exit 77
}

[[ -x $ENGRAM ]] || skip "there is no program $ENGRAM; build it first"
python=$(find_python) || skip "no suitable python3"
provide_slurm || skip "Slurm and munge are neither installed nor installable (${slurm_packages[*]})"
prepare_mpi 99

work=$(mktemp -d)
started_s=$SECONDS
tests=()
reference=
clean_up() {
    trap '' INT TERM # it must come to its end
    kill "${tests[@]}" ${reference:+"$reference"} 2>/dev/null
    stop_cluster
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

if ! start_cluster "$work/cluster"; then
    tail -n 20 "$work"/cluster/*.out "$work"/cluster/*.log
    skip "the private cluster did not start here (see above)"
fi
mkdir "$work/results" "$work/logs"
config=test/slurm/job.yaml

# --- what can be seen and done of a job

submit() { # NAME SCRIPT ARGUMENT...: prints the id of the job
    local name=$1
    shift
    sbatch --parsable --job-name="$name" --ntasks="$ranks" --mem-per-cpu=100M --time=30 \
        --output="$work/logs/$name.log" "$@"
}

show() { # JOB FIELD
    scontrol show job "$1" | grep -o "\b$2=[^ ]*" | head -n 1 | cut -d= -f2
}

is_in_state() { # JOB STATE
    [[ $(show "$1" JobState) == "$2" ]]
}

has_lines() { # NAME COUNT PATTERN
    local count
    count=$(grep -c -e "$3" "$work/logs/$1.log" 2>/dev/null)
    ((${count:-0} >= $2))
}

in_time() { # COMMAND...
    await "$patience_s" "$@" || {
        echo "waited $patience_s s in vain for: $*"
        return 1
    }
}

expect() { # WHAT COMMAND...
    local what=$1
    shift
    "$@" || {
        echo "not as expected: $what"
        return 1
    }
}

completes() { # NAME JOB RESTARTS
    in_time is_in_state "$2" COMPLETED &&
        expect "$3 restarts" test "$(show "$2" Restarts)" -eq "$3" &&
        in_time test -e "$work/reference/summary.json" &&
        "$python" test/slurm/compare_results.py "$work/results/$1" "$work/reference"
}

# --- the tests; each prints what is wrong

interrupted_twice() { # NAME LAUNCHER
    local job start
    job=$(LAUNCHER=$2 submit "$1" slurm/self_continuing_job.sh "$config" "$work/results/$1") || return 1
    for start in 1 2; do
        # The first progress line: the simulation runs, its signal handlers are there.
        in_time has_lines "$1" "$start" '^engram: learn+recall: .* s to' || return 1
        sleep 0.3
        scancel --batch --signal=USR1 "$job"
        in_time has_lines "$1" "$start" '^engram: stopped on request' || return 1
        in_time has_lines "$1" 1 "restart $start: resuming" || return 1
    done
    completes "$1" "$job" 2 &&
        expect "two continuations from a checkpoint" has_lines "$1" 2 '^engram: continuing from'
}

# The signal comes before the program can handle it; the second start is killed by force.
early_signal_then_kill() { # NAME LAUNCHER
    local job
    job=$(LAUNCHER=$2 submit "$1" slurm/self_continuing_job.sh "$config" "$work/results/$1") || return 1
    in_time has_lines "$1" 1 'restart 0: starting' || return 1
    scancel --batch --signal=USR1 "$job"
    in_time has_lines "$1" 1 'restart 1: ' || return 1
    in_time has_lines "$1" 1 '^engram: checkpoint at' || return 1
    scancel --signal=KILL "$job.0"
    in_time is_in_state "$job" FAILED || return 1
    scontrol requeue "$job"
    in_time has_lines "$1" 1 'restart 2: resuming' || return 1
    completes "$1" "$job" 2 &&
        expect "a continuation from a checkpoint" has_lines "$1" 1 '^engram: continuing from'
}

invalid_configuration() { # NAME
    local job
    job=$(submit "$1" slurm/self_continuing_job.sh "$config" "$work/results/$1" --set neuron.t_ref_ms=-2) || return 1
    in_time is_in_state "$job" FAILED &&
        expect "exit code 2" test "$(show "$job" ExitCode)" = 2:0 &&
        expect "no restart" test "$(show "$job" Restarts)" -eq 0
}

# scancel without a signal means the end, although the script gets SIGTERM.
cancelled() { # NAME
    local job
    job=$(submit "$1" slurm/self_continuing_job.sh "$config" "$work/results/$1") || return 1
    in_time has_lines "$1" 1 '^engram: learn+recall: .* s to' || return 1
    scancel "$job"
    in_time is_in_state "$job" CANCELLED || return 1
    sleep 3
    expect "it stays cancelled" is_in_state "$job" CANCELLED &&
        expect "no restart" test "$(show "$job" Restarts)" -eq 0
}

array() { # NAME
    local job
    job=$(KEY=simulation.seed VALUES="3 4" submit "$1" --array=0-1%1 \
        slurm/array_job.sh "$config" "$work/results/$1" --set simulation.duration_s=1 \
        --set 'stimuli={}' --set 'record={}') || return 1
    in_time test -e "$work/results/$1/simulation.seed=3/summary.json" &&
        in_time test -e "$work/results/$1/simulation.seed=4/summary.json" &&
        expect "the seed of the second element" grep -q 'seed: 4' "$work/results/$1/simulation.seed=4/config.yaml"
}

single() { # NAME
    local job
    job=$(submit "$1" slurm/cpu_job.sh "$config" "$work/results/$1" --set simulation.duration_s=1 \
        --set 'stimuli={}' --set 'record={}') || return 1
    in_time is_in_state "$job" COMPLETED && expect "results" test -e "$work/results/$1/summary.json"
}

# --- all at once, since most of the time is spent in waiting

failures=0
names=()
launch_test() { # TITLE FUNCTION ARGUMENT...
    local title=$1
    shift
    "$@" >"$work/$2.out" 2>&1 &
    tests+=($!)
    names+=("$2:$title")
    # Steps that one node starts in the same moment fail to set up PMIx ("task launch failed").
    sleep 4
}

launch_test "two interruptions (srun)" interrupted_twice srun 'srun --mpi=pmix'
launch_test "two interruptions (mpirun)" interrupted_twice mpirun mpirun
launch_test "a signal before the program is ready, then a kill" early_signal_then_kill kill 'srun --mpi=pmix'
launch_test "an invalid configuration is not requeued" invalid_configuration invalid
launch_test "a cancelled job is not requeued" cancelled cancelled
launch_test "a job array, one directory for each element" array array
launch_test "a single job" single single
# In the background, since only a wait lets signals through to clean_up.
timeout "$((2 * patience_s))" mpirun --oversubscribe -n "$((ranks + 1))" "$ENGRAM" run "$config" \
    --output "$work/reference" --quiet >"$work/reference.out" 2>&1 &
reference=$!
wait "$reference" || {
    echo "the uninterrupted run failed:"
    cat "$work/reference.out"
}

for i in "${!tests[@]}"; do
    name=${names[i]%%:*}
    if wait "${tests[i]}"; then
        echo "PASS: ${names[i]#*:}"
    else
        failures=$((failures + 1))
        echo "FAIL: ${names[i]#*:}"
        sed 's/^/    /' "$work/$name.out"
        echo "    --- log of the job"
        tail -n 40 "$work/logs/$name.log" | sed 's/^/    /'
    fi
done
echo "${#tests[@]} tests, $failures failed, $((SECONDS - started_s)) s"
exit $((failures > 0))
