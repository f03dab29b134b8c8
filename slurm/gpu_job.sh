#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --job-name=engram-gpu
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=4
#SBATCH --gpus-per-node=4
#SBATCH --cpus-per-task=2
#SBATCH --hint=nomultithread
#SBATCH --mem-per-cpu=8G
#SBATCH --time=01:00:00
#SBATCH --no-requeue
#SBATCH --output=%x-%j.log
##SBATCH --mail-type=END,FAIL --mail-user=me@example.org
#
# One simulation on GPUs: one rank per GPU, so keep --ntasks-per-node equal to --gpus-per-node.
#
#   sbatch slurm/gpu_job.sh [CONFIG [OUTPUT [OPTION...]]]
#   sbatch --nodes=2 slurm/gpu_job.sh configs/defaultnet_8h_recall.yaml results/a --set simulation.seed=2
#
# Some sites want --gres=gpu:4 in place of --gpus-per-node=4, and a partition with GPUs (-p).
# --gpu-bind=single:1 gives each rank the GPU next to its core; without it each takes one of those that it sees.
# docs/gpu.md explains the rest.
# Modules and variables of the site, if there is this file: see environment.example.sh.
environment=${ENGRAM_ENVIRONMENT:-slurm/environment.sh}
# shellcheck source=/dev/null
if [[ -e $environment || -n ${ENGRAM_ENVIRONMENT-} ]]; then source "$environment" || exit 3; fi
# Since Slurm 22.05 srun does not take it from sbatch.
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}

set -euo pipefail

config=${1:-configs/defaultnet_8h_recall.yaml} # relative to where sbatch was called
output=${2:-results/job-$SLURM_JOB_ID}         # on a file system that all nodes of the job see
options=("${@:3}")                             # further options of `engram run`
program=${ENGRAM:-build/cuda/engram}           # the engram executable, built with CUDA
launcher=${LAUNCHER:-srun --mpi=pmix --cpu-bind=cores --gpu-bind=single:1} # or: mpirun

if ! command -v "$program" >/dev/null; then
    echo "there is no program $program; build it, or name it by the variable ENGRAM" >&2
    exit 3
fi
if [[ -e $output.staged-by && -n $(squeue --noheader --jobs="$(<"$output.staged-by")" 2>/dev/null) ]]; then
    echo "job $(<"$output.staged-by") works on $output; wait for it, or use another directory" >&2
    exit 3
fi

read -r -a launch <<<"$launcher"
exec "${launch[@]}" "$program" run "$config" --device gpu --output "$output" "${options[@]}"
