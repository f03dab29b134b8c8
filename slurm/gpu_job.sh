#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --job-name=engram-gpu
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=4
#SBATCH --gpus-per-node=4
#SBATCH --cpus-per-task=2
#SBATCH --mem-per-cpu=8G
#SBATCH --time=01:00:00
#SBATCH --output=%x-%j.log
#
# One simulation on GPUs: one rank per GPU, so keep --ntasks-per-node equal to --gpus-per-node.
#
#   sbatch slurm/gpu_job.sh [CONFIG [OUTPUT [OPTION...]]]
#   sbatch --nodes=2 slurm/gpu_job.sh configs/defaultnet_8h_recall.yaml results/a --set simulation.seed=2
#
# Some sites want --gres=gpu:4 in place of --gpus-per-node=4, and a partition with GPUs (-p).
# Each rank takes one of the GPUs that it sees. docs/gpu.md explains the rest.
set -euo pipefail

config=${1:-configs/defaultnet_8h_recall.yaml} # relative to where sbatch was called
output=${2:-results/job-$SLURM_JOB_ID}         # on a file system that all nodes of the job see
options=("${@:3}")                             # further options of `engram run`
program=${ENGRAM:-build/cuda/engram}           # the engram executable, built with CUDA
launcher=${LAUNCHER:-srun --mpi=pmix}          # or: mpirun

read -r -a launch <<<"$launcher"
exec "${launch[@]}" "$program" run "$config" --device gpu --output "$output" "${options[@]}"
