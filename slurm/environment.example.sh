# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What a site needs, for all job scripts. Copy it to environment.sh beside it, which the scripts read before
# anything else (or name another file in ENGRAM_ENVIRONMENT), and change it to what `module avail` shows.

module purge
module load gcc openmpi hdf5

export ENGRAM=$HOME/engram/build/release/engram
# export LAUNCHER="srun --mpi=pmix_v4 --cpu-bind=cores"   # what `srun --mpi=list` offers
# export STAGE=$TMPDIR                                    # the disk of the node, for runs on one node
