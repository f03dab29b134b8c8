# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Functions of the scripts in this directory; sourced, not run.

# Prints a line that stands out among the output of builds and tests.
step() {
    printf '\n== %s\n' "$*"
}

# Debian's python3 first: another one earlier on PATH usually lacks h5py.
find_python() {
    local candidate
    for candidate in /usr/bin/python3 python3; do
        if "$candidate" -c 'import h5py, numpy, matplotlib, yaml' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "no python3 with h5py, numpy, matplotlib and yaml; run tools/install_dependencies.sh" >&2
    return 1
}

# Physical cores that this process may use. Hyperthreads share a core, and Open MPI does not count them.
physical_cores() {
    local cores usable
    usable=$(nproc)
    cores=$(lscpu -p=CORE,SOCKET 2>/dev/null | grep -v '^#' | sort -u | wc -l)
    if ((cores < 1 || cores > usable)); then cores=$usable; fi
    echo "$cores"
}

# Of memory, and of the files that are kept in it.
free_mebibytes() {
    local memory files
    memory=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)
    files=$(df --output=avail --block-size=1M /dev/shm 2>/dev/null | tail -n 1)
    echo $((memory < files ? memory : files))
}

# Whether the CUDA toolkit is installed, on PATH or in its usual place.
has_cuda_toolkit() {
    command -v nvcc >/dev/null || [[ -x /usr/local/cuda/bin/nvcc ]]
}

# Lets mpirun work in containers, where everybody is root, and with more ranks than cores.
prepare_mpi() {
    local ranks=$1
    if ((EUID == 0)); then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
    if ((ranks > $(physical_cores))); then
        export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
    fi
}

# Configures and builds a preset of CMakePresets.json in build/PRESET; further arguments are for the
# configuration.
build_preset() {
    cmake --preset "$1" "${@:2}"
    cmake --build --preset "$1" --parallel "$(nproc)"
}
