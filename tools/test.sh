#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs the tests: with warnings as errors, or with sanitizers.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tools/common.sh
source tools/common.sh

skip_install=false
all=false
preset=ci

usage() {
    cat <<'END'
Usage: tools/test.sh [--all | --sanitize] [--skip-install]

Builds the preset 'ci' (warnings are errors) and runs ctest, pytest, and the job scripts on a private
Slurm cluster. Slurm is installed as root or through a sudo that asks for no password; where it can
be neither found nor installed its tests are skipped, and the last line says so.
  --all            also the tests labelled 'slow': published figures, the kernels as nvcc makes them;
                   minutes to hours
  --sanitize       ctest and pytest with the address and undefined-behaviour sanitizers, about half an
                   hour (preset 'sanitize')
  --skip-install   do not install packages
The exit code is 0 if and only if all tests passed.
END
}

while (($# > 0)); do
    case "$1" in
        --all) all=true ;;
        --sanitize) preset=sanitize ;;
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

if $all && [[ $preset == sanitize ]]; then
    echo "test.sh: error: --all and --sanitize exclude each other" >&2
    exit 1
fi

if ! $skip_install; then
    step "Dependencies"
    tools/install_dependencies.sh --for test
fi
python=$(find_python)

step "Build (preset $preset)"
cuda=OFF
# With the toolkit, but no GPU needed: kernels compile, the program links; what needs a GPU is skipped.
if has_cuda_toolkit; then cuda=ON; fi
# The code of one generation is enough to see that there is some.
slow=(-DENGRAM_TEST_PTX=OFF -DCMAKE_CUDA_ARCHITECTURES=80)
if $all; then slow=(-DENGRAM_TEST_PTX=ON "-DCMAKE_CUDA_ARCHITECTURES=80;90"); fi
build_preset $preset -DENGRAM_CUDA=$cuda "${slow[@]}"

# All test suites run, whatever the first one finds.
failed=()
passed="ctest and pytest"
skipped=
prepare_mpi 99 # tests use more ranks than some machines have cores

step "ctest"
select=(-LE slow)
if $all; then select=(); fi
ctest --preset $preset --parallel "$(nproc)" --no-tests=error "${select[@]}" || failed+=(ctest)

step "pytest"
select=(-m "not slow")
if $all; then select=(); fi
if [[ $preset == sanitize ]]; then
    select=(-m "not slow and not memory")
    # Reports go to files, so that none is lost in a test that expects its run to fail.
    reports=$PWD/build/sanitize/reports
    rm -rf "$reports"
    mkdir -p "$reports"
    # MPI and HDF5 keep what they allocate once.
    export ASAN_OPTIONS=detect_leaks=0:log_path=$reports/address
    export UBSAN_OPTIONS=print_stacktrace=1:log_path=$reports/undefined
fi
# Many tests wait for programs to start, or use one core only: with one process more than cores, two
# cores took 268 s for what took 308.
if "$python" -c "import xdist" 2>/dev/null; then
    select+=(--numprocesses "$(($(nproc) < 4 ? $(nproc) + 1 : 4))" --dist loadfile)
fi
# Hundreds of small runs make their files durable, which takes no time in memory.
if [[ -w /dev/shm && $(free_mebibytes) -ge 8192 ]]; then
    scratch=$(mktemp -d /dev/shm/engram-test.XXXXXX)
    trap 'rm -rf "$scratch"' EXIT
    select+=(--basetemp "$scratch/pytest")
fi
ENGRAM=$PWD/build/$preset/engram ENGRAM_IO_SAMPLE=$PWD/build/$preset/engram_io_sample \
    "$python" -m pytest -p no:cacheprovider -rs --durations=10 "${select[@]}" test/python ||
    failed+=(pytest)

if [[ $preset == sanitize ]]; then
    if [[ -n $(ls -A "$reports") ]]; then
        head -n 40 "$reports"/*
        failed+=("sanitizers: reports in $reports")
    fi
else
    step "Slurm"
    select=()
    if $all; then select+=(--all); fi
    if $skip_install; then select+=(--skip-install); fi
    code=0
    test/slurm/run_slurm_test.sh "${select[@]}" build/ci/engram || code=$?
    case $code in
        0) passed="ctest, pytest and Slurm" ;;
        77) skipped="Slurm (see above)" ;;
        *) failed+=(slurm) ;;
    esac
fi

if ((${#failed[@]} > 0)); then
    step "FAILED: ${failed[*]} (see above)"
    exit 1
fi
if [[ $preset == sanitize ]]; then
    passed+=", without a report of the sanitizers"
fi
step "PASSED: $passed${skipped:+; SKIPPED: $skipped}"
