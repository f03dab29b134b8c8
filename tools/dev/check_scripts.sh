#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks all shell scripts with shellcheck, and the spelling of the repository with codespell.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [[ ${1-} == -h || ${1-} == --help ]]; then
    echo "Usage: tools/dev/check_scripts.sh"
    echo "Checks the shell scripts with shellcheck and the spelling of all files with codespell."
    exit 0
elif (($# > 0)); then
    echo "check_scripts.sh: error: unknown option '$1'; see --help" >&2
    exit 1
fi
for program in shellcheck codespell; do
    if ! command -v "$program" >/dev/null; then
        echo "check_scripts.sh: error: $program was not found; run tools/install_dependencies.sh" >&2
        exit 1
    fi
done

# Programs without a suffix tell their language in the first line.
mapfile -t scripts < <(
    {
        find tools test slurm .ci -type f -name '*.sh' -not -path '*/build/*'
        grep -rlI --exclude='*.*' -m 1 '^#!.*bash' tools test slurm .ci
    } | sort -u
)
if ((${#scripts[@]} == 0)); then
    echo "check_scripts.sh: error: found no scripts" >&2
    exit 1
fi
failed=false
shellcheck --external-sources "${scripts[@]}" || failed=true

# Words of the model and of tests that look like misspelt ones.
words=ans,inh,nin,asembly,puls,atleast,commun,coo,indicies,wee
mapfile -t places < <(find . -mindepth 1 -maxdepth 1 -not -name .git -not -name build -not -name results \
    -not -name .cache -not -name LICENSE -not -name shared)
codespell --quiet-level 2 --ignore-words-list "$words" --skip '*.png,*.json,*.txt,*.csv,*.pyc,__pycache__' \
    "${places[@]}" || failed=true
if $failed; then exit 1; fi
echo "Scripts (${#scripts[@]}) and spelling: done"
