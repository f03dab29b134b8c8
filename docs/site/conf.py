# SPDX-License-Identifier: Apache-2.0
"""How tools/docs.sh makes a site of the pages in docs/ and of the package engram."""

import sys
from pathlib import Path

# The sources are a copy of the repository's pages, build/docs/source.
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from engram.release import __version__  # noqa: E402

project = "Engram"
author = "The Engram contributors"
release = version = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["docs/site"]
html_theme = "furo"
html_title = f"Engram {release}"
nb_execution_mode = "off"  # test/python/test_tutorials.py runs the notebooks
myst_heading_anchors = 6  # links lead to any heading
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_mock_imports = ["pandas"]
# Links to files that are no pages (scripts, configurations, tests) stay as they are in the sources.
suppress_warnings = ["myst.xref_missing", "mystnb.unknown_mime_type"]
