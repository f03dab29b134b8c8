#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --job-name=engram-array
#SBATCH --array=0-9%4
#SBATCH --nodes=1
#SBATCH --ntasks=4
#SBATCH --hint=nomultithread
#SBATCH --mem-per-cpu=1G
#SBATCH --time=01:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%A_%a.log
##SBATCH --mail-type=END,FAIL --mail-user=me@example.org
#
# Many simulations that differ in one value: one array element, one output directory for each.
# Each element continues by itself like self_continuing_job.sh, which does the work.
# For runs of seconds or minutes take an ensemble (`sweep`, `trials` in the configuration) in one job instead:
# it shares its ranks among the runs, and the scheduler has one job to look after.
#
#   sbatch slurm/array_job.sh [CONFIG [OUTPUT [OPTION...]]]
#   KEY=simulation.seed VALUES="$(seq -s ' ' 100)" sbatch --array=0-99%8 slurm/array_job.sh configs/defaultnet_10s_recall.yaml
#   STAGE=/tmp sbatch slurm/array_job.sh             # work on the disk of the node, copy the results
#
# The results go to OUTPUT/KEY=VALUE. Give --array as many elements as there are values;
# what comes after the % is how many run at the same time.
set -euo pipefail

config=${1:-configs/defaultnet_8h_recall.yaml}          # relative to where sbatch was called
output=${2:-results/array}                              # parent of the output directories
options=("${@:3}")                                      # further options of `engram run`
key=${KEY:-groups.assembly.count}                       # the configuration key that differs
values=${VALUES:-50 100 150 200 250 300 350 400 450 500} # its values, separated by blanks
scripts=${ENGRAM_SLURM:-slurm}                          # directory of self_continuing_job.sh
# ENGRAM, LAUNCHER, STAGE and MAX_RESTARTS: see self_continuing_job.sh

read -r -a values <<<"$values"
if ((SLURM_ARRAY_TASK_ID >= ${#values[@]})); then
    echo "array_job.sh: there is no value number $SLURM_ARRAY_TASK_ID of $key (${#values[@]} values, counted from 0);" \
        "choose --array=0-$((${#values[@]} - 1))" >&2
    exit 1
fi
value=${values[SLURM_ARRAY_TASK_ID]}
# exec: signals for the batch script reach the other one.
exec bash "$scripts/self_continuing_job.sh" "$config" "$output/$key=$value" --set "$key=$value" "${options[@]}"
