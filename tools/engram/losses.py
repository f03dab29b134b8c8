# SPDX-License-Identifier: Apache-2.0
"""What of its recordings a run has lost, so that measures may lack it."""

from __future__ import annotations

from typing import Any, Mapping

from .results import Results
from .streams import warn

RECORDINGS = ("spikes", "traces")
MOST_NAMED = 8


def note_losses(program: str, results: Results) -> None:
    """Says on standard error what of its recordings a run has lost, if anything."""
    losses = losses_text(results.summary)
    if losses:
        text = (
            f"{program}: note: {results.path}: the results lack {losses}, which was damaged "
            "while the run went on; what is shown is of the rest"
        )
        warn(text)


def losses_text(summary: Mapping[str, Any]) -> str:
    """E.g. "spikes from 0.4 s to 0.5 s, the snapshot of 10 s"; empty if nothing was lost."""
    losses = [
        f"{gap['recording']} from {gap['begin_s']:.10g} s to {gap['end_s']:.10g} s"
        for gap in _list(summary, "recording_gaps")
        if _is_gap(gap)
    ]
    losses += [
        f"the snapshot of {time_s:.10g} s"
        for time_s in _list(summary, "lost_snapshots_s")
        if _is_number(time_s)
    ]
    if len(losses) > MOST_NAMED:
        losses[MOST_NAMED:] = [f"and {len(losses) - MOST_NAMED} more"]
    return ", ".join(losses)


def _list(summary: Mapping[str, Any], key: str) -> list[Any]:
    found = summary.get(key, [])
    return found if isinstance(found, list) else []


def _is_gap(gap: Any) -> bool:
    return (
        isinstance(gap, dict)
        and gap.get("recording") in RECORDINGS
        and _is_number(gap.get("begin_s"))
        and _is_number(gap.get("end_s"))
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
