# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with the files that are analysed."""

from __future__ import annotations


class ResultsError(Exception):
    """A directory or file that cannot be read as results, or that lacks what is asked for."""
