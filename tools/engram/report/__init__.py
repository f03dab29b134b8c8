# SPDX-License-Identifier: Apache-2.0
"""One HTML page that shows a run or an ensemble, with nothing from elsewhere."""

from __future__ import annotations

from .page import report, write_report

__all__ = ["report", "write_report"]
