#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --job-name=engram
#SBATCH --nodes=1
#SBATCH --ntasks=16
#SBATCH --hint=nomultithread
#SBATCH --mem-per-cpu=1G
#SBATCH --time=01:00:00
#SBATCH --no-requeue
#SBATCH --output=%x-%j.log
##SBATCH --mail-type=END,FAIL --mail-user=me@example.org
#
# One simulation that fits into one job. It begins the run, and does not continue one that was interrupted: that
# does self_continuing_job.sh with the same OUTPUT.
#
#   sbatch slurm/cpu_job.sh [CONFIG [OUTPUT [OPTION...]]]
#   sbatch --ntasks=32 --time=02:00:00 slurm/cpu_job.sh configs/defaultnet_8h_recall.yaml results/a --set simulation.seed=2
#   sbatch --nodes=4 --ntasks=256 --ntasks-per-node=64 slurm/cpu_job.sh configs/defaultnet_8h_recall.yaml
#   sbatch --ntasks=8 slurm/cpu_job.sh configs/recall_by_size.yaml        # 400 runs of an ensemble in one job
#
# `engram plan CONFIG --ranks N` forecasts memory and time. docs/cluster.md explains the rest.
# Modules and variables of the site, if there is this file: see environment.example.sh.
environment=${ENGRAM_ENVIRONMENT:-slurm/environment.sh}
# shellcheck source=/dev/null
if [[ -e $environment || -n ${ENGRAM_ENVIRONMENT-} ]]; then source "$environment" || exit 3; fi
# Since Slurm 22.05 srun does not take it from sbatch.
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}

set -euo pipefail

config=${1:-configs/defaultnet_8h_recall.yaml}   # relative to where sbatch was called
output=${2:-results/job-$SLURM_JOB_ID}           # on a file system that all nodes of the job see
options=("${@:3}")                               # further options of `engram run`
program=${ENGRAM:-build/release/engram}          # the engram executable
launcher=${LAUNCHER:-srun --mpi=pmix --cpu-bind=cores} # or: mpirun

if ! command -v "$program" >/dev/null; then
    echo "there is no program $program; build it, or name it by the variable ENGRAM" >&2
    exit 3
fi
if [[ -e $output.staged-by && -n $(squeue --noheader --jobs="$(<"$output.staged-by")" 2>/dev/null) ]]; then
    echo "job $(<"$output.staged-by") works on $output; wait for it, or use another directory" >&2
    exit 3
fi

read -r -a launch <<<"$launcher"
exec "${launch[@]}" "$program" run "$config" --output "$output" "${options[@]}"
