#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --job-name=engram
#SBATCH --ntasks=16
#SBATCH --mem-per-cpu=1G
#SBATCH --time=01:00:00
#SBATCH --output=%x-%j.log
#
# One simulation that fits into one job.
#
#   sbatch slurm/cpu_job.sh [CONFIG [OUTPUT [OPTION...]]]
#   sbatch --ntasks=32 --time=02:00:00 slurm/cpu_job.sh configs/defaultnet_8h_recall.yaml results/a --set simulation.seed=2
#
# `engram plan CONFIG --ranks N` forecasts memory and time. docs/cluster.md explains the rest.
set -euo pipefail

config=${1:-configs/defaultnet_8h_recall.yaml}   # relative to where sbatch was called
output=${2:-results/job-$SLURM_JOB_ID}           # on a file system that all nodes of the job see
options=("${@:3}")                               # further options of `engram run`
program=${ENGRAM:-build/release/engram}          # the engram executable
launcher=${LAUNCHER:-srun --mpi=pmix}            # or: mpirun

read -r -a launch <<<"$launcher"
exec "${launch[@]}" "$program" run "$config" --output "$output" "${options[@]}"
