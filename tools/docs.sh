#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes a site of the documentation: the pages in docs/, the tutorials, and the reference of the package.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<'END'
Usage: tools/docs.sh [--no-install]

Writes build/docs/html, to be opened with a browser: build/docs/html/docs/index.html. Warnings are errors.
Sphinx is installed from PyPI into build/docs-venv, which uses the h5py, numpy and matplotlib of the system.
  --no-install   use the environment as it is
END
}

install=true
case "${1-}" in
    "") ;;
    --no-install) install=false ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        echo "docs.sh: error: unknown option '$1'; see --help" >&2
        exit 1
        ;;
esac

environment=build/docs-venv
if $install; then
    # With the packages of Debian where these are; pip adds what is missing.
    "${PYTHON:-/usr/bin/python3}" -m venv --system-site-packages "$environment"
    "$environment/bin/pip" install --quiet 'sphinx>=7,<9' 'myst-nb>=1.1,<2' furo \
        h5py matplotlib numpy PyYAML
fi

# A copy of the pages, in which links to the pages of the root lead somewhere.
source=build/docs/source
rm -rf "$source"
mkdir -p "$source"
cp -R README.md CHANGELOG.md CONTRIBUTING.md CITATION.cff LICENSE docs "$source"
echo '<meta http-equiv="refresh" content="0; url=docs/index.html">' >build/docs/start.html
"$environment/bin/sphinx-build" -W --keep-going -q -c docs/site -D root_doc=docs/index \
    "$source" build/docs/html
cp build/docs/start.html build/docs/html/index.html
echo "build/docs/html/index.html"
