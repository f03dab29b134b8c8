#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what Engram needs to be built, run, tested and plotted: Debian 12, Ubuntu 22.04 and 24.04.
set -euo pipefail

usage() {
    cat <<'END'
Usage: tools/install_dependencies.sh [--for run|test|develop] [--check]

Installs the missing packages with apt-get, as root or through sudo. Does nothing if none is missing.
  --for run       what builds and runs the program, and draws figures
  --for test      also what the tests need
  --for develop   also what checks the sources; the default
  --check         only name the missing packages; the exit code is 1 if there are any
END
}

packages=(
    g++ make cmake
    libopenmpi-dev openmpi-bin
    zlib1g-dev
    libhdf5-openmpi-dev # the parallel HDF5; CMake prefers it to a serial one (HDF5_PREFER_PARALLEL)
    libyaml-cpp-dev libfmt-dev libboost-program-options-dev libboost-context-dev librandom123-dev nlohmann-json3-dev
    python3 python3-h5py python3-numpy python3-matplotlib python3-yaml
)
packages_for_test=(
    libgtest-dev python3-pytest python3-pytest-xdist python3-pytest-cov
    python3-pandas python3-scipy python3-tqdm # of the package engram, optional
    python3-nbclient python3-ipykernel # run the tutorials
)
packages_for_develop=(
    git
    clang-format-14 # the version that decides, see dev/check_format.sh
    clang-tidy-19 # likewise, see dev/check_tidy.sh
    black mypy pyflakes3 shellcheck codespell
)

fail() {
    echo "install_dependencies.sh: error: $*" >&2
    exit 1
}

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        if ! dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
            echo "$package"
        fi
    done
}

known() { apt-cache show "$1" >/dev/null 2>&1; }

# Some systems have another version only: good for an editor, not for the check.
use_available_version() {
    local i name
    for i in "${!packages[@]}"; do
        if [[ ! ${packages[i]} =~ ^(clang-.*)-[0-9]+$ ]]; then continue; fi
        name=${BASH_REMATCH[1]}
        if known "${packages[i]}" || ! known "$name"; then continue; fi
        packages[i]=$name
    done
}

only_check=false
purpose=develop
while (($# > 0)); do
    case "$1" in
        --check) only_check=true ;;
        --for)
            purpose=${2-}
            if [[ ! $purpose =~ ^(run|test|develop)$ ]]; then fail "--for needs run, test or develop"; fi
            shift
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) fail "unknown option '$1'; see --help" ;;
    esac
    shift
done
if [[ $purpose != run ]]; then packages+=("${packages_for_test[@]}"); fi
if [[ $purpose == develop ]]; then packages+=("${packages_for_develop[@]}"); fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    fail "this system has no apt-get. Install the equivalents of these Debian packages, then pass" \
        "--skip-install to the other scripts: ${packages[*]}"
fi

use_available_version
mapfile -t missing < <(missing_packages)
if ((${#missing[@]} == 0)); then
    echo "All packages that are needed are installed."
    exit 0
fi
echo "Missing packages: ${missing[*]}"
if $only_check; then exit 1; fi

if ((EUID == 0)); then
    as_root=(env)
elif command -v sudo >/dev/null; then
    as_root=(sudo env)
else
    fail "installing needs root or sudo. Ask an administrator for: apt-get install ${missing[*]}"
fi
as_root+=(DEBIAN_FRONTEND=noninteractive)
"${as_root[@]}" apt-get update -q
# On a bare system only now are the packages known.
use_available_version
mapfile -t missing < <(missing_packages)
"${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}"
echo "Installed: ${missing[*]}"
