#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Wall time, speed and memory of the program, as tables and a plot; all options: --help.
set -euo pipefail
# The present directory stays: it is what --output refers to.
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/common.sh
source "$root/tools/common.sh"

python=$(find_python)
prepare_mpi 99 # the numbers of ranks are the user's choice, also beyond the cores
PYTHONPATH=$root/tools exec "$python" -m engram.commands.benchmark "$@"
