#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks the C++ sources with clang-tidy 19, by the list of .clang-tidy.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
    cat <<'END'
Usage: tools/dev/check_tidy.sh [--changed [BASE] | FILE...]

Checks all sources of src (nine minutes of processor time), or
  --changed [BASE]   those that differ from the commit BASE, and what differs in headers. Default: the
                     commit where this branch has left main; on main, the last commit
  FILE...            these files
Nothing has to be built before: build/tidy is configured without precompiled headers, which are of g++.
END
}

fail() {
    echo "check_tidy.sh: error: $*" >&2
    exit 1
}

changed=false
base=
files=()
case "${1-}" in
    --changed)
        changed=true
        base=${2-}
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    -*) fail "unknown option '$1'; see --help" ;;
    *) files=("$@") ;;
esac

# Versions differ in what they find, and clang reads all of our C++20 from 17 on.
tidy=$(command -v clang-tidy-19 || command -v clang-tidy) ||
    fail "clang-tidy was not found; run tools/install_dependencies.sh"
version=$("$tidy" --version | grep -o 'version [0-9.]*')
if [[ $version != "version 19."* ]]; then
    echo "check_tidy.sh: version 19 decides, which was not found: nothing was done with $version" >&2
    exit 0
fi

build=build/tidy
log=$(cmake --preset ci -B "$build" -DENGRAM_CUDA=OFF -DCMAKE_UNITY_BUILD=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON \
    -DENGRAM_BUILD_TESTS=OFF -DENGRAM_BUILD_BENCHMARKS=OFF 2>&1) || fail "$log"

# Where this branch has left main, if it has.
default_base() {
    local main base
    for main in origin/main main; do
        if base=$(git merge-base HEAD "$main" 2>/dev/null) && [[ $base != "$(git rev-parse HEAD)" ]]; then
            echo "$base"
            return
        fi
    done
    git rev-parse --verify --quiet HEAD~1
}

# All that is compiled and written by hand, as paths from here.
compiled() {
    sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" | grep -v "^$PWD/$build/" |
        sed "s#^$PWD/##" | sort -u
}

# Findings in headers count in the headers that are checked.
header_filter='/(layers|src)/'
if $changed; then
    if [[ -z $base ]] && ! base=$(default_base); then
        echo "check_tidy.sh: there is no commit to compare with: all files are checked"
        changed=false
    fi
fi
if $changed; then
    mapfile -t sources < <(git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp')
    mapfile -t headers < <(git diff --name-only --diff-filter=d "$base" -- 'src/*.hpp')
    if ((${#sources[@]} + ${#headers[@]} > 0)); then
        mapfile -t files < <(
            comm -12 <(printf '%s\n' "${sources[@]}" | sort -u) <(compiled)
            # The build has a source for each layer that reads all of its headers.
            for header in "${headers[@]}"; do echo "$build/$(dirname "$header")/headers.cpp"; done | sort -u
        )
        names=$(printf '%s\n' "${headers[@]}" | sed 's#^src/##; s/[.]/\\./g' | paste -sd '|')
        header_filter="/(${names:-none})\$"
    fi
    if ((${#files[@]} == 0)); then
        echo "clang-tidy: no source differs from ${base:0:12}"
        exit 0
    fi
elif ((${#files[@]} == 0)); then
    mapfile -t files < <(compiled)
fi

# Files in parallel, the output of each in one piece.
check() {
    local output
    output=$("$1" --quiet -p "$2" --header-filter="$3" --extra-arg=-Wno-unknown-warning-option \
        --extra-arg=-Wno-bitwise-instead-of-logical \
        --extra-arg=-Wno-deprecated-declarations "$4" 2>&1) && return
    grep -v '^[0-9]* warnings\?.* generated\|^Suppressed\|^Use -header-filter' <<<"$output"
    return 1
}
export -f check
if ! printf '%s\n' "${files[@]}" |
    xargs -P "$(nproc)" -I {} bash -c 'check "$@"' _ "$tidy" "$build" "$header_filter" {}; then
    echo "clang-tidy has found something in ${#files[@]} files" >&2
    exit 1
fi
echo "clang-tidy of ${#files[@]} files: done"
