#!/bin/bash
# Builds with warnings as errors and runs the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tools/common.sh
source tools/common.sh

skip_install=false
all=false

usage() {
    cat <<'END'
Usage: tools/test.sh [--all] [--skip-install]

Builds the preset 'ci' (warnings are errors) and runs ctest, pytest, and the job scripts on a private
Slurm cluster (which is left out where Slurm is neither installed nor installable).
  --all            also the tests labelled 'slow': published figures, minutes to hours
  --skip-install   do not look for missing packages
The exit code is 0 if and only if all tests passed.
END
}

while (($# > 0)); do
    case "$1" in
        --all) all=true ;;
        --skip-install) skip_install=true ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            echo "test.sh: error: unknown option '$1'; see --help" >&2
            exit 1
            ;;
    esac
    shift
done

if ! $skip_install; then
    step "Dependencies"
    tools/install_dependencies.sh
fi
python=$(find_python)

step "Build (preset ci, warnings are errors)"
cuda=OFF
# With the toolkit, but no GPU needed: kernels compile, the program links; what needs a GPU is skipped.
if has_cuda_toolkit; then cuda=ON; fi
build_preset ci -DENGRAM_CUDA=$cuda

# Both test suites run, whatever the first one finds.
failed=()
prepare_mpi 99 # tests use more ranks than some machines have cores

step "ctest"
select=(-LE slow)
if $all; then select=(); fi
ctest --preset ci --parallel "$(nproc)" --no-tests=error "${select[@]}" || failed+=(ctest)

step "pytest"
select=(-m "not slow")
if $all; then select=(); fi
# Many tests wait for programs to start, or use one core only.
if "$python" -c "import xdist" 2>/dev/null; then
    select+=(--numprocesses "$(($(nproc) < 4 ? $(nproc) : 4))" --dist loadfile)
fi
ENGRAM=$PWD/build/ci/engram ENGRAM_IO_SAMPLE=$PWD/build/ci/engram_io_sample \
    "$python" -m pytest -p no:cacheprovider -rs --durations=10 "${select[@]}" test/python ||
    failed+=(pytest)

step "Slurm"
select=()
if $all; then select=(--all); fi
test/slurm/run_slurm_test.sh "${select[@]}" build/ci/engram || (($? == 77)) || failed+=(slurm)

if ((${#failed[@]} > 0)); then
    step "FAILED: ${failed[*]} (see above)"
    exit 1
fi
step "PASSED: ctest, pytest and Slurm"
