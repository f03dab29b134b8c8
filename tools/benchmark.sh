#!/bin/bash
# Wall time, speed and memory of the program, as tables and a plot; all options: --help.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tools/common.sh
source tools/common.sh

python=$(find_python)
prepare_mpi 99 # the numbers of ranks are the user's choice, also beyond the cores
PYTHONPATH=tools exec "$python" -m engram_analysis.commands.benchmark "$@"
