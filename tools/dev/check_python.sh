#!/bin/bash
# Checks all Python of the repository with pyflakes: names that do not exist, imports of no use.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [[ ${1-} == -h || ${1-} == --help ]]; then
    echo "Usage: tools/dev/check_python.sh"
    echo "Checks the Python programs, tools and tests with pyflakes."
    exit 0
elif (($# > 0)); then
    echo "check_python.sh: error: unknown option '$1'; see --help" >&2
    exit 1
fi
if ! command -v pyflakes3 >/dev/null; then
    echo "check_python.sh: error: pyflakes3 was not found; run tools/install_dependencies.sh" >&2
    exit 1
fi

# Programs without a suffix tell their language in the first line.
mapfile -t files < <(
    find tools test -type f -name '*.py'
    grep -rlI --exclude='*.*' -m 1 '^#!.*python' tools test
)
if ((${#files[@]} == 0)); then
    echo "check_python.sh: error: found no Python" >&2
    exit 1
fi
pyflakes3 "${files[@]}"
echo "Python of ${#files[@]} files: done"
