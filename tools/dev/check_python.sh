#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks all Python of the repository: names (pyflakes), formatting (black), types of the package (mypy).
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
    echo "Usage: tools/dev/check_python.sh [--fix]"
    echo "Checks the Python programs, tools and tests with pyflakes and black, and the types of the package"
    echo "engram with mypy; --fix formats the files first. Settings: tools/pyproject.toml."
}

fix=false
case "${1-}" in
    "") ;;
    --fix) fix=true ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        echo "check_python.sh: error: unknown option '$1'; see --help" >&2
        exit 1
        ;;
esac
for program in pyflakes3 black mypy; do
    if ! command -v "$program" >/dev/null; then
        echo "check_python.sh: error: $program was not found; run tools/install_dependencies.sh" >&2
        exit 1
    fi
done

# Programs without a suffix tell their language in the first line.
mapfile -t files < <(
    find tools test -type f -name '*.py' -not -path '*/build/*'
    grep -rlI --exclude='*.*' -m 1 '^#!.*python' tools test
)
if ((${#files[@]} == 0)); then
    echo "check_python.sh: error: found no Python" >&2
    exit 1
fi

failed=false
pyflakes3 "${files[@]}" || failed=true
# Versions differ in details: the one of Debian 12 decides.
version=$(black --version | head -n 1)
mode=(--check)
if $fix; then mode=(); fi
if [[ $version != *" 23."* ]]; then
    echo "check_python.sh: version 23 of black decides, which was not found: nothing was done with $version" >&2
    if $fix; then exit 1; fi
elif ! black --quiet --config tools/pyproject.toml "${mode[@]}" "${files[@]}"; then
    black --config tools/pyproject.toml --check "${files[@]}" 2>&1 | grep '^would' || true
    echo "Formatting differs; 'tools/dev/check_python.sh --fix' repairs it." >&2
    failed=true
fi
(cd tools && mypy --config-file pyproject.toml) || failed=true
if $failed; then exit 1; fi
echo "Python of ${#files[@]} files: done"
