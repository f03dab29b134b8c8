#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
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
Usage: test/slurm/run_slurm_test.sh [--all] [--skip-install] [PROGRAM]

Tests slurm/*.sh with the engram executable PROGRAM (default: build/release/engram).
  --all            also what takes minutes: time limits, preemption, failure of the node
  --skip-install   do not install Slurm
The environment variable RANKS (2) sets the ranks of each job.
Prints a line PASS or FAIL for each job. Exit codes: 0 all passed, 1 failures, 77 skipped.
Needs Slurm and munge; on Debian or Ubuntu it installs them, as root or if sudo asks for no password. They
are not started as services.
END
}

all=false
skip_install=false
while [[ ${1-} == -* ]]; do
    case "$1" in
        -h | --help)
            usage
            exit 0
            ;;
        --all) all=true ;;
        --skip-install) skip_install=true ;;
        *)
            echo "run_slurm_test.sh: error: unknown option '$1'; see --help" >&2
            exit 1
            ;;
    esac
    shift
done
ENGRAM=$(realpath "${1:-build/release/engram}")
export ENGRAM
patience_s=1500 # for each event waited for; machines may be busy
ranks=${RANKS:-2} # of each job

skip() {
    echo "SKIP: $*"
    exit 77
}

[[ -x $ENGRAM ]] || skip "there is no program $ENGRAM; build it first"
python=$(find_python) || skip "no suitable python3"
if ! has_slurm; then
    if $skip_install; then skip "Slurm and munge are not installed (${slurm_packages[*]})"; fi
    install_slurm || skip "Slurm and munge are neither installed nor installable (${slurm_packages[*]})"
fi
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

completes() { # NAME JOB RESTARTS [REFERENCE]
    in_time is_in_state "$2" COMPLETED &&
        expect "$3 restarts" test "$(show "$2" Restarts)" -eq "$3" &&
        in_time test -e "$work/${4:-reference}/summary.json" &&
        "$python" test/slurm/compare_results.py "$work/results/$1" "$work/${4:-reference}"
}

rank_pids() { # NAME
    pgrep -f "^$ENGRAM (run|resume) .*$work/(results|stage)/$1([ /]|$)"
}

# A fast machine is done before Slurm acts: the ranks wait for it.
hold() { # NAME
    rank_pids "$1" | xargs -r kill -STOP
}

release() { # NAME
    rank_pids "$1" | xargs -r kill -CONT
}

# Whether held ranks have been sent SIGUSR1 or SIGTERM, or are held no more.
is_told_to_stop() { # NAME
    local pid pending state
    for pid in $(rank_pids "$1"); do
        state=$(grep '^State:' "/proc/$pid/status") || continue
        pending=$(grep '^ShdPnd:' "/proc/$pid/status") || continue
        if [[ $state != *"T (stopped)"* ]] || ((16#${pending##*$'\t'} & (1 << 9 | 1 << 14))); then return 0; fi
    done
    [[ -z $(rank_pids "$1") ]]
}

# --- the tests; each prints what is wrong

interrupted_twice() { # NAME LAUNCHER
    local job start
    job=$(LAUNCHER=$2 submit "$1" slurm/self_continuing_job.sh "$config" "$work/results/$1") || return 1
    for start in 1 2; do
        # The first progress line: the simulation runs, its signal handlers are there.
        in_time has_lines "$1" "$start" '^engram: learn+recall: .* s to' || return 1
        hold "$1"
        scancel --batch --signal=USR1 "$job"
        in_time is_told_to_stop "$1" || return 1
        release "$1"
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
    hold "$1"
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
    hold "$1"
    scancel "$job"
    sleep 1
    release "$1"
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

# On the disk of the node, with modules of the site: a copy comes back at the end of each start.
staged() { # NAME
    local job other
    echo "echo modules are loaded" >"$work/environment.sh"
    mkdir -p "$work/stage/$1"
    job=$(STAGE=$work/stage/$1 ENGRAM_ENVIRONMENT=$work/environment.sh submit "$1" --nodes=1 \
        slurm/self_continuing_job.sh "$config" "$work/results/$1") || return 1
    in_time has_lines "$1" 1 '^engram: learn+recall: .* s to' || return 1
    hold "$1"
    expect "nothing but the mark in the results" test ! -e "$work/results/$1" -a -e "$work/results/$1.staged-by" || return 1
    STAGE=$work/stage/$1 submit "$1-2" --nodes=1 slurm/self_continuing_job.sh "$config" "$work/results/$1" >/dev/null
    submit "$1-3" slurm/self_continuing_job.sh "$config" "$work/results/$1" >/dev/null
    submit "$1-4" slurm/cpu_job.sh "$config" "$work/results/$1" >/dev/null
    for other in 2 3 4; do
        in_time has_lines "$1-$other" 1 "job $job works on " || return 1
    done
    scancel --batch --signal=USR1 "$job"
    in_time is_told_to_stop "$1" || return 1
    release "$1"
    in_time has_lines "$1" 1 '^engram: continuing from' || return 1
    hold "$1"
    mkdir -p "$work/results/$1/my notes" && echo mine >"$work/results/$1/my notes/a b.txt"
    release "$1"
    completes "$1" "$job" 1 &&
        expect "what the user has put there" grep -q mine "$work/results/$1/my notes/a b.txt" &&
        expect "the environment of the site" has_lines "$1" 2 '^modules are loaded' &&
        expect "an empty stage" test -z "$(ls -A "$work/stage/$1")" &&
        expect "no marks" test -z "$(ls -d "$work/results/$1".staged-* 2>/dev/null)"
}

single() { # NAME
    local job
    job=$(submit "$1" slurm/cpu_job.sh "$config" "$work/results/$1" --set simulation.duration_s=1 \
        --set 'stimuli={}' --set 'record={}') || return 1
    in_time is_in_state "$job" COMPLETED && expect "results" test -e "$work/results/$1/summary.json"
}

# What `engram plan` proposes is a job that Slurm takes.
plan() { # NAME
    local script=$work/$1.sh
    {
        echo '#!/bin/bash'
        "$ENGRAM" plan "$config" --ranks 4 | grep -o '#SBATCH .*'
        echo 'exit 0'
    } >"$script"
    cat "$script"
    expect "ranks, memory and time" test "$(grep -c '^#SBATCH --\(ntasks\|mem-per-cpu\|time\)=' "$script")" -eq 3 &&
        expect "an accepted job" sbatch --test-only "$script"
}

# There is no GPU behind the ones that the scheduler deals out.
gpu() { # NAME
    local job
    job=$(ENGRAM=$ENGRAM sbatch --parsable --job-name="$1" --mem-per-cpu=100M --time=30 --output="$work/logs/$1.log" \
        slurm/gpu_job.sh "$config" "$work/results/$1") || return 1
    in_time is_in_state "$job" FAILED &&
        expect "four ranks on one node" test "$(show "$job" NumTasks)" -eq 4 &&
        expect "four GPUs" test "$(show "$job" TresPerNode)" = gres:gpu:4 &&
        expect "exit code 4" test "$(show "$job" ExitCode)" = 4:0 &&
        expect "one message" has_lines "$1" 1 '^engram: error: .*[gG][pP][uU]' &&
        expect "no directory" test ! -e "$work/results/$1"
}

# Tasks that do not know of each other would each do the whole work.
without_pmix() { # NAME
    local code
    srun --quiet --mpi=none --ntasks=3 --mem-per-cpu=100M "$ENGRAM" run "$config" --output "$work/results/$1" \
        >"$work/logs/$1.log" 2>&1
    code=$?
    expect "exit code 1" test "$code" -eq 1 &&
        expect "a message" has_lines "$1" 1 '^engram: error: 3 processes' &&
        expect "no other" test "$(grep -c '^engram: ' "$work/logs/$1.log")" -eq 1 &&
        expect "no directory" test ! -e "$work/results/$1"
}

# Commands that are typed into a shell, which has one PMIx server, or none, for all of them.
shell_of_a_job() { # NAME MPI
    local typed short
    short="--output '$work/results/$1' --set simulation.duration_s=0.1 --set 'stimuli={}' --set 'record={}'"
    typed="'$ENGRAM' check $config && '$ENGRAM' run $config $short && '$ENGRAM' run $config $short --force &&
        '$ENGRAM' resume '$work/results/$1'"
    srun --quiet --mpi="$2" --ntasks=1 --mem-per-cpu=100M bash -c "$typed" >"$work/logs/$1.log" 2>&1 &&
        expect "two runs" has_lines "$1" 2 '^Results: ' &&
        expect "a complete run" has_lines "$1" 1 'nothing to resume'
}

# --- what takes minutes: each alone, since it takes the whole node

long_config=$work/long.yaml

submit_long() { # NAME LAUNCHER OPTION...
    local name=$1 launcher=$2
    shift 2
    LAUNCHER=$launcher submit "$name" "$@" slurm/self_continuing_job.sh "$long_config" "$work/results/$name"
}

is_running_well() { # NAME STARTS: the simulation of this start has come to a checkpoint
    has_lines "$1" "$2" '^engram: learn+recall: .* s to' && has_lines "$1" "$2" '^engram: checkpoint at'
}

# The shortest limit that Slurm knows, and a margin of most of it.
time_limit() { # NAME LAUNCHER
    local job restarts
    job=$(submit_long "$1" "$2" --time=1 --signal=B:USR1@45) || return 1
    in_time is_running_well "$1" 1 || return 1
    hold "$1"
    in_time is_told_to_stop "$1" || return 1
    release "$1"
    in_time has_lines "$1" 1 '^engram: stopped on request' || return 1
    in_time is_in_state "$job" COMPLETED || return 1
    restarts=$(show "$job" Restarts)
    expect "a restart" test "$restarts" -ge 1 &&
        expect "a checkpoint at every limit" has_lines "$1" "$restarts" '^engram: stopped on request' &&
        completes "$1" "$job" "$restarts" long_reference
}

# The limit comes without a warning: Slurm kills the job and does not start it again, but a user can.
time_limit_without_signal() { # NAME LAUNCHER
    local job
    job=$(submit_long "$1" "$2" --time=1 --signal=B:URG@1) || return 1
    in_time is_running_well "$1" 1 || return 1
    hold "$1"
    in_time is_in_state "$job" TIMEOUT || return 1
    expect "no restart" test "$(show "$job" Restarts)" -eq 0 || return 1
    job=$(submit_long "$1" "$2") || return 1
    in_time has_lines "$1" 1 '^engram: continuing from' &&
        completes "$1" "$job" 0 long_reference
}

preemption() { # NAME LAUNCHER PARTITION
    local job urgent
    job=$(submit_long "$1" "$2" --partition="$3") || return 1
    in_time is_running_well "$1" 1 || return 1
    hold "$1"
    urgent=$(sbatch --parsable --partition=urgent --exclusive --output=/dev/null --wrap 'sleep 3') || return 1
    in_time is_told_to_stop "$1" || return 1
    release "$1"
    in_time is_in_state "$urgent" COMPLETED || return 1
    in_time has_lines "$1" 1 'restart 1: resuming' || return 1
    completes "$1" "$job" 1 long_reference &&
        expect "a continuation from a checkpoint" has_lines "$1" 1 '^engram: continuing from'
}

node_failure() { # NAME LAUNCHER
    local job
    job=$(submit_long "$1" "$2") || return 1
    in_time is_running_well "$1" 1 || return 1
    fail_node
    in_time is_in_state "$job" PENDING || return 1
    repair_node
    in_time has_lines "$1" 1 'restart 1: resuming' || return 1
    completes "$1" "$job" 1 long_reference &&
        expect "a continuation from a checkpoint" has_lines "$1" 1 '^engram: continuing from'
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
    sleep 3
}

launch_test "two interruptions (srun)" interrupted_twice srun 'srun --mpi=pmix'
launch_test "two interruptions (mpirun)" interrupted_twice mpirun mpirun
launch_test "a signal before the program is ready, then a kill" early_signal_then_kill kill 'srun --mpi=pmix'
launch_test "an invalid configuration is not requeued" invalid_configuration invalid
launch_test "a cancelled job is not requeued" cancelled cancelled
launch_test "a job array, one directory for each element" array array
launch_test "a single job" single single
launch_test "work on the disk of the node" staged staged
launch_test "the job that engram plan proposes" plan plan
launch_test "a job on GPUs that are not there" gpu gpu
launch_test "tasks without PMIx are refused" without_pmix unconnected
launch_test "a shell in a job, with PMIx" shell_of_a_job shell_pmix pmix
launch_test "a shell in a job, without" shell_of_a_job shell_none none
# In the background, since only a wait lets signals through to clean_up.
timeout "$((2 * patience_s))" mpirun --oversubscribe -n "$((ranks + 1))" "$ENGRAM" run "$config" \
    --output "$work/reference" --quiet >"$work/reference.out" 2>&1 &
reference=$!
wait "$reference" || {
    echo "the uninterrupted run failed:"
    cat "$work/reference.out"
}

report() { # NAME TITLE EXIT_CODE
    if (($3 == 0)); then
        echo "PASS: $2"
        return
    fi
    failures=$((failures + 1))
    echo "FAIL: $2"
    sed 's/^/    /' "$work/$1.out"
    echo "    --- log of the job"
    tail -n 40 "$work/logs/$1.log" | sed 's/^/    /'
}

for i in "${!tests[@]}"; do
    wait "${tests[i]}"
    report "${names[i]%%:*}" "${names[i]#*:}" $?
done

if $all; then
    sed 's/^  duration_s: .*/  duration_s: 8000/; s/every_simulated_s: .*,/every_simulated_s: 100,/' "$config" >"$long_config"
    mpirun --oversubscribe -n "$ranks" "$ENGRAM" run "$long_config" --output "$work/long_reference" --quiet >"$work/reference.out" 2>&1 ||
        cat "$work/reference.out"
    test_alone() { # TITLE FUNCTION NAME ARGUMENT...
        local title=$1
        shift
        tests+=("")
        "$@" >"$work/$2.out" 2>&1
        report "$2" "$title" $?
    }
    for launcher in srun mpirun; do
        command=$launcher
        if [[ $launcher == srun ]]; then command='srun --mpi=pmix'; fi
        test_alone "the time limit ($launcher)" time_limit "limit_$launcher" "$command"
        test_alone "preemption ($launcher)" preemption "preempted_$launcher" "$command" preemptible
        test_alone "preemption with a grace time ($launcher)" preemption "graceful_$launcher" "$command" graceful
        test_alone "failure of the node ($launcher)" node_failure "failed_$launcher" "$command"
    done
    test_alone "the time limit without a signal" time_limit_without_signal unsignalled 'srun --mpi=pmix'
fi
echo "${#tests[@]} tests, $failures failed, $((SECONDS - started_s)) s"
exit $((failures > 0))
