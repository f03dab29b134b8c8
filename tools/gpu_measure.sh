#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# All that has to be checked and measured on a machine with a GPU, in one command.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tools/common.sh
source tools/common.sh

output=results/gpu_measure
skip_build=false
sizes=(2000 20000 200000)

usage() {
    cat <<'END'
Usage: tools/gpu_measure.sh [--output DIR] [--skip-build] [--sizes "N..."]

Builds the preset 'cuda' and, on the first GPU that CUDA_VISIBLE_DEVICES shows,
  1. runs the tests labelled 'gpu', and those of results and resuming across devices,
  2. compares processor and GPU to the bit: recall after 10 s in the published network, and
     learning in 20,000 neurons with 1,000 inputs each,
  3. compares an ensemble whose trials take turns on the GPU with one on the processor,
  4. runs compute-sanitizer (memcheck, racecheck) on a short run and a short ensemble,
  5. measures time per simulated second and its parts beside one core of the processor, and of
     trials that take turns.
Writes DIR/report.md, which can be put into docs/gpu.md. All steps run, whatever one of them finds.
  --output DIR     for results and logs; default results/gpu_measure
  --skip-build     measure build/cuda as it is
  --sizes "N..."   sizes of the measured networks; default "2000 20000 200000"
The exit code is 0 if everything has passed, 1 if something has failed, 77 if there is no GPU.
END
}

while (($# > 0)); do
    case "$1" in
        --output) output=${2:?--output needs a directory}; shift ;;
        --skip-build) skip_build=true ;;
        --sizes) read -r -a sizes <<<"${2:?--sizes needs numbers}"; shift ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            echo "gpu_measure.sh: error: unknown option '$1'; see --help" >&2
            exit 1
            ;;
    esac
    shift
done

if ! gpu=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null); then
    echo "gpu_measure.sh: no GPU (nvidia-smi finds none): nothing was run" >&2
    exit 77
fi

if ! $skip_build; then
    step "Build (preset cuda)"
    build_preset cuda
fi
program=$PWD/build/cuda/engram
python=$(find_python)
prepare_mpi 99
mkdir -p "$output"
output=$(cd "$output" && pwd)

failed=()
check() {
    local name=$1
    shift
    step "$name"
    local log="$output/${name// /_}.log"
    if "$@" >"$log" 2>&1; then
        echo "passed"
    else
        echo "FAILED (code $?), see $log"
        tail -n 15 "$log"
        failed+=("$name")
    fi
}

# A network of 20,000 neurons with 1,000 inputs each that learns for half a second.
cat >"$output/learning20000.yaml" <<'END'
simulation:   {description: 20000 neurons learn, duration_s: 2, dt_ms: 0.2, fast_forward: off}
populations:  {n_exc: 16000, n_inh: 4000}
connectivity: {probability: 0.05}
groups:       {assembly: {first: 0, count: 1000}}
stimuli:
  learn: {scheme: RECT, group: assembly, start_s: 0.5, duration_s: 0.5, n_inputs: 25, rate_Hz: 100}
record:       {neurons: [0, 5000, 19999], snapshots_s: [0.7502, 1.5]}
END
# Short, for tools that make a run a hundred times slower.
cat >"$output/short.yaml" <<'END'
simulation:   {description: short learning, duration_s: 0.15, dt_ms: 0.2, fast_forward: off}
populations:  {n_exc: 400, n_inh: 100}
connectivity: {probability: 0.2}
groups:       {assembly: {first: 0, count: 60}}
stimuli:
  learn: {scheme: RECT, group: assembly, start_s: 0.03, duration_s: 0.06, n_inputs: 25, rate_Hz: 100}
record:       {neurons: [0, 300, 450], snapshots_s: [0.0602]}
END

compare() {
    local config=$1 name=$2 device
    for device in cpu gpu; do
        "$program" run "$config" --device "$device" --output "$output/$name-$device" --force --quiet ||
            return 1
    done
    "$python" - "$output/$name-cpu" "$output/$name-gpu" <<'END'
import sys

sys.path.insert(0, "test/python")
from results_equal import assert_equal

assert_equal(sys.argv[1], sys.argv[2])
print("equal to the bit")
END
}

compare_ensembles() {
    local device
    for device in cpu gpu; do
        "$program" run "$output/short.yaml" --set trials=40 --set trial_results=none \
            --device "$device" --output "$output/ensemble-$device" --force --quiet || return 1
    done
    "$python" - "$output/ensemble-cpu" "$output/ensemble-gpu" <<'END'
import sys

sys.path.insert(0, "test/python")
from results_equal import content

cpu, gpu = (content(directory + "/ensemble.h5") for directory in sys.argv[1:])
assert cpu == gpu, [name for name in cpu if cpu[name] != gpu.get(name)]
print("equal to the bit")
END
}

sanitizer=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
sanitize() {
    "$sanitizer" --tool "$1" --error-exitcode 9 "$program" run "$output/short.yaml" \
        --device gpu --output "$output/sanitizer" --force --quiet "${@:2}"
}

# Without those that need no GPU: other machines run them.
tests_of_results() {
    ENGRAM=$program "$python" -m pytest -p no:cacheprovider -rs -k "not fake_gpu and not ptx" \
        test/python/test_device.py
}

check "tests of the kernels" ctest --test-dir build/cuda -L gpu --output-on-failure --no-tests=error
check "tests across devices" tests_of_results
check "equality 10 s recall" compare configs/defaultnet_10s_recall.yaml recall10s
check "equality 20000 neurons" compare "$output/learning20000.yaml" learning20000
check "equality ensemble" compare_ensembles
if [[ -x $sanitizer ]]; then
    ensemble=(--set trials=3 --set trial_results=none)
    for tool in memcheck racecheck; do
        check "compute-sanitizer $tool" sanitize "$tool"
        check "compute-sanitizer $tool ensemble" sanitize "$tool" "${ensemble[@]}"
    done
else
    echo "compute-sanitizer was not found: not run"
    failed+=("compute-sanitizer (not found)")
fi

step "Measure"
table=$output/table.md
build/cuda/engram_device_benchmark --neurons "${sizes[@]}" | tee "$table" || failed+=("measuring")

{
    echo "Measured on $(date -I) at commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown) by \`tools/gpu_measure.sh\`:"
    echo
    echo "- GPU: $gpu (name, driver); $("$program" --version | tail -n 1)"
    echo "- processor: $(lscpu | sed -n 's/^Model name: *//p' | head -n 1), one core"
    if ((${#failed[@]} > 0)); then
        echo "- failed: ${failed[*]}"
    else
        echo "- equal to the bit on both: 10 s recall, 20,000 neurons x 1,000 inputs, an ensemble of 40; compute-sanitizer clean"
    fi
    echo
    cat "$table"
} >"$output/report.md"
step "Report: $output/report.md"

if ((${#failed[@]} > 0)); then
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
fi
