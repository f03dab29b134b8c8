#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --job-name=engram
#SBATCH --nodes=1
#SBATCH --ntasks=16
#SBATCH --hint=nomultithread
#SBATCH --mem-per-cpu=1G
#SBATCH --time=04:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log
##SBATCH --mail-type=END,FAIL --mail-user=me@example.org
#
# A simulation of any length, in as many starts of this job as it takes. Shortly before the time limit
# (--signal, in seconds) the program saves a checkpoint and the job puts itself back into the queue.
#
#   sbatch slurm/self_continuing_job.sh [CONFIG [OUTPUT [OPTION...]]]
#   sbatch --ntasks=64 --time=24:00:00 slurm/self_continuing_job.sh configs/defaultnet_8h_recall.yaml results/a
#
# Only the state of OUTPUT decides what a start does: it begins the run, resumes it, or finds it complete.
# So preemption, the failure of a node, and another sbatch with the same OUTPUT continue the run as well.
# See docs/cluster.md.
# Modules and variables of the site, if there is this file: see environment.example.sh.
environment=${ENGRAM_ENVIRONMENT:-slurm/environment.sh}
# shellcheck source=/dev/null
if [[ -e $environment || -n ${ENGRAM_ENVIRONMENT-} ]]; then source "$environment" || exit 3; fi
# Since Slurm 22.05 srun does not take it from sbatch.
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}

set -uo pipefail

config=${1:-configs/defaultnet_8h_recall.yaml}   # relative to where sbatch was called
output=${2:-results/job-$SLURM_JOB_ID}           # on a file system that all nodes of the job see
options=("${@:3}")                               # further options of `engram run`, e.g. --set KEY=VALUE
program=${ENGRAM:-build/release/engram}          # the engram executable
launcher=${LAUNCHER:-srun --mpi=pmix --cpu-bind=cores} # or: mpirun
max_restarts=${MAX_RESTARTS:-100}                # of this job; then something must be wrong
stage=${STAGE:-}                                 # a directory of the node to work in, e.g. /tmp; empty: OUTPUT

restarts=${SLURM_RESTART_COUNT:-0}
read -r -a launch <<<"$launcher"

log() {
    echo "$(date +%FT%T) job $SLURM_JOB_ID, restart $restarts: $*"
}

# SIGUSR1 comes from --signal, SIGTERM from preemption. The program may get both, and more than once.
interrupted=false
child=
interrupt() {
    interrupted=true
    if [[ -n $child ]]; then kill -s USR1 "$child" 2>/dev/null; fi
}
trap interrupt USR1 TERM

# Runs the launcher to its end; returns its exit code.
launch() {
    "${launch[@]}" "$program" "$@" &
    child=$!
    if $interrupted; then interrupt; fi # it came before the child was known
    # A trapped signal ends a wait early; the child is still saving its checkpoint then. A launcher that was
    # just starting may have lost it.
    while kill -0 "$child" 2>/dev/null; do
        if $interrupted; then
            sleep 3
            kill -s USR1 "$child" 2>/dev/null
        else
            wait "$child"
        fi
    done
    wait "$child" # bash remembers how it ended
}

# Slurm is already ending a job that was cancelled, or preempted; it requeues the latter itself.
is_running() {
    [[ $(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%T) == RUNNING ]]
}

if ! command -v "$program" >/dev/null; then
    log "there is no program $program; build it, or name it by the variable ENGRAM"
    exit 3
fi

