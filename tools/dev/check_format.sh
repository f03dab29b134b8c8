#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks that the C++ sources are formatted as .clang-format says, and that all sources name their
# licence; with --fix formats them.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
    echo "Usage: tools/dev/check_format.sh [--fix]"
    echo "Checks the formatting of src, kernels and test with clang-format 14; --fix changes the files."
}

mode=(--dry-run -Werror)
case "${1-}" in
    "") ;;
    --fix) mode=(-i) ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        echo "check_format.sh: error: unknown option '$1'; see --help" >&2
        exit 1
        ;;
esac

# Versions differ in details: the one of Debian 12 decides, which Ubuntu has too.
clang_format=$(command -v clang-format-14 || command -v clang-format) || {
    echo "check_format.sh: error: clang-format was not found; run tools/install_dependencies.sh" >&2
    exit 1
}
version=$("$clang_format" --version)
if [[ $version != *" 14."* ]]; then
    echo "check_format.sh: version 14 decides, which was not found: nothing was done with $version" >&2
    if [[ ${mode[*]} == -i ]]; then exit 1; fi
    exit 0
fi

mapfile -d '' files < <(find src kernels test -type f \
    \( -name '*.hpp' -o -name '*.cpp' -o -name '*.cuh' -o -name '*.cu' \) -print0 2>/dev/null | sort -z)
if ((${#files[@]} == 0)); then
    echo "check_format.sh: error: found no sources" >&2
    exit 1
fi
if ! "$clang_format" "${mode[@]}" "${files[@]}"; then
    echo "Formatting differs; 'tools/dev/check_format.sh --fix' repairs it." >&2
    exit 1
fi
mapfile -d '' others < <(find cmake kernels src test tools -type f \
    \( -name '*.py' -o -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt \) -print0 | sort -z)
unlicensed=$(grep -L 'SPDX-License-Identifier: Apache-2.0' "${files[@]}" "${others[@]}" || true)
if [[ -n $unlicensed ]]; then
    printf 'These lack the line "SPDX-License-Identifier: Apache-2.0":\n%s\n' "$unlicensed" >&2
    exit 1
fi
echo "Format of ${#files[@]} files: done"
