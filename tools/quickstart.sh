#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From a fresh clone to a memory that was learnt, consolidated for eight hours and recalled, with plots.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tools/common.sh
source tools/common.sh

config=configs/defaultnet_8h_recall.yaml
results=results/defaultnet_8h_recall
engram=build/release/engram
ranks=0
skip_install=false
force=false

usage() {
    cat <<END
Usage: tools/quickstart.sh [--ranks N] [--force] [--skip-install]

Installs what is missing, builds the program, runs $config under mpirun
and draws its figures. Results: $results, plots below it.
  --ranks N        number of MPI processes (default: physical cores, at most 8)
  --force          run again, replacing the results of an earlier quickstart
  --skip-install   do not look for missing packages
END
}

fail() {
    echo "quickstart.sh: error: $*" >&2
    exit 1
}

while (($# > 0)); do
    case "$1" in
        --ranks)
            if (($# < 2)) || ! [[ $2 =~ ^[1-9][0-9]{0,4}$ ]]; then fail "--ranks needs a number from 1"; fi
            ranks=$2
            shift
            ;;
        --force) force=true ;;
        --skip-install) skip_install=true ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) fail "unknown option '$1'; see --help" ;;
    esac
    shift
done

if ! $skip_install; then
    step "Dependencies"
    tools/install_dependencies.sh --for run
fi
python=$(find_python)
if ((ranks == 0)); then
    ranks=$(physical_cores)
    if ((ranks > 8)); then ranks=8; fi
fi

step "Build"
# The program alone; 'cmake --preset release' makes tests and benchmarks known again.
cmake --preset release -DENGRAM_BUILD_TESTS=OFF -DENGRAM_BUILD_BENCHMARKS=OFF
cmake --build --preset release --target engram --parallel "$(nproc)"

# summary.json is written last: without it an earlier run did not finish.
if [[ -e $results/summary.json ]] && ! $force; then
    step "Run: reusing the results of an earlier run in $results (--force runs again)"
else
    step "Run: $config on $ranks rank(s)"
    if [[ -e $results ]]; then echo "Replacing the results in $results."; fi
    prepare_mpi "$ranks"
    mpirun -n "$ranks" "$engram" run "$config" --output "$results" --force
fi

step "Plots"
"$python" tools/engram-plot "$results"

step "Done"
"$python" - "$results" <<'END'
import sys

sys.path.insert(0, "tools")
from engram import Results

results = Results(sys.argv[1])
summary = results.summary
print(f"Schedule:  {results.schedule}")
for phase in results.phases:
    print(f"           {phase.label:12} {phase.begin_s:10.6g} s to {phase.end_s:10.6g} s")
print(f"Spikes:    {summary['spikes']['exc']} exc, {summary['spikes']['inh']} inh")
wall = summary["wall_s"]
print(f"Wall time: {wall['setup'] + wall['run']:.1f} s on {summary['ranks']} rank(s)")
END
echo "Results:   $results"
echo "Plots:     $results/plots (begin with overview.png)"
echo "Next:      $engram --help, tools/engram-recall $results, docs/configuration.md, configs/"