# With STAGE the run lies on the node while a start lasts. OUTPUT gets a copy of it at the end of each start,
# within the margin of --signal; a node that fails takes the work of its start with it.
results=$output
owner=$results.staged-by # names of ours alone: what else lies beside OUTPUT is the user's
new=$results.staged-new
old=$results.staged-old
# On its node the program of a job with STAGE cannot see that another job has the same OUTPUT.
require_alone() {
    local other
    if [[ ! -e $owner ]]; then return; fi
    other=$(<"$owner")
    if [[ $other != "$SLURM_JOB_ID" && -n $(squeue --noheader --jobs="$other" 2>/dev/null) ]]; then
        log "job $other works on $results; wait for it, or use another directory"
        exit 3
    fi
}
stage_in() {
    local left
    if ((SLURM_JOB_NUM_NODES != 1)); then
        log "STAGE=$stage is on one node, and the job has $SLURM_JOB_NUM_NODES: use --nodes=1, or leave STAGE out"
        exit 1
    fi
    # A job without STAGE shows that it is at work by touching its lock.
    if [[ -n $(find "$results/engram.lock" -mmin -1 2>/dev/null) ]]; then
        log "another engram works in $results (engram.lock); wait for it, or a minute if it was killed"
        exit 3
    fi
    mkdir -p "$(dirname "$results")" || exit 3
    if ! (set -o noclobber && echo "$SLURM_JOB_ID" >"$owner") 2>/dev/null; then
        require_alone
        echo "$SLURM_JOB_ID" >"$owner" || exit 3
    fi
    for left in "$stage"/engram-*/of; do
        if [[ -e $left && $(<"$left") == $(realpath "$results") ]]; then
            log "${left%/of}/run is of a start that was killed, and may be newer than $results: to go on with it," \
                "copy it there and submit again; else remove ${left%/of}"
        fi
    done
    # The last copy was cut off between its two renamings.
    if [[ ! -e $results && -e $old ]]; then mv "$old" "$results" || exit 3; fi
    if ! stage=$(mktemp -d "$stage/engram-XXXXXX"); then
        log "cannot work in STAGE=$STAGE on $(hostname); name a directory of the node that can be written"
        rm -f "$owner"
        exit 3
    fi
    realpath "$results" >"$stage/of"
    output=$stage/run
    if [[ -e $results ]]; then cp -a "$results" "$output" || exit 3; fi
}
# What has come to OUTPUT since is the user's: notes, plots, reports.
keep_what_came() {
    local file
    if [[ ! -e $results ]]; then return; fi
    find "$results" -type f -cnewer "$owner" -printf '%P\0' | while read -r -d '' file; do
        if [[ -e $new/$file ]]; then continue; fi
        mkdir -p "$(dirname "$new/$file")" && cp -a "$results/$file" "$new/$file" || return
    done
}
replace_results() {
    rm -rf "$new" "$old" && cp -a "$output" "$new" && keep_what_came || return
    if [[ -e $results ]]; then mv -T "$results" "$old" || return; fi
    mv -T "$new" "$results" && rm -rf "$old"
}
stage_out() {
    if [[ -e $output ]]; then
        if ! replace_results; then
            log "cannot copy the results to $results; they stay in $output on $(hostname): make room, copy them" \
                "to $results yourself, and submit again to continue"
            exit 3
        fi
    fi
    rm -rf "$stage" "$owner"
}

# The last thing a start does: Slurm ends the script for it.
continue_later() {
    if ! is_running; then
        log "interrupted; Slurm is ending the job. If it does not start again: sbatch with the same arguments."
        exit 75
    fi
    if ((restarts >= max_restarts)); then
        log "restarted $restarts times; stopping. Continue with sbatch and the same arguments."
        exit 75
    fi
    log "interrupted; back into the queue."
    scontrol requeue "$SLURM_JOB_ID" && exit 0
    log "cannot requeue. Continue with sbatch and the same arguments."
    exit 75
}

# The device is not part of the configuration: a resumed run is told again.
device=()
for ((i = 0; i < ${#options[@]}; ++i)); do
    case "${options[i]}" in
        --device) device=(--device "${options[i + 1]:-}") ;;
        --device=*) device=("${options[i]}") ;;
    esac
done

# Runs or resumes; the state of the output directory decides.
start() {
    if [[ -e $output/config.yaml ]]; then
        log "resuming $output on $SLURM_NTASKS rank(s) with $launcher"
        if ((${#options[@]} > ${#device[@]})); then
            log "CONFIG and options count when a run begins: those of $results/config.yaml hold"
        fi
        launch resume "$output" "${device[@]}"
    else
        log "starting $config on $SLURM_NTASKS rank(s) with $launcher"
        launch run "$config" --output "$output" "${options[@]}"
    fi
    code=$?
    # srun that is interrupted before it has started the ranks may end with 0 all the same.
    if ((code == 0)) && [[ ! -e $output/summary.json ]]; then code=1; fi
}

if [[ -n $stage ]]; then stage_in; else require_alone; fi

# A node may fail to start the ranks ("task launch failed", exit code 1) and do so a moment later.
for attempt in 1 2 3; do
    start
    if ((code != 1)) || $interrupted || ((attempt == 3)); then break; fi
    log "the ranks did not start, or the command line is wrong; trying again"
    sleep 5
done

if [[ -n $stage ]]; then stage_out; fi

case $code in
    0) log "complete: $results" ;;
    75) continue_later ;;
    2 | 3 | 4) log "stopped by an error, exit code $code; see above." ;;
    *)
        # A signal before the program handles it kills the program or the launcher: nothing is lost.
        if $interrupted; then continue_later; fi
        log "ended with exit code $code. Continue with 'scontrol requeue $SLURM_JOB_ID' or sbatch."
        ;;
esac
exit "$code"
